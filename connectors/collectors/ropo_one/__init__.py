"""Ropo One (Finland, Sweden, Norway): invoices handed over to collection over Ropo's REST API.

Ropo gives a customer number and an API code; a token is good for two hours. Each claim is a task
of its own and must be sent once only, so Ropo is asked by invoice number before it is sent. The
invoice itself and its reminders are tasks of that number too, where Ropo sent them: only a task of
collection stands for the hand-over, and one that does not say what it is a person looks at. The
customer number of a task holds our case's and claim's ids, by which the task is known again; that
Ropo keeps it as it was sent is not proven. Direct payments are registered there; everything else
that happens at our side is told by a person.

Ropo pushes batches of status events with Basic authentication, or they are polled day by day. Both
are only the word that a task moved: it is read again. Which payments Ropo received is not in its
documented answers.

Source: dev.ropo.com (guides/basics, guides/general-add-ons, api-reference).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from connectors.bearer import Bearer, by_json, is_basic
from connectors.collectors.ropo_one import tasks
from connectors.collectors.ropo_one.config import Config
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
from connectors.contract_collectors import CaseMessage, CaseReport, ReportPage
from connectors.json_calls import (
    Json,
    JsonCalls,
    asked,
    before,
    body_of,
    door_to,
    in_turn,
    looked,
    refusal,
)
from connectors.json_door import read_json
from shared.domain.casefile_v1 import CaseFile
from shared.domain.money import Money
from shared.errors import Reconnect, Refused, Unreadable

_TOKEN_GOOD = timedelta(hours=2)
# An invoice has a task of which Ropo's answer does not say whether it is the collection.
OTHER_TASK = "other_task"
# What one answer of status changes holds at most.
_MOST = 1000
_LONGEST_LOOK = 31

SPEC = Spec(
    name="collectors.ropo_one",
    title="Ropo One",
    countries=("FI", "SE", "NO"),
    config=Config,
    secrets=("api_code", "events_password", "events_password_next"),
    capabilities=frozenset({"submit", "tell", "poll", "webhooks"}),
    docs="https://dev.ropo.com/guides/basics/debt-collection",
    verified="spec only",
    confirm=True,
    data=("name", "address", "invoice", "payment"),
    processing="Finland, Sweden and Norway (Ropo)",
    regions=("FI", "SE", "NO"),
    idempotency="blind",
    query_by_key=True,
    environments=("production", "sandbox"),
)


def connect(connection: Connection) -> Ropo:
    """The customer of a connection; nothing is dialled yet."""
    return Ropo(connection)


class Ropo:
    """One customer's tasks at Ropo."""

    def __init__(self, connection: Connection) -> None:
        self._config = Config.model_validate(connection.config.model_dump())
        self._connection = connection
        names = ("events_password", "events_password_next")
        self._passwords = tuple(connection.secrets.get(name, "") for name in names)

    def __repr__(self) -> str:
        return f"Ropo({self._connection.id})"

    @cached_property
    def _calls(self) -> JsonCalls:
        code = self._connection.secrets.get("api_code", "")
        if not code:
            raise Reconnect("the API code is missing", lacks="settings")
        door = door_to(self._connection, self._config.address)
        login = {"cid": self._config.customer, "apicode": code}
        bearer = Bearer(lambda now: by_json(door, "/rest/token", login, now, _TOKEN_GOOD))
        return JsonCalls(door, bearer.headers)

    def test(self) -> Sequence[Finding]:
        """Look at the login, by asking for the changes of a day long ago."""
        wrong = looked(lambda: self._changes(date(2020, 1, 1), datetime(2020, 1, 2, tzinfo=UTC)))
        text = "Ropo's events can be checked." if any(self._passwords) else (
            "Without a password for Ropo's events they are polled alone."
        )  # fmt: skip
        return (
            Finding(check="login", ok=not wrong, text=wrong or "The login is good."),
            Finding(check="events", ok=True, text=text),
        )

    def submit(
        self,
        case: HandOver,  # noqa: ARG002 - the file says more
        *,
        key: str,
        now: datetime,
        file: CaseFile,
    ) -> Receipt:
        """Send one task a claim, those that Ropo has not got; ``key`` only helps to trace it."""
        try:
            made = [tasks.task(file, claim, self._config.due_key) for claim in file.claims]
        except Refused as error:
            return Receipt(outcome="rejected", code=error.code)
        sent = in_turn(self._send(task, key, now) for task in made)
        return sent or Receipt(outcome="received")

    def tell(
        self,
        message: CaseMessage,
        *,
        key: str,
        now: datetime,
        file: CaseFile | None = None,  # noqa: ARG002 - payments need none
    ) -> Receipt:
        """Register a direct payment, by the invoice number of its task."""
        if message.type != "payment.direct":
            return Receipt(outcome="rejected", code="not_supported")
        custnum = f"{message.case_id} {message.data['claim']}"
        found = self._calls.act(
            "POST", "/rest/jobs/findbyendcustomer", {"custnum": custnum}, now=now
        )
        if isinstance(found, Receipt):
            return before(found)
        jobs = body_of(found).get("jobs")
        number = jobs[0].get("invoice_number") if isinstance(jobs, list) and jobs else None
        if not isinstance(number, str):
            return Receipt(outcome="rejected", code="not_found")
        body = {
            "billnum": number,
            "paydate": str(message.data["date"]),
            "amount": Money.of(str(message.data["amount"]), str(message.data["currency"])).amount,
            "type": "directpayment",
            "description": key,
        }
        answer = self._calls.act("POST", "/rest/jobs/payment", body, now=now)
        if isinstance(answer, Receipt):
            return answer
        return refusal(answer) or Receipt(outcome="accepted")

    def verify(self, delivery: Delivery, *, now: datetime) -> Hook:
        """Check the password of a batch, then say which tasks to read again.

        Raises ``Refused`` (``bad_signature``) or ``Unreadable``.
        """
        del now  # a password is of no moment
        header = delivery.headers.get("authorization", "")
        if not is_basic(header, self._config.events_user, self._passwords):
            raise Refused("the delivery has not the agreed password", code="bad_signature")
        jobs = dict.fromkeys(f"job/{one}" for one in tasks.moved(read_json(delivery.body)))
        digest = hashlib.sha256(delivery.body).hexdigest()[:32]
        return Hook(event=f"batch-{digest}", signed=True, fetch=tuple(jobs))

    def reports(self, what: str, *, now: datetime) -> Sequence[CaseReport]:
        """What ``job/<number>`` says now; nothing for a task that is not ours."""
        kind, _, number = what.partition("/")
        if kind != "job" or not number.isdecimal():
            raise Unreadable("there is no such kind of object to read")
        found = self._calls.read("/rest/jobs", now=now, params={"jobid": number})
        return tuple(tasks.reports(found if isinstance(found, dict) else {}, now))

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:
        """The tasks that moved, day by day from the day ``cursor`` through today.

        Asked by day, because the list without one is emptied by reading it.
        """
        last = now.date()
        day = _day(cursor) if cursor else last
        day = max(day, last - timedelta(days=_LONGEST_LOOK))
        while day <= last:
            yield self._page(day, now)
            day += timedelta(days=1)

    def _page(self, day: date, now: datetime) -> ReportPage:
        found, refused = list[CaseReport](), list[RowError]()
        rows = self._changes(day, now)
        if len(rows) >= _MOST:
            text = "the day has more changes than one answer holds"
            refused.append(RowError(row=day.isoformat(), field="", text=text))
        noon = datetime.combine(day, time(12), UTC)
        for number in dict.fromkeys(tasks.moved(rows)):
            try:
                job = self._calls.read("/rest/jobs", now=now, params={"jobid": str(number)})
                found += tasks.reports(job if isinstance(job, dict) else {}, noon)
            except (Unreadable, Refused) as error:
                refused.append(RowError(row=str(number), field="", text=f"{error}"))
        return ReportPage(reports=tuple(found), refused=tuple(refused), cursor=day.isoformat())

    def _changes(self, day: date, now: datetime) -> list[Json]:
        params = {"date": day.isoformat()}
        answer = self._calls.answer("/rest/jobs/statusupdates", now=now, params=params)
        return [] if answer.status == 204 else tasks.changed(read_json(answer.body))

    def _send(self, task: Json, key: str, now: datetime) -> Receipt:
        known = asked(lambda: self._has(task, now))
        if known.code == OTHER_TASK:
            # Not ``retry``: what stands there stays, and a person finds out what it is.
            return known
        if known.code != "not_found":
            return before(known)
        answer = self._calls.act(
            "POST", "/rest/jobs", {"dataset": task}, now=now, headers={"DataIdentifier": key}
        )
        if isinstance(answer, Receipt):
            return answer
        refused = refusal(answer, invalid={400, 422})
        if refused is not None:
            return refused
        match body_of(answer).get("accepted"):
            case int(number) if number >= 1:
                return Receipt(outcome="received")
            case 0:
                return Receipt(outcome="rejected", code="OTHER")
            case _:
                return Receipt(outcome="unknown", code="unreadable")

    def _has(self, task: Json, now: datetime) -> Receipt:
        """Whether one of the invoice's tasks is its collection.

        The invoice itself and its reminders are tasks of the same number, where Ropo sent them.
        """
        params = {"billnum": str(task["billnum"])}
        answer = self._calls.answer("/rest/jobs/statusupdates", now=now, params=params)
        rows = [] if answer.status == 204 else tasks.changed(read_json(answer.body))
        numbers = dict.fromkeys(tasks.moved(rows))
        if rows and not numbers:
            return Receipt(outcome="unknown", code=OTHER_TASK)
        jobs = (
            self._calls.read("/rest/jobs", now=now, params={"jobid": str(one)}) for one in numbers
        )
        kinds = {tasks.is_collection(one, task["custnum"]) for one in jobs}
        if True in kinds:
            return Receipt(outcome="received")
        if None in kinds:
            return Receipt(outcome="unknown", code=OTHER_TASK)
        return Receipt(outcome="rejected", code="not_found")


def _day(cursor: str) -> date:
    try:
        return date.fromisoformat(cursor)
    except ValueError:
        raise Unreadable("the cursor is not one of this connector") from None
