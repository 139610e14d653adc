"""Payer links as rows: made with a message, opened by a token that is stored nowhere, counted.

A token is a keyed hash of what it is for, so that a letter that is rendered again holds the same
link. Its row has the hash of the token, which opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.cloud import clock, payer_keys, sealing, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.payer_link import (
    ACTS,
    GOOD_FOR,
    LOCKS_FOR_A_PERSON,
    TRIES,
    WINDOW,
    PayerLink,
)
from shared.errors import Conflict

# What a link is for: a token of one purpose opens no page of another.
SETTLE: Final = "settle"
# What stands in place of a link's token where nobody may follow it.
MASKED: Final = "/p/..."
_TOKENS, _PLACES = "payer links", "payer addresses"
# 128 bits: nobody guesses them, and a person can still type them from paper.
_BYTES = 16
_TOKEN = re.compile(r"[a-z2-7]{26}")
# Tries at one moment meet each other at most so often.
_ROUNDS = 8
# No row has this key: what is asked of a link of nobody is asked of it.
_NOBODYS: Final = payer_keys.link(Tenant("nobody"), "nobody", "0" * 64)


@dataclass(frozen=True, slots=True)
class Found:
    """A link that a token opened, with its row and the hash of the token, which is its name."""

    tenant: Tenant
    link: PayerLink
    row: Row
    digest: str

    @property
    def by(self) -> str:
        """Who acts through it, as trail and timeline name the payer."""
        return f"payer-{self.digest[:12]}"


def url(tenant: Tenant, debtor: str, case: str, act: str) -> str | None:
    """The link of a message, or None where the stack has no address for the payer's page."""
    origin = os.environ.get("PAYER_URL", "")
    return f"{origin}/p/{token(tenant, debtor, case, act)}" if origin else None


def masked(link: str | None) -> str | None:
    """A link as it stands in all that is stored or shown to people: it opens nothing.

    Whoever has the real one speaks for the payer, so it stands in the message alone.
    """
    return f"{link.rpartition('/p/')[0]}{MASKED}" if link else None


def token(tenant: Tenant, debtor: str, case: str, act: str) -> str:
    """The token of a message: 26 letters and digits, the same each time."""
    of = f"{tenant.id}|{debtor}|{case}|{SETTLE}|{act}"
    raw = hmac.new(sealing.derived(_TOKENS), of.encode(), hashlib.sha256).digest()[:_BYTES]
    return base64.b32encode(raw).decode().rstrip("=").lower()


def digest_of(said: str) -> str:
    """The hash by which the link of a token is found, however it was typed."""
    plain = said.strip().lower()
    if not _TOKEN.fullmatch(plain):
        plain = "-"
    return hashlib.sha256(plain.encode()).hexdigest()


def address(tenant: Tenant, text: str) -> str:
    """The keyed hash of an address, by which a link knows whether its debtor still has it."""
    plain = " ".join(text.casefold().split())
    of = f"{tenant.id}|{plain}"
    return hmac.new(sealing.derived(_PLACES), of.encode(), hashlib.sha256).hexdigest()


def made(
    tenant: Tenant, debtor: str, case: str, act: str, to: str, now: datetime
) -> tuple[Write, ...]:
    """The rows of a message's link, for the transaction of its INTENT; none without a page.

    ``to`` is the address that it goes to, ``now`` wall time (UTC).
    """
    if not os.environ.get("PAYER_URL"):
        return ()
    digest = digest_of(token(tenant, debtor, case, act))
    fields = {
        "case": case, "act": act, "to": address(tenant, to), "purpose": SETTLE,
        "made_at": clock.stamp(now), "expires_at": clock.stamp(now + GOOD_FOR),
    }  # fmt: skip
    # The same act may be intended once more after a fault: tries and a person's word stay.
    link = table.update_write(payer_keys.link(tenant, debtor, digest), set_=fields)
    pointer = {**payer_keys.pointer(digest), "tenant": tenant.id, "debtor": debtor}
    return link, table.put_write(pointer, condition=None)


def find(said: str) -> Found | None:
    """The link that a token opens, whatever has become of it; as many reads for one of nobody."""
    digest = digest_of(said)
    pointer = table.get(payer_keys.pointer(digest))
    of = pointer or {"tenant": "nobody", "debtor": "nobody"}
    tenant = Tenant(of["tenant"])
    row = table.get(payer_keys.link(tenant, of["debtor"], digest))
    if pointer is None or row is None or row["purpose"] != SETTLE:
        return None
    return Found(tenant, _read(row, of["debtor"]), row, digest)


def attempt(found: Found | None, now: datetime) -> bool:
    """Take one of the tries of a link before an answer is looked at; False when there is none left.

    Whoever tries often at once gets no more tries than one after the other. A link of nobody costs
    as much. ``now`` is wall time (UTC).
    """
    row = found.row if found is not None else None
    for _ in range(_ROUNDS):
        if row is None or _spent(row, now):
            break
        if _took(row, row, now):
            return True
        row = table.get({"pk": row["pk"], "sk": row["sk"]})
    return _took(_NOBODYS, {}, now)


