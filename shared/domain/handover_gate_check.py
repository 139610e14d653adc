"""A condition of a hand-over: met or not, whose it is, on what it stands, and what helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.domain.casefile_v1 import CaseFile
from shared.domain.explain import Reason, Record
from shared.domain.handover_gate_rules import GatedService
from shared.domain.handover_gate_terms import Offer, PartnerTerms

# Whose condition it is. The hub's and the law's are ``decide``'s; the partner's are the gate's own.
By = Literal["law", "hub", "partner"]
# How an unmet condition comes to be met: by time, or by a person.
Remedy = Literal["wait", "person"]


class Check(Record):
    """One condition: met or not, why, on which law, and what helps (``until``: a day, if known).

    ``claim`` is None for a condition of the whole hand-over; ``facts`` are ids, days and amounts.
    """

    name: str
    by: By
    ok: bool
    why: str
    section: str = ""
    claim: str | None = None
    to_do: str = ""
    remedy: Remedy = "person"
    until: date | None = None
    facts: dict[str, str] = {}

    def reason(self) -> Reason:
        """The condition as a reason of a question to a person."""
        facts = dict(self.facts)
        if self.claim is not None:
            facts["claim"] = self.claim
        return Reason(rule=f"gate.{self.name}", section=self.section, text=self.why, facts=facts)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the case: the file as it would leave, what it lacks, and the terms.

    ``file`` is None where its parts disagree. ``terms`` are None where nobody stored any: then
    nothing is limited beforehand, and the partner itself answers.
    """

    service: GatedService
    file: CaseFile | None = None
    lacking: Sequence[str] = ()
    terms: PartnerTerms | None = None
    offer: Offer | None = None


def check(  # noqa: PLR0913 - a condition is made of all of these
    name: str,
    by: By,
    ok: bool,  # noqa: FBT001
    met: str,
    unmet: str,
    to_do: str,
    *,
    claim: str | None = None,
    section: str = "",
    remedy: Remedy = "person",
    until: date | None = None,
    **facts: object,
) -> Check:
    """A met condition says why; an unmet one also what to do."""
    return Check(
        name=name,
        by=by,
        ok=ok,
        why=met if ok else unmet,
        section=section,
        claim=claim,
        to_do="" if ok else to_do,
        remedy=remedy,
        until=None if ok else until,
        facts={key: str(value) for key, value in facts.items() if str(value)},
    )
