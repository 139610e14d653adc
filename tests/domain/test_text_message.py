"""Text messages are counted as a carrier counts them."""

from __future__ import annotations

import pytest

from shared.domain.text_message import Parts, parts_of


@pytest.mark.parametrize(
    ("text", "alphabet", "count"),
    [
        ("Hyvä asiakas, katso kirjeemme. Ystävällisin terveisin Kuikka Oy", "GSM-7", 1),
        ("Ø" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        # The escape of a character of two septets is not parted from it: 76 of them fill a part.
        ("€" * 152, "GSM-7", 2),
        ("€" * 153, "GSM-7", 3),
        ("š" * 70, "UCS-2", 1),
        ("š" * 71, "UCS-2", 2),
        ("š" + "a" * 133, "UCS-2", 2),
        ("š" + "a" * 134, "UCS-2", 3),
        ("\N{GRINNING FACE}" * 35, "UCS-2", 1),
        ("\N{GRINNING FACE}" * 66, "UCS-2", 2),
        ("\N{GRINNING FACE}" * 67, "UCS-2", 3),
    ],
)
def test_parts_follow_the_alphabet(text, alphabet, count):
    assert parts_of(text) == Parts(alphabet, count)
