"""Keys of what belongs to the whole installation and to no tenant: switches, law, callers."""

from __future__ import annotations

import re

from shared.cloud.keys import Key, plain
from shared.errors import NotFound

_HASH = re.compile(r"[0-9a-f]{64}")


def approval(approval_id: str) -> Key:
    """An operator's request that waits for a second operator."""
    return {"pk": "HUB#APPROVALS", "sk": plain(approval_id)}


def audit(at: str, n: str) -> Key:
    """What an operator did to the whole installation at an instant (its text, UTC)."""
    return {"pk": f"HUB#AUDIT#{plain(at[:10])}", "sk": f"{plain(at)}#{plain(n)}"}


def control() -> Key:
    """The switches of the whole installation."""
    return {"pk": "HUB#CONTROL", "sk": "CONTROL"}


def law() -> Key:
    """Which law pack is in force for each country, and which ones a person signed off."""
    return {"pk": "HUB#LAW", "sk": "LAW"}


def law_pack(digest: str) -> Key:
    """The texts of a law pack, by its content hash; such a row is never changed or deleted."""
    if not _HASH.fullmatch(digest):
        raise NotFound("no such law pack")
    return {"pk": f"HUB#LAWPACK#{digest}", "sk": "PACK"}


def law_note(digest: str, what: str) -> Key:
    """What was done with a law pack: its sign-off, a tenant's preview."""
    return {"pk": law_pack(digest)["pk"], "sk": f"NOTE#{plain(what)}"}


def opened() -> Key:
    """That some creditor of the installation has let acts out, and when the latest did."""
    return {"pk": "HUB#OPENED", "sk": "OPENED"}


def spent(connector: str) -> Key:
    """How much of a counterpart's budget of calls all connections of a connector have used."""
    return {"pk": f"HUB#SPENT#{plain(connector)}", "sk": "SPENT"}


def principal(client: str) -> Key:
    """Who a token's client or user is: tenant, role, scopes."""
    return {"pk": f"PRINCIPAL#{plain(client)}", "sk": "PRINCIPAL"}


def signed_out(client: str) -> Key:
    """When a person last left the console."""
    return {"pk": principal(client)["pk"], "sk": "SIGNED_OUT"}
