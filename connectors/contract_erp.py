"""What an ERP connector may promise beyond ``contract.Erp``: grants, sweeps, backfills, documents.

A connector never keeps a token: it describes how one is got (``Grant``), and the hub keeps it,
renews it once for all who need it, and hands it over as ``Connection.token``. That door fits
OAuth 2.0 (``connectors/oauth.py``) and session tokens alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from connectors.contract import Finding, Page
from shared.domain.grant import Granted, Kept
from shared.domain.model import Id, OpenItem

__all__ = [
    "MAX_DOCUMENT", "Asked", "Backfills", "Consent", "Documents", "Grant", "Granted", "Kept",
    "Sweeps",
]  # fmt: skip

# The largest document that is taken from an ERP, in bytes; give it to the door as ``max_bytes``.
MAX_DOCUMENT = 10_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One question for a person's consent: what goes there with him and must come back.

    ``redirect`` is the exact address to which the vendor sends the person back; ``verifier`` is the
    secret of PKCE (RFC 7636), of which the vendor first sees the hash alone.
    """

    state: str = field(repr=False)
    redirect: str
    verifier: str = field(repr=False)


class Grant(Protocol):
    """How a token is got.

    A module whose ``SPEC.grant`` is not ``none`` has ``grant(connection) -> Grant`` beside
    ``connect``; ``connection.token`` is not to be used in it.
    """

    def fetch(self, kept: Kept, *, now: datetime) -> Granted:
        """A new token by what was kept: a refresh, client credentials, or a new session.

        ``now`` is wall time. Called by one at a time. Raises ``Reconnect`` when the vendor refuses
        the grant for good, ``Retry`` or ``Unreadable``.
        """


class Consent(Grant, Protocol):
    """A grant that a person gives at the vendor (``SPEC.grant`` is ``consented``)."""

    def url(self, asked: Asked) -> str:
        """Where the person goes to say yes."""

    def redeem(self, code: str, asked: Asked, *, now: datetime) -> Granted:
        """The tokens for the code that came back; raises as ``fetch``."""

    def company(self, access: str, *, now: datetime) -> Finding:
        """Whether the grant is for the company of the settings; what is not is never kept."""


class Sweeps(Protocol):
    """Capability ``sweep``: once a day every gap is closed, whatever was lost before."""

    def open_list(self, *, now: datetime) -> Iterator[Sequence[OpenItem]]:
        """Every invoice that is open in the books, with its balance, page by page.

        A list that is suddenly empty or cut short raises ``Unreadable``.
        """

    def read(self, invoices: Sequence[Id], *, now: datetime) -> Page:
        """Facts of at most 50 invoices as ``pull`` would give them, with debtors and payments.

        An invoice that the source no longer knows is a ``Missing`` fact. The cursor is empty.
        """


class Backfills(Protocol):
    """Capability ``backfill``: the years before the connection, beside the incremental pull."""

    def backfill(self, since: date, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """All that was issued since the day ``since``, page by page, oldest first.

        ``cursor`` is that of the last durable page (None at the start). The last page has
        ``complete_through``; the cursors of ``pull`` are others.
        """


class Documents(Protocol):
    """Capability ``documents``: the invoice as the debtor got it."""

    def document(self, invoice: Id) -> bytes | None:
        """A PDF of at most ``MAX_DOCUMENT`` bytes, None when the source has none."""
