"""Text messages: what is sent, what each answer means, and what the receipts say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from connectors.channels.sms import Sender, SmsConfig, connect, country_of, read_event
from connectors.contract import Connection, Fate, Message
from shared.domain.money import Money
from shared.errors import Unreadable

EVENT = Path(__file__).parents[3] / "events" / "receive_text_receipt.json"
SETTINGS = {
    "senders": [
        {"country": "FI", "identity": "KUIKKA", "state": "authorised"},
        {"country": "SE", "identity": "Kuikka", "state": "applied"},
        {"country": "NO", "identity": "Kuikka", "state": "not_needed"},
    ],
    "configuration_set": "dunlin-text",
    "max_price": "0.15",
    "price": "0.09",
}
MESSAGE = Message(
    to="+358401234567", subject="", text="", language="fi", sms="Hei", tags={"tenant": "nordic"}
)
REQUEST = {
    "DestinationPhoneNumber": "+358401234567",
    "OriginationIdentity": "KUIKKA",
    "MessageBody": "Hei",
    "MessageType": "TRANSACTIONAL",
    "ConfigurationSetName": "dunlin-text",
    "MaxPrice": "0.15",
    "Context": {"tenant": "nordic", "act": "c1-first-0"},
}
KEY = "c1-first-0"


def sms_client(tries=1):
    return boto3.client(
        "pinpoint-sms-voice-v2",
        region_name="eu-north-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": tries}),
    )


@pytest.fixture(scope="module")
def client():
    return sms_client()


def channel(client, **changes):
    config = SmsConfig.model_validate({**SETTINGS, **changes})
    clients = {"pinpoint-sms-voice-v2": client}
    return connect(Connection(id="text-1", config=config, clients=clients))


def refused(client, code, reason=None, status=400):
    with Stubber(client) as stub:
        stub.add_client_error(
            "send_text_message",
            code,
            http_status_code=status,
            modeled_fields={"Reason": reason} if reason else None,
        )
        return channel(client).send(MESSAGE, key=KEY)


def test_a_message_goes_once_with_its_tags_and_price_cap_and_tells_what_it_costs(client):
    with Stubber(client) as stub:
        stub.add_response("send_text_message", {"MessageId": "m-1"}, REQUEST)
        receipt = channel(client).send(MESSAGE, key=KEY)

    assert (receipt.outcome, receipt.reference) == ("accepted", "m-1")
    assert (receipt.segments, receipt.cost) == (1, Money.of("0.09", "USD"))


def test_a_client_that_repeats_by_itself_is_refused():
    with pytest.raises(ValueError, match="exactly one attempt"):
        channel(sms_client(tries=3))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "0401234567"}, "address_invalid"),
        ({"to": "maija@example.com"}, "address_invalid"),
        ({"to": "+447911123456"}, "address_country_not_served"),
        ({"to": "+46701234567"}, "account_sender_not_authorised"),
        ({"sms": None}, "message_text_missing"),
        ({"sms": " "}, "message_text_missing"),
        ({"sms": "a" * 460}, "message_too_long"),
        ({"tags": {}}, "message_tags_invalid"),
    ],
)
def test_what_may_not_be_sent_never_leaves(client, changes, code):
    with Stubber(client):  # any call would fail
        receipt = channel(client).send(MESSAGE.model_copy(update=changes), key=KEY)

    assert (receipt.outcome, receipt.code) == ("rejected", code)


@pytest.mark.parametrize(
    ("code", "reason", "outcome", "word"),
    [
        (
            "ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", "rejected",
            "address_opted_out",
        ),
        ("ValidationException", "PRICE_OVER_THRESHOLD", "rejected", "message_price_over_cap"),
        (
            "ValidationException", "SENDER_ID_REQUIRES_REGISTRATION", "rejected",
            "account_sender_not_authorised",
        ),
        ("ValidationException", "FIELD_VALIDATION_FAILED", "rejected", "message_refused"),
        (
            "ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", "rejected",
            "account_spend_limit",
        ),
        ("AccessDeniedException", None, "rejected", "account_access_denied"),
        ("ResourceNotFoundException", None, "rejected", "account_configuration_not_found"),
        ("ThrottlingException", None, "retry", None),
    ],
)  # fmt: skip
def test_each_refusal_says_whom_it_concerns(client, code, reason, outcome, word):
    receipt = refused(client, code, reason)

    assert (receipt.outcome, receipt.code) == (outcome, word)


def test_after_a_failure_of_the_service_the_fate_is_unknown(client):
    assert refused(client, "InternalServerException", status=500).outcome == "unknown"


@pytest.mark.parametrize(
    ("country", "state", "usable"),
    [
        ("FI", "authorised", True), ("FI", "not_needed", False), ("FI", "applied", False),
        ("DK", "not_needed", True), ("DK", "authorised", True), ("DK", "applied", False),
    ],
)  # fmt: skip
def test_a_finnish_sender_must_be_authorised_and_no_name_is_used_while_applied_for(
    country, state, usable
):
    assert Sender(country=country, identity="KUIKKA", state=state).usable is usable


def test_the_connection_test_tells_of_each_sender_and_sends_nothing(client):
    dry = {**REQUEST, "MessageBody": "Test", "Context": {}, "DryRun": True}
    with Stubber(client) as stub:
        stub.add_response("send_text_message", {"MessageId": "dry"}, dry)
        found = channel(client, test_number="+358401234567").test()

    assert {one.check: one.ok for one in found} == {
        "sender_fi": True, "sender_se": False, "sender_no": True, "dry_run": True,
    }  # fmt: skip
    assert channel(client).test()[-1].ok is False


@pytest.mark.parametrize(
    ("number", "country"),
    [("+358401234567", "FI"), ("+4712345678", "NO"), ("+3725123456", "EE"), ("+12065550152", None)],
)
def test_a_number_tells_its_country(number, country):
    assert country_of(number) == country


def receipt(**changes):
    body = json.loads(json.loads(EVENT.read_text())["Records"][0]["Sns"]["Message"])
    return {**body, **changes}


def test_a_receipt_names_act_tenant_fate_parts_and_price():
    assert read_event(receipt()) == Fate(
        act="c1a2b3-first-0000",
        tenant="nordic",
        kind="delivered",
        at=datetime(2026, 3, 2, 9, 0, 4, tzinfo=UTC),
        reference="862a8790-example",
        segments=2,
        cost=Money.of("0.18", "USD"),
    )


@pytest.mark.parametrize(
    ("event", "final", "kind", "lost", "permanent"),
    [
        ("TEXT_DELIVERED", True, "delivered", False, False),
        ("TEXT_SUCCESSFUL", True, "delivered", False, False),
        ("TEXT_SUCCESSFUL", False, "sent", False, False),
        ("TEXT_QUEUED", False, "sent", False, False),
        ("TEXT_INVALID", True, "bounced", True, True),
        ("TEXT_UNREACHABLE", True, "bounced", True, False),
        ("TEXT_TTL_EXPIRED", True, "bounced", True, False),
        ("TEXT_PROTECT_BLOCKED", True, "bounced", True, False),
    ],
)
def test_each_receipt_means_one_thing(event, final, kind, lost, permanent):
    fate = read_event(receipt(eventType=event, isFinal=final))

    assert (fate.kind, fate.lost, fate.permanent) == (kind, lost, permanent)


@pytest.mark.parametrize(
    "changes",
    [
        {"eventType": "TEXT_UNKNOWN"},
        {"eventType": "TEXT_UNREACHABLE", "isFinal": False},
        {"context": {}},
        {"context": {"act": "c1-first-0"}},
    ],
)
def test_what_proves_nothing_or_is_not_ours_is_no_event(changes):
    assert read_event(receipt(**changes)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"eventTimestamp": "soon"}, {"messageId": None}, {"totalMessagePrice": "much"},
        {"context": {"act": "no blanks", "tenant": "nordic"}}, {"context": ["act"]},
    ],
)  # fmt: skip
def test_a_receipt_of_another_shape_is_unreadable(changes):
    with pytest.raises(Unreadable):
        read_event(receipt(**changes))
