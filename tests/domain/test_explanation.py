"""Explanations in words and as data; every lever was tried on the case so changed."""

from __future__ import annotations

import pytest

from shared.domain.case import Case
from shared.domain.events import Held, Parked
from shared.domain.explanation import explain, known_by
from shared.domain.foresight import Stand, ahead
from shared.domain.levers import levers
from shared.domain.plan_events import PromiseMade
from shared.domain.policy import Step
from shared.domain.preview import Terms, walk
from shared.domain.state_events import StopRequested
from shared.domain.support import screen
from tests.domain.casebook import (
    FI,
    HELSINKI,
    answered,
    ask_of,
    asked,
    case_of,
    day,
    eur,
    handed,
    joined,
    local,
    more,
    on,
    opened,
    paid,
    policy,
    reminded,
)  # fmt: skip
from tests.domain.statebook import euros, lived
from tests.domain.statebook import told as after


def stand(*events):
    return Stand(Case.replay("c1", [opened(), joined(), *events]), policy(), FI)


def kinds(of, now):
    return {one.kind: one for one in levers(of, now, ahead(of, now)[-1])}


def test_the_looks_end_with_the_next_act_on_its_own_day():
    looks = ahead(stand(), local("01-17"))

    assert [one.decision.kind for one in looks] == ["rest", "remind"]
    assert looks[-1].at == local("01-19", "08:00")


def test_a_question_about_our_own_work_does_not_hide_the_act_that_comes_while_we_think():
    """Our answer to a dispute of 40 euros is due on 2 February, the rest's own reminder later."""
    sent_ = reminded("x", "01-19", deadline="01-30")
    contested = after(stand(*sent_).case, "01-19", "dispute", claim="erp:a", ground="price",
                      amount=euros("40.00"))  # fmt: skip
    told = explain(Stand(contested, policy(), FI), None, local("01-20"))

    looks = [(one["kind"], one.get("why", one.get("step"))) for one in told.looks]
    assert looks == [("ask", "dispute_unanswered"), ("rest", "step_not_due"), ("remind", "r2")]
    assert {one.kind for one in told.levers} >= {"pay", "hold"}
    assert "ask" not in {one.instead for one in told.levers}


def test_what_only_reminds_of_our_own_work_is_still_the_last_word_where_nothing_follows():
    looks = ahead(stand(Held(at=on("01-19"), hold="h", reason="person")), local("01-20"))
    assert [one.decision.kind for one in looks] == ["rest", "ask"]


def test_each_lever_changes_what_would_be_decided_at_that_instant():
    found = kinds(stand(), local("01-17"))

    assert set(found) == {"pay", "dispute", "promise", "plan", "hold"}
    assert found["pay"].by < ahead(stand(), local("01-17"))[-1].at.date()
    assert found["pay"].amount.amount >= 100
    assert all(one.instead == "rest" for one in found.values())


def test_what_the_case_does_not_allow_is_no_lever():
    no_promises = policy()
    process = no_promises.process.model_copy(update={"promises_a_year": 0})
    kept = Stand(stand().case, no_promises.model_copy(update={"process": process}), FI)

    assert "promise" not in kinds(kept, local("01-17"))


def test_what_changes_nothing_is_no_lever():
    assert kinds(stand(Parked(at=on("01-18"), why="broken")), local("01-20")) == {}


def test_a_look_ahead_lets_go_what_a_paid_settlement_settles():
    settled = PromiseMade(at=on("01-18"), promise="k1", claims=("erp:a",), amount=eur("60.00"),
                          on=day("01-18"), day=day("01-25"), holds_to=day("01-28"),
                          settles=True)  # fmt: skip
    paid_off = stand(settled, paid("p", "01-24", "60.00"))

    assert paid_off.ask(local("02-01")).why == "nothing_open"


BASE = case_of(joined(), *reminded("n1", "01-19", deadline="01-30"))
SETTLED = after(BASE, "01-26", "settlement", amount=euros("60.00"), day="2026-02-10")
IN_PLAN = after(BASE, "01-26", "propose_plan", claims=["erp:a"], count=3, first="2026-02-16",
                agreed=True)  # fmt: skip


