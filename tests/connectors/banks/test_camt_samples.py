"""The vendors' own samples, where they are at hand: what is taken, and why the others are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.connectors.banks.camt_reading import read, refused
from tests.connectors.banks.camt_writer import FI

SHARED = Path(os.environ.get("DUNLIN_SHARED", Path(__file__).parents[4] / "shared"))
BANK = SHARED / "specs" / "bank"


def sample(path, account):
    """A sample with a valid account in place of its masked one."""
    file = BANK / path
    if not file.is_file():
        pytest.skip(f"the vendor's sample {path} is not here")
    return file.read_bytes().replace(account.encode(), FI.encode())


def test_the_four_credits_of_a_finnish_bank():
    body = sample("camt054/handelsbanken_fi_credit_example_001.02.xml", "FI1431313001234567")
    found, told = read(body)
    assert [str(one.amount) for one in found] == [
        "88.16 EUR", "742.45 EUR", "6000.54 EUR", "216.85 EUR",
    ]  # fmt: skip
    text, scor, documents, foreign = found
    assert (text.text, text.payer.name) == ("9597349", "SUOMI OY")
    assert scor.references == ("9544208",)
    assert [(one.number, str(one.amount.amount), one.credit) for one in scor.split] == [
        ("9544208", "1371.13", False), ("9582095", "628.68", True),
    ]  # fmt: skip
    assert [one.credit for one in documents.split] == [False, True, True]
    assert documents.split[0].number == "9580572"
    assert str(foreign.instructed) == "2082.58 SEK"
    assert "INV 43459" in foreign.text
    assert told.notes == []


@pytest.mark.parametrize(
    ("path", "account", "wrong"),
    [
        # A statement whose closing balance is in another currency than its entry.
        ("camt053/genkgo_camt053.v2.minimal.xml", "NL26VAYB8060476890", "Bal/Amt"),
        ("camt053/genkgo_camt053.v8.xml", "NL26VAYB8060476890", "Bal/Amt"),
        # Batches of which no transaction bears an amount, or one in francs under kronor.
        ("camt054/genkgo_camt054.v2.xml", "CH2801234000123456789", "TxDtls/Amt"),
        ("camt054/genkgo_camt054.v4.xml", "CH2801234000123456789", "TxDtls/Amt"),
    ],
)
def test_a_made_up_sample_is_put_aside_for_what_is_wrong_with_it(path, account, wrong):
    kind = "camt.053" if "053" in path else "camt.054"
    assert refused(sample(path, account), details=kind)[1] == wrong
