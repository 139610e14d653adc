"""E-mail through Amazon SES: one address, one attempt per act, and the events that follow it.

SES knows no idempotency key and cannot be asked about one: the channel is blind. What it says
later carries our tags, so an act whose outcome is unknown is settled by its own event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import formataddr
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from connectors.contract import Connection, Fate, FateKind, Message, Receipt, Spec
from connectors.sdk_errors import asked_to_wait, by_status, receipt_of
from shared.errors import Unreadable

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_ADDRESS_PATTERN = rf"^{_ADDRESS.pattern}$"
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST_ADDRESS = 254
_LONGEST_SUBJECT = 200

# What SES answers when it has not taken the mail, and what that means here. A code that begins
# with ``account_`` concerns the creditor's own account: every other mail would fail as well, so a
# person is needed, while any other code concerns this one mail.
_REJECTIONS: Mapping[str, str] = {
    "AccountSuspendedException": "account_suspended",
    "SendingPausedException": "account_sending_paused",
    "MailFromDomainNotVerifiedException": "account_sender_not_verified",
    "NotFoundException": "account_configuration_not_found",
    "AccessDeniedException": "account_access_denied",
    "UnrecognizedClientException": "account_access_denied",
    "InvalidClientTokenId": "account_access_denied",
    "SignatureDoesNotMatch": "account_access_denied",
    "MessageRejected": "message_rejected",
    "BadRequestException": "message_refused",
}
# Refused before anything was taken: seconds to wait, or None for the caller's own back-off. The
# limit is the daily sending quota, which a rolling day gives back little by little.
_NOT_TAKEN: Mapping[str, int | None] = {
    "TooManyRequestsException": None,
    "ThrottlingException": None,
    "Throttling": None,
    "LimitExceededException": 3600,
    "ExpiredTokenException": None,
    "ExpiredToken": None,
}


class EmailConfig(BaseModel):
    """The creditor's settings for reminders by e-mail."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sender: str = Field(
        pattern=_ADDRESS_PATTERN,
        max_length=_LONGEST_ADDRESS,
        description="Address that reminders come from; its domain is verified in SES.",
    )
    sender_name: str = Field(
        default="",
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
        description="The creditor's name as the reader's mail program shows it.",
    )
    reply_to: str | None = Field(
        default=None,
        pattern=_ADDRESS_PATTERN,
        max_length=_LONGEST_ADDRESS,
        description="Address that a debtor's answer goes to, if it is not the sender's.",
    )
    configuration_set: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="SES configuration set that publishes the mail's events to EventBridge.",
    )


SPEC = Spec(
    name="channels.email",
    title="E-mail (Amazon SES)",
    countries=(),
    config=EmailConfig,
    secrets=(),
    capabilities=frozenset({"send", "delivery_events"}),
    docs="https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html",
    verified="vendor sample",
    data=("name", "e-mail address", "invoices and amounts"),
    processing="the AWS region of the creditor's account",
    idempotency="blind",
    services=("sesv2",),
    address="email",
)


# SES's event types, what each says of the mail, and the part of the event that holds its time.
_KINDS: Mapping[str, tuple[FateKind, str]] = {
    "Send": ("sent", "send"),
    "Delivery": ("delivered", "delivery"),
    "DeliveryDelay": ("delayed", "deliveryDelay"),
    "Bounce": ("bounced", "bounce"),
    "Complaint": ("complained", "complaint"),
    "Reject": ("bounced", "reject"),
}


def connect(connection: Connection) -> Email:
    """The channel of one connection; ``connection.clients["sesv2"]`` is its way to SES.

    Raises ``ValueError`` for a client that repeats requests by itself: a blind counterpart would
    send the mail twice.
    """
    client = connection.clients["sesv2"]
    if (client.meta.config.retries or {}).get("total_max_attempts") != 1:
        raise ValueError("the sesv2 client must be made with retries total_max_attempts=1")
    return Email(EmailConfig.model_validate(connection.config.model_dump()), client)


