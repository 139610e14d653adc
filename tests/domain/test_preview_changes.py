"""Another policy: who would be treated otherwise, from now on or since a day, and by which act."""

from __future__ import annotations

import pytest

from shared.domain.events import Decided
from shared.domain.preview import Terms
from shared.domain.preview_changes import difference, moved, since
from shared.domain.preview_happened import happened, outcomes
from shared.domain.state_events import Disputed
from tests.domain.casebook import (
    FI,
    HELSINKI,
    STEPS,
    case_of,
    day,
    flat,
    handed,
    joined,
    local,
    on,
    opened,
    paid,
    policy,
    reminded,
)
from tests.domain.test_preview import ahead, told

CALM = Terms(policy(), FI, HELSINKI)
SHORT = Terms(policy(STEPS[0], STEPS[3], version=2), FI, HELSINKI)
NOW, LAST = local("01-25"), day("12-31")
REMINDED = (joined(), reminded("n1", "01-19", deadline="01-29"))


def events(*story):
    return [opened(), *flat(story)]


def test_a_case_that_moves_keeps_the_steps_behind_it_and_names_the_first_change():
    _, after, change = moved(case_of(*REMINDED), CALM, SHORT, NOW, LAST)

    assert (change.before.step, change.after.step) == ("r2", "out")
    assert change.what == ("harder", "step", "fee", "channel")
    assert told(after) == [("02-03", "hand_over", "out")]


def test_no_act_comes_sooner_than_the_law_allows_whatever_policy_the_case_moves_to():
    hasty = Terms(
        policy(STEPS[0], STEPS[3].model_copy(update={"after": 0}), version=3), FI, HELSINKI
    )
    _, after, _ = moved(case_of(*REMINDED), CALM, hasty, NOW, LAST)
    assert after.acts[0].on > day("01-29")


def test_the_same_terms_change_nothing():
    _, _, change = moved(case_of(*REMINDED), CALM, CALM, NOW, LAST)
    assert (change.before, change.after, change.what) == (None, None, ("none",))


def test_policy_b_since_a_day_keeps_what_came_from_outside_and_leaves_out_what_the_hub_did():
    """The debtor paid on the day of the second reminder; the short policy had handed over then."""
    story = events(
        *REMINDED,
        reminded("n2", "02-03", step="r2", deadline="02-13", fee=None),
        paid("p1", "02-10", "100.00"),
    )
    same = since("c1", story, CALM, on("01-01"), day("03-31"))
    other = since("c1", story, SHORT, on("01-01"), day("03-31"))

    assert told(same) == [("01-19", "remind", "r1"), ("02-03", "remind", "r2")]
    assert told(other) == [("01-19", "remind", "r1"), ("02-03", "hand_over", "out")]
    was = happened("c1", story, HELSINKI, FI)
    assert [(one.on, one.step) for one in was] == [
        (day("01-19"), "r1"),
        (day("02-03"), "r2"),
    ]
    assert difference("c1", was, other.acts).after.kind == "hand_over"


def test_an_act_under_way_on_the_day_of_the_cut_keeps_its_outcome():
    story = events(joined(), reminded("n1", "01-19", deadline="01-29"))
    cut = story[2].at.replace(minute=30)
    sent = story[3].model_copy(update={"at": cut.replace(minute=45)})
    found = since("c1", [*story[:3], sent], CALM, cut, day("02-10"))
    assert told(found) == [("02-03", "remind", "r2")]


DISPUTE = {
    "dispute": "d1", "claim": "erp:a", "amount": None, "ground": "goods", "source": "debtor",
    "on": day("01-30"), "answer_by": day("02-13"),
}  # fmt: skip
FORESEEN = ahead(case_of(*REMINDED), "01-25", "02-28").acts


def judged(*story, until="02-28", had=("erp:a",)):
    """What became of the second and third reminder that were foreseen on 25 January."""
    was = happened("c1", events(*REMINDED, *story), HELSINKI, FI)
    acts = [one for one in was if one.step != "r1"]
    found = outcomes(FORESEEN, flat(story), acts, day(until), HELSINKI, had)
    return [(one.verdict, one.step, one.why) for one in found]


def second(when):
    return reminded("n2", when, step="r2", deadline="02-20")


@pytest.mark.parametrize(
    ("story", "first"),
    [
        ([second("02-03")], ("as_foreseen", "r2", "")),
        ([second("02-02")], ("earlier", "r2", "other")),
        ([second("02-06")], ("later", "r2", "other")),
        ([paid("p", "01-30", "100.00")], ("not", "r2", "paid")),
        (
            [Disputed(at=on("01-30"), **DISPUTE)],
            ("not", "r2", "disputed"),
        ),
        ([Decided(at=on("01-30"), decision={}, because=(), inputs={})], ("not", "r2", "other")),
    ],
    ids=["foreseen", "earlier", "later", "paid", "disputed", "no-event-of-a-reason"],
)
def test_a_preview_is_held_against_what_happened_with_reasons(story, first):
    assert judged(*story)[0] == first


def test_what_was_foreseen_for_an_invoice_that_never_joined_says_so():
    """It was paid before its step: no event of the case tells of it."""
    assert judged(had=())[0] == ("not", "r2", "never_joined")


def test_another_day_that_no_event_of_its_own_claims_explains_is_laid_to_the_others():
    beside = [joined("b", at="01-28"), paid("p", "01-30", "100.00", "b")]
    assert judged(*beside, second("02-06"))[0] == ("later", "r2", "other_claims")


def test_what_lies_ahead_is_not_judged_and_what_nobody_foresaw_is_named():
    assert judged(until="01-31") == [("not_yet", "r2", ""), ("not_yet", "r3", "")]
    assert judged(second("02-03"), handed("h1", "02-10"))[-1] == ("unforeseen", "out", "")
