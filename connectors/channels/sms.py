"""Text messages through AWS End User Messaging: one number, one attempt, and what follows it.

The service knows no idempotency key and cannot be asked about one: the channel is blind. Its
receipts carry our context, so an act whose outcome is unknown is settled by its own receipt. Who
sent STOP is on the account's opt-out list, and the service refuses the next message to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.contract import Connection, Fate, FateKind, Finding, Message, Receipt, Spec
from connectors.sdk_errors import by_status, receipt_of
from shared.domain.money import Money
from shared.domain.text_message import parts_of
from shared.errors import Unreadable

_NUMBER = r"^\+[1-9][0-9]{6,14}$"
_PRICE = r"^[0-9]{1,2}\.[0-9]{1,5}$"
_CONTEXT = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SERVICE = "pinpoint-sms-voice-v2"
# ITU-T E.164 country codes of the countries that a sender can be set up for here.
_COUNTRIES: Mapping[str, str] = {
    "358": "FI", "46": "SE", "47": "NO", "45": "DK", "372": "EE", "49": "DE", "31": "NL",
}  # fmt: skip
# Where a sender's name must have been authorised in advance: Finland since 2026-05-04 (Traficom,
# Regulation 28 L/2025 M).
AUTHORISED_ONLY = frozenset({"FI"})

# What the service answers, by its error and its reason: codes that begin with ``account_`` need a
# person, ``address_`` concerns this number and ``message_`` this message.
# https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html
_REASONS: Mapping[str, str] = {
    "DESTINATION_PHONE_NUMBER_OPTED_OUT": "address_opted_out",
    "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": "address_blocked",
    "DESTINATION_PHONE_NUMBER_NOT_VERIFIED": "account_in_sandbox",
    "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION": "account_country_blocked",
    "DESTINATION_COUNTRY_BLOCKED": "account_country_blocked",
    "COUNTRY_NOT_ENABLED": "account_country_blocked",
    "PRICE_OVER_THRESHOLD": "message_price_over_cap",
    "SENDER_ID_NOT_REGISTERED": "account_sender_not_authorised",
    "SENDER_ID_NOT_SUPPORTED": "account_sender_not_authorised",
    "SENDER_ID_REQUIRES_REGISTRATION": "account_sender_not_authorised",
    "NO_ORIGINATION_IDENTITIES_FOUND": "account_sender_not_authorised",
    "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY": "account_sender_not_authorised",
    "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT": "account_spend_limit",
    "ACCOUNT_DISABLED": "account_suspended",
    "INSUFFICIENT_ACCOUNT_REPUTATION": "account_suspended",
}
_REJECTIONS: Mapping[str, str] = {
    "AccessDeniedException": "account_access_denied",
    "UnrecognizedClientException": "account_access_denied",
    "InvalidClientTokenId": "account_access_denied",
    "ResourceNotFoundException": "account_configuration_not_found",
    "ServiceQuotaExceededException": "account_quota_reached",
}
_NOT_TAKEN = frozenset(
    {"ThrottlingException", "Throttling", "ExpiredTokenException", "ExpiredToken"}
)


class Sender(BaseModel):
    """The name or number that messages to one country come from."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    country: Literal["FI", "SE", "NO", "DK", "EE", "DE", "NL"] = Field(
        description="Country of the numbers that it writes to."
    )
    identity: str = Field(
        pattern=r"^[A-Za-z0-9_:/+-]{3,256}$",
        description="Sender ID (at most 11 characters), phone number or ARN in the AWS account.",
    )
    state: Literal["not_needed", "applied", "authorised"] = Field(
        description="Where the name stands with the country's authority or carriers."
    )

    @property
    def usable(self) -> bool:
        """Whether the country's rules let messages go out under this name."""
        if self.country in AUTHORISED_ONLY:
            return self.state == "authorised"
        return self.state != "applied"


