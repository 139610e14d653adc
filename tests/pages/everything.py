"""A creditor with something in every room of the console, and a trap in every text that it shows.

Whoever looks at all pages begins here: the matrix of roles, the browser, the bench. Every name,
note and word that a stranger could have written is :data:`TRAP`: a page that let it be HTML would
ask for ``/canary`` and open a window.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from functions import admin, foresee
from functions.console import pages
from shared.cloud import (
    backfills,
    case_reads,
    connections,
    documents,
    drift_rows,
    handed,
    inbox,
    keys,
    outbox,
    partner_rows,
    principals,
    refused_rows,
    table,
    tasks,
)
from shared.domain.events import ActSent, Held
from shared.domain.explain import Reason, content_hash
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.model import Address, Party
from shared.domain.policy import Policy
from shared.domain.sighting import Payer
from shared.domain.three_way import Verdict
from tests.functions.money import connected, invoice, run, see, sighting, tell
from tests.functions.test_case_documents import LETTER, digest, intended
from tests.functions.test_debtors import case_of
from tests.functions.test_process_inbox import keep, work
from tests.functions.test_quarantine import STRANGE
from tests.functions.test_task_letters import asked_for_a_yes
from tests.functions.world import (
    CASE,
    CREDITOR,
    FILE,
    HAND_OVER,
    NORDIC,
    NOW,
    POLICY,
    REMINDER,
    answer,
    append,
    call,
    eur,
    hand_over,
    know_counterparts,
    open_case,
)  # fmt: skip

# Without a space, so that ids may be one as well; the first two close an attribute and its tag.
TRAP = "\"><img/data-canary/onerror='alert(1)'/src='/canary'>"
# Whose name is a trap too: they asked for what waits for a second person.
ASKING = f"mallory{TRAP}"
_LETTER = {"language": "fi", "letter": "reminder", "tone": "friendly"}
_NAMES = {
    **_LETTER, "command": "promise", "country": "FI", "connection": "partner", "version": "1",
    "name": "erp.csv_file", "month": "2026-02", "kind": "segment", "act": REMINDER,
    "claim": "erp:1",
}  # fmt: skip
_PART = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Ids:
    """The ids that were made up as the creditor's world was."""

    approval: str
    # Of another version of the policy; and of the coming days, which alone has an outcome.
    move: str
    ahead: str
    task: str


def full():
    """Fill the sample creditor's hub; what must be known of it to open its pages."""
    _settings()
    _books()
    _money()
    open_case(NORDIC)
    _letter()
    _partner()
    _held()
    move = _preview(kind="move", policy={"id": "standard", "version": 2}, days=60)
    return Ids(_approval(), move, _preview(days=40), _question())


def addresses(ids):
    """An address of each page of the console that is looked at, by the path of its route."""
    return {path: address(path, ids) for path in paths("GET")}


def address(path, ids):
    """An address that leads to something, for the path of a route."""
    of = {
        "cases": CASE, "tasks": "asked", "matching": "bank:2/x?", "connections": "erp",
        "debtors": "erp:d1", "policies": "standard", "approvals": ids.approval,
        "previews": ids.move, "partners": "k1",
    }  # fmt: skip
    own = {
        "/tasks/{id}/letter": f"/tasks/{ids.task}/letter",
        "/previews/{id}/outcome": f"/previews/{ids.ahead}/outcome",
        "/policies/{id}/{version}/compare": "/policies/standard/2/compare",
        "/overrides": "/overrides?kind=segment&id=vip",
        "/reports": "/reports?month=2026-02",
        "/reports/discipline": "/reports/discipline?month=2026-02",
    }  # fmt: skip
    names = {**_NAMES, "id": of.get(path.split("/")[1], "1")}
    whole = own.get(path) or _PART.sub(lambda part: quote(names.get(part[1], "1"), safe=":"), path)
    return f"/console{whole}".rstrip("/")


def paths(method):
    """The paths of all routes of the console that answer a method."""
    routes = (route.partition(" ") for route in pages.ROUTES)
    return [path for asked, _, path in routes if asked == method]


def asked(route, who="person-administrator", role="administrator", **of):
    """What the API answers an administrator; every call is let in."""
    status, body = answer(admin.handler(call(route, client=who, role=role, **of), None))
    assert status < 300, (route, status, body)
    return body


def _settings():
    for person, role in ((ASKING, "manager"), ("person-administrator", "administrator")):
        table.put(principals.principal_row(person, role=role, tenant="nordic"))
    profile = {**CREDITOR, "name": f"Nordic {TRAP}"}
    table.put({**keys.creditor(NORDIC), "body": json.dumps(profile)})
    for number, steps in ((1, POLICY["steps"]), (2, POLICY["steps"][::2])):
        made = Policy.model_validate(
            {**POLICY, "name": f"Standard {TRAP}", "version": number, "steps": steps}
        )
        table.put({
            **keys.policy(NORDIC, "standard", number), "body": made.model_dump_json(),
            "hash": content_hash(made), "list_in": keys.listing(NORDIC, "POLICY"),
            "list_id": f"standard/{number:04d}",
        })  # fmt: skip
    asked("PUT /v1/letters/{language}/{letter}/{tone}", path=_LETTER,
          body={"sentences": {"paid": f"Kiitos {TRAP}"}})  # fmt: skip
    asked("PUT /v1/overrides/{kind}/{id}", path={"kind": "segment", "id": "vip"},
          body={"tone": "friendly", "extra_days": {"firm": 7}})  # fmt: skip


