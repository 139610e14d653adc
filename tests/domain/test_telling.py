"""What a partner hears: money as it moves, a rest once and its end once, and nothing of its own."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain import at_partner
from shared.domain.case import Case
from shared.domain.events import (
    BalanceStated,
    CaseRecalled,
    CreditApplied,
    Held,
    PartnerPaid,
    PaymentReversed,
    PaymentSighted,
    PersonAnswered,
    PersonAsked,
    Released,
)
from shared.domain.partner_events import (
    PartnerNeeds,
    PartnerPlanAgreed,
    PartnerRemitted,
    RemittedPart,
)
from shared.domain.plan_events import Instalment
from shared.domain.state_events import (
    CircumstanceNoted,
    Disputed,
    DisputeSettled,
    StopRequested,
    StopWithdrawn,
)
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
)

THERE = case_of(joined("a"), joined("b"), handed("h", "03-01", "a"))


def heard(case: Case, *events):
    """Types and codes of the messages that events make, and the case after them."""
    words = told(case, events)
    return [(one.kind, one.data.get("reason", "")) for one in words], Case.replay(
        case.id, events, case
    )


def dispute(name="d1", source="debtor", when="03-05"):
    return Disputed(
        at=on(when), dispute=name, claim="erp:a", amount=None, ground="wrong_goods",
        source=source, on=day(when), answer_by=day("03-19"),
    )  # fmt: skip


def settled(name="d1"):
    return DisputeSettled(
        at=on("03-09"), dispute=name, outcome="rejected", on=day("03-09"), resumes_on=day("03-23")
    )


STOP = StopRequested(at=on("03-05"), stop="s", claims=("erp:a",), on=day("03-05"), section="x")
DEAD = CircumstanceNoted(at=on("03-05"), circumstance="c", what="deceased", effective=day("03-01"))
HOLD = Held(at=on("03-05"), hold="k", reason="person", until=date(2026, 4, 1))


@pytest.mark.parametrize(
    ("event", "why"),
    [(dispute(), "dispute"), (STOP, "stop_requested"), (DEAD, "deceased"), (HOLD, "hold")],
)
def test_what_makes_a_claim_rest_is_told_as_held(event, why):
    assert heard(THERE, event)[0] == [("case.held", why)]


def test_a_claim_is_resumed_once_nothing_holds_it_any_more():
    _, case = heard(THERE, dispute(), STOP)

    first, case = heard(case, settled())
    second, _ = heard(case, StopWithdrawn(at=on("03-10"), stop="s"))

    assert (first, second) == ([], [("case.resumed", "")])


def test_a_hold_whose_day_is_over_keeps_no_other_end_from_being_told():
    _, case = heard(
        THERE, Held(at=on("03-02"), hold="k", reason="person", until=day("03-04")), STOP
    )

    assert heard(case, StopWithdrawn(at=on("03-10"), stop="s"))[0] == [("case.resumed", "")]


def test_a_hold_of_the_case_names_only_what_the_partner_has():
    (word,) = told(THERE, [HOLD])

    assert word.data == {
        "claims": ["erp:a"], "reason": "hold", "state": "k", "until": "2026-04-01",
    }  # fmt: skip


def test_what_the_partner_told_us_is_not_told_back_but_its_end_is():
    words, case = heard(THERE, dispute(source="partner"))

    assert words == []
    assert heard(case, settled())[0] == [("case.resumed", "")]


def test_a_plan_at_the_partner_holds_its_claim_here_and_is_not_told_back():
    plan = PartnerPlanAgreed(
        at=on("03-05"), message="m", plan="p1", claims=("erp:a",),
        instalments=(Instalment(due=day("04-01"), amount=eur("100.00")),),
    )  # fmt: skip
    words, case = heard(THERE, plan)

    assert words == []
    assert [hold.claim for hold in case.holds.values()] == ["erp:a"]


def test_money_of_claims_that_are_ours_is_told_to_nobody():
    assert heard(THERE, paid("p", "03-05", "10.00", "b"))[0] == []
    assert heard(THERE, paid("p", "03-05", "10.00", "a"))[0] == [("payment.direct", "")]


def partner_paid(amount, when="03-05", message="m1", interest="0.00"):
    return PartnerPaid(
        at=on(when), message=message, claim="erp:a", principal=eur(amount), interest=eur(interest),
        fees=eur("0.00"), received=day(when),
    )  # fmt: skip


def test_the_partners_own_money_is_never_echoed_also_when_the_books_show_it_again():
    words, case = heard(THERE, partner_paid("40.00"))
    assert words == []

    remitted, case = heard(case, paid("erp-1", "03-31", "40.00", "a"))
    direct, _ = heard(case, paid("erp-2", "04-01", "40.00", "a"))

    assert (remitted, direct) == ([], [("payment.direct", "")])


def remits(*lines, when="03-20", value="03-20", message="r1"):
    parts = tuple(
        RemittedPart(claim=f"erp:{claim}", category=category, amount=eur(amount))
        for claim, category, amount in lines
    )
    return PartnerRemitted(
        at=on(when), message=message, remittance="R1", value_date=day(value), lines=parts
    )


def task_of(case):
    return f"c1-{untold_of(case)[0].why}-{untold_of(case)[0].state}"


def untold_of(case):
    return list(at_partner.untold(case))


ADVISED = remits(
    ("a", "principal", "40.00"), ("a", "interest", "1.00"), ("a", "commission", "-6.00")
)


@pytest.mark.parametrize(
    ("before", "amounts"),
    [
        # The books show the very amount, two reports as one, one report as two.
        ([partner_paid("40.00")], ["40.00"]),
        ([partner_paid("40.00"), partner_paid("20.00", "03-08", "m2")], ["60.00"]),
        ([partner_paid("40.00")], ["15.00", "25.00"]),
        # With its interest as the partner reported it, and less its commission as it advised.
        ([partner_paid("40.00", interest="1.00")], ["41.00"]),
        ([partner_paid("40.00", interest="1.00"), ADVISED], ["35.00"]),
        ([partner_paid("40.00", interest="1.00"), ADVISED], ["41.00"]),
    ],
)
def test_a_payout_is_the_partners_in_every_sum_that_it_stated(before, amounts):
    _, case = heard(THERE, *before)
    for number, amount in enumerate(amounts):
        words, case = heard(case, paid(f"x{number}", "03-31", amount))
        assert words == []

    assert untold_of(case) == []
    assert heard(case, paid("d", "04-02", "9.00"))[0] == ([] if amounts == ["35.00"] else DIRECT)


DIRECT = [("payment.direct", "")]


@pytest.mark.parametrize("amount", ["34.00", "39.99", "40.01", "75.00"])
def test_money_in_a_sum_that_nobody_stated_is_told_by_a_persons_word_alone(amount):
    """Net of a commission, or of two cases at once: the hub cannot tell it from the debtor's."""
    _, case = heard(THERE, partner_paid("40.00"))
    words, case = heard(case, paid("x", "03-31", amount))
    (asked_of,) = untold_of(case)

    assert (words, asked_of.why, asked_of.claims) == ([], "whose_payment", ("erp:a",))
    asked_about = more(case, asked(task_of(case), "whose_payment", "03-31", "a"))
    theirs, after = heard(asked_about, answered(task_of(case), "leave", "04-01"))
    debtors, told_it = heard(asked_about, answered(task_of(case), "continue", "04-01"))
    assert (theirs, debtors) == ([], [("payment.direct", "")])
    assert untold_of(after) == untold_of(told_it) == []
    assert after.holds == told_it.holds == {}


