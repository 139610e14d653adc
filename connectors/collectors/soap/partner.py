"""The hub's own SOAP profile: what each operation is called with, and what its answer means."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from connectors.collectors.soap.body import money, values
from connectors.contract import Connection, Finding, HandOver, Receipt, RowError
from connectors.contract_collectors import CaseMessage, CaseReport, ReportPage
from connectors.failed_acts import receipt_for
from connectors.json_door import read_json
from connectors.soap_door import Login, Service, SoapDoor, SoapFault
from shared.domain import casefile_xml
from shared.domain.casefile_v1 import CaseFile
from shared.domain.money import Money
from shared.domain.partner_message import read_message
from shared.domain.partner_reports import RejectCode
from shared.domain.remittance import Remittance
from shared.errors import Reconnect, Refused, Retry, Unreadable

if TYPE_CHECKING:
    from connectors.collectors.soap import Config

# Events of one answer, and answers of one poll.
_MAX_EVENTS = 500
_MAX_PAGES = 100
_KINDS = {
    "payment.direct": "payment", "credit_note.applied": "credit", "payment.reversed": "reversal",
}  # fmt: skip
_STATUSES = frozenset({"received", "accepted", "rejected", "unknown"})
_ACTIONS = {"case.withdrawn": "withdraw", "case.held": "pause", "case.resumed": "resume"}


@cache
def service() -> Service:
    """The published description: the WSDL beside this module, the case file's own XSD."""
    wsdl = Path(__file__).with_name("partner.v1.wsdl").read_bytes()
    files = (("partner.v1.wsdl", wsdl), ("casefile.v1.xsd", casefile_xml.xsd().encode()))
    return Service("partner.v1.wsdl", files)


class SoapPartner:
    """One partner's service."""

    def __init__(self, config: Config, connection: Connection) -> None:
        self._config, self._password = config, connection.secrets.get("password", "")
        self._private_targets = connection.private_targets
        self._opened: SoapDoor | None = None

    def test(self) -> Sequence[Finding]:
        """Ask for a case that nobody has: a partner that says so knows us and our words."""
        receipt = self.find("connection-test", now=datetime(1970, 1, 1, tzinfo=UTC))
        if receipt.code == "login_refused":
            text = "The partner refuses the login: check user and password."
            return (Finding(check="login", ok=False, text=text),)
        if receipt.code == "target_refused":
            text = "The address must be a public https address without a fragment."
            return (Finding(check="service", ok=False, text=text),)
        if receipt.outcome == "rejected" and receipt.code == "not_found":
            return (Finding(check="service", ok=True, text="The partner's service answers."),)
        text = "What answers does not speak this service: check the address with the partner."
        return (Finding(check="service", ok=False, text=text),)

    def submit(self, case: HandOver, *, key: str, now: datetime, file: CaseFile) -> Receipt:  # noqa: ARG002
        """Hand the whole case file over under ``key``.

        A fault that may be repeated is ``retry``, another is ``rejected`` with the partner's code
        where it is one of ours, else ``OTHER``; no whole answer is ``unknown``.
        """
        return self._receipt("SubmitCase", key, {"case_file": values(file)}, now)

    def tell(
        self, message: CaseMessage, *, key: str, now: datetime, file: CaseFile | None = None
    ) -> Receipt:
        """Say money as a payment, and rest or end as a control; the rest is a person's to tell."""
        said = message.data
        if message.type == "case.amended" and file is not None:
            return self._receipt("SubmitCase", key, {"case_file": values(file)}, now)
        named = {"caseId": message.case_id, "partnerCaseId": message.partner_case}
        if message.type in _KINDS:
            amount = Money.of(said["amount"], said["currency"])
            fields = {
                **named, "kind": _KINDS[message.type], "movementId": said["movement"],
                "claimId": said["claim"], "date": date.fromisoformat(said["date"]),
                "amount": money(amount), "reasonCode": said.get("cause"),
            }  # fmt: skip
            return self._receipt("ReportPayment", key, fields, now)
        if message.type in _ACTIONS:
            until = said.get("until")
            fields = {
                **named, "action": _ACTIONS[message.type],
                "claimId": list(said.get("claims", ())), "reasonCode": said.get("reason"),
                "until": date.fromisoformat(until) if until else None,
            }  # fmt: skip
            return self._receipt("ControlCase", key, fields, now)
        return Receipt(outcome="rejected", code="not_supported")

    def find(
        self,
        case: str,
        *,
        claims: Sequence[str] = (),  # noqa: ARG002 - the service has no such question
        now: datetime,
    ) -> Receipt:
        """Whether the partner has a case of ours, with whatever claims."""
        return _attempt(lambda: _judged(self._call("FindCase", {"caseId": case}, now)))

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:
        """Events since ``cursor``, one answer a page, until the partner has no more.

        An event that cannot be read is refused by itself: the cursor goes on, as the service has
        no way to send it again.
        """
        for _ in range(_MAX_PAGES):
            fields = {"cursor": cursor, "max": _MAX_EVENTS}
            try:
                answer = self._call("FetchEvents", fields, now)
            except SoapFault as fault:
                if fault.detail.get("retryable", str(fault.code != "Client").lower()) == "true":
                    raise Retry("the partner's service reports a fault") from None
                raise Unreadable("the partner's service refuses to be asked") from None
            page = _page(answer, cursor or "")
            yield page
            if not answer["more"] or page.cursor == cursor:
                return
            cursor = page.cursor

    def _receipt(
        self, operation: str, key: str, fields: Mapping[str, Any], now: datetime
    ) -> Receipt:
        sent = {"idempotencyKey": key, **fields}
        return _attempt(lambda: _judged(self._call(operation, sent, now)))

    def _call(self, operation: str, fields: Mapping[str, Any], now: datetime) -> Any:
        if not self._password:
            raise Reconnect("the password is missing", lacks="settings")
        if self._opened is None:
            self._opened = SoapDoor(
                service(), self._config.address,
                login=Login(self._config.user, self._password),
                private_targets=self._private_targets,
            )  # fmt: skip
        # zeep gives an answer of one element, a receipt, as that element's own value.
        return self._opened.call(operation, fields, now=now)


