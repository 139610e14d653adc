"""Connections: make, test, enable and disable them, and see how they are."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any, Literal

from pydantic import Field

import connectors
from connectors.contract import Finding, Spec
from functions.api import expiries, recipients
from functions.api.connection_health import health
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import STRANGE, checked, fault, invalid, read
from functions.api.pages import page
from functions.wiring import connect
from shared.cloud import (
    audit,
    backfills,
    clock,
    feeds,
    health_words,
    keys,
    table,
    vault,
)
from shared.cloud import connections as rows
from shared.cloud.table import Row, Write
from shared.domain.explain import Record
from shared.domain.health import Cause
from shared.errors import Conflict, HubError, NotFound

# What a pull says of a feed, beside the state.
_HEALTH = (
    "fresh_as_of", "complete_through", "wanted_at", "rows_seen", "rows_new", "rows_changed",
    "rows_refused", "last_error", "tested_at", "stale_since", "stale_why", "suspicious",
    "suspicious_since", "suspicious_task", "not_before", "swept_on", "gap_error", "authorised_at",
    "authorise_error", "others_since",
)  # fmt: skip

Secrets = dict[str, str]


class NewConnection(Record):
    """A connection to make. Claims due before ``start_line`` are for a person, never a letter.

    ``authority`` says that money which a bank or provider shows is booked by the hub; otherwise it
    is a hint, which stops acts until the ERP's books show the same money.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    connector: str = Field(max_length=80)
    config: dict[str, Any]
    secrets: Secrets = Field(default={}, repr=False)
    start_line: date | None = None
    authority: bool = True


class Enabling(Record):
    """What a person says who enables a connection; ``confirm`` where its connector asks for it."""

    confirm: Literal["spec only"] | None = None


def get_connectors(request: Request) -> Answer:
    """Every connector with its settings, secrets and capabilities, or the one called ``name``."""
    name = request.query.get("name")
    specs = [connectors.spec(one) for one in connectors.names() if name in {None, one}]
    return Answer({"connectors": [_catalogue(request, one) for one in specs]})


def post_connection(request: Request) -> Answer:
    """Make a connection. Its secrets go to the vault and are never shown again."""
    new = read(request, NewConnection)
    spec = _spec(new.connector)
    config = checked(spec.config, new.config, "config").model_dump(mode="json")
    _check(request, new, spec, config)
    write = rows.made(
        request.tenant,
        new.id,
        connector=new.connector,
        config=config,
        start_line=new.start_line,
        authority=new.authority,
    )
    try:
        written(request, write, "connection_made", new.id)
    except Conflict:
        raise Problem(409, "id_taken", "There is a connection with this id already.") from None
    # After the row: whoever loses the race for an id must not replace the winner's secrets.
    if new.secrets:
        vault.write(request.tenant, new.id, new.secrets)
        expiries.from_secrets(request.tenant, new.id, new.secrets)
    return Answer(view(rows.read(request.tenant, new.id)), status=201)


def get_connections(request: Request) -> Answer:
    """The connections, a page at a time."""
    found, more = page(request, "CONN", keys.connection)
    return Answer({"connections": [view(row) for row in found], **more})


def get_connection(request: Request) -> Answer:
    """One connection, its health, and how far its backfill has come."""
    return Answer(shown(request))


def post_test(request: Request) -> Answer:
    """Let the connector look at all that it needs; nothing is read or sent for good."""
    row = _row(request)
    # A connection that was made before the rule, or by another way, is judged by it here.
    own_folder(request, json.loads(row["config"]))
    found, cause = _findings(request, row)
    findings = [one.model_dump() for one in found]
    write = rows.tested(row, findings, clock.now(), cause)
    written(request, write, "connection_tested", request.path["id"])
    return Answer(view(rows.read(request.tenant, request.path["id"])))


def post_enable(request: Request) -> Answer:
    """Begin to use a connection whose latest test was good.

    A connector that was built from documentation alone wants ``{"confirm": "spec only"}``.
    """
    row = _row(request)
    said = read(request, Enabling) if request.body else Enabling()
    if row["state"] not in rows.LIVE:
        if row["state"] != "tested":
            raise Problem(409, "not_tested", "Test the connection first, until all is well.")
        if connectors.spec(row["connector"]).confirm and said.confirm is None:
            text = "No real account has proven this connector yet: confirm that you begin anyway."
            raise Problem(409, "not_confirmed", text, confirm="spec only")
        recipients.within_regions(request, row["connector"])
        write = rows.enabled(row, clock.now())
        told = feeds.told(row, {"state": "enabled"})
        what = "connection_enabled"
        written(request, write, what, request.path["id"], *told, confirmed=said.confirm)
    return Answer(view(rows.read(request.tenant, request.path["id"])))


