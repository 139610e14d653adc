"""At the partner: what its end does to claims, what it binds us to, and when a case is not done."""

from __future__ import annotations

import pytest

from shared.domain import at_partner, ledger, partner_ends
from shared.domain.casefile_rights import Mandate
from shared.domain.events import CaseRecalled, HandOverIntended, PartnerAnswered, PartnerClosed
from shared.domain.partner_effects import effects
from shared.domain.partner_events import (
    PartnerCosts,
    PartnerPaidBack,
    PartnerPlanAgreed,
    PartnerPlanEnded,
)
from shared.domain.plan_events import Instalment
from shared.domain.process_rules import ProcessRules
from shared.domain.telling import told
from tests.domain.casebook import (
    answered,
    ask_of,
    asked,
    case_of,
    day,
    eur,
    handed,
    joined,
    more,
    on,
    paid,
    reminded,
    sent,
)  # fmt: skip
from tests.domain.test_telling import partner_paid

THERE = case_of(joined("a"), joined("b"), handed("h", "03-01", "a", "b"))


def closed(code, *claims, message="m9", when="04-01"):
    return PartnerClosed(at=on(when), message=message, code=code, claims=claims)


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("UNCOLLECTABLE", "write_off_proposed"), ("INSOLVENT", "write_off_proposed"),
        ("TIME_BARRED", "write_off_proposed"), ("WITHDRAWN_CREDITOR", "back_from_partner"),
        ("ERROR", "back_from_partner"), ("PAID_FULL", "partner_closed"),
        ("OTHER", "partner_closed"),
    ],
)  # fmt: skip
def test_each_end_with_something_open_has_its_own_question_once(code, question):
    case = more(THERE, closed(code))

    answer = ask_of(case, "04-01")

    assert (answer.kind, answer.why, answer.claims) == ("ask", question, ("erp:a", "erp:b"))
    assert not any(state.with_partner for state in case.claims.values())


def test_an_end_on_one_claim_leaves_the_other_with_the_partner():
    case = more(THERE, closed("UNTRACEABLE", "erp:a"))

    assert [one.with_partner for one in case.claims.values()] == [False, True]
    assert case.partner_state != "closed"
    assert ask_of(case, "04-01").claims == ("erp:a",)


def test_a_recall_waits_for_the_partner_and_the_claim_may_be_placed_again_after_it():
    recall = CaseRecalled(
        at=on("03-20"), recall="r", partner="p", claims=("erp:a",), why="kept", by="console"
    )
    waiting = more(THERE, recall)
    assert at_partner.recalled(waiting, "erp:a")
    assert at_partner.shown(waiting)["standing"] == "recalled"

    back = more(waiting, closed("WITHDRAWN_CREDITOR", "erp:a"))

    assert not at_partner.recalled(back, "erp:a")
    assert back.claims["erp:a"].level == THERE.claims["erp:a"].level - 1
    assert ask_of(back, "04-01").why == "back_from_partner"


def test_a_case_whose_principal_is_paid_is_not_done_while_the_partner_asks_for_its_costs():
    costs = PartnerCosts(at=on("03-05"), message="m1", open=eur("24.00"))
    case = more(
        THERE, costs, paid("p1", "03-06", "100.00", "a"), paid("p2", "03-06", "100.00", "b")
    )

    assert at_partner.shown(case)["standing"] == "principal_paid_costs_open"
    assert ask_of(case, "06-01").why == "partner_costs_open"

    ended = more(case, closed("PAID_DIRECT", message="m3"))
    assert at_partner.shown(ended)["standing"] == "principal_paid_costs_open"

    settled = more(case, PartnerCosts(at=on("06-01"), message="m2", open=eur("0.00")))
    assert ask_of(settled, "06-01").kind == "done"


