"""What InkassoMægleren's operations are called with, out of a case file or a direct payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from connectors.contract import Connection, Finding, HandOver, Receipt
from connectors.contract_collectors import CaseMessage
from connectors.failed_acts import receipt_for
from connectors.s3_folder import S3Folder
from connectors.soap_door import Service, SoapDoor, SoapFault
from shared.domain.casefile_v1 import CaseFile, FileClaim, FileDebtor
from shared.domain.money import Money
from shared.errors import HubError, Reconnect, Refused

if TYPE_CHECKING:
    from connectors.collectors.inkassomaegleren import Config

_MAIN = "service.wsdl"
_OPERATIONS = ("ImportActDirect", "Deposit")
_MOST_FILES = 30


class Inkassomaegleren:
    """The partner's service, as the customer's copy of its description has it."""

    def __init__(self, config: Config, connection: Connection) -> None:
        self._config, self._token = config, connection.secrets.get("token", "")
        self._folder = S3Folder(connection.clients["s3"], config.bucket, config.folder)
        self._private_targets = connection.private_targets
        self._opened: SoapDoor | None = None

    def test(self) -> Sequence[Finding]:
        """Read the description and look for the operations; the service has no trial call."""
        try:
            for operation in _OPERATIONS:
                self._door().parameters(operation)
        except Reconnect:
            text = "The token is missing, or the bucket denies the description."
            return (Finding(check="description", ok=False, text=text),)
        except HubError:
            text = f"The folder needs {_MAIN} and every schema that it imports, by their own names."
            return (Finding(check="description", ok=False, text=text),)
        return (Finding(check="description", ok=True, text="The description has what is needed."),)

    def submit(self, case: HandOver, *, key: str, now: datetime, file: CaseFile) -> Receipt:  # noqa: ARG002
        """Import a case; received when no fault came. The service honours no key.

        Danish kroner alone. A person's national number is not sent: the hub has none.
        """
        if file.currency != "DKK":
            return Receipt(outcome="rejected", code="CURRENCY_UNSUPPORTED")
        every = {claim.id for claim in file.claims}
        act = {
            "caseReferenceId": file.case_id, "caseTypeId": self._config.case_type,
            "caseOriginalCreditor": file.creditor.name,
            "debtors": [_debtor(one) for one in file.debtors],
            "debts": [_debt(one) for one in file.claims],
        }  # fmt: skip
        fields = {
            "versionNumber": 0, "actImport": act,
            "allDebtsBelongToAllDebtors": all(set(one.liable_for) == every for one in file.debtors),
        }  # fmt: skip
        if not fields["allDebtsBelongToAllDebtors"]:
            # The import cannot say which debt is whose.
            return Receipt(outcome="rejected", code="SCHEMA_INVALID")
        return self._call("ImportActDirect", fields, now)

    def tell(
        self,
        message: CaseMessage,
        *,
        key: str,  # noqa: ARG002 - the service honours none
        now: datetime,
        file: CaseFile | None = None,  # noqa: ARG002
    ) -> Receipt:
        """Report a direct payment; all else names claims, which the service does not know apart."""
        if message.type != "payment.direct":
            return Receipt(outcome="rejected", code="not_supported")
        said = message.data
        amount = Money.of(said["amount"], said["currency"]).amount
        paid = {"Amount": amount, "DepositDate": said["date"]}
        try:
            inside = self._door().parameters("Deposit")
        except HubError as error:
            return receipt_for(error)
        # What the description calls the parameter that holds the amount.
        holder = next((name for name, within in inside.items() if "Amount" in within), None)
        fields = {
            "caseReferenceId": message.case_id,
            **(paid if holder is None else {holder: paid}),
        }
        return self._call("Deposit", fields, now)

    def _call(self, operation: str, fields: Mapping[str, Any], now: datetime) -> Receipt:
        try:
            door = self._door()
            given = dict(fields)
            if "token" in door.parameters(operation):
                given["token"] = self._token
            door.call(operation, _shaped(door, operation, given), now=now)
        except SoapFault as fault:
            if fault.code == "Client":
                return Receipt(outcome="rejected", code="OTHER")
            return Receipt(outcome="unknown", code="fault")
        except HubError as error:
            return receipt_for(error)
        return Receipt(outcome="received")

    def _door(self) -> SoapDoor:
        if not self._token:
            raise Reconnect("the token is missing", lacks="settings")
        if self._opened is None:
            names = self._folder.names("")[:_MOST_FILES]
            files = tuple((name, self._folder.get(name) or b"") for name in names)
            self._opened = SoapDoor(
                Service(_MAIN, files), self._config.address, login=None,
                private_targets=self._private_targets,
            )  # fmt: skip
        return self._opened


def _shaped(door: SoapDoor, operation: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return door.shaped(operation, fields)
    except KeyError:
        shaped = None
    raise Refused("the description has other fields", code="request_invalid") from shaped


def _debtor(one: FileDebtor) -> dict[str, Any]:
    home = one.addresses[0] if one.addresses else None
    lines = home.lines if home is not None else ()
    return {
        "name": one.name, "cvr": one.business_id if one.business_id_scheme == "DK_CVR" else None,
        "address": lines[0] if lines else None, "coAddress": ", ".join(lines[1:]) or None,
        "postalCode": home.postal_code if home else None, "city": home.city if home else None,
        "countryCode": home.country if home else one.country,
        "email": one.emails[0] if one.emails else None,
        "phone": one.phones[0] if one.phones else None,
    }  # fmt: skip


def _debt(one: FileClaim) -> dict[str, Any]:
    interest, fixed = one.interest, one.compensation
    return {
        "invoiceId": one.number, "invoiceDate": _day(one.issued), "dueDate": _day(one.due),
        "principal": one.open.amount, "fee": one.fees_due.amount,
        "compensationFee": fixed.due.amount if fixed is not None else None,
        "interestRate": interest.periods[-1].rate if interest.periods else None,
        "interestStartDate": _day(interest.first_day),
    }  # fmt: skip


def _day(day: date | None) -> str | None:
    """The vendor's dates are texts, ``2026-03-02``."""
    return None if day is None else day.isoformat()
