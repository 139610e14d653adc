"""Channels: by which of its step's channels a contact goes, and why not by those before it.

A step names its channels in order. The first that can carry the notice does; a channel that is
merely switched off is waited for, and is no reason to take the next one.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from shared.domain.carriers import Carriers
from shared.domain.case import Case
from shared.domain.case_parts import Notice
from shared.domain.charges import carrier
from shared.domain.debtor import ALONE, Debtor, bound
from shared.domain.decide import decide
from shared.domain.decisions import AnyDecision, Ask, Remind, Rest
from shared.domain.explain import Reason, Record
from shared.domain.law import LawPack
from shared.domain.letter_input import CHARGES, DUE_SOON, INSTALMENT
from shared.domain.model import AddressKind
from shared.domain.policy import Policy
from shared.domain.question import reason

Unfit = Literal["no_address", "returned", "opted_out", "too_short", "failed"]

# The codes of a refusal that concerns this address or this message, by how they begin. Any other
# (``account_``, a counterpart that is busy) would meet the next debtor as well.
_CONCERNS_IT: Final = ("address_", "message_")
# The code by which a carrier says that the debtor sent STOP: nothing leaves by it.
OPTED_OUT: Final = "address_opted_out"

_TEXTS: Final[Mapping[Unfit, str]] = {
    "no_address": "the debtor has no address of the kind that the channel needs",
    "returned": "a notice by that channel came back",
    "opted_out": "the debtor does not want to be reached by that channel",
    "too_short": "a text message carries neither a fee nor the notice before a hand-over",
    "failed": "the channel refused this notice",
}
# Why a contact by another channel than its first may have to wait.
_WAITS: Final = frozenset({"contact_window", "gathering"})
# What a person is asked about, the first that applies.
_ASKED: Final[tuple[Unfit, ...]] = ("returned", "no_address", "opted_out", "too_short", "failed")


class Reach(Record):
    """How a debtor can be reached: what each channel (connection id) needs, and what is known.

    ``days`` are the calendar days after dispatch on which a channel's notice has certainly
    arrived; a channel that is not there has the usual ones of its name. ``kinds`` is what the
    channels need on whose kinds hours or caps hang.
    """

    needs: dict[str, AddressKind]
    known: tuple[AddressKind, ...]
    days: dict[str, int] = Field(default={}, exclude_if=operator.not_)
    kinds: dict[str, AddressKind] = Field(default={}, exclude_if=operator.not_)

    @property
    def carriers(self) -> Carriers:
        """What is known of the channels, for the question itself."""
        return Carriers(self.days, self.kinds)

    def alike(self, channel: str) -> frozenset[str]:
        """The channels that go to the same address as this one, itself among them."""
        kind = self.needs.get(channel, "")
        return frozenset(
            {channel, *(one for one, need in self.needs.items() if kind and need == kind)}
        )


class Way(Record):
    """The channel of a contact, or why there is none; ``passed`` are the reasons of the others."""

    channel: str | None
    why: str = ""
    passed: tuple[Reason, ...] = ()


def routed(
    case: Case,
    policy: Policy,
    law: LawPack,
    now: datetime,
    reach: Reach,
    debtor: Debtor = ALONE,
) -> AnyDecision:
    """The decision at ``now`` (see ``decide``) with its channel: the first of ``channels``.

    A question to a person where no channel of the step can carry the notice; a rest where the one
    that can has to wait for its hours or its cap.
    """
    decision = decide(case, policy, law, now, debtor, carriers=reach.carriers)
    if not isinstance(decision, Remind):
        return decision
    way = channel_for(decision, bound(case, debtor), reach)
    if way.channel is None:
        return _question(decision, way)
    if way.channel == decision.channels[0]:
        return decision
    again = decide(case, policy, law, now, debtor, way.channel, reach.carriers)
    if isinstance(again, Rest) and again.why in _WAITS:
        return again.model_copy(update={"because": (*way.passed, *again.because)})
    if not isinstance(again, Remind) or again.act != decision.act:
        # By that channel the notice would come too late for what it must say.
        return _question(decision, Way(channel=None, why="no_address", passed=way.passed))
    return again.model_copy(update={"because": (*way.passed, *again.because)})


def channel_for(decision: Remind, case: Case, reach: Reach) -> Way:
    """The first channel of a contact that can carry it.

    Where every one refused the notice itself, the first is tried again, until the step's tries
    are used up.
    """
    found: dict[str, Unfit] = {}
    for channel in decision.channels:
        why = _unfit(channel, decision, case, reach)
        if why is None:
            return Way(channel=channel, passed=_reasons(found))
        found[channel] = why
    whys = set(found.values())
    if whys == {"failed"}:
        return Way(channel=decision.channels[0])
    asked = next(one for one in _ASKED if one in whys)
    return Way(channel=None, why=asked, passed=_reasons(found) if len(found) > 1 else ())


def unfit_steps(policy: Policy, needs: Mapping[str, AddressKind]) -> list[int]:
    """The steps of a policy whose every channel carries text messages, which may not say it.

    ``needs`` is what each channel needs; by their places in the policy. Of a policy that hands
    over, the last reminder before that is none for a text message either.
    """
    reminders = [at for at, step in enumerate(policy.steps) if step.action == "remind"]
    last = reminders[-1:] if policy.steps[-1].action == "hand_over" else []
    found = []
    for at in reminders:
        step = policy.steps[at]
        soft = step.tone == "friendly" or (step.since == "due" and step.after <= 0)
        light = soft and step.fee == "none" and at not in last
        if not light and all(is_short(needs.get(one, "")) for one in step.channels):
            found.append(at)
    return found


def charges_unfit(policy: Policy, needs: Mapping[str, AddressKind]) -> bool:
    """Whether a policy's letter for interest and fees alone has text messages only to go by."""
    step = carrier(policy) if policy.extras.residual == "continue" else None
    return step is not None and all(is_short(needs.get(one, "")) for one in step.channels)


