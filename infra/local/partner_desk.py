"""The work of the demo's collection partner: fetch a case file, prove it, keep it, and report.

It knows the hub only from outside: its token endpoint, its partner API, and the published JSON
Schema. None of the hub's own code judges what it fetches.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from jsonschema import Draft202012Validator, FormatChecker

from infra.local.partner_ledger import Ledger
from infra.local.partner_sums import wrong_sums

_TIMEOUT_SECONDS = 20
# Seconds before each further attempt at a case.
_PAUSES = (0.3, 1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Access:
    """How the partner calls the hub. ``api`` is the base of ``/v1/partner``, without a slash."""

    api: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "dunlin/cases:read dunlin/events:write"


class Failed(Exception):
    """A step of the work went wrong; the message is a fixed sentence for the journal.

    ``again``: the hub may only be busy, or not have written down yet what it announced.
    """

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.again = status in {404, 409, 425, 429} or status // 100 == 5


class Desk:
    """Keeps case files below ``folder/cases`` and a journal in ``folder/journal.jsonl`` (0600)."""

    def __init__(self, access: Access, folder: Path, schema: Path) -> None:
        self._access = access
        self._cases = folder / "cases"
        self._cases.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._journal = folder / "journal.jsonl"
        published = json.loads(schema.read_text(encoding="utf-8"))
        self._schema = Draft202012Validator(published, format_checker=FormatChecker())
        self.ledger = Ledger()
        self._session = requests.Session()
        self._session.trust_env = False
        self._token: tuple[str, float] = ("", 0.0)
        self._work = threading.Lock()  # one case at a time
        self._pen = threading.Lock()  # one line at a time, also while a case is at work
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Give up waiting for a hub that is busy."""
        self._stopped.set()

    def note(self, what: str, **facts: str | int) -> None:
        """Add a line to the journal: a word and ids, never a name or an amount."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "what": what, **facts}
        with self._pen:
            _append(self._journal, json.dumps(line) + "\n")

    def take(self, data: Mapping[str, Any], *, reject: str | None) -> None:
        """Fetch and prove an announced case, then accept it, or refuse it with ``reject``.

        A file that breaks the schema or its own sums is refused with SCHEMA_INVALID or
        AMOUNT_INCONSISTENT. What goes wrong on the way is noted as ``failed``.
        """
        case, href = str(data.get("case_id", "")), str(data.get("href", ""))
        for pause in (*_PAUSES, None):
            try:
                with self._work:
                    self._decide(case, self._fetch(href, case), reject)
            except (Failed, requests.RequestException, ValueError) as error:
                failed = isinstance(error, Failed)
                self.note("failed", case=case, why=str(error) if failed else type(error).__name__)
                again = error.again if isinstance(error, Failed) else True
                if pause is not None and again and not self._stopped.wait(pause):
                    continue
            return

    def _decide(self, case: str, file: dict[str, Any], reject: str | None) -> None:
        code = self._fault(file) or reject
        self._keep(case, file)
        if code is not None:
            self._report(case, "case.rejected", {"code": code}, file)
            self.note("case_rejected", case=case, code=code)
            return
        number = _partner_number(case)
        self._report(case, "case.accepted", {"partner_case_id": number}, file)
        self.note("case_accepted", case=case, partner_case=number)

    def pay(self, order: Mapping[str, Any]) -> dict[str, str]:
        """Report a payment of a case on file; answers what was reported.

        ``order``: ``case_id``, and optionally ``claim`` (the first one with open principal),
        ``principal`` (all that is open of it), ``interest``, ``fees`` (plain decimal texts, zero)
        and ``received`` (ISO date, the file's day). Raises ``Failed`` when it cannot be reported.
        """
        case = str(order.get("case_id", ""))
        with self._work:
            path = self._path(case)
            if not path.exists():
                raise Failed("there is no file of this case")
            file = json.loads(path.read_text(encoding="utf-8"))
            open_of = {one["id"]: one["open"]["amount"] for one in file["claims"]}
            first = next((one for one, amount in open_of.items() if Decimal(amount)), "")
            claim = str(order.get("claim") or first)
            if claim not in open_of:
                raise Failed("the case has no such claim")
            amounts = {
                "principal": str(order.get("principal") or open_of[claim]),
                "interest": str(order.get("interest") or "0.00"),
                "fees": str(order.get("fees") or "0.00"),
            }
            received = str(order.get("received") or file["as_of"])
            currency = file["currency"]
            money = {
                name: {"amount": amount, "currency": currency} for name, amount in amounts.items()
            }
            left = self.ledger.received(
                case, claim, Decimal(amounts["principal"]), Decimal(open_of[claim])
            )
            remaining = {"amount": left, "currency": currency}
            data = {"claim": claim, **money, "received": received, "remaining": remaining}
            event = self._report(case, "case.payment_received", data, {"once": uuid.uuid4().hex})
        self.note("payment_reported", case=case, event=event)
        return {"event": event, "claim": claim, "received": received, **amounts}

    def let_go(self, data: Mapping[str, Any]) -> None:
        """End the work on claims that were taken back, and say so."""
        case, claims = str(data.get("case_id", "")), list(data.get("claims", ()))
        closed = {"code": "WITHDRAWN_CREDITOR", "claims": claims}
        try:
            with self._work:
                self._report(case, "case.closed", closed, {"once": data.get("sequence")})
        except (Failed, requests.RequestException) as error:
            self.note("failed", case=case, why=type(error).__name__)
            return
        self.note("case_let_go", case=case)

    def report(self, order: Mapping[str, Any]) -> str:
        """Report what the driver says: ``case_id``, ``type`` and ``data``; answers the report's id.

        Raises ``Failed`` when the hub does not take it.
        """
        case, kind = str(order.get("case_id", "")), str(order.get("type", ""))
        with self._work:
            event = self._report(case, kind, order.get("data", {}), {"once": uuid.uuid4().hex})
        self.note("reported", case=case, event=event, type=kind)
        return event

    def _fetch(self, href: str, case: str) -> dict[str, Any]:
        """The case file, read with our token, which goes to no other host than the hub's."""
        if urlsplit(href)[:2] != urlsplit(self._access.api)[:2]:
            raise Failed("the link does not lead to the hub")
        answer = self._call("GET", href)
        if answer.status_code != 200:
            raise _refused("the fetch", answer)
        file = answer.json()
        if not isinstance(file, dict) or file.get("case_id") != case:
            raise Failed("the file is of another case")
        self.note("file_fetched", case=case)
        return file

    def _fault(self, file: dict[str, Any]) -> str | None:
        error = next(self._schema.iter_errors(file), None)
        if error is not None:
            self.note("schema_invalid", path=error.json_path)
            return "SCHEMA_INVALID"
        for sentence in wrong_sums(file):
            self.note("sum_wrong", why=sentence)
            return "AMOUNT_INCONSISTENT"
        self.note("file_validated", case=file["case_id"])
        return None

    def _keep(self, case: str, file: dict[str, Any]) -> None:
        path = self._path(case)
        path.unlink(missing_ok=True)
        _append(path, json.dumps(file, indent=1, ensure_ascii=False) + "\n")

    def _path(self, case: str) -> Path:
        return self._cases / f"{quote(case, safe='')}.json"

    def _report(
        self, case: str, kind: str, data: Mapping[str, Any], seed: Mapping[str, Any]
    ) -> str:
        """Post one report; its id is made of what it is about, so a repetition has the same."""
        parts = json.dumps([kind, case, seed.get("file_version"), seed.get("once")])
        event = "evt_" + hashlib.sha256(parts.encode()).hexdigest()[:26]
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        body = {"type": kind, "id": event, "timestamp": stamp, "data": data}
        address = f"{self._access.api}/v1/partner/cases/{quote(case, safe='')}/events"
        answer = self._call("POST", address, body=body, key=event)
        if answer.status_code // 100 != 2:
            raise _refused("the report", answer)
        return event

    def _call(
        self, method: str, address: str, body: Mapping[str, Any] | None = None, key: str = ""
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._bearer()}"}
        if key:
            headers["Idempotency-Key"] = key
        return self._session.request(
            method,
            address,
            json=body,
            headers=headers,
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
        )

    def _bearer(self) -> str:
        """Our OAuth2 client-credentials token (RFC 6749 section 4.4), until it nearly expires."""
        token, expires = self._token
        if time.monotonic() < expires:
            return token
        answer = self._session.post(
            self._access.token_url,
            data={"grant_type": "client_credentials", "scope": self._access.scope},
            auth=(self._access.client_id, self._access.client_secret),
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        if answer.status_code != 200:
            raise _refused("the token", answer)
        granted = answer.json()
        lifetime = int(granted.get("expires_in", 60))
        self._token = (str(granted["access_token"]), time.monotonic() + lifetime - 30)
        return self._token[0]


def _refused(what: str, answer: requests.Response) -> Failed:
    status = answer.status_code
    return Failed(f"the hub answered {what} with {status}", status=status)


def _partner_number(case: str) -> str:
    return "P" + str(int(hashlib.sha256(case.encode()).hexdigest()[:10], 16))


def _append(path: Path, text: str) -> None:
    """Write to the end of a file that only its owner may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
