"""Commands about holds, disputes, requests to stop, circumstances and those who owe too."""

from __future__ import annotations

from datetime import timedelta

from shared.domain import command_forms as forms
from shared.domain.command_checks import Situation, refused
from shared.domain.debtor_rights import stop_section
from shared.domain.dispute import Dispute, left_alone
from shared.domain.events import CaseEvent, FeeCredited, Held, Released
from shared.domain.state_events import (
    ChannelRefused,
    ChannelRestored,
    CircumstanceEnded,
    CircumstanceNoted,
    DisputeAnswered,
    Disputed,
    DisputeSettled,
    LiableNamed,
    LiableReleased,
    StopRequested,
    StopWithdrawn,
)

# A hold for longer, or a circumstance from a day further ahead, is a slip of the pen.
_LONGEST_HOLD = timedelta(days=731)
_AHEAD = timedelta(days=30)


def hold(situation: Situation, command: forms.Hold) -> list[CaseEvent]:
    """A claim or the case rests."""
    if command.claim is not None:
        situation.claim(command.claim)
    if command.until is not None and command.until < situation.today:
        raise refused("bad_day")
    if command.until is not None and command.until > situation.today + _LONGEST_HOLD:
        raise refused("hold_too_long")
    if command.id in situation.case.holds:
        raise refused("key_reused")
    return [
        Held(
            at=situation.at,
            hold=command.id,
            claim=command.claim,
            reason=command.because,
            until=command.until,
        )
    ]


def release(situation: Situation, command: forms.Release) -> list[CaseEvent]:
    """A hold ends."""
    if command.hold not in situation.case.holds:
        raise refused("no_such_state")
    return [Released(at=situation.at, hold=command.hold)]


def dispute(situation: Situation, command: forms.OpenDispute) -> list[CaseEvent]:
    """A part of a claim is contested, or all of it."""
    state = situation.owed(command.claim)
    rest = state.open - left_alone(situation.states.disputes.values(), state)
    if not rest:
        raise refused("disputed_already")
    if command.amount is not None:
        situation.within(command.amount, rest)
    return [_disputed(situation, command.id, command.claim, command)]


def answer_dispute(situation: Situation, command: forms.AnswerDispute) -> list[CaseEvent]:
    """The debtor has our answer."""
    _pending(situation, command.dispute)
    return [DisputeAnswered(at=situation.at, dispute=command.dispute)]


def settle_dispute(situation: Situation, command: forms.SettleDispute) -> list[CaseEvent]:
    """Somebody was right; a dispute that was accepted takes the fees of its claim back."""
    contested, today = _pending(situation, command.dispute), situation.today
    rules, outcome = situation.policy.process, command.outcome
    credit_by = today + timedelta(days=rules.credit_days) if outcome == "accepted" else None
    resumes_on = today + timedelta(days=rules.grace_days) if outcome == "rejected" else None
    settled = DisputeSettled(
        at=situation.at,
        dispute=command.dispute,
        outcome=outcome,
        on=today,
        credit_by=credit_by,
        resumes_on=resumes_on,
    )
    back = fees_back(situation, contested.claim) if outcome == "accepted" else []
    return [settled, *back]


def fees_back(situation: Situation, claim: str, act: str | None = None) -> list[CaseEvent]:
    """Every fee of a claim, or that of one notice, taken back."""
    return [
        FeeCredited(at=situation.at, act=notice.act, claim=claim, amount=notice.fee, why="waived")
        for notice in situation.case.notices.values()
        if notice.fee and notice.fee_claim == claim and notice.given and not notice.fee_credited
        if act is None or act == notice.act
    ]


