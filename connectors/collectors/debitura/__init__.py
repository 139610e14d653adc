"""Debitura: debt collection in 183 countries through one API (customer API).

In Debitura's creditor portal an administrator makes an API key and a webhook at the address of this
connection (case.created, case.updated, case.closed, payment.created, payment.deleted, chat.created)
and keeps the webhook's secret. The collection contract and powers of attorney are signed there.

A case is one debtor and one amount; its reference is our case's id, by which it is found again
after a lost answer. What happens at our side is written into the case's chat, where each message
carries its key: one that stands there already is not written again. Webhooks are only the word
that something happened; the case is read again. What webhooks lost is found by polling changed
cases. Files are not uploaded, and changed case data and documents are told by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from urllib.parse import quote as quoted

from connectors.collectors.debitura import chats, orders, reports, signature
from connectors.collectors.debitura.config import Config
from connectors.contract import (
    Connection,
    Delivery,
    Finding,
    HandOver,
    Hook,
    Receipt,
    RowError,
    Spec,
)
from connectors.contract_collectors import (
    OTHER_CLAIMS,
    CaseMessage,
    CaseReport,
    Quote,
    ReportPage,
)
from connectors.json_calls import (
    Json,
    JsonCalls,
    asked,
    body_of,
    door_to,
    looked,
    moment,
    refusal,
    rows_of,
)
from connectors.json_door import read_json
from shared.domain.casefile_v1 import CaseFile
from shared.domain.money import Money
from shared.errors import Reconnect, Refused, Unreadable

_PAGE = 100
_MOST_PAGES = 100
_OVERLAP = timedelta(minutes=10)

# What a 422 means (``businessErrors[].type``).
_REFUSALS = {
    "MissingDebtCollectionContract": "MISSING_CONTRACT",
    "MissingPowerOfAttorney": "MISSING_CONTRACT",
    "MissingKycVerification": "MISSING_CONTRACT",
    "NoPartnerAvailable": "COUNTRY_UNSUPPORTED",
}

SPEC = Spec(
    name="collectors.debitura",
    title="Debitura",
    countries=("*",),
    config=Config,
    secrets=("api_key", "webhook_secret", "webhook_secret_next"),
    capabilities=frozenset({"submit", "tell", "find", "poll", "price", "webhooks"}),
    docs="https://docs.debitura.com/clients",
    verified="spec only",
    confirm=True,
    data=("name", "address", "contact", "invoice", "notice", "payment"),
    processing="Denmark (Debitura ApS) and the country of the collection partner that takes a case",
    regions=("DK", "*"),
    idempotency="askable",
    query_by_key=True,
    environments=("production", "sandbox"),
)


def connect(connection: Connection) -> Debitura:
    """The account of a connection; nothing is dialled yet."""
    return Debitura(connection)


class Debitura:
    """One creditor account in one environment."""

    def __init__(self, connection: Connection) -> None:
        self._config = Config.model_validate(connection.config.model_dump())
        self._connection = connection
        names = ("webhook_secret", "webhook_secret_next")
        self._hooks = [connection.secrets.get(name, "") for name in names]

    def __repr__(self) -> str:
        return f"Debitura({self._connection.id})"

    @cached_property
    def _calls(self) -> JsonCalls:
        key = self._connection.secrets.get("api_key", "")
        if not key:
            raise Reconnect("the API key is missing", lacks="settings")
        door = door_to(self._connection, self._config.address)
        return JsonCalls(door, lambda _: {"XApiKey": key})

    def test(self) -> Sequence[Finding]:
        """Look at the key and at the webhook secret; nothing is handed over."""
        wrong = looked(lambda: self._calls.read("/me", now=datetime(1970, 1, 1, tzinfo=UTC)))
        hooked = any(signature.key_of(one) for one in self._hooks)
        text = "The webhook secret is well formed." if hooked else (
            "Enter the secret that Debitura showed when the webhook was made."
        )  # fmt: skip
        return (
            Finding(check="login", ok=not wrong, text=wrong or "The API key is good."),
            Finding(check="webhook_secret", ok=hooked, text=text),
        )

    def submit(
        self,
        case: HandOver,  # noqa: ARG002 - the file says more
        *,
        key: str,
        now: datetime,
        file: CaseFile,
    ) -> Receipt:
        """Make the case under its reference and an ``Idempotency-Key``.

        received with Debitura's id; rejected with a rejection code for a 400 or 422.
        """
        try:
            body = orders.order(file, self._config)
        except Refused as error:
            return Receipt(outcome="rejected", code=error.code)
        answer = self._calls.act(
            "POST", "/cases", body, now=now, headers={"Idempotency-Key": key[:255]}
        )
        if isinstance(answer, Receipt):
            return answer
        said = body_of(answer)
        refused = _business_error(said) or refusal(answer, invalid={400})
        return refused or _has(said) or Receipt(outcome="unknown", code="unreadable")

    def tell(
        self,
        message: CaseMessage,
        *,
        key: str,
        now: datetime,
        file: CaseFile | None = None,  # noqa: ARG002 - a chat holds no personal data of ours
    ) -> Receipt:
        """Write into the case's chat, once: a text that holds the key stands for itself."""
        text = chats.text(message, key)
        if text is None:
            return Receipt(outcome="rejected", code="not_supported")
        case = message.partner_case
        if case is None:
            found = self.find(message.case_id, claims=chats.claims(message), now=now)
            if found.reference is None:
                return found
            case = found.reference
        return chats.write(self._calls, _id(case), text, key, self._config.user_email, now)

    def find(self, case: str, *, claims: Sequence[str] = (), now: datetime) -> Receipt:
        """The case of our reference, if it names the claims.

        One reference may stand on several cases, of which Debitura answers with one: that it is
        another says nothing of the claims, and a person finds out.
        """
        path = f"/cases/by-creditor-reference/{quoted(case, safe='')}"

        def ask() -> Receipt:
            answer = self._calls.answer(path, now=now, missing=404)
            if answer.status == 404:
                return Receipt(outcome="rejected", code="not_found")
            found = read_json(answer.body)
            if not isinstance(found, dict) or found.get("creditorReference") != case:
                return Receipt(outcome="unknown", code="unreadable")
            self._own(found)
            parts = orders.parts_of(found.get("claimDescription"), str(found.get("currency")))
            if not {part.claim for part in parts}.issuperset(claims):
                return Receipt(outcome="rejected", code=OTHER_CLAIMS)
            return _has(found) or Receipt(outcome="unknown", code="unreadable")

        return asked(ask)

    def quote(
        self,
        case: HandOver,  # noqa: ARG002 - the file says more
        *,
        now: datetime,
        file: CaseFile,
    ) -> Quote:
        """Whether a partner takes the case, and the success fee if all of it is recovered.

        Taking a case back within the exclusive period costs the same fee (support.debitura.com,
        "How to close or withdraw a case"). Raises ``Retry``, ``Reconnect``, ``Unreadable``.
        """
        try:
            body = orders.preview(file, self._config)
        except Refused as error:
            return Quote(eligible=False, code=error.code)
        answer = self._calls.act("POST", "/cases/preview", body, now=now)
        if isinstance(answer, Receipt):
            raise Unreadable("the preview was not answered")
        if answer.status // 100 != 2:
            raise Unreadable("the preview was refused")
        result = body_of(answer).get("result")
        if not isinstance(result, dict):
            raise Unreadable("the preview holds no result")
        return _quote(result, orders.amount(file, self._config))

    def verify(self, delivery: Delivery, *, now: datetime) -> Hook:
        """Check the signature over the raw bytes, then say which case to read again.

        Raises ``Refused`` (``bad_signature``), ``Unreadable``, ``Reconnect`` without a secret.
        """
        header = delivery.headers.get(signature.HEADER, "")
        signature.check(self._hooks, header, delivery.body, now)
        return chats.hook(read_json(delivery.body))

    def reports(self, what: str, *, now: datetime) -> Sequence[CaseReport]:
        """What ``case/<id>`` or ``deleted/<id>/<event>`` says now; raises as ``poll``."""
        match what.split("/"):
            case ["case", case]:
                return tuple(self._reports(self._case(case, now), now))
            case ["deleted", case, event]:
                return (reports.deleted(self._case(case, now), event, now),)
            case _:
                raise Unreadable("there is no such kind of object to read")

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:
        """The cases that changed since ``cursor`` (an instant), oldest first, one a page."""
        since = moment(cursor) - _OVERLAP if cursor else None
        changed = sorted(self._changed(since, now), key=lambda one: str(one.get("dateUpdated")))
        for case in changed:
            at = moment(case.get("dateUpdated")).isoformat()
            try:
                self._own(case)
                yield ReportPage(reports=tuple(self._reports(case, now)), cursor=at)
            except (Unreadable, Refused) as error:
                row = RowError(row=str(case.get("id")), field="", text=f"{error}")
                yield ReportPage(refused=(row,), cursor=at)
        if not changed:
            yield ReportPage(cursor=cursor or now.isoformat())

    def _changed(self, since: datetime | None, now: datetime) -> Iterator[Json]:
        """Cases with our marks, newest change first as they are listed; others are a person's."""
        for page in range(1, _MOST_PAGES + 1):
            params = {
                "page": str(page), "pageSize": str(_PAGE), "sort": "DateUpdated:desc",
            }  # fmt: skip
            rows = rows_of(self._calls.read("/cases", now=now, params=params), "cases")
            for row in rows:
                if since is not None and moment(row.get("dateUpdated")) < since:
                    return
                if orders.parts_of(row.get("claimDescription"), str(row.get("currency"))):
                    yield row
            if len(rows) < _PAGE:
                return
        raise Unreadable("a list does not end")

    def _case(self, case: str, now: datetime) -> Json:
        found = self._calls.read(f"/cases/{_id(case)}", now=now)
        if not isinstance(found, dict):
            raise Unreadable("a case is not a record")
        self._own(found)
        return found

    def _reports(self, case: Json, now: datetime) -> Iterator[CaseReport]:
        path = f"/cases/{_id(case.get('id'))}"
        payments = rows_of(self._calls.read(f"{path}/payments", now=now))
        timeline = self._calls.read(f"{path}/timeline", now=now)
        phase = timeline.get("currentEngagementPhase") if isinstance(timeline, dict) else None
        missing: list[Json] = []
        if (case.get("validation") or {}).get("needsInfo"):
            missing = rows_of(self._calls.read(f"{path}/validation", now=now), "items")
        return reports.reports(case, payments, phase, missing)

    def _own(self, case: Json) -> None:
        if bool(case.get("isTestCase")) is not self._config.is_test:
            raise Refused("the case is of another environment", code="wrong_environment")


