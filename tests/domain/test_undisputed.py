"""What nobody contests is told once more where the reminders of a claim are used up."""

from __future__ import annotations

from shared.domain.decisions import Remind, Rest
from shared.domain.events import NoticeReturned
from tests.domain.casebook import STEPS, ask_of, asked, case_of, joined, more, on, policy, reminded
from tests.domain.statebook import euros, told

THREE_SENT = more(
    case_of(joined("a")),
    reminded("n1", "01-19", deadline="01-30"),
    reminded("n2", "02-03", deadline="02-16", step="r2"),
    reminded("n3", "02-19", deadline="03-03", step="r3"),
)


def test_the_rest_is_told_again_where_it_came_back_and_where_a_part_of_the_dispute_ended():
    disputed = told(
        THREE_SENT, "03-04", "dispute", claim="erp:a", ground="g", amount=euros("10.00")
    )
    disputed = told(
        disputed, "03-05", "dispute", "k2", claim="erp:a", ground="g", amount=euros("20.00")
    )
    disputed = told(disputed, "03-05", "answer_dispute", "k3", dispute="k1")
    disputed = told(disputed, "03-05", "answer_dispute", "k4", dispute="k2")
    gone = more(disputed, reminded("n4", "03-20", deadline="03-31", step="rest-r3"))

    back = more(gone, NoticeReturned(at=on("03-23"), act="n4", code="bounced"))
    assert back.claims["erp:a"].level == 3
    assert isinstance(again := ask_of(back, "03-24"), Remind)
    assert again.step == "rest-r3"

    smaller = told(gone, "03-24", "settle_dispute", "k5", dispute="k1", outcome="withdrawn")
    unsettled = ask_of(smaller, "04-08")
    smaller = more(smaller, asked(unsettled.task, unsettled.why, "04-08", "a"))
    assert isinstance(anew := ask_of(smaller, "04-08"), Remind)
    assert anew.step == "rest-r3"


def test_a_rest_that_a_person_would_have_to_tell_of_waits_for_the_dispute():
    last = STEPS[2].model_copy(update={"automation": "manual"})
    by_hand = policy(*STEPS[:2], last, STEPS[3])
    disputed = told(
        THREE_SENT, "03-04", "dispute", claim="erp:a", ground="g", amount=euros("10.00")
    )
    disputed = told(disputed, "03-05", "answer_dispute", "k2", dispute="k1")
    assert isinstance(ask_of(disputed, "03-24", rules=by_hand), Rest)


def test_a_repeated_reminder_takes_no_other_claim_along():
    both = more(
        case_of(joined("a"), joined("b")),
        reminded("n1", "01-20", "a", "b", deadline="02-02"),
        reminded("n2", "02-04", "a", "b", deadline="02-16", step="r2"),
        reminded("n3", "02-19", "a", deadline="03-03", step="r3"),
    )
    disputed = told(both, "03-04", "dispute", claim="erp:a", ground="g", amount=euros("10.00"))
    disputed = told(disputed, "03-05", "answer_dispute", "k2", dispute="k1")

    notice = ask_of(disputed, "03-19")
    assert isinstance(notice, Remind)
    assert (notice.step, notice.claims) == ("rest-r3", ("erp:a",))
    # The other claim is further back: its own reminder waits for the window, and keeps its level.
    sent_ = more(disputed, reminded(notice.act, "03-19", "a", deadline="03-30", step="rest-r3"))
    assert isinstance(waits := ask_of(sent_, "03-20"), Rest)
    assert waits.why == "gathering"
    assert isinstance(own := ask_of(sent_, "03-26"), Remind)
    assert (own.step, own.claims) == ("r3", ("erp:b",))
