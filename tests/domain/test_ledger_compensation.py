"""The fixed sum for late payment: whoever chooses it gets what the law allows, and no cent more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain import casefile, ledger
from shared.domain.case import Case
from shared.domain.command_forms import REDUCING
from shared.domain.decide import Remind
from shared.domain.demand import asked_for, demands
from shared.domain.events import (
    ActSent,
    CaseOpened,
    Claim,
    ClaimJoined,
    CreditApplied,
    PolicyRef,
    ReminderIntended,
    read_event,
    write_event,
)
from shared.domain.explain import content_hash
from shared.domain.extras_rules import ExtrasRules
from shared.domain.law import check_policy, load
from shared.domain.letter import contradictions, render
from shared.domain.model import Address
from shared.domain.money import Money
from shared.domain.notice import letter_for
from shared.domain.residual import charge, residuals
from shared.errors import Refused
from tests.domain.casebook import (
    FI,
    ask_of,
    case_of,
    charged,
    day,
    eur,
    flat,
    joined,
    more,
    on,
    opened,
    paid,
    policy,
    reminded,
)
from tests.domain.statebook import told
from tests.domain.test_extras import paid as transfer
from tests.domain.test_extras import truth
from tests.domain.test_lawcheck import policy as checked
from tests.domain.test_lawcheck import remind
from tests.domain.test_ledger import TOLERANCE
from tests.domain.test_notice import CREDITOR, party

ONE = "erp:a"
FIRM = {"capacity": "business", "natural_person": False}
CLAIMS = opened(capacity="business", compensation=True)


def firm(*events, **of):
    """A case that claims the compensation, of a business's claim of 100.00 due on 16 January."""
    return Case.replay("c1", flat([CLAIMS, joined(**(FIRM | of)), *events]))


def at(case, when="02-10", **of):
    found = ledger.position(case, case.claims[ONE], FI, day(when), **of)
    fixed = found.compensation or eur("0.00")
    return tuple(str(one.amount) for one in (found.open, found.interest_due, found.fees, fixed))


# --- the law's own cases -------------------------------------------------------------------------

