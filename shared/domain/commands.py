"""Commands: what a person tells a case, carried out once, as events with who and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.domain import command_forms as forms
from shared.domain import commands_money, commands_states
from shared.domain.case import Case
from shared.domain.command_checks import Situation, refused
from shared.domain.debtor import ALONE, Debtor
from shared.domain.events import CaseEvent
from shared.domain.explain import content_hash
from shared.domain.fold_states import states_of
from shared.domain.law import LawPack
from shared.domain.policy import Policy
from shared.domain.settled import settled
from shared.domain.state_events import Commanded

# Events of one command, which are written in one transaction of at most 100 writes.
MOST_EVENTS = 90

# Commands that end what outlives its case.
_OF_THE_DEBTOR = frozenset({"end_circumstance", "restore_channel"})

_EFFECTS: Mapping[type, Callable[[Situation, Any], list[CaseEvent]]] = {
    forms.Hold: commands_states.hold,
    forms.Release: commands_states.release,
    forms.OpenDispute: commands_states.dispute,
    forms.AnswerDispute: commands_states.answer_dispute,
    forms.SettleDispute: commands_states.settle_dispute,
    forms.StopRequest: commands_states.stop_request,
    forms.WithdrawStop: commands_states.withdraw_stop,
    forms.NoteCircumstance: commands_states.circumstance,
    forms.EndCircumstance: commands_states.end_circumstance,
    forms.NameLiable: commands_states.name_liable,
    forms.ReleaseLiable: commands_states.release_liable,
    forms.RefuseChannel: commands_states.refuse_channel,
    forms.RestoreChannel: commands_states.restore_channel,
    forms.Promise: commands_money.promise,
    forms.Settlement: commands_money.settlement,
    forms.CancelPromise: commands_money.cancel_promise,
    forms.Extension: commands_money.extension,
    forms.ProposePlan: commands_money.propose_plan,
    forms.AgreePlan: commands_money.agree_plan,
    forms.CancelPlan: commands_money.cancel_plan,
    forms.WriteOff: commands_money.write_off,
    forms.WaiveFee: commands_money.waive_fee,
    forms.WaiveInterest: commands_money.waive_interest,
    forms.WaiveCompensation: commands_money.waive_compensation,
}


def apply(
    case: Case,
    command: forms.Command,
    *,
    by: str,
    policy: Policy,
    law: LawPack,
    now: datetime,
    debtor: Debtor = ALONE,
) -> list[CaseEvent]:
    """The events that a command makes; none when it was carried out before.

    ``by`` is the principal's id and ``now`` an aware instant in the creditor's own zone; ``debtor``
    is what counts for the debtor beside the case. What time
    and money ended is left to the machine, which records it only when every source is fresh.
    Raises ``Refused`` with a code and a sentence when the case does not allow the command, and
    ``ValueError`` for a naive instant.
    """
    if now.tzinfo is None:
        raise ValueError("an instant has a zone")
    digest = content_hash(command)
    known = states_of(case).commands.get(command.id)
    if known is not None:
        if known != digest:
            raise refused("key_reused")
        return []
    # What binds the debtor's other cases outlives the case that was told of it.
    if case.closed and command.type not in _OF_THE_DEBTOR:
        raise refused("case_closed")
    situation = Situation(case, policy, law, now, debtor)
    made = _EFFECTS[type(command)](situation, command)
    made += settled(situation, command, by)
    if len(made) > MOST_EVENTS:
        raise refused("too_many_claims")
    taken = Commanded(
        at=situation.at,
        command=command.id,
        type=command.type,
        by=by,
        why=command.reason,
        count=len(made),
        digest=digest,
    )
    return [taken, *made]
