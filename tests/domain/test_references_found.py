"""References in free text: what a payer wrote is found, what only looks like one is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.references import canonical, fi_reference, printed_reference, rf_reference
from shared.domain.references_found import LONGEST, found


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("viite 86851 62596 19897", ["868516259619897"]),
        ("Viitenumero:13013 kiitos", ["13013"]),
        ("maksu RF09 8685 1625 9619 897 Matti", ["868516259619897"]),
        ("ref.RF18539007547034", ["RF18539007547034"]),
        ("OCR 7495575", ["7495575"]),
        ("KID0000531", ["531"]),
        ("kid 23-", ["23-"]),
        ("+71<000000000000018+81234567<", ["18"]),
        ("bet. +75 <0000000000400002 +81234567< tak", ["400002"]),
        ("Faktura nr. 12345", ["12345"]),
        ("laskut 1001, 1002 ja 1003", ["1001", "1002", "1003"]),
        ("fakturor 1001 och 1002", ["1001", "1002"]),
        ("lasku INV-2026-00042", ["INV202600042", "202600042"]),
        ("lasku 2026/17", ["202617"]),
        ("invoice 17", ["17"]),
    ],
)
def test_what_the_payer_announces_is_found(text, tokens):
    assert [one.token for one in found(text)] == tokens
    assert all(one.announced for one in found(text))


@pytest.mark.parametrize(
    "text",
    [
        "20.11.2026", "20/11/26", "2026-11-20", "maksettu 20.11.", "jakso 20261120 kiitos",
        "vuokra 11/2026 kiitos", "12,50", "1 234,56 e", "1.234,56", "summa 1500 EUR", "EUR 1500",
        "1500 kr tack", "+358 40 123 4567", "puh 040-1234567 iltaisin", "tel. 0401234567",
        "soita 0401234567", "+358401234567",
        "FI79 4405 2020 0360 82 Matti", "131052-308T", "sv 19640823-3234 tack",
        "9" * 60, "kiitos", "", "123 kpl",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_reference_is_none(text):
    assert found(text) == ()


def test_a_number_is_taken_whole_and_never_out_of_a_longer_one():
    assert [one.token for one in found("x 991301377 y")] == ["991301377"]
    assert all(one.token != "13013" for one in found("viite 9913013"))


def test_a_reference_in_fives_is_one_number_and_not_its_groups():
    assert [one.token for one in found("maksu 86851 62596 19897")] == ["868516259619897"]


def test_an_account_and_an_amount_beside_a_reference_do_not_hide_it():
    text = "12,50 EUR tilille FI79 4405 2020 0360 82, viite 13013, puh. 040 123 4567"
    assert [one.token for one in found(text)] == ["13013"]


def test_a_number_is_announced_by_a_word_until_another_word_comes():
    assert [one.announced for one in found("hei 13013")] == [False]
    assert [one.announced for one in found("lasku 13013 hei 55555")] == [True, False]
    assert [one.announced for one in found("lasku nro 13013 ja 55555")] == [True, True]


def test_a_number_that_is_the_whole_text_stands_alone():
    assert [(one.announced, one.alone) for one in found("13013")] == [(False, True)]
    assert [(one.announced, one.alone) for one in found("hei 13013")] == [(False, False)]


def test_the_number_of_a_customer_or_an_order_is_no_reference():
    for text in (
        "asiakas 13013",
        "Kundnr: 13013",
        "order nr 13013",
        "CUSTOMER 13013",
        "asnro13013",
    ):
        assert found(text) == ()
    assert [one.token for one in found("asiakas 55555 viite 13013")] == ["13013"]


@given(
    st.from_regex(r"[1-9][0-9]{4,17}", fullmatch=True),
    st.sampled_from(["viite {}", "Maksu, viite: {} kiitos", "REF {}.", "{}", "ocr:{}"]),
    st.booleans(),
)
def test_a_reference_is_found_in_every_print_form(base, sentence, as_rf):
    reference = fi_reference(base)
    printed = printed_reference(rf_reference(reference) if as_rf else reference)
    assert reference in [one.token for one in found(sentence.format(printed))]


PIECES = [
    "1", "0", "9", " ", "-", "+", "<", ".", ",", "/", "RF18", "FI79", "EUR", "viite", "puh",
    "+71<", "20", "A", "x", "|", "\t", "é", "٣",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=400), st.integers(1, 60))
def test_any_text_gives_few_plain_tokens(pieces, times):
    tokens = found("".join(pieces * times))
    assert len(tokens) <= 40
    assert len({one.token for one in tokens}) == len(tokens)
    assert all(canonical(one.token) == one.token for one in tokens)


@pytest.mark.parametrize("piece", [*PIECES, "1 ", "1-", "A-", "RF18 2", "12.1", "FI79 4405 ", "1,"])
def test_a_text_of_ten_thousand_characters_takes_no_time(piece):
    begun = time.process_time()
    found((piece * LONGEST)[:LONGEST])
    assert time.process_time() - begun < 1
