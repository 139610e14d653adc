"""One letter for interest and fees alone: when it goes, what it says, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.channels import Reach, charges_unfit, routed
from shared.domain.decide import Ask, Done, Remind, Rest, decide
from shared.domain.demand import asked_for
from shared.domain.events import (
    ActFailed,
    ActSent,
    ClaimMissing,
    Held,
    NoticeReturned,
    PartnerClosed,
    PersonAnswered,
    PersonAsked,
    ReminderIntended,
)
from shared.domain.explanation import explain
from shared.domain.extras_rules import ExtrasRules
from shared.domain.foresight import Stand
from shared.domain.law import load
from shared.domain.lawcheck import check_policy
from shared.domain.letter import contradictions, render
from shared.domain.notice import letter_for
from shared.domain.payment import Follower, followed
from shared.domain.policy import Step
from shared.domain.preview import Terms, walk
from shared.domain.residual import residuals
from tests.domain.casebook import (
    HELSINKI,
    case_of,
    charged,
    day,
    eur,
    handed,
    joined,
    local,
    more,
    on,
    reminded,
)
from tests.domain.casebook import policy as policy_of
from tests.domain.statebook import told
from tests.domain.test_extras import ONE, book, dunned, paid, settled, truth
from tests.domain.test_notice import CREDITOR, party

FI = load("FI")
GOING = policy_of(extras=ExtrasRules(residual="continue"))


def asked(case, when, rules=GOING):
    return decide(case, rules, FI, local(when))


def answers(case, first, days, rules=GOING):
    """The answers day by day, with what is put down about interest and fees, each act done."""
    found = []
    for number in range(days):
        now = local(first) + timedelta(days=number)
        left = residuals(case, rules, FI, now.date(), now)
        case = more(case, left)
        answer = decide(case, rules, FI, now)
        found += [(now.date(), one) for one in (*left, answer)]
        if isinstance(answer, Remind):
            case = more(case, went(answer, now))
        if isinstance(answer, Done):
            break
    return case, found


def went(letter, now):
    intent = ReminderIntended(
        at=now, act=letter.act, step=letter.step, claims=letter.claims, also=letter.also,
        channel=letter.channels[0], tone=letter.tone, language="fi", deadline=letter.deadline,
        document="letter", content_hash="0" * 64,
    )  # fmt: skip
    return [intent, ActSent(at=now, act=letter.act, on=now.date())]


def test_it_goes_once_after_the_money_has_rested_and_moves_nothing():
    case = settled()
    waits = asked(case, "02-11")
    assert (waits.kind, waits.why, waits.until.date()) == ("rest", "charges_later", day("02-17"))

    after, found = answers(case, "02-11", 60)
    letters = [(when, one) for when, one in found if isinstance(one, Remind)]
    ((when, letter),) = letters
    assert (when, letter.letter, letter.also, letter.claims) == (
        day("02-17"),
        "charges",
        (ONE,),
        (),
    )
    assert (letter.fee, letter.next_action, letter.deadline) == (None, "none", day("03-02"))
    assert after.claims[ONE].level == case.claims[ONE].level
    assert after.standing(ONE) == case.standing(ONE)


def test_what_nobody_paid_becomes_what_the_policy_says_and_the_case_ends_after_it():
    _, found = answers(settled(), "02-11", 60)
    put_down = [when for when, one in found if one.kind == "residual_settled"]
    ends = [when for when, one in found if isinstance(one, Done)]
    # Thirty days after the money, or eight after the letter's payment date: what comes later. The
    # case ends thirty days after the books told of the money.
    assert (put_down, ends) == ([day("03-12")] * 2, [day("03-17")])

    slow = policy_of(payment_days=30, extras=ExtrasRules(residual="continue"))
    _, found = answers(settled(), "02-11", 80, slow)
    (letter,) = [one for _, one in found if isinstance(one, Remind)]
    later = letter.deadline + timedelta(days=8)
    assert letter.deadline == day("03-20")
    assert {when for when, one in found if one.kind in {"residual_settled", "done"}} == {later}


def test_the_last_payment_date_and_the_pause_between_contacts_come_first():
    late = case_of(joined(), *reminded("r1", "02-09", deadline="02-23", **charged()))
    case = book(late, truth(paid("100.00", "100.00", "0.00")))
    waits = asked(case, "02-18")
    assert (waits.why, waits.until.date()) == ("charges_later", day("02-24"))


def test_the_money_for_it_settles_it_and_nothing_more_is_asked():
    case, found = answers(settled(), "02-11", 8)
    assert isinstance(found[-2][1], Remind | Rest)
    both = (paid("100.00", "100.00", "0.00"), paid("5.65", "0.00", "5.65", "2", "02-20"))
    case = book(case, truth(*both))
    _, found = answers(case, "02-20", 60)
    assert {one.kind for _, one in found} == {"rest", "done"}


@pytest.mark.parametrize("rules", [
    {"residual": "keep"}, {"residual": "waive"},
    {"residual": "continue", "waive_below": eur("5.65")},
])  # fmt: skip
def test_no_letter_goes_where_the_policy_does_not_go_on_asking_or_little_is_left(rules):
    _, found = answers(settled(), "02-11", 60, policy_of(extras=ExtrasRules(**rules)))
    assert not any(isinstance(one, Remind) for _, one in found)


def test_no_letter_goes_where_a_person_does_the_reminders():
    steps = (Step(id="r1", action="remind", after=3, since="due", automation="manual"),)
    rules = policy_of(*steps, extras=ExtrasRules(residual="continue"))
    _, found = answers(settled(), "02-11", 60, rules)
    assert not any(isinstance(one, Remind) for _, one in found)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("dispute", {"claim": ONE, "ground": "wrong_price"}),
        ("circumstance", {"circumstance": "restructuring", "effective": "2026-02-01"}),
        ("circumstance", {"circumstance": "vulnerable", "effective": "2026-02-01"}),
        ("stop_request", {}),
    ],
)
def test_what_stops_the_claim_stops_its_letter(command, fields):
    case = told(dunned(), "02-09", command, **fields)
    case = book(case, truth(paid("100.00", "100.00", "0.00")))
    assert not any(isinstance(asked(case, f"02-{date}"), Remind) for date in range(17, 29))


@pytest.mark.parametrize(
    "events",
    [
        [Held(at=on("02-11"), hold="h", claim=ONE, reason="other")],
        [Held(at=on("02-11"), hold="h", claim=None, reason="other")],
        [PersonAsked(at=on("02-11"), task="t", why="dispute_unclear", claims=(ONE,))],
        [PersonAsked(at=on("02-11"), task="t", why="look", claims=())],
        handed("h1", "02-10"),
    ],
)
def test_a_hold_a_question_and_a_partner_stop_it(events):
    case = book(more(dunned(), events), truth(paid("100.00", "100.00", "0.00")))
    assert not any(isinstance(asked(case, f"02-{date}"), Remind) for date in range(17, 29))


@pytest.mark.parametrize("fate", [
    lambda act: NoticeReturned(at=on("02-19"), act=act, code="bounced"),
    lambda act: ActFailed(at=on("02-18"), act=act, code="address_unknown"),
])  # fmt: skip
def test_a_letter_that_did_not_arrive_is_not_repeated(fate):
    case = settled()
    letter = asked(case, "02-17")
    events = went(letter, local("02-17"))
    end = fate(letter.act)
    case = more(case, events if end.kind == "notice_returned" else events[:1], [end])
    _, found = answers(case, "02-20", 60)
    assert not any(isinstance(one, Remind) for _, one in found)
    assert {when for when, one in found if one.kind == "residual_settled"} == {day("03-12")}


def test_an_invoice_that_the_books_lost_is_a_persons_and_the_case_waits():
    case = more(settled(), [ClaimMissing(at=on("02-17"), claim=ONE)])
    question = asked(case, "02-17")
    assert isinstance(question, Ask)
    assert (question.why, question.claims) == ("claim_missing", (ONE,))
    case = more(case, [PersonAsked(at=on("02-17"), task=question.task, why=question.why,
                                   claims=question.claims)])  # fmt: skip
    assert (asked(case, "03-01").why, asked(case, "03-01").until) == ("waits_for_person", None)


def test_money_that_is_taken_back_sends_the_claim_on_with_its_own_step():
    case, _ = answers(settled(), "02-11", 8)
    payment = paid("100.00", "100.00", "0.00")
    back = Follower(id="bank:r", kind="reversal", amount=eur("100.00"), on=day("02-20"))
    case = book(case, truth(followed(payment, [back])))
    answer = asked(case, "03-20")
    assert isinstance(answer, Remind)
    assert (answer.step, answer.letter, answer.claims) == ("r2", "reminder", (ONE,))


def test_another_claims_reminder_asks_no_more_for_what_had_its_letter():
    case, _ = answers(settled(), "02-11", 8)
    case = more(case, [joined("b", at="03-01", due="02-24")])
    answer = asked(case, "03-03")
    assert (answer.kind, answer.claims, answer.also) == ("remind", ("erp:b",), ())


def test_the_rest_after_a_rejected_dispute_comes_before_what_is_left_of_it():
    case = told(dunned(), "02-04", "dispute", claim=ONE, ground="goods_not_received")
    case = told(case, "02-05", "settle_dispute", "k2", dispute="k1", outcome="rejected")
    case = book(case, truth(paid("100.00", "100.00", "0.00")))
    waits = asked(case, "02-17")
    assert (waits.why, waits.until.date()) == ("charges_later", day("02-19"))
    assert asked(case, "02-19").letter == "charges"

    case = more(case, [joined("b", at="02-16", due="02-06")])
    other = asked(case, "02-18")
    assert (other.kind, other.claims, other.also) == ("remind", ("erp:b",), ())


def test_it_never_goes_as_a_text_message():
    steps = (Step(id="r1", action="remind", after=3, since="due", channels=("sms", "email")),)
    rules = policy_of(*steps, extras=ExtrasRules(residual="continue"))
    reach = Reach(needs={"sms": "phone", "email": "email"}, known=("phone", "email"))
    answer = routed(settled(), rules, FI, local("02-17"), reach)
    assert (answer.kind, answer.channels) == ("remind", ("email",))
    assert not charges_unfit(rules, {"sms": "phone", "email": "email"})
    assert charges_unfit(rules, {"sms": "phone", "email": "phone"})
    assert not charges_unfit(policy_of(*steps), {"sms": "phone", "email": "phone"})


def test_the_letter_says_that_the_invoice_is_paid_and_what_is_left_since_when():
    case, today = settled(), day("02-17")
    answer = asked(case, "02-17")
    creditor = CREDITOR.model_copy(update={"language": "en"})
    who = party(language="en")
    said = letter_for(case, answer, creditor, who, asked_for(case, FI, today, answer), today)
    assert contradictions(said) == ()
    text = " ".join(render(said).text.split())
    for part in (
        "the invoice below itself is paid", "Late interest from 17 January 2026 to 10 February",
        "Reminder fee (reminder of 25 January 2026)", "Total to pay: €5.65",
        "no further fee is added, and the matter is not passed to a debt collection agency",
    ):  # fmt: skip
        assert part in text, text
    wrong = said.model_copy(update={"next_step": "reminder", "next_step_on": day("04-01")})
    assert "next_step" in contradictions(wrong)
    (item,) = said.items
    open_too = item.model_copy(update={"open": eur("1.00")})
    assert "items[0]" in contradictions(said.model_copy(update={"items": (open_too,)}))


def test_a_law_whose_reminders_must_warn_of_the_hand_over_refuses_the_policy():
    duty = replace(
        FI.duties[0], id="FI-WARN", notices=("reminder",), must_say=("hand_over_warning",),
        capacity=frozenset({"consumer"}), only_pressure=(),
    )  # fmt: skip
    strict = replace(FI, duties=(duty,))
    found = [one.path for one in check_policy(strict, GOING)]
    assert "extras.residual" in found
    assert "extras.residual" not in [one.path for one in check_policy(strict, policy_of())]
    for country in ("FI", "SE", "NO", "DK", "DE", "NL", "EE"):
        assert not any(
            one.path == "extras.residual"
            for one in check_policy(load(country), GOING.model_copy(update={"law": country}))
        )


def test_an_explanation_says_when_and_what_it_asks_for():
    stand = Stand(settled(), GOING, FI)
    why = explain(stand, None, local("02-11"))
    assert "interest and fees that are left are asked for from then on" in why.words["why_this"][0]
    assert any("interest and fees of erp:a alone" in one for one in why.words["what_next"])
    assert why.levers == ()


def test_a_preview_has_the_letter_once_and_then_the_end():
    terms = Terms(GOING, FI, HELSINKI)
    seen = walk(settled(), terms, local("02-11"), day("04-30"))
    assert [(one.on, one.step) for one in seen.acts] == [(day("02-17"), "charges-left")]
    assert seen.rests == "nothing_open"


def test_an_invoice_that_vanishes_after_its_letter_is_nobodys_question():
    case, _ = answers(settled(), "02-11", 8)
    case = more(case, [ClaimMissing(at=on("02-20"), claim=ONE)])
    assert asked(case, "02-20").why == "nothing_open"


def test_what_is_open_within_the_tolerance_is_not_asked_for():
    case = book(dunned(), truth(paid("99.50", "99.50", "0.00"), opened="100.00"))
    assert case.claims[ONE].open == eur("0.50")
    letter = asked(case, "02-17")
    (at,) = asked_for(case, FI, day("02-17"), letter).values()
    assert (letter.letter, at.open, at.fees) == ("charges", eur("0.00"), eur("5.00"))


def test_a_debtor_who_asked_to_stop_gets_no_such_letter_whatever_a_person_allows():
    case = told(dunned(), "02-09", "stop_request")
    question = PersonAsked(at=on("02-09"), task="t", why="stop_requested", claims=(ONE,))
    yes = PersonAnswered(at=on("02-09"), task="t", answer="continue", by="u")
    case = book(more(case, [question, yes]), truth(paid("100.00", "100.00", "0.00")))
    assert not any(isinstance(asked(case, f"02-{date}"), Remind) for date in range(17, 29))


def test_a_claim_that_came_back_from_a_partner_has_no_such_letter():
    back = PartnerClosed(at=on("02-11"), message="m", code="withdrawn_by_creditor")
    case = more(dunned(), handed("h1", "02-09"), [back])
    case = book(case, truth(paid("100.00", "100.00", "0.00")))
    assert not case.claims[ONE].with_partner
    assert not any(isinstance(asked(case, f"02-{date}"), Remind) for date in range(17, 29))
