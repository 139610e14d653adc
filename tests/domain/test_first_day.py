"""The first day: a claim that others dunned before joins where it stands, and nothing twice."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from shared.domain.case import Case
from shared.domain.casefile_notices import notices_of
from shared.domain.decide import Remind, Rest, decide
from shared.domain.first_day import (
    FEE_NOT_LAWFUL,
    NOT_PROVEN,
    OTHER_AGENCY,
    notice_events,
    steps_done,
)
from shared.domain.model import PastNotice
from shared.domain.policy import Step
from tests.domain.casebook import FI, STEPS, day, eur, joined, local, on, opened, policy

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
    _, told = taken(past("n2", "02-05", level=2))
    assert told.claims["erp:a"].level == 2


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
    assert [one.why for one in made if one.kind == "person_asked"] == [FEE_NOT_LAWFUL]


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


@pytest.mark.parametrize(("level", "done"), [(1, 2), (2, 3), (5, 3)])
def test_words_before_the_due_date_are_no_level(level, done):
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