class Email:
    """Sends a rendered notice by e-mail."""

    def __init__(self, config: EmailConfig, client: Any) -> None:
        self._config = config
        self._client = client

    def send(self, message: Message, *, key: str) -> Receipt:
        """Hand one mail to SES, tagged with ``tenant`` (of ``message.tags``) and ``act`` (``key``).

        Codes of ``rejected`` that begin with ``account_`` need a person, ``address_invalid`` and
        the ``message_`` ones concern this mail. After ``unknown`` wait for the tagged event.
        """
        tags = {**message.tags, "act": key}
        if code := _fault(message, tags):
            return Receipt(outcome="rejected", code=code)
        try:
            answer = self._client.send_email(**self._request(message, tags))
        except Exception as error:
            receipt = receipt_of(error, _receipt_of_answer)
            if receipt is None:
                raise
            return receipt
        reference = answer.get("MessageId")
        return Receipt(outcome="accepted" if reference else "unknown", reference=reference)

    def _request(self, message: Message, tags: Mapping[str, str]) -> dict[str, Any]:
        config = self._config
        body = {"Text": _utf8(message.text)}
        if message.html is not None:
            body["Html"] = _utf8(message.html)
        request = {
            # Encoded as RFC 2047 asks: SES takes ASCII alone in an address.
            "FromEmailAddress": formataddr((config.sender_name, config.sender)),
            "Destination": {"ToAddresses": [message.to]},
            "Content": {
                "Simple": {
                    "Subject": _utf8(message.subject),
                    "Body": body,
                    "Headers": [{"Name": "Content-Language", "Value": message.language}],
                }
            },
            "ConfigurationSetName": config.configuration_set,
            "EmailTags": [{"Name": name, "Value": value} for name, value in sorted(tags.items())],
        }
        if config.reply_to:
            request["ReplyToAddresses"] = [config.reply_to]
        return request


def read_event(detail: Mapping[str, Any]) -> Fate | None:
    """The event in the ``detail`` of an EventBridge event of source ``aws.ses``.

    None for a mail that bears none of our tags and for kinds that change nothing here (opens,
    clicks, subscriptions). A ``Reject`` counts as a bounce: the mail will not arrive. Raises
    ``Unreadable`` for an event of another shape.
    Source: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    try:
        mail = detail["mail"]
        tags = mail.get("tags") or {}
        if detail["eventType"] not in _KINDS or not {"act", "tenant"} <= tags.keys():
            return None
        kind, name = _KINDS[detail["eventType"]]
        part = detail[name]
        permanent = kind == "complained" or part.get("bounceType") == "Permanent"
        return Fate(
            act=_tag(tags["act"]),
            tenant=_tag(tags["tenant"]),
            kind=kind,
            at=_instant(part.get("timestamp") or mail["timestamp"]),
            permanent=permanent,
            # A transient bounce may be an absence note; a rejected mail never left.
            lost=permanent or name == "reject",
            reference=mail["messageId"],
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unreadable("a mail event of SES has an unknown shape") from None


def _tag(values: Any) -> str:
    (value,) = values
    if not _TAG.fullmatch(value):
        raise ValueError("not a tag")
    return str(value)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("no zone")
    return instant.astimezone(UTC)


def _fault(message: Message, tags: Mapping[str, str]) -> str | None:
    """What keeps a mail from being handed over; nothing that could add a header passes."""
    if len(message.to) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(message.to):
        return "address_invalid"
    subject = message.subject
    if not subject.strip() or len(subject) > _LONGEST_SUBJECT or _CONTROL.search(subject):
        return "message_subject_invalid"
    if not message.text.strip():
        return "message_text_missing"
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z]{2})?", message.language):
        return "message_language_invalid"
    pairs = [*tags, *tags.values()]
    if "tenant" not in tags or not all(_TAG.fullmatch(text) for text in pairs):
        return "message_tags_invalid"
    return None


def _receipt_of_answer(response: Mapping[str, Any]) -> Receipt:
    problem = response.get("Error", {})
    code = str(problem.get("Code", ""))
    if code in _NOT_TAKEN:
        after = asked_to_wait(response)
        return Receipt(outcome="retry", after=_NOT_TAKEN[code] if after is None else after)
    if code == "MessageRejected" and "not verified" in str(problem.get("Message", "")):
        # The sender's identity, or any address while the account is in SES's sandbox.
        return Receipt(outcome="rejected", code="account_sender_not_verified")
    if code in _REJECTIONS:
        return Receipt(outcome="rejected", code=_REJECTIONS[code])
    return by_status(response)


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
