"""The states of a case: each a command, carried out once, and what it lets happen and not."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from shared.domain.case import Case, ClaimState
from shared.domain.casefile_debtors import debtors, liable_parties
from shared.domain.chronology import chronology
from shared.domain.circumstance import addressee
from shared.domain.command_forms import Hold
from shared.domain.commands import apply
from shared.domain.decisions import Ask, Done, HandOver, Remind, Rest
from shared.domain.demand import asked_for, demands
from shared.domain.dispute import contested
from shared.domain.endings import endings
from shared.domain.events import (
    ClaimFlagged,
    CreditApplied,
    FeeCredited,
    Held,
    NoticeReturned,
    PartnerClosed,
    ReminderIntended,
    write_event,
)  # fmt: skip
from shared.domain.hold_watch import watched
from shared.domain.lapses import WATCHED_AFTER, lapse_of
from shared.domain.law import load
from shared.domain.lawpack import COUNTRIES
from shared.domain.ledger import Truth, position, reconcile
from shared.domain.limitation import WARN_DAYS
from shared.domain.model import Party
from shared.domain.plan import schedule
from shared.domain.plan_events import PlanEnded, PromiseEnded
from shared.domain.process_rules import ProcessRules
from shared.domain.state_events import DisputeSettled
from shared.domain.telling import resting
from shared.domain.timeline import words
from shared.errors import Conflict, Refused, Unreadable
from tests.domain.casebook import (
    FI,
    answered,
    ask_of,
    asked,
    case_of,
    charged,
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
    sent,
)  # fmt: skip
from tests.domain.statebook import euros, form, lived, said, told
from tests.domain.test_ledger import invoice

# Overdue since 16 January; the first reminder is due on 19 January.
CASE = case_of(joined("a"))
TWO = case_of(joined("a"), joined("b"))
REMINDED = case_of(joined("a"), reminded("n1", "01-19", deadline="01-30"))
CHARGED = case_of(
    joined("a"),
    reminded("n1", "01-19", deadline="01-30"),
    reminded("n2", "02-03", deadline="02-16", step="r2", **charged()),
)
THREE_SENT = more(CHARGED, reminded("n3", "02-19", deadline="03-03", step="r3"))


def code(case: Case, when: str, what: str, **fields) -> str:
    with pytest.raises(Refused) as no:
        said(case, when, what, **fields)
    assert no.value.sentence
    return no.value.code


def until(answer: object) -> str:
    assert isinstance(answer, Rest)
    return answer.until.date().isoformat()[5:] if answer.until else "never"


def rules_of(answer: object) -> set[str]:
    return {one.rule for one in answer.because}


# --- every command ------------------------------------------------------------------------------


def test_a_command_is_carried_out_once_and_says_who_and_why():
    made = said(CASE, "01-19", "hold", until="2026-01-30")
    after = more(CASE, made)

    assert (made[0].by, made[0].why, made[0].type, made[0].count) == (
        "principal-7", "debtor_called", "hold", 1,
    )  # fmt: skip
    assert said(after, "01-20", "hold", until="2026-01-30") == []


def test_the_same_id_for_something_else_is_refused():
    after = told(CASE, "01-19", "hold")

    assert code(after, "01-20", "hold", until="2026-01-30") == "key_reused"


def test_a_closed_case_takes_no_command():
    closed = CASE.model_copy(update={"closed": True})

    assert code(closed, "01-20", "hold") == "case_closed"


def test_a_command_needs_an_instant_with_a_zone():
    naive = local("01-19").replace(tzinfo=None)

    with pytest.raises(ValueError, match="zone"):
        apply(CASE, form("hold"), by="p", policy=policy(), law=FI, now=naive)


def test_a_hold_returns_by_itself_and_is_released_by_hand():
    held = told(CASE, "01-19", "hold", until="2026-01-30")

    # The day after is a Saturday: nobody is contacted before Monday.
    assert until(ask_of(held, "01-19")) == "02-02"
    assert isinstance(ask_of(held, "02-02"), Remind)
    released = told(held, "01-20", "release", "k2", hold="k1")
    assert isinstance(ask_of(released, "01-20"), Remind)


def test_a_hold_without_a_last_day_is_a_persons_after_thirty_days_and_again_after_each_answer():
    held = told(CASE, "01-19", "hold")
    assert until(ask_of(held, "01-19")) == "02-18"
    first = ask_of(held, "02-18")
    assert (first.kind, first.why, first.claims) == ("ask", "hold_review", ("erp:a",))

    open_ = more(held, asked(first.task, first.why, "02-18", "a"))
    assert ask_of(open_, "02-19").why == "held", "the question itself holds nothing, nor frees"
    left = more(open_, answered(first.task, "leave", "03-02"))
    assert (set(left.holds), left.tasks) == ({"k1"}, {})
    assert until(ask_of(left, "03-02")) == "04-01"
    again = ask_of(left, "04-01")
    assert again.why == "hold_review"
    assert again.task != first.task

    ended = more(left, asked(again.task, again.why, "04-01", "a"),
                 answered(again.task, "continue", "04-01"))  # fmt: skip
    assert (ended.holds, ended.claims["erp:a"].freed_on) == ({}, day("04-01"))
    assert isinstance(ask_of(ended, "04-01"), Remind)


def test_a_release_answers_the_review_of_its_hold_and_of_no_other():
    held = told(told(CASE, "01-19", "hold"), "01-19", "hold", "k2", claim="erp:a")
    for _ in range(2):
        question = ask_of(held, "02-18")
        held = more(held, asked(question.task, question.why, "02-18", "a"))
    assert len(held.tasks) == 2

    released = told(held, "02-19", "release", "k3", hold="k1")
    assert set(released.holds) == {"k2"}
    assert len(released.tasks) == 1
    assert told(released, "02-19", "release", "k4", hold="k2").tasks == {}


def test_what_one_no_held_is_reviewed_together_and_goes_on_together():
    task = "c1-circumstance_vulnerable-k1.2"
    both = case_of(joined(), joined("b"), asked(task, "circumstance_vulnerable", "01-20", "a", "b"),
                   answered(task, "leave", "01-20"))  # fmt: skip
    assert len(both.holds) == 2

    question = ask_of(both, "02-19")
    assert (question.why, question.claims) == ("hold_review", ("erp:a", "erp:b"))
    on_ = more(both, asked(question.task, question.why, "02-19", "a", "b"),
               answered(question.task, "continue", "02-19"))  # fmt: skip
    assert on_.holds == {}


def test_a_hold_of_what_a_partner_has_is_reviewed_too_and_its_end_lets_the_partner_go_on():
    held = told(case_of(joined(), handed("h1", "01-19")), "01-20", "hold", claim="erp:a")
    assert set(resting(held, day("02-19"))) == {"erp:a"}

    question = ask_of(held, "02-19")
    assert (question.why, question.claims) == ("hold_review", ("erp:a",))
    known = more(held, asked(question.task, question.why, "02-19", "a"))
    left = more(known, answered(question.task, "leave", "02-19"))
    ended = more(known, answered(question.task, "continue", "02-19"))
    assert resting(left, day("02-19")) == resting(held, day("02-19"))
    assert resting(ended, day("02-19")) == {}


def test_a_hold_of_before_its_day_was_noted_is_asked_about_at_the_next_look():
    held = told(CASE, "01-19", "hold")
    before = {name: one.model_copy(update={"since": None}) for name, one in held.holds.items()}
    assert ask_of(held.model_copy(update={"holds": before}), "01-20").why == "hold_review"


def test_neither_money_that_waits_nor_a_hold_with_a_last_day_is_reviewed():
    for event in (
        Held(at=on("01-19"), hold="k1", claim="erp:a", reason="money_waiting"),
        Held(at=on("01-19"), hold="k1", claim="erp:a", reason="person", until=day("12-30")),
    ):
        assert watched(more(CASE, event)) == []


@pytest.mark.parametrize(
    ("what", "fields", "why"),
    [
        ("hold", {"claim": "erp:z"}, "no_such_claim"),
        ("hold", {"until": "2026-01-18"}, "bad_day"),
        ("release", {"hold": "h"}, "no_such_state"),
        ("dispute", {"claim": "erp:z", "ground": "g"}, "no_such_claim"),
        ("dispute", {"claim": "erp:a", "ground": "g", "amount": euros("100.01")}, "bad_amount"),
        ("dispute", {"claim": "erp:a", "ground": "g", "amount": euros("0.00")}, "bad_amount"),
        ("answer_dispute", {"dispute": "d"}, "no_such_state"),
        ("settle_dispute", {"dispute": "d", "outcome": "rejected"}, "no_such_state"),
        ("promise", {"day": "2026-01-18"}, "bad_day"),
        ("promise", {"day": "2026-02-20"}, "bad_day"),
        ("promise", {"day": "2026-01-30", "amount": euros("101.00")}, "bad_amount"),
        ("cancel_promise", {"promise": "p"}, "no_such_state"),
        ("settlement", {"day": "2026-01-30", "amount": euros("0.00")}, "bad_amount"),
        ("extension", {"claim": "erp:a", "due": "2026-01-16"}, "bad_day"),
        ("extension", {"claim": "erp:a", "due": "2026-06-16"}, "bad_day"),
        ("propose_plan", {"count": 2, "first": "2026-01-18"}, "bad_day"),
        ("agree_plan", {"plan": "p"}, "no_such_state"),
        ("cancel_plan", {"plan": "p"}, "no_such_state"),
        ("write_off", {"claim": "erp:a", "kind": "goodwill", "amount": euros("100.01")},
         "bad_amount"),
        ("waive_fee", {"claim": "erp:a"}, "no_fee"),
        ("waive_interest", {"claim": "erp:a", "to": "2026-01-20"}, "waived_already"),
        ("withdraw_stop", {"stop": "s"}, "no_such_state"),
        ("end_circumstance", {"circumstance": "c"}, "no_such_state"),
        ("name_liable", {"claim": "erp:a", "party": "erp:cust-9", "role": "guarantor"},
         "same_party"),
        ("release_liable", {"claim": "erp:a", "party": "erp:cust-1"}, "no_such_state"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_code_and_a_sentence(what, fields, why):
    assert code(CASE, "01-19", what, **fields) == why


def test_less_or_another_due_date_of_claims_with_the_partner_is_agreed_on_there():
    away, fields = more(THREE_SENT, handed("o", "03-20")), {"day": "2026-03-30"}
    fields["amount"] = euros("50.00")

    assert code(away, "03-23", "settlement", **fields) == "with_partner"
    assert code(away, "03-23", "settlement", claims=["erp:a"], **fields) == "with_partner"
    assert code(away, "03-23", "extension", claim="erp:a", due="2026-04-16") == "with_partner"


def test_a_claim_is_written_off_as_sold_once_its_partner_has_let_go_of_it():
    away = more(THREE_SENT, handed("o", "03-20"))
    assert code(away, "03-23", "write_off", claim="erp:a", kind="sold") == "with_partner"

    end = PartnerClosed(at=on("03-23"), message="m", code="SOLD")
    sold = told(more(away, end), "03-24", "write_off", claim="erp:a", kind="sold")

    assert sold.claims["erp:a"].open == eur("0.00")


# --- disputes -----------------------------------------------------------------------------------


def test_a_disputed_claim_rests_and_names_the_statute():
    disputed = told(CASE, "01-19", "dispute", claim="erp:a", ground="not_delivered")

    answer = ask_of(disputed, "01-19")

    assert isinstance(answer, Rest)
    why = next(one for one in answer.because if one.rule == "hub.dispute")
    assert why.section == "513/1999 4 b §"
    # Our own answer is due after fourteen days: a person hears of it then, once.
    assert until(answer) == "02-02"
    late = ask_of(disputed, "02-02")
    assert isinstance(late, Ask)
    assert late.why == "dispute_unanswered"
    reminded_of = more(disputed, asked(late.task, late.why, "02-02", "a"))
    assert isinstance(ask_of(reminded_of, "02-03"), Rest)
    heard = told(disputed, "01-22", "answer_dispute", "k2", dispute="k1")
    assert isinstance(ask_of(heard, "02-02"), Rest)


def test_the_undisputed_rest_goes_on_by_a_new_notice_that_leaves_the_disputed_part_out():
    disputed = told(
        REMINDED, "02-02", "dispute", claim="erp:a", ground="wrong_price", amount=euros("40.00")
    )

    # Its clock begins anew: fifteen days from 2 February, not from 19 January.
    answered_ = told(disputed, "02-03", "answer_dispute", "k2", dispute="k1")
    assert until(ask_of(answered_, "02-10")) == "02-17"
    notice = ask_of(answered_, "02-17")
    assert isinstance(notice, Remind)
    assert (notice.step, notice.fee) == ("r2", None)
    assert demands(answered_, FI, day("02-17"), ["erp:a"])["erp:a"].open == eur("60.00")
    whole = position(answered_, answered_.claims["erp:a"], FI, day("02-17"))
    asked_for = demands(answered_, FI, day("02-17"), ["erp:a"])["erp:a"]
    assert asked_for.interest.total < whole.interest.total
    assert whole.open == eur("100.00")


def test_a_claim_that_is_disputed_in_part_is_not_handed_over():
    assert isinstance(ask_of(THREE_SENT, "03-20"), HandOver)

    disputed = told(
        THREE_SENT, "03-04", "dispute", claim="erp:a", ground="g", amount=euros("10.00")
    )
    disputed = told(disputed, "03-05", "answer_dispute", "k2", dispute="k1")

    # The reminders are used up: the rest is told once, fifteen full days from the dispute.
    assert until(ask_of(disputed, "03-18")) == "03-19"
    once = ask_of(disputed, "03-19")
    assert isinstance(once, Remind)
    assert (once.step, once.tone, once.fee) == ("rest-r3", "firm", None)
    assert (once.deadline, once.next_action) == (day("03-30"), "none")
    told_ = more(disputed, reminded(once.act, "03-19", deadline="03-30", step="rest-r3"))
    assert told_.claims["erp:a"].level == disputed.claims["erp:a"].level == 3

    assert isinstance(ask_of(told_, "04-03"), Rest)
    # Nobody has said who is right: a person hears of it thirty days after the answer, once.
    unsettled = ask_of(told_, "04-04")
    assert isinstance(unsettled, Ask)
    assert unsettled.why == "dispute_unsettled"
    known = more(told_, asked(unsettled.task, unsettled.why, "04-04", "a"))
    assert isinstance(ask_of(known, "04-20"), Rest)


def test_a_rejected_dispute_never_brings_an_immediate_hand_over():
    disputed = told(THREE_SENT, "03-04", "dispute", claim="erp:a", ground="g")
    settled = told(disputed, "03-23", "settle_dispute", "k2", dispute="k1", outcome="rejected")

    assert until(ask_of(settled, "03-23")) >= "04-06"
    # No notice since asked for it: a person lets it go, the clock never does.
    question = ask_of(settled, "04-08")
    assert (question.kind, question.why) == ("ask", "hand_over_without_notice")
    yes = more(settled, asked(question.task, question.why, "04-08", "a"),
               answered(question.task, "continue", "04-09"))  # fmt: skip
    assert isinstance(ask_of(yes, "04-09"), HandOver)


def test_an_accepted_dispute_takes_the_fee_back_and_waits_for_the_credit_note():
    disputed = told(CHARGED, "02-18", "dispute", claim="erp:a", ground="g", amount=euros("40.00"))
    made = said(disputed, "02-19", "settle_dispute", "k2", dispute="k1", outcome="accepted")
    accepted = more(disputed, made)

    assert [(one.amount, one.why) for one in made if isinstance(one, FeeCredited)] == [
        (eur("5.00"), "waived")
    ]
    assert demands(accepted, FI, day("02-20"), ["erp:a"])["erp:a"].open == eur("60.00")
    missing = ask_of(accepted, "03-05")
    assert isinstance(missing, Ask)
    assert missing.why == "credit_missing"
    note = CreditApplied(
        at=on("02-24"), credit_note="erp:cn-1", claim="erp:a", amount=eur("40.00"),
        issued=day("02-24"),
    )  # fmt: skip
    credited = more(accepted, note)
    handed_next = more(credited, reminded("n3", "02-17", deadline="03-02", step="r3"))
    assert ask_of(handed_next, "03-20").why == "notice_asked_too_much"
    assert demands(credited, FI, day("02-25"), ["erp:a"])["erp:a"].open == eur("60.00")
    assert isinstance(ask_of(credited, "03-06"), Remind)


def test_a_promise_is_about_what_is_not_disputed():
    part = told(CASE, "01-19", "dispute", claim="erp:a", ground="g", amount=euros("70.00"))

    made = said(part, "01-19", "promise", "k2", day="2026-01-29")
    assert made[1].amount == eur("30.00")
    whole = told(CASE, "01-19", "dispute", claim="erp:a", ground="g")
    assert code(whole, "01-19", "promise", name="k2", day="2026-01-29") == "disputed"


def test_two_disputes_of_a_claim_never_cover_more_than_is_open():
    once = told(CASE, "01-19", "dispute", claim="erp:a", ground="g", amount=euros("70.00"))

    assert code(once, "01-19", "dispute", name="k2", claim="erp:a", ground="g",
                amount=euros("30.01")) == "bad_amount"  # fmt: skip
    twice = told(once, "01-19", "dispute", "k2", claim="erp:a", ground="g", amount=euros("30.00"))
    assert code(twice, "01-19", "dispute", name="k3", claim="erp:a", ground="g") == (
        "disputed_already"
    )
    assert isinstance(ask_of(more(twice, paid("p1", "01-20", "60.00")), "01-21"), Rest)


# --- promises, settlements, extensions ------------------------------------------------------------


def test_a_promise_rests_until_the_money_can_be_there_and_is_kept_by_it():
    promised = told(CASE, "01-19", "promise", day="2026-01-29")

    # Three clearing days end on a Sunday: the Monday counts.
    assert until(ask_of(promised, "01-19")) == "02-03"
    kept = more(promised, paid("p1", "01-28", "100.00"))
    assert [one.outcome for one in endings(kept, day("01-28"), on("01-28"))] == ["kept"]


@pytest.mark.parametrize(
    ("money", "outcome"), [("0.01", "partly"), (None, "broken"), ("50.00", "kept")]
)
def test_a_promise_that_is_not_kept_goes_on_and_is_recorded(money, outcome):
    promised = told(CASE, "01-19", "promise", day="2026-01-29", amount=euros("50.00"))
    later = promised if money is None else more(promised, paid("p1", "02-02", money))

    assert isinstance(ask_of(later, "02-03"), Remind)
    done = lived(later, "02-03")
    assert done.states.promises["k1"].outcome == outcome
    assert isinstance(ask_of(done, "02-03"), Remind)
    assert endings(done, day("02-03"), on("02-03")) == []


def test_a_debtor_promises_so_often_a_year_and_no_more():
    case = CASE
    for number, when in enumerate(("01-19", "02-09")):
        case = lived(told(case, when, "promise", f"k{number}", day=f"2026-{when}"), "02-28")

    assert code(case, "03-02", "promise", name="k9", day="2026-03-09") == "too_many_promises"
    taken_back = told(CASE, "01-19", "promise", "k0", day="2026-01-29")
    taken_back = told(taken_back, "01-20", "cancel_promise", "k1", promise="k0")
    assert isinstance(ask_of(taken_back, "01-20"), Remind)
    told(told(taken_back, "01-21", "promise", "k2", day="2026-01-22"), "02-02", "promise", "k3",
         day="2026-02-05")  # fmt: skip


def test_a_settlement_that_is_paid_lets_the_rest_go():
    agreed = told(TWO, "01-19", "settlement", day="2026-01-29", amount=euros("150.00"))
    assert code(agreed, "01-20", "promise", name="k2", day="2026-01-29") == "promise_open"

    paid_ = more(agreed, paid("p1", "01-28", "100.00"), paid("p2", "01-28", "50.00", "b"))
    done = lived(paid_, "01-28")

    assert done.claims["erp:b"].open == eur("0.00")
    assert done.claims["erp:b"].forgiven == eur("50.00")
    assert done.states.promises["k1"].outcome == "kept"
    assert isinstance(ask_of(done, "03-02"), Done)


def test_a_settlement_that_is_not_paid_leaves_the_claim_as_it_was():
    agreed = told(CASE, "01-19", "settlement", day="2026-01-29", amount=euros("60.00"))

    broken = lived(agreed, "02-03")

    assert broken.claims["erp:a"].open == eur("100.00")
    assert isinstance(ask_of(broken, "02-03"), Remind)


def test_an_extension_counts_the_steps_from_the_new_day():
    later = told(REMINDED, "02-02", "extension", claim="erp:a", due="2026-02-16")

    assert until(ask_of(later, "02-03")) == "02-19"
    notice = ask_of(later, "02-19")
    assert isinstance(notice, Remind)
    assert notice.step == "r1"


# --- payment plans --------------------------------------------------------------------------------


def planned(case: Case = TWO, **fields) -> Case:
    given = {"count": 3, "first": "2026-02-02", "agreed": True, **fields}
    return told(case, "01-19", "propose_plan", **given)


def test_instalments_are_alike_and_the_last_takes_the_odd_cents():
    made = schedule(eur("100.01"), 3, date(2026, 1, 31), "month")

    assert [(one.due.isoformat(), str(one.amount.amount)) for one in made] == [
        ("2026-01-31", "33.33"), ("2026-02-28", "33.33"), ("2026-03-31", "33.35"),
    ]  # fmt: skip


def test_instalments_as_given_sum_to_what_is_open():
    given = [{"due": "2026-02-02", "amount": euros("60.00")},
             {"due": "2026-03-02", "amount": euros("39.99")}]  # fmt: skip

    assert code(CASE, "01-19", "propose_plan", instalments=given) == "does_not_sum"
    given[1]["amount"] = euros("40.00")
    assert code(CASE, "01-19", "propose_plan", instalments=given[::-1]) == "does_not_sum"
    told(CASE, "01-19", "propose_plan", instalments=given)


def test_while_a_plan_is_kept_nothing_advances():
    case = planned()
    money = {"02-02": ("66.66", "a"), "02-28": ("33.34", "a"), "03-01": ("33.32", "b")}
    for offset in range(70):
        today = date.fromordinal(date(2026, 1, 19).toordinal() + offset).strftime("%m-%d")
        if today in money:
            case = more(case, paid(today, today, *money[today]))
        assert isinstance(ask_of(case, today), Rest), today
        assert endings(case, day(today), on(today)) == []

    assert case.states.plans["k1"].stage(case.claims, day("03-02")) == "active"
    done = lived(more(case, paid("last", "04-01", "66.68", "b")), "04-01")
    assert done.states.plans["k1"].ended == "completed"


def test_the_first_missed_instalment_is_a_friendly_word_at_no_cost():
    # Due on 2 February, three days to clear.
    case = lived(planned(), "02-06")
    assert endings(planned(), day("02-05"), on("02-05")) == []

    word = ask_of(case, "02-06")

    assert isinstance(word, Remind)
    # It asks for the instalment alone, until the grace is over, and is no step of any claim.
    assert (word.claims, word.also, word.fee, word.tone) == ((), ("erp:a",), None, "friendly")
    assert word.deadline == day("02-19")
    assert asked_for(case, FI, day("02-06"), word)["erp:a"].open == eur("66.66")
    gone = more(case, plan_word(word), sent(word.act, "02-06"))
    assert [one.level for one in gone.claims.values()] == [0, 0]
    for when in ("02-06", "02-09", "02-19"):
        assert isinstance(ask_of(gone, when), Rest), when
    assert isinstance(ask_of(more(case, paid("p1", "02-07", "66.66")), "02-09"), Rest)


@pytest.mark.parametrize(
    "trouble",
    [
        [NoticeReturned(at=on("02-09"), act="?", code="bounced")],
        [ClaimFlagged(at=on("02-06"), claim="erp:a", do_not_dun=("disputed",))],
    ],
)
def test_a_person_says_the_friendly_word_where_no_letter_can(trouble):
    case = lived(planned(), "02-06")
    word = ask_of(case, "02-06")
    if isinstance(trouble[0], NoticeReturned):
        back = trouble[0].model_copy(update={"act": word.act})
        trouble = [plan_word(word), sent(word.act, "02-06"), back]

    question = ask_of(more(case, trouble), "02-09")

    assert isinstance(question, Ask)
    assert (question.why, question.claims) == ("instalment_missed", ("erp:a", "erp:b"))
    asked_ = more(case, trouble, asked(question.task, question.why, "02-09", "a", "b"))
    assert isinstance(ask_of(asked_, "02-10"), Rest)


def plan_word(word: Remind) -> ReminderIntended:
    return ReminderIntended(
        at=on("02-06"), act=word.act, step=word.step, claims=word.claims, also=word.also,
        channel="email", tone=word.tone, language="fi", deadline=word.deadline,
        document="letter", content_hash="0" * 64,
    )  # fmt: skip


def test_a_plan_is_broken_after_the_grace_and_a_person_says_how_it_goes_on():
    # Fourteen days of grace after 5 February, and three banking days for money of the last.
    assert isinstance(ask_of(lived(planned(), "02-24"), "02-24"), Ask)
    assert lived(planned(), "02-24").states.plans["k1"].ended is None
    case = lived(lived(planned(), "02-24"), "02-25")

    assert case.states.plans["k1"].ended == "broken"
    assert case.states.plan_broken("erp:a")
    question = ask_of(case, "02-25")
    assert isinstance(question, Ask)
    assert question.why == "plan_broken"
    names = [claim[4:] for claim in question.claims]
    yes = more(case, asked(question.task, "plan_broken", "02-25", *names),
               answered(question.task, "continue", "02-26"))  # fmt: skip
    assert set(names) <= {claim[4:] for claim in yes.states.plans["k1"].cleared}


def test_a_broken_plan_goes_on_by_itself_where_the_policy_says_so():
    rules = policy(process=ProcessRules(on_broken="go_on"))
    case = told(CASE, "01-19", "propose_plan", count=2, first="2026-02-02", agreed=True,
                rules=rules)  # fmt: skip

    assert isinstance(ask_of(lived(case, "02-25"), "02-25", rules=rules), Remind)


def test_a_second_missed_instalment_breaks_the_plan_at_once():
    case = planned(every="week")

    # Instalments of 2 and 9 February, each with three days to clear.
    assert lived(case, "02-12").states.plans["k1"].ended is None
    assert lived(case, "02-13").states.plans["k1"].ended == "broken"


@pytest.mark.parametrize(("choice", "kind"), [("hold", Rest), ("dun", Remind)])
def test_claims_beside_a_plan_rest_or_go_on_by_choice(choice, kind):
    case = planned(CASE, new_claims=choice)

    assert isinstance(ask_of(more(case, joined("b")), "01-20"), kind)


def test_an_offer_rests_until_its_day_and_lapses_without_an_answer():
    offered = planned(agreed=False)

    assert until(ask_of(offered, "01-19")) == "02-03"
    assert isinstance(ask_of(offered, "02-03"), Remind)
    assert lived(offered, "02-03").states.plans["k1"].ended == "lapsed"
    assert code(offered, "02-03", "agree_plan", name="k2", plan="k1") == "ended"
    agreed = told(offered, "01-21", "agree_plan", "k2", plan="k1")
    assert agreed.states.plans["k1"].stage(agreed.claims, day("01-21")) == "agreed"


def test_an_offer_is_agreed_to_for_what_is_still_owed():
    offered = planned(agreed=False)
    note = CreditApplied(at=on("01-20"), credit_note="erp:cn-1", claim="erp:a",
                         amount=eur("10.00"), issued=day("01-20"))  # fmt: skip

    assert code(more(offered, note), "01-21", "agree_plan", name="k2", plan="k1") == (
        "balance_changed"
    )
    told(more(offered, paid("p1", "01-20", "30.00")), "01-21", "agree_plan", "k2", plan="k1")


def test_a_plan_that_is_taken_back_lets_its_claims_go_on():
    assert code(planned(), "01-20", "promise", name="k2", day="2026-01-29") == "plan_in_force"

    assert isinstance(ask_of(told(planned(), "01-20", "cancel_plan", "k2", plan="k1"), "01-20"),
                      Remind)  # fmt: skip


def test_a_disputed_claim_is_put_into_no_plan():
    disputed = told(CASE, "01-19", "dispute", "k0", claim="erp:a", ground="g")

    assert code(disputed, "01-19", "propose_plan", count=2, first="2026-02-02") == "disputed"


# --- less money -----------------------------------------------------------------------------------


def test_what_is_written_off_is_not_asked_for():
    part = told(CASE, "01-19", "write_off", claim="erp:a", kind="goodwill", amount=euros("30.00"))

    assert part.claims["erp:a"].open == eur("70.00")
    assert part.claims["erp:a"].received == eur("0.00")
    whole = told(part, "01-20", "write_off", "k2", claim="erp:a", kind="bad_debt")
    assert isinstance(ask_of(whole, "02-20"), Done)


def test_what_was_let_go_here_counts_once_when_the_source_books_it_too():
    part = told(CASE, "01-19", "write_off", claim="erp:a", kind="goodwill", amount=euros("30.00"))

    for open_, written_off in (("100.00", None), ("70.00", eur("30.00"))):
        truth = Truth(invoice(open_, written_off=written_off))
        assert reconcile(part, truth, on("01-20"), eur("1.00")) == []
    more_let_go = reconcile(
        part, Truth(invoice("60.00", written_off=eur("40.00"))), on("01-21"), eur("1.00")
    )
    assert more(part, more_let_go).claims["erp:a"].open == eur("60.00")


def test_a_fee_is_waived_once():
    waived = told(CHARGED, "02-18", "waive_fee", claim="erp:a", act="n2")

    assert waived.fees_of("erp:a") == eur("0.00")
    assert code(waived, "02-18", "waive_fee", name="k2", claim="erp:a") == "no_fee"


def test_waived_interest_counts_from_the_day_after():
    waived = told(CASE, "03-02", "waive_interest", claim="erp:a", to="2026-02-15")

    late = position(waived, waived.claims["erp:a"], FI, day("03-02")).interest
    assert [(one.from_, one.days) for one in late.segments] == [(day("02-16"), 15)]


# --- stop requests, circumstances, others ---------------------------------------------------------


def test_after_a_request_to_stop_a_person_is_asked_and_no_act_bears_a_cost():
    stopped = told(REMINDED, "02-02", "stop_request")

    question = ask_of(stopped, "02-03")
    assert isinstance(question, Ask)
    assert question.why == "stop_requested"
    assert question.because[-1].section == "513/1999 4 c §"
    free = more(stopped, asked(question.task, question.why, "02-03", "a"),
                answered(question.task, "continue", "02-04"))  # fmt: skip
    notice = ask_of(free, "02-05")
    assert isinstance(notice, Remind)
    assert (notice.step, notice.fee) == ("r2", None)
    assert "FI-C-STOP" in rules_of(notice)
    assert stopped.states.stopped_since("erp:a") == day("02-02")
    assert isinstance(ask_of(told(stopped, "02-03", "withdraw_stop", "k2", stop="k1"), "02-05"),
                      Remind)  # fmt: skip


def test_nothing_goes_to_a_partner_after_a_request_to_stop():
    stopped = told(THREE_SENT, "03-05", "stop_request")
    question = ask_of(stopped, "03-05")
    free = more(stopped, asked(question.task, question.why, "03-05", "a"),
                answered(question.task, "continue", "03-06"))  # fmt: skip

    last = ask_of(free, "04-20")
    assert isinstance(last, Ask)
    assert last.why == "stop_at_hand_over"
    heard = more(free, asked(last.task, last.why, "04-20", "a"))
    assert isinstance(ask_of(heard, "04-21"), Rest)
    assert isinstance(ask_of(more(heard, answered(last.task, "continue", "04-21")), "04-22"), Rest)
    assert told(heard, "04-21", "withdraw_stop", "k2", stop="k1").tasks == {}


def test_where_the_law_knows_no_such_right_it_is_an_objection():
    trade = case_of(joined("a", capacity="business", natural_person=False))

    stopped = told(trade, "01-19", "stop_request")

    assert [one.ground for one in stopped.states.disputes.values()] == ["stop_request"]
    assert isinstance(ask_of(stopped, "01-20"), Rest)


@pytest.mark.parametrize(
    ("what", "earlier", "later"),
    [
        ("deceased", "asks", "asks"),
        ("bankruptcy", "rests", "asks"),
        ("restructuring", "rests", "reminds"),
        ("debt_arrangement", "rests", "reminds"),
        ("minor", "asks", "asks"),
        ("guardian", "asks", "asks"),
        ("protected_identity", "asks", "asks"),
        ("vulnerable", "asks", "asks"),
    ],
)
def test_claims_before_a_circumstance_stop_or_ask_and_later_ones_go_on_where_they_may(
    what, earlier, later
):
    kinds = {"asks": Ask, "rests": Rest, "reminds": Remind}
    # The claim was invoiced on 1 January.
    before = told(CASE, "01-19", "circumstance", circumstance=what, effective="2026-01-01")
    after = told(CASE, "01-19", "circumstance", circumstance=what, effective="2025-12-31")

    assert isinstance(ask_of(before, "01-19"), kinds[earlier])
    assert isinstance(ask_of(after, "01-19"), kinds[later])
    ended = told(before, "01-20", "end_circumstance", "k2", circumstance="k1")
    assert isinstance(ask_of(ended, "01-20"), Remind)


def test_a_person_lets_the_claims_of_a_vulnerable_debtor_go_on_or_holds_them():
    case = told(CASE, "01-19", "circumstance", circumstance="vulnerable", effective="2026-01-10")
    question = ask_of(case, "01-19")
    open_ = more(case, asked(question.task, question.why, "01-19", "a"))

    assert isinstance(ask_of(more(open_, answered(question.task, "continue", "01-20")), "01-20"),
                      Remind)  # fmt: skip
    assert isinstance(ask_of(more(open_, answered(question.task, "leave", "01-20")), "01-20"),
                      Rest)  # fmt: skip


def test_letters_go_to_nobody_until_somebody_is_named_in_place_of_the_debtor():
    noted = told(CASE, "01-19", "circumstance", circumstance="deceased", effective="2026-01-10")
    question = ask_of(noted, "01-19")
    free = more(noted, asked(question.task, question.why, "01-19", "a"),
                answered(question.task, "continue", "01-20"))  # fmt: skip

    who = ask_of(free, "01-20")
    assert isinstance(who, Ask)
    assert who.why == "addressee_needed"
    waits = more(free, asked(who.task, who.why, "01-20", "a"))
    assert isinstance(ask_of(more(waits, answered(who.task, "continue", "01-21")), "01-22"), Rest)
    # Naming the estate answers the question; the claim goes on after the yes that is its own.
    named = told(waits, "01-21", "circumstance", "k2", circumstance="deceased",
                 effective="2026-01-10", contact="erp:estate")  # fmt: skip
    assert named.tasks == {}
    again = ask_of(named, "01-21")
    on_ = more(named, asked(again.task, again.why, "01-21", "a"),
               answered(again.task, "continue", "01-22"))  # fmt: skip
    assert isinstance(ask_of(on_, "01-22"), Remind)
    assert addressee(on_.states.circumstances.values()) == "erp:estate"


@pytest.mark.parametrize("what", ["vulnerable", "deceased"])
def test_a_claim_under_a_circumstance_goes_to_a_partner_only_by_a_persons_word(what):
    noted = told(THREE_SENT, "03-04", "circumstance", circumstance=what, contact="erp:estate",
                 effective="2026-03-01")  # fmt: skip
    question = ask_of(noted, "03-20")
    free = more(noted, asked(question.task, question.why, "03-20", "a"),
                answered(question.task, "continue", "03-20"))  # fmt: skip

    last = ask_of(free, "03-20")
    assert isinstance(last, Ask)
    assert last.why == "hand_over_in_circumstance"
    waits = more(free, asked(last.task, last.why, "03-20", "a"))
    assert told(waits, "03-20", "end_circumstance", "k2", circumstance="k1").tasks == {}
    assert isinstance(ask_of(more(waits, answered(last.task, "leave", "03-20")), "03-23"), Rest)


def test_claims_that_stopped_are_asked_about_also_where_nobody_knows_the_last_day():
    case = told(CASE, "01-19", "circumstance", circumstance="bankruptcy", effective="2026-01-10")

    assert until(ask_of(case, "01-20")) == "02-09"
    question = ask_of(case, "02-09")
    assert isinstance(question, Ask)
    assert question.why == "filing_due"
    open_ = more(case, asked(question.task, question.why, "02-09", "a"))
    assert told(open_, "02-10", "end_circumstance", "k2", circumstance="k1").tasks == {}


def test_a_command_that_ends_a_state_answers_its_question_and_holds_nothing():
    disputed = told(CASE, "01-19", "dispute", claim="erp:a", ground="g")
    late = ask_of(disputed, "02-02")
    open_ = more(disputed, asked(late.task, late.why, "02-02", "a"))

    made = said(open_, "02-03", "settle_dispute", "k2", dispute="k1", outcome="withdrawn")
    assert [one.kind for one in made] == ["commanded", "dispute_settled", "person_answered"]
    assert (made[0].count, made[-1].answer, made[-1].by) == (2, "settled", "principal-7")
    settled = more(open_, made)
    assert (settled.tasks, settled.holds) == ({}, {})
    assert isinstance(ask_of(settled, "02-20"), Remind)


def test_the_undisputed_rest_goes_on_while_our_own_answer_is_late():
    disputed = told(REMINDED, "02-02", "dispute", claim="erp:a", ground="g", amount=euros("40.00"))
    late = ask_of(disputed, "02-16")
    assert isinstance(late, Ask)

    reminder = ask_of(more(disputed, asked(late.task, late.why, "02-16", "a")), "02-17")
    assert isinstance(reminder, Remind)
    assert reminder.fee is None


@pytest.mark.parametrize(
    ("what", "fields", "refusal", "named"),
    [
        ("hold", {"until": "2028-01-21"}, "hold_too_long", "The last day "),
        ("circumstance", {"circumstance": "minor", "effective": "2026-02-19"}, "day_too_far",
         "The day from which it holds "),
        ("propose_plan", {"count": 2, "first": "2026-04-20"}, "first_too_late",
         "The first instalment "),
    ],
)  # fmt: skip
def test_a_day_too_far_ahead_is_refused_by_a_sentence_that_names_it(what, fields, refusal, named):
    with pytest.raises(Refused) as no:
        said(CASE, "01-19", what, **fields)

    assert no.value.code == refusal
    assert no.value.sentence.startswith(named)


def test_what_a_circumstance_stops_is_put_into_no_plan():
    case = told(CASE, "01-19", "circumstance", circumstance="debt_arrangement",
                effective="2026-01-10")  # fmt: skip

    assert code(case, "01-20", "propose_plan", name="k2", count=2, first="2026-02-20") == "stopped"


def test_a_filing_deadline_is_a_persons_two_weeks_before_even_on_hold():
    case = told(CASE, "01-19", "circumstance", circumstance="bankruptcy", effective="2026-01-10",
                authority_number="HKO 26/1234", file_by="2026-03-16")  # fmt: skip
    case = told(case, "01-20", "hold", "k2", until="2026-06-30")

    assert until(ask_of(case, "01-20")) == "03-02"
    question = ask_of(case, "03-02")
    assert isinstance(question, Ask)
    assert (question.why, question.claims) == ("filing_due", ("erp:a",))


def test_a_guarantor_and_a_payer_are_kept_by_id_beside_the_claim():
    named = told(CASE, "01-19", "name_liable", claim="erp:a", party="erp:cust-1", role="guarantor")
    named = told(named, "01-19", "name_liable", "k2", claim="erp:a", party="erp:cust-2",
                 role="payer")  # fmt: skip

    assert [(one.party, one.role) for one in named.states.liable] == [
        ("erp:cust-1", "guarantor"), ("erp:cust-2", "payer"),
    ]  # fmt: skip
    left = told(named, "01-20", "release_liable", "k3", claim="erp:a", party="erp:cust-1")
    assert [one.party for one in left.states.liable] == ["erp:cust-2"]


def test_every_event_of_a_command_has_its_words():
    made = said(TWO, "01-19", "propose_plan", count=2, first="2026-02-02", agreed=True)

    assert [words(one) for one in made] == [
        "principal-7: propose_plan (debtor_called).",
        "A payment plan is offered until 2026-02-02.",
        "Payment plan k1 is agreed: while it is kept nothing advances.",
    ]
    assert all("{" in write_event(one) for one in made)


def test_what_a_command_leaves_out_is_said_in_words():
    held, disputed = (
        said(CASE, "01-19", "hold"),
        said(CASE, "01-19", "dispute", claim="erp:a", ground="g"),
    )

    assert words(held[1]) == "A hold (person) rests until it is released."
    assert words(disputed[1]) == (
        "Claim erp:a is disputed (all of it); our answer is due by 2026-02-02."
    )


# --- age ------------------------------------------------------------------------------------------


def test_a_person_hears_of_limitation_ninety_days_before_and_nobody_acts_after_it():
    # Finland, 728/2003 4 §: three years from the due date; nothing has interrupted them.
    old = case_of(joined("a", due="01-16", issued=date(2022, 12, 20), sent=None))
    old = old.model_copy(update={"claims": {"erp:a": _due(old, date(2023, 4, 14))}})

    question = ask_of(old, "01-19")
    assert isinstance(question, Ask)
    assert question.why == "limitation_near"
    unanswered = more(old, asked(question.task, question.why, "01-19", "a"))
    # 10 §: a reminder starts the years anew, so it does not wait for the person.
    assert isinstance(ask_of(unanswered, "01-20"), Remind)
    heard = more(unanswered, answered(question.task, "continue", "01-20"))
    assert isinstance(ask_of(heard, "01-20"), Remind)
    late = ask_of(heard, "04-20")
    assert isinstance(late, Rest)
    assert late.why == "time_barred"


def test_what_had_lapsed_before_anybody_was_asked_is_told_once_and_rests():
    old = case_of(joined("a", due="01-16", issued=date(2022, 1, 1), sent=None))
    old = old.model_copy(update={"claims": {"erp:a": _due(old, date(2022, 2, 1))}})
    question = ask_of(old, "01-19")
    assert isinstance(question, Ask)
    assert question.why == "limitation_over"
    told = more(old, asked(question.task, question.why, "01-19", "a"),
                answered(question.task, "continue", "01-20"))  # fmt: skip
    assert isinstance(ask_of(told, "01-20"), Rest)


def test_no_pack_has_a_term_that_could_end_unwatched():
    for country in COUNTRIES:
        for limit in load(country).limitations:
            assert 365 * limit.years - WARN_DAYS > WATCHED_AFTER.days


def _due(case: Case, when: date) -> ClaimState:
    state = case.claims["erp:a"]
    return state.model_copy(update={"claim": state.claim.model_copy(update={"due": when})})


# --- what others are told ------------------------------------------------------------------------


def test_a_guarantor_stands_in_the_case_file_and_a_mere_payer_does_not():
    named = told(TWO, "01-19", "name_liable", claim="erp:a", party="erp:g", role="guarantor")
    named = told(named, "01-19", "name_liable", "k2", claim="erp:a", party="erp:p", role="payer")
    people = {
        name: Party(id=name, version="1", kind="person", name="x", country="FI", emails=())
        for name in ("erp:cust-9", "erp:g")
    }
    claims = ("erp:a", "erp:b")

    assert liable_parties(named, claims) == ("erp:g",)
    found = debtors(named, claims, people["erp:cust-9"], people)
    assert [(one.id, one.role, one.liable_for) for one in found] == [
        ("erp:cust-9", "principal", claims), ("erp:g", "guarantor", ("erp:a",)),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="not given"):
        debtors(named, claims, people["erp:cust-9"], {})


def test_a_chronology_tells_what_was_agreed_about_a_claim():
    events = [opened(), joined("a"), joined("b")]
    for what, name, fields in (
        ("dispute", "k1", {"claim": "erp:a", "ground": "price", "amount": euros("40.00")}),
        ("settle_dispute", "k2", {"dispute": "k1", "outcome": "withdrawn"}),
        ("circumstance", "k3", {"circumstance": "vulnerable", "effective": "2026-01-01"}),
    ):
        events += said(Case.replay("c1", events), "01-20", what, name, **fields)

    told_of = {one.kind for one in chronology(events, ("erp:a",))}
    assert {"disputed", "dispute_settled", "circumstance_noted"} <= told_of
    assert "commanded" not in told_of
    assert "disputed" not in {one.kind for one in chronology(events, ("erp:b",))}


# --- edges ----------------------------------------------------------------------------------------


def test_a_reminder_that_was_given_starts_finlands_three_years_anew():
    # 728/2003 10 §: a reminder of the creditor interrupts.
    old = case_of(joined("a", issued=date(2022, 12, 20), sent=None),
                  reminded("n1", "01-19", deadline="01-30"))  # fmt: skip
    old = old.model_copy(update={"claims": {"erp:a": _due(old, date(2023, 4, 14))}})

    lapse = lapse_of(old, old.claims["erp:a"], FI, day("02-01"))

    assert lapse is not None
    assert lapse.lapses_on == date(2029, 1, 20)
    paid_ = more(old, paid("p1", "01-20", "10.00"))
    assert lapse_of(paid_, paid_.claims["erp:a"], FI, day("02-01")) == lapse


def test_a_settlement_that_is_paid_is_not_asked_for_before_it_is_written_down():
    agreed = told(CASE, "01-19", "settlement", day="2026-01-29", amount=euros("60.00"))
    kept = more(agreed, paid("p1", "01-20", "60.00"))

    assert isinstance(ask_of(kept, "01-21"), Rest)
    assert isinstance(ask_of(kept, "02-10"), Rest)
    assert code(kept, "01-21", "propose_plan", name="k2", count=2, first="2026-02-02") == (
        "promise_open"
    )
    assert code(lived(kept, "01-21"), "01-21", "cancel_promise", name="k2", promise="k1") == "ended"


@pytest.mark.parametrize(
    ("instalments", "why"),
    [
        ([("2026-02-02", "100.00", "SEK")], "bad_amount"),
        ([("2026-02-02", "110.00", "EUR"), ("2026-03-02", "-10.00", "EUR")], "bad_amount"),
        ([("2026-02-02", "50.00", "EUR"), ("2026-02-02", "50.00", "EUR")], "does_not_sum"),
    ],
)
def test_instalments_are_in_the_currency_and_order_of_the_claims(instalments, why):
    given = [
        {"due": due, "amount": {"amount": amount, "currency": currency}}
        for due, amount, currency in instalments
    ]

    assert code(CASE, "01-19", "propose_plan", instalments=given) == why


def test_a_plan_of_more_instalments_than_cents_is_refused():
    small = case_of(joined("a", total="0.02"))

    assert code(small, "01-19", "propose_plan", count=3, first="2026-02-02") == "bad_amount"


def test_a_command_about_too_many_claims_at_once_is_refused():
    names = [f"c{number}" for number in range(91)]
    trade = case_of([joined(one, capacity="business", natural_person=False) for one in names])

    assert code(trade, "01-19", "stop_request") == "too_many_claims"


def test_requests_to_stop_need_something_that_is_open_and_not_disputed():
    trade = case_of(joined("a", capacity="business", natural_person=False))
    stopped = told(trade, "01-19", "stop_request")

    assert code(stopped, "01-20", "stop_request", name="k2") == "disputed_already"
    assert code(more(CASE, paid("p1", "01-19", "100.00")), "01-20", "stop_request") == (
        "nothing_open"
    )


def test_a_hold_takes_the_name_of_no_other_hold():
    waiting = more(CASE, Held(at=on("01-19"), hold="k1", claim="erp:a", reason="money_waiting"))

    assert code(waiting, "01-20", "hold") == "key_reused"


def test_a_dispute_that_is_not_settled_is_told_to_the_partner():
    disputed = told(CASE, "01-19", "dispute", claim="erp:a", ground="g")

    assert contested(disputed, ("erp:a",))
    assert not contested(disputed, ("erp:b",))
    assert not contested(CASE, ("erp:a",))


@pytest.mark.parametrize(
    ("what", "fields", "again"),
    [
        ("dispute", {"claim": "erp:a", "ground": "g"}, "disputed"),
        ("promise", {"day": "2026-01-29"}, "promise_made"),
        ("propose_plan", {"count": 2, "first": "2026-02-02"}, "plan_proposed"),
        ("circumstance", {"circumstance": "minor", "effective": "2026-01-01"},
         "circumstance_noted"),
        ("stop_request", {}, "stop_requested"),
        ("hold", {}, "commanded"),
    ],
)  # fmt: skip
def test_what_began_does_not_begin_again(what, fields, again):
    made = said(CASE, "01-19", what, **fields)
    twice = next(one for one in made if one.kind == again)

    with pytest.raises(Conflict):
        more(CASE, made, twice)


@pytest.mark.parametrize(
    "event",
    [
        PromiseEnded(at=on("01-20"), promise="k1", outcome="kept"),
        PlanEnded(at=on("01-20"), plan="k1", outcome="broken"),
        DisputeSettled(at=on("01-20"), dispute="k1", outcome="withdrawn", on=day("01-20")),
    ],
)
def test_what_ended_does_not_end_again(event):
    case = told(TWO, "01-19", "promise", "k1", claims=["erp:a"], day="2026-01-29")
    plan = said(TWO, "01-19", "propose_plan", "k1", claims=["erp:b"], count=2, first="2026-02-02")
    case = more(case, plan[1:], said(TWO, "01-19", "dispute", claim="erp:b", ground="g")[1:])

    with pytest.raises(Conflict):
        more(case, event, event)
    with pytest.raises(Unreadable):
        more(CASE, event)


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        ("HKO 26/1234", True), ("K 1234-26", True), ("01-123456-26", True), ("L 26/30012", True),
        ("131052-308T", False), ("19121212-1212", False), ("121212-1212", False),
        ("010190A123B", False), ("01019012345", False), ("010190-1234", False),
    ],
)  # fmt: skip
def test_an_authoritys_number_is_never_a_persons(number, taken):
    fields = {"circumstance": "bankruptcy", "effective": "2026-01-01", "authority_number": number}

    if taken:
        assert form("circumstance", **fields).authority_number == number
    else:
        with pytest.raises(ValidationError, match="identity number"):
            form("circumstance", **fields)


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("call-1", True),
        ("6f9619ff-8b86-4011-b42d-00c04fc964ff", True),
        ("12031999-1234-4011-b42d-120319991234", True),
        ("1767225600", True),
        ("010190-123A", False),
        ("call:010190-123A", False),
        ("19900101-1234", False),
        ("0101901234", False),
        ("01019012345", False),
    ],
)
def test_an_id_of_a_command_is_no_persons_number(name, taken):
    body = {"id": name, "reason": "told"}
    if taken:
        assert Hold.model_validate(body).id == name
    else:
        with pytest.raises(ValidationError, match="identity number"):
            Hold.model_validate(body)
