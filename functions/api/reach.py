"""Where money goes and how far acts reach: what of profile, switches and connections takes two.

A debtor believes whoever the letter names: where to pay, whom to ask, which links to follow. A hub
that waits less for its sources reminds of what was paid. A stop is anybody's at once and only its
end takes two.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from functions.api.exchange import Request
from functions.api.forms import read
from functions.api.settings import HubSwitch, Switches, switched
from shared.cloud import connections, hub_keys, keys, table
from shared.domain.creditor import Creditor
from shared.domain.freshness import Gate

# How far each word lets acts out.
_REACH = {"off": 0, "allowlist": 1, "on": 2}
# What a debtor reads of whom to pay and whom to ask; accounts and hosts of links stand beside.
_READ = ("name", "business_id", "business_id_scheme", "address", "email", "phone", "sender")
# Families through which money goes, or with which it is told where it went.
_TRUSTED = {"collectors": "partner", "payments": "payment provider", "banks": "bank"}


def profile(row: dict[str, Any]) -> Creditor:
    """The profile that a row holds."""
    return Creditor.model_validate_json(row["body"])


def redirects(request: Request) -> bool:
    """Whether a profile tells debtors something else of where to pay or whom to ask.

    Also whether it lets acts out on less: with sources that are read later, or not waited for.
    """
    new, row = read(request, Creditor), table.get(keys.creditor(request.tenant))
    if row is None:
        return False
    old = profile(row)
    moved = (new.accounts, new.giros) != (old.accounts, old.giros)
    alone = (old.four_eyes, new.four_eyes) == ("required", "off")
    other = bool(_reads_other(old, new) or _new_hosts(old, new))
    return moved or alone or other or _waits_less(old.gate, new.gate)


def profile_words(request: Request) -> str:
    """What a profile changes, by the names of fields: what stands in them may be personal."""
    new, row = read(request, Creditor), table.get(keys.creditor(request.tenant))
    old = profile(row) if row else new
    ends = ", ".join(f"…{one.iban[-4:]}" for one in new.accounts) or "none"
    other, hosts = _reads_other(old, new), _new_hosts(old, new)
    return (
        f"Replace the creditor's profile; payee accounts then: {ends}."
        + (f" Debtors then read another {', '.join(other)}." if other else "")
        + (f" Letters may then link to {', '.join(hosts)}." if hosts else "")
        + (" Acts then wait less for sources." if _waits_less(old.gate, new.gate) else "")
        + ("" if new.four_eyes == "required" else " One person's word is enough from then on.")
    )


def _reads_other(old: Creditor, new: Creditor) -> list[str]:
    changed = [name for name in _READ if getattr(old, name) != getattr(new, name)]
    return [name.replace("_", " ") for name in changed]


def _waits_less(old: Gate, new: Gate) -> bool:
    """Whether acts may go out on older sources than before, or on fewer."""
    return (
        new.banks != old.banks
        or not set(new.ignored) <= set(old.ignored)
        or new.grace_bank_days > old.grace_bank_days
        or (new.erp_is_the_bank and not old.erp_is_the_bank)
    )


def _new_hosts(old: Creditor, new: Creditor) -> list[str]:
    return sorted(set(new.link_hosts) - set(old.link_hosts))


def further(request: Request) -> bool:
    """Whether switches let more out. What is stopped afterwards lets nothing out, at once."""
    old, new = switched(request)
    return not new.stopped and (
        _REACH[new.outbound] > _REACH[old.outbound]
        or (new.outbound == "allowlist" and not set(old.allowlist) >= set(new.allowlist))
        or (old.observe and not new.observe)
        or old.stopped
    )


def switch_words(request: Request) -> str:
    """The switches as they will be, without the addresses on the allowlist."""
    _, new = switched(request)
    return (
        f"Set the switches: outbound {new.outbound}, {len(new.allowlist)} on the allowlist, "
        f"observe {_yes(new.observe)}, stopped {_yes(new.stopped)}."
    )


def switches(request: Request) -> object:
    """What people set: a halt of the hub's own stands in the same row."""
    row = table.get(keys.control(request.tenant)) or {}
    return [row.get(name) for name in Switches.model_fields]


def ends_hub_stop(request: Request) -> bool:
    """Whether everything that an operator stopped goes out again."""
    stopped = bool((table.get(hub_keys.control()) or {}).get("stopped"))
    return stopped and not read(request, HubSwitch).stopped


def begins(request: Request) -> bool:
    """Whether a partner, payment provider or bank begins to be used, or again."""
    row = connections.read(request.tenant, request.path["id"])
    return _family(row) in _TRUSTED and row["state"] not in connections.LIVE


def beginning_words(request: Request) -> str:
    """Which counterpart begins, and where it is told or whose account it is."""
    row = connections.read(request.tenant, request.path["id"])
    config = json.loads(row["config"])
    host, account = host_of(config.get("endpoint", "")), config.get("account")
    where = f", told at {host}" if host else ""
    whose = f", account {account}" if account else ""
    kind, since = _TRUSTED[_family(row)], row.get("secrets_at", "").partition("/")[0]
    keyed = f", with secrets stored at {since}" if since else ""
    return f"Begin to use {kind} {request.path['id']} ({row['connector']}){where}{whose}{keyed}."


def connection_row(request: Request) -> object:
    """What the beginning of a connection rests on."""
    row = connections.read(request.tenant, request.path["id"])
    return [row["config"], row["connector"], row["state"], row.get("secrets_at")]


def host_of(address: str) -> str:
    """Host and port of an address; empty for one that is none, which its own handler refuses."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _family(row: dict[str, Any]) -> str:
    return str(row["connector"]).partition(".")[0]


def _yes(flag: object) -> str:
    return "yes" if flag else "no"