GOLDEN = [
    ("SE-3", "SE", "80000.00", date(2026, 2, 20), date(2026, 4, 20), ("60.00", "180.00"),
     ("1293.15", "240.00", "210.00", "81743.15")),
    ("NO-3", "NO", "45000.00", date(2026, 2, 2), date(2026, 3, 4), (),
     ("443.84", "0.00", "460.00", "45903.84")),
    ("DK-3", "DK", "60000.00", date(2024, 1, 10), date(2024, 2, 10), ("100.00",),
     ("587.50", "100.00", "310.00", "60997.50")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("country", "principal", "due", "when", "fees", "told"),
    [one[1:] for one in GOLDEN],
    ids=[one[0] for one in GOLDEN],
)
def test_the_golden_cases_of_the_law_are_what_a_position_says(
    country, principal, due, when, fees, told
):
    law = load(country)
    instant = datetime(due.year, due.month, due.day, 8, tzinfo=UTC)
    whole = Money.of(principal, law.currency)
    events = [
        CaseOpened(
            at=instant, debtor="erp:d", connection="erp", policy=PolicyRef(id="p", version=1),
            law=country, capacity="business", currency=law.currency, compensation=True,
        ),
        ClaimJoined(at=instant, claim=Claim(
            id=ONE, number="a", total=whole, open=whole, issued=due, sent=due, due=due,
            reference=None, capacity="business", natural_person=False, claim_class="goods",
        )),
    ]  # fmt: skip
    for number, fee in enumerate(fees):
        sent = due + timedelta(days=10 + number)
        events += [
            ReminderIntended(
                at=instant, act=f"n{number}", step="r1", claims=(ONE,), channel="email",
                tone="firm", language="sv", deadline=when, document="letter",
                content_hash="0" * 64, fee=Money.of(fee, law.currency), fee_claim=ONE,
                fee_rule="X",
            ),
            ActSent(at=instant, act=f"n{number}", on=sent),
        ]  # fmt: skip
    case = Case.replay("c1", events)
    found = ledger.position(case, case.claims[ONE], law, when)
    parts = (found.interest_due, found.fees, found.compensation, found.total)
    assert tuple(str(one.amount) for one in parts) == told


@pytest.mark.parametrize(
    ("fee", "told"),
    [(None, "40.00"), ("5.00", "35.00"), ("40.00", "0.00"), ("62.00", "0.00")],
)
def test_where_the_law_sets_it_off_only_what_exceeds_the_fees_is_owed(fee, told):
    notices = reminded("n1", "01-25", deadline="02-04", **charged(fee)) if fee else []
    assert at(firm(notices))[3] == told
    # A fee that goes out with today's letter counts at once.
    assert at(firm(), fee=eur(fee) if fee else None)[3] == told


@pytest.mark.parametrize(
    ("capacity", "person"),
    [("consumer", True), ("consumer", False), ("unknown", True), ("unknown", False),
     ("business", True)],
)  # fmt: skip
def test_it_is_never_claimed_of_consumers_natural_persons_or_who_is_not_known(capacity, person):
    assert at(firm(capacity=capacity, natural_person=person))[3] == "0.00"


def test_nothing_is_claimed_before_the_claim_is_late_or_without_the_choice():
    # 17 January 2026 is a Saturday, so that the law looks at Monday the 19th.
    case = firm(due="01-17")
    assert (at(case, "01-19")[3], at(case, "01-20")[3]) == ("0.00", "40.00")
    assert at(case_of(joined(**FIRM)))[3] == "0.00"


def test_money_that_was_there_in_time_and_what_was_credited_whole_owe_nothing():
    assert at(firm(paid("p", "01-16", "100.00", booked="02-02")))[3] == "0.00"
    assert at(firm(paid("p", "01-17", "100.00")))[3] == "40.00"
    note = CreditApplied(
        at=on("02-01"), credit_note="erp:n", claim=ONE, amount=eur("100.00"), issued=day("02-01")
    )
    assert at(firm(note))[3] == "0.00"


def test_an_amount_that_the_pack_does_not_know_is_nothing_with_its_reason():
    law = load("NO")
    case = Case.replay("c1", [
        CLAIMS.model_copy(update={"law": "NO", "currency": "NOK"}),
        ClaimJoined(at=on("07-02"), claim=joined(**FIRM).claim.model_copy(update={
            "total": Money.of("100.00", "NOK"), "open": Money.of("100.00", "NOK"),
            "due": date(2026, 7, 2),
        })),
    ])  # fmt: skip
    found = ledger.position(case, case.claims[ONE], law, date(2026, 8, 3))
    assert found.compensation is None
    assert [one.rule for one in found.claimed.because] == ["law.no_rule"]


# --- letters -------------------------------------------------------------------------------------


def letter(case, when="02-20"):
    decision = ask_of(case, when)
    assert isinstance(decision, Remind)
    today = day(when)
    asked = asked_for(case, FI, today, decision)
    address = Address(lines=("Tie 1",), postal_code="00100", city="Helsinki", country="FI")
    whom = party(kind="company", addresses=(address,), language="en")
    return letter_for(case, decision, CREDITOR, whom, asked, today)


def test_a_letter_names_it_with_its_section_and_adds_it_up():
    said = letter(firm(reminded("n1", "01-19", deadline="01-30")), "02-03")
    (item,) = said.items
    # The fee of this very letter is set off as well.
    assert (item.fee_now, item.compensation) == (eur("12.00"), eur("28.00"))
    assert said.totals.due == eur("100.00") + item.interest + eur("40.00")
    assert contradictions(said) == ()
    text = render(said).text
    assert "Late payment compensation (513/1999 10 e §)" in text
    wrong = said.totals.model_copy(update={"compensation": None})
    assert "totals.compensation" in contradictions(said.model_copy(update={"totals": wrong}))


def test_a_letter_that_asks_for_it_without_a_section_is_refused():
    said = letter(firm(reminded("n1", "01-19", deadline="01-30")))
    with pytest.raises(ValueError, match="compensation_section"):
        render(said.model_copy(update={"compensation_section": ""}))


def test_a_claim_that_is_covered_whole_is_asked_for_none():
    case = firm()
    (part,) = demands(case, FI, day("02-10"), [ONE], {ONE: eur("40.00")}).values()
    (none,) = demands(case, FI, day("02-10"), [ONE], {ONE: eur("100.00")}).values()
    assert (part.compensation, none.compensation) == (eur("40.00"), None)


# --- money ---------------------------------------------------------------------------------------


def book(case, *payments):
    found = ledger.reconcile(case, truth(*payments), on("02-15"), TOLERANCE, FI)
    case = more(case, found)
    assert ledger.reconcile(case, truth(*payments), on("02-15"), TOLERANCE, FI) == []
    return case


def test_a_transfer_of_principal_interest_and_compensation_leaves_nothing():
    # 25 days at 10.5 %: 0.72.
    case = book(firm(), transfer("140.72", "100.00", "40.72"))
    assert at(case, "02-15") == ("0.00", "0.00", "0.00", "0.00")
    found = ledger.position(case, case.claims[ONE], FI, day("02-15"))
    assert found.over is None


def test_money_settles_the_fees_before_the_compensation():
    notice = reminded("n1", "01-25", deadline="02-04", **charged())
    case = book(firm(notice), transfer("110.72", "100.00", "10.72"))
    assert at(case, "02-15") == ("0.00", "0.00", "0.00", "30.00")


def test_a_fee_that_comes_after_the_compensation_was_paid_is_set_off_against_it():
    case = book(firm(), transfer("140.72", "100.00", "40.72"))
    later = more(case, reminded("n1", "02-16", deadline="02-26", **charged()))
    assert at(later, "02-20") == ("0.00", "0.00", "0.00", "0.00")


def test_what_is_left_of_it_goes_where_the_policy_sends_costs():
    case = book(firm(), transfer("100.72", "100.00", "0.72"))
    rules = policy(extras=ExtrasRules(compensation="claim"))
    (event,) = residuals(case, rules, FI, day("02-20"), on("02-20"))
    row = charge(case, event, FI)
    assert (event.becomes, row.fees, row.compensation) == (
        "next_invoice", eur("40.00"), eur("40.00"),
    )  # fmt: skip
    after = more(case, [event])
    assert at(after, "02-20")[3] == "0.00"
    assert residuals(after, rules, FI, day("02-20"), on("02-20")) == []


# --- the case file -------------------------------------------------------------------------------


def test_a_case_file_has_it_as_an_amount_of_its_own_with_what_was_paid():
    events = flat([CLAIMS, joined(**FIRM)])
    case = Case.replay("c1", events)
    events += ledger.reconcile(
        case, truth(transfer("115.72", "100.00", "15.72")), on("02-15"), TOLERANCE, FI
    )
    case = Case.replay("c1", events)
    now = ledger.position(case, case.claims[ONE], FI, day("02-15"))
    file = casefile.build(
        case, events, (ONE,), creditor=CREDITOR, party=party(), interest={ONE: now.interest},
        created_at=on("02-15"), as_of=day("02-15"), file_version=1,
        compensation={ONE: now.claimed},
    )  # fmt: skip
    fixed = file.claims[0].compensation
    assert (fixed.rule, fixed.amount, fixed.paid) == ("FI-B-STD", eur("40.00"), eur("15.00"))
    assert (file.totals.compensation, file.totals.open) == (eur("25.00"), eur("25.00"))
    broken = file.model_dump() | {"totals": file.totals.model_copy(update={"compensation": None})}
    with pytest.raises(ValueError, match="totals"):
        casefile.CaseFile.model_validate(broken)


def test_a_person_may_let_it_go_once_and_it_takes_a_right_to_money():
    case = firm()
    assert ledger.position(case, case.claims[ONE], FI, day("02-15")).compensation == eur("40.00")

    waived = told(case, "02-15", "waive_compensation", claim=ONE)
    assert not ledger.position(waived, waived.claims[ONE], FI, day("02-15")).compensation
    assert "waive_compensation" in REDUCING
    with pytest.raises(Refused) as twice:
        told(waived, "02-16", "waive_compensation", "k2", claim=ONE)
    with pytest.raises(Refused) as nothing:
        told(case_of(joined()), "02-16", "waive_compensation", claim=ONE)
    assert (twice.value.code, nothing.value.code) == ("compensation_waived", "no_compensation")


# --- the choice ----------------------------------------------------------------------------------


def test_who_does_not_choose_it_keeps_every_byte_and_hash():
    assert b"compensation" not in write_event(opened()).encode()
    assert read_event(write_event(CLAIMS)) == CLAIMS
    assert "compensation" not in case_of(joined()).model_dump_json()
    plain, chosen = policy(), policy(extras=ExtrasRules(compensation="claim"))
    assert "compensation" not in plain.model_dump_json()
    assert content_hash(plain) != content_hash(chosen)
    assert type(chosen).model_validate_json(chosen.model_dump_json()) == chosen


@pytest.mark.parametrize(("country", "refused"), [("FI", []), ("SE", []), ("DK", []),
                         ("NO", [("extras.compensation", "NO-B-STD-2026-01-01")])])  # fmt: skip
def test_a_policy_may_not_choose_what_the_law_does_not_give(country, refused):
    law = load(country)
    plain = checked(remind("friendly", 4), law=country, currency=law.currency)
    chosen = plain.model_copy(update={"extras": ExtrasRules(compensation="claim")})
    found = [one for one in check_policy(law, chosen) if one not in check_policy(law, plain)]
    assert [(one.path, one.rule) for one in found] == refused
    assert all(one.section for one in found)
