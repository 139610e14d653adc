"""Posting proposals: what the hub's own knowledge of money means for the creditor's books.

The bank's money is the ERP's to book. What it cannot know is proposed here: which part of a receipt
was fees and interest, what was too much, and what nobody asks for any more. Fees, interest and the
fixed sum are proposed when they are paid, not when they are charged: until then nobody knows
whether they will be. What was taken back is proposed with its sides exchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, get_args

from pydantic import Field

from shared.domain.case import Case, ClaimState
from shared.domain.events import CaseClosed, CaseEvent, ExtrasPaid
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.plan_events import WriteOff, WrittenOff

Kind = Literal[
    "reminder_fee", "late_interest", "compensation", "rounding", "overpayment", "credit_loss",
    "goodwill",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
# Whose amount is income or a debt of the creditor: the debtor's account is debited.
_GAINS = frozenset({"reminder_fee", "late_interest", "compensation", "overpayment"})
# A sale is no loss but another booking, which the buyer's money belongs to.
_LET_GO: dict[WriteOff, Kind] = {
    "bad_debt": "credit_loss", "limitation": "credit_loss", "insolvency": "credit_loss",
    "small_balance": "rounding", "goodwill": "goodwill", "settlement": "goodwill",
    "settlement_undone": "goodwill",
}  # fmt: skip


class Account(Record):
    """Where amounts of a kind are booked: the ERP's codes of an account, a tax and a journal."""

    account: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$")
    journal: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$")
    tax: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,19})?$")


class Posting(Record):
    """An amount that moves between the debtor's receivable and the account of its ``kind``.

    ``amount`` is more than zero. ``debtor_debited``: the receivable is debited and the kind's
    account credited; else the other way round. ``key`` is the same for ever.
    """

    key: str
    kind: Kind
    case: str
    claim: Id
    on: date
    amount: Money
    debtor_debited: bool


class Line(Record):
    """One side of a posting; ``account`` is empty for the receivable of the claim's invoice."""

    account: str
    debit: Money
    credit: Money
    tax: str = ""


def proposed(before: Case, events: Sequence[CaseEvent]) -> list[Posting]:
    """The postings of ``events``, which follow on the case ``before``; keys name their places."""
    found, case = list[Posting](), before
    for event in events:
        after = case.apply(event)
        for kind, claim, amount, on in _amounts(case, after, event):
            if amount:
                found.append(_posting(after, kind, claim, amount, on))
        case = after
    return found


def lines(posting: Posting, accounts: Mapping[Kind, Account]) -> tuple[Line, Line] | None:
    """The debit and the credit of a posting; None where its kind has no account."""
    target = accounts.get(posting.kind)
    if target is None:
        return None
    amount, nothing = posting.amount, Money.zero(posting.amount.currency)
    code, tax = target.account, target.tax
    if posting.debtor_debited:
        own = Line(account=code, debit=nothing, credit=amount, tax=tax)
        return Line(account="", debit=amount, credit=nothing), own
    own = Line(account=code, debit=amount, credit=nothing, tax=tax)
    return own, Line(account="", debit=nothing, credit=amount)


def _amounts(
    before: Case, after: Case, event: CaseEvent
) -> Iterator[tuple[Kind, str, Money, date]]:
    """Amounts by kind; a negative one takes back what was proposed before."""
    match event:
        case ExtrasPaid():
            had, has = before.claims[event.claim], after.claims[event.claim]
            charged = after.fees_of(event.claim)
            for kind, amount in _paid(has, charged).items():
                yield kind, event.claim, amount - _paid(had, charged)[kind], event.on
        case WrittenOff() if event.cause in _LET_GO:
            yield _LET_GO[event.cause], event.claim, event.amount, event.on
        case CaseClosed() if event.why != "merged":
            for state in before.open_claims():
                if not state.with_partner and not state.missing:
                    yield "rounding", state.claim.id, state.open, event.at.date()


def _paid(state: ClaimState, charged: Money) -> dict[Kind, Money]:
    """What was paid of a claim beside its principal; the charged fees before the fixed sum."""
    nothing = Money.zero(state.open.currency)
    fees = sum((one.fees for one in state.extras), nothing)
    ours = min(fees, charged)
    return {
        "reminder_fee": ours,
        "compensation": fees - ours,
        "late_interest": sum((one.interest for one in state.extras), nothing),
        "overpayment": sum((one.over for one in state.extras), nothing),
    }


def _posting(after: Case, kind: Kind, claim: str, amount: Money, on: date) -> Posting:
    seed = f"{after.id}|{after.version}|{kind}|{claim}"
    gain = amount.amount > 0
    return Posting(
        key=hashlib.sha256(seed.encode()).hexdigest()[:24],
        kind=kind,
        case=after.id,
        claim=claim,
        on=on,
        amount=amount if gain else -amount,
        debtor_debited=(kind in _GAINS) == gain,
    )