def stop_request(situation: Situation, command: forms.StopRequest) -> list[CaseEvent]:
    """A right to stop where the law gives it; elsewhere an objection to the whole claim."""
    names = command.claims or tuple(one.claim.id for one in situation.case.open_claims())
    names = tuple(dict.fromkeys(names))
    if not names:
        raise refused("nothing_open")
    claims = [situation.owed(name) for name in names]
    found = {one.claim.id: stop_section(situation.law, one.claim) for one in claims}
    stops = tuple(claim for claim, statute in found.items() if statute)
    made: list[CaseEvent] = []
    if stops:
        made.append(
            StopRequested(
                at=situation.at,
                stop=command.id,
                claims=stops,
                on=situation.today,
                section=found[stops[0]],
            )
        )
    others = [one for one in claims if one.claim.id not in stops]
    disputes = situation.states.disputes.values()
    for number, one in enumerate(others, start=1):
        if left_alone(disputes, one) != one.open:
            form = forms.OpenDispute(
                id=command.id, reason=command.reason, claim=one.claim.id, ground="stop_request"
            )
            made.append(_disputed(situation, f"{command.id[:60]}.{number}", one.claim.id, form))
    if not made:
        raise refused("disputed_already")
    return made


def withdraw_stop(situation: Situation, command: forms.WithdrawStop) -> list[CaseEvent]:
    """The request is taken back."""
    if command.stop not in situation.states.stops:
        raise refused("no_such_state")
    return [StopWithdrawn(at=situation.at, stop=command.stop)]


def circumstance(situation: Situation, command: forms.NoteCircumstance) -> list[CaseEvent]:
    """Something about the debtor changes what may be done."""
    if command.effective > situation.today + _AHEAD:
        raise refused("day_too_far")
    return [
        CircumstanceNoted(
            at=situation.at,
            circumstance=command.id,
            what=command.circumstance,
            effective=command.effective,
            authority_number=command.authority_number,
            contact=command.contact,
            file_by=command.file_by,
        )
    ]


def end_circumstance(situation: Situation, command: forms.EndCircumstance) -> list[CaseEvent]:
    """It is no longer so."""
    if command.circumstance not in situation.states.circumstances:
        raise refused("no_such_state")
    return [CircumstanceEnded(at=situation.at, circumstance=command.circumstance)]


def name_liable(situation: Situation, command: forms.NameLiable) -> list[CaseEvent]:
    """A party stands beside the debtor for a claim."""
    situation.claim(command.claim)
    if command.party == situation.case.debtor:
        raise refused("same_party")
    named = LiableNamed(
        at=situation.at, claim=command.claim, party=command.party, role=command.role
    )
    return [named]


def release_liable(situation: Situation, command: forms.ReleaseLiable) -> list[CaseEvent]:
    """A party stands there no longer."""
    named = {(one.claim, one.party) for one in situation.states.liable}
    if (command.claim, command.party) not in named:
        raise refused("no_such_state")
    return [LiableReleased(at=situation.at, claim=command.claim, party=command.party)]


def _disputed(situation: Situation, name: str, claim: str, form: forms.OpenDispute) -> Disputed:
    days = timedelta(days=situation.policy.process.answer_days)
    return Disputed(
        at=situation.at,
        dispute=name,
        claim=claim,
        amount=form.amount,
        ground=form.ground,
        source=form.source,
        on=situation.today,
        answer_by=situation.today + days,
    )


def _pending(situation: Situation, name: str) -> Dispute:
    found = situation.states.disputes.get(name)
    if found is None:
        raise refused("no_such_state")
    if not found.pending:
        raise refused("ended")
    return found


def refuse_channel(situation: Situation, command: forms.RefuseChannel) -> list[CaseEvent]:
    """Nothing goes by that channel any more."""
    if command.channel in situation.states.refused:
        raise refused("channel_refused")
    return [ChannelRefused(at=situation.at, channel=command.channel, cause="told")]


def restore_channel(situation: Situation, command: forms.RestoreChannel) -> list[CaseEvent]:
    """The debtor agrees to that channel again."""
    if command.channel not in situation.states.refused:
        raise refused("no_such_state")
    return [ChannelRestored(at=situation.at, channel=command.channel)]
