"""Channels of a step: the first that can carry the notice does, and what came back is no way."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.domain.act_events import ActFailed, NoticeReturned
from shared.domain.answers import CHANNEL_REFUSED
from shared.domain.channels import Reach, routed, unfit_steps
from shared.domain.debtor import ALONE, Debtor, counts_of
from shared.domain.decide import decide
from shared.domain.decisions import Ask, Remind
from shared.domain.endings import endings
from shared.domain.events import CaseClosed
from shared.domain.policy import Step
from shared.domain.refusals import refused
from shared.domain.state_events import ChannelRefused, ChannelRestored
from shared.errors import Refused
from tests.domain.casebook import (
    FI,
    STEPS,
    answered,
    asked,
    case_of,
    charged,
    day,
    joined,
    local,
    more,
    on,
    policy,
    reminded,
    reminder,
    sent,
)  # fmt: skip
from tests.domain.statebook import said, told

NEEDS = {"sms": "phone", "email": "email", "letter": "postal"}
ALL = ("email", "phone", "postal")
CHAIN = ("sms", "email", "letter")
FIRST, SECOND, THIRD, OUT = STEPS


def chained(*channels, **first):
    """The usual steps, of which the first reminds by these channels and the others by two."""
    both = {"channels": ("email", "letter")}
    steps = (
        FIRST.model_copy(update={"channels": channels, **first}),
        SECOND.model_copy(update=both), THIRD.model_copy(update=both), OUT,
    )  # fmt: skip
    return policy(*steps)


def ways(case, when, *known, terms=None, debtor=ALONE):
    terms = terms or chained(*CHAIN)
    reach = Reach(needs=NEEDS, known=known)
    return routed(case, terms, FI, local(when), reach, debtor)


def test_the_time_to_pay_counts_from_the_days_that_the_connection_says():
    case, terms = case_of(joined()), chained("letter")
    usual = ways(case, "01-19", "postal", terms=terms)
    reach = Reach(needs=NEEDS, known=("postal",), days={"letter": 14})
    slow = routed(case, terms, FI, local("01-19"), reach)

    assert (usual.deadline, slow.deadline) == (day("02-05"), day("02-12"))
    assert (slow.act, slow.next_on > slow.deadline) == (usual.act, True)
    # By the second channel too, and by the usual days of its name while nobody looked.
    both = routed(case, chained("email", "letter"), FI, local("01-19"), reach)
    assert (both.channels, both.deadline) == (("letter",), day("02-12"))


def code(case, when, what, **fields):
    with pytest.raises(Refused) as no:
        said(case, when, what, **fields)
    return no.value.code


def by(answer):
    assert isinstance(answer, Remind), answer
    return answer.channels[0]


CASE = case_of(joined())
RETURNED = (reminder("x1", "01-20", deadline="02-02"), sent("x1", "01-20"))


def back(act="x1", when="01-21", code="bounced"):
    return NoticeReturned(at=on(when), act=act, code=code)


@pytest.mark.parametrize(
    ("known", "channel"),
    [
        (ALL, "sms"), (("email", "postal"), "email"), (("postal",), "letter"),
        (("phone",), "sms"),
    ],
)  # fmt: skip
def test_a_contact_goes_by_the_first_channel_that_has_an_address(known, channel):
    assert by(ways(CASE, "01-20", *known)) == channel


def test_what_goes_by_its_first_channel_is_decided_as_ever():
    terms = chained(*CHAIN)

    assert ways(CASE, "01-20", *ALL) == decide(CASE, terms, FI, local("01-20"))


def test_time_to_pay_counts_from_the_delivery_of_the_channel_that_is_used():
    mail, paper = ways(CASE, "01-20", "email"), ways(CASE, "01-20", "postal")

    assert (mail.deadline, paper.deadline) == (day("02-02"), day("02-06"))
    assert paper.next_on > mail.next_on
    assert mail.act == paper.act


def test_each_channel_that_was_passed_over_stands_with_its_reason():
    answer = ways(CASE, "01-20", "postal")

    passed = [one.facts for one in answer.because if one.rule == "hub.channel"]
    assert passed == [
        {"channel": "sms", "why": "no_address"}, {"channel": "email", "why": "no_address"},
    ]  # fmt: skip


def test_where_no_address_is_known_a_person_is_asked_and_told_of_each_channel():
    answer = ways(CASE, "01-20")

    assert isinstance(answer, Ask)
    assert (answer.why, answer.claims) == ("no_address", ("erp:a",))
    assert answer.task.endswith("-no_address")
    assert [one.facts["channel"] for one in answer.because[:3]] == list(CHAIN)


def test_what_came_back_goes_again_by_the_next_channel_and_asks_nobody():
    case = more(CASE, *RETURNED, back())

    answer = ways(case, "01-22", *ALL, terms=chained("email", "letter"))

    assert (by(answer), answer.step) == ("letter", "r1")
    assert answer.deadline == day("02-09")


def test_an_address_that_mail_came_back_from_is_not_written_to_at_a_later_step_either():
    case = more(
        CASE, *RETURNED, back(), reminded("x2", "01-22", deadline="02-09", channel="letter")
    )

    assert by(ways(case, "02-10", *ALL)) == "letter"


def test_only_when_every_channel_came_back_is_a_person_asked_and_a_yes_clears_them_all():
    letter = reminder("x2", "01-22", deadline="02-09", channel="letter")
    case = more(CASE, *RETURNED, back(), letter, sent("x2", "01-22"), back("x2", "02-03"))
    terms = chained("email", "letter")

    question = ways(case, "02-04", *ALL, terms=terms)
    assert isinstance(question, Ask)
    assert question.why == "returned"

    task = (
        asked(question.task, "returned", "02-04", "a"),
        answered(question.task, "continue", "02-05"),
    )
    again = more(case, *task)
    assert by(ways(again, "02-06", *ALL, terms=terms)) == "email"
    # What comes back after the answer is another matter.
    third = (reminder("x3", "02-06", deadline="02-17"), sent("x3", "02-06"), back("x3", "02-07"))
    tried = ways(more(again, *third), "02-09", *ALL, terms=terms)
    assert tried.why == "cannot_be_done"
    yes = (asked(tried.task, tried.why, "02-09", "a"), answered(tried.task, "continue", "02-09"))
    assert by(ways(more(again, *third, *yes), "02-10", *ALL, terms=terms)) == "letter"


def test_a_debtor_who_refused_a_channel_gets_letters_still():
    case = more(CASE, ChannelRefused(at=on("01-19"), channel="email", cause="told"))
    terms = chained("email", "letter")

    assert by(ways(case, "01-20", *ALL, terms=terms)) == "letter"
    alone = ways(case, "01-20", *ALL, terms=chained("email"))
    assert (alone.kind, alone.why) == ("ask", "opted_out")
    restored = more(case, ChannelRestored(at=on("01-19"), channel="email"))
    assert by(ways(restored, "01-20", *ALL, terms=terms)) == "email"


def test_a_refusal_binds_the_debtors_other_cases_and_outlives_the_case():
    heard = more(CASE, ChannelRefused(at=on("01-19"), channel="email", cause="complaint"))
    debtor = Debtor(cases=(counts_of(heard),))

    assert (
        by(ways(CASE, "01-20", *ALL, terms=chained("email", "letter"), debtor=debtor)) == "letter"
    )


def test_a_refusal_is_of_all_channels_to_that_address():
    case = more(CASE, ChannelRefused(at=on("01-19"), channel="email", cause="stop"))
    reach = Reach(needs={**NEEDS, "mail2": "email"}, known=ALL)

    answer = routed(case, chained("mail2", "email", "letter"), FI, local("01-20"), reach)
    assert by(answer) == "letter"


@pytest.mark.parametrize(
    ("code", "channel"),
    [("address_invalid", "letter"), ("message_refused", "letter"), ("account_suspended", "email")],
)
def test_a_refused_notice_goes_by_the_next_channel_unless_the_account_is_at_fault(code, channel):
    failed = ActFailed(at=on("01-20"), act="x1", code=code)
    case = more(CASE, reminder("x1", "01-20", deadline="02-02"), failed)

    assert by(ways(case, "01-22", *ALL, terms=chained("email", "letter"))) == channel


def test_a_notice_that_its_only_channel_refuses_is_tried_three_times_and_then_a_persons():
    case, terms = CASE, chained("email")
    for number, when in enumerate(("01-20", "01-21", "01-22")):
        assert by(ways(case, when, *ALL, terms=terms)) == "email"
        act = f"x{number}"
        failed = ActFailed(at=on(when), act=act, code="address_invalid")
        case = more(case, reminder(act, when, deadline="02-02"), failed)

    assert ways(case, "01-23", *ALL, terms=terms).why == "cannot_be_done"


def test_each_channel_of_a_long_chain_is_tried_before_a_person_is():
    terms, case = chained("email", "m2", "m3", "m4"), CASE
    needs = dict.fromkeys(("email", "m2", "m3", "m4"), "")
    for channel, when in (("email", "01-20"), ("m2", "01-21"), ("m3", "01-22"), ("m4", "01-23")):
        answer = routed(case, terms, FI, local(when), Reach(needs=needs, known=()))
        assert by(answer) == channel
        intent = reminder(f"x-{channel}", when, deadline="02-02", channel=channel)
        case = more(case, intent, ActFailed(at=on(when), act=intent.act, code="message_refused"))


def test_no_fee_and_no_notice_before_a_hand_over_goes_by_text_message():
    fee = policy(
        FIRST, SECOND.model_copy(update={"channels": ("sms", "email")}), THIRD, OUT,
    )  # fmt: skip
    case = more(CASE, reminded("x1", "01-20", deadline="02-02"))
    assert by(ways(case, "02-06", *ALL, terms=fee)) == "email"

    last = policy(FIRST.model_copy(update={"channels": ("sms", "email")}), OUT)
    assert by(ways(CASE, "01-20", *ALL, terms=last)) == "email"


def test_no_text_message_tells_of_a_missed_instalment_and_the_day_on_which_the_plan_ends():
    case = told(CASE, "01-20", "propose_plan", claims=["erp:a"], count=2, first="2026-02-02",
                agreed=True)  # fmt: skip
    case = more(case, endings(case, day("02-06"), on("02-06")))

    answer = ways(case, "02-06", *ALL)

    assert (by(answer), answer.letter) == ("email", "instalment")
    assert ways(case, "02-06", "phone").why == "no_address"
    assert ways(case, "02-06", "phone", terms=chained("sms")).why == "too_short"


def test_a_text_message_is_a_contact_but_no_notice_of_the_law():
    short = [reminder("x1", "01-20", deadline="02-02", short=True), sent("x1", "01-20")]
    terms = policy(FIRST, OUT)

    assert decide(more(CASE, *short), terms, FI, local("03-20")).why == "hand_over_not_lawful"
    assert decide(more(CASE, reminded("x1", "01-20", deadline="02-02")), terms, FI,
                  local("03-20")).kind == "hand_over"  # fmt: skip
    # The debtor was contacted all the same: the next word keeps its distance.
    assert more(CASE, *short).last_contact() == day("01-20")


@pytest.mark.parametrize(
    ("step", "unfit"),
    [
        ({}, []), ({"fee": "statutory"}, [0]), ({"tone": "firm"}, [0]),
        ({"tone": "firm", "channels": ("sms", "letter")}, []),
        ({"tone": "neutral", "after": 0}, []),
    ],
)  # fmt: skip
def test_a_step_needs_a_channel_that_may_say_it(step, unfit):
    first = FIRST.model_copy(update={"channels": ("sms",), **step})

    assert unfit_steps(policy(first, SECOND, OUT), NEEDS) == unfit


def test_the_last_reminder_before_a_hand_over_is_no_text_message():
    first = FIRST.model_copy(update={"channels": ("sms",)})

    assert unfit_steps(policy(first, OUT), NEEDS) == [0]
    assert unfit_steps(policy(first, partner=None), NEEDS) == []


def test_a_chain_names_up_to_five_channels_and_each_once():
    with pytest.raises(ValidationError):
        Step(id="r", action="remind", after=3, since="due", channels=("a", "b", "c", "d", "e", "f"))
    with pytest.raises(ValidationError, match="names a channel twice"):
        policy(FIRST.model_copy(update={"channels": ("email", "email")}))


def test_a_complaint_refuses_the_channel_once_and_tells_people_without_holding_a_claim():
    case = more(CASE, reminded("x1", "01-20", deadline="02-02", **charged()))

    made = refused(case, "x1", "complaint", on("01-21"))
    heard = more(case, *made)
    assert [one.kind for one in made] == ["channel_refused", "person_asked"]
    assert made[1].why == CHANNEL_REFUSED
    assert refused(heard, "x1", "complaint", on("01-22")) == []
    assert by(ways(heard, "02-06", *ALL)) == "letter"


def test_a_stop_asks_nobody():
    case = more(CASE, reminded("x1", "01-20", deadline="02-02"))

    assert [one.kind for one in refused(case, "x1", "stop", on("01-21"))] == ["channel_refused"]


def test_a_person_refuses_a_channel_for_the_debtor_and_gives_it_back_also_when_the_case_is_closed():
    heard = told(CASE, "01-19", "refuse_channel", "k1", channel="email")
    assert heard.states.refused == ("email",)
    assert code(heard, "01-20", "refuse_channel", name="k2", channel="email") == "channel_refused"
    assert code(heard, "01-20", "restore_channel", name="k3", channel="sms") == "no_such_state"

    closed = more(heard, CaseClosed(at=on("01-20"), why="nothing_open"))
    assert code(closed, "01-21", "refuse_channel", name="k4", channel="sms") == "case_closed"
    again = told(closed, "01-21", "restore_channel", "k5", channel="email")
    assert again.states.refused == ()
