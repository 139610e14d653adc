"""Amounts of a preview: what the contact will ask for, the same before it and after it."""

from __future__ import annotations

from datetime import UTC

import pytest

from shared.domain.case import Case
from shared.domain.debtor import Credit, Debtor
from shared.domain.decide import Remind, decide
from shared.domain.endings import endings
from shared.domain.events import ActSent, ReminderIntended
from shared.domain.extras_rules import ExtrasRules
from shared.domain.preview import Terms, walk
from shared.domain.preview_changes import difference
from shared.domain.preview_happened import happened, outcomes
from shared.domain.residual import residuals
from tests.domain.casebook import (
    FI,
    HELSINKI,
    charged,
    day,
    eur,
    flat,
    joined,
    local,
    opened,
    paid,
    policy,
    reminded,
)
from tests.domain.statebook import euros, said

GOING = policy(extras=ExtrasRules(residual="continue"))
DUNNED = [opened(), joined(), *reminded("n1", "01-19", deadline="02-02", **charged())]


def after(events, when, what, **fields):
    return [*events, *said(Case.replay("c1", events), when, what, **fields)]


def done(events, rules):
    """The events up to the first contact that is decided, and what it was."""
    events, case = list(events), Case.replay("c1", events)
    now = events[-1].at.astimezone(HELSINKI)
    for _ in range(20):
        at = now.astimezone(UTC)
        new = list(endings(case, now.date(), at)) or residuals(case, rules, FI, now.date(), at)
        if not new:
            answer = decide(case, rules, FI, now)
            if isinstance(answer, Remind):
                return [*events, *went(answer, at)]
            now = answer.until.astimezone(HELSINKI)
        case, events = Case.replay("c1", new, case), [*events, *new]
    raise AssertionError("nothing was sent")


def went(one, at):
    return ReminderIntended(
        at=at, act=one.act, step=one.step, claims=one.claims, also=one.also,
        channel=one.channels[0], tone=one.tone, language="fi", fee=one.fee,
        fee_claim=one.fee_claim, fee_rule=one.fee_rule, deadline=one.deadline, document="letter",
        content_hash="0" * 64,
    ), ActSent(at=at, act=one.act, on=at.astimezone(HELSINKI).date())  # fmt: skip


@pytest.mark.parametrize(
    ("events", "rules", "amount"),
    [
        (
            after([opened(), joined(total="200.00")], "01-20", "dispute", claim="erp:a",
                  amount=euros("50.00"), ground="goods"),
            policy(), "150.00",
        ),
        (
            after([opened(), joined(total="90.00")], "01-20", "propose_plan", claims=["erp:a"],
                  count=3, first="2026-02-02", agreed=True),
            policy(), "30.00",
        ),
        # The fee of five euros, and the late interest of 25 days at 9.5 %.
        ([*DUNNED, paid("p", "02-10", "100.00")], GOING, "5.65"),
    ],
    ids=["disputed-in-part", "instalment", "charges"],
)  # fmt: skip
def test_an_amount_is_what_the_contact_asks_for_before_it_and_after_it(events, rules, amount):
    story = done(events, rules)
    start = events[-1].at.astimezone(HELSINKI)
    (seen, *_) = walk(
        Case.replay("c1", events), Terms(rules, FI, HELSINKI), start, day("03-31")
    ).acts
    was = happened("c1", story, HELSINKI, FI)[-1]

    assert (seen.amount, seen.claims) == (eur(amount), ("erp:a",))
    assert difference("c1", [seen], [was]).what == ("none",)
    (became,) = outcomes([seen], story[len(events) :], [was], day("03-31"), HELSINKI, ("erp:a",))
    assert became.verdict == "as_foreseen"


def test_a_contact_that_asks_for_several_claims_adds_up_what_it_asks_of_each():
    events = [opened(), *flat([joined(), joined("b", total="40.00")])]
    seen = walk(Case.replay("c1", events), Terms(policy(), FI, HELSINKI), local("01-19"),
                day("01-20")).acts  # fmt: skip

    assert [one.amount for one in seen] == [eur("140.00")]


def test_what_the_debtors_credits_cover_is_not_asked_for():
    owed = Debtor(credits=(Credit(id="erp:k1", amount=eur("30.00")),))
    case = Case.replay("c1", [opened(), joined()])
    (seen, *_) = walk(case, Terms(policy(), FI, HELSINKI, owed), local("01-19"), day("01-20")).acts

    assert (seen.kind, seen.amount) == ("remind", eur("70.00"))
