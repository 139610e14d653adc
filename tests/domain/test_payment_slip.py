"""Payment slips: each country's own way to pay, and only what a bank there would take."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.epc_qr import epc_qr
from shared.domain.giro import Giro
from shared.domain.letter_input import LetterAccount
from shared.domain.money import Money
from shared.domain.payment_slip import account_fields, slip

FI, SE = "FI7944052020036082", "SE4550000000058398257466"
NO, DK = "NO9386011117947", "DK5000400440116243"
DUE = date(2010, 6, 12)


def account(iban, **giro):
    return LetterAccount(iban=iban, giro=Giro(iban=iban, **giro) if giro else None)


def made(held, reference, currency="EUR"):
    amount = Money.of("4883.15", currency)
    return slip(held, reference, payee="Kuikka", amount=amount, pay_by=DUE, message="Invoice 10023")


@pytest.mark.parametrize(
    ("held", "reference", "currency", "fields"),
    [
        (
            account(FI), "868516259619897", "EUR",
            (
                ("reference", "86851 62596 19897"),
                ("bar_code", "479440520200360820048831500000000868516259619897100612"),
            ),
        ),
        (account(FI), "2026/17", "EUR", (("message", "Invoice 10023"),)),
        (account(FI), None, "EUR", (("message", "Invoice 10023"),)),
        (account(SE), "2026/17", "SEK", (("reference", "2026/17"),)),
        (account(SE, bankgiro="9912346"), "2026-17", "SEK", (("reference_ocr", "2026-17"),)),
        (
            account(SE, bankgiro="9912346", ocr="check_digit"), "1234566", "SEK",
            (("reference_ocr", "1234566"),),
        ),
        (
            account(SE, bankgiro="9912346", ocr="check_digit"), "1234567", "SEK",
            (("message", "Invoice 10023"),),
        ),
        (account(NO, kid=(10,)), "123456782", "NOK", (("reference_kid", "123456782"),)),
        (account(NO, kid=(11,)), "123456782", "NOK", (("message", "Invoice 10023"),)),
        (
            account(NO, kid=(10,), kid_lengths=(7,)), "123456782", "NOK",
            (("message", "Invoice 10023"),),
        ),
        (
            account(DK, fik_kind="71", fik_creditor="81234567"), "000000000000018", "DKK",
            (("payment_line", "+71<000000000000018+81234567<"),),
        ),
        (
            account(DK, fik_kind="71", fik_creditor="81234567"), "19", "DKK",
            (("message", "Invoice 10023"),),
        ),
    ],
)  # fmt: skip
def test_a_reference_stands_under_its_own_name_or_gives_way_to_a_message(
    held, reference, currency, fields
):
    assert made(held, reference, currency).fields == fields


def test_a_payer_at_home_finds_the_number_that_is_used_there():
    assert account_fields(account(NO)) == (
        ("account_domestic", "8601 11 17947"), ("account", "NO93 8601 1117 947"),
    )  # fmt: skip
    assert account_fields(account(SE, bankgiro="9912346"))[0] == ("bankgiro", "991-2346")
    assert account_fields(account(SE, bankgiro="54028196"))[0] == ("bankgiro", "5402-8196")
    assert [name for name, _ in account_fields(account(FI))] == ["account"]


@pytest.mark.parametrize(
    ("giro", "why"),
    [
        ({"bankgiro": "9912345"}, "check digit"),
        ({"fik_kind": "71"}, "both its kind and its creditor number"),
        ({"fik_creditor": "81234567"}, "both its kind and its creditor number"),
        ({"ocr": "fixed_length"}, "lengths"),
    ],
)
def test_half_an_agreement_is_refused(giro, why):
    with pytest.raises(ValueError, match=why):
        Giro(iban=FI, **giro)


def test_the_code_to_scan_says_what_the_slip_says():
    # The worked example of the European Payments Council's guideline, without its purpose.
    assert epc_qr(
        name="Wikimedia Foerdergesellschaft", iban="DE33100205000001194700", bic="BFSWDE33BER",
        amount=Money.of("123.45", "EUR"), reference="RF18539007547034", text="",
    ) == (
        "BCD\n002\n1\nSCT\nBFSWDE33BER\nWikimedia Foerdergesellschaft\nDE33100205000001194700\n"
        "EUR123.45\n\nRF18539007547034"
    )  # fmt: skip
    national = made(account(FI), "86851 62596 19897").qr.split("\n")
    assert national[6:] == [FI, "EUR4883.15", "", "RF09868516259619897"]
    prose = made(account(FI), "2026/17").qr.split("\n")
    assert prose[6:] == [FI, "EUR4883.15", "", "", "Invoice 10023"]


@pytest.mark.parametrize(
    ("iban", "amount", "currency"),
    [
        (SE, "10.00", "SEK"),
        (FI, "0.00", "EUR"),
        (FI, "1000000000.00", "EUR"),
        (FI[:-1], "1", "EUR"),
    ],
)
def test_there_is_no_code_where_no_bank_would_take_it(iban, amount, currency):
    money = Money.of(amount, currency)
    assert epc_qr(name="K", iban=iban, bic="", amount=money, reference="", text="x") is None


def test_no_code_outgrows_the_standard():
    payload = epc_qr(
        name="Aino " * 20, iban=FI, bic="OKOYFIHH", amount=Money.of("999999999.99", "EUR"),
        reference="", text="word\nforged " * 40,
    )  # fmt: skip
    assert payload is not None
    lines = payload.split("\n")
    assert len(lines) == 11
    assert (len(lines[5]), len(lines[10])) == (69, 140)
    assert len(payload.encode()) <= 331


def test_a_name_of_many_bytes_makes_no_code_that_a_bank_refuses():
    wide = {"iban": FI, "bic": "", "amount": Money.of("1.00", "EUR"), "reference": ""}
    assert epc_qr(name="€" * 70, text="€" * 140, **wide) is None
