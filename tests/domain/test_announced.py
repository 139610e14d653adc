"""What a letter says of the time after it: for each of its claims, and no hand-over without it."""

from __future__ import annotations

from shared.domain.decide import decide
from shared.domain.decisions import Ask, HandOver, Remind
from shared.domain.policy import Step
from tests.domain.casebook import FI, case_of, day, joined, local, more, policy, reminded, reminder
from tests.domain.casebook import sent as gone
from tests.domain.statebook import euros, told

LAST = Step(id="r2", action="remind", after=14, since="previous", fee="none", letter="reminder",
            tone="firm")  # fmt: skip
OUT = Step(id="out", action="hand_over", after=15, since="previous")
FIRST = Step(id="r1", action="remind", after=3, since="due")


def answer(case, on, *steps):
    return decide(case, policy(*steps), FI, local(on))


def test_a_contact_announces_the_hand_over_for_the_claims_that_go_and_names_them():
    case = case_of(joined(), joined("b"))
    case = told(
        case, "01-19", "dispute", claim="erp:a", amount=euros("40.00"), ground="wrong_price"
    )

    found = answer(case, "01-20", FIRST, OUT)

    assert isinstance(found, Remind)
    assert set(found.claims) == {"erp:a", "erp:b"}
    assert (found.next_action, found.announces) == ("hand_over", ("erp:b",))


def test_a_claim_with_a_reminder_to_come_is_not_threatened_beside_one_that_goes():
    case = case_of(
        joined(), joined("b", due="01-30"), reminded("x1", "01-20", "a", deadline="02-02")
    )
    found = answer(case, "02-05", FIRST, LAST, OUT)
    assert isinstance(found, Remind)
    assert (found.next_action, found.announces) == ("hand_over", ("erp:a",))


def test_no_claim_goes_of_which_no_notice_announced_it():
    def after(*announced):
        intent = reminder("x1", "01-20", deadline="02-02").model_copy(
            update={"announces": announced}
        )
        return more(case_of(joined()), intent, gone("x1", "01-20"))

    question = answer(after(), "02-20", FIRST, OUT)
    assert isinstance(question, Ask)
    assert question.why == "hand_over_without_notice"
    assert question.because[0].rule == "hub.announced"
    assert isinstance(answer(after("erp:a"), "02-20", FIRST, OUT), HandOver)


def test_a_notice_of_before_that_was_noted_is_taken_as_it_was():
    case = case_of(joined(), reminded("x1", "01-20", deadline="02-02"))
    assert case.notices["x1"].announces is None
    assert isinstance(answer(case, "02-20", FIRST, OUT), HandOver)
    assert day("01-20") == case.notices["x1"].on