def _attempt(call: Callable[[], Receipt]) -> Receipt:
    """One attempt, with every failure as what the hub is to do next."""
    try:
        return call()
    except SoapFault as fault:
        return _faulted(fault)
    except (Retry, Reconnect, Refused, Unreadable) as error:
        return receipt_for(error)


def _faulted(fault: SoapFault) -> Receipt:
    code = fault.detail.get("code", "")
    if fault.detail.get("retryable") == "true":
        return Receipt(outcome="retry", code="fault")
    if not fault.detail and fault.code != "Client":
        # A server that broke says nothing about the call that it may have carried out.
        return Receipt(outcome="unknown", code="fault")
    return Receipt(outcome="rejected", code=code if code in get_args(RejectCode) else "OTHER")


def _judged(said: Any) -> Receipt:
    if not isinstance(said, dict) or said.get("status") not in _STATUSES:
        raise Unreadable("the answer is no receipt")
    status, own = said["status"], said["partnerCaseId"]
    if status in {"received", "accepted"}:
        return Receipt(outcome=status, reference=own)
    if status == "unknown":
        return Receipt(outcome="rejected", code="not_found")
    code = said["reasonCode"]
    return Receipt(outcome="rejected", code=code if code in get_args(RejectCode) else "OTHER")


def _page(answer: Any, after: str) -> ReportPage:
    if not isinstance(answer, dict) or not isinstance(answer.get("nextCursor"), str):
        raise Unreadable("the answer holds no cursor")
    reports, refused = list[CaseReport](), list[RowError]()
    remittances = list[Remittance]()
    # A page is named by the cursor that it follows: the partner's own text is no name of ours.
    where = hashlib.sha256(after.encode()).hexdigest()[:12]
    for number, event in enumerate(answer["event"] or (), 1):
        try:
            reports.append(_report(event))
        except (Unreadable, ValidationError):
            text = "an event is of a type or shape unknown here"
            refused.append(RowError(row=f"{where}:event-{number}", field="event", text=text))
    for number, body in enumerate(answer["remittance"] or (), 1):
        try:
            remittances.append(Remittance.model_validate(read_json(body.encode())))
        except (Unreadable, ValidationError):
            text = "a remittance has an unknown shape or does not add up"
            refused.append(
                RowError(row=f"{where}:remittance-{number}", field="remittance", text=text)
            )
    return ReportPage(
        reports=tuple(reports), remittances=tuple(remittances), refused=tuple(refused),
        cursor=answer["nextCursor"],
    )  # fmt: skip


def _report(event: Mapping[str, Any]) -> CaseReport:
    said = {
        "id": event["id"], "type": event["type"], "timestamp": event["timestamp"],
        "data": read_json(event["data"].encode()),
    }  # fmt: skip
    return CaseReport(case_id=event["caseId"], message=read_message(said))
