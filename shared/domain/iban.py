"""IBANs: whether one is right, whether one stands in a text, and how it is printed (ISO 13616)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.domain.check_digits import mod97

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
# RF references are no accounts, though their check digits are made in the same way.
_IBAN_WITHIN = re.compile(
    r"(?<![0-9A-Z])(?!RF)[A-Z]{2} ?[0-9]{2}(?: ?[0-9A-Z]){11,30}", re.IGNORECASE
)
_SHORTEST = 15


def is_iban(text: str) -> bool:
    """Whether ``text`` (blanks allowed) is an IBAN with right check digits."""
    iban = _compact(text)
    return bool(_IBAN.fullmatch(iban)) and mod97(iban[4:] + iban[:4]) == 1


def holds_iban(text: str) -> bool:
    """Whether a bank account stands anywhere in ``text``: money may not be led astray by prose."""
    return next(iban_spans(text), None) is not None


def iban_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs with right check digits stand in ``text``: start and end, the longest each."""
    # What follows an account in a sentence looks like more of it, so every length is tried.
    plain = text.replace("\u00a0", " ")
    for found in _IBAN_WITHIN.finditer(plain):
        ends = range(found.end(), found.start() + _SHORTEST - 1, -1)
        whole = (
            end for end in ends if plain[end - 1] != " " and is_iban(plain[found.start() : end])
        )
        end = next(whole, None)
        if end is not None:
            yield found.start(), end


def printed_iban(iban: str) -> str:
    """The IBAN in groups of four (ISO 13616 print form)."""
    plain = _compact(iban)
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _compact(text: str) -> str:
    return re.sub(r"[ \u00a0]", "", text).upper()
