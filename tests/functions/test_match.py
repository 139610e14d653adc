"""Matching and booking: money finds its claims once, whoever saw it first and however often."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest

from functions import match
from shared.cloud import clock, keys, lookups, money_rows, table
from shared.domain.model import Allocation, CreditNote
from shared.domain.references import rf_reference
from shared.domain.sighting import Payer, Remitted
from tests.functions.money import (
    REFERENCES,
    claims,
    connected,
    holds,
    invoice,
    open_now,
    payment,
    reversal,
    run,
    see,
    sighting,
    stated,
    take,
    tasks_open,
    tell,
    work,
)
from tests.functions.world import NORDIC, NOW, eur


@pytest.fixture
def world(aws):
    """Three invoices of three debtors, each in a case, and two feeds."""
    connected("erp")
    connected("bank")
    tell(invoice("1"), invoice("2"), invoice("3"))
    assert open_now() == {"1": "100.00", "2": "100.00", "3": "100.00"}


def exact(name="1", number="1", amount="100.00", **of):
    return sighting(name, amount, references=(REFERENCES[number],), **of)


def test_a_reference_books_the_money_at_once(world):
    see(exact())
    assert open_now()["1"] == "0.00"
    assert (payment().status, payment().rest) == ("matched", eur("0.00"))
    assert claims()["erp:1"].movements[0].on == date(2026, 2, 25)
    assert tasks_open() == []


def test_part_of_a_claim_and_more_than_a_claim(world):
    see(exact("1", amount="40.00"), exact("2", "2", amount="130.00"))
    assert open_now() == {"1": "60.00", "2": "0.00", "3": "100.00"}
    # What is left after the interest of the day on which the money counts.
    assert (payment("2").status, payment("2").rest) == ("unapplied", eur("28.93"))
    assert tasks_open() == ["payment_unapplied"]


def test_the_same_sighting_again_changes_nothing(world):
    see(exact())
    before = table_of()
    tally = take(exact())
    assert (tally.new, tally.changed, tally.payments) == (0, 0, set())
    run(match, [{"tenant": "nordic", "payment": "bank:1"}] * 2)
    assert table_of() == before


def table_of():
    items = table.client().scan(TableName=table.name())["Items"]
    return sorted(str(sorted(item.items())) for item in items)


STORY = ("books", "bank", "provider", "lower", "reversal")


@pytest.mark.parametrize("order", list(itertools.permutations(("books", "bank", "lower"))))
def test_any_order_of_the_feeds_gives_the_same_balances(world, order):
    connected("cards")
    tellers = {
        "books": lambda: tell(stated("p1", "40.00"), stated("p2", "100.00", "2")),
        "lower": lambda: tell(invoice("1", "60.00"), invoice("2", "0.00")),
        "bank": lambda: see(exact("1", "1", "40.00"), exact("2", "2")),
    }
    for one in (*order, order[0]):
        tellers[one]()
    assert open_now() == {"1": "60.00", "2": "0.00", "3": "100.00"}
    assert [payment(one).status for one in "12"] == ["matched", "matched"]
    assert tasks_open() == []


@pytest.mark.parametrize("seed", range(4))
def test_a_shuffled_month_of_three_feeds_comes_to_one_end(world, seed):
    """Money in the bank, at a provider and in the books, some of it taken back, some twice."""
    connected("cards")
    card = sighting("c1", "30.00", id="cards:c1", account="stripe:acct_1", claim="erp:3")
    month = [
        lambda: see(exact("1", "1", "40.00")),
        lambda: see(exact("2", "2")),
        lambda: see(card, feed="cards"),
        lambda: see(exact("3", "3", "50.00")),
        lambda: see(reversal("3", "r3", "50.00")),
        lambda: tell(stated("p1", "40.00"), invoice("1", "60.00")),
        lambda: tell(stated("p2", "100.00", "2")),
        lambda: tell(invoice("2", "0.00")),
        lambda: tell(stated("p3", "30.00", "3")),
        lambda: tell(stated("p4", "50.00", "3")),
    ]
    shuffle = random.Random(seed)  # noqa: S311 - an order, no secret
    for story in (shuffle.sample(month, len(month)), shuffle.sample(month, 3)):
        for tells in story:
            tells()
    assert open_now() == {"1": "60.00", "2": "0.00", "3": "70.00"}
    assert tasks_open() == []


@pytest.mark.parametrize("lagging", [True, False])
def test_money_that_only_the_hub_saw_counts_before_the_books_know_it(world, lagging):
    see(exact("1", "1", "40.00"))
    if not lagging:
        tell(invoice("1", "60.00"))
    assert open_now()["1"] == "60.00"


def test_a_payment_that_comes_before_its_invoice_finds_it_later(world):
    see(exact("4", "4"))
    assert (payment("4").status, tasks_open()) == ("waiting", ["payment_ambiguous"])
    tell(invoice("4"))
    assert money_rows.looked_again(NORDIC, NOW) == {"bank:4"}
    work()
    assert (payment("4").status, tasks_open()) == ("matched", [])
    assert open_now()["4"] == "0.00"


# --- taken back, given again, given back ---------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_receipt_reversal_and_reinstatement_in_any_order(world, order):
    story = [exact(), reversal("1"), reversal("1", "w1", kind="reinstatement", amount="30.00")]
    for one in order:
        see(story[one])
    assert open_now()["1"] == "70.00"
    assert payment().taken_back == eur("70.00")
    assert [payment(one).status for one in ("r1", "w1")] == ["follows", "follows"]


def test_a_reversal_takes_back_what_it_had_settled_and_the_books_may_lag(world):
    tell(stated("p1", "100.00"), invoice("1", "0.00"))
    see(exact())
    see(reversal("1"))
    assert open_now()["1"] == "100.00"
    assert payment().status == "reversed"
    tell(invoice("1", "100.00"))
    assert (open_now()["1"], claims()["erp:1"].raised) == ("100.00", False)


def test_a_refund_lowers_what_has_no_place_and_reopens_nothing(world):
    see(exact("1", amount="130.00"), reversal("1", "b1", "28.93", kind="refund"))
    assert open_now()["1"] == "0.00"
    assert (payment().status, payment().rest, tasks_open()) == ("matched", eur("0.00"), [])
    see(reversal("1", "b2", "10.00", kind="refund"))
    assert open_now()["1"] == "0.00"
    assert (payment().refunded_beyond, tasks_open()) == (eur("10.00"), ["refund_beyond"])


def test_a_reversal_that_names_no_receipt_finds_the_only_one_that_is_alike(world):
    reference = {"references": (REFERENCES["1"],)}
    see(exact(), exact("2", "2"), reversal(None, **reference))
    assert open_now() == {"1": "100.00", "2": "0.00", "3": "100.00"}
    assert (payment("r1").receipt, tasks_open()) == ("bank:1", [])
    # Taken back once, it is no candidate for the next.
    see(reversal(None, "r2", **reference))
    assert (payment("r2").status, tasks_open()) == ("waiting", ["reversal_unknown"])


def test_a_reversal_that_names_nothing_waits_for_its_receipt_day_by_day(world):
    see(reversal(None, references=(REFERENCES["1"],)))
    assert tasks_open() == ["reversal_unknown"]
    see(exact())
    work(NOW + timedelta(days=1))
    assert (open_now()["1"], payment().status, tasks_open()) == ("100.00", "reversed", [])


def test_a_payout_is_recorded_and_never_matched(world):
    see(sighting("p", kind="payout", references=(REFERENCES["1"],)))
    assert payment("p").status == "payout"
    assert open_now()["1"] == "100.00"


def test_a_corrected_reversal_takes_back_what_it_says_now(world):
    see(exact())
    see(reversal("1"))
    assert open_now()["1"] == "100.00"
    see(reversal("1", amount="40.00", version="2"))
    assert (open_now()["1"], payment().taken_back) == ("40.00", eur("40.00"))
    see(reversal("1", amount="70.00", version="3"))
    assert (open_now()["1"], payment("r1").amount) == ("70.00", eur("70.00"))


def test_a_correction_of_a_reversal_that_named_nothing_finds_its_receipt_again(world):
    named = {"references": (REFERENCES["1"],)}
    see(exact(), reversal(None, **named))
    see(reversal(None, amount="40.00", version="2", **named))
    assert (open_now()["1"], payment().taken_back) == ("40.00", eur("40.00"))


def test_a_reversal_that_is_only_announced_books_nothing_and_the_claim_rests(world):
    see(exact(amount="40.00"))
    see(reversal("1", amount="40.00", settled=False))
    assert (open_now()["1"], holds()) == ("60.00", ["money:bank:1:erp:1"])
    assert (payment("r1").status, tasks_open()) == ("waiting", [])
    see(reversal("1", amount="40.00", version="2"))
    assert (open_now()["1"], holds(), payment("r1").status) == ("100.00", [], "follows")


@pytest.mark.parametrize("names_it", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_a_reversal_that_no_authority_says_is_not_booked(world, names_it, first):
    connected("peek", authority=False)
    payer = Payer(name="X", account="FI11")
    see(exact(payer=payer))
    seen = reversal("1" if names_it else None, references=(REFERENCES["1"],), payer=payer)
    seen = seen.model_copy(update={"id": "peek:zz"})
    again = reversal("1", "w1", kind="reinstatement", booked=date(2026, 2, 28))
    for one in (seen, None) if first else (None, seen):
        see(one or reversal("1"), feed="peek" if one else "bank")
        assert open_now()["1"] == ("0.00" if one and first else "100.00")
    see(again)
    assert (open_now()["1"], payment().taken_back) == ("0.00", eur("0.00"))


def test_a_refund_that_is_only_announced_and_then_gone_leaves_no_trace(world):
    see(exact(amount="130.00"))
    see(reversal("1", "rf", "28.93", kind="refund", settled=False))
    assert (payment().rest, payment().refunded) == (eur("28.93"), eur("0.00"))
    assert (payment().status, holds()) == ("unapplied", [])


# --- doubt ---------------------------------------------------------------------------------------


def test_an_amount_alone_books_nothing_and_holds_the_candidates(world):
    see(sighting("1", "100.00"))
    assert (payment().status, tasks_open()) == ("waiting", ["payment_ambiguous"])
    assert holds() == [f"money:bank:1:erp:{one}" for one in "123"]
    assert set(open_now().values()) == {"100.00"}


def test_a_payer_is_learned_from_the_second_certain_payment(world):
    tell(invoice("4", debtor="erp:d1", reference=None))
    payer = Payer(name="Aino", account="FI4950009420028730")
    see(exact(amount="40.00", payer=payer))
    see(exact(amount="40.00", payer=payer, version="2"))
    see(sighting("2", "100.00", payer=payer))
    # Once may be a slip, and the same payment again is no second one.
    assert payment("2").status == "waiting"
    see(exact("3", amount="60.00", payer=payer))
    see(sighting("4", "100.00", id="bank:4", payer=payer, version="2"))
    assert open_now() == {"1": "0.00", "2": "100.00", "3": "100.00", "4": "0.00"}
    assert not any("FI4950009420028730" in row["pk"] + row["sk"] for row in rows_of("LOOK"))


def rows_of(kind):
    items = table.client().scan(TableName=table.name())["Items"]
    rows = [table._load(item) for item in items]
    return [row for row in rows if f"#{kind}#" in row["pk"]]


def test_a_credit_note_that_the_payer_took_off_rests_until_the_books_take_it_off_too(world):
    note = CreditNote(
        id="erp:k1", version="1", number="2026-0900", debtor="erp:d1", issued=date(2026, 2, 1),
        total=eur("30.00"),
    )  # fmt: skip
    tell(note)
    see(exact(amount="70.00", split=(
        Remitted(number=REFERENCES["1"], amount=eur("100.00")),
        Remitted(number="2026-0900", amount=eur("30.00"), credit=True),
    )))  # fmt: skip
    assert (payment().status, tasks_open()) == ("matched", [])
    assert (open_now()["1"], holds()) == ("30.00", ["money:bank:1:erp:1"])
    used = note.model_copy(update={"version": "2", "allocations": (
        Allocation(invoice="erp:1", amount=eur("30.00")),)})  # fmt: skip
    tell(used, invoice("1", "0.00"), stated("p1", "70.00"))
    assert open_now()["1"] == "0.00"


def test_a_hint_books_nothing_and_holds_until_the_books_show_it(world):
    connected("bank", authority=False)
    see(exact())
    assert (open_now()["1"], holds()) == ("100.00", ["money:bank:1:erp:1"])
    assert tasks_open() == []
    tell(stated("p1", "100.00"), invoice("1", "0.00"))
    assert (open_now()["1"], holds()) == ("0.00", [])


def test_what_is_only_announced_is_a_hint(world):
    see(exact(settled=False))
    assert (open_now()["1"], holds()) == ("100.00", ["money:bank:1:erp:1"])
    see(exact(settled=True, version="2"))
    assert (open_now()["1"], holds()) == ("0.00", [])


def test_a_claim_that_joins_rests_where_money_waits_and_not_at_all_where_it_is_paid(
    world, monkeypatch
):
    early = {"issued": date(2026, 2, 1), "due": date(2026, 2, 27)}
    tell(invoice("4", **early), invoice("5", **early))
    assert set(open_now()) == {"1", "2", "3"}
    see(exact("4", "4"), sighting("5", "100.00", text="maybe"))
    later = NOW + timedelta(days=30)
    take(invoice("4", **early, state="seen"), invoice("5", **early, state="seen"), feed="erp",
         now=NOW)  # fmt: skip
    monkeypatch.setattr(clock, "wall", lambda: later)
    work(later)
    assert set(open_now()) == {"1", "2", "3", "5"}
    assert "money:bank:5:erp:5" in holds()


# --- at once -------------------------------------------------------------------------------------


def test_two_payments_matched_at_once_do_not_both_take_what_is_open(world, monkeypatch):
    take(exact("1"), exact("2", booked=date(2026, 2, 20), value_date=date(2026, 2, 20)))
    store, crossed = money_rows.store, []

    def crossing(*given):
        if not crossed:
            crossed.append(1)
            run(match, [{"tenant": "nordic", "payment": "bank:2"}])
        return store(*given)

    monkeypatch.setattr(money_rows, "store", crossing)
    run(match, [{"tenant": "nordic", "payment": "bank:1"}])
    work()
    assert (open_now()["1"], payment("2").rest) == ("0.00", eur("0.00"))
    # What is left after the interest of the day on which it counts has no place, and is asked.
    assert payment("1").status == "unapplied"
    assert payment("1").rest > eur("90.00")
    assert tasks_open() == ["payment_unapplied"]


def test_money_for_more_claims_than_are_written_at_once_goes_to_a_person_as_a_whole(aws):
    connected("erp")
    connected("bank")
    many = [
        invoice(str(one), debtor="erp:big", reference=numbered(1000 + one), capacity="business")
        .model_copy(update={"number": f"2026-1{one:04d}"})
        for one in range(60)
    ]  # fmt: skip
    tell(*many)
    payer = Payer(name="Big", account="FI9999999999999999")
    for one in (50, 51):
        see(sighting(f"t{one}", references=(many[one].reference,), payer=payer))
    references = tuple(one.reference for one in many[:35])
    see(sighting("big", "4000.00", references=references, payer=payer))
    assert (payment("big").lines, payment("big").status) == ((), "waiting")
    assert set(open_now().values()) == {"100.00", "0.00"}
    assert holds()
    assert len(tasks_open()) == 1


def numbered(number):
    """A Finnish reference with its check digit."""
    digits = [int(one) for one in reversed(str(number))]
    weighed = sum(digit * (7, 3, 1)[at % 3] for at, digit in enumerate(digits))
    return f"{number}{-weighed % 10}"


# --- nothing is lost -----------------------------------------------------------------------------


def test_a_changed_sighting_moves_its_money(world):
    see(exact())
    see(exact(number="2", version="2"))
    assert open_now() == {"1": "100.00", "2": "0.00", "3": "100.00"}
    assert keys.sighting(NORDIC, "bank:1")


@pytest.mark.parametrize("order", list(itertools.permutations(("books", "bank", "lower"))))
def test_a_letters_one_reference_is_split_over_its_claims_and_each_euro_counts_once(aws, order):
    """The bank knows one sum of the debtor, the books the same money invoice by invoice."""
    connected("erp")
    connected("bank")
    tell(*(invoice(one, debtor="erp:d1", due=date(2026, 1, 14 + int(one))) for one in "123"))
    one = rf_reference("1234567890123456")
    table.transact(lookups.asked_together(NORDIC, one, ["erp:1", "erp:2"]))
    tellers = {
        "books": lambda: tell(stated("p1", "100.00"), stated("p2", "50.00", "2")),
        "lower": lambda: tell(
            invoice("1", "0.00", debtor="erp:d1"),
            invoice("2", "50.00", debtor="erp:d1", due=date(2026, 1, 16)),
        ),
        "bank": lambda: see(sighting("1", "150.00", references=(one,))),
    }
    for teller in (*order, order[0]):
        tellers[teller]()
    assert open_now() == {"1": "0.00", "2": "50.00", "3": "100.00"}
    assert payment().resolution.rule == "collective"
    assert tasks_open() == []