def is_short(kind: AddressKind) -> bool:
    """Whether a channel carries a text message and no letter."""
    return kind == "phone"


def _unfit(channel: str, decision: Remind, case: Case, reach: Reach) -> Unfit | None:
    kind, alike = reach.needs.get(channel, ""), reach.alike(channel)
    if kind and kind not in reach.known:
        return "no_address"
    notices = [one for one in case.notices.values() if one.action == "remind"]
    if any(one.state == "returned" and not one.cleared and one.channel in alike for one in notices):
        return "returned"
    if case.states is not None and not alike.isdisjoint(case.states.refused):
        return "opted_out"
    if is_short(kind) and not _light(decision):
        return "too_short"
    if any(one.channel == channel and _refused(one, decision) for one in notices):
        return "failed"
    return None


def _light(decision: Remind) -> bool:
    """Whether a contact costs nothing, presses with nothing, and nothing of the law hangs on it.

    No country's law names a text message as a form of its notices: the hub's cautious default.
    """
    if decision.letter in {CHARGES, INSTALMENT}:
        # They name sums, and a day on which a plan ends: a text message never does.
        return False
    soft = decision.letter == DUE_SOON or decision.tone == "friendly"
    return soft and decision.fee is None and decision.next_action != "hand_over"


def _refused(notice: Notice, decision: Remind) -> bool:
    """Whether the channel refused this very step of one of the claims for what it is."""
    claims = decision.claims or decision.also
    same = notice.step == decision.step and not set(claims).isdisjoint(notice.claims)
    return same and notice.state == "failed" and (notice.code or "").startswith(_CONCERNS_IT)


def _reasons(found: Mapping[str, Unfit]) -> tuple[Reason, ...]:
    return tuple(
        reason("hub.channel", _TEXTS[why], channel=channel, why=why)
        for channel, why in found.items()
    )


def _question(decision: Remind, way: Way) -> Ask:
    because = (*way.passed, *decision.because)
    claims = decision.claims or decision.also
    return Ask(task=f"{decision.act}-{way.why}", why=way.why, claims=claims, because=because)