def test_a_plan_at_the_partner_binds_us_until_it_is_over():
    plan = PartnerPlanAgreed(
        at=on("03-05"), message="m1", plan="p1", claims=("erp:a",),
        instalments=(Instalment(due=day("04-01"), amount=eur("100.00")),),
    )  # fmt: skip
    case = more(THERE, plan, closed("WITHDRAWN_CREDITOR", "erp:a"))
    assert [hold.reason for hold in case.holds.values()] == ["plan"]

    over = PartnerPlanEnded(at=on("04-05"), message="m2", plan="p1", outcome="broken")
    assert more(case, over).holds == {}
    assert more(case, over).claims["erp:a"].freed_on == day("04-05")


def test_a_plan_that_outlives_the_partner_is_a_persons_after_its_last_instalment():
    plan = PartnerPlanAgreed(
        at=on("03-05"), message="m1", plan="p1", claims=("erp:a",),
        instalments=(Instalment(due=day("04-01"), amount=eur("100.00")),),
    )  # fmt: skip
    there = more(case_of(joined("a"), reminded("n1", "02-02", deadline="02-13"),
                         handed("h", "03-01")), plan)  # fmt: skip
    assert ask_of(there, "06-01").why == "with_partner"

    gone = more(there, closed("WITHDRAWN_CREDITOR", when="03-10"))
    asked_then = asked("t", "back_from_partner", "03-10", "a")
    gone = more(gone, asked_then, answered("t", "continue", "03-10"))
    assert ask_of(gone, "04-14").kind == "rest"
    answer = ask_of(gone, "04-15")
    assert (answer.kind, answer.why, answer.claims) == ("ask", "partner_plan_left", ("erp:a",))

    over = more(gone, asked("u", answer.why, "04-15", "a"), answered("u", "continue", "04-16"))
    assert (over.holds, over.claims["erp:a"].freed_on) == ({}, day("04-16"))


def test_money_that_goes_back_at_the_partner_is_owed_again():
    back = PartnerPaidBack(
        at=on("03-09"), message="m2", payment="m1", claim="erp:a", principal=eur("40.00"),
        interest=eur("0.00"), fees=eur("0.00"), on=day("03-09"),
    )  # fmt: skip
    case = more(THERE, partner_paid("40.00"), back)

    assert case.claims["erp:a"].open == eur("100.00")


def test_what_a_partner_paid_out_lowers_the_claim_once():
    from tests.domain.test_ledger import Truth, booked, invoice, payment, with_partner_money

    truth = Truth(invoice("60.00"), (payment("p", "03-20", "40.00"),))

    case = booked(with_partner_money(), truth, when="03-21")

    assert case.claims["erp:a"].open == eur("60.00")
    assert ledger.reconcile(case, truth, on("03-22"), eur("5.00")) == []


# --- two partners, one case ---------------------------------------------------------------------


def rival(act, when, claim):
    """A hand-over of a later claim: the first partner's was paid, and it has not ended yet."""
    intent = HandOverIntended(
        at=on(when), act=act, step="out", claims=(f"erp:{claim}",), partner="rival",
        file_version=2, document="file", content_hash="2" * 64,
    )  # fmt: skip
    return [intent, sent(act, when)]


def answer(partner, *, accepted, message, number=None):
    return PartnerAnswered(
        at=on("03-09"), message=message, accepted=accepted, partner_case=number, partner=partner
    )


BOTH = case_of(
    joined("a"), joined("b"), handed("h", "03-01", "a"), paid("p", "03-05", "100.00", "a"),
    rival("r", "03-08", "b"),
)  # fmt: skip


def test_the_end_at_one_partner_leaves_the_other_what_it_has():
    end = PartnerClosed(at=on("03-10"), message="m1", code="PAID_FULL", partner="agency")
    case = more(BOTH, end)

    assert [one.with_partner for one in case.claims.values()] == [False, True]
    assert at_partner.standing(case, "agency") == "closed"
    assert at_partner.standing(case, "rival") == "submitted"
    assert ask_of(case, "03-10").why == "with_partner"


