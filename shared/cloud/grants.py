"""Grants: the access tokens of connections, sealed in a row, and renewed by one at a time.

Beside a connection stands its row GRANT: token, refresh token and what names the grant at the
vendor, sealed (AES-256-GCM under the stack's own secret, bound to tenant, connection and
generation), with the expiry and the generation in plain. A renewal is one lease, one call, and one
write on the condition that the generation is still the one that was read; only then is the new
token used. So whoever dies in between leaves either the old grant, or the new one, whole:

- dead before the call: the lease runs out and the next one renews;
- dead after the call, before the write: the vendor's answer is lost. The mark ``spending`` says so,
  and the next one tries the old refresh token again (some vendors honour it), then asks the
  connector for a token without it (client credentials by the grant's subject), and only then says
  that a person must authorise the connection again;
- dead after the write: the next one reads the new token.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.cloud import clock, connection_keys, sealing, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain.grant import Granted, Kept
from shared.errors import Conflict, Reconnect, Retry

# A token is not used in its last minute: the call that carries it takes time.
_SPARE = timedelta(minutes=1)
# Longer than any call of a token endpoint may take (the door's deadline is 20 seconds).
LEASE = timedelta(seconds=90)
# After so many failed renewals in a row each further one waits, twice as long each time.
_FREE_TRIES = 3
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
# Seconds after which somebody else's renewal is surely through.
_SOON = 5
LOST = "the vendor's answer to a renewal was lost: authorise the connection again"

Fetch = Callable[[Kept], Granted]


class Keeper:
    """The token of one connection: a ``contract.TokenDoor``. ``fetch`` asks the vendor anew."""

    def __init__(self, tenant: Tenant, connection: str, fetch: Fetch) -> None:
        self._tenant, self._connection, self._fetch = tenant, connection, fetch
        self._known: Granted | None = None

    def __call__(self, stale: str = "") -> str:
        """A token that is good now and is not ``stale``.

        Raises ``Reconnect`` when there is no grant or the vendor refuses it, and ``Retry`` while
        somebody else renews it, the vendor cannot answer, or after too many failures.
        """
        if self._known is None or not _good(self._known, stale):
            self._known = self._current(stale)
        return self._known.access

    def _current(self, stale: str) -> Granted:
        row = table.get(connection_keys.grant(self._tenant, self._connection)) or {}
        found = _opened(self._tenant, self._connection, row)
        if found is not None and _good(found, stale):
            return found
        return self._renewed(row, found, stale)

    def _renewed(self, row: Row, found: Granted | None, stale: str) -> Granted:
        claimed = self._claimed(row)
        if claimed is None:
            return self._by_another(row, found, stale)
        kept = Kept() if found is None else Kept(found.refresh, found.subject)
        try:
            granted = self._asked(kept, lost="spending" in row)
        except Reconnect:
            self._released(claimed, spending=False)
            raise
        except Exception:
            # What the vendor did is not known: it may have spent the refresh token.
            self._released(claimed, spending=True)
            raise
        granted = _with_subject(granted, kept.subject)
        try:
            store(self._tenant, self._connection, granted, row.get("generation", 0))
        except Conflict:
            return self._by_another(row, found, stale)
        return granted

    def _asked(self, kept: Kept, *, lost: bool) -> Granted:
        """The vendor's answer; when an earlier one may be lost, a refusal is not the last word."""
        try:
            return self._fetch(kept)
        except Reconnect:
            if not lost or not kept.refresh:
                raise
        try:
            return self._fetch(Kept(subject=kept.subject))
        except Reconnect:
            raise Reconnect(LOST, lacks="consent") from None

    def _claimed(self, row: Row) -> str | None:
        """The lease under which this one alone renews; None while another does."""
        now = clock.wall()
        if row.get("retry_at", "") > clock.stamp(now):
            left = clock.read_stamp(row["retry_at"]) - now
            raise Retry("the token could not be renewed lately", after=int(left.total_seconds()))
        lease = f"{clock.stamp(now + LEASE)}/{secrets.token_hex(4)}"
        same = "generation = :seen" if "generation" in row else "attribute_not_exists(generation)"
        values = {"now": clock.stamp(now)}
        try:
            claimed = table.update(
                connection_keys.grant(self._tenant, self._connection),
                set_={"renewing": lease, "spending": row.get("generation", 0)},
                add={"tries": 1},
                condition=f"{same} AND (attribute_not_exists(renewing) OR renewing < :now)",
                values=values | ({"seen": row["generation"]} if "generation" in row else {}),
            )
        except Conflict:
            return None
        if claimed["tries"] > _FREE_TRIES:
            self._wait_longer(claimed["tries"], now)
        return lease

    def _wait_longer(self, tries: int, now: datetime) -> None:
        """Should this attempt fail as well, the next one comes later."""
        wait = min(_FIRST_WAIT * 2 ** (tries - _FREE_TRIES - 1), _LONGEST_WAIT)
        key = connection_keys.grant(self._tenant, self._connection)
        table.update(key, set_={"retry_at": clock.stamp(now + wait)})

    def _released(self, lease: str, *, spending: bool) -> None:
        """Let the next one try; ``spending``: the vendor may have taken the refresh token."""
        gone = ("renewing",) if spending else ("renewing", "spending")
        key = connection_keys.grant(self._tenant, self._connection)
        try:
            table.update(key, remove=gone, condition="renewing = :mine", values={"mine": lease})
        except Conflict:
            return  # the lease ran out, or the grant was renewed meanwhile

    def _by_another(self, row: Row, found: Granted | None, stale: str) -> Granted:
        """Somebody else renews or has renewed: its token, or the old one for its last minute."""
        now_row = table.get(connection_keys.grant(self._tenant, self._connection)) or {}
        newer = _opened(self._tenant, self._connection, now_row)
        moved = now_row.get("generation", 0) != row.get("generation", 0)
        if newer is not None and moved and _good(newer, stale):
            return newer
        if found is not None and found.access != stale and clock.wall() < found.until:
            return found
        raise Retry("the token is being renewed", after=_SOON)


