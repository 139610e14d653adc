"""camt.053 and camt.054: what one file says, in every version, and what makes it unbelievable."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.domain.money import Money
from tests.connectors.banks.camt_reading import movements, read, refused
from tests.connectors.banks.camt_writer import FI, VERSIONS, Entry, Message, Statement, Tx, tag

EUR = "EUR"
ONE = Entry("10.00", (Tx("10.00", ref="A1", reference="1232"),), ref="E1")


def message(*entries, **fields):
    return Message(entries=entries, **fields)


def with_statement(kind="camt.053", **fields):
    return Message(kind=kind, statements=(Statement(**fields),))


@pytest.mark.parametrize("kind", ["camt.053", "camt.054"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_gives_the_same_movement(kind, version):
    tx = Tx("10.00", ref="A1", e2e="E2E-1", payer_account="FI4950009420028730", reference="1232",
            text=("Lasku 17", "kiitos"))  # fmt: skip
    (found,) = movements(Entry("10.00", (tx,), ref="E1"), version=version, kind=kind)
    assert found.id == f"c1:{FI}:A1"
    assert (found.kind, found.settled, found.account) == ("receipt", True, FI)
    assert found.amount == Money.of("10.00", EUR)
    assert (found.booked, found.value_date) == (date(2026, 3, 2), date(2026, 3, 2))
    assert (found.references, found.text) == (("1232",), "Lasku 17\nkiitos")
    assert (found.payer.name, found.payer.account) == ("Maija Maksaja", "FI4950009420028730")
    assert found.transfer_ids == ("E2E-1",)


def test_each_transaction_of_a_batch_is_a_movement():
    txs = (Tx("4.00", ref="A1"), Tx("5.50", ref="A2"), Tx("0.50", ref="A3"))
    found = movements(Entry("10.00", txs, ref="E1", count=3, total="10.00"))
    assert [(one.id[-2:], str(one.amount)) for one in found] == [
        ("A1", "4.00 EUR"), ("A2", "5.50 EUR"), ("A3", "0.50 EUR"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (Entry("10.01", (Tx("4.00", ref="A1"), Tx("6.00", ref="A2"))), "Amt"),
        (Entry("10.00", (Tx("10.01", ref="A1"),)), "Amt"),
        (Entry("10.00", (Tx("4.00"), Tx("6.00")), count=3), "NtryDtls/Btch/NbOfTxs"),
        (Entry("10.00", (Tx("4.00"), Tx("6.00")), total="9.00"), "NtryDtls/Btch/TtlAmt"),
        (Entry("10.00", (Tx("4.00"), Tx(""))), "TxDtls/Amt"),
        (Entry("10.00", (Tx(""), Tx("10.00"))), "TxDtls/Amt"),
        (Entry("-10.00", (Tx("10.00"),)), "Amt"),
        (Entry("1e1", (Tx("10.00"),)), "Amt"),
        (Entry("1_0.00"), "Amt"),
        (Entry("\uff11\uff10.00"), "Amt"),
        (Entry("10.001"), "Amt"),
        (Entry("10.00", currency="XXX"), "Amt"),
        (Entry("10.00", status=""), "Sts"),
        (Entry("10.00", booked="2026-02-30"), "BookgDt"),
        (Entry("10.00", booked="", value=""), "BookgDt"),
        (Entry("10.00", booked="20260302"), "BookgDt"),
    ],
)
def test_an_entry_that_does_not_add_up_refuses_the_file_and_says_where(entry, path):
    place, found, text = refused(message(ONE, entry))
    assert (place, found) == ("statement 1, entry 2", path)
    assert text


def test_an_entry_without_details_is_a_payment_only_when_it_is_known_to_be_one():
    (single,) = movements(Entry("10.00", ref="E1", count=1, note="PANO"))
    assert (single.id, single.text) == (f"c1:{FI}:E1", "PANO")
    for count in (None, 2):
        found, told = read(message(ONE, Entry("9.00", ref="E2", count=count)))
        assert [one.id for one in found] == [f"c1:{FI}:A1"]
        ((place, path, _),) = told.notes
        assert (place, path) == ("statement 1, entry 2", "NtryDtls")


def test_the_entry_says_the_amount_of_its_only_transaction():
    (found,) = movements(Entry("10.00", (Tx("", ref="A1"),), count=1))
    assert found.amount == Money.of("10.00", EUR)


@pytest.mark.parametrize(
    ("credit", "reversal", "code", "returned", "kind"),
    [
        (True, False, "", "", "receipt"),
        (False, False, "", "", None),
        (False, True, "", "", "reversal"),
        (True, True, "", "", None),
        (False, False, "RRTN", "", "reversal"),
        (False, False, "", "AC04", "reversal"),
        (True, False, "RRTN", "", None),
        (True, False, "", "MS03", None),
    ],
)
def test_direction_and_reversal_say_what_kind_of_money_it_is(
    credit, reversal, code, returned, kind
):
    tx = Tx("10.00", ref="A1", e2e="X-1", returned=returned)
    entry = Entry("10.00", (tx,), credit=credit, reversal=reversal, code=code)
    found, told = read(message(entry))
    assert [one.kind for one in found] == ([kind] if kind else [])
    if found:
        assert found[0].amount == Money.of("10.00", EUR)
        assert found[0].reason_code == (returned or None)
        assert found[0].transfer_ids == ("X-1",)
    came_back = credit and bool(code or returned)
    assert bool(told.notes) == came_back


def test_a_reversal_names_what_it_takes_back_only_under_the_same_bank_reference():
    (found,) = movements(Entry("10.00", (Tx("10.00"),), ref="E1", credit=False, reversal=True))
    assert (found.id, found.reverses) == (f"c1:{FI}:E1:reversal", f"c1:{FI}:E1")
    (found,) = movements(Entry("10.00", (Tx("10.00", ref="A1", returned="AC04"),), credit=False))
    assert (found.id, found.reverses) == (f"c1:{FI}:A1:reversal", None)


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_what_is_only_announced_is_not_settled_and_in_no_balance(status):
    announced = Entry("5.00", (Tx("5.00", ref="A2"),), status=status, booked="", value="")
    body = with_statement(entries=(ONE, announced), closing="1010.00")
    found, told = read(body, details="camt.053")
    assert [one.settled for one in found] == [True, False]
    assert found[1].booked == date(2026, 3, 3)  # the day on which the message was made
    assert told.proven[0].credits == {date(2026, 3, 2): Decimal("10.00")}


def test_the_split_stands_when_it_adds_up_and_is_text_otherwise():
    def strd(kind, number, amount, name):
        doc = tag("RfrdDocInf", tag("Tp", tag("CdOrPrtry", tag("Cd", kind))) + tag("Nb", number))
        return tag("Strd", doc + tag("RfrdDocAmt", tag(name, amount, Ccy=EUR)))

    two = strd("CINV", "9001", "12.50", "RmtdAmt") + strd("CREN", "77", "2.50", "CdtNoteAmt")
    (found,) = movements(Entry("10.00", (Tx("10.00", ref="A1", remitted=two),)))
    assert [(one.number, str(one.amount), one.credit) for one in found.split] == [
        ("9001", "12.50 EUR", False), ("77", "2.50 EUR", True),
    ]  # fmt: skip
    assert found.text == ""
    (found,) = movements(Entry("9.00", (Tx("9.00", ref="A1", remitted=two),)))
    assert (found.split, found.text) == ((), "9001\n77")


def test_a_foreign_payment_says_what_was_sent_and_what_the_bank_kept():
    sent = tag("AmtDtls", tag("InstdAmt", tag("Amt", "100.00", Ccy="SEK")))
    kept = tag("Chrgs", tag("Rcrd", tag("Amt", "1.50", Ccy=EUR) + tag("CdtDbtInd", "DBIT")))
    (found,) = movements(Entry("7.50", (Tx("9.00", ref="A1", extra=sent + kept),)))
    assert found.amount == Money.of("9.00", EUR)  # the payer's, before the bank's charge
    assert found.instructed == Money.of("100.00", "SEK")


def test_a_transaction_stated_in_another_currency_takes_the_amount_of_its_entry():
    (found,) = movements(Entry("10.00", (Tx("116.00", ref="A1", currency="SEK"),)))
    assert (found.amount, found.instructed) == (Money.of("10.00", EUR), Money.of("116.00", "SEK"))


def test_a_national_identity_number_is_never_read():
    person = tag("Id", tag("PrvtId", tag("Othr", tag("Id", "131052-308T"))))
    company = tag(
        "Id", tag("OrgId", tag("Othr", tag("Id", "1234567-8") + tag("SchmeNm", tag("Cd", "TXID"))))
    )
    for identity, business in ((person, None), (company, "1234567-8")):
        tx = Tx("10.00", ref="A1")
        body = message(Entry("10.00", (tx,))).xml()
        body = body.replace(b"</Nm></Pty>", b"</Nm>" + identity.encode() + b"</Pty>")
        (found,), _ = read(body)
        assert found.payer.business_id == business
        assert "131052" not in found.model_dump_json()


@pytest.mark.parametrize("nothing", ["NOTPROVIDED", "Not Provided", "NONREF"])
def test_what_banks_write_for_nothing_is_no_id(nothing):
    (found,) = movements(Entry("10.00", (Tx("10.00", ref=nothing, e2e=nothing),), ref="E1"))
    assert (found.id, found.transfer_ids) == (f"c1:{FI}:E1", ())


def test_ids_follow_the_banks_reference_and_number_the_others():
    found = movements(Entry("10.00", (Tx("4.00"), Tx("3.00"), Tx("3.00")), ref="E 1#"))
    assert [one.id for one in found] == [f"c1:{FI}:E%201%23{n}" for n in ("", "/2", "/3")]


@pytest.mark.parametrize("fields", [{"e2e": "X-1"}, {"ref": "A1"}])
def test_the_same_money_has_one_id_in_statement_and_notification(fields):
    entry = Entry("10.00", (Tx("10.00", **fields),))
    (one,) = movements(entry, kind="camt.053")
    (other,) = movements(entry, kind="camt.054")
    assert (one.id, one.version) == (other.id, other.version)


def test_equal_payments_without_any_id_are_two():
    found = movements(Entry("10.00", (Tx("10.00"),)), Entry("10.00", (Tx("10.00"),)))
    assert len({one.id for one in found}) == 2


def test_two_entries_under_one_bank_reference_are_for_a_person():
    place, path, _ = refused(message(ONE, ONE))
    assert (place, path) == ("statement 1", "AcctSvcrRef")


@pytest.mark.parametrize(
    ("summary", "path"),
    [
        (tag("TtlNtries", tag("NbOfNtries", "2")), "TxsSummry/TtlNtries/NbOfNtries"),
        (tag("TtlNtries", tag("Sum", "10.01")), "TxsSummry/TtlNtries/Sum"),
        (tag("TtlCdtNtries", tag("Sum", "9")), "TxsSummry/TtlCdtNtries/Sum"),
        (tag("TtlDbtNtries", tag("NbOfNtries", "1")), "TxsSummry/TtlDbtNtries/NbOfNtries"),
    ],
)
def test_a_summary_that_differs_refuses_the_file(summary, path):
    assert refused(with_statement("camt.054", entries=(ONE,), summary=summary))[1] == path


def test_a_summary_that_fits_is_fine():
    good = tag("TtlNtries", tag("NbOfNtries", "1") + tag("Sum", "10"))
    assert read(with_statement("camt.054", entries=(ONE,), summary=good))[0]


def test_balances_must_follow_from_the_entries():
    out = Entry("4.00", credit=False)
    assert read(with_statement(entries=(ONE, out)), details="camt.053")[0]
    wrong = with_statement(entries=(ONE, out), closing="1006.01")
    assert refused(wrong, details="camt.053")[:2] == ("statement 1", "Bal")
    overdrawn = with_statement(entries=(ONE,), opening="-30.00", closing="-20.00")
    assert read(overdrawn, details="camt.053")[1].proven[0].link.closing == "-20.00"


def test_an_account_that_is_not_configured_refuses_the_file():
    other = Message(statements=(Statement((ONE,)), Statement((), id="S-2", account="BBAN:123")))
    assert refused(other)[:2] == ("statement 2", "Acct/Id")


def test_a_bankgiro_number_is_an_account_of_its_own_or_an_alias():
    body = with_statement("camt.054", entries=(ONE,), account="BGNR:50501055")
    assert read(body, account="BGNR:50501055", country="SE")[0][0].account == "BGNR:50501055"
    assert read(body, aliases=("BGNR:50501055",))[0][0].account == FI


def test_the_bankgiro_that_was_paid_to_is_named_where_it_is_an_account_of_its_own():
    scheme = tag("SchmeNm", tag("Prtry", "BGNR"))
    paid_to = tag("CdtrAcct", tag("Id", tag("Othr", tag("Id", "5050-1055") + scheme)))
    body = message(ONE).xml().replace(b"</RltdPties>", f"{paid_to}</RltdPties>".encode())
    assert read(body)[0][0].account == FI
    own = {"account": "BGNR:50501055", "country": "SE"}
    (found,), _ = read(body, also=(own,))
    assert (found.account, found.id) == ("BGNR:50501055", f"c1:{FI}:A1")


def test_what_only_confirms_gives_no_movement_and_its_credits_a_day():
    late = Entry("2.00", (Tx("2.00", ref="A2"),), booked="2026-03-03")
    out = Entry("1.00", credit=False)
    found, told = read(with_statement(entries=(ONE, late, out)))
    assert found == []
    assert told.proven[0].credits == {
        date(2026, 3, 2): Decimal("10.00"), date(2026, 3, 3): Decimal("2.00"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "through"),
    [
        ({}, datetime(2026, 3, 2, 22, tzinfo=UTC)),  # the closing balance's day, in Helsinki
        ({"to": "2026-03-02T23:59:59+02:00"}, datetime(2026, 3, 2, 22, tzinfo=UTC)),
        ({"to": "2026-03-02T00:00:00+02:00"}, datetime(2026, 3, 2, 22, tzinfo=UTC)),
        ({"to": "2026-03-02T12:30:00+02:00"}, datetime(2026, 3, 2, 10, 30, tzinfo=UTC)),
        ({"to": "2026-03-02T12:30:00", "opening": None}, datetime(2026, 3, 2, 10, 30, tzinfo=UTC)),
        ({"opening": None}, None),
    ],
)
def test_a_statement_proves_what_it_says_of_its_end(fields, through):
    _, told = read(with_statement(entries=(ONE,), **fields), details="camt.053")
    assert told.proven[0].link.through == through


def test_a_statement_of_the_future_is_refused():
    body = with_statement(entries=(ONE,), day="2026-03-12")
    assert refused(body, details="camt.053")[1] == "FrToDt/ToDtTm"


@pytest.mark.parametrize(
    ("details", "payout"),
    [
        ({"payer": "STRIPE PAYMENTS"}, True),
        ({"payer": "Stripe Oy"}, True),
        ({"payer": "Maija Stripe"}, False),
    ],
)
def test_a_providers_payout_is_recognised_and_no_receipt(details, payout):
    rule = {"provider": "stripe", "payer": "stripe"}
    (found,) = movements(Entry("10.00", (Tx("10.00", ref="A1", **details),)), payouts=(rule,))
    assert found.kind == ("payout" if payout else "receipt")


def test_all_that_a_payout_rule_names_must_fit():
    rule = {"provider": "adyen", "payer_account": "FI4950009420028730", "text": "PAYOUT"}
    for account, text, kind in (
        ("FI4950009420028730", "Payout 17", "payout"),
        ("FI4950009420028730", "Lasku", "receipt"),
        ("FI2112345600000785", "Payout 17", "receipt"),
    ):
        tx = Tx("10.00", ref="A1", payer_account=account, text=(text,))
        (found,) = movements(Entry("10.00", (tx,)), payouts=(rule,))
        assert found.kind == kind


@pytest.mark.parametrize(
    "body",
    [
        b"<Document><BkToCstmrAcctRpt/></Document>",
        b"<Document><CstmrCdtTrfInitn/></Document>",
        b"<Document/>",
        b"<html><body>Log in</body></html>",
        b"<Document><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>",
        b"<Document><BkToCstmrStmt><Stmt/></BkToCstmrStmt></Document>",
        b"<Document><Ntry/></Document>",
        b"",
    ],
)
def test_another_file_is_refused_with_a_sentence(body):
    assert refused(body)[2]


def test_what_would_grow_without_end_is_refused():
    many = Message(statements=tuple(Statement((), id=f"S-{n}") for n in range(1_001)))
    assert refused(many)[1] == "Ntfctn"
    body = with_statement(entries=(ONE,)).xml()
    at = body.index(b"<Bal>")
    balance = body[at : body.index(b"</Bal>") + 6]
    assert refused(body[:at] + balance * 200 + body[at:], details="camt.053")[1] == "Bal"


def test_entries_and_account_are_in_one_currency():
    swedish = Entry("10.00", (Tx("10.00", ref="A2", currency="SEK"),), currency="SEK")
    assert refused(message(ONE, swedish))[:2] == ("statement 1, entry 2", "Amt")
    body = message(ONE).xml().replace(b"</IBAN></Id></Acct>", b"</IBAN></Id><Ccy>SEK</Ccy></Acct>")
    assert refused(body)[:2] == ("statement 1, entry 1", "Amt")


def test_a_comment_in_an_amount_does_not_change_it():
    body = message(ONE).xml().replace(b">10.00<", b">10<!-- -->.0<?x y?>0<")
    assert str(read(body)[0][0].amount) == "10.00 EUR"


def test_an_amount_that_stands_twice_refuses_the_file():
    body = message(ONE).xml()
    twice = body.replace(b"<CdtDbtInd>", b'<Amt Ccy="EUR">99.00</Amt><CdtDbtInd>')
    assert refused(twice)[1] == "Amt"


def test_a_truncated_file_gives_nothing():
    body = message(ONE, Entry("5.00", (Tx("5.00", ref="A2"),))).xml()
    for cut in range(0, len(body) - 12, 97):
        assert refused(body[:cut])


def test_a_refusal_quotes_nothing_of_the_file():
    body = message(Entry("10.00", (Tx("11.00", ref="A1", payer="Canary Person"),))).xml()
    assert "Canary" not in "".join(refused(body))
    assert "Canary" not in "".join(refused(body.replace(b"<Dt>2026", b"<Dt>Canary")))
