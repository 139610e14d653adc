"""The sandbox of a partner: invented cases, any message on demand, waits that pass, and a wipe.

A sandbox is a tenant of its own whose id begins with ``sandbox-``, one for each partner: no row of
a creditor is within its reach. Nobody here exists, and no money is real.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from connectors.contract_collectors import CaseMessage
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from functions.api.partner_calls import once, own
from functions.sandbox_world import hand_over, settle_in, wipe
from functions.telling import tell
from shared.cloud import clock, handed, hub_keys, inbox, keys, outbox, table
from shared.cloud.control import silence
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.domain.explain import Record
from shared.domain.timeline import words
from shared.errors import NotFound

SANDBOX = "sandbox-"
# How long the sweep leaves a message that is being sent here.
_MINE = timedelta(minutes=1)
_MOST = 50

_MONEY = {"claim": "sandbox:1", "date": "2026-03-02", "amount": "10.00", "currency": "EUR"}
# What each message says in the sandbox, beside its case, with the fields of a real one;
# docs/partner/README.md explains them.
_DATA: dict[str, dict[str, Any]] = {
    "case.amended": {"claims": ["sandbox:1"], "file_version": 1},
    "case.withdrawn": {"claims": ["sandbox:1"], "reason": "kept", "recall": "r1"},
    "case.held": {"claims": ["sandbox:1"], "reason": "hold", "state": "h1", "until": "2026-04-01"},
    "case.resumed": {"claims": ["sandbox:1"]},
    "payment.direct": {"movement": "sandbox:p1", **_MONEY},
    "payment.reversed": {"movement": "sandbox:p1.own", **_MONEY},
    "credit_note.applied": {"movement": "sandbox:c1", **_MONEY},
    "plan.agreed": {
        "claims": ["sandbox:1"], "reason": "plan", "state": "pl1",
        "instalments": [{"due": "2026-04-01", "amount": "10.00", "currency": "EUR"}],
    },
    "question.answered": {"question": "q1", "answer": "continue"},
    "settlement.confirmed": {
        "remittance": "r1", "claims": ["sandbox:1"], "date": "2026-03-02",
    },
}  # fmt: skip

Type = Literal[
    "case.amended", "case.withdrawn", "case.held", "case.resumed", "payment.direct",
    "payment.reversed", "credit_note.applied", "plan.agreed",
    "question.answered", "settlement.confirmed",
]  # fmt: skip


class Reset(Record):
    """What a sandbox begins with: nothing of what was done in it before."""


class NewCase(Record):
    """An invented case: its principal (EUR) and how many days ago it fell due."""

    amount: str = Field(default="250.00", pattern=r"^[1-9][0-9]{0,5}\.[0-9]{2}$")
    days_overdue: int = Field(default=60, ge=20, le=700)


class Fire(Record):
    """A message to send about a case; what it says is invented and changes nothing here."""

    type: Type


class Advance(Record):
    """How many seconds pass for the messages that wait for their next attempt."""

    seconds: int = Field(ge=0, le=400_000)


def post_reset(request: Request) -> Answer:
    """Wipe what was made in the sandbox, and make the invented creditor anew."""
    tenant = _sandbox(request)
    read(request, Reset)
    once(request)
    gone = wipe(tenant, request.principal.connection)
    settle_in(tenant, request.principal.connection)
    return Answer({"wiped": gone})


def post_case(request: Request) -> Answer:
    """Hand an invented case over: the endpoint gets ``case.submitted`` before the answer comes.

    409 ``switched_off`` while nothing may leave the hub; no case is made then.
    """
    tenant = _sandbox(request)
    new, name = read(request, NewCase), f"c{once(request)}"
    if table.get(keys.head(tenant, name)) is None:
        if table.get(keys.creditor(tenant)) is None:
            settle_in(tenant, request.principal.connection)
        _leaves(tenant)
        hand_over(tenant, name, own(request), new.amount, new.days_overdue)
    notices = Store(tenant).load(name).case.notices.values()
    (act, state) = next((one.act, one.state) for one in notices)
    return Answer({"case": name, "act": act, "state": state}, status=201)


def post_message(request: Request) -> Answer:
    """Send one message about a case now, through the outbox that real ones go through."""
    tenant, case, partner = _sandbox(request), request.path["id"], request.principal.connection
    found = _handed(request)
    fire, name = read(request, Fire), f"{case}-fired-{once(request)}"
    if outbox.read(tenant, name) is None:
        row = outbox.read(tenant, found[-1].act)
        if row is None:
            raise NotFound("no such case")
        place, now = outbox.last_place(tenant, row), clock.now()
        data = {**_DATA[fire.type], "sequence": place}
        said = CaseMessage(type=fire.type, case_id=case, at=now, data=data)
        message = said.model_dump(mode="json")
        digest = hashlib.sha256(name.encode()).hexdigest()
        write = outbox.intend(
            tenant, name, kind="tell", case=case, connection=partner, content_hash=digest,
            due_at=now + _MINE, message=message, place=place,
        )  # fmt: skip
        table.transact([write, outbox.in_line(tenant, case, partner, place, name)])
        _send(tenant, name)
    return Answer(_view(tenant, name))


def post_advance(request: Request) -> Answer:
    """The waits of messages pass at once: what would be due by then is tried now, oldest first."""
    tenant, asked = _sandbox(request), read(request, Advance)
    once(request)
    until = clock.stamp(clock.now() + timedelta(seconds=asked.seconds))
    listing = keys.listing(tenant, f"OUT/{request.principal.connection}")
    found, _ = table.query_index("listing", listing, limit=_MOST)
    rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in found]).values()
    waiting = [row for row in rows if row["kind"] == "tell" and row.get("due_at", "~") <= until]
    acts = [keys.id_of(row["pk"]) for row in sorted(waiting, key=lambda row: row["place"])]
    for act in acts:
        _send(tenant, act)
    return Answer({"messages": [_view(tenant, act) for act in acts]})


def get_case(request: Request) -> Answer:
    """What we made of what you reported: the case's events in words, and one report's fate.

    ``?report=`` is the Idempotency-Key of a report: its state, and the fault of one that is kept
    for a person.
    """
    tenant, case = _sandbox(request), request.path["id"]
    _handed(request)
    events = Store(tenant).events(case)
    told = [{"kind": one.kind, "words": words(one)} for one in events]
    body: dict[str, Any] = {"case": case, "events": told}
    if "report" in request.query:
        row = inbox.read(tenant, request.principal.connection, request.query["report"])
        body["report"] = {"state": row["state"], "fault": row.get("fault") or None}
    return Answer(body)


def _sandbox(request: Request) -> Tenant:
    """The caller's sandbox. A principal of a creditor has none, whatever its scopes."""
    if not request.tenant.id.startswith(SANDBOX):
        raise Problem(403, "no_sandbox", "This token is not one of a sandbox.")
    return request.tenant


def _leaves(tenant: Tenant) -> None:
    """Raises 409 ``switched_off`` while no word may leave, which holds for invented cases too."""
    if silence(table.get(hub_keys.control()), table.get(keys.control(tenant))) is not None:
        raise Problem(409, "switched_off", "Nothing leaves now: ask the operator of the hub.")


def _handed(request: Request) -> list[handed.HandedOver]:
    found = handed.to_partner(request.tenant, request.path["id"], request.principal.connection)
    if not found:
        raise NotFound("no such case")
    return found


def _send(tenant: Tenant, act: str) -> None:
    """One attempt, as the sweep would have it made; the sweep itself stays away meanwhile."""
    row = table.update(
        keys.outbox(tenant, act),
        set_={"due_at": clock.stamp(clock.now() + _MINE)},
        add={"attempt": 1},
        condition="attribute_exists(due_at)",
    )
    tell(tenant, act, row)


def _view(tenant: Tenant, act: str) -> dict[str, Any]:
    row = outbox.read(tenant, act) or {}
    said = {"state": row.get("state"), "attempts": row.get("attempt"), "code": row.get("code")}
    return {"act": act, **said, "next_at": row.get("due_at")}
