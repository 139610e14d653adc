"""A collection partner that speaks the hub's own profile: signed webhooks out, a REST pull back.

What is sent is thin (ids, amounts, codes). The partner fetches the case file with its own token
and reports with events; docs/partner/README.md is the page that it implements. Messages follow
Standard Webhooks 1.0.0: the key is the ``webhook-id``, which a partner must honour for seven days,
so a message whose fate is unknown may be sent again under its key within that time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from connectors.contract import Connection, Finding, HandOver, Receipt, Spec
from connectors.contract_collectors import CaseMessage
from connectors.failed_acts import receipt_for
from connectors.http import Answer, Door, Unanswered, retry_after
from connectors.json_door import write_json
from connectors.signing import secret_bytes, sign
from shared.errors import HubError, Reconnect, Refused, Unreadable

if TYPE_CHECKING:
    from shared.domain.casefile_v1 import CaseFile

# Seconds to wait before each attempt, counted from the attempt before: the standard's own table,
# 75 hours and 35 minutes in all. After the last one a person gets the message.
RETRY_SECONDS = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)

# The standard recommends bodies below 20 kB.
_MAX_BODY = 20_000
# The standard gives a receiver 15 to 30 seconds.
_TIMEOUT_SECONDS = 20.0
_MAX_ANSWER = 100_000
# Statuses that say "not now" (408 timeout, 425 too early, 429 too many), beside every 5xx.
_NOT_NOW = frozenset({408, 425, 429})
_CODES = {410: "endpoint_gone"}


class Config(BaseModel):
    """What an administrator enters for this partner."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    partner: str = Field(min_length=1, max_length=120, description="The partner's name.")
    endpoint: str = Field(
        max_length=2000,
        description="The https address at which the partner receives our messages.",
    )


SPEC = Spec(
    name="collectors.rest_hub",
    title="Collection partner over REST (Standard Webhooks)",
    countries=("*",),
    config=Config,
    secrets=("webhook_secret", "webhook_secret_next"),
    capabilities=frozenset({"submit", "tell", "case_pull", "partner_events"}),
    docs="docs/partner/README.md",
    verified="spec only",
    data=("name", "address", "contact", "invoice", "notice", "payment"),
    processing="the creditor's choice",
    idempotency="idempotent",
    key_lifetime_days=7,
)


def connect(connection: Connection) -> RestHub:
    """The partner of a connection; nothing is dialled yet."""
    return RestHub(connection)