@pytest.mark.parametrize(
    ("case", "when", "agreed", "changing"),
    [
        (SETTLED, "01-27",
         "settlement k1: 60.00 EUR by 2026-02-10 settles erp:a; 60.00 EUR is still to come",
         "If 60.00 EUR has been received by 2026-02-10 for erp:a, settlement k1 is paid and"),
        (more(SETTLED, paid("p", "01-28", "20.00")), "02-11",
         "by 2026-02-10 settles erp:a; 40.00 EUR is still to come (it counts until 2026-02-13)",
         "If 40.00 EUR has been received by 2026-02-13 for erp:a, settlement k1"),
        (after(BASE, "01-26", "promise", claims=["erp:a"], day="2026-02-10"), "01-27",
         "promise k1: 100.00 EUR by 2026-02-10 for erp:a; 100.00 EUR is still to come",
         "If 100.00 EUR has been received by 2026-02-10 for erp:a, promise k1 is kept"),
        (IN_PLAN, "01-27",
         "plan k1 for erp:a: instalment 1 of 3, 33.33 EUR due 2026-02-16; 33.33 EUR is still to",
         "If 33.33 EUR has been received by 2026-02-16 for erp:a, plan k1 is kept so far:"),
        (lived(more(IN_PLAN, paid("p", "02-16", "10.00")), "02-24"), "02-24",
         "33.33 EUR due 2026-02-16; 23.33 EUR is still to come (it counts until 2026-03-05)",
         "If 23.33 EUR has been received by 2026-02-24 for erp:a, plan k1 is kept so far:"),
    ],
    ids=["settlement", "part-paid", "promise", "plan", "late-instalment"],
)  # fmt: skip
def test_what_was_agreed_is_told_apart_from_what_is_owed(case, when, agreed, changing):
    found = Stand(case, policy(), FI)
    told = explain(found, None, local(when))
    first, second, *_ = told.words["what_would_change_it"]
    seen = " ".join(screen(found, told).split())

    assert first.startswith(changing)
    assert "EUR, all that is owed, has been received" in second
    assert agreed in seen
    assert "a payment link" in seen


def test_a_promise_of_a_part_that_changes_no_act_is_named_and_no_lever():
    part = after(BASE, "01-26", "promise", claims=["erp:a"], amount=euros("70.00"),
                 day="2026-02-10")  # fmt: skip
    found = Stand(part, policy(), FI)

    assert "promised" not in kinds(found, local("01-27"))
    assert "70.00 EUR is still to come" in screen(found, explain(found, None, local("01-27")))


def test_an_offered_plan_is_told_with_its_day_of_answer_and_asks_for_nothing():
    offered = after(BASE, "01-26", "propose_plan", claims=["erp:a"], count=3, first="2026-02-16")
    found = Stand(offered, policy(), FI)
    seen = " ".join(screen(found, explain(found, None, local("01-27"))).split())

    assert "plan k1, offered until 2026-02-09: 100.00 EUR in 3 instalments" in seen
    assert "still to come" not in seen


def test_a_hold_that_nothing_ends_is_named_with_what_its_release_would_do():
    held = stand(Held(at=on("01-18"), hold="h1", reason="person"))
    told = explain(held, None, local("01-20"))

    assert told.now["why"] == "held"
    (next_,) = told.words["what_next"]
    assert next_.startswith(
        "If nothing changes, on 2026-02-17 08:00: A person is asked about erp:a"
    )
    assert next_.endswith(" the hold has no last day: a person says whether it still stands.")
    assert told.words["why_this"][-1].startswith("hub.hold_review: ")
    assert "If the hold h1 is released, another reminder is sent." in told.words[
        "what_would_change_it"
    ]  # fmt: skip


def test_a_question_is_a_lever_with_its_own_yes():
    waiting = stand(asked("t1", "approve_remind", "01-18", "a"))

    assert kinds(waiting, local("01-20"))["answer"].word == "approved"


def test_words_name_rules_days_and_amounts_and_no_person():
    told = explain(stand(*reminded("x", "01-20", deadline="02-03")), None, local("01-21"))

    assert told.words["why_this"][0].startswith("The case rests until 2026-02-")
    assert any("policy.step" in one for one in told.words["why_this"])
    assert told.words["what_next"][-1].startswith("If nothing changes, on 2026-02-")
    assert "with a fee of 5.00 EUR" in told.words["what_next"][-1]
    assert told.words["what_would_change_it"][0].startswith("If 100.")


def test_the_past_is_explained_by_what_was_known_then():
    events = [opened(), joined(), paid("p", "01-25", "100.00")]

    then, stored = known_by("c1", events, local("01-20"))

    assert (then.version, stored) == (2, None)
    assert explain(Stand(then, policy(), FI), None, local("01-20")).now["kind"] == "remind"


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        explain(stand(), None, on("01-20").replace(tzinfo=None))


def held(reason="dispute", name="h", **more):
    return Held(at=on("01-20"), hold=name, reason=reason, **more)


STOPPED = StopRequested(at=on("01-20"), stop="k1", claims=("erp:a",), on=day("01-20"),
                        section="513/1999 4 c §")  # fmt: skip
PLAN = {"claims": ["erp:a"], "count": 3, "first": "2026-02-02", "agreed": True}
LATE_REMINDED = [
    joined(due="06-05", at="06-08"),
    reminded("n1", "06-08", deadline="06-18"),
    reminded("n2", "06-23", step="r2", deadline="07-03"),
    reminded("n3", "07-08", step="r3", deadline="07-18"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "when", "why", "words"),
    [
        (after(case_of(joined()), "01-20", "dispute", claim="erp:a", ground="goods"), "01-21",
         "disputed", "a dispute is not settled yet"),
        (after(case_of(joined()), "01-20", "promise", claims=["erp:a"], day="2026-02-02"), "01-21",
         "promise", "100.00 EUR is agreed to come by 2026-02-02"),
        (after(case_of(joined()), "01-20", "propose_plan", **PLAN), "01-21",
         "plan", "payment plan k1 is agreed"),
        (case_of(joined(), held(claim="erp:a", until=day("02-10"))), "01-21",
         "held", "it is on hold (dispute)"),
        (case_of(joined(), held(claim="erp:a")), "01-21", "held", "it is on hold (dispute)"),
        (case_of(joined(), held("person"), held("dispute", "h2", until=day("02-10"))), "01-21",
         "held", "until 2026-02-19 08:00 because it is on hold (person)"),
    ],
    ids=["disputed", "promise", "plan", "hold", "hold-without-end", "hold-of-all"],
)  # fmt: skip
def test_a_rest_says_what_the_case_rests_for(case, when, why, words):
    told = explain(Stand(case, policy(), FI), None, local(when))

    assert told.now["why"] == why
    assert words in told.words["why_this"][0]