def _books():
    know_counterparts(NORDIC)
    connected("erp", rows_seen=1240, rows_changed=17, rows_refused=1, day="2026-03-02",
              day_reads=4, day_rows_seen=4960, day_rows_changed=40, day_rows_refused=1,
              fresh_as_of="2026-03-02T08:55:00Z", suspicious="fewer_rows",
              others_since="2026-03-01",
              findings=json.dumps([{"check": "login", "ok": True, "text": TRAP}]))  # fmt: skip
    table.batch_put(refused_rows.rows_of(NORDIC, "erp", [(TRAP, "due", f"no day {TRAP}")]))
    row = connections.made(
        NORDIC, "broken", connector="erp.tryton", start_line=NOW.date(),
        config={"url": "https://tryton.example", "database": TRAP},
    )  # fmt: skip
    table.transact([row])
    failed = {"state": "needs_auth", "last_error": f"refused {TRAP}", "cause": "login"}
    table.update(keys.connection(NORDIC, "broken"), set_=failed)
    table.transact([backfills.begun(NORDIC, "erp", date(2024, 1, 1), NOW)])
    street = Address(lines=(f"Katu 1 {TRAP}",), postal_code="00100", city=TRAP, country="FI")
    for own in ("erp:d1", "erp:d2", "erp:d3"):
        tell(Party(
            id=own, version="1", kind="person", name=f"Aino {TRAP}", country="FI",
            emails=(f"{TRAP}@post.example",), phones=(TRAP,), addresses=(street,),
            customer_number=TRAP,
        ))  # fmt: skip
    # A case by each debtor; the money that waits could be for the first two.
    tell(*(
        invoice(one, amount, debtor=f"erp:d{owner}").model_copy(
            update={"number": f"{one}{TRAP}", "total": eur(amount)}
        )
        for one, owner, amount in (
            ("3", "1", "100.00"), ("4", "2", "100.00"), ("5", "3", "55.00")
        )
    ))  # fmt: skip


def _money():
    connected("bank")
    payer = Payer(name=TRAP, account="FI4950009420028730")
    see(sighting("1", payer=payer, text=TRAP), sighting("2/x?", payer=payer, text=TRAP))


def _letter():
    documents.put(NORDIC, f"letters/{REMINDER}.json", LETTER, "application/json")
    append(NORDIC, CASE, intended(document_hash=digest(LETTER)))
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))


def _partner():
    """A partner with a claim, a report that nobody understands, and a message that failed."""
    hand_over(NORDIC)
    terms = PartnerTerms(recall_price=eur("25.00"))
    table.transact([partner_rows.put(partner_rows.terms_key(NORDIC, "partner"), terms)])
    keep({**STRANGE, "data": {"name": TRAP}}, "k1")
    work("k1")
    assert inbox.read(NORDIC, "partner", "k1")["state"] == "quarantined"
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    message = outbox.first_in_line(NORDIC, CASE, "partner")
    outbox.told(NORDIC, message, outbox.read(NORDIC, message), "failed", "http_404")
    verdict = Verdict(
        state="drift", kind="partner", amount=eur("0.01"), right="unknown", text=TRAP,
        books=eur("60.00"), hub=eur("60.00"), stated=eur("60.01"),
    )  # fmt: skip
    of = {"case": CASE, "claim": "erp:1"}
    table.put(drift_rows.apart(NORDIC, "d1", "partner", verdict, "2026-03-01", of))
    by = case_reads.Reading(NORDIC, f"reader {TRAP}", "partner", NOW)
    file = handed.HandedOver(HAND_OVER, "f", digest(FILE), 1, by.now, ("erp:1",))
    table.transact([case_reads.entry(by, CASE, file)])


def _held():
    hold = {"held": True, "reason": "suit_filed"}
    asked("POST /v1/cases/{id}/legal-hold", path={"id": CASE}, body=hold)
    asked("PUT /v1/control", body={"outbound": "off", "stopped": True, "reason": TRAP})


def _approval():
    asked("PUT /v1/control", body={"outbound": "on", "stopped": False})
    body = {
        "id": "w1", "reason": "agreed", "type": "write_off", "claim": "erp:2", "kind": "goodwill",
        "amount": {"amount": "40.00", "currency": "EUR"},
    }  # fmt: skip
    told = asked("POST /v1/cases/{id}/commands", ASKING, "manager", path={"id": CASE}, body=body)
    return told["approval"]


def _preview(**wish):
    made = asked("POST /v1/previews", body=wish)
    run(foresee, [{"tenant": "nordic", "preview": made["preview"]}])
    return made["preview"]


def _question():
    """Whether a reminder may go out, which has a letter to show, and a question about its words."""
    why = Reason(rule="policy.step", text=f"A person decides. {TRAP}", facts={"note": TRAP})
    task = tasks.task_write(NORDIC, "asked", CASE, "approve_remind", ["erp:2"], [why])
    table.transact([task])
    table.update(keys.connection(NORDIC, "email"), set_={"state": "enabled"})
    return asked_for_a_yes(case_of("5").id, "erp:d3")
