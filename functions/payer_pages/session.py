"""Sessions of payers: that the second fact of one link was given, for half an hour, in one cookie.

The cookie is sealed; it names the link by its hash and holds what every form of the session bears.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from functions.pages.answers import cookie
from shared.cloud import clock, sealing

# Long enough to read, choose and fetch a reference from the bank; short enough for a shared phone.
GOOD_FOR: Final = timedelta(minutes=30)
_NAME, _PLACE = "__Host-dunlin-payer", "payer session"


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the link ``digest`` (the hash of its token)."""

    digest: str
    csrf: str = field(repr=False)

    def bears(self, said: str) -> bool:
        """Whether a form comes from a page of this session."""
        return hmac.compare_digest(said.encode(), self.csrf.encode())


# Before the second fact was given: no form bears anything.
NONE: Final = Session("", "")


def begun(digest: str, now: datetime) -> str:
    """The cookie of a new session; ``now`` is wall time (UTC)."""
    until = clock.stamp(now + GOOD_FOR)
    plain = json.dumps({"link": digest, "csrf": secrets.token_urlsafe(24), "until": until})
    seconds = int(GOOD_FOR.total_seconds())
    return cookie(_NAME, sealing.seal(plain, _PLACE), seconds=seconds, strict=True)


def of(cookies: Mapping[str, str], now: datetime) -> Session:
    """The session of a visit that is not over; ``NONE`` for anything else."""
    plain = sealing.unseal(cookies.get(_NAME, ""), _PLACE)
    if plain is None:
        return NONE
    told = json.loads(plain)
    if told["until"] <= clock.stamp(now):
        return NONE
    return Session(told["link"], told["csrf"])


def ended() -> str:
    """The cookie that takes a session away."""
    return cookie(_NAME, "", seconds=0, strict=True)
