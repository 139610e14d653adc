"""Overrides: what is kinder than the policy for a creditor, segment, debtor, agreement or invoice.

The nearest word holds: invoice before agreement, debtor, segment and creditor. An override can only
ask for less than the policy does (later, softer, without a fee, with a person's leave, not at all),
so a lawful policy stays lawful under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.explain import Reason, Record, content_hash
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.policy import Policy, Step, Tone

Kind = Literal["invoice", "agreement", "debtor", "segment", "creditor"]

# From the nearest to the furthest: the first that speaks of a matter decides it.
PRECEDENCE: tuple[Kind, ...] = ("invoice", "agreement", "debtor", "segment", "creditor")

_MOST_DAYS = 365

Days = Annotated[int, Field(ge=0, le=180)]
StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Terms(Record):
    """What an override may say; None is silence, and leaves the matter to the next one.

    ``hold_steps`` are steps that go only when a person lets them. ``fee`` can only be waived.
    ``minimum`` (of a hand-over, in the policy's currency) and ``payment_days`` count where they are
    more than the policy's. ``extra_days`` are full days that a step, and all that follow it, come
    later. ``language`` is ISO 639-1.
    """

    hold_steps: tuple[StepId, ...] | None = None
    tone: Tone | None = None
    channel: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    fee: Literal["none"] | None = None
    minimum: Money | None = None
    payment_days: int | None = Field(default=None, ge=1, le=60)
    extra_days: dict[StepId, Days] | None = None
    do_not_hand_over: bool | None = None

    def over(self, further: Terms) -> Terms:
        """These terms, and the ``further`` ones where these are silent."""
        own = {name: value for name, value in self if value is not None}
        return further.model_copy(update=own)

    def silent(self) -> bool:
        """Whether nothing is said at all."""
        return all(value is None for _, value in self)


class Override(Record):
    """The terms for one target: an id of its kind, a creditor's is the tenant's own.

    ``segment`` is the one that a debtor belongs to; nothing else has one.
    """

    kind: Kind
    target: Id
    terms: Terms = Terms()
    segment: Id | None = None


class ClaimRef(Record):
    """What of a claim decides which overrides bind it."""

    claim: Id
    agreement: Id | None = None


class Overrides(Record):
    """All overrides that may bind the claims of one debtor."""

    found: tuple[Override, ...] = ()

    def terms(self, ref: ClaimRef | None = None) -> tuple[Terms, tuple[Override, ...]]:
        """The terms of a claim, or of the whole case without one, and whose they are."""
        bound = tuple(self._bound(ref))
        merged = Terms()
        for one in bound:
            merged = merged.over(one.terms)
        return merged, tuple(one for one in bound if not one.terms.silent())

    @property
    def segment(self) -> str | None:
        """The segment that the debtor belongs to, if any."""
        return next((one.segment for one in self.found if one.kind == "debtor"), None)

    def _bound(self, ref: ClaimRef | None) -> Iterator[Override]:
        wanted: dict[Kind, str | None] = {
            "invoice": ref.claim if ref else None,
            "agreement": ref.agreement if ref else None,
            "segment": self.segment,
        }
        for kind in PRECEDENCE:
            for one in self.found:
                if one.kind == kind and (kind not in wanted or one.target == wanted[kind]):
                    yield one


class CasePolicy(Policy):
    """A policy as it binds one case, with the policies of claims that have terms of their own."""

    own: dict[str, Policy] = Field(default={}, exclude=True, repr=False)

    def terms(self, claim: str) -> Policy:
        """The policy that binds one claim."""
        return self.own.get(claim, self)


def effective(policy: Policy, terms: Terms) -> Policy:
    """The policy under some terms; never one that asks a debtor for more, or sooner.

    Steps keep their ids and order. A step that comes later moves those that follow it, so that no
    time between two notices shrinks. Without hand-over the policy ends one step earlier (a policy
    of that step alone asks a person).
    """
    if terms.silent():
        return policy
    steps = tuple(_steps(policy, terms))
    if terms.do_not_hand_over:
        kept = tuple(step for step in steps if step.action != "hand_over")
        last = steps[-1].model_copy(update={"action": "ask", "fee": "none"})
        steps = kept or (last,)
    minimum = policy.minimum
    if terms.minimum is not None and terms.minimum.currency == minimum.currency:
        minimum = max(minimum, terms.minimum)
    days = max(policy.payment_days, terms.payment_days or 0)
    return policy.model_copy(update={"steps": steps, "minimum": minimum, "payment_days": days})


def bind(
    policy: Policy, overrides: Overrides, claims: Iterable[ClaimRef]
) -> tuple[Policy, tuple[Reason, ...]]:
    """The policy of a case under its overrides, and which of them it rests on, by content hash."""
    terms, sources = overrides.terms()
    whole = effective(policy, terms)
    own: dict[str, Policy] = {}
    named = list(sources)
    for ref in claims:
        nearer, nearest = overrides.terms(ref)
        if nearest != sources:
            own[ref.claim] = effective(policy, nearer)
            named.extend(nearest)
    if not named:
        return policy, ()
    distinct = {(one.kind, one.target): one for one in named}
    bound = CasePolicy.model_construct(**dict(whole), own=own)
    return bound, tuple(_reason(one) for one in distinct.values())


def waived(policy: Policy) -> Policy:
    """The same policy without any fee."""
    terms = Terms(fee="none")
    bare = effective(policy, terms)
    if not isinstance(policy, CasePolicy):
        return bare
    own = {claim: effective(one, terms) for claim, one in policy.own.items()}
    return CasePolicy.model_construct(**{**dict(bare), "own": own})


def strangers(policy: Policy, terms: Terms) -> dict[str, str]:
    """Parts of terms that a policy does not know: field path to a fixed sentence."""
    known = {step.id for step in policy.steps}
    found = {
        f"hold_steps.{at}": "the policy has no such step"
        for at, step in enumerate(terms.hold_steps or ())
        if step not in known
    }
    for step in terms.extra_days or {}:
        if step not in known:
            found[f"extra_days.{step}"] = "the policy has no such step"
    if terms.minimum is not None and terms.minimum.currency != policy.minimum.currency:
        found["minimum"] = "the amount is not in the policy's currency"
    return found


def _steps(policy: Policy, terms: Terms) -> Iterator[Step]:
    extra: Mapping[str, int] = terms.extra_days or {}
    held = frozenset(terms.hold_steps or ())
    shift = 0
    for step in policy.steps:
        later = extra.get(step.id, 0)
        changes: dict[str, object] = {}
        # Days since the due date must carry what the steps before it were moved by.
        moved = later + (shift if step.since == "due" else 0)
        shift += later
        if moved:
            changes["after"] = min(_MOST_DAYS, step.after + moved)
        if terms.fee == "none":
            changes["fee"] = "none"
        if step.id in held and step.automation == "automatic":
            changes["automation"] = "propose"
        if step.action == "remind":
            changes |= _contact(terms)
        yield step.model_copy(update=changes)


def _contact(terms: Terms) -> dict[str, object]:
    changes: dict[str, object] = {}
    if terms.tone is not None:
        changes["tone"] = terms.tone
    if terms.channel is not None:
        changes["channels"] = (terms.channel,)
    return changes


def _reason(one: Override) -> Reason:
    text = "an override is kinder than the policy"
    facts = {"kind": one.kind, "target": one.target, "hash": content_hash(one)}
    return Reason(rule="policy.override", text=text, facts=facts)
