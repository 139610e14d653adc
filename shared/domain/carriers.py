"""Carriers: what is known of the channels themselves, before anybody is reached by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from shared.domain.model import AddressKind

# The kinds of channels, by what a policy calls them, with what each needs of a debtor.
Kind = Literal["email", "sms", "letter"]
_NEEDS: Final[Mapping[Kind, AddressKind]] = {"email": "email", "sms": "phone", "letter": "postal"}


@dataclass(frozen=True, slots=True)
class Carriers:
    """The channels (connection ids), as far as their connections were looked at.

    ``days`` are the calendar days after dispatch on which a notice has certainly arrived, ``needs``
    is what each needs of a debtor.
    """

    days: Mapping[str, int] = field(default_factory=dict)
    needs: Mapping[str, AddressKind] = field(default_factory=dict)

    def on_paper(self, channel: str) -> bool:
        """Whether a channel is known to carry letters on paper."""
        return self.needs.get(channel) == "postal"

    def may_be(self, channel: str, kind: Kind | None) -> bool:
        """Whether a channel is of a kind, or nobody knows of which (None: any will do)."""
        return kind is None or self.needs.get(channel, "") in {"", _NEEDS[kind]}


UNKNOWN: Final = Carriers()
