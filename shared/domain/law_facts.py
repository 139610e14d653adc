"""What the law looks at in one claim, and the form of its answers."""

from __future__ import annotations

from datetime import date

from shared.domain.explain import Reason, Record
from shared.domain.lawpack import LawPack
from shared.domain.lawrules import NoticeAct, Rule
from shared.domain.model import Capacity, ClaimClass
from shared.domain.money import Money


class NoticeFact(Record):
    """A notice that was given for a claim; ``deadline`` is the last day to pay that it named.

    A notice that came back was not given and is none: it starts no wait, and its fee is gone.
    """

    act: NoticeAct
    sent: date
    charged: bool
    deadline: date | None


class ClaimFacts(Record):
    """All that the law looks at in one claim.

    ``principal`` is the original one, ``due`` the invoice's own due date, ``fees`` what was
    charged so far and not credited, ``fee_clause`` the day on which a reminder fee was agreed and
    ``arose`` the day on which the debt did (None: not known). ``relationship_fees`` are the days
    of all reminders that bear a fee in the unbroken arrears of the same debtor relationship, this
    claim's included. ``plan_broken`` says that a payment plan over the claim was broken,
    ``stop_requested`` when the debtor asked in durable form that collection stop.
    """

    capacity: Capacity
    natural_person: bool
    claim_class: ClaimClass
    principal: Money
    due: date
    invoice_sent: date | None
    notices: tuple[NoticeFact, ...]
    fees: Money
    fee_clause: date | None
    arose: date | None = None
    relationship_fees: tuple[date, ...] = ()
    plan_broken: bool = False
    stop_requested: date | None = None


class Verdict(Record):
    """Whether an act is lawful on a day, and why.

    ``amount`` is what a fee may be (zero when it may not be, None for an act without a price).
    ``earliest`` is the first day on which waiting alone makes a refused act lawful, else None.
    """

    allowed: bool
    amount: Money | None
    earliest: date | None
    because: tuple[Reason, ...]


# A failed condition: its reason, and the first day on which time alone will have cured it.
Failure = tuple[Reason, date | None]


def ruled(rule: Rule, text: str, **facts: object) -> Reason:
    """A rule of the pack as a reason; facts are written as plain texts (days in ISO 8601)."""
    named = {key: str(value) for key, value in facts.items()}
    return Reason(rule=rule.id, section=rule.section, text=text, facts=named)


def no_rule(pack: LawPack, on: date, currency: str) -> Reason:
    """The reason where a pack has nothing usable in force: no fee, or a person."""
    inputs = {"country": pack.country, "currency": currency, "on": on.isoformat()}
    text = "no usable rule is in force on that day for that currency"
    return Reason(rule="law.no_rule", text=text, facts=inputs)
