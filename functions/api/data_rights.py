"""Data rights of a debtor: erasure, everything about a person, restriction, and legal holds."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Literal

from functions import erasing, exporting
from functions.api import case_moves
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from functions.api.pages import page
from functions.dossier import dossier, same_person
from shared.cloud import (
    audit,
    clock,
    debtor_rows,
    documents,
    forgotten,
    keys,
    legal_holds,
    profiles,
    table,
    tasks,
)
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.cloud.table import Write
from shared.domain.explain import Reason, Record
from shared.domain.state_events import Code
from shared.errors import Conflict, NotFound

_WHY = "data_restricted"


class Erasure(Record):
    """Why a person is erased: a code (``request_of_the_person``)."""

    reason: Code


class KnownAgain(Record):
    """Why an erased person's data may be kept again: a code (``customer_again``)."""

    reason: Code


class Restriction(Record):
    """Whether the person's data may only be stored from now on, and why: a code."""

    restricted: bool
    reason: Code


class LegalHold(Record):
    """Whether everything is kept for a court or an authority, and why: a code."""

    held: bool
    reason: Code


def get_erasure(request: Request) -> Answer:
    """What an erasure would do today: what goes, what stays, why and until when, what hinders it.

    Raises ``NotFound`` for a debtor that is not the tenant's.
    """
    known = dossier(request.tenant, request.path["id"])
    creditor = profiles.creditor(request.tenant)
    plan = erasing.plan_of(known, creditor, creditor.today(clock.now()))
    return Answer({"debtors": list(known.debtors), **plan.model_dump(mode="json")})


def post_erasure(request: Request) -> Answer:
    """Erase a person, now and for good; nothing is erased while anything hinders it.

    No pull brings the values back. Said again it goes on where it stopped.
    """
    said, tenant = read(request, Erasure), request.tenant
    known = dossier(tenant, request.path["id"])
    creditor = profiles.creditor(tenant)
    plan = erasing.plan_of(known, creditor, creditor.today(clock.now()))
    if plan.hindrances:
        told = plan.model_dump(mode="json")
        raise Problem(
            409,
            "must_stay",
            "Nothing can be erased yet: something is owed, disputed or must be kept.",
            plan=told,
        )
    by = request.principal.client
    facts: dict[str, object] = {"debtors": list(known.debtors), "why": said.reason}
    table.transact([audit.entry(tenant, by, "erasure_begun", facts)])
    counts = erasing.erase(known, clock.wall().date())
    table.transact([audit.entry(tenant, by, "person_erased", facts | counts)])
    return Answer({"debtors": list(known.debtors), "erased": counts})


def erasure_in_words(request: Request) -> str:
    """What whoever approves an erasure reads."""
    return f"Erase all personal data of debtor {request.path['id']}, for good."


def person(request: Request) -> object:
    """What an erasure rests on: the person's rows, and where the cases stand."""
    known = dossier(request.tenant, request.path["id"])
    events = {name: len(told) for name, told in known.events.items()}
    return [[row["body"] for row in known.parties], events]


def post_known_again(request: Request) -> Answer:
    """An erased person is a customer again: what the source says from now on is kept.

    Nothing comes back by itself: the next invoice, or a change in the books, brings the record.
    """
    said, tenant = read(request, KnownAgain), request.tenant
    known = dossier(tenant, request.path["id"])
    for row in known.parties:
        forgotten.remember(row)
    facts = {"debtors": list(known.debtors), "why": said.reason}
    table.transact([audit.entry(tenant, request.principal.client, "debtor_known_again", facts)])
    return Answer({"debtors": list(known.debtors)})


def post_export(request: Request) -> Answer:
    """Everything about a person as a zip: a link of 15 minutes, with the SHA-256 of the bytes."""
    tenant, now = request.tenant, clock.wall()
    known = dossier(tenant, request.path["id"])
    made = exporting.export(known, profiles.creditor(tenant), now)
    facts = {"debtors": list(known.debtors), "sha256": made[1]}
    table.transact([audit.entry(tenant, request.principal.client, "person_exported", facts)])
    return Answer({"debtors": list(known.debtors), **documents.links(tenant, [made], now)[0]})


