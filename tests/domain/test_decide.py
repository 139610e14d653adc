"""The one question: each rule of the answer, on the days of January to June 2026."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from shared.domain.case import Case
from shared.domain.decide import act_key, decide, first_step_on
from shared.domain.decisions import Ask, HandOver, Remind, Rest
from shared.domain.events import (
    ActFailed,
    ActPassed,
    ActUnknown,
    BalanceStated,
    CaseClosed,
    ClaimFlagged,
    ClaimMissing,
    DueMoved,
    FeeCredited,
    Held,
    NoticeReturned,
    Parked,
    PartnerAnswered,
    PartnerClosed,
    Released,
)  # fmt: skip
from shared.domain.handover_gate_rules import HandOverRules
from shared.domain.policy import Step
from tests.domain.casebook import (
    FI,
    HELSINKI,
    STEPS,
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
    reminder,
    sent,
)  # fmt: skip

# r1 on Monday 19 January, to be paid by the 30th; r2 with its fee on Tuesday 3 February.
R1 = reminded("n1", "01-19", deadline="01-30")
R2 = reminded("n2", "02-03", deadline="02-16", step="r2", **charged())
R3 = reminded("n3", "02-18", deadline="03-02", step="r3", **charged())


def rules(answer) -> list[str]:
    return [reason.rule for reason in answer.because]


def rests(answer, until: str | None, why: str, clock: str = "08:00") -> bool:
    """Whether the answer is to rest until an hour of a Helsinki day (None: until told)."""
    wanted = None if until is None else local(until, clock).astimezone(UTC)
    assert isinstance(answer, Rest), answer
    assert (answer.until, answer.why) == (wanted, why)
    return True


# --- the case as a whole ------------------------------------------------------------------------


def test_a_paid_case_rests_and_is_done_after_thirty_days():
    case = case_of(joined(), paid("p", "01-20", "100.00", booked="01-22"))

    assert rests(ask_of(case, "01-23"), "02-23", "nothing_open")  # the 21st is a Saturday
    assert ask_of(case, "02-20").kind == "rest"
    assert ask_of(case, "02-21").kind == "done"


def test_a_closed_case_rests_for_good():
    done = [paid("p", "01-20", "100.00"), CaseClosed(at=on("02-20"), why="nothing_open")]

    assert rests(ask_of(case_of(joined(), done), "03-01"), None, "closed")


def test_a_parked_case_rests_until_a_person_puts_it_back():
    case = case_of(joined(), Parked(at=on("01-20"), why="failed_repeatedly"))

    assert rests(ask_of(case, "03-02"), None, "parked")


def test_an_act_without_an_outcome_lets_nothing_else_happen():
    case = case_of(joined(), reminder("n1", "01-19", deadline="01-30"))

    assert rests(ask_of(case, "03-02"), "03-03", "outcome_pending")
    assert ask_of(more(case, ActUnknown(at=on("01-20"), act="n1")), "03-02").kind == "rest"


def test_a_hold_rests_the_case_through_its_last_day():
    held = Held(at=on("01-19"), hold="h", reason="promise", until=day("01-29"))
    case = case_of(joined(), held)

    assert rests(ask_of(case, "01-29"), "01-30", "held")
    assert ask_of(case, "01-30").kind == "remind"


def test_of_two_holds_the_longer_one_holds():
    holds = [
        Held(at=on("01-19"), hold="h", reason="promise", until=day("01-29")),
        Held(at=on("01-19"), hold="i", reason="plan", until=day("02-12")),
    ]
    case = case_of(joined(), holds)
    assert rests(ask_of(case, "01-20"), "02-13", "held")

    forever = more(case, Held(at=on("01-20"), hold="j", reason="dispute"))
    # The first day on which a person hears of the one that has no end.
    assert rests(ask_of(forever, "02-13"), "02-19", "held")
    assert ask_of(forever, "03-20").why == "hold_review"
    assert ask_of(more(forever, Released(at=on("03-20"), hold="j")), "03-20").kind == "remind"


def test_a_question_about_the_whole_case_stops_it():
    case = case_of(joined(), asked("t", "odd", "01-19"))

    assert rests(ask_of(case, "01-20"), None, "waits_for_person")


def test_what_is_within_the_tolerance_is_left_alone_and_the_case_ends():
    case = case_of(joined(), paid("p", "01-20", "99.00"))

    assert rests(ask_of(case, "02-03"), "02-19", "nothing_open")
    assert ask_of(case, "02-19").kind == "done"
    assert ask_of(case_of(joined(), paid("p", "01-20", "98.99")), "02-03").kind == "remind"


def test_an_instant_without_a_zone_is_no_time_to_decide():
    with pytest.raises(ValueError, match="zone"):
        decide(case_of(joined()), policy(), FI, datetime(2026, 1, 20, 10))  # noqa: DTZ001


# --- which claims move --------------------------------------------------------------------------


def test_a_partial_payment_continues_with_the_remainder():
    case = case_of(joined(), R1, paid("p", "01-25", "60.00"))

    answer = ask_of(case, "02-03")

    assert (answer.step, answer.claims, answer.fee) == ("r2", ("erp:a",), eur("5.00"))


def test_a_hold_of_a_claim_excludes_only_that_claim():
    held = Held(at=on("01-19"), hold="h", claim="erp:a", reason="dispute")

    answer = ask_of(case_of(joined(), joined("b"), held), "01-20")

    # The letter does not list it either: nobody demands what is disputed.
    assert (answer.claims, answer.also) == (("erp:b",), ())
    assert "hub.hold" in rules(answer)


def test_a_case_whose_only_claim_is_held_wakes_when_the_hold_ends():
    held = Held(at=on("01-19"), hold="h", claim="erp:a", reason="promise", until=day("01-29"))
    case = case_of(joined(), held)

    assert rests(ask_of(case, "01-20"), "01-30", "held")
    both = more(case, joined("b", due="01-28"))
    assert rests(ask_of(both, "01-20"), "01-30", "step_not_due")


@pytest.mark.parametrize("flag", ["disputed", "customer_blocked", "factored"])
def test_what_the_source_says_not_to_dun_is_left_alone(flag):
    case = case_of(joined(do_not_dun=(flag,)))

    assert rests(ask_of(case, "01-20"), "02-19", "do_not_dun")
    assert rules(ask_of(case, "01-20")) == ["hub.do_not_dun"]
    lifted = more(case, ClaimFlagged(at=on("01-21"), claim="erp:a", do_not_dun=()))
    assert ask_of(lifted, "01-21").kind == "remind"


def test_a_missing_invoice_is_asked_about_and_never_dunned():
    case = case_of(joined(), ClaimMissing(at=on("01-19"), claim="erp:a"))

    answer = ask_of(case, "03-02")

    assert (answer.kind, answer.why, answer.claims) == ("ask", "claim_missing", ("erp:a",))
    waiting = more(case, asked(answer.task, answer.why, "03-02", "a"))
    assert rests(ask_of(waiting, "03-03"), None, "waits_for_person")


def test_an_invoice_that_is_missing_again_is_asked_about_again():
    lost = ClaimMissing(at=on("01-19"), claim="erp:a")
    case = case_of(joined(), lost)
    first = ask_of(case, "01-20")
    case = more(
        case, asked(first.task, first.why, "01-20", "a"), answered(first.task, "continue", "01-21")
    )
    assert ask_of(case, "01-21").kind == "remind"

    again = ask_of(more(case, lost), "01-21")

    assert again.why == "claim_missing"
    assert again.task != first.task


def test_a_class_that_the_law_does_not_cover_is_a_persons():
    case = case_of(joined(claim_class="rent"))
    answer = ask_of(case, "01-20")
    assert (answer.kind, answer.why) == ("ask", "class_not_covered")

    for word in ("continue", "leave"):
        told = more(case, asked(answer.task, answer.why, "01-20", "a"))
        told = more(told, answered(answer.task, word, "01-21"))
        assert ask_of(told, "02-17").kind == "rest"


def test_a_claim_in_another_currency_than_law_and_policy_is_a_persons():
    krona = {"total": eur("5.00").of("100.00", "SEK"), "open": eur("5.00").of("100.00", "SEK")}
    event = joined().model_copy(update={"claim": joined().claim.model_copy(update=krona)})
    case = Case.replay("c1", [opened(currency="SEK"), event])

    assert ask_of(case, "01-20").why == "currency_not_covered"


def test_a_payment_that_is_taken_back_is_asked_about_before_anybody_is_touched():
    risen = BalanceStated(
        at=on("02-10"), claim="erp:a", open=eur("100.00"), before=eur("0.00"), cause="unexplained",
        raised=True,
    )  # fmt: skip
    case = case_of(joined(), R1, paid("p", "01-25", "100.00"), risen)
    answer = ask_of(case, "02-11")
    assert (answer.kind, answer.why) == ("ask", "balance_raised")

    case = more(case, asked(answer.task, answer.why, "02-11", "a"))
    assert ask_of(more(case, answered(answer.task, "continue", "02-12")), "02-12").step == "r2"
    assert ask_of(more(case, answered(answer.task, "leave", "02-12")), "02-12").kind == "rest"


def test_one_claims_doubt_keeps_no_other_claim_waiting():
    case = case_of(joined(), joined("b"), ClaimMissing(at=on("01-19"), claim="erp:a"))

    answer = ask_of(case, "01-20")
    assert (answer.kind, answer.claims, answer.also) == ("remind", ("erp:b",), ())

    # The question comes when there is nothing else to do, and then the others' steps go on.
    case = more(case, reminded("n1", "01-20", "b", deadline="02-02"))
    question = ask_of(case, "01-21")
    assert question.why == "claim_missing"
    case = more(case, asked(question.task, question.why, "01-21", "a"))
    assert rests(ask_of(case, "01-21"), "02-04", "step_not_due")
    assert ask_of(case, "02-04").claims == ("erp:b",)


# --- when a step comes --------------------------------------------------------------------------


def test_a_step_from_the_due_date_counts_from_the_next_banking_day():
    # Epiphany, Tuesday 6 January 2026, is no banking day: three days from Wednesday the 7th.
    case = case_of(joined(due="01-06"))

    assert first_step_on(policy(), day("01-06")) == day("01-10")
    # The 10th is a Saturday: the contact goes out on Monday.
    assert rests(ask_of(case, "01-09"), "01-12", "step_not_due")
    assert ask_of(case, "01-12").kind == "remind"


def test_a_step_after_the_previous_one_counts_from_its_effective_sending():
    late = [reminder("n1", "01-19", deadline="02-03"), sent("n1", "01-22")]
    case = case_of(joined(), late)

    assert rests(ask_of(case, "02-05"), "02-06", "step_not_due")
    assert ask_of(case, "02-06").step == "r2"


def test_no_step_before_the_payment_date_of_the_last_notice_has_passed():
    case = case_of(joined(), reminded("n1", "01-19", deadline="02-05"))

    answer = ask_of(case, "02-05")

    assert rests(answer, "02-06", "step_not_due")
    assert rules(answer) == ["policy.step", "hub.deadline"]
    assert ask_of(case, "02-06").step == "r2"


def test_a_payment_date_holds_even_if_nobody_knows_that_the_notice_arrived():
    passed = ActPassed(at=on("01-20"), act="n1", on=day("01-20"))
    case = case_of(joined(), reminder("n1", "01-19", deadline="02-10"), passed)

    assert rests(ask_of(case, "02-05"), "02-11", "step_not_due")


def test_after_the_last_step_a_case_is_only_looked_at():
    case = case_of(joined(), R1)
    short = policy(STEPS[0])

    assert rests(ask_of(case, "03-02", rules=short), "04-01", "nothing_left")


def test_more_time_from_the_creditor_begins_the_steps_anew():
    case = case_of(
        joined(), R1, R2,
        DueMoved(at=on("02-10"), claim="erp:a", due=day("03-02"), before=day("01-16")),
    )  # fmt: skip

    assert rests(ask_of(case, "02-18"), "03-05", "step_not_due")
    answer = ask_of(case, "03-05")
    assert (answer.step, answer.fee) == ("r1", None)
    assert answer.act not in case.notices


# --- contacts -----------------------------------------------------------------------------------


def test_a_first_reminder_is_friendly_free_and_gives_ten_days():
    answer = ask_of(case_of(joined()), "01-19")

    assert isinstance(answer, Remind)
    assert (answer.step, answer.tone, answer.fee) == ("r1", "friendly", None)
    # One day for the mail and ten to pay, to Friday the 30th.
    assert answer.deadline == day("01-30")
    assert answer.channels == ("email",)


def test_a_payment_date_is_a_banking_day():
    # Tuesday 20 January and eleven days is a Saturday.
    assert ask_of(case_of(joined()), "01-20").deadline == day("02-02")


def test_a_letter_grants_the_days_that_the_post_takes():
    by_post = policy(STEPS[0].model_copy(update={"channels": ("letter",)}))

    assert ask_of(case_of(joined()), "01-19", rules=by_post).deadline == day("02-05")


def test_the_laws_time_to_pay_replaces_a_shorter_one_of_the_policy():
    assert ask_of(case_of(joined()), "01-19", rules=policy(payment_days=3)).deadline == day("01-30")


def test_a_contact_while_nothing_is_late_asks_for_the_due_date_without_a_fee():
    early = policy(Step(id="soon", action="remind", after=-10, since="due"), *STEPS[1:])
    case = case_of(joined(due="02-13"))

    answer = ask_of(case, "02-03", rules=early)

    assert (answer.letter, answer.deadline, answer.fee) == ("due_soon", day("02-13"), None)
    on_the_day = policy(
        Step(id="today", action="remind", after=0, since="due", fee="statutory"), *STEPS[1:]
    )
    answer = ask_of(case, "02-13", rules=on_the_day)
    assert (answer.letter, answer.deadline, answer.fee) == ("due_soon", day("02-13"), None)
    # Its next step waits for the due date, not for the time that a reminder gives to pay.
    assert answer.next_on is not None
    mixed = ask_of(case_of(joined(due="01-30"), joined("b", due="02-13")), "02-06", rules=early)
    assert (mixed.letter, mixed.claims) == ("reminder", ("erp:a", "erp:b"))


def test_the_same_contact_lists_the_claims_that_are_further_on():
    case = case_of(joined(), R1, joined("b", due="01-30"))

    answer = ask_of(case, "02-03")

    assert (answer.step, answer.claims) == ("r2", ("erp:a", "erp:b"))
    assert act_key(case, "r2", answer.claims) == answer.act


def test_a_claim_that_ripens_within_the_window_joins_the_contact_at_hand():
    # b is overdue since Friday 30 January and its own step would be on Monday 2 February.
    case = case_of(joined(), joined("b", due="01-30"))

    assert ask_of(case, "01-31", "10:00").kind == "rest"  # a Saturday
    held_up = ask_of(case_of(joined("b", due="01-29"), joined("c", due="01-27")), "01-30")
    assert held_up.claims == ("erp:c", "erp:b")
    assert ask_of(case, "01-30").claims == ("erp:a",)
    assert ask_of(case, "01-30").also == ("erp:b",)


def test_no_claim_joins_early_while_a_payment_date_of_its_own_runs():
    first = reminded("n1", "01-30", "b", deadline="02-10")
    case = case_of(joined("b", due="01-27"), first, joined("c", due="02-03"))

    # c is ripe on 6 February and b on the 14th, but b may pay until the 10th.
    answer = ask_of(case, "02-09")

    # A letter that listed b would demand it before the day that b was given.
    assert (answer.claims, answer.also) == (("erp:c",), ())


def test_no_claim_joins_a_friendlier_contact_early_with_a_step_that_bears_a_fee():
    # a may be charged from 18 February on; c's friendly word is due on the 16th.
    case = case_of(joined(), reminded("n1", "02-03", deadline="02-13"), joined("c", due="02-12"))

    answer = ask_of(case, "02-16")

    assert (answer.claims, answer.also) == (("erp:c",), ())
    assert (answer.tone, answer.fee) == ("friendly", None)
    assert ask_of(case, "02-18").fee == eur("5.00")


def test_one_contact_a_gathering_window():
    case = case_of(joined(), R1, joined("b", due="01-20"))

    answer = ask_of(case, "01-23")

    assert rests(answer, "01-26", "gathering")
    assert rules(answer) == ["policy.gather"]
    assert ask_of(case, "01-26").claims == ("erp:b",)


def test_the_hubs_own_gap_between_contacts_holds_whatever_the_policy_says():
    case = case_of(joined(), R1, joined("b", due="01-20"))

    assert rests(ask_of(case, "01-23", rules=policy(gather_days=0)), "01-26", "gathering")


def test_a_debtor_with_ever_new_invoices_is_still_contacted_and_handed_over():
    """Every third day another invoice ripens: nobody starves, and nobody is written to daily."""
    case = case_of()
    contacts, gone = [], {}
    first = day("01-16")
    for offset in range(100):
        today = first + timedelta(days=offset)
        text = today.strftime("%m-%d")
        if offset % 3 == 0:
            case = more(case, joined(f"i{offset:03}", at=text, due=text))
        for _ in range(4):
            answer = ask_of(case, text)
            if isinstance(answer, Remind):
                contacts.append(today)
                case = more(
                    case,
                    reminder(
                        answer.act, text, *(one[4:] for one in answer.claims), step=answer.step,
                        deadline=answer.deadline.strftime("%m-%d"), fee=answer.fee,
                        fee_claim=answer.fee_claim,
                    ),
                    sent(answer.act, text),
                )  # fmt: skip
            elif isinstance(answer, HandOver):
                gone |= dict.fromkeys(answer.claims, today)
                case = more(case, handed(answer.act, text, *(one[4:] for one in answer.claims)))
            else:
                break
        assert isinstance(answer, Rest)

    gaps = [(later - one).days for one, later in pairwise(contacts)]
    assert min(gaps) >= 7
    assert max(gaps) <= 11
    # r1 on day 3, then three times fifteen days: each step a window late at most.
    assert gone["erp:i000"] <= first + timedelta(days=48 + 3 * 7)
    assert len(gone) >= 8
    fees = [one.fee_claim for one in case.notices.values() if one.fee]
    assert len(fees) <= len(contacts)


# --- fees ---------------------------------------------------------------------------------------


def test_a_fee_is_carried_by_one_claim_only():
    case = case_of(joined(), joined("b"), reminded("n1", "01-19", "a", "b", deadline="01-30"))

    answer = ask_of(case, "02-03")

    assert answer.claims == ("erp:a", "erp:b")
    assert (answer.fee, answer.fee_claim, answer.fee_rule) == (eur("5.00"), "erp:a", "FI-C-REM")


def test_a_fee_is_carried_by_a_claim_that_by_itself_meets_every_condition():
    # a was sent thirteen days before its due date; b was sent in time.
    case = case_of(
        joined(sent=day("01-03")), joined("b"), reminded("n1", "01-19", "a", "b", deadline="01-30")
    )

    answer = ask_of(case, "02-03")

    assert (answer.fee, answer.fee_claim) == (eur("5.00"), "erp:b")


def test_a_fee_that_is_not_lawful_is_not_charged_and_the_reminder_goes_free():
    case = case_of(joined(sent=None), R1)

    answer = ask_of(case, "02-03")

    assert (answer.kind, answer.fee, answer.fee_claim) == ("remind", None, None)
    assert "FI-C-REM" in rules(answer)


def test_a_claim_at_a_step_without_a_fee_carries_none():
    # b is old enough for a fee, but its own step is the friendly one.
    case = case_of(joined(sent=None), R1, joined("b", due="01-17"))

    answer = ask_of(case, "02-04")

    assert (answer.claims, answer.fee) == (("erp:a", "erp:b"), None)


def test_a_fee_is_the_laws_for_a_business():
    business = {"capacity": "business", "natural_person": False}
    case = case_of(joined(**business), R1)

    answer = ask_of(case, "02-03")
    assert (answer.fee, answer.fee_rule) == (eur("12.00"), "FI-B-REM")

    twelve = {"fee": eur("12.00"), "fee_claim": "erp:a"}
    case = more(case, reminded("n2", "02-03", deadline="02-16", step="r2", **twelve))
    assert ask_of(case, "02-18").fee is None  # one charged act, until the act's text is read


# --- what a notice announces --------------------------------------------------------------------


def test_a_notice_announces_the_next_step_and_its_first_day():
    answer = ask_of(case_of(joined()), "01-19")
    assert (answer.next_action, answer.next_on) == ("remind", day("02-03"))

    last = ask_of(case_of(joined(), R1, R2), "02-18")
    assert (last.step, last.next_action, last.next_on) == ("r3", "hand_over", day("03-05"))


def test_what_a_notice_announces_is_what_happens():
    case = case_of(joined(), R1, R2, R3)

    assert rests(ask_of(case, "03-04"), "03-05", "step_not_due")
    assert ask_of(case, "03-05").kind == "hand_over"


def test_a_notice_announces_no_earlier_day_than_the_law_allows():
    hasty = policy(
        STEPS[0], Step(id="out", action="hand_over", after=5, since="previous"), payment_days=10
    )
    case = case_of(joined())

    answer = ask_of(case, "01-19", rules=hasty)

    assert (answer.next_action, answer.next_on) == ("hand_over", day("02-03"))
    late = policy(STEPS[0], Step(id="out", action="hand_over", after=60, since="due"))
    assert ask_of(case, "01-19", rules=late).next_on == day("03-17")


def test_a_notice_announces_no_step_before_its_own_payment_date():
    answer = ask_of(case_of(joined()), "01-19", rules=policy(payment_days=20))

    assert (answer.deadline, answer.next_on) == (day("02-09"), day("02-10"))


def test_the_last_notice_announces_nothing():
    answer = ask_of(case_of(joined()), "01-19", rules=policy(STEPS[0]))

    assert (answer.next_action, answer.next_on) == ("none", None)


# --- hours of contact ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "clock", "opens"),
    [
        ("01-19", "07:59", "01-19"),
        ("01-19", "20:00", "01-20"),
        ("01-23", "21:00", "01-26"),
        ("01-24", "12:00", "01-26"),
        ("04-02", "20:30", "04-07"),  # over Easter
        ("04-30", "23:00", "05-04"),  # over May Day, a Friday
    ],
)
def test_nobody_is_contacted_outside_the_hours(when, clock, opens):
    answer = ask_of(case_of(joined()), when, clock)

    assert rests(answer, opens, "contact_window")


def test_the_hours_are_the_debtors_clock_on_both_sides_of_summer_time():
    # Finland's clocks go forward in the night to Sunday 29 March 2026.
    friday = ask_of(case_of(joined()), "03-26", "21:00")
    assert friday.until == datetime(2026, 3, 27, 6, tzinfo=UTC)

    monday = ask_of(case_of(joined()), "03-27", "21:00")
    assert monday.until == datetime(2026, 3, 30, 5, tzinfo=UTC)
    assert ask_of(case_of(joined()), "03-30", "08:00").kind == "remind"


# --- hand-over ----------------------------------------------------------------------------------

READY = [joined(), R1, R2, R3]


def test_a_claim_is_handed_over_when_policy_and_law_allow_it():
    answer = ask_of(case_of(READY), "03-05")

    assert isinstance(answer, HandOver)
    assert (answer.step, answer.claims, answer.partner) == ("out", ("erp:a",), "agency")
    assert "FI-C-14D" in rules(answer)


def test_the_law_keeps_a_hand_over_back_until_fourteen_full_days_have_passed():
    hasty = policy(STEPS[0], Step(id="out", action="hand_over", after=5, since="previous"))
    case = case_of(joined(), R1)

    assert rests(ask_of(case, "02-02", rules=hasty), "02-03", "step_not_due")
    assert ask_of(case, "02-03", rules=hasty).kind == "hand_over"


def test_a_hand_over_from_the_due_date_waits_for_a_reminder_that_went_out_late():
    rare = policy(STEPS[0], Step(id="out", action="hand_over", after=30, since="due"))
    case = case_of(joined(), reminded("n1", "03-02", deadline="03-13"))

    assert rests(ask_of(case, "03-13", rules=rare), "03-17", "step_not_due")
    assert ask_of(case, "03-17", rules=rare).kind == "hand_over"


def test_a_hand_over_that_no_waiting_makes_lawful_is_told_to_a_person_once():
    # The only reminder is let be: nobody can say that the debtor was ever reminded.
    passed = ActPassed(at=on("01-20"), act="n1", on=day("01-20"))
    case = case_of(joined(), reminder("n1", "01-19", deadline="01-30"), passed)
    short = policy(STEPS[0], STEPS[3])

    answer = ask_of(case, "02-05", rules=short)
    assert (answer.kind, answer.why) == ("ask", "hand_over_not_lawful")

    case = more(case, asked(answer.task, answer.why, "02-05", "a"))
    case = more(case, answered(answer.task, "continue", "02-06"))
    assert rests(ask_of(case, "02-06", rules=short), "03-09", "not_lawful")

    # Meanwhile another claim's step comes in its own time.
    assert rests(
        ask_of(more(case, joined("b", due="02-10")), "02-06", rules=short), "02-13", "step_not_due"
    )


def test_only_the_claims_whose_step_it_is_are_handed_over():
    case = case_of(READY, joined("b", due="02-26"))

    answer = ask_of(case, "03-05")
    assert (answer.kind, answer.claims) == ("hand_over", ("erp:a",))

    case = more(case, handed("h", "03-05"))
    beside = policy(hand_over=HandOverRules(new_claims="go_on"))
    friendly = ask_of(case, "03-05", rules=beside)
    assert (friendly.step, friendly.claims, friendly.also) == ("r1", ("erp:b",), ())


def test_a_new_claim_rests_while_others_are_with_the_partner_and_goes_on_when_they_are_not():
    case = case_of(READY, handed("h", "03-05"), joined("b", due="02-26"))

    answer = ask_of(case, "03-10")

    assert (answer.kind, answer.why) == ("rest", "with_partner")
    assert [one.facts["claim"] for one in answer.because if one.rule == "policy.new_claims"] == [
        "erp:b"
    ]
    assert ask_of(more(case, paid("p", "03-10", "100.00")), "03-11").claims == ("erp:b",)


def test_a_claim_that_was_told_of_goes_on_beside_the_partner():
    told = reminded("m9", "03-03", "b", deadline="03-14")
    case = case_of(READY, joined("b", due="02-26"), told, handed("h", "03-05"))

    answer = ask_of(case, "03-18")

    assert (answer.kind, answer.claims, answer.step) == ("remind", ("erp:b",), "r2")

    by_hand = [asked("t1", "step_r1", "03-03", "b"), answered("t1", "continue", "03-03")]
    case = case_of(READY, joined("b", due="02-26"), by_hand, handed("h", "03-05"))
    assert ask_of(case, "03-20").claims == ("erp:b",)


def test_below_the_minimum_a_person_is_asked_and_may_hand_over_all_the_same():
    case = case_of(READY, paid("p", "03-01", "80.01"))
    answer = ask_of(case, "03-05")
    assert (answer.kind, answer.why) == ("ask", "below_minimum")
    assert ask_of(case_of(READY, paid("p", "03-01", "80.00")), "03-05").kind == "hand_over"

    case = more(case, asked(answer.task, answer.why, "03-05", "a"))
    assert (
        ask_of(more(case, answered(answer.task, "continue", "03-06")), "03-06").kind == "hand_over"
    )
    assert rests(
        ask_of(more(case, answered(answer.task, "leave", "03-06")), "03-06"),
        "04-07", "held",
    )  # fmt: skip


def refusal(message: str = "m1", when: str = "03-06") -> PartnerAnswered:
    return PartnerAnswered(at=on(when), message=message, accepted=False, code="TOO_EARLY")


def test_a_refused_hand_over_is_asked_about_and_may_go_again_under_a_new_key():
    first = ask_of(case_of(READY), "03-05")
    case = case_of(READY, handed(first.act, "03-05"), refusal())
    answer = ask_of(case, "03-06")
    assert (answer.kind, answer.why) == ("ask", "partner_rejected")

    case = more(case, asked(answer.task, answer.why, "03-06", "a"))
    case = more(case, answered(answer.task, "continue", "03-09"))
    again = ask_of(case, "03-09")
    assert (again.kind, again.claims) == ("hand_over", ("erp:a",))
    assert again.act != first.act

    # Refused again, it is asked again, under another name.
    case = more(case, handed(again.act, "03-09"), refusal("m2", "03-10"))
    assert ask_of(case, "03-10").why == "partner_rejected"
    assert ask_of(case, "03-10").task != answer.task


def test_a_refusal_stops_no_other_claims_reminder():
    case = case_of(READY, handed("h", "03-05"), refusal(), joined("b", due="02-26"))

    assert ask_of(case, "03-06").claims == ("erp:b",)


def test_what_is_with_the_partner_is_only_looked_at():
    case = case_of(READY, handed("h", "03-05"))

    assert rests(ask_of(case, "03-06"), "04-07", "with_partner")


RISEN = BalanceStated(
    at=on("03-10"), claim="erp:a", open=eur("100.00"), before=eur("0.00"), cause="unexplained",
    raised=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "why"),
    [(RISEN, "balance_raised"), (ClaimMissing(at=on("03-10"), claim="erp:a"), "claim_missing")],
)
def test_what_the_books_take_back_of_a_claim_with_the_partner_is_asked_about(said, why):
    case = case_of(READY, handed("h", "03-05"), said)
    answer = ask_of(case, "03-11")
    assert (answer.kind, answer.why, answer.claims) == ("ask", why, ("erp:a",))

    case = more(case, asked(answer.task, why, "03-11", "a"))
    assert ask_of(case, "03-12").kind == "rest"
    for word in ("continue", "leave"):
        assert ask_of(more(case, answered(answer.task, word, "03-12")), "03-12").kind == "rest"


def test_a_small_rest_that_is_with_the_partner_keeps_the_case():
    case = case_of(READY, handed("h", "03-05"), paid("p", "03-10", "99.50"))

    assert rests(ask_of(case, "05-04"), "06-03", "with_partner")


def test_a_partner_that_ends_with_something_open_is_asked_about_once():
    ended = PartnerClosed(at=on("04-08"), message="m1", code="UNCOLLECTABLE")
    case = case_of(READY, handed("h", "03-05"), ended)
    answer = ask_of(case, "04-08")
    assert (answer.kind, answer.why, answer.claims) == ("ask", "write_off_proposed", ("erp:a",))

    case = more(case, asked(answer.task, answer.why, "04-08", "a"))
    assert ask_of(case, "04-09").kind == "rest"
    assert ask_of(more(case, answered(answer.task, "continue", "04-09")), "05-20").kind == "rest"


# --- people -------------------------------------------------------------------------------------

PROPOSE = policy(
    *(step.model_copy(update={"automation": "propose"}) for step in STEPS[:1]), *STEPS[1:]
)


def test_a_proposed_act_goes_only_when_it_is_approved():
    case = case_of(joined())
    answer = ask_of(case, "01-19", rules=PROPOSE)
    assert (answer.kind, answer.why) == ("ask", "approve_remind")
    case = more(case, asked(answer.task, answer.why, "01-19", "a"))
    assert rests(ask_of(case, "01-20", rules=PROPOSE), None, "waits_for_person")

    go = ask_of(more(case, answered(answer.task, "approved", "01-20")), "01-20", rules=PROPOSE)
    assert (go.kind, go.act) == ("remind", answer.task)

    no = more(case, answered(answer.task, "declined", "01-20"))
    assert ask_of(no, "02-18", rules=PROPOSE).kind == "rest"
    assert ask_of(no, "02-19", rules=PROPOSE).why == "hold_review"


def test_a_claim_that_needs_no_approval_does_not_wait_for_one_that_does():
    later = policy(STEPS[0], STEPS[1].model_copy(update={"automation": "propose"}))
    case = case_of(joined(), R1, joined("b", due="01-30"))

    answer = ask_of(case, "02-03", rules=later)

    assert (answer.kind, answer.claims, answer.also) == ("remind", ("erp:b",), ())


def test_a_declined_proposal_comes_back_under_another_name_when_a_person_releases_it():
    case = case_of(joined())
    first = ask_of(case, "01-19", rules=PROPOSE)
    case = more(
        case, asked(first.task, first.why, "01-19", "a"), answered(first.task, "declined", "01-20")
    )
    (hold,) = case.holds

    again = ask_of(more(case, Released(at=on("02-02"), hold=hold)), "02-02", rules=PROPOSE)

    assert (again.kind, again.why) == ("ask", "approve_remind")
    assert again.task != first.task


def test_an_approval_lets_go_no_other_claims_than_those_that_were_shown():
    case = case_of(joined())
    answer = ask_of(case, "01-19", rules=PROPOSE)
    case = more(
        case, asked(answer.task, answer.why, "01-19", "a"),
        answered(answer.task, "approved", "01-20"), joined("b"),
    )  # fmt: skip

    both = ask_of(case, "01-20", rules=PROPOSE)

    assert (both.kind, both.claims) == ("ask", ("erp:a", "erp:b"))


def test_a_declined_claim_stops_no_other():
    case = case_of(joined())
    first = ask_of(case, "01-19", rules=PROPOSE)
    case = more(
        case, asked(first.task, first.why, "01-19", "a"), answered(first.task, "declined", "01-20"),
        joined("b", due="01-20"),
    )  # fmt: skip

    answer = ask_of(case, "01-23", rules=PROPOSE)

    assert (answer.why, answer.claims) == ("approve_remind", ("erp:b",))


@pytest.mark.parametrize(
    "step",
    [
        Step(id="call", action="ask", after=3, since="due"),
        Step(id="call", action="remind", after=3, since="due", automation="manual"),
    ],
    ids=["ask", "manual"],
)
def test_a_step_of_a_person_is_asked_for_and_then_done(step):
    by_hand = policy(step, STEPS[1])
    case = case_of(joined())
    answer = ask_of(case, "01-19", rules=by_hand)
    assert (answer.kind, answer.why) == ("ask", "step_call")

    case = more(case, asked(answer.task, answer.why, "01-19", "a"))
    case = more(case, answered(answer.task, "continue", "01-21"))

    assert rests(ask_of(case, "01-21", rules=by_hand), "02-05", "step_not_due")
    assert ask_of(case, "02-05", rules=by_hand).step == "r2"


def test_a_step_that_failed_three_times_is_a_persons():
    case, keys = case_of(joined()), []
    for when in ("01-20", "01-21", "01-22"):
        answer = ask_of(case, when)
        keys.append(answer.act)
        failed = ActFailed(at=on(when), act=answer.act, code="rejected")
        case = more(case, reminder(answer.act, when, deadline="02-02"), failed)

    assert len(set(keys)) == 3
    answer = ask_of(case, "01-23")
    assert (answer.kind, answer.why) == ("ask", "cannot_be_done")

    case = more(case, asked(answer.task, answer.why, "01-23", "a"))
    assert ask_of(more(case, answered(answer.task, "continue", "01-23")), "01-23").kind == "remind"
    assert ask_of(more(case, answered(answer.task, "leave", "01-23")), "01-23").kind == "rest"


def test_tries_of_a_step_that_was_done_count_no_more():
    def failing(act: str, when: str, **more) -> list:
        failed = ActFailed(at=on(when), act=act, code="rejected")
        return [reminder(act, when, deadline="02-02", **more), failed]

    case = case_of(
        joined(), failing("f1", "01-20"), failing("f2", "01-21"),
        reminded("n1", "01-22", deadline="02-02"), failing("f3", "02-06", step="r2"),
    )  # fmt: skip

    assert ask_of(case, "02-09").kind == "remind"


def test_the_next_try_is_another_days_whatever_wakes_the_case_meanwhile():
    failed = ActFailed(at=on("01-20"), act="n", code="rejected")
    case = case_of(joined(), reminder("n", "01-20", deadline="02-02"), failed)

    answer = ask_of(case, "01-20")

    assert rests(answer, "01-21", "step_not_due")
    assert rules(answer) == ["policy.step", "hub.again"]


def test_new_claims_do_not_make_a_failing_step_go_on_for_ever():
    case, tries = case_of(joined()), 0
    for number in range(6):
        when = f"02-{2 + number:02}"
        case = more(case, joined(f"b{number}", due="01-16"))
        answer = ask_of(case, when)
        if "erp:a" not in answer.claims or isinstance(answer, Ask):
            break
        tries += 1
        names = [one[4:] for one in answer.claims]
        failed = ActFailed(at=on(when), act=answer.act, code="rejected")
        case = more(case, reminder(answer.act, when, *names, deadline="02-20"), failed)

    assert (tries, answer.why) == (3, "cannot_be_done")
    assert answer.claims[0] == "erp:a"


def test_a_failed_contact_is_a_try_of_each_of_its_claims():
    """b stood in a letter led by a: it is not tried once more on its own the same day."""
    case = case_of(joined(), R1, joined("b", due="01-30"))
    answer = ask_of(case, "02-03")
    assert (answer.step, answer.claims) == ("r2", ("erp:a", "erp:b"))

    failed = ActFailed(at=on("02-03"), act=answer.act, code="rejected")
    case = more(case, reminder(answer.act, "02-03", "a", "b", deadline="02-16", step="r2"), failed)

    assert rests(ask_of(case, "02-03"), "02-04", "step_not_due")
    assert ask_of(case, "02-04").claims == ("erp:a", "erp:b")


def test_a_returned_notice_repeats_its_step_under_a_new_key():
    case = case_of(joined())
    first = ask_of(case, "01-19")
    case = more(case, reminder(first.act, "01-19", deadline="01-30"), sent(first.act, "01-19"))
    case = more(case, NoticeReturned(at=on("01-20"), act=first.act, code="bounced"))

    again = ask_of(case, "01-21")

    assert (again.kind, again.step) == ("remind", "r1")
    assert again.act != first.act


def test_what_stood_in_an_acts_way_is_asked_again_under_a_new_name():
    """A person said that the address is there now; if it is not, the next question is another."""
    case = case_of(joined())
    first = ask_of(case, "01-19")
    task = f"{first.act}-no_address"
    case = more(case, asked(task, "no_address", "01-19", "a"), answered(task, "continue", "01-20"))

    again = ask_of(case, "01-20")

    assert again.kind == "remind"
    assert again.act != first.act


def test_an_unknown_act_that_a_person_settles_goes_on():
    gone = [*R1, reminder("n2", "02-03", deadline="02-16", step="r2", **charged())]
    case = case_of(joined(), gone, ActUnknown(at=on("02-04"), act="n2"))

    went = more(case, answered("n2-unknown", "sent", "02-09"))
    assert rests(ask_of(went, "02-09"), "02-18", "step_not_due")
    lost = more(case, answered("n2-unknown", "not_sent", "02-09"))
    assert ask_of(lost, "02-10").step == "r2"


# --- replay -------------------------------------------------------------------------------------


def test_the_same_question_gives_the_same_bytes():
    events = [joined(), joined("b", due="01-20"), R1, ClaimMissing(at=on("01-20"), claim="erp:b")]
    case = case_of(events)
    again = Case.model_validate_json(case.model_dump_json())

    for when in ("01-20", "02-03", "02-04", "03-05"):
        one = ask_of(case, when).model_dump_json()
        assert one == ask_of(again, when).model_dump_json()


def test_a_rest_ends_after_now_and_an_act_is_new():
    """On every day of five months, over a story with a bit of everything."""
    events = [
        *READY, joined("b", due="02-10"), paid("p", "02-27", "10.00"),
        Held(at=on("03-01"), hold="h", claim="erp:b", reason="promise", until=day("03-17")),
        FeeCredited(at=on("03-02"), act="n3", claim="erp:a", amount=eur("5.00"), why="waived"),
    ]  # fmt: skip
    for cut in range(len(events)):
        case = case_of(events[:cut])
        for offset in range(150):
            now = datetime(2026, 1, 16, 6 + offset % 14, 30, tzinfo=HELSINKI)
            now += timedelta(days=offset)
            answer = decide(case, policy(), FI, now)
            match answer:
                case Rest():
                    assert answer.until is None or answer.until > now
                case Remind() | HandOver():
                    assert answer.act not in case.notices
                    assert answer.claims
                case _:
                    assert answer.because