def _id(value: object) -> str:
    return chats.checked_id(value)


def _has(said: Json) -> Receipt | None:
    case = said.get("id")
    if not isinstance(case, str) or not case:
        return None
    taken = reports.word(said.get("lifecycle")) in {"active", "paused", "closed"}
    return Receipt(outcome="accepted" if taken else "received", reference=case)


def _business_error(said: Json) -> Receipt | None:
    """The first business error of an answer, whatever its status."""
    errors = said.get("businessErrors")
    if not isinstance(errors, list) or not errors:
        return None
    kind = str(errors[0].get("type", "")) if isinstance(errors[0], dict) else ""
    if kind == "IdempotencyConflict":
        # Our key made a case from another body: what it has is asked for by reference.
        return Receipt(outcome="unknown", code="key_reused")
    return Receipt(outcome="rejected", code=_REFUSALS.get(kind, "OTHER"))


def _quote(result: Json, amount: Money) -> Quote:
    pricing = result.get("pricingPreview")
    rate = pricing.get("totalSuccessFeePercentage") if isinstance(pricing, dict) else None
    price = None
    if isinstance(rate, int | Decimal) and 0 <= rate <= 100:
        price = Money.round(amount.amount * Decimal(rate) / 100, amount.currency)
    if result.get("isEligible") is not True:
        return Quote(eligible=False, code="COUNTRY_UNSUPPORTED")
    actions = result.get("requiredActions") or []
    if any(one.get("isBlocking", True) for one in actions if isinstance(one, dict)):
        return Quote(eligible=False, code="MISSING_CONTRACT", price=price, recall_price=price)
    return Quote(eligible=True, price=price, recall_price=price)
