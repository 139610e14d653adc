"""The fold: what each event makes of a case, once, in whatever pieces it is read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import ledger
from shared.domain.answers import awaits, words
from shared.domain.case import Case
from shared.domain.events import (
    ActFailed,
    ActPassed,
    ActUnknown,
    ActWithheld,
    BalanceStated,
    CaseClosed,
    ClaimFlagged,
    ClaimMissing,
    CreditApplied,
    Decided,
    DueMoved,
    FeeCredited,
    HandOverIntended,
    Held,
    NoticeReturned,
    Parked,
    PartnerAnswered,
    PartnerClosed,
    PartnerPaid,
    Released,
    Unparked,
)  # fmt: skip
from shared.errors import Conflict, Unreadable
from tests.domain.casebook import (
    answered,
    asked,
    case_of,
    charged,
    claim,
    day,
    eur,
    handed,
    joined,
    more,
    on,
    opened,
    paid,
    reminded,
    reminder,
    sent,
)  # fmt: skip

N1 = reminded("n1", "01-20", deadline="02-02")
N2 = reminded("n2", "02-05", deadline="02-16", step="r2", **charged())


def state(case: Case, name: str = "a"):
    return case.claims[f"erp:{name}"]


def stated(amount: str, before: str, when: str = "01-25", *, raised: bool = False, **more):
    fields = {"cause": "unexplained", "raised": raised} | more
    return BalanceStated(at=on(when), claim="erp:a", open=eur(amount), before=eur(before), **fields)


def returned(act: str, when: str = "02-10") -> NoticeReturned:
    return NoticeReturned(at=on(when), act=act, code="bounced")


def partner(*, accepted: bool, message: str = "m1", when: str = "03-02") -> PartnerAnswered:
    return PartnerAnswered(
        at=on(when), message=message, accepted=accepted, partner_case="k1" if accepted else None
    )


# --- money --------------------------------------------------------------------------------------


def test_a_payment_lowers_the_claim_from_its_day_of_receipt():
    case = case_of(joined(), paid("p", "01-20", "40.00", booked="01-25"))

    assert state(case).open == eur("60.00")
    assert ledger.open_on(state(case), day("01-19")) == eur("100.00")
    assert ledger.open_on(state(case), day("01-20")) == eur("60.00")
    assert case.last_movement == day("01-25")


def test_a_payment_counts_once_for_a_claim():
    case = case_of(joined(), paid("p", "01-20", "40.00"))

    with pytest.raises(Conflict):
        case.apply(paid("p", "01-20", "40.00"))


def test_one_payment_may_settle_two_claims():
    events = paid("p", "01-20", "100.00"), paid("p", "01-20", "30.00", "b")

    case = case_of(joined(), joined("b"), *events)

    assert [one.open for one in case.claims.values()] == [eur("0.00"), eur("70.00")]


def test_what_was_counted_before_joining_does_not_count_again():
    case = case_of(joined(open=eur("60.00"), settled=("erp:p",)))

    with pytest.raises(Conflict):
        case.apply(paid("p", "01-20", "40.00"))


def test_an_overpaid_claim_is_paid_and_never_negative():
    case = case_of(joined(), paid("p", "01-20", "70.00"), paid("q", "01-21", "70.00"))

    assert state(case).open == eur("0.00")
    assert ledger.open_on(state(case), day("02-01")) == eur("0.00")
    assert case.open_claims() == []


def test_a_credit_note_counts_from_the_day_it_was_issued_and_once():
    note = CreditApplied(
        at=on("01-25"), credit_note="erp:cn", claim="erp:a", amount=eur("25.00"),
        issued=day("01-18"),
    )  # fmt: skip
    case = case_of(joined(), note)

    assert ledger.open_on(state(case), day("01-18")) == eur("75.00")
    with pytest.raises(Conflict):
        case.apply(note)


def test_the_source_wins_over_the_movements():
    case = case_of(joined(), paid("p", "01-20", "40.00"), stated("55.00", "60.00"))

    assert state(case).open == eur("55.00")


def test_a_payment_takes_the_place_of_the_balance_that_ran_ahead_of_it():
    case = case_of(joined(), stated("60.00", "100.00"), paid("p", "01-20", "40.00", booked="01-28"))

    assert state(case).open == eur("60.00")
    assert ledger.open_on(state(case), day("01-20")) == eur("60.00")


def test_a_balance_that_ran_behind_leaves_no_trace_once_it_caught_up():
    lag = [paid("p", "01-20", "100.00"), stated("100.00", "0.00"), stated("0.00", "100.00")]
    case = case_of(joined(), lag)

    assert [one.kind for one in state(case).movements] == ["payment"]
    assert ledger.open_on(state(case), day("01-26")) == eur("0.00")


def test_a_risen_balance_is_remembered_until_the_source_says_otherwise():
    case = case_of(joined(), stated("100.00", "0.00", raised=True))
    assert state(case).raised

    assert not state(more(case, stated("0.00", "100.00"))).raised


def test_a_balance_that_rises_after_the_close_reopens_the_case():
    closed = case_of(joined(), paid("p", "01-20", "100.00"), CaseClosed(at=on("02-20"), why="x"))
    assert closed.closed

    assert not more(closed, stated("100.00", "0.00", "03-01", raised=True)).closed


def test_money_at_the_partner_lowers_the_claim_once_a_message():
    money = PartnerPaid(
        at=on("03-05"), message="m1", claim="erp:a", principal=eur("30.00"), interest=eur("1.00"),
        fees=eur("9.00"), received=day("03-04"),
    )  # fmt: skip
    case = case_of(joined(), handed("h", "03-01"), money)

    assert state(case).open == eur("70.00")
    with pytest.raises(Conflict):
        case.apply(money)


# --- the claim's standing -----------------------------------------------------------------------


def test_a_claim_joins_once_and_never_a_closed_case():
    case = case_of(joined())

    with pytest.raises(Conflict):
        case.apply(joined())
    with pytest.raises(Conflict):
        more(case, CaseClosed(at=on("02-20"), why="x"), joined("b"))


def test_a_case_is_opened_once():
    with pytest.raises(Conflict):
        case_of(opened())


def test_flags_of_the_source_replace_each_other_and_show_that_it_knows_the_invoice():
    flag = ClaimFlagged(at=on("01-25"), claim="erp:a", do_not_dun=("disputed",))
    case = case_of(joined(do_not_dun=("promised",)), ClaimMissing(at=on("01-24"), claim="erp:a"))
    assert state(case).missing

    case = more(case, flag)

    assert (state(case).missing, state(case).do_not_dun) == (False, ("disputed",))


def test_a_later_due_date_begins_the_steps_anew():
    move = DueMoved(at=on("02-06"), claim="erp:a", due=day("02-20"), before=day("01-16"))
    case = case_of(joined(), N1, N2, move)

    assert (state(case).level, state(case).claim.due) == (0, day("02-20"))
    assert case.fees_of("erp:a") == eur("5.00")


def test_a_due_date_before_the_last_step_takes_no_step_back():
    move = DueMoved(at=on("02-06"), claim="erp:a", due=day("01-19"), before=day("01-16"))

    assert state(case_of(joined(), N1, move)).level == 1


@pytest.mark.parametrize(
    "event",
    [
        paid("p", "01-20", "1.00", "ghost"),
        ClaimFlagged(at=on("01-20"), claim="erp:ghost", do_not_dun=()),
        ClaimMissing(at=on("01-20"), claim="erp:ghost"),
        DueMoved(at=on("01-20"), claim="erp:ghost", due=day("02-20"), before=day("01-16")),
        Held(at=on("01-20"), hold="h", claim="erp:ghost", reason="person"),
        reminder("n", "01-20", "ghost", deadline="02-02"),
        sent("ghost", "01-20"),
        returned("ghost"),
    ],
    ids=lambda event: event.kind,
)
def test_an_event_about_something_unknown_is_unreadable(event):
    with pytest.raises(Unreadable):
        case_of(joined(), event)


# --- acts ---------------------------------------------------------------------------------------


def test_an_intended_notice_counts_for_nothing_until_it_is_sent():
    case = case_of(joined(), reminder("n", "01-20", deadline="02-02", **charged()))
    assert (state(case).level, case.fees_of("erp:a")) == (0, eur("0.00"))
    assert case.pending().act == "n"

    case = more(case, sent("n", "01-21"))

    assert (state(case).level, case.fees_of("erp:a")) == (1, eur("5.00"))
    assert (case.pending(), case.last_contact()) == (None, day("01-21"))


def test_an_act_is_intended_once():
    with pytest.raises(Conflict):
        case_of(joined(), N1, reminder("n1", "01-22", deadline="02-02"))


@pytest.mark.parametrize("first", ["sent", "failed", "passed", "returned"])
def test_an_act_has_one_outcome(first):
    ends = {
        "sent": sent("n", "01-20"),
        "failed": ActFailed(at=on("01-20"), act="n", code="rejected"),
        "passed": ActPassed(at=on("01-20"), act="n", on=day("01-20")),
        "returned": returned("n", "01-20"),
    }
    case = case_of(joined(), reminder("n", "01-20", deadline="02-02"), ends[first])

    for again in (
        ends["sent"],
        ends["failed"],
        ends["passed"],
        ActUnknown(at=on("01-21"), act="n"),
    ):
        with pytest.raises(Conflict):
            case.apply(again)


def test_a_failed_act_leaves_the_claim_where_it_was():
    failed = ActFailed(at=on("01-20"), act="n", code="rejected")
    case = case_of(joined(), reminder("n", "01-20", deadline="02-02"), failed)

    assert (state(case).level, case.pending()) == (0, None)


def test_an_act_of_unknown_fate_is_pending_until_it_is_let_be():
    unknown = ActUnknown(at=on("01-20"), act="n")
    case = case_of(joined(), reminder("n", "01-20", deadline="02-02"), unknown)
    assert case.pending().act == "n"

    case = more(case, ActPassed(at=on("01-21"), act="n", on=day("01-21")))

    assert (case.pending(), state(case).level) == (None, 1)
    assert case.notices_of("erp:a") == []
    assert (case.standing("erp:a").last_step, case.last_contact()) == (day("01-21"), day("01-21"))


def test_a_returned_notice_takes_back_its_level_and_its_fee():
    case = case_of(joined(), N1, N2)
    assert (state(case).level, case.fees_of("erp:a")) == (2, eur("5.00"))

    case = more(case, returned("n2"))

    assert (state(case).level, case.fees_of("erp:a")) == (1, eur("0.00"))
    assert case.standing("erp:a").last_step == day("01-20")


def test_a_notice_that_returns_after_the_next_one_arrived_repeats_no_step():
    case = case_of(joined(), N1, N2, returned("n1"))

    assert (state(case).level, case.fees_of("erp:a")) == (2, eur("5.00"))
    assert [one.act for one in case.notices_of("erp:a")] == ["n2"]
    assert state(more(case, returned("n2", "02-11"))).level == 1


def test_a_notice_let_be_may_still_come_back():
    passed = ActPassed(at=on("01-21"), act="n", on=day("01-21"))
    case = case_of(joined(), reminder("n", "01-20", deadline="02-02"), passed, returned("n"))

    assert (state(case).level, case.last_contact()) == (0, None)


def test_a_fee_is_credited_once_and_only_where_there_is_one():
    credit = FeeCredited(at=on("02-08"), act="n2", claim="erp:a", amount=eur("5.00"), why="crossed")
    case = case_of(joined(), N1, N2, credit)

    assert case.fees_of("erp:a") == eur("0.00")
    for again in (credit, credit.model_copy(update={"act": "n1"})):
        with pytest.raises(Conflict):
            case.apply(again)


def test_decisions_and_withheld_acts_change_nothing_but_the_version():
    events = [
        Decided(at=on("01-20"), decision={"kind": "rest"}, because=(), inputs={}),
        ActWithheld(at=on("01-20"), step="r1", action="remind", claims=("erp:a",), why="off"),
    ]
    case = case_of(joined())

    assert more(case, events) == case.model_copy(update={"version": case.version + 2})


# --- the partner --------------------------------------------------------------------------------


def test_handed_over_claims_are_with_the_partner_and_the_others_are_not():
    case = case_of(joined(), joined("b"), handed("h", "03-01", "a"))

    assert (state(case).with_partner, state(case, "b").with_partner) == (True, False)
    assert case.partner_state == "submitted"


def test_a_refusal_gives_back_only_what_the_partner_had_not_taken():
    case = case_of(
        joined(), joined("b"), handed("h1", "03-01", "a"), partner(accepted=True),
        handed("h2", "03-05", "b"), partner(accepted=False, message="m2", when="03-06"),
    )  # fmt: skip

    assert (state(case).with_partner, state(case, "b").with_partner) == (True, False)
    assert (state(case).level, state(case, "b").level) == (1, 0)
    assert (case.partner_state, case.partner_case) == ("accepted", "k1")


def test_a_refused_case_is_rejected_as_a_whole():
    case = case_of(joined(), handed("h", "03-01"), partner(accepted=False))

    assert (case.partner_state, state(case).with_partner) == ("rejected", False)
    assert case.notices["h"].taken is False


def test_a_partner_that_changes_its_mind_gives_back_what_it_took():
    case = case_of(
        joined(), handed("h", "03-01"), partner(accepted=True),
        partner(accepted=False, message="m2", when="03-09"),
    )  # fmt: skip

    assert (case.partner_state, state(case).with_partner) == ("rejected", False)


def test_a_partner_message_is_applied_once():
    case = case_of(joined(), handed("h", "03-01"), partner(accepted=True))

    with pytest.raises(Conflict):
        case.apply(partner(accepted=True))
    ended = PartnerClosed(at=on("04-01"), message="m2", code="UNCOLLECTABLE")
    assert more(case, ended).partner_state == "closed"


# --- people -------------------------------------------------------------------------------------


def test_a_hold_lasts_until_it_is_released():
    case = case_of(joined(), Held(at=on("01-20"), hold="h", claim="erp:a", reason="dispute"))
    assert case.holds["h"].claim == "erp:a"

    assert more(case, Released(at=on("01-25"), hold="h")).holds == {}


def test_a_no_holds_the_claims_that_were_asked_about():
    case = case_of(
        joined(), joined("b"), asked("t", "below_minimum", "02-01", "a"),
        answered("t", "leave", "02-02"),
    )  # fmt: skip

    assert [(one.claim, one.reason) for one in case.holds.values()] == [("erp:a", "person")]
    assert (case.tasks, case.answers["t"].answer) == ({}, "leave")


def test_a_no_to_a_question_about_the_whole_case_holds_it():
    case = case_of(joined(), asked("t", "odd", "02-01"), answered("t", "leave", "02-02"))

    assert [one.claim for one in case.holds.values()] == [None]


def test_a_yes_to_a_persons_step_is_the_step():
    case = case_of(
        joined(), asked("t", "step_call", "02-01", "a"), answered("t", "continue", "02-03")
    )

    assert (state(case).level, case.standing("erp:a").last_step) == (1, day("02-03"))


def test_a_yes_clears_the_doubt_that_was_asked_about():
    missing = [
        ClaimMissing(at=on("02-01"), claim="erp:a"), asked("t", "claim_missing", "02-01", "a"),
    ]  # fmt: skip
    raised = [stated("100.00", "0.00", raised=True), asked("t", "balance_raised", "02-01", "a")]

    assert not state(case_of(joined(), missing, answered("t", "continue", "02-02"))).missing
    assert not state(case_of(joined(), raised, answered("t", "continue", "02-02"))).raised


def unknown_act(kind: str) -> Case:
    intent = (
        reminder("act", "02-03", deadline="02-16", step="r2", **charged())
        if kind == "remind"
        else handed("act", "02-03")[0]
    )
    return case_of(joined(), N1, intent, ActUnknown(at=on("02-04"), act="act"))


def test_a_person_who_knows_that_the_act_went_out_makes_it_count_from_its_day():
    case = more(unknown_act("remind"), answered("act-unknown", "sent", "02-09"))

    assert (case.notices["act"].state, case.notices["act"].on) == ("sent", day("02-03"))
    assert (state(case).level, case.fees_of("erp:a")) == (2, eur("5.00"))


def test_a_person_who_knows_that_the_file_arrived_leaves_the_claims_with_the_partner():
    case = more(unknown_act("hand_over"), answered("act-unknown", "sent", "02-09"))

    assert (state(case).with_partner, case.partner_state) == (True, "submitted")


def test_a_person_who_knows_that_the_act_did_not_go_out_lets_it_be_tried_again():
    case = more(unknown_act("remind"), answered("act-unknown", "not_sent", "02-09"))

    assert (case.notices["act"].state, state(case).level) == ("failed", 1)


def test_what_became_of_an_act_is_answered_in_no_other_words():
    with pytest.raises(Conflict):
        unknown_act("remind").apply(answered("act-unknown", "perhaps", "02-09"))


def test_an_answer_that_comes_after_the_outcome_changes_no_act():
    case = more(unknown_act("remind"), sent("act", "02-05"))
    assert not awaits(case, "act-unknown")

    case = more(case, answered("act-unknown", "not_sent", "02-09"))

    assert (case.notices["act"].state, case.notices["act"].on) == ("sent", day("02-05"))


def test_the_words_of_a_question_follow_from_what_is_asked():
    assert awaits(unknown_act("remind"), "act-unknown")
    assert words("act-unknown", "unknown_outcome") == ("sent", "not_sent")
    assert words("c1-r1-0", "approve_remind") == ("approved", "declined")
    assert words("c1-x-0", "below_minimum") == ("continue", "leave")


def test_a_parked_case_is_parked_until_a_person_puts_it_back():
    case = case_of(joined(), Parked(at=on("02-01"), why="failed_repeatedly"))
    assert case.parked == "failed_repeatedly"

    assert more(case, Unparked(at=on("02-02"), by="principal-7")).parked is None


# --- replay -------------------------------------------------------------------------------------

POOL = [
    joined(), joined("b", due="01-20"), joined("c", due="02-01"),
    paid("p1", "01-20", "40.00"), paid("p1", "01-20", "10.00", "b"), paid("p2", "02-01", "90.00"),
    stated("100.00", "0.00", raised=True), stated("30.00", "60.00"), stated("0.00", "10.00"),
    stated("80.00", "100.00", cause="write_off"), stated("0.00", "100.00", cause="cancelled"),
    ClaimFlagged(at=on("01-25"), claim="erp:b", do_not_dun=("disputed",)),
    ClaimMissing(at=on("01-26"), claim="erp:c"),
    DueMoved(at=on("01-27"), claim="erp:a", due=day("02-20"), before=day("01-16")),
    *N1, *N2, *handed("h", "03-01"),
    *reminded("n3", "02-20", "a", "b", deadline="03-03", step="r3"),
    ActFailed(at=on("02-01"), act="n1", code="x"), ActUnknown(at=on("02-01"), act="n2"),
    ActPassed(at=on("02-01"), act="n2", on=day("02-01")), returned("n1"), returned("n2"),
    FeeCredited(at=on("02-08"), act="n2", claim="erp:a", amount=eur("5.00"), why="crossed"),
    Held(at=on("02-01"), hold="x", claim="erp:a", reason="promise", until=day("02-09")),
    Released(at=on("02-05"), hold="x"), asked("t", "step_call", "02-01", "a"),
    asked("u", "odd", "02-01"), answered("t", "continue", "02-02"), answered("t", "leave", "02-02"),
    answered("u", "leave", "02-02"), answered("n2-unknown", "sent", "02-09"),
    partner(accepted=True), partner(accepted=False, message="m2"),
    PartnerClosed(at=on("04-01"), message="m3", code="OTHER"), Parked(at=on("02-01"), why="x"),
    Unparked(at=on("02-02"), by="p"), CaseClosed(at=on("03-10"), why="nothing_open"),
]  # fmt: skip


def history(indices: list[int]) -> list:
    """As many of the events, in this order, as can follow on one another."""
    case, kept = case_of(), [opened()]
    for index in indices:
        try:
            case = case.apply(POOL[index])
        except (Conflict, Unreadable):
            continue
        kept.append(POOL[index])
    return kept


@given(st.lists(st.integers(0, len(POOL) - 1), max_size=40), st.integers(0, 41))
def test_a_snapshot_and_the_events_after_it_are_the_replay_of_all(indices, cut):
    events = history([0, 1, *indices])
    whole = Case.replay("c1", events)
    snapshot = Case.replay("c1", events[:cut]).model_dump_json()

    assert Case.replay("c1", events[cut:], Case.model_validate_json(snapshot)) == whole
    assert whole.version == len(events)


@given(st.lists(st.integers(0, len(POOL) - 1), max_size=40))
def test_whatever_happens_nothing_is_negative_and_nothing_is_counted_twice(indices):
    case = Case.replay("c1", history([0, 1, *indices]))

    for one in case.claims.values():
        assert eur("0.00") <= one.open
        assert ledger.open_on(one, date.max) == one.open
        assert len(set(one.counted)) == len(one.counted)
        assert one.level >= 0
        assert eur("0.00") <= case.fees_of(one.claim.id)


def test_every_kind_of_event_takes_part_in_the_replay_test():
    kinds = {type(one) for one in POOL}
    assert {HandOverIntended, PartnerAnswered, CaseClosed, BalanceStated, DueMoved} <= kinds
    assert claim("a") == POOL[0].claim