def post_disable(request: Request) -> Answer:
    """Stop using a connection; what it brought stays, and nobody waits for it any longer."""
    row = _row(request)
    told = feeds.told(row, {"state": "disabled"})
    written(request, rows.disabled(row), "connection_disabled", request.path["id"], *told)
    return Answer(view(rows.read(request.tenant, request.path["id"])))


def shown(request: Request) -> dict[str, Any]:
    """The connection of a request as it is now, with how far its backfill has come."""
    years = backfills.shown(request.tenant, request.path["id"])
    return {**view(_row(request)), "backfill": years}


def _row(request: Request) -> Row:
    return rows.read(request.tenant, request.path["id"])


def _spec(name: str) -> Spec:
    try:
        return connectors.spec(name)
    except NotFound:
        raise invalid(fault("connector", "unknown", "no connector has this name")) from None


def _check(request: Request, new: NewConnection, spec: Spec, config: dict[str, Any]) -> None:
    known_secrets(spec, new.secrets)
    states_claims = new.connector.partition(".")[0] == "erp"
    if states_claims and new.start_line is None:
        raise invalid(
            fault("start_line", "missing", "say from which due date on claims are dunned")
        )
    own_folder(request, config)


def own_folder(request: Request, config: dict[str, Any]) -> None:
    """Files of all tenants lie in one bucket: each reads and writes below its own folder alone."""
    if "bucket" not in config:
        return
    if config["bucket"] != os.environ["INBOX_BUCKET"]:
        text = "only the hub's own inbox bucket can be used"
        raise invalid(fault("config.bucket", "foreign_bucket", text))
    folder = "folder" if "folder" in config else "prefix"
    if not str(config[folder]).startswith(f"{request.tenant.id}/"):
        text = "the folder must begin with the creditor's id"
        raise invalid(fault(f"config.{folder}", "foreign_folder", text))


def _preset(request: Request, spec: Spec) -> dict[str, str]:
    """Settings that nobody but the hub knows: its bucket, and where the tenant's folder begins."""
    own = f"{request.tenant.id}/"
    known = {"bucket": os.environ["INBOX_BUCKET"], "prefix": own, "folder": own}
    return {name: text for name, text in known.items() if name in spec.config.model_fields}


def known_secrets(spec: Spec, secrets: Secrets) -> None:
    """Raises ``Problem`` 422 for a secret that the connector does not have."""
    strange = sorted(set(secrets) - set(spec.secrets))
    if strange:
        raise invalid(*(fault(f"secrets.{one}", "extra_forbidden", STRANGE) for one in strange))


def _findings(request: Request, row: Row) -> tuple[list[Finding], Cause | None]:
    """What the connector's own test says; a failure of the test itself is a finding, with cause."""
    try:
        connector = connect(request.tenant, row)
        if not hasattr(connector, "test"):
            text = "The settings are complete; the first message shows the rest."
            return [Finding(check="settings", ok=True, text=text)], None
        return list(connector.test()), None
    except HubError as error:
        failed = Finding(check="connection", ok=False, text=f"{error}")
        return [failed], health_words.cause_of(error)


def written(
    request: Request,
    write: Write,
    what: str,
    connection: str,
    *also: Write,
    **said: object,
) -> None:
    """Carry out a change of a connection with its line in the trail, and say how it is then.

    ``said`` is what else the line says, without what is empty.
    """
    facts = {"connection": connection} | {name: one for name, one in said.items() if one}
    entry = audit.entry(request.tenant, request.principal.client, what, facts)
    table.transact([write, entry, *also])
    health_words.follow(request.tenant, rows.read(request.tenant, connection), clock.now())


def view(row: Row) -> dict[str, Any]:
    """A connection as the API shows it: without its secrets."""
    return {
        "id": keys.id_of(row["pk"]),
        "connector": row["connector"],
        "state": row["state"],
        "config": json.loads(row["config"]),
        "start_line": row.get("start_line"),
        "authority": row.get("authority", True),
        "findings": json.loads(row.get("findings", "[]")),
        "health": health(row),
        "secrets_at": row.get("secrets_at", "").partition("/")[0] or None,
        **{name: row.get(name) for name in _HEALTH},
    }


def _catalogue(request: Request, spec: Spec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": spec.title,
        "countries": list(spec.countries),
        "config": spec.config.model_json_schema(),
        "preset": _preset(request, spec),
        "secrets": list(spec.secrets),
        "grant": spec.grant,
        "can_expire": list(expiries.kinds(spec.name)),
        "capabilities": sorted(spec.capabilities),
        "verified": spec.verified,
        "confirm": spec.confirm,
        "data": list(spec.data),
        "processing": spec.processing,
        "docs": spec.docs,
    }
