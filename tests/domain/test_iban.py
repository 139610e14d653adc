"""Bank accounts: right, wrong, inside a sentence, printed."""

from __future__ import annotations

from shared.domain.iban import holds_iban, iban_spans, is_iban, printed_iban


def test_an_account_is_found_inside_a_sentence_and_a_reference_is_not_taken_for_one():
    assert is_iban("fi79 4405 2020 0360 82")
    assert not is_iban("FI7944052020036028")
    assert holds_iban("pay to FI79 4405 2020 0360 82 instead")
    assert holds_iban("Oy FI7944052020036082")
    assert not holds_iban("RF09868516259619897")
    assert not holds_iban("invoice FI2026100012 of 1 October")


def test_an_account_ends_where_its_check_digits_are_right():
    text = "to FI79 4405 2020 0360 82 1234 please"
    assert [text[start:end] for start, end in iban_spans(text)] == ["FI79 4405 2020 0360 82"]


def test_an_account_is_printed_in_fours():
    assert printed_iban("FI7944052020036082") == "FI79 4405 2020 0360 82"