def test_a_person_is_asked_whose_it_is_at_once_also_when_nothing_is_left_open():
    for amount in ("34.00", "100.00"):
        _, case = heard(THERE, partner_paid("40.00"), paid("x", "03-31", amount))
        question = ask_of(case, "03-31")
        assert (question.kind, question.why, question.task) == (
            "ask", "whose_payment", task_of(case),
        )  # fmt: skip


def test_a_case_that_is_paid_here_does_not_close_over_a_partner_who_goes_on_asking():
    """40.00 were paid there and all 100.00 here: the partner asks for the 60.00 that are left."""
    alone = case_of(joined("a"), handed("h", "03-01", "a"))
    _, case = heard(alone, partner_paid("40.00"), paid("x", "03-31", "100.00"))

    question = ask_of(case, "03-31")

    assert (question.kind, question.task) == ("ask", task_of(case))
    case = more(case, asked(task_of(case), "whose_payment", "03-31", "a"))
    assert (ask_of(case, "03-31").kind, ask_of(case, "04-30").kind) == ("rest", "done")


def test_what_a_bank_shows_meanwhile_as_the_debtors_is_told_at_once():
    _, case = heard(THERE, partner_paid("40.00"), paid("x", "03-31", "34.00"))
    seen = PaymentSighted(
        at=on("04-01"), payment="erp:x", claim="erp:a", seen_as="bank:1", received=day("03-31")
    )

    words, case = heard(case, seen)

    assert (words, untold_of(case)) == ([("payment.direct", "")], [])


