"""The smoke test of a deployment: an invented creditor lives one day in observe mode, and goes.

It uses the installation as an administrator would: a token, the API, a file in the inbox, the queue
of the sweep. Nothing can be sent: the creditor only observes, and its own ``outbound`` stays off.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any, NoReturn

import requests

from infra.local import setup
from infra.local.stack import Stack
from shared.cloud import clock, hub_keys, keys
from shared.cloud.keys import Tenant
from tools.ops.place import Place

_SCOPES = (
    "settings:read", "settings:write", "connections:read", "connections:write", "policies:read",
    "policies:write", "dunning:read",
)  # fmt: skip
# Cold starts of five functions, one after another, and the token of a client that was just made.
_PATIENCE = 180.0
_BOOKS = "erp"
_COLUMNS = {
    "invoice_number": "invoice", "customer_number": "customer", "customer_name": "name",
    "issued": "issued", "sent": "sent", "due": "due", "total": "total", "open": "open",
    "email": "email", "address": "street", "postal_code": "code", "city": "city", "kind": "kind",
}  # fmt: skip

Say = Callable[[str], None]


class Smoke(RuntimeError):
    """The installation did not do what it should; the message says at which step."""


def run(place: Place, say: Say) -> None:
    """Live the day, saying each step that is done. Raises ``Smoke``; it cleans up either way."""
    wanted = ("ApiEndpoint", "TokenUrl", "UserPool", "SweepQueue", "TableName")
    missing = [name for name in wanted if name not in place.outputs]
    if missing:
        _fail(f"the stack lacks the outputs {', '.join(missing)}")
    tenant = Tenant(f"smoke-{secrets.token_hex(4)}")
    api = _Api(place)
    say(f"ok    the outputs are there; the creditor is {tenant.id}")
    _refuses_strangers(api)
    say("ok    the API refuses calls without a token and with a forged one")
    with _principal(place, api, tenant):
        try:
            _day(place, api, tenant, say)
        finally:
            rows, objects = _clean(place, tenant)
            say(f"ok    cleaned up: {rows} rows, {objects} objects")


class _Api:
    """The hub's API, with a token once there is one."""

    def __init__(self, place: Place) -> None:
        self.token = ""
        self.base = place.outputs["ApiEndpoint"]
        self.token_url = place.outputs["TokenUrl"]
        if isinstance(place.clients, Stack):
            self.base = place.clients.api_url(place.outputs["ApiId"])
            self.token_url = place.clients.token_url

    def status(self, method: str, path: str, token: str = "") -> int:
        """The status of a call as a stranger makes it."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(
            method, f"{self.base}{path}", headers=headers, timeout=30
        ).status_code

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of a call. Raises ``Smoke``."""
        answer = requests.request(
            method, f"{self.base}{path}", json=body, timeout=30,
            headers={"Authorization": f"Bearer {self.token}"},
        )  # fmt: skip
        if answer.status_code // 100 != 2:
            _fail(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else None


def _refuses_strangers(api: _Api) -> None:
    for token, who in (("", "without a token"), ("a.b.c", "with a forged token")):
        status = api.status("GET", "/v1/control", token)
        if status not in {401, 403}:
            _fail(f"a call {who} was answered with {status}")


@contextmanager
def _principal(place: Place, api: _Api, tenant: Tenant) -> Iterator[None]:
    """A token client of the invented creditor's administrator, for the length of the test."""
    cognito, table = place.client("cognito-idp"), place.client("dynamodb")
    pool = place.outputs["UserPool"]
    made = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName=tenant.id, GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"], AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=[f"dunlin/{one}" for one in _SCOPES],
    )["UserPoolClient"]  # fmt: skip
    key = {name: {"S": value} for name, value in hub_keys.principal(made["ClientId"]).items()}
    fields = {"role": "admin", "tenant": tenant.id, "scopes": " ".join(_SCOPES), "connection": ""}
    row = {**key, **{name: {"S": value} for name, value in fields.items()}}
    table.put_item(TableName=place.outputs["TableName"], Item=row)
    try:
        api.token = _token(api, made["ClientId"], made["ClientSecret"])
        yield
    finally:
        table.delete_item(TableName=place.outputs["TableName"], Key=key)
        cognito.delete_user_pool_client(UserPoolId=pool, ClientId=made["ClientId"])


def _token(api: _Api, client: str, secret: str) -> str:
    scope = " ".join(f"dunlin/{one}" for one in _SCOPES)

    def asked() -> str | None:
        body = {"grant_type": "client_credentials", "scope": scope}
        answer = requests.post(api.token_url, auth=(client, secret), data=body, timeout=30)
        return str(answer.json()["access_token"]) if answer.status_code == 200 else None

    return str(_eventually("no token was given", asked))


