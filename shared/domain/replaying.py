"""Replay: a stored decision is made again from what stood before it, and compared byte by byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.domain.arming import held_back, unarmed
from shared.domain.carriers import Carriers
from shared.domain.case import Case
from shared.domain.channels import Reach, routed
from shared.domain.debtor import ALONE, Debtor
from shared.domain.decide import AnyDecision, Ask, HandOver, Remind, decide
from shared.domain.events import CaseEvent, Decided
from shared.domain.explain import Reason, canonical
from shared.domain.law import LawPack
from shared.domain.ledger_position import positions
from shared.domain.overrides import ClaimRef, Overrides, bind, waived
from shared.domain.policy import Policy

# What decided: the version of the product. Another engine may answer otherwise, and says so.
ENGINE = "0.2.0"
NOT_SIGNED = "none"
# Why an act that costs the debtor money waits for a person's name under the law that allows it.
UNSIGNED = "law_unsigned"

_NO_OVERRIDES = Overrides()
_SIGN_OFF = "law.sign_off"


@dataclass(frozen=True, slots=True)
class World:
    """What a decision rested on beside the case: all of it is named in the decision's inputs.

    ``policy`` is the stored version, ``overrides`` those that the decision names, ``agreements``
    the agreement of each claim that such an override binds, ``zone`` the creditor's (IANA).
    """

    policy: Policy
    law: LawPack
    zone: str
    overrides: Overrides = _NO_OVERRIDES
    agreements: tuple[tuple[str, str], ...] = ()
    debtor: Debtor = ALONE

    def binding(self, case: Case, *, signed: bool) -> tuple[Policy, tuple[Reason, ...]]:
        """The policy as it bound a case, and the overrides that it stood under."""
        agreements = dict(self.agreements)
        refs = [
            ClaimRef(claim=state.claim.id, agreement=agreements.get(state.claim.id))
            for state in case.open_claims()
        ]
        policy, kinder = bind(self.policy, self.overrides, refs)
        if not signed and policy.unsigned_law == "no_fee":
            policy = waived(policy)
        return policy, kinder


@dataclass(frozen=True, slots=True)
class Again:
    """A decision made again: the texts are canonical JSON of the decision and its reasons."""

    version: int
    stored: bytes
    replayed: bytes

    @property
    def same(self) -> bool:
        """Whether it came out to the same bytes."""
        return self.stored == self.replayed


def decisions(case_id: str, events: Sequence[CaseEvent]) -> Iterator[tuple[Case, Decided]]:
    """Each stored decision of a case with the case as it stood before."""
    case = Case(id=case_id)
    for event in events:
        if isinstance(event, Decided):
            yield case, event
        case = case.apply(event)


def again(before: Case, stored: Decided, world: World) -> Again:
    """Make a stored decision again from the case before it.

    What only the touch could see (no address, a letter that lacks something) is a fact of its
    own: the question that came of it is taken from the stored decision, the rest is not.
    """
    seen = stored.inputs
    policy, kinder = world.binding(before, signed=seen.get("law_sign_off") != NOT_SIGNED)
    if "held" in seen:
        held = tuple(seen["held"].split(","))
        policy, kinder = held_back(policy, held), (*kinder, unarmed(held))
    now = datetime.fromisoformat(seen["now"]).astimezone(ZoneInfo(world.zone))
    answer = _asked(before, policy, world, now, seen)
    answer = _at_the_touch(answer, stored, len(kinder), world.law)
    because = (*kinder, *answer.because)
    replayed = _text(answer, because, before.version)
    kept = {"decision": stored.decision, "because": _plain(stored.because)}
    version = int(seen["case_version"])
    return Again(version, canonical({**kept, "version": version}), replayed)


def unsigned(law: str) -> Reason:
    """Why an act that costs the debtor money waits; ``law`` is the pack's hash."""
    text = "acts that cost the debtor money wait until a person has signed off the law pack"
    return Reason(rule=_SIGN_OFF, text=text, facts={"law": law})


def costly(decision: Remind | HandOver, case: Case, law: LawPack, today: date) -> bool:
    """Whether an act costs the debtor money: it waits until a person has signed the pack off."""
    if isinstance(decision, HandOver) or decision.fee is not None:
        return True
    if not case.compensation:
        return False
    at = positions(case, law, today, (*decision.claims, *decision.also))
    return any(one.compensation for one in at.values())


def reached(text: str) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The segment and the agreements by which overrides bound a case, as its decision kept them."""
    if not text:
        return None, ()
    kept = json.loads(text)
    return kept["segment"], tuple(sorted(kept["agreements"].items()))


def carriers_of(seen: Mapping[str, str]) -> Carriers:
    """What a decision knew of the channels, by its inputs."""
    if "reach" in seen:
        return Reach.model_validate_json(seen["reach"]).carriers
    return Carriers(needs=json.loads(seen.get("kinds", "{}")))


def _asked(
    case: Case, policy: Policy, world: World, now: datetime, seen: Mapping[str, str]
) -> AnyDecision:
    """The answer, by the channel that could carry it where not the first one could."""
    if "reach" in seen:
        known = Reach.model_validate_json(seen["reach"])
        return routed(case, policy, world.law, now, known, world.debtor)
    return decide(case, policy, world.law, now, world.debtor, carriers=carriers_of(seen))


def _at_the_touch(answer: AnyDecision, stored: Decided, kinder: int, law: LawPack) -> AnyDecision:
    """The answer as the touch left it: as it was, unsigned, or stopped by what it found."""
    if not isinstance(answer, Remind | HandOver):
        return answer
    if stored.because and stored.because[-1].rule == _SIGN_OFF:
        return answer.model_copy(update={"because": (*answer.because, unsigned(law.hash))})
    found = stored.decision.get("why", "")
    if stored.decision.get("task") != f"{answer.act}-{found}":
        return answer
    claims = answer.claims or (answer.also if isinstance(answer, Remind) else ())
    told = stored.because[kinder:]
    if isinstance(answer, Remind):
        # What a letter lacks stands before the reasons of the contact itself.
        own = max(0, len(told) - len(answer.because))
        told = (*told[:own], *answer.because)
    return Ask(task=f"{answer.act}-{found}", why=found, claims=claims, because=told)


def _text(answer: AnyDecision, because: tuple[Reason, ...], version: int) -> bytes:
    plain = answer.model_dump(mode="json", exclude={"because"})
    return canonical({"decision": plain, "because": _plain(because), "version": version})


def _plain(because: Sequence[Reason]) -> list[object]:
    return [one.model_dump(mode="json") for one in because]