def opened(found: Found) -> None:
    """The right answer was given: the tries before it were slips."""
    key = {"pk": found.row["pk"], "sk": found.row["sk"]}
    table.update(key, remove=("tries", "tries_since"), condition="attribute_exists(pk)")


def locked(found: Found | None, now: datetime) -> int | None:
    """Lock a link whose tries are used up, for a day; how many locks it has had by now.

    From the lock on that a person looks at it stays locked: nobody guesses for three months. None
    where tries are left, it is locked already, or it is nobody's.
    """
    of = _NOBODYS if found is None else found.row
    key = {"pk": of["pk"], "sk": of["sk"]}
    row = table.get(key)
    if row is None or row.get("tries", 0) < TRIES or "locked_until" in row:
        return None
    last = row.get("locks", 0) + 1 >= LOCKS_FOR_A_PERSON
    until = max(row["expires_at"], clock.stamp(now + WINDOW)) if last else clock.stamp(now + WINDOW)
    try:
        after = table.update(
            key, set_={"locked_until": until}, add={"locks": 1},
            condition="attribute_not_exists(#locked_until) AND #tries >= :most",
            values={"most": TRIES},
        )  # fmt: skip
    except Conflict:
        return None
    return int(after["locks"])


def acted(found: Found, now: datetime) -> bool:
    """Count an act of a link; False when there were more today (UTC) than a person does."""
    key, today = {"pk": found.row["pk"], "sk": found.row["sk"]}, clock.stamp(now)[:10]
    for _ in range(_ROUNDS):
        row = table.get(key) or {}
        fresh = row.get("acts_on") != today
        if not fresh and row["acts"] >= ACTS:
            return False
        try:
            table.update(
                key, set_={"acts_on": today, "acts": 1 if fresh else row["acts"] + 1},
                # An erased person's link is not made anew by a page that was open.
                condition=(
                    "attribute_exists(pk) AND #acts = :seen" if "acts" in row
                    else "attribute_exists(pk) AND attribute_not_exists(#acts)"
                ),
                values={"seen": row["acts"]} if "acts" in row else {},
            )  # fmt: skip
        except Conflict:
            continue
        return True
    return False


def listed(tenant: Tenant, debtor: str) -> list[Row]:
    """The rows of a debtor's links, the oldest first."""
    pk = payer_keys.link(tenant, debtor, "0" * 64)["pk"]
    rows = table.query(pk, "PAYER#", "PAYER#~")
    return sorted(rows, key=lambda row: (row["made_at"], row["sk"]))


def name_of(row: Row) -> str:
    """The name of a link: the hash of its token."""
    return str(row["sk"].partition("#")[2])


def revoked(row: Row, why: str) -> Write:
    """A person ends a link (``why`` is a code), for the transaction with the trail."""
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"revoked": why},
        condition="attribute_exists(pk) AND attribute_not_exists(#revoked)",
    )


def forget(tenant: Tenant, debtors: tuple[str, ...]) -> int:
    """Take all links of a person away; how many there were."""
    rows = [row for debtor in debtors for row in listed(tenant, debtor)]
    gone = [{"pk": row["pk"], "sk": row["sk"]} for row in rows]
    gone += [payer_keys.pointer(name_of(row)) for row in rows]
    table.batch_put([], gone)
    return len(rows)


def link_of(row: Row, debtor: str) -> PayerLink:
    """A row as the link that it says."""
    return _read(row, debtor)


def _read(row: Row, debtor: str) -> PayerLink:
    return PayerLink(
        debtor=debtor,
        case=row["case"],
        act=row["act"],
        to=row["to"],
        made_at=clock.read_stamp(row["made_at"]),
        expires_at=clock.read_stamp(row["expires_at"]),
        revoked=row.get("revoked"),
    )


def _spent(row: Row, now: datetime) -> bool:
    """Whether a link is locked, or its tries of a day are used up."""
    if row.get("locked_until", "") > clock.stamp(now):
        return True
    return int(row.get("tries", 0)) >= TRIES and not _over(row, now)


def _over(row: Row, now: datetime) -> bool:
    """Whether the day of the tries, or of the lock after them, is over."""
    if "locked_until" in row:
        return bool(row["locked_until"] <= clock.stamp(now))
    return bool(row.get("tries_since", "") <= clock.stamp(now - WINDOW))


def _took(key: Row, row: Row, now: datetime) -> bool:
    place = {"pk": key["pk"], "sk": key["sk"]}
    tries = int(row.get("tries", 0))
    anew = tries == 0 or _over(row, now)
    first = {"tries_since": clock.stamp(now)} if anew else {}
    try:
        table.update(
            place,
            set_={"tries": 1 if anew else tries + 1, **first},
            remove=("locked_until",) if anew else (),
            condition=(
                "attribute_exists(pk) AND #tries = :seen" if "tries" in row
                else "attribute_exists(pk) AND attribute_not_exists(#tries)"
            ),
            values={"seen": tries} if "tries" in row else {},
        )  # fmt: skip
    except Conflict:
        return False
    return True