def test_the_refusal_of_one_partner_is_not_the_others():
    case = more(BOTH, answer("rival", accepted=False, message="m1"))

    assert [one.with_partner for one in case.claims.values()] == [True, False]
    assert [one.level for one in case.claims.values()] == [1, 0]
    assert (at_partner.standing(case, "agency"), at_partner.standing(case, "rival")) == (
        "submitted", "rejected",
    )  # fmt: skip


def test_each_partner_has_its_own_number_of_the_case():
    case = more(
        BOTH, answer("agency", accepted=True, message="m1", number="A-1"),
        answer("rival", accepted=True, message="m2", number="R-1"),
    )  # fmt: skip

    assert (at_partner.number(case, "agency"), at_partner.number(case, "rival")) == ("A-1", "R-1")
    assert at_partner.standing(case, "agency") == "accepted"


@pytest.mark.parametrize(("code", "level"), [("WITHDRAWN_CREDITOR", 0), ("UNTRACEABLE", 1)])
def test_what_a_partner_let_go_of_goes_no_further_back_when_it_refuses_the_rest(code, level):
    case = more(
        THERE, closed(code, "erp:a", message="m1"), answer(None, accepted=False, message="m2")
    )

    assert [one.level for one in case.claims.values()] == [level, 0]


def test_a_claim_two_steps_on_is_not_reminded_of_again_by_a_late_refusal():
    twice = case_of(joined("a"), reminded("n1", "02-02", deadline="02-13"), handed("h", "03-01"))
    case = more(twice, closed("WITHDRAWN_CREDITOR", message="m1"),
                answer(None, accepted=False, message="m2"))  # fmt: skip

    assert case.claims["erp:a"].level == 1


def agreed(amount, *, settles=True):
    return PartnerPlanAgreed(
        at=on("03-10"), message="m5", plan="s1", claims=("erp:a", "erp:b"), settles=settles,
        instalments=(Instalment(due=day("04-10"), amount=eur(amount)),),
    )  # fmt: skip


def made_of(amount, mandate, **more):
    return effects(
        THERE, agreed(amount, **more), contested=None, rules=ProcessRules(), today=day("03-10"),
        mandate=mandate,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "mandate", "asked_for"),
    [
        ("160.00", Mandate(settlement_floor=80), []),
        ("159.99", Mandate(settlement_floor=80), ["settlement_offered"]),
        ("200.00", Mandate(), ["settlement_offered"]),
        ("200.00", None, ["settlement_offered"]),
    ],
)
def test_a_settlement_at_the_partner_binds_and_one_beyond_its_mandate_is_asked_about(
    amount, mandate, asked_for
):
    case = more(THERE, agreed(amount), made_of(amount, mandate).events)

    assert [one.why for one in case.tasks.values()] == asked_for
    assert {hold.claim for hold in case.holds.values()} == {"erp:a", "erp:b"}
    for task in case.tasks:
        no = answered(task, "leave", "03-11")
        word, goes_on = told(case, [no])
        assert (word.kind, word.data["question"]) == ("question.answered", "s1")
        assert goes_on.kind == "case.resumed"
        assert more(case, no).holds == {}
        unpaid = more(case, no, partner_paid("99.00"), closed("PAID_PARTIAL_SETTLED"))
        assert partner_ends.left(unpaid)[0] == "partner_closed"


@pytest.mark.parametrize(
    ("settles", "paid_there", "why"),
    [
        (True, "90.00", "write_off_proposed"), (True, "88.99", "partner_closed"),
        (True, None, "partner_closed"), (False, "90.00", "partner_closed"),
    ],
)  # fmt: skip
def test_what_a_paid_settlement_leaves_is_proposed_for_write_off_and_nothing_else_is(
    settles, paid_there, why
):
    money = [] if paid_there is None else [partner_paid(paid_there)]
    case = more(THERE, agreed("90.00", settles=settles), money, closed("PAID_PARTIAL_SETTLED"))

    assert partner_ends.left(case) == (why, ("erp:a", "erp:b"))