def _day(place: Place, api: _Api, tenant: Tenant, say: Say) -> None:
    with place.entered():
        # An embedded hub lives on a day of its own.
        today = clock.now().date()
    _settle_in(place, api, tenant, today)
    say("ok    a creditor, a policy and its counterparts are stored; it observes")
    _drop(place, tenant, today)
    # The books are proven where a connection is tested, and read where it is enabled.
    api.call("POST", f"/v1/connections/{_BOOKS}/test")
    api.call("POST", f"/v1/connections/{_BOOKS}/enable")
    api.call("POST", f"/v1/connections/{_BOOKS}/sync")
    case = _eventually("no case was opened", lambda: _case(api))
    say("ok    a file was read and a case opened")
    events = _eventually("nothing was decided", lambda: _decided(place, api, case))
    say("ok    a sweep took it up and the workflow decided")
    kinds = {one["kind"] for one in events}
    if kinds & {"reminder_intended", "hand_over_intended", "act_sent"}:
        _fail("something was intended or sent")
    say("ok    nothing was sent")


def _settle_in(place: Place, api: _Api, tenant: Tenant, today: date) -> None:
    api.call("PUT", "/v1/creditor", {**setup.CREDITOR, "id": tenant.id})
    control = api.call("GET", "/v1/control")
    kept = {name: control[name] for name in ("outbound", "allowlist") if name in control}
    api.call("PUT", "/v1/control", {**kept, "outbound": "off", "observe": True})
    mail = {"sender": setup.CREDITOR["sender"], "configuration_set": place.outputs["MailSet"]}
    mapping = {
        "columns": _COLUMNS, "currency": "EUR", "country": "FI", "capacity": "consumer",
        "claim_class": "goods", "date_format": "YYYY-MM-DD", "decimal_mark": ".",
    }  # fmt: skip
    folder = {"bucket": place.outputs["InboxBucket"], "mode": "full", "mapping": mapping}
    for one in (
        {"id": setup.EMAIL, "connector": "channels.email", "config": mail, "secrets": {}},
        {
            "id": _BOOKS, "connector": "erp.csv_file", "secrets": {},
            "config": {**folder, "prefix": f"{tenant.id}/"},
            "start_line": (today - timedelta(days=60)).isoformat(),
        },
    ):  # fmt: skip
        api.call("POST", "/v1/connections", one)
    policy = {**setup.POLICY, "steps": setup.POLICY["steps"][:1]}
    policy.pop("partner")
    api.call("PUT", f"/v1/policies/{policy['id']}", policy)
    api.call("PUT", "/v1/policies/active", {"id": policy["id"], "version": policy["version"]})


def _drop(place: Place, tenant: Tenant, today: date) -> None:
    sent, due = (today - timedelta(days=one) for one in (45, 30))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(_COLUMNS.values())
    writer.writerow([
        "1001", "C1", "Testi Testaaja", sent, sent, due, "100.00", "100.00",
        "testi@debtor.example", "Testikatu 1", "00100", "Helsinki", "person",
    ])  # fmt: skip
    place.client("s3").put_object(
        Bucket=place.outputs["InboxBucket"], Key=f"{tenant.id}/{_BOOKS}/inbox/0001.csv",
        Body=text.getvalue().encode(),
    )  # fmt: skip


def _case(api: _Api) -> str | None:
    found = api.call("GET", "/v1/cases")["cases"]
    return found[0]["id"] if found else None


def _decided(place: Place, api: _Api, case: str) -> list[Any] | None:
    """Ask for a sweep of every shard; the case's events once it was decided."""
    sqs = place.client("sqs")
    for shard in range(keys.SHARDS):
        body = json.dumps({"shard": f"S#{shard}"})
        sqs.send_message(QueueUrl=place.outputs["SweepQueue"], MessageBody=body)
    told = api.call("GET", f"/v1/cases/{case}/timeline")["timeline"]
    events = [one.get("event", one) for one in told]
    done = any(one["kind"] in {"decided", "act_withheld"} for one in events)
    return events if done else None


def _clean(place: Place, tenant: Tenant) -> tuple[int, int]:
    """Delete all that the creditor left: rows, and every version of its objects."""
    return _rows_gone(place, tenant), sum(
        _objects_gone(place, place.outputs[bucket], tenant)
        for bucket in ("InboxBucket", "DocumentsBucket")
    )


def _rows_gone(place: Place, tenant: Tenant) -> int:
    table, name, gone = place.client("dynamodb"), place.outputs["TableName"], 0
    pages = table.get_paginator("scan").paginate(
        TableName=name, FilterExpression="begins_with(pk, :own)", ProjectionExpression="pk, sk",
        ExpressionAttributeValues={":own": {"S": f"T#{tenant.id}#"}},
    )  # fmt: skip
    for key in [one for page in pages for one in page["Items"]]:
        table.delete_item(TableName=name, Key=key)
        gone += 1
    return gone


def _objects_gone(place: Place, bucket: str, tenant: Tenant) -> int:
    s3, gone = place.client("s3"), 0
    pages = s3.get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=bucket, Prefix=f"{tenant.id}/"):
        for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            gone += 1
    return gone


def _eventually(what: str, probe: Callable[[], Any]) -> Any:
    """The first answer of ``probe`` that is something. Raises ``Smoke`` with ``what``."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with suppress(requests.ConnectionError):
            found = probe()
            if found:
                return found
        time.sleep(0.5)
    raise Smoke(f"{what} within {_PATIENCE:.0f} seconds")


def _fail(text: str) -> NoReturn:
    raise Smoke(text)
