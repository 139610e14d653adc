"""What a stack lacks that nobody has used yet, and its pictures need: previews, a second version of
the policy, a request that waits for a second person, a report that could not be read.

All of it comes by the ways by which it would come: the API, and the partner's own words.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import requests

from infra.local.bank import Bank, Transfer
from infra.local.setup import BANK, PARTNER

_TRIES = 120
# The bank has given smaller numbers to the transfers of its day.
_LATE = 900


@dataclass(frozen=True)
class Shown:
    """The ids by which the pages of the stack are opened; ``day`` is the creditor's yesterday."""

    case: str
    debtor: str
    act: str
    handed: str
    task: str
    payment: str
    approval: str
    move: str
    ahead: str
    report: str
    day: date


@dataclass(frozen=True)
class Api:
    """The hub's API with one bearer's token."""

    base: str
    token: str

    def __call__(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """The JSON of an answer; what is refused ends the program with the hub's words."""
        headers = {"authorization": f"Bearer {self.token}"}
        headers |= {"idempotency-key": key} if key else {}
        answer = requests.request(
            method, f"{self.base}{path}", json=body, headers=headers, timeout=60
        )
        if not answer.ok:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None


def filled(access: Mapping[str, Any]) -> Shown:
    """Make what is missing on the stack that ``access`` opens; the ids of what is there."""
    api = Api(access["api"], access["token"])
    yesterday = date.fromisoformat(api("GET", "/v1/reports/today")["day"]) - timedelta(days=1)
    case, act = _reminded(api)
    handed = api("GET", "/v1/cases?state=with_partner")["cases"][0]["id"]
    _shorter(api)
    return Shown(
        case=case["id"], debtor=case["debtor"], act=act, handed=handed,
        task=api("GET", "/v1/tasks")["tasks"][0]["id"],
        payment=_money(access, api, yesterday), approval=_approval(api, case),
        move=_preview(api, kind="move", policy={"id": "standard", "version": 2}, days=60),
        ahead=_preview(api, days=60), report=_report(access, api, handed), day=yesterday,
    )  # fmt: skip


def _reminded(api: Api) -> tuple[dict[str, Any], str]:
    """A case that somebody was reminded of, and the act of its latest reminder."""
    for case in api("GET", "/v1/cases")["cases"]:
        timeline = api("GET", f"/v1/cases/{case['id']}")["timeline"]
        acts = [one["act"] for one in timeline if one["kind"] == "act_sent"]
        if acts and case["open_claims"]:
            return case, acts[-1]
    raise SystemExit("nobody has been reminded yet")


def _shorter(api: Api) -> None:
    """A second version of the policy, without its last step: to compare, and to move to."""
    versions = api("GET", "/v1/policies")["policies"]
    if len(versions) == 1:
        policy = api("GET", "/v1/policies/standard/1")["policy"]
        shorter = {**policy, "version": 2, "steps": policy["steps"][:-1]}
        api("PUT", "/v1/policies/standard", shorter)


def _money(access: Mapping[str, Any], api: Api, day: date) -> str:
    """A transfer without a reference, of what one case owes: a person says what it is for."""

    def waiting() -> Any:
        return api("GET", "/v1/payments?state=waiting")["payments"]

    if not waiting():
        case = api("GET", "/v1/cases?state=running")["cases"][0]
        bank = api("GET", f"/v1/connections/{BANK}")["config"]
        store = boto3.Session().client("s3", **_client(access))

        def leave(name: str, body: bytes) -> None:
            # The notification alone: the bank's own statement of the day has been read.
            if name.startswith("camt054"):
                key = f"{bank['prefix']}{BANK}/inbox/late-{name}"
                store.put_object(Bucket=bank["bucket"], Key=key, Body=body)

        late = Transfer(Decimal(case["open"]["amount"]), "Virtanen A", text="lasku, kiitos")
        Bank(leave, _numbers=itertools.count(_LATE)).close(day, [late])
        api("POST", f"/v1/connections/{BANK}/sync")
    return str(_until(waiting)[0]["id"])


def _client(access: Mapping[str, Any]) -> dict[str, str]:
    """How a client of the stack's AWS is made."""
    kept = access["environment"]
    return {
        "endpoint_url": kept["AWS_ENDPOINT_URL"], "region_name": kept["AWS_REGION"],
        "aws_access_key_id": kept["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": kept["AWS_SECRET_ACCESS_KEY"],
    }  # fmt: skip


def _approval(api: Api, case: Mapping[str, Any]) -> str:
    """A write-off that waits for a second person."""
    waiting = api("GET", "/v1/approvals")["approvals"]
    if waiting:
        return str(waiting[0]["id"])
    body = {
        "id": secrets.token_hex(4), "type": "write_off", "reason": "agreed", "kind": "goodwill",
        "claim": case["open_claims"][0], "amount": {"amount": "5.00", "currency": "EUR"},
    }  # fmt: skip
    return str(api("POST", f"/v1/cases/{case['id']}/commands", body)["approval"])


def _preview(api: Api, **wish: Any) -> str:
    """A preview that is done."""
    name = str(api("POST", "/v1/previews", wish)["preview"])
    _until(lambda: api("GET", f"/v1/previews/{name}")["state"] == "done")
    return name


def _report(access: Mapping[str, Any], api: Api, case: str) -> str:
    """A report of the partner that nobody can read."""
    client, scope = access["partner_client"], access["partner_scope"]
    answer = requests.post(
        access["token_url"], auth=(client["id"], client["secret"]), timeout=60,
        data={"grant_type": "client_credentials", "scope": scope},
    )  # fmt: skip
    partner = Api(access["api"], answer.json()["access_token"])
    event, stamp = f"evt_{secrets.token_hex(8)}", datetime.now(UTC).isoformat(timespec="seconds")
    said = {"type": "case.parked", "id": event, "timestamp": stamp, "data": {"until": "soon"}}
    partner("POST", f"/v1/partner/cases/{case}/events", said, event)
    reports = f"/v1/partners/{PARTNER}/quarantine"
    return str(_until(lambda: api("GET", reports)["reports"])[0]["id"])


def _until(look: Callable[[], Any]) -> Any:
    """What a look finds, once it finds something."""
    for _ in range(_TRIES):
        if found := look():
            return found
        time.sleep(1)
    raise SystemExit("the stack does not come to it: is it still living its days?")
