"""What a policy says of hand-overs: the service, the mandate, and new claims meanwhile."""

from __future__ import annotations

import operator
from typing import Literal

from pydantic import Field

from shared.domain.casefile_rights import Mandate
from shared.domain.explain import Record

# What a hand-over asks a partner for. ``legal`` follows at the partner, under the mandate.
GatedService = Literal["collection", "reminder_and_collection", "surveillance"]


class HandOverRules(Record):
    """How claims are handed over.

    ``service``: ``collection`` follows our reminders; ``reminder_and_collection`` stands for them,
    the partner sends its own; ``surveillance`` follows a collection that brought nothing.
    ``mandate`` is what the partner may do without asking again (None: it only asks for the money).
    ``new_claims`` says what becomes of a claim of the same case of which nothing was told yet while
    others are with the partner: it rests beside them, or has its own reminders from us.
    """

    service: GatedService = "collection"
    mandate: Mandate | None = Field(default=None, exclude_if=operator.not_)
    new_claims: Literal["hold", "go_on"] = "hold"

    @property
    def partner_reminds(self) -> bool:
        """Whether the debtor's reminders are the partner's to send."""
        return self.service == "reminder_and_collection"


DEFAULT = HandOverRules()


def unchanged(rules: HandOverRules) -> bool:
    """Whether rules say nothing of their own: such policies keep their hash."""
    return rules == DEFAULT
