"""The event of the first day: what others did about a claim before the hub, as it is imported."""

from __future__ import annotations

import operator
from datetime import date
from typing import Literal

from pydantic import Field

from shared.domain.claim_events import Event
from shared.domain.model import Id
from shared.domain.money import Money


class NoticeImported(Event):
    """A reminder, hold or hand-over that was not the hub's own; ``notice`` is its row's key.

    A reminder on the day ``on`` stands for the first ``steps`` steps of the policy (0: for none).
    With ``proof`` it is given: the law's waits run from it and its ``fee`` is owed. Without, the
    debtor may have it, and nothing else follows from it. ``content_hash`` is that of the row; the
    same key with another one is the row corrected.
    """

    kind: Literal["notice_imported"] = "notice_imported"
    notice: Id
    claim: Id
    what: Literal["reminder", "hold", "hand_over"]
    on: date
    content_hash: str
    steps: int = Field(default=0, ge=0, le=20, exclude_if=operator.not_)
    fee: Money | None = Field(default=None, exclude_if=operator.not_)
    deadline: date | None = Field(default=None, exclude_if=operator.not_)
    channel: str = Field(default="", exclude_if=operator.not_)
    proof: Id | None = Field(default=None, exclude_if=operator.not_)
    until: date | None = Field(default=None, exclude_if=operator.not_)