def store(tenant: Tenant, connection: str, granted: Granted, seen: int) -> None:
    """Keep a grant in place of generation ``seen`` (0: none). Raises ``Conflict``.

    The lease is no condition: a slow renewal that still finds its generation has the only refresh
    token that is alive.
    """
    generation = seen + 1
    table.update(
        connection_keys.grant(tenant, connection),
        set_={
            "generation": generation,
            "sealed": _sealed(tenant, connection, generation, granted),
            "until": clock.stamp(granted.until),
        },
        remove=("renewing", "spending", "tries", "retry_at"),
        condition="generation = :seen" if seen else "attribute_not_exists(generation)",
        values={"seen": seen} if seen else {},
    )


def replace(tenant: Tenant, connection: str, granted: Granted) -> None:
    """Keep the grant of a new consent whatever was there. Raises ``Conflict`` if it moved."""
    row = table.get(connection_keys.grant(tenant, connection)) or {}
    store(tenant, connection, granted, row.get("generation", 0))


def retry_now(tenant: Tenant, connection: str) -> None:
    """New secrets were entered: whatever failed under the old ones may be tried at once."""
    key = connection_keys.grant(tenant, connection)
    try:
        table.update(key, remove=("tries", "retry_at"), condition="attribute_exists(pk)")
    except Conflict:
        return  # nothing was ever fetched


def _good(granted: Granted, stale: str) -> bool:
    return granted.access != stale and clock.wall() < granted.until - _SPARE


def _with_subject(granted: Granted, known: str) -> Granted:
    """A renewal that does not name the grant again is of the same one."""
    subject = granted.subject or known
    return Granted(granted.access, granted.until, granted.refresh, subject)


def _sealed(tenant: Tenant, connection: str, generation: int, granted: Granted) -> str:
    plain = json.dumps([granted.access, granted.refresh, granted.subject])
    return sealing.seal(plain, _place(tenant, connection, generation))


def _opened(tenant: Tenant, connection: str, row: Row) -> Granted | None:
    """The grant of a row, None before there is one. Raises ``Reconnect`` when it is not ours."""
    if "sealed" not in row:
        return None
    plain = sealing.unseal(row["sealed"], _place(tenant, connection, row["generation"]))
    if plain is None:
        raise Reconnect("the stored grant cannot be opened: authorise the connection again")
    access, refresh, subject = json.loads(plain)
    return Granted(access, clock.read_stamp(row["until"]), refresh, subject)


def _place(tenant: Tenant, connection: str, generation: int) -> str:
    return f"{tenant.id}/{connection}/{generation}"
