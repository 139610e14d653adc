"""The doctor: everything that is worth knowing of an installation before and while it is used."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from shared.cloud.keys import Tenant
from tools.ops import doctor_account, doctor_hub
from tools.ops.doctor_account import looked
from tools.ops.findings import Finding, note, ok
from tools.ops.mending import tenants
from tools.ops.place import Place


def examine(place: Place) -> list[Finding]:
    """Every finding about an installation; nothing is changed."""
    found = [
        *_emulated(place),
        *looked("functions", lambda: doctor_hub.reachable(place)),
        *looked("the account's Lambda limits", lambda: doctor_account.quotas(place)),
        *looked("Service Quotas", lambda: doctor_account.step_quotas(place)),
        *looked("the account's mail", lambda: doctor_account.mail(place)),
        *looked("the mail domain", lambda: doctor_account.domain(place)),
        *looked("the stack's parameters", lambda: doctor_hub.parameters(place)),
        *looked("who hears of alarms", lambda: doctor_hub.alarms(place)),
        *looked("the table's backups", lambda: doctor_hub.protection(place)),
        *looked("dead letters", lambda: doctor_hub.dead(place)),
    ]
    with place.entered():
        known: list[Tenant] = []
        found += looked("who its creditors are", partial(_creditors, place, known))
        found += looked(
            "text messages",
            lambda: doctor_account.texts(place, doctor_hub.text_countries(known)),
        )
        found += looked("the sweep", doctor_hub.sweeps)
        found += looked("the switches", doctor_hub.switches)
        for tenant in known:
            found += looked(tenant.id, partial(doctor_hub.creditor, tenant))
    return found


def _emulated(place: Place) -> list[Finding]:
    """What of the embedded stack nobody can mend."""
    text = "this is the embedded stack: its mail domain, alarms and backups are never ready"
    return [note(text)] if place.embedded else []


def _creditors(place: Place, known: list[Tenant]) -> Iterator[Finding]:
    """Learn whom the table knows."""
    known += tenants(place)
    yield ok(f"creditors: {', '.join(one.id for one in known) or 'none yet'}")
