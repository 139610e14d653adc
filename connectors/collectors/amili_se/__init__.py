"""Amili AB (Sweden): collection of claims in Swedish kronor over Amili's creditor API.

Amili gives a key, and the ids of the account and of the creditor. Each claim becomes a case of
Amili's own; direct payments and credits are registered there, each once, because what Amili has is
asked for by reference before anything is sent. Everything else that happens at our side is told by
a person. Changed cases and payout specifications are polled.

Amili needs the debtor's id number (organisation or personal number); without it a case is refused
before it is sent. Interest and reminder fees that were charged before are not sent: Amili's pages
show no field for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from connectors.collectors.amili_se import orders, reports
from connectors.collectors.amili_se.config import Config
from connectors.contract import Connection, Finding, HandOver, Receipt, RowError, Spec
from connectors.contract_collectors import (
    OTHER_CLAIMS,
    CaseMessage,
    CaseReport,
    ReportPage,
)
from connectors.http import Answer
from connectors.json_calls import (
    Json,
    JsonCalls,
    asked,
    before,
    body_of,
    door_to,
    looked,
    rows_of,
)
from connectors.json_door import write_json
from shared.domain.casefile_v1 import CaseFile
from shared.domain.remittance import Remittance
from shared.errors import Reconnect, Refused, Unreadable

_PAGE = 100
_MOST_PAGES = 500
_OVERLAP = timedelta(minutes=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The path of each message, and the field in which its reference is kept and asked for.
_TELLS = {
    "payment.direct": ("/creditor--payments", "creditor_payment_reference"),
    "credit_note.applied": ("/creditor--creditings", "creditor_reference"),
}

SPEC = Spec(
    name="collectors.amili_se",
    title="Amili AB (Sweden)",
    countries=("SE",),
    config=Config,
    secrets=("api_key",),
    capabilities=frozenset({"submit", "tell", "find", "poll", "remittances"}),
    docs="https://docs.amili.se/reference/endpoints/case-registration",
    verified="spec only",
    confirm=True,
    data=("name", "address", "contact", "national id", "invoice", "payment"),
    processing="Sweden (Amili AB)",
    regions=("SE",),
    idempotency="askable",
    query_by_key=True,
    environments=("production", "sandbox"),
    overlap_minutes=10,
)


def connect(connection: Connection) -> Amili:
    """The creditor of a connection; nothing is dialled yet."""
    return Amili(connection)


class Amili:
    """One creditor at Amili in one environment."""

    def __init__(self, connection: Connection) -> None:
        self._config = Config.model_validate(connection.config.model_dump())
        self._connection = connection
        self._known: dict[str, reports.Known | None] = {}

    def __repr__(self) -> str:
        return f"Amili({self._connection.id})"

    @cached_property
    def _calls(self) -> JsonCalls:
        key = self._connection.secrets.get("api_key", "")
        if not key:
            raise Reconnect("the API key is missing", lacks="settings")
        door = door_to(self._connection, self._config.address)
        return JsonCalls(door, lambda _: {"x-api-key": key})

    def test(self) -> Sequence[Finding]:
        """Look at the key, by listing one case of the creditor."""
        wrong = looked(lambda: self._list("/cases", {}, _EPOCH, most=1))
        return (Finding(check="login", ok=not wrong, text=wrong or "Cases can be read."),)

    def submit(
        self,
        case: HandOver,  # noqa: ARG002 - the file says more
        *,
        key: str,  # noqa: ARG002 - Amili knows no keys: it is asked by reference
        now: datetime,
        file: CaseFile,
    ) -> Receipt:
        """Register the case: received with the id of Amili's first case of it."""
        try:
            body = orders.registration(file, self._config)
        except Refused as error:
            return Receipt(outcome="rejected", code=error.code)
        answer = self._calls.act("POST", "/case--registrations", body, now=now)
        if isinstance(answer, Receipt):
            return answer
        said = body_of(answer)
        if answer.status // 100 == 4 or said.get("_status") == "ERR":
            code = "SCHEMA_INVALID" if answer.status in {200, 201, 400, 422} else "OTHER"
            return Receipt(outcome="rejected", code=code)
        made = said.get("_cases")
        if said.get("_status") != "OK" or not isinstance(made, list):
            return Receipt(outcome="unknown", code="unreadable")
        return Receipt(outcome="received", reference=str(made[0]) if made else None)

    def tell(
        self,
        message: CaseMessage,
        *,
        key: str,
        now: datetime,
        file: CaseFile | None = None,  # noqa: ARG002 - payments and credits need none
    ) -> Receipt:
        """Register a direct payment or a credit under ``key``, unless Amili has it."""
        if message.type not in _TELLS:
            return Receipt(outcome="rejected", code="not_supported")
        path, field = _TELLS[message.type]
        there = asked(lambda: self._there(path, {field: key}, now))
        if there.code != "not_found":
            return before(there)
        ours = {"payout_reference": message.case_id, "debt_reference": message.data.get("claim")}
        found = asked(lambda: self._there("/cases", _of_debt(ours), now))
        if found.reference is None:
            return before(found)
        try:
            body = orders.movement(message, found.reference, self._config)
        except Refused as error:
            return Receipt(outcome="rejected", code=error.code)
        answer = self._calls.act("POST", path, {**body, field: key}, now=now)
        return answer if isinstance(answer, Receipt) else _registered(answer)

    def find(self, case: str, *, claims: Sequence[str] = (), now: datetime) -> Receipt:
        """The case of the first of our claims, if Amili has them all; each is asked for."""
        wanted = [{"payout_reference": case, "debt_reference": one} for one in claims]

        def ask() -> Receipt:
            found = [
                self._there("/cases", _of_debt(ours), now)
                for ours in wanted or [{"payout_reference": case}]
            ]
            if len({one.outcome for one in found}) > 1:
                return Receipt(outcome="rejected", code=OTHER_CLAIMS)
            return found[0]

        return asked(ask)

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:
        """Cases and payout specifications that changed since ``cursor`` (an instant)."""
        begin = orders.moment(cursor) - _OVERLAP if cursor else None
        changed = {} if begin is None else {"_updated": {"$gte": orders.rfc1123(begin)}}
        cases = self._list("/cases", changed, now)
        rows = self._list("/finance--payout-specifications", changed, now)
        instants = [orders.moment(one.get("_updated")) for one in (*cases, *rows)]
        last = orders.rfc1123(max(instants)) if instants else cursor or orders.rfc1123(now)
        found, refused = list[CaseReport](), list[RowError]()
        for one in cases:
            self._take(one, found, refused)
        for row in rows:
            self._pay(row, found, refused, now)
        payouts = dict.fromkeys(str(row["payout"]) for row in rows if row.get("payout"))
        paid = [out for one in payouts if (out := self._payout(one, refused, now)) is not None]
        yield ReportPage(
            reports=tuple(found), remittances=tuple(paid), refused=tuple(refused), cursor=last
        )

    def _take(self, case: Json, found: list[CaseReport], refused: list[RowError]) -> None:
        ours = reports.known(case)
        if ours is None:
            return
        try:
            found += reports.of_case(case, ours)
        except Unreadable as error:
            refused.append(RowError(row=str(case.get("_id")), field="", text=f"{error}"))

    def _pay(
        self, row: Json, found: list[CaseReport], refused: list[RowError], now: datetime
    ) -> None:
        ours = self._of_row(row, now)
        if ours is None:
            return
        try:
            report = reports.of_payment(row, ours)
        except Unreadable as error:
            refused.append(RowError(row=str(row.get("_id")), field="amount", text=f"{error}"))
            return
        found += [report] if report is not None else []

    def _payout(self, payout: str, refused: list[RowError], now: datetime) -> Remittance | None:
        """All of a payout, whenever its rows changed; None (and a refusal) when it is not one."""
        rows = self._list("/finance--payout-specifications", {"payout": payout}, now)
        try:
            return reports.remittance(payout, [(row, self._of_row(row, now)) for row in rows])
        except Unreadable as error:
            refused.append(RowError(row=payout, field="payout", text=f"{error}"))
            return None

    def _of_row(self, row: Json, now: datetime) -> reports.Known | None:
        """Our claim of a specification, found by its invoice number."""
        number = str(row.get("invoice_number", ""))
        if number not in self._known:
            rows = self._list("/cases", {"debt.invoice_number": number}, now)
            ours = {one for case in rows if (one := reports.known(case)) is not None}
            self._known[number] = ours.pop() if len(ours) == 1 else None
        return self._known[number]

    def _there(self, path: str, where: dict[str, Any], now: datetime) -> Receipt:
        rows = self._list(path, where, now, most=1)
        if not rows:
            return Receipt(outcome="rejected", code="not_found")
        return Receipt(outcome="accepted", reference=str(rows[0].get("_id")))

    def _list(
        self, path: str, where: dict[str, Any], now: datetime, *, most: int | None = None
    ) -> list[Json]:
        """The creditor's records of a list, in the order in which they changed."""
        wanted = write_json({"creditor": self._config.creditor, **where}).decode()
        size, found = str(most or _PAGE), list[Json]()
        for page in range(1, _MOST_PAGES + 1):
            params = {"where": wanted, "sort": "_updated", "max_results": size, "page": str(page)}
            rows = rows_of(self._calls.read(path, now=now, params=params), "_items")
            if any(row.get("creditor") != self._config.creditor for row in rows):
                raise Unreadable("a list holds another creditor's records")
            found += rows
            if most or len(rows) < _PAGE:
                return found
        raise Unreadable("a list does not end")


def _of_debt(ours: dict[str, Any]) -> dict[str, Any]:
    return {f"debt.{name}": value for name, value in ours.items()}


def _registered(answer: Answer) -> Receipt:
    """What Amili made of a payment or credit; ``warning`` is booked, and a person looks at it."""
    said = body_of(answer)
    state = said.get("_payment_status") or said.get("status")
    if answer.status // 100 == 4 or said.get("_status") == "ERR" or state == "error":
        return Receipt(outcome="rejected", code="OTHER")
    if said.get("_status") != "OK":
        return Receipt(outcome="unknown", code="unreadable")
    code = "warning" if state == "warning" else None
    return Receipt(outcome="accepted", reference=str(said.get("_id")), code=code)
