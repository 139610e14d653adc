"""The ledger: the sources' balance by any road, fees that were not owed, interest by receipt."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import ledger
from shared.domain.case import Case, ClaimState
from shared.domain.events import (
    CaseClosed,
    ClaimMissing,
    NoticeReturned,
    PartnerClosed,
    PartnerPaid,
)  # fmt: skip
from shared.domain.law import load
from shared.domain.ledger import Truth
from shared.domain.model import Agreement, Allocation, CreditNote, Invoice, Party, Payment
from shared.domain.money import Money
from shared.domain.partner_events import PartnerRemitted, RemittedPart
from tests.domain.casebook import (
    FI,
    case_of,
    charged,
    day,
    eur,
    handed,
    joined,
    more,
    on,
    paid,
    reminded,
)  # fmt: skip

TOLERANCE = eur("1.00")


def invoice(open_: str = "100.00", **more: Any) -> Invoice:
    fields: dict[str, Any] = {
        "id": "erp:a", "version": "1", "number": "a", "debtor": "erp:cust-9",
        "issued": day("01-01"), "sent": day("01-01"), "due": day("01-16"), "total": eur("100.00"),
        "open": eur(open_), "capacity": "consumer", "claim_class": "goods",
    }  # fmt: skip
    return Invoice(**(fields | more))


def payment(name: str, received: str, amount: str, *, booked: str | None = None) -> Payment:
    return Payment(
        id=f"erp:{name}", version="1", amount=eur(amount), value_date=day(received),
        received=day(received), booked=day(booked or received),
        allocations=(Allocation(invoice="erp:a", amount=eur(amount)),),
    )  # fmt: skip


def note(name: str, issued: str, amount: str) -> CreditNote:
    return CreditNote(
        id=f"erp:{name}", version="1", number=name, debtor="erp:cust-9", issued=day(issued),
        total=eur(amount), allocations=(Allocation(invoice="erp:a", amount=eur(amount)),),
    )  # fmt: skip


def booked(case: Case, *truths: Truth, when: str = "02-10") -> Case:
    """The case after each truth is booked in turn, twice over."""
    for truth in [one for one in truths for _ in (1, 2)]:
        case = more(case, ledger.reconcile(case, truth, on(when), TOLERANCE))
    return case


def kinds(case: Case, truth: Truth, when: str = "02-10") -> list[str]:
    return [one.kind for one in ledger.reconcile(case, truth, on(when), TOLERANCE)]


def test_facts_that_are_booked_already_make_no_event():
    truth = Truth(invoice("60.00"), (payment("p", "01-20", "40.00"),))
    case = booked(case_of(joined()), truth)

    assert kinds(case, truth) == []
    assert kinds(case_of(joined()), Truth(invoice())) == []


MOVEMENTS = [
    ("payment", 5, "40.00"),
    ("payment", 9, "25.00"),
    ("note", 12, "10.00"),
    ("payment", 20, "25.00"),
]
BALANCES = st.sampled_from(["100.00", "60.00", "35.00", "25.00", "0.00"])


def seen_as(names: list[int], balance: str) -> Truth:
    """What the sources state when these movements and this balance have reached us."""
    payments, notes = [], []
    for index in names:
        kind, offset, amount = MOVEMENTS[index]
        when = (day("01-16") + timedelta(days=offset)).strftime("%m-%d")
        if kind == "payment":
            payments.append(payment(f"p{index}", when, amount))
        else:
            notes.append(note(f"n{index}", when, amount))
    return Truth(invoice(balance), tuple(payments), tuple(notes))


@given(
    st.permutations(range(len(MOVEMENTS))),
    st.lists(
        st.tuples(
            st.integers(0, 4), st.sampled_from(["100.00", "60.00", "35.00", "25.00", "0.00"])
        ),
        max_size=6,
    ),
)
def test_any_order_and_repetition_of_feeds_gives_the_same_claim(order, glimpses):
    """Movements arrive one after the other in any order, the balance before, after or with them."""
    truths = [seen_as(list(order[:count]), balance) for count, balance in sorted(glimpses)]
    final = seen_as(list(order), "0.00")

    case = booked(case_of(joined()), *truths, final, final)
    plain = booked(case_of(joined()), seen_as(list(range(4)), "0.00"))

    mine, theirs = case.claims["erp:a"], plain.claims["erp:a"]
    assert mine.open == theirs.open == eur("0.00")
    assert set(mine.counted) == set(theirs.counted)
    # Once all is explained, the days of receipt are the same too: so are interest and fees.
    assert ledger.balances(mine) == ledger.balances(theirs)


def test_what_movements_do_not_explain_is_stated_by_the_source():
    case = case_of(joined())
    (event,) = ledger.reconcile(case, Truth(invoice("30.00")), on("02-10"), TOLERANCE)

    assert (event.kind, event.open, event.before) == ("balance_stated", eur("30.00"), eur("100.00"))
    assert (event.cause, event.raised) == ("unexplained", False)


def test_a_balance_that_rises_is_something_for_a_person():
    case = booked(case_of(joined()), Truth(invoice("0.00"), (payment("p", "01-20", "100.00"),)))

    (event,) = ledger.reconcile(
        case, Truth(invoice("100.00"), (payment("p", "01-20", "100.00"),)), on("02-12"), TOLERANCE
    )

    assert (event.open, event.raised) == (eur("100.00"), True)


def test_a_balance_that_only_runs_behind_its_payment_is_nothing_for_a_person():
    behind = Truth(invoice("100.00"), (payment("p", "01-20", "100.00"),))

    case = booked(case_of(joined()), behind)
    assert (case.claims["erp:a"].open, case.claims["erp:a"].raised) == (eur("100.00"), False)

    case = booked(case, Truth(invoice("0.00"), behind.payments))
    assert ledger.open_on(case.claims["erp:a"], day("01-20")) == eur("0.00")


def test_a_write_off_is_told_from_what_else_the_source_does_not_explain():
    truth = Truth(invoice("50.00", written_off=eur("20.00")))
    events = ledger.reconcile(case_of(joined()), truth, on("02-10"), TOLERANCE)

    assert [(one.cause, one.open) for one in events] == [
        ("write_off", eur("80.00")), ("unexplained", eur("50.00")),
    ]  # fmt: skip
    assert kinds(booked(case_of(joined()), truth), truth) == []


def test_a_cancelled_invoice_is_owed_no_more_and_neither_is_its_fee():
    case = case_of(joined(), reminded("n1", "02-02", deadline="02-13", **charged()))

    events = ledger.reconcile(case, Truth(invoice(cancelled=True)), on("02-10"), TOLERANCE)

    assert [one.kind for one in events] == ["balance_stated", "fee_credited"]
    assert (events[0].cause, events[1].why) == ("cancelled", "waived")
    assert more(case, events).open_claims() == []


def test_flags_of_invoice_and_customer_are_booked_together():
    party = Party(
        id="erp:cust-9", version="1", kind="person", name="Aino", country="FI",
        do_not_dun=("customer_blocked",),
    )  # fmt: skip
    truth = Truth(invoice(do_not_dun=("disputed",)), party=party)
    case = booked(case_of(joined()), truth)

    assert case.claims["erp:a"].do_not_dun == ("customer_blocked", "disputed")
    assert kinds(case, truth) == []


def test_an_invoice_that_is_back_is_no_longer_missing():
    case = case_of(joined(), ClaimMissing(at=on("02-09"), claim="erp:a"))

    assert not booked(case, Truth(invoice())).claims["erp:a"].missing


def test_more_time_at_the_source_is_more_time_here():
    case = booked(case_of(joined()), Truth(invoice(due=day("02-20"))))
    assert case.claims["erp:a"].claim.due == day("02-20")

    # A day that moves forward takes nothing from the debtor, nor does it from a partner's file.
    assert kinds(case, Truth(invoice(due=day("01-10")))) == []
    with_partner = case_of(joined(), handed("h", "03-01"))
    assert kinds(with_partner, Truth(invoice(due=day("03-20")))) == []


# --- money at the partner -----------------------------------------------------------------------


def with_partner_money() -> Case:
    money = PartnerPaid(
        at=on("03-05"), message="m1", claim="erp:a", principal=eur("40.00"), interest=eur("0.50"),
        fees=eur("5.00"), received=day("03-04"),
    )  # fmt: skip
    return case_of(joined(), handed("h", "03-01"), money)


def test_the_source_need_not_know_of_money_that_the_partner_still_keeps():
    case = booked(with_partner_money(), Truth(invoice("100.00")), when="03-06")

    assert case.claims["erp:a"].open == eur("60.00")


def test_money_paid_to_the_creditor_meanwhile_comes_on_top():
    truth = Truth(invoice("40.00"), (payment("p", "03-08", "60.00"),))

    case = booked(with_partner_money(), truth, when="03-09")

    assert case.claims["erp:a"].open == eur("0.00")


def test_a_payout_in_the_books_net_of_commission_lowers_the_claim_once():
    """The partner had 40.00 and paid out 34.00: what the debtor paid counts, whole and once."""
    lines = (("principal", "40.00"), ("commission", "-6.00"))
    advice = PartnerRemitted(
        at=on("03-20"), message="m3", remittance="R", value_date=day("03-20"),
        lines=tuple(
            RemittedPart(claim="erp:a", category=one, amount=eur(amount)) for one, amount in lines
        ),
    )  # fmt: skip
    truth = Truth(invoice("66.00"), (payment("p", "03-20", "34.00"),))

    case = booked(more(with_partner_money(), advice), truth, when="03-21")

    assert case.claims["erp:a"].open == eur("60.00")


def test_once_the_partner_has_ended_the_source_has_the_last_word():
    ended = PartnerClosed(at=on("04-01"), message="m2", code="PAID_PARTIAL_SETTLED")
    truth = Truth(invoice("60.00"), (payment("p", "03-20", "40.00"),))

    case = booked(more(with_partner_money(), ended), truth, when="04-02")

    assert case.claims["erp:a"].open == eur("60.00")


# --- fees that were not owed --------------------------------------------------------------------

CHARGED = reminded("n1", "02-02", deadline="02-13", **charged())


@pytest.mark.parametrize("received", ["01-30", "02-02"])
def test_a_fee_is_credited_when_the_money_was_there_by_the_day_of_sending(received):
    late = payment("p", received, "100.00", booked="02-05")

    events = ledger.reconcile(
        case_of(joined(), CHARGED), Truth(invoice("0.00"), (late,)), on("02-05"), TOLERANCE
    )

    assert [one.kind for one in events] == ["payment_allocated", "fee_credited"]
    assert (events[1].why, events[1].amount) == ("crossed", eur("5.00"))


def test_a_fee_is_credited_whichever_feed_comes_first():
    case = booked(case_of(joined(), CHARGED), Truth(invoice("0.00")), when="02-05")
    assert case.fees_of("erp:a") == eur("5.00")

    case = booked(case, Truth(invoice("0.00"), (payment("p", "01-30", "100.00"),)), when="02-06")

    assert case.fees_of("erp:a") == eur("0.00")


def test_a_fee_stays_when_the_money_came_after_the_sending():
    truth = Truth(invoice("0.00"), (payment("p", "02-03", "100.00"),))

    assert booked(case_of(joined(), CHARGED), truth).fees_of("erp:a") == eur("5.00")


def test_a_fee_stays_while_more_than_the_tolerance_was_open():
    part = Truth(invoice("40.00"), (payment("p", "01-30", "60.00"),))
    nearly = Truth(invoice("1.00"), (payment("p", "01-30", "99.00"),))

    assert booked(case_of(joined(), CHARGED), part).fees_of("erp:a") == eur("5.00")
    assert booked(case_of(joined(), CHARGED), nearly).fees_of("erp:a") == eur("0.00")


def test_a_fee_is_credited_once_and_never_for_a_notice_that_returned():
    truth = Truth(invoice("0.00"), (payment("p", "01-30", "100.00"),))
    case = booked(case_of(joined(), CHARGED), truth)
    assert ledger.crossed(case, on("02-20"), TOLERANCE) == []

    returned = NoticeReturned(at=on("02-03"), act="n1", code="bounced")
    assert booked(case_of(joined(), CHARGED, returned), truth).notices["n1"].fee_credited is False


# --- positions ----------------------------------------------------------------------------------


def test_interest_follows_the_balances_by_days_of_receipt():
    events = [
        joined(total="3650.00"), paid("p", "01-26", "1825.00", booked="02-05"),
        paid("q", "02-05", "1825.00"),
    ]  # fmt: skip
    case = case_of(events)

    assert ledger.balances(case.claims["erp:a"]) == (
        (day("01-16"), eur("3650.00")), (day("01-26"), eur("1825.00")), (day("02-05"), eur("0.00")),
    )  # fmt: skip
    # Ten days on the whole and ten on the half, at the 9.5 % of the first half of 2026.
    at = ledger.position(case, case.claims["erp:a"], FI, day("03-01"))
    assert (at.interest.total, at.open, at.fees) == (eur("14.25"), eur("0.00"), eur("0.00"))
    assert [one.days for one in at.interest.segments] == [10, 10]
    assert {one.rate for one in at.interest.segments} == {Decimal("9.50")}


def test_money_before_the_due_date_bears_no_interest():
    case = case_of(joined(), paid("p", "01-10", "60.00"))

    assert ledger.balances(case.claims["erp:a"]) == ((day("01-16"), eur("40.00")),)


def test_a_position_counts_the_fees_that_are_owed():
    case = case_of(joined(), joined("b"), CHARGED)

    at = ledger.positions(case, FI, day("02-10"), ["erp:a", "erp:b"])

    assert [at[name].fees for name in ("erp:a", "erp:b")] == [eur("5.00"), eur("0.00")]


# --- joining ------------------------------------------------------------------------------------


def test_a_claim_joins_with_what_the_sources_state():
    truth = Truth(
        invoice("60.00"), (payment("p", "01-10", "40.00"),), (note("n", "01-11", "5.00"),)
    )

    made = ledger.claim_of(truth)

    assert (made.total, made.open) == (eur("100.00"), eur("60.00"))
    assert made.settled == ("erp:p", "erp:n")


@pytest.mark.parametrize(
    ("kind", "natural"),
    [("person", True), ("unknown", True), ("estate", True), ("company", False), ("public", False)],
)
def test_a_debtor_who_is_not_known_better_is_a_natural_person(kind, natural):
    party = Party(id="erp:cust-9", version="1", kind=kind, name="x", country="FI")

    assert ledger.claim_of(Truth(invoice(), party=party)).natural_person is natural
    assert ledger.claim_of(Truth(invoice())).natural_person is True


def test_a_closed_case_learns_of_a_balance_that_rises():
    truth = Truth(invoice("0.00"), (payment("p", "01-20", "100.00"),))
    closed = more(booked(case_of(joined()), truth), CaseClosed(at=on("03-20"), why="nothing_open"))

    reopened = booked(closed, Truth(invoice("100.00"), truth.payments), when="03-25")

    assert (reopened.closed, reopened.claims["erp:a"].raised) == (False, True)
    assert ledger.open_on(reopened.claims["erp:a"], date.max) == Money.of("100.00", "EUR")


def test_what_was_agreed_stands_on_the_claim_and_its_rate_bears_interest():
    invoice = Invoice(
        id="erp:1", version="1", number="1", debtor="erp:d", issued=date(2026, 1, 2),
        due=date(2026, 1, 16), total=Money.of("1000.00", "SEK"), open=Money.of("1000.00", "SEK"),
        capacity="business", claim_class="goods", agreement="erp:1",
    )  # fmt: skip
    agreement = Agreement(
        id="erp:1", debtor="erp:d", reminder_fee_clause=date(2025, 12, 1),
        agreed_rate="6.00",
    )  # fmt: skip
    company = Party(
        id="erp:d", version="1", kind="company", name="Bolag", country="SE", customer_number="1"
    )
    claim = ledger.claim_of(Truth(invoice, party=company, agreement=agreement))
    assert claim.fee_clause == date(2025, 12, 1)
    state = ClaimState(claim=claim, open=claim.open)
    late = ledger.position(Case(id="c", currency="SEK"), state, load("SE"), date(2026, 2, 15))
    # 30 days of 6 per cent on 1,000: the agreed rate and not the statutory 10.
    assert late.interest.total == Money.of("4.93", "SEK")
