"""The first day: a claim that others dunned before joins where it stands, and nothing twice."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from shared.domain.answers import IMPORTED_FEE
from shared.domain.case import Case
from shared.domain.casefile_notices import notices_of
from shared.domain.decide import Remind, Rest, decide
from shared.domain.first_day import (
    NOT_PROVEN,
    OTHER_AGENCY,
    notice_events,
    steps_done,
)
from shared.domain.model import PastNotice
from shared.domain.policy import Step
from tests.domain.casebook import (
    FI,
    STEPS,
    answered,
    asked,
    day,
    eur,
    joined,
    local,
    more,
    on,
    opened,
    policy,
    reminded,
)

CALM = policy()


def past(key="n1", sent="01-26", **more):
    fields = {"id": key, "invoice": "erp:a", "what": "reminder", "on": day(sent), "proof": "p-1"}
    return PastNotice(**(fields | more))


def taken(*notices, case=None, at="02-16"):
    before = case or Case.replay("c1", [opened(at=on("02-16")), joined(at="02-16")])
    made = notice_events(before, "erp:a", notices, CALM, FI, on(at))
    return made, Case.replay("c1", made, before)


def test_a_proven_reminder_is_the_step_that_it_was_and_its_wait_counts_from_its_day():
    _, case = taken(past(deadline=day("02-09")))

    answer = decide(case, CALM, FI, local("02-09"))
    assert isinstance(answer, Rest)
    assert answer.because[-1].facts["step"] == "r2"
    then = decide(case, CALM, FI, local("02-16"))
    assert isinstance(then, Remind)
    assert then.step == "r2"


def test_no_level_is_skipped_and_none_is_done_twice():
    _, case = taken(past("n1", "01-20"), past("n2", "02-05", proof="p-2"))
    assert case.claims["erp:a"].level == 2


@pytest.mark.parametrize(
    ("rows", "done"),
    [
        ([("01-26", 3, "p")], 1),
        ([("01-20", 3, "p"), ("02-05", 3, "p")], 2),
        ([("01-20", None, None), ("02-05", 2, "p")], 1),
        ([("01-20", None, "p"), ("02-05", 1, "p")], 1),
        ([(f"01-{at}", None, "p") for at in range(20, 25)], 2),
    ],
)
def test_a_level_counts_for_no_more_than_the_rows_that_prove_it(rows, done):
    rows = [
        past(f"n{at}", sent, level=level, proof=proof)
        for at, (sent, level, proof) in enumerate(rows)
    ]
    assert taken(*rows)[1].claims["erp:a"].level == done


def test_a_row_that_comes_later_gives_the_ones_after_it_their_place():
    first, second = past("n1", "01-20"), past("n2", "02-05", proof="p-2")
    _, case = taken(second)
    assert case.claims["erp:a"].level == 1
    made, case = taken(first, second, case=case)
    assert case.claims["erp:a"].level == 2
    assert [one.notice for one in made] == ["n1", "n2"]
    assert taken(first, second, case=case)[0] == []


def test_reminders_of_others_alone_are_followed_by_our_last_one_and_not_by_the_partner():
    rows = [past(f"n{at}", f"01-{20 + at}", level=3, deadline=day("02-09")) for at in range(3)]
    _, case = taken(*rows)
    answer = decide(case, CALM, FI, local("02-16"))
    assert (answer.kind, answer.step, answer.next_action) == ("remind", "r3", "hand_over")
    assert answer.deadline > day("02-16")


def at_the_partners_door(case):
    """The case with every step done, by whatever gave them to it."""
    done = case.claims["erp:a"].model_copy(update={"level": 3})
    return case.model_copy(update={"claims": {"erp:a": done}})


@pytest.mark.parametrize("deadline", [None, "02-09"])
def test_a_hand_over_that_rests_on_reminders_of_others_alone_is_a_persons(deadline):
    case = at_the_partners_door(taken(past(deadline=deadline and day(deadline)))[1])
    question = decide(case, CALM, FI, local("04-01"))
    assert (question.kind, question.why) == ("ask", "hand_over_without_notice")

    case = more(case, asked(question.task, question.why, "04-01", "a"))
    case = more(case, answered(question.task, "continue", "04-02"))
    assert decide(case, CALM, FI, local("04-02")).kind == "hand_over"


@pytest.mark.parametrize(("by_hand", "kind"), [("02-20", "hand_over"), ("01-20", "ask")])
def test_a_step_that_a_person_did_since_stands_for_a_notice_of_ours(by_hand, kind):
    case = at_the_partners_door(taken(past(deadline=day("02-09")))[1])
    done = case.claims["erp:a"].model_copy(update={"stepped_on": day(by_hand)})
    case = case.model_copy(update={"claims": {"erp:a": done}})
    assert decide(case, CALM, FI, local("04-01")).kind == kind


@pytest.mark.parametrize(("short", "kind"), [(False, "hand_over"), (True, "ask")])
def test_a_text_message_of_ours_announces_no_hand_over(short, kind):
    theirs = past("n9", "01-26", deadline=day("02-09"))
    ours = reminded("n1", "02-16", deadline="02-28", step="r3")
    case = at_the_partners_door(more(taken(theirs)[1], ours))
    own = case.notices["n1"].model_copy(update={"short": short})
    case = case.model_copy(update={"notices": {**case.notices, "n1": own}})
    assert decide(case, CALM, FI, local("04-01")).kind == kind


@pytest.mark.parametrize(("deadline", "kind"), [(None, "ask"), ("03-12", "hand_over")])
def test_a_later_reminder_of_others_counts_after_ours_only_with_a_payment_date(deadline, kind):
    theirs = past("n9", "03-01", deadline=deadline and day(deadline))
    case = more(taken()[1], reminded("n1", "02-16", deadline="02-28", step="r3"))
    case = at_the_partners_door(taken(theirs, case=case, at="03-02")[1])
    assert decide(case, CALM, FI, local("04-01")).kind == kind


def test_a_fee_that_was_let_go_is_not_asked_for_when_its_row_is_told_again():
    second = past("n2", "02-10", fee=eur("5.00"), proof="p-2")
    _, case = taken(second)
    gone = case.notices["imported-n2"].model_copy(update={"fee_credited": True})
    case = case.model_copy(update={"notices": {"imported-n2": gone}})
    _, case = taken(past("n1", "01-20"), second, case=case)
    assert case.claims["erp:a"].level == 2
    assert not case.fees_of("erp:a")


def test_a_fee_of_before_is_owed_and_the_law_does_not_allow_the_next_one_too_soon():
    charged = past("n1", "02-10", fee=eur("5.00"), level=2)
    _, case = taken(past("n0", "01-20"), charged)

    assert case.fees_of("erp:a") == eur("5.00")
    answer = decide(case, CALM, FI, local("02-25"))
    assert isinstance(answer, Remind)
    assert answer.step == "r3"


def test_a_fee_that_the_law_did_not_allow_is_not_asked_for_and_a_person_is_told():
    made, case = taken(past(fee=eur("15.00")))

    assert not case.fees_of("erp:a")
    assert [one.why for one in made if one.kind == "person_asked"] == [IMPORTED_FEE]


def test_fees_that_were_not_lawful_are_one_question_of_their_claim_and_reminders_go_on():
    made, case = taken(past("n1", "01-20", fee=eur("15.00")), past("n2", "02-10", fee=eur("15.00")))
    asked = [one for one in made if one.kind == "person_asked"]
    assert [one.why for one in asked] == [IMPORTED_FEE]
    assert isinstance(decide(case, CALM, FI, local("02-25")), Remind)


def test_without_proof_nothing_was_given_and_a_person_is_told():
    made, case = taken(past(proof=None, fee=eur("5.00")))

    assert case.claims["erp:a"].level == 0
    assert not case.notices_of("erp:a")
    assert not case.fees_of("erp:a")
    assert [one.why for one in made if one.kind == "person_asked"] == [NOT_PROVEN]
    assert case.last_contact() == day("01-26")


def test_proof_that_is_found_later_corrects_the_row_under_its_key():
    _, case = taken(past(proof=None))
    made, case = taken(past(), case=case)

    assert [one.kind for one in made] == ["notice_imported"]
    assert case.claims["erp:a"].level == 1
    assert len(case.notices) == 1
    assert taken(past(), case=case)[0] == []


def test_a_hold_of_before_holds_and_is_not_made_again_once_released():
    hold = past(what="hold", proof=None, until=day("03-10"))
    _, case = taken(hold)
    assert isinstance(decide(case, CALM, FI, local("02-16")), Rest)
    assert case.holds["imported-n1"].until == day("03-10")

    released = case.model_copy(update={"holds": {}})
    assert taken(hold, case=released)[0] == []


def test_what_another_agency_had_waits_for_a_person():
    made, case = taken(past(what="hand_over", proof=None))

    assert [one.why for one in made if one.kind == "person_asked"] == [OTHER_AGENCY]
    assert decide(case, CALM, FI, local("02-16")).why == "waits_for_person"


@pytest.mark.parametrize(("level", "done"), [(1, 2), (2, 2), (5, 2)])
def test_words_before_the_due_date_are_no_level_and_the_last_reminder_is_ours(level, done):
    steps = (Step(id="soon", action="remind", after=-3, since="due"), *STEPS[:2], STEPS[3])
    assert steps_done(policy(*steps), level) == done


def test_a_hold_bears_no_fee_and_nothing_ends_before_it_began():
    with pytest.raises(ValidationError):
        past(what="hold", fee=eur("5.00"))
    with pytest.raises(ValidationError):
        past(deadline=date(2026, 1, 1))


def test_one_letter_about_two_invoices_is_two_documents_of_the_case_file():
    case = Case.replay("c1", [opened(at=on("02-16")), joined(at="02-16"), joined("b", at="02-16")])
    _, case = taken(past("n1"), case=case)
    other = past("n2").model_copy(update={"invoice": "erp:b"})
    made = notice_events(case, "erp:b", [other], CALM, FI, on("02-16"))
    case = Case.replay("c1", made, case)

    told = notices_of(case, ("erp:a", "erp:b"))
    assert len({one.document for one in told}) == 2
    assert {one.reference for one in told} == {"p-1"}
