"""Maventa Receivables: collection by Ropo (Finland, Sweden, Norway) or Visma Amili (Finland).

The invoices must have been sent through Maventa: a claim is found there by its number and handed
over as an assignment, once, because Maventa is asked whether the invoice has one. The collection
service is activated at Maventa first (``PUT /v2/services/<service>/receivables`` with the address
of whoever signs, and in Finland a strong identification); until the agreement is signed, in one or
two business days, the connection's test says that the contract is pending.

A claim may be handed over seven days after its due date, fourteen when a consumer owes it. Direct
payments, credit notes, holds and withdrawals become events of the assignment; each carries its key,
and one that stands there is not sent again. Assignments are polled by their events, which are
marked as seen once what they led to is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote as quoted

from connectors.bearer import Bearer, by_form
from connectors.collectors.maventa_receivables import assignments
from connectors.collectors.maventa_receivables.config import Config
from connectors.contract import Connection, Finding, HandOver, Receipt, RowError, Spec
from connectors.contract_collectors import CaseMessage, CaseReport, Quote, ReportPage
from connectors.json_calls import (
    Json,
    JsonCalls,
    asked,
    before,
    door_to,
    in_turn,
    looked,
    moment,
    refusal,
    rows_of,
)
from connectors.json_door import read_json, write_json
from shared.domain.casefile_v1 import CaseFile, FileClaim
from shared.errors import Reconnect, Refused, Unreadable

_SCOPE = "receivables:assignments company:read invoice:send"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAGE, _MOST_PAGES = 100, 200
# Events that somebody marked as seen are read all the same when they are so new.
_OVERLAP = timedelta(minutes=10)
_SIGNED = frozenset({"active", "activated", "enabled"})

SPEC = Spec(
    name="collectors.maventa_receivables",
    title="Maventa Receivables (Ropo, Visma Amili)",
    countries=("FI", "SE", "NO"),
    config=Config,
    secrets=("client_key", "vendor_api_key"),
    capabilities=frozenset({"submit", "tell", "poll", "price"}),
    docs="https://documentation.maventa.com/api-specification/rest-api/receivables-api",
    verified="spec only",
    confirm=True,
    data=("name", "address", "contact", "national id", "invoice", "notice", "payment"),
    processing="Finland, Sweden and Norway (Maventa, and Ropo or Visma Amili)",
    regions=("FI", "SE", "NO"),
    idempotency="blind",
    query_by_key=True,
    environments=("production", "sandbox"),
)


def connect(connection: Connection) -> Maventa:
    """The company of a connection; nothing is dialled yet."""
    return Maventa(connection)


class Maventa:
    """One company's assignments in one collection service."""

    def __init__(self, connection: Connection) -> None:
        self._config = Config.model_validate(connection.config.model_dump())
        self._connection = connection

    def __repr__(self) -> str:
        return f"Maventa({self._connection.id})"

    @cached_property
    def _bearer(self) -> Bearer:
        secrets = self._connection.secrets
        if not secrets.get("client_key") or not secrets.get("vendor_api_key"):
            raise Reconnect("the client's key or the vendor's API key is missing", lacks="settings")
        form = {
            "grant_type": "client_credentials",
            "client_id": self._config.company,
            "client_secret": secrets["client_key"],
            "vendor_api_key": secrets["vendor_api_key"],
            "scope": _SCOPE,
        }
        door = door_to(self._connection, self._config.address)
        return Bearer(lambda now: by_form(door, "/oauth2/token", form, now))

    @cached_property
    def _exchange(self) -> JsonCalls:
        return JsonCalls(door_to(self._connection, self._config.address), self._bearer.headers)

    @cached_property
    def _receivables(self) -> JsonCalls:
        door = door_to(self._connection, self._config.receivables_address)
        return JsonCalls(door, self._bearer.headers)

    def test(self) -> Sequence[Finding]:
        """Look at the login, the assignments, and whether the collection contract is signed."""
        wrong = looked(lambda: self._receivables.read("/v1/assignments/overview", now=_EPOCH))
        login = Finding(check="login", ok=not wrong, text=wrong or "Assignments can be read.")
        if wrong:
            return (login,)
        unread = looked(lambda: self._signed(_EPOCH))
        signed = not unread and self._signed(_EPOCH)
        text = "The collection contract is signed." if signed else unread or (
            "The contract is pending: activate the service at Maventa and sign the agreement."
        )  # fmt: skip
        return (login, Finding(check="contract", ok=signed, text=text))

    def submit(
        self,
        case: HandOver,  # noqa: ARG002 - the file says more
        *,
        key: str,  # noqa: ARG002 - an invoice has one assignment: Maventa is asked for it
        now: datetime,
        file: CaseFile,
    ) -> Receipt:
        """Transfer each claim that has no assignment yet."""
        try:
            assignments.check(file, self._config)
            orders = [(claim, assignments.order(file, claim)) for claim in file.claims]
        except Refused as error:
            return Receipt(outcome="rejected", code=error.code)
        sent = in_turn(self._transfer(claim, body, now) for claim, body in orders)
        return sent or Receipt(outcome="rejected", code="SCHEMA_INVALID")

    def quote(
        self,
        case: HandOver,  # noqa: ARG002 - the file says more
        *,
        now: datetime,
        file: CaseFile,
    ) -> Quote:
        """Whether the gates are open and the contract is signed; no price is told beforehand.

        Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``.
        """
        try:
            assignments.check(file, self._config)
        except Refused as error:
            return Quote(eligible=False, code=error.code)
        signed = self._signed(now)
        return Quote(eligible=signed, code=None if signed else "MISSING_CONTRACT")

    def tell(
        self,
        message: CaseMessage,
        *,
        key: str,
        now: datetime,
        file: CaseFile | None = None,  # noqa: ARG002 - events need none
    ) -> Receipt:
        """Add an event to each assignment that the message is about, unless it stands there."""
        event = self._event(message)
        if event is None:
            return Receipt(outcome="rejected", code="not_supported")
        abouts = (assignments.Known(message.case_id, claim) for claim in _claims(message))
        sent = in_turn(self._add(about, event, key, now) for about in abouts)
        if sent is None:
            return Receipt(outcome="rejected", code="OTHER")
        return Receipt(outcome="accepted") if sent.outcome == "accepted" else sent

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:
        """The assignments that have events since ``cursor`` (an instant), oldest first.

        An event that nobody has seen is read however old it is, because one may show up late; it
        is marked as seen once the page is stored, when the next is asked for.
        """
        since = moment(cursor) - _OVERLAP if cursor else None
        rows = sorted(self._all("/v1/events", now), key=lambda one: str(one.get("created_at")))
        named, found, refused = dict[str, None](), list[CaseReport](), list[RowError]()
        for row in rows:
            if not row.get("seen") or since is None or moment(row.get("created_at")) > since:
                named[str(row.get("assignment_id"))] = None
        known = [moment(cursor)] if cursor else []
        moments = [*known, *(moment(row.get("created_at")) for row in rows)]
        last = max(moments, default=now).isoformat()
        for name in named:
            try:
                one = self._receivables.read(f"/v1/assignments/{quoted(name, safe='')}", now=now)
                ours = assignments.known(one) if isinstance(one, dict) else None
                found += assignments.reports(one, ours) if ours is not None else ()
            except (Unreadable, Refused) as error:
                refused.append(RowError(row=name, field="", text=f"{error}"))
        yield ReportPage(reports=tuple(found), refused=tuple(refused), cursor=last)
        for row in rows:
            self._see(row, now)

    def _transfer(self, claim: FileClaim, body: Json, now: datetime) -> Receipt:
        known = asked(lambda: self._assigned(claim, now))
        if known.code != "not_found":
            return before(known)
        path = f"/v2/invoices/{known.reference}/assignment/{self._config.service}"
        answer = self._exchange.act("POST", path, body, now=now)
        if isinstance(answer, Receipt):
            return answer
        taken = Receipt(outcome="received", reference=known.reference)
        return refusal(answer, invalid={400, 422}) or taken

    def _assigned(self, claim: FileClaim, now: datetime) -> Receipt:
        """What Maventa has of a claim; ``not_found`` (with its invoice id) when nothing yet."""
        params = {"direction": "SENT", "number": claim.number}
        rows = rows_of(self._exchange.read("/v1/invoices", now=now, params=params))
        if len(rows) != 1 or not rows[0].get("id"):
            # Not sent through Maventa, or more than one of that number: nothing to hand over.
            return Receipt(outcome="rejected", code="DOCUMENT_MISSING")
        invoice = quoted(str(rows[0]["id"]), safe="")
        path = f"/v2/invoices/{invoice}/assignment"
        answer = self._exchange.answer(path, now=now, missing=404)
        if answer.status == 404:
            return Receipt(outcome="rejected", code="not_found", reference=invoice)
        said = read_json(answer.body)
        status = said.get("status") if isinstance(said, dict) else None
        if status == "error":
            return Receipt(outcome="rejected", code="OTHER", reference=invoice)
        known = status in {"pending", "sent"}
        return Receipt(outcome="received" if known else "unknown", reference=invoice)

    def _event(self, message: CaseMessage) -> Json | None:
        said, words = message.data, self._config
        match message.type:
            case "payment.direct" | "credit_note.applied":
                paid = message.type == "payment.direct"
                return {
                    "event_type": words.payment_event if paid else words.credit_event,
                    "amount": str(said["amount"]),
                    "date": str(said["date"]),
                }
            case "case.held":
                until = {"date": str(said["until"])} if said.get("until") else {}
                return {"event_type": words.hold_event, **until}
            case "case.withdrawn":
                return {"event_type": words.cancel_event}
            case _:
                return None

    def _add(self, ours: assignments.Known, event: Json, key: str, now: datetime) -> Receipt:
        def there() -> Receipt:
            for one in self._all("/v1/assignments", now):
                if assignments.known(one) == ours:
                    name = quoted(str(one.get("id")), safe="")
                    rows = self._all(f"/v1/assignments/{name}/events", now)
                    written = any(key.encode() in write_json(row) for row in rows)
                    if written:
                        return Receipt(outcome="accepted", reference=name)
                    return Receipt(outcome="rejected", code="not_written", reference=name)
            return Receipt(outcome="rejected", code="not_found")

        known = asked(there)
        if known.code != "not_written":
            lost = known.outcome == "unknown"
            return Receipt(outcome="retry", code=known.code) if lost else known
        path = f"/v1/assignments/{known.reference}/events"
        answer = self._receivables.act("POST", path, {**event, "description": key}, now=now)
        if isinstance(answer, Receipt):
            return answer
        return refusal(answer) or Receipt(outcome="accepted", reference=known.reference)

    def _see(self, row: Json, now: datetime) -> None:
        """Mark an event as seen; what fails is marked by the next poll."""
        if row.get("seen"):
            return
        assignment, event = (
            quoted(str(row.get(name)), safe="") for name in ("assignment_id", "id")
        )
        path = f"/v1/assignments/{assignment}/events/{event}/seen"
        self._receivables.act("POST", path, {}, now=now)

    def _signed(self, now: datetime) -> bool:
        path = f"/v2/services/{self._config.service}/receivables"
        answer = self._exchange.answer(path, now=now, missing=404)
        said = read_json(answer.body) if answer.status != 404 else {}
        return isinstance(said, dict) and str(said.get("status", "")).lower() in _SIGNED

    def _all(self, path: str, now: datetime) -> list[Json]:
        found: list[Json] = []
        for page in range(1, _MOST_PAGES + 1):
            params = {"page": str(page), "per_page": str(_PAGE)}
            rows = rows_of(self._receivables.read(path, now=now, params=params))
            found += rows
            if len(rows) < _PAGE:
                return found
        raise Unreadable("a list does not end")


def _claims(message: CaseMessage) -> list[str]:
    said: dict[str, Any] = message.data
    return [str(said["claim"])] if "claim" in said else [str(one) for one in said.get("claims", ())]