class SmsConfig(BaseModel):
    """The creditor's settings for text messages."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    senders: tuple[Sender, ...] = Field(
        min_length=1, max_length=7, description="One sender for each country that is written to."
    )
    configuration_set: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Configuration set that publishes the receipts to the hub's topic.",
    )
    max_price: str = Field(
        pattern=_PRICE,
        description="What a part of a message may cost at most, in US dollars (0.15).",
    )
    price: str | None = Field(
        default=None,
        pattern=_PRICE,
        description="What a part is expected to cost, in US dollars, until the receipt says it.",
    )
    max_parts: int = Field(
        default=3, ge=1, le=10, description="Parts that a message may have at most."
    )
    test_number: str | None = Field(
        default=None,
        pattern=_NUMBER,
        description="A phone of the creditor's own, for the dry run of the connection test.",
    )


SPEC = Spec(
    name="channels.sms",
    title="Text message (AWS End User Messaging)",
    countries=("FI", "SE", "NO", "DK", "EE", "DE", "NL"),
    config=SmsConfig,
    secrets=(),
    capabilities=frozenset({"send", "delivery_events"}),
    docs="docs/connectors/channels.sms.md",
    verified="spec only",
    data=("phone number",),
    processing="the AWS region of the creditor's account, and the reader's carrier",
    regions=("*",),
    idempotency="blind",
    services=(_SERVICE,),
    address="phone",
)


def connect(connection: Connection) -> Sms:
    """The channel of one connection, through ``connection.clients["pinpoint-sms-voice-v2"]``.

    Raises ``ValueError`` for a client that repeats requests by itself: a blind counterpart would
    send the message twice.
    """
    client = connection.clients[_SERVICE]
    if (client.meta.config.retries or {}).get("total_max_attempts") != 1:
        raise ValueError("a client of a blind counterpart makes exactly one attempt")
    return Sms(SmsConfig.model_validate(connection.config.model_dump()), client)


class Sms:
    """The creditor's text messages."""

    def __init__(self, config: SmsConfig, client: Any) -> None:
        self._config, self._client = config, client

    def test(self) -> Sequence[Finding]:
        """Look at each sender's standing, and try a message without sending it."""
        found = [_standing(sender) for sender in self._config.senders]
        number = self._config.test_number
        if number is None:
            text = "name a phone of your own as test_number and test again"
            return [*found, Finding(check="dry_run", ok=False, text=text)]
        message = Message(to=number, subject="", text="", language="en", sms="Test")
        receipt = self._sent(message, {}, DryRun=True)
        ok = receipt.outcome == "accepted"
        text = "the service would take a message" if ok else f"the service says: {receipt.code}"
        return [*found, Finding(check="dry_run", ok=ok, text=text)]

    def send(self, message: Message, *, key: str) -> Receipt:
        """Send ``message.sms`` to ``message.to``, tagged with ``tenant`` and ``act`` (``key``).

        Codes as for e-mail: ``account_`` needs a person, ``address_`` concerns this number,
        ``message_`` this message. After ``unknown`` wait for the receipt that bears the tags.
        """
        context = {**message.tags, "act": key}
        pairs = [*context, *context.values()]
        if "tenant" not in context or not all(_CONTEXT.fullmatch(text) for text in pairs):
            return Receipt(outcome="rejected", code="message_tags_invalid")
        return self._sent(message, context)

    def _sent(self, message: Message, context: Mapping[str, str], **more: Any) -> Receipt:
        text, sender = message.sms or "", self._sender(message.to)
        parts = parts_of(text).count
        code = _fault(message.to, text, sender)
        if code is None and parts > self._config.max_parts:
            code = "message_too_long"
        if code is not None or sender is None:
            return Receipt(outcome="rejected", code=code)
        try:
            answer = self._client.send_text_message(
                DestinationPhoneNumber=message.to,
                OriginationIdentity=sender.identity,
                MessageBody=text,
                MessageType="TRANSACTIONAL",
                ConfigurationSetName=self._config.configuration_set,
                MaxPrice=self._config.max_price,
                Context=dict(context),
                **more,
            )
        except Exception as error:
            receipt = receipt_of(error, _answered)
            if receipt is None:
                raise
            return receipt
        reference = answer.get("MessageId")
        outcome: Literal["accepted", "unknown"] = "accepted" if reference else "unknown"
        price = self._config.price
        cost = Money.round(Decimal(price) * parts, "USD") if price else None
        return Receipt(outcome=outcome, reference=reference, segments=parts, cost=cost)

    def _sender(self, number: str) -> Sender | None:
        country = country_of(number)
        return next((one for one in self._config.senders if one.country == country), None)