class RestHub:
    """One partner's endpoint.

    The secret ``webhook_secret`` signs; while ``webhook_secret_next`` is set, both do, so that the
    partner can change over whenever it likes.
    """

    def __init__(self, connection: Connection) -> None:
        self._config = Config.model_validate(connection.config.model_dump())
        names = ("webhook_secret", "webhook_secret_next")
        self._secrets = [connection.secrets[name] for name in names if connection.secrets.get(name)]
        self._private_targets = connection.private_targets
        self._door: Door | None = None

    def test(self) -> Sequence[Finding]:
        """Look at the secret and at the endpoint; a GET tells whether somebody answers there."""
        return (self._test_secret(), self._test_endpoint())

    def submit(
        self,
        case: HandOver,
        *,
        key: str,
        now: datetime,
        file: CaseFile,  # noqa: ARG002 - this partner fetches it
    ) -> Receipt:
        """Announce a case: ``case.submitted`` under ``key``; the partner fetches ``case.href``."""
        return self._send("case.submitted", case.model_dump(mode="json"), key, now, now)

    def tell(
        self,
        message: CaseMessage,
        *,
        key: str,
        now: datetime,
        file: CaseFile | None = None,  # noqa: ARG002 - as in submit
    ) -> Receipt:
        """Send one message under ``key``, as ``submit`` does; it is dated by when it happened."""
        data: dict[str, Any] = {"case_id": message.case_id, **message.data}
        if message.partner_case is not None:
            data["partner_case_id"] = message.partner_case
        return self._send(message.type, data, key, now, message.at)

    def ping(self, *, key: str, now: datetime) -> Receipt:
        """Send ``endpoint.test``, which says nothing of any case."""
        return self._send("endpoint.test", {}, key, now, now)

    def _send(
        self, kind: str, data: Mapping[str, object], key: str, now: datetime, at: datetime
    ) -> Receipt:
        """Post one message; ``key`` becomes the ``webhook-id``.

        ``data`` holds ids, amounts as texts and codes, never personal data. ``now`` is wall time
        and dates the signature; ``at`` (aware) is when it happened.

        received: any 2xx. rejected: ``redirect`` (never followed), ``endpoint_gone`` (410: the
        caller disables the endpoint), ``http_<status>`` for another 4xx, ``target_refused`` for an
        address that may not be called, ``message_too_large`` for a body over 20 kB, which is
        never sent. retry: nothing arrived, the partner is busy or down
        (with its Retry-After), or a web page came instead of a receiver. unknown: no whole answer
        came although the message may have arrived.

        Raises ``Reconnect`` when our secret is missing or malformed, and ``ValueError`` for a key
        that is no webhook-id.
        """
        when = at.astimezone(now.tzinfo).isoformat(timespec="seconds")
        body = write_json({"type": kind, "timestamp": when, "data": data})
        if len(body) > _MAX_BODY:
            # A message is thin; one that names far too many claims is a person's to tell.
            return Receipt(outcome="rejected", code="message_too_large")
        self._check_secrets()
        signed = sign(self._secrets, message_id=key, now=now, body=body)
        try:
            answer = self._call("POST", {"content-type": "application/json", **signed}, body)
        except (Unanswered, Unreadable, Refused) as error:
            return receipt_for(error)
        return _receipt(answer, now)

    def _call(
        self, method: Literal["GET", "POST"], headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        origin, path = _endpoint(self._config.endpoint)
        if self._door is None:
            self._door = Door(
                origin,
                private_targets=self._private_targets,
                total_seconds=_TIMEOUT_SECONDS,
                max_bytes=_MAX_ANSWER,
            )
        return self._door.call(method, path, headers=headers, body=body)

    def _check_secrets(self) -> None:
        try:
            for secret in self._secrets:
                secret_bytes(secret)
        except ValueError:
            self._secrets = []
        if not self._secrets:
            raise Reconnect("the webhook secret is missing or malformed", lacks="settings")

    def _test_secret(self) -> Finding:
        try:
            self._check_secrets()
        except Reconnect:
            text = "Enter the secret as whsec_ and the base64 of 24 to 64 random bytes."
            return Finding(check="secret", ok=False, text=text)
        return Finding(check="secret", ok=True, text="The signing secret is well formed.")

    def _test_endpoint(self) -> Finding:
        try:
            answer = self._call("GET", {}, None)
        except Refused:
            text = "The endpoint must be a public https address without a fragment."
            return Finding(check="endpoint", ok=False, text=text)
        except HubError:
            text = "Nobody answers at the endpoint: check the address and the partner's firewall."
            return Finding(check="endpoint", ok=False, text=text)
        return _finding(answer.status)


def _finding(status: int) -> Finding:
    """What a GET says of a receiver that takes POST: refusing the method or a login is fine."""
    if status // 100 == 3:
        text = "The endpoint redirects, and messages follow no redirect: enter the final address."
    elif status in {404, 410}:
        text = "There is no receiver at this path: ask the partner for the right one."
    elif status // 100 == 5:
        text = "The partner's system reports an error: try again later."
    else:
        return Finding(check="endpoint", ok=True, text="The partner's system answers.")
    return Finding(check="endpoint", ok=False, text=text)


def _receipt(answer: Answer, now: datetime) -> Receipt:
    status = answer.status
    code = _CODES.get(status, f"http_{status}")
    if status in _NOT_NOW or status // 100 == 5:
        return Receipt(outcome="retry", code=code, after=retry_after(answer, now=now))
    match status // 100:
        case 2 if answer.body.lstrip()[:1] == b"<":
            # A login or hosting page answers 200 to everything; it has not stored a message.
            return Receipt(outcome="retry", code="web_page")
        case 2:
            return Receipt(outcome="received")
        case 3:
            return Receipt(outcome="rejected", code="redirect")
        case 4:
            return Receipt(outcome="rejected", code=code)
        case _:
            return Receipt(outcome="unknown", code=code)


def _endpoint(url: str) -> tuple[str, str]:
    """Origin and path (with its query) of the endpoint; the door judges both."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refused("the endpoint is not an address", code="target_refused") from None
    if parts.fragment or parts.username is not None:
        raise Refused("the endpoint has a fragment or a user name", code="target_refused")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"{parts.scheme}://{parts.netloc}", path