def post_restriction(request: Request) -> Answer:
    """Restrict a person's data, or lift it (GDPR art. 18): nothing goes out meanwhile.

    A task asks people to see to it; lifting ends it. Said again it changes nothing.
    """
    said, tenant, by = read(request, Restriction), request.tenant, request.principal.client
    debtor = _known(tenant, request.path["id"])
    row = table.get(keys.debtor(tenant, debtor)) or {}
    since = row.get("restricted")
    if (since is not None) != said.restricted:
        today = profiles.creditor(tenant).today(clock.now())
        since = today.isoformat() if said.restricted else None
        facts = {"debtor": debtor, "restricted": said.restricted, "why": said.reason}
        task = row.get("restriction") or _named(debtor, row.get("version", 0))
        table.transact([
            audit.entry(tenant, by, "debtor_restricted", facts),
            debtor_rows.restricted(tenant, debtor, today if said.restricted else None, task),
            *_question(tenant, debtor, task, by, asked=said.restricted),
        ])  # fmt: skip
        _wake(tenant, debtor)
    return Answer({"debtor": debtor, "restricted": since})


def post_debtor_hold(request: Request) -> Answer:
    """Keep everything about a person from being deleted, or let it go again."""
    debtor = _known(request.tenant, request.path["id"])
    return _held(request, "debtor", debtor)


def post_case_hold(request: Request) -> Answer:
    """Keep everything about a case from being deleted, or let it go again."""
    case = request.path["id"]
    if table.get(keys.head(request.tenant, case)) is None:
        raise NotFound("no such case")
    return _held(request, "case", case)


def get_holds(request: Request) -> Answer:
    """The legal holds that stand: of what, why, by whom and since when; a page at a time."""
    found, more = page(request, legal_holds.LISTING, legal_holds.key_of)
    names = ("kind", "held", "reason", "by", "since")
    return Answer({"holds": [{name: row[name] for name in names} for row in found], **more})


def _held(request: Request, kind: Literal["case", "debtor"], held: str) -> Answer:
    said, tenant, by = read(request, LegalHold), request.tenant, request.principal.client
    stands = table.get(legal_holds.key_of(tenant, f"{kind}:{held}")) is not None
    if stands != said.held:
        facts = {kind: held, "held": said.held, "why": said.reason}
        entry = audit.entry(tenant, by, "legal_hold", facts)
        if said.held:
            write = legal_holds.placed(tenant, kind, held, said.reason, by)
        else:
            write = legal_holds.lifted(tenant, kind, held)
        table.transact([write, entry])
    return Answer({"kind": kind, "held": said.held, "of": held})


def _known(tenant: Tenant, debtor: str) -> str:
    """The debtor as whom a person is known. Raises ``NotFound``."""
    if table.get(keys.party(tenant, debtor)) is None:
        raise NotFound("no such debtor")
    return same_person(tenant, debtor)[0]


def _question(tenant: Tenant, debtor: str, task: str, by: str, *, asked: bool) -> list[Write]:
    """The question to people, or its end; a later restriction is another question."""
    if asked:
        why = Reason(
            rule="hub.restriction", section="GDPR art. 18", facts={"debtor": debtor},
            text="the debtor's data is restricted: say when it may be used again",
        )  # fmt: skip
        return [tasks.task_write(tenant, task, "", _WHY, (), (why,))]
    if tasks.read(tenant, task)["state"] != "open":
        return []
    return [tasks.answer(tenant, task, "continue", by)]


def _named(debtor: str, version: int) -> str:
    return f"restriction-{hashlib.sha256(debtor.encode()).hexdigest()[:16]}-{version}"


def _wake(tenant: Tenant, debtor: str) -> None:
    """The debtor's cases are decided afresh at once."""
    for one in case_moves.open_cases(tenant, debtor):
        # A case that is written to meanwhile looks by itself.
        with suppress(Conflict):
            Store(tenant).append(one, [], due_at=clock.now())
