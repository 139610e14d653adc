"""Two partners of one case: what one asks, agrees and is owed is never taken for the other's."""

from __future__ import annotations

import json

import pytest

from shared.domain import at_partner
from shared.domain.casefile_rights import Mandate
from shared.domain.events import PartnerClosed
from shared.domain.partner_effects import effects
from shared.domain.partner_events import (
    PartnerCosts,
    PartnerLegalStep,
    PartnerMoved,
    PartnerNeeds,
    PartnerPaid,
    PartnerPaidBack,
    PartnerPlanAgreed,
    PartnerPlanEnded,
)
from shared.domain.plan_events import Instalment
from shared.domain.process_rules import ProcessRules
from shared.domain.telling import caught_up, told
from tests.domain.casebook import answered, case_of, day, eur, handed, joined, more, on, paid
from tests.domain.test_at_partner import rival

FIRST = case_of(joined("a"), handed("h", "03-01", "a"))


def change_of_agency(case):
    """The first agency lets go of all that it has, and the rival is handed the same claim."""
    end = PartnerClosed(
        at=on("03-20"), message="agency:end", code="WITHDRAWN_CREDITOR", partner="agency"
    )
    return more(case, end, rival("r", "03-25", "a"))


def asks(partner, number="1", question="1"):
    return PartnerNeeds(
        at=on("03-10"), message=f"{partner}:{number}", question=question, what="id",
        partner=partner,
    )  # fmt: skip


def taken(case, event, mandate=None):
    """The case after a report and all that follows from it."""
    found = effects(
        case, event, contested=None, rules=ProcessRules(), today=day("03-10"), mandate=mandate
    )
    return more(case, event, found.events)


def plan(partner, dues=("04-01",), name="1"):
    return PartnerPlanAgreed(
        at=on("03-10"), message=f"{partner}:p{name}", plan=name, claims=("erp:a",),
        instalments=tuple(Instalment(due=day(due), amount=eur("10.00")) for due in dues),
    )  # fmt: skip


def test_a_question_under_a_number_that_another_partner_used_is_asked_and_told_to_whoever_asked():
    case = taken(FIRST, asks("agency"))
    (first,) = case.tasks
    case = taken(change_of_agency(case), asks("rival"))

    (second,) = set(case.tasks) - {first}
    assert told(case, [answered(first, "continue", "03-27")]) == []
    (word,) = told(case, [answered(second, "continue", "03-27")])
    assert (word.partner, word.data["question"]) == ("rival", "1")


def test_a_question_is_asked_once_while_it_is_open_and_anew_after_its_answer():
    case = taken(taken(FIRST, asks("agency")), asks("agency", "2"))
    (first,) = case.tasks

    case = taken(more(case, answered(first, "continue", "03-11")), asks("agency", "3"))

    (again,) = case.tasks
    assert again != first
    (word,) = told(case, [answered(again, "continue", "03-12")])
    assert word.data["question"] == "1"


def test_a_plan_under_a_name_that_another_partner_used_is_another_plan():
    case = more(change_of_agency(more(FIRST, plan("agency"))), plan("rival"))
    over = PartnerPlanEnded(at=on("04-05"), message="rival:2", plan="1", outcome="broken")

    plans = more(case, over).at_partner.plans

    assert {name: one.outcome for name, one in plans.items()} == {
        "agency:1": None, "rival:1": "broken",
    }  # fmt: skip


def test_costs_of_one_partner_stay_owed_whatever_the_other_asks_for():
    case = more(FIRST, PartnerCosts(at=on("03-05"), message="agency:c", open=eur("30.00")))
    case = more(
        change_of_agency(case), PartnerCosts(at=on("03-26"), message="rival:c", open=eur("0.00"))
    )

    assert at_partner.costs_open(case) == eur("30.00")


def test_the_stage_of_a_partner_goes_when_it_lets_go():
    case = more(FIRST, PartnerMoved(at=on("03-05"), message="agency:s", stage="enforcement"))

    assert at_partner.shown(case)["stage"] == "enforcement"
    assert at_partner.shown(change_of_agency(case))["stage"] is None


def money(kind, partner, number, amount, when):
    """A payment that a partner reports, or (``back``) that it gave back."""
    parts = {"principal": eur(amount), "interest": eur("0.00"), "fees": eur("0.00")}
    said = {"at": on(when), "message": f"{partner}:{number}", "claim": "erp:a", **parts}
    if kind == "back":
        return PartnerPaidBack(**said, payment=f"{partner}:1", on=day(when))
    return PartnerPaid(**said, received=day(when))


def heard(case, *events):
    return [(one.partner, one.kind, one.data["amount"]) for one in told(case, events)]


def test_what_an_agency_receives_after_it_let_go_is_told_to_the_one_that_has_the_claim():
    """It knows of no report of the other: without a word it would ask for all of it."""
    case = change_of_agency(FIRST)
    late, own = (money("paid", partner, "1", "40.00", "03-28") for partner in ("agency", "rival"))

    (word,) = told(case, [late])

    assert (word.partner, word.kind, word.data["amount"]) == ("rival", "payment.direct", "40.00")
    assert "agency" not in json.dumps(word._asdict(), default=str)
    assert heard(case, own) == []
    after = more(case, late, money("paid", "rival", "1", "10.00", "03-29"))
    assert heard(after, paid("x", "04-10", "40.00")) == []
    # A file that was on its way meanwhile says nothing of it either.
    assert [one.kind for one in caught_up([late, own], {"erp:a": "rival"})] == ["payment.direct"]


def test_what_an_agency_gives_back_after_it_let_go_is_owed_to_the_one_that_has_the_claim():
    """The case file of the second one said 60.00: the first one's 40.00 were paid by then."""
    case = change_of_agency(more(FIRST, money("paid", "agency", "1", "40.00", "03-10")))

    assert heard(case, money("back", "agency", "2", "40.00", "04-02")) == [
        ("rival", "payment.reversed", "40.00")
    ]


# --- what the mandate lets a partner do ---------------------------------------------------------


@pytest.mark.parametrize(
    ("dues", "mandate", "asked_for"),
    [
        (("04-10", "05-10"), Mandate(plan_months=2), []),
        (("04-10", "05-11"), Mandate(plan_months=2), ["beyond_mandate"]),
        (("04-10",), Mandate(), ["beyond_mandate"]),
        (("04-10",), None, ["beyond_mandate"]),
    ],
)
def test_a_plan_beyond_the_mandate_binds_until_a_person_says_no(dues, mandate, asked_for):
    case = taken(FIRST, plan("agency", dues), mandate)

    assert [one.why for one in case.tasks.values()] == asked_for
    assert len(case.holds) == 1
    for task in case.tasks:
        yes, no = answered(task, "continue", "03-11"), answered(task, "leave", "03-11")
        assert (len(more(case, yes).holds), more(case, no).holds) == (1, {})
        assert [one.data["answer"] for one in told(case, [yes])] == ["continue"]


@pytest.mark.parametrize(
    ("step", "mandate", "asked_for"),
    [
        ("claim_filed", Mandate(legal=True), []), ("claim_filed", Mandate(), ["beyond_mandate"]),
        ("enforcement_applied", None, ["beyond_mandate"]), ("judgment", None, []),
    ],
)  # fmt: skip
def test_a_legal_step_without_a_mandate_is_a_persons(step, mandate, asked_for):
    event = PartnerLegalStep(at=on("03-10"), message="agency:l", step=step, on=day("03-09"))

    case = taken(FIRST, event, mandate)

    assert [(one.why, one.claims) for one in case.tasks.values()] == [
        (why, ("erp:a",)) for why in asked_for
    ]