def test_a_rest_after_a_request_to_stop_names_the_section():
    """A person has let the reminders go on; only the hand-over is over."""
    only = policy(Step(id="out", action="hand_over", after=15, since="due"))
    case = case_of(joined(), STOPPED)
    for _ in ("stop_requested", "stop_at_hand_over"):
        found = ask_of(case, "02-20", rules=only)
        case = more(case, asked(found.task, found.why, "02-20", "a"),
                    answered(found.task, "continue", "02-20"))  # fmt: skip
    told = explain(Stand(case, only, FI), None, local("02-20"))

    assert told.now["why"] == "stopped"
    assert "the debtor asked to stop collecting (513/1999 4 c §)" in told.words["why_this"][0]


def test_nobody_foretells_a_hand_over_whose_interest_nobody_can_work_out():
    """The Finnish reference rate is known to the end of June 2026."""
    late = Stand(case_of(*LATE_REMINDED), policy(), FI)
    told = explain(late, None, local("07-25"))
    found = walk(late.case, Terms(policy(), FI, HELSINKI), local("07-25"), day("09-30"))

    assert (told.looks[-1]["kind"], told.looks[-1]["why"]) == ("ask", "rate_unknown")
    why = ahead(late, local("07-25"))[-1].decision.because[-1]
    assert (why.rule, why.facts["from"]) == ("law.rate_unknown", "2026-07-01")
    seen = " ".join(screen(late, told).split())
    assert "no reference rate is known from 2026-07-01 on (korkolaki 12 §" in seen
    assert "interest 0.65 EUR to 2026-06-30 (no rate is known since)" in seen
    assert [(one.kind, one.why) for one in found.acts] == [("ask", "rate_unknown")]


REMINDED = [joined(), *reminded("n1", "01-19", deadline="01-29")]


def told_of(case, when):
    return explain(Stand(case, policy(), FI), None, local(when)).words


def test_a_plan_or_dispute_of_the_last_day_is_tried_not_one_that_is_over_by_the_act():
    """The hold ends weeks ahead: a plan of today would have missed an instalment by then."""
    on_hold = Stand(case_of(REMINDED, held(claim="erp:a", until=day("02-15"))), policy(), FI)
    found = kinds(on_hold, local("01-21"))

    assert {(one.instead, one.by) for one in found.values()} == {("rest", day("02-15"))}
    assert (found["plan"].why, found["dispute"].why) == ("plan", "disputed")


def test_while_a_partner_works_nothing_is_in_sight_and_the_levers_are_of_today():
    words = told_of(case_of(REMINDED, handed("h1", "02-20")), "02-25")

    assert words["what_next"] == ("No act is in sight unless something changes.",)
    assert words["what_would_change_it"][0].startswith(
        "If 101.04 EUR, all that is owed, has been received by 2026-02"
    )


def test_a_question_says_what_brought_it_about():
    offered = after(case_of(REMINDED), "01-25", "propose_plan", **PLAN)
    (first, *_) = told_of(lived(offered, "03-25"), "03-25")["why_this"]

    assert first == (
        "A person is asked about erp:a because the payment plan was broken: a person says how it "
        "goes on."
    )


def test_the_reminder_of_an_instalment_is_no_step_and_asks_for_it_alone():
    offered = after(case_of(REMINDED), "01-25", "propose_plan", **PLAN)

    assert told_of(offered, "01-28")["what_next"][-1].endswith(
        "A reminder of a missed instalment of erp:a asks for it alone by 2026-02-19."
    )


def test_a_part_payment_too_small_to_hand_over_says_so_and_names_no_day_it_was_looked_at():
    last = reminded("n3", "02-18", step="r3", deadline="02-28")
    case = case_of(REMINDED, reminded("n2", "02-03", step="r2", deadline="02-13"), last,
                   paid("p", "02-25", "90.00"))  # fmt: skip
    words = told_of(case, "03-10")

    assert "because less is open than the policy hands over" in words["why_this"][0]
    assert not any("2026-03-10 as a day from which" in one for one in words["why_now"])


def test_an_extension_begins_the_steps_anew_from_its_day():
    words = told_of(after(case_of(REMINDED), "01-25", "extension", claim="erp:a",
                          due="2026-02-20"), "01-27")  # fmt: skip

    assert "on 2026-02-23 08:00: Step r1 reminds of erp:a without a fee" in words["what_next"][0]
