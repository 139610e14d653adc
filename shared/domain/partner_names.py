"""Partner names: what each partner calls its plans and questions, kept apart from another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.at_partner import NOTHING
from shared.domain.explain import content_hash

if TYPE_CHECKING:
    from shared.domain.case import Case
    from shared.domain.partner_events import PartnerPlanAgreed, PartnerPlanEnded, PartnerReport


def source(event: PartnerReport) -> str:
    """The connection of the partner that reports; empty where the report names none.

    A report's name is its connection and the partner's own id of it, with a colon in between.
    """
    before, colon, _ = event.message.partition(":")
    return before if colon else ""


def plan_name(event: PartnerPlanAgreed | PartnerPlanEnded) -> str:
    """Our name of a plan: two partners may count their plans alike."""
    return named(source(event), event.plan)


def named(partner: str, name: str) -> str:
    """What a partner calls ``name``, under a name that no other partner's bears."""
    return f"{partner}:{name}" if partner else name


def question_task(case: Case, event: PartnerReport, why: str, name: str) -> str:
    """The task of what a partner asks under its own id ``name``.

    The same partner's same question is asked once while it is open. Another partner's, or one that
    was answered before, is a new question.
    """
    task = _task(case, why, name)
    asker = (case.at_partner or NOTHING).askers.get(task, "")
    anew = task in case.tasks and asker != source(event)
    return _task(case, why, event.message) if anew or task in case.answers else task


def plan_asked(case: Case, task: str) -> str | None:
    """The plan or settlement about which a task asks; None where it asks about no such thing."""
    known = case.at_partner or NOTHING
    name = named(known.askers.get(task, ""), known.questions.get(task, ""))
    return name if name in known.plans else None


def _task(case: Case, why: str, name: str) -> str:
    return f"{case.id}-{why}-{content_hash(name.encode())[:12]}"
