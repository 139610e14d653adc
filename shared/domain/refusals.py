"""Refusals: a debtor who does not want to be reached by a channel is not, in any of his cases."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.domain.answers import CHANNEL_REFUSED
from shared.domain.case import Case
from shared.domain.events import CaseEvent, PersonAsked
from shared.domain.fold_states import states_of
from shared.domain.state_events import ChannelRefused


def refused(
    case: Case, act: str, cause: Literal["stop", "complaint"], at: datetime
) -> list[CaseEvent]:
    """What a word against the notice ``act`` adds to its case; nothing when it is known already.

    ``stop`` was sent back to a text message. A ``complaint`` (the mail was reported) is told to
    people too, for whoever complains may have more to say; that question holds no claim.
    """
    notice = case.notices[act]
    if notice.channel in states_of(case).refused:
        return []
    made: list[CaseEvent] = [ChannelRefused(at=at, channel=notice.channel, cause=cause)]
    if cause == "complaint":
        task, claims = f"{act}-{CHANNEL_REFUSED}", notice.claims
        made.append(PersonAsked(at=at, task=task, why=CHANNEL_REFUSED, claims=claims))
    return made
