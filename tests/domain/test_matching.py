"""The rules of matching, one table: what came, what is owed, where the money goes and why."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.matching import match
from shared.domain.matching_parts import Credit, Item, Settings
from shared.domain.money import Money
from shared.domain.references import fi_reference, ocr_reference, rf_reference
from shared.domain.sighting import Payer, Remitted, Sighting

ON = date(2026, 10, 12)
HERE = "FI2112345600000785"
# References that have nothing to do with each other, and the near ones of the typing errors.
ONE, TWO, THREE, SETTLED = map(fi_reference, ("1010", "2735", "4902", "8888"))
AT_PARTNER = ocr_reference("777001", length_digit=True)


def eur(text):
    return Money.of(text, "EUR")


def owed(number, amount, reference=None, /, **more):
    fields = {
        "invoice": f"erp:{number}",
        "number": f"INV-2026-{number:05d}",
        "debtor": "erp:anna",
        "open": eur(amount),
        "due": date(2026, 9, number),
        "references": (reference,) if reference else (),
    }
    return Item(**{**fields, **more})


def came(amount, *references, text="", payer="", **more):
    fields = {
        "id": "bank:1", "version": "1", "kind": "receipt", "account": HERE, "amount": eur(amount),
        "value_date": ON, "booked": ON, "references": references, "text": text,
        "payer": Payer(account=payer),
    }  # fmt: skip
    return Sighting(**{**fields, **more})


def line(number, amount, *, credit=False):
    return Remitted(number=number, amount=eur(amount), credit=credit)


BOOKS = (
    owed(1, "100.00", ONE),
    owed(2, "60.00", TWO, charges=eur("5.00")),
    owed(3, "31.17", THREE, debtor="erp:bert"),
    owed(4, "250.00", fi_reference("5150"), debtor="erp:carl", state="with_partner"),
    owed(5, "0.00", SETTLED, state="closed"),
    owed(6, "77.00", fi_reference("6161"), debtor="erp:dora", accounts=("BGNR:1234567",)),
    owed(7, "900.00", fi_reference("7272"), debtor="erp:eric", open=Money.of("900.00", "SEK")),
    Credit(credit_note="erp:c1", number="C-501", debtor="erp:anna", left=eur("20.00")),
)
PARTNERS = owed(
    8, "40.00", fi_reference("9393"), debtor="erp:fia", state="with_partner",
    references=(fi_reference("9393"), AT_PARTNER),
)  # fmt: skip

BOOKED = [
    # rule, the payment, known debtors, allocations, rest, a person looks
    ("claim", came("10.00", claim="erp:3"), (), {"erp:3": "10.00"}, "0.00", False),
    ("claim", came("40.00", claim="erp:3"), (), {"erp:3": "31.17"}, "8.83", True),
    (
        "split",
        came("110.00", split=(line(ONE, "80.00"), line("INV-2026-00003", "30.00"))),
        (), {"erp:1": "80.00", "erp:3": "30.00"}, "0.00", False,
    ),
    (
        "split",
        came("80.00", split=(line(ONE, "100.00"), line("C-501", "20.00", credit=True))),
        (), {"erp:1": "80.00"}, "0.00", False,
    ),
    ("reference", came("100.00", ONE), (), {"erp:1": "100.00"}, "0.00", False),
    ("reference", came("100.00", rf_reference(ONE)), (), {"erp:1": "100.00"}, "0.00", False),
    ("reference", came("100.00", ONE.zfill(20)), (), {"erp:1": "100.00"}, "0.00", False),
    ("reference", came("33.00", ONE), (), {"erp:1": "33.00"}, "0.00", False),
    ("reference", came("130.00", ONE), (), {"erp:1": "100.00"}, "30.00", True),
    ("reference", came("65.00", TWO), (), {"erp:2": "65.00"}, "0.00", False),
    ("reference", came("31.17", "INV-2026-00003"), (), {"erp:3": "31.17"}, "0.00", False),
    ("reference_at_partner", came("5.00", AT_PARTNER), (), {"erp:8": "5.00"}, "0.00", False),
    (
        "reference_at_partner",
        came("40.00", fi_reference("9393")), (), {"erp:8": "40.00"}, "0.00", False,
    ),
    (
        "references",
        came("160.00", ONE, TWO), (), {"erp:1": "100.00", "erp:2": "60.00"}, "0.00", False,
    ),
    (
        "references",
        came("165.00", ONE, TWO), (), {"erp:1": "100.00", "erp:2": "65.00"}, "0.00", False,
    ),
    (
        "references",
        came("140.00", ONE, TWO), (), {"erp:1": "80.00", "erp:2": "60.00"}, "0.00", False,
    ),
    (
        "references",
        came("131.17", ONE, text="ja lasku INV-2026-00003"),
        (), {"erp:1": "100.00", "erp:3": "31.17"}, "0.00", False,
    ),
    (
        "references",
        came("170.00", ONE, TWO), (), {"erp:1": "100.00", "erp:2": "65.00"}, "5.00", True,
    ),
    (
        "reference_in_text",
        came("40.00", text=f"viite {ONE}"), (), {"erp:1": "40.00"}, "0.00", False,
    ),
    (
        "reference_in_text",
        came("100.00", text=f"kiitos {ONE} Anna"), (), {"erp:1": "100.00"}, "0.00", False,
    ),
    (
        "number_in_text",
        came("31.17", text="lasku INV-2026-00003"), (), {"erp:3": "31.17"}, "0.00", False,
    ),
    (
        "numbers_in_text",
        came("160.00", text="laskut INV-2026-00001, INV-2026-00002"),
        (), {"erp:1": "100.00", "erp:2": "60.00"}, "0.00", False,
    ),
    ("payer_amount", came("60.00"), ("erp:anna",), {"erp:2": "60.00"}, "0.00", False),
    (
        "payer_all",
        came("160.00", text="kiitos"),
        ("erp:anna",), {"erp:1": "100.00", "erp:2": "60.00"}, "0.00", False,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "payment", "known", "allocations", "rest", "asks"), BOOKED)
def test_certain_money_is_booked(rule, payment, known, allocations, rest, asks):
    answer = match(payment, (*BOOKS, PARTNERS), known)
    assert (answer.rule, answer.automatic, answer.ask) == (rule, True, asks)
    assert {one.invoice: one.amount for one in answer.allocations} == {
        invoice: eur(amount) for invoice, amount in allocations.items()
    }
    assert answer.rest == eur(rest)
    assert answer.because.rule == f"match.{rule}"


# Two neighbours of another reference swapped, five apart: the Finnish check digit stays right.
NEAR = owed(9, "55.00", fi_reference("7235"), debtor="erp:gina")

ASKED = [
    # rule, the payment, known debtors, invoices of the first proposal, who is let be meanwhile
    ("closed", came("60.00", SETTLED), (), ["erp:5"], ["erp:1", "erp:2"]),
    ("other_currency", came("900.00", fi_reference("7272")), (), ["erp:7"], ["erp:7"]),
    ("other_account", came("77.00", fi_reference("6161")), (), ["erp:6"], ["erp:6"]),
    # The amount of one invoice and the reference of another that is a slip away: neither is sure.
    ("reference_doubted", came("60.00", fi_reference("7235")), (), ["erp:2"], ["erp:2", "erp:9"]),
    # The reference says Bert, payer and amount say Anna.
    (
        "reference_doubted",
        came("100.00", THREE), ("erp:anna",), ["erp:1"], ["erp:1", "erp:2", "erp:3"],
    ),
    ("references_unclear", came("90.00", ONE, TWO), (), ["erp:1"], ["erp:1"]),
    ("references_unclear", came("70.00", ONE, fi_reference("424242")), (), ["erp:1"], ["erp:1"]),
    ("references_unclear", came("30.00", "INV-2026-00003"), (), ["erp:3"], ["erp:3"]),
    ("typo", came("100.00", "11010" + ONE[-1]), (), ["erp:1"], ["erp:1"]),
    ("typo", came("100.00", text="viite 0110" + ONE[-1]), (), ["erp:1"], ["erp:1"]),
    ("text_unclear", came("30.00", text="lasku INV-2026-00003"), (), ["erp:3"], ["erp:3"]),
    ("text_unclear", came("70.00", text=f"hei {ONE}"), (), ["erp:1"], ["erp:1"]),
    ("payer_unclear", came("70.00"), ("erp:anna",), ["erp:1"], ["erp:1", "erp:2"]),
    ("payer_unclear", came("31.17"), ("erp:bert", "erp:carl"), ["erp:3"], ["erp:3"]),
    (
        "payer_unclear",
        came("60.00", fi_reference("424242")), ("erp:anna",), ["erp:2"], ["erp:1", "erp:2"],
    ),
    ("amount_only", came("31.17", text="kiitos"), (), ["erp:3"], ["erp:3"]),
    (
        "sent_amount",
        came("80.10", instructed=Money.of("900.00", "SEK")), (), ["erp:7"], ["erp:7"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "payment", "known", "first", "hold"), ASKED)
def test_likely_money_waits_for_a_person_and_its_claims_are_let_be(
    rule, payment, known, first, hold
):
    answer = match(payment, (*BOOKS, NEAR), known)
    assert (answer.rule, answer.automatic, answer.ask) == (rule, False, True)
    assert (answer.allocations, answer.rest) == ((), payment.amount)
    assert list(answer.proposals[0].invoices) == first
    assert list(answer.hold) == hold


def test_money_that_says_nothing_is_unapplied_and_holds_nobody():
    answer = match(came("12.34"), BOOKS)
    assert (answer.rule, answer.ask, answer.proposals, answer.hold) == ("nothing", True, (), ())


def test_an_amount_that_very_many_owe_holds_nobody():
    many = [owed(1, "9.90", invoice=f"erp:many{i}") for i in range(4)]
    few, lot = (Settings(hold_at_most=most) for most in (4, 3))
    assert len(match(came("9.90"), many, (), few).hold) == 4
    assert match(came("9.90"), many, (), lot).hold == ()
    assert match(came("9.90"), many, (), lot).rule == "nothing"


@pytest.mark.parametrize("kind", ["payout", "refund", "reversal", "reinstatement"])
def test_only_a_receipt_is_matched(kind):
    answer = match(came("100.00", ONE, kind=kind), BOOKS)
    assert (answer.rule, answer.automatic, answer.ask) == (kind, False, False)
    assert (answer.allocations, answer.hold) == ((), ())


def test_a_credit_note_that_the_payer_takes_off_is_named():
    answer = match(came("80.00", ONE), BOOKS)
    assert answer.automatic
    assert [(one.credit_note, one.invoice, one.amount) for one in answer.nettings] == [
        ("erp:c1", "erp:1", eur("20.00"))
    ]
    assert answer.difference is None


def test_a_payment_less_a_credit_note_is_known_by_its_payer():
    books = [owed(1, "123.45"), owed(2, "61.11"), BOOKS[-1]]
    answer = match(came("103.45"), books, ["erp:anna"])
    assert (answer.rule, answer.automatic) == ("payer_sum", True)
    assert [(one.invoice, one.amount) for one in answer.allocations] == [("erp:1", eur("103.45"))]


@pytest.mark.parametrize(
    ("amount", "kind", "difference"),
    [("99.00", "under", "1.00"), ("98.99", None, None), ("101.00", "over", "1.00"),
     ("101.01", None, None), ("100.00", None, None)],
)  # fmt: skip
def test_a_small_difference_is_closed_and_a_larger_one_is_not(amount, kind, difference):
    answer = match(came(amount, ONE), [BOOKS[0]])
    assert answer.automatic
    if kind is None:
        assert answer.difference is None
    else:
        assert answer.difference is not None
        assert (answer.difference.kind, answer.difference.amount) == (kind, eur(difference))
        assert not answer.ask


def test_the_tolerance_never_closes_what_was_sent_in_another_currency():
    sent = Money.of("1100.00", "SEK")
    assert match(came("99.50", ONE, instructed=sent), BOOKS[:1]).difference is None
    assert match(came("99.50", ONE, instructed=eur("99.50")), BOOKS[:1]).difference is not None


def test_a_small_difference_beside_an_announced_number_is_booked_and_without_one_it_is_not():
    assert match(came("30.50", text="lasku INV-2026-00003"), BOOKS).automatic
    assert not match(came("30.50"), BOOKS, ["erp:bert"]).automatic


def test_two_items_of_the_same_amount_are_a_persons_to_choose_and_the_oldest_is_first():
    books = [owed(2, "50.00"), owed(1, "50.00"), owed(3, "80.00")]
    answer = match(came("50.00"), books, ["erp:anna"])
    assert not answer.automatic
    assert [one.invoices for one in answer.proposals[:2]] == [("erp:1",), ("erp:2",)]


def test_one_group_of_items_is_booked_unless_the_sum_could_be_chance():
    odd = [owed(i, amount) for i, amount in enumerate(("103.17", "58.49", "77.03"), 1)]
    answer = match(came("161.66"), odd, ["erp:anna"])
    assert (answer.rule, len(answer.allocations)) == ("payer_sum", 2)
    round_sums = [owed(i, amount) for i, amount in enumerate(("100.00", "50.00", "250.00"), 1)]
    answer = match(came("150.00"), round_sums, ["erp:anna"])
    assert (answer.rule, answer.automatic) == ("payer_unclear", False)
    assert answer.proposals[0].invoices == ("erp:1", "erp:2")


def test_more_than_twenty_items_are_never_summed_by_themselves():
    many = [owed(1, f"{15_000 + i}.{i:02d}", invoice=f"erp:{i:02d}") for i in range(21)]
    answer = match(came("30001.01"), many, ["erp:anna"])
    assert (answer.automatic, answer.proposals[0].invoices) == (False, ("erp:00", "erp:01"))
    assert match(came("30001.01"), many[:20], ["erp:anna"]).rule == "payer_sum"


def test_a_reference_that_several_items_share_is_decided_by_the_amount():
    shared = [owed(1, "30.11", ONE), owed(2, "45.23", ONE), owed(3, "60.37", ONE)]
    one, two = (match(came(amount, ONE), shared) for amount in ("45.23", "75.34"))
    assert [a.invoice for a in one.allocations] == ["erp:2"]
    assert [a.invoice for a in two.allocations] == ["erp:1", "erp:2"]
    assert not match(came("10.00", ONE), shared).automatic


def test_an_exact_answer_needs_no_more_candidates():
    assert match(came("100.00", ONE), BOOKS).exact
    assert match(came("65.00", TWO), BOOKS).exact
    assert not match(came("99.00", ONE), BOOKS).exact
    assert not match(came("101.00", ONE), BOOKS).exact


def test_a_payer_is_remembered_only_by_a_checked_reference_paid_without_a_question():
    assert match(came("100.00", ONE), BOOKS).certain
    assert not match(came("130.00", ONE), BOOKS).certain
    assert not match(came("31.17", "INV-2026-00003"), BOOKS).certain
    assert not match(came("60.00"), BOOKS, ["erp:anna"]).certain
    assert not match(came("131.17", ONE, THREE), BOOKS).certain


def test_no_reason_holds_anything_of_the_payer():
    said = "Matti Meikalainen lasku INV-2026-00003"
    for payment in (came("31.17", text=said, payer="X99"), came("1.00", text=said, payer="X99")):
        text = match(payment, BOOKS).model_dump_json()
        assert "Matti" not in text
        assert "X99" not in text


def test_a_bare_number_may_be_a_customers_and_needs_more_than_a_common_amount():
    books = [owed(1, "9.90", number="1042"), owed(2, "9.90", number="1043")]
    for text in ("1042", "hei 1042"):
        assert not match(came("9.90", text=text), books).automatic
        assert match(came("9.90", text=text), books).proposals[0].invoices == ("erp:1",)
        assert match(came("9.90", text=text), books, ["erp:anna"]).automatic
    assert match(came("9.90", text="lasku 1042"), books).automatic


def test_an_agents_account_holds_only_what_fits():
    books = [owed(1, "50.00", debtor=f"erp:{i}", invoice=f"erp:i{i}") for i in range(12)]
    known = [f"erp:{i}" for i in range(12)]
    answer = match(came("12.34"), books, known)
    assert (answer.proposals, answer.hold) == ((), ())
