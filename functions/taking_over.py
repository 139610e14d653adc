"""Taking over: what others did about a claim before the hub, as events of the case it joins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.cloud import law_rows, tasks
from shared.cloud.keys import Tenant
from shared.cloud.table import Write
from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.events import CaseEvent, PersonAsked
from shared.domain.explain import Reason
from shared.domain.first_day import QUESTIONS, notice_events
from shared.domain.law import LawPack
from shared.domain.ledger_truth import Truth
from shared.domain.policy import Policy

_TEXTS = {
    "notice_not_proven": "nothing proves that the reminder of before was given: it counts for none",
    "with_other_agency": "another agency had the claim before the hub: its work must have ended",
    "imported_fee_not_lawful": "the law did not allow the fee of a reminder of before: not asked",
}


def joined(case: Case, truth: Truth, policy: Policy, at: datetime) -> list[CaseEvent]:
    """How a claim joins a case, with what others did about it before."""
    made = ledger.joining(case, truth, at)
    if not truth.notices:
        return made
    pack = law_rows.current(policy.law).pack
    return [*made, *past(Case.replay(case.id, made, case), truth, policy, pack, at)]


def past(case: Case, truth: Truth, policy: Policy, pack: LawPack, at: datetime) -> list[CaseEvent]:
    """The events of what others did that a case does not know yet."""
    return notice_events(case, truth.invoice.id, truth.notices, policy, pack, at)


def questions(tenant: Tenant, case: str, events: Sequence[CaseEvent]) -> list[Write]:
    """The task rows of the questions among such events, for the transaction that appends them."""
    return [
        tasks.task_write(
            tenant, one.task, case, one.why, one.claims,
            [Reason(rule="hub.first_day", text=_TEXTS[one.why])],
        )
        for one in events
        if isinstance(one, PersonAsked) and one.why in QUESTIONS
    ]  # fmt: skip
