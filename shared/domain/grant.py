"""A grant: what a vendor gave the hub so that it may act for a creditor, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What the hub kept of a grant: empty texts before there is one.

    ``refresh`` is a refresh token; ``subject`` whatever names the grant at the vendor for later
    fetches (Fortnox's TenantId).
    """

    refresh: str = field(default="", repr=False)
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """A token that was given: good until the instant ``until`` (UTC).

    ``refresh`` is the refresh token to keep from now on, empty where the vendor gives none;
    ``subject`` as in ``Kept``.
    """

    access: str = field(repr=False)
    until: datetime
    refresh: str = field(default="", repr=False)
    subject: str = ""