def country_of(number: str) -> str | None:
    """The country (ISO 3166-1) of a number in E.164 form, as far as senders can be set up."""
    codes = (number[1 : 1 + length] for length in (3, 2))
    return next((_COUNTRIES[code] for code in codes if code in _COUNTRIES), None)


def read_event(body: Mapping[str, Any]) -> Fate | None:
    """What a receipt of the service says; None for a message that bears none of our tags.

    A receipt that says nothing for sure (``TEXT_UNKNOWN``, or a failure that is not final) is none
    either. The price is in US dollars. Raises ``Unreadable`` for a receipt of another shape.
    Source: https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
    """
    try:
        context = body.get("context") or {}
        found = _kind(body["eventType"], final=bool(body["isFinal"]))
        if found is None or not {"act", "tenant"} <= context.keys():
            return None
        price, parts = body.get("totalMessagePrice"), body.get("totalMessageParts")
        return Fate(
            act=_tag(context["act"]),
            tenant=_tag(context["tenant"]),
            kind=found,
            at=datetime.fromtimestamp(body["eventTimestamp"] / 1000, UTC),
            permanent=body["eventType"] == "TEXT_INVALID",
            lost=found == "bounced",
            reference=body["messageId"],
            segments=parts or None,
            cost=Money.round(Decimal(str(price)), "USD") if price else None,
        )
    except (AttributeError, ArithmeticError, KeyError, TypeError, ValueError):
        raise Unreadable("a receipt of a text message has an unknown shape") from None


# https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
_TAKEN = frozenset({"TEXT_SENT", "TEXT_QUEUED", "TEXT_PENDING"})
_FAILED = frozenset({
    "TEXT_INVALID", "TEXT_INVALID_MESSAGE", "TEXT_UNREACHABLE", "TEXT_CARRIER_UNREACHABLE",
    "TEXT_BLOCKED", "TEXT_CARRIER_BLOCKED", "TEXT_SPAM", "TEXT_TTL_EXPIRED",
    "TEXT_PROTECT_BLOCKED",
})  # fmt: skip


def _kind(event: str, *, final: bool) -> FateKind | None:
    """``TEXT_SUCCESSFUL`` is the carrier's word that it took it: all that some countries give."""
    if event == "TEXT_DELIVERED" or (event == "TEXT_SUCCESSFUL" and final):
        return "delivered"
    if event in _TAKEN or event == "TEXT_SUCCESSFUL":
        return "sent"
    return "bounced" if final and event in _FAILED else None


def _tag(text: str) -> str:
    if not _CONTEXT.fullmatch(text):
        raise ValueError("not a tag")
    return text


def _fault(number: str, text: str, sender: Sender | None) -> str | None:
    if not re.fullmatch(_NUMBER, number):
        return "address_invalid"
    if not text.strip():
        return "message_text_missing"
    if sender is None:
        return "address_country_not_served"
    return None if sender.usable else "account_sender_not_authorised"


def _standing(sender: Sender) -> Finding:
    check = f"sender_{sender.country.lower()}"
    if sender.usable:
        return Finding(check=check, ok=True, text="messages may go out under this name")
    text = "the name must be authorised first; nothing is sent to this country until then"
    return Finding(check=check, ok=False, text=text)


def _answered(response: Mapping[str, Any]) -> Receipt:
    problem = response.get("Error", {})
    code, reason = str(problem.get("Code", "")), str(response.get("Reason", ""))
    if code in _NOT_TAKEN:
        return Receipt(outcome="retry")
    known = _REASONS.get(reason) or _REJECTIONS.get(code)
    return Receipt(outcome="rejected", code=known) if known else by_status(response)
