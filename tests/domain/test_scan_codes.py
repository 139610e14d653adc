"""Scan codes: what is drawn reads back as what was meant."""

from __future__ import annotations

from itertools import pairwise

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.scan_codes import _PATTERNS, code128_bars, code_boxes, qr_runs

SLIP = "421123456000007850010132900000000868516259619897261120"
SYMBOLS = [_PATTERNS[at : at + 6] for at in range(0, len(_PATTERNS), 6)]


def symbols(digits):
    """The symbol values that a scanner finds in the bars, and what is left: the stop."""
    bars, across = code128_bars(digits)
    edges = [edge for at, width in bars for edge in (at, at + width)]
    widths = "".join(str(b - a) for a, b in pairwise(edges))
    assert across == edges[-1] == sum(map(int, widths))
    body, stop = widths[:-7], widths[-7:]
    return [SYMBOLS.index(body[at : at + 6]) for at in range(0, len(body), 6)], stop


def test_every_symbol_is_eleven_modules_wide_and_like_no_other():
    assert len(SYMBOLS) == len(set(SYMBOLS)) == 106
    assert {sum(map(int, one)) for one in SYMBOLS} == {11}
    # ISO/IEC 15417: bars of a symbol are an even number of modules in all.
    assert not any(sum(map(int, one[::2])) % 2 for one in SYMBOLS)


@given(st.integers(1, 30).flatmap(lambda n: st.text("0123456789", min_size=2 * n, max_size=2 * n)))
def test_a_bar_code_reads_back_and_checks(digits):
    (start, *pairs, check), stop = symbols(digits)

    assert start == 105
    assert "".join(f"{pair:02}" for pair in pairs) == digits
    assert check == (105 + sum(at * pair for at, pair in enumerate(pairs, 1))) % 103
    assert stop == "2331112"


def test_the_finnish_slip_is_105_millimetres_long_and_at_least_ten_high():
    boxes, width, height = code_boxes("code128", SLIP, 0, 0)

    assert 104 < width * 25.4 / 72 < 106
    assert height * 25.4 / 72 >= 10
    assert max(x + wide for x, _, wide, _ in boxes) == pytest.approx(width)


@pytest.mark.parametrize("wrong", ["", "123", "12a4", "\uff11\uff12"])
def test_what_code_set_c_cannot_hold_is_refused(wrong):
    with pytest.raises(ValueError, match="even number of digits"):
        code128_bars(wrong)


def test_a_code_that_stands_in_a_letter_is_encoded_once_however_often_it_is_placed(monkeypatch):
    made, encode = [], segno.make_qr
    monkeypatch.setattr(segno, "make_qr", lambda text, **of: made.append(1) or encode(text, **of))
    first = code_boxes("qr", "once alone", 0, 0)
    assert code_boxes("qr", "once alone", 0, 0) == first
    assert code_boxes("qr", "once alone", 10, 0)[0] != first[0]
    assert len(made) == 1


def test_a_qr_code_is_drawn_module_for_module():
    text = "BCD\n002\n1\nSCT\n\nPöyry Oy\nFI2112345600000785\nEUR1013.29\n\nRF09868516259619897"
    runs, side = qr_runs(text)
    drawn = [[0] * side for _ in range(side)]
    for row, column, length in runs:
        drawn[row][column : column + length] = [1] * length

    made = segno.make_qr(text, error="m", encoding="utf-8", boost_error=False)
    assert drawn == [list(row) for row in made.matrix]
    assert (made.error, made.mode) == ("M", "byte")