def test_a_payout_that_came_before_the_partners_report_is_taken_back_by_a_persons_word():
    told_first, case = heard(THERE, paid("x", "03-31", "40.00"))
    words, case = heard(case, partner_paid("40.00", "03-30"))
    assert (told_first, words) == ([("payment.direct", "")], [])
    case = more(case, asked(task_of(case), "whose_payment", "03-31", "a"))

    (back,) = told(case, [answered(task_of(case), "leave", "04-01")])

    assert (back.kind, back.data["movement"], back.data["amount"]) == (
        "payment.reversed", "erp:x.own", "40.00",
    )  # fmt: skip
    assert heard(case, answered(task_of(case), "continue", "04-01"))[0] == []


def test_two_payments_that_turn_out_to_be_one_are_told_once():
    _, case = heard(THERE, paid("p1", "03-10", "40.00"))
    _, case = heard(case, paid("b1", "03-10", "40.00"))
    same = PaymentSighted(at=on("03-11"), payment="erp:p1", claim="erp:a", seen_as="erp:b1",
                          received=day("03-10"))  # fmt: skip
    assert case.claims["erp:a"].open == eur("20.00")
    words, other = told(case, [same]), paid("p2", "03-10", "40.00")
    assert [(one.kind, one.data["movement"], one.data["amount"]) for one in words] == [
        ("payment.reversed", "erp:b1.same", "40.00")
    ]
    # Of two that were mixed up the second one is told under its own name.
    assert [one.kind for one in told(case, [same, other])] == ["payment.direct", "payment.reversed"]
    assert not told(Case.replay(case.id, [same], case), [same])


def test_the_same_amount_from_a_bank_is_asked_about_and_not_told_meanwhile():
    """The debtor pays an instalment to each of us: one amount is no proof of a payer."""
    _, case = heard(THERE, partner_paid("40.00"))
    money = paid("x", "03-31", "40.00").model_copy(update={"payment": "bank:7"})

    words, case = heard(case, money)

    assert (words, [one.why for one in untold_of(case)]) == ([], ["whose_payment"])
    case = more(case, asked(task_of(case), "whose_payment", "03-31", "a"))
    assert heard(case, answered(task_of(case), "continue", "04-01"))[0] == DIRECT


def test_what_was_never_told_is_not_taken_back_either():
    _, case = heard(THERE, partner_paid("40.00"), paid("x", "03-31", "34.00"))
    back = PaymentReversed(
        at=on("04-01"), reversal="erp:x-back", payment="erp:x", claim="erp:a",
        amount=eur("34.00"), on=day("04-01"), code="returned",
    )  # fmt: skip

    assert heard(case, back)[0] == []


def test_a_credit_of_all_is_told_and_withdraws_the_claim():
    credit = CreditApplied(
        at=on("03-05"), credit_note="c1", claim="erp:a", amount=eur("100.00"), issued=day("03-05")
    )
    assert heard(THERE, credit)[0] == [("credit_note.applied", ""), ("case.withdrawn", "credited")]


@pytest.mark.parametrize(
    ("cause", "why"),
    [("cancelled", ["cancelled"]), ("write_off", ["written_off"]), ("unexplained", [])],
)
def test_a_balance_that_the_books_end_withdraws_the_claim_when_they_say_by_what(cause, why):
    end = BalanceStated(
        at=on("03-05"), claim="erp:a", open=eur("0.00"), before=eur("100.00"), cause=cause
    )
    assert [reason for _, reason in heard(THERE, end)[0]] == why


def test_a_recall_is_told_and_leaves_the_claim_with_the_partner():
    recall = CaseRecalled(
        at=on("03-05"), recall="r", partner="p", claims=("erp:a",), why="kept", by="console"
    )
    words, case = heard(THERE, recall)

    assert words == [("case.withdrawn", "kept")]
    assert case.claims["erp:a"].with_partner


def test_the_answer_to_the_partners_question_goes_to_the_partner():
    needs = PartnerNeeds(at=on("03-05"), message="m", question="q7", what="debtor_id")
    _, case = heard(THERE, needs)
    (task,) = case.at_partner.questions
    ask = PersonAsked(at=on("03-05"), task=task, why="partner_needs_information", claims=("erp:a",))
    _, case = heard(case, ask)

    (word,) = told(case, [PersonAnswered(at=on("03-06"), task=task, answer="leave", by="x")])

    assert (word.kind, word.data) == ("question.answered", {"question": "q7", "answer": "leave"})


def test_the_end_of_a_hold_on_what_came_back_is_told_to_nobody():
    alone = case_of(joined("a"), HOLD)

    assert heard(alone, Released(at=on("03-06"), hold="k"))[0] == []
