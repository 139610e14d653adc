"""E-mail through SES: what is sent, what each answer means, and what the events say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.stub import Stubber

from connectors.channels.email import SPEC, EmailConfig, connect, read_event
from connectors.contract import Connection, Fate, Message, Receipt
from shared.errors import Unreadable

EVENTS = Path(__file__).parents[3] / "events"
CONFIG = EmailConfig(
    sender="laskutus@kuikka.example",
    sender_name="Kuikka & Pöyry Oy",
    reply_to="asiakas@kuikka.example",
    configuration_set="dunlin-reminders",
)
MESSAGE = Message(
    to="maija@example.com",
    subject="Viesti laskusta 10023 \u2013 Kuikka Oy",
    text="Hei!",
    html="<p>Hei!</p>",
    language="fi",
    tags={"tenant": "kuikka"},
)
REQUEST = {
    "FromEmailAddress": "=?utf-8?q?Kuikka_=26_P=C3=B6yry_Oy?= <laskutus@kuikka.example>",
    "Destination": {"ToAddresses": ["maija@example.com"]},
    "ReplyToAddresses": ["asiakas@kuikka.example"],
    "Content": {
        "Simple": {
            "Subject": {"Data": "Viesti laskusta 10023 \u2013 Kuikka Oy", "Charset": "UTF-8"},
            "Body": {
                "Text": {"Data": "Hei!", "Charset": "UTF-8"},
                "Html": {"Data": "<p>Hei!</p>", "Charset": "UTF-8"},
            },
            "Headers": [{"Name": "Content-Language", "Value": "fi"}],
        }
    },
    "ConfigurationSetName": "dunlin-reminders",
    "EmailTags": [
        {"Name": "act", "Value": "case-7f3a-12-1"},
        {"Name": "tenant", "Value": "kuikka"},
    ],
}
KEY = "case-7f3a-12-1"


def ses_client(**retries):
    return boto3.client(
        "sesv2",
        region_name="eu-north-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries=retries or None),
    )


def connection(client):
    return Connection(id="email-1", config=CONFIG, clients={"sesv2": client})


@pytest.fixture(scope="module")
def client():
    return ses_client(total_max_attempts=1)


@pytest.fixture
def ses(client):
    with Stubber(client) as stubber:
        yield stubber


@pytest.fixture
def channel(client):
    return connect(connection(client))


def test_a_mail_goes_out_as_text_and_html_with_both_tags(ses, channel):
    ses.add_response("send_email", {"MessageId": "0110-abc"}, REQUEST)
    receipt = channel.send(MESSAGE, key=KEY)
    assert receipt == Receipt(outcome="accepted", reference="0110-abc")
    ses.assert_no_pending_responses()


def test_an_answer_without_a_message_id_is_unknown(ses, channel):
    ses.add_response("send_email", {}, REQUEST)
    assert channel.send(MESSAGE, key=KEY) == Receipt(outcome="unknown")


@pytest.mark.parametrize(
    ("code", "status", "receipt"),
    [
        ("MessageRejected", 400, Receipt(outcome="rejected", code="message_rejected")),
        ("BadRequestException", 400, Receipt(outcome="rejected", code="message_refused")),
        (
            "MailFromDomainNotVerifiedException",
            400,
            Receipt(outcome="rejected", code="account_sender_not_verified"),
        ),
        ("AccountSuspendedException", 400, Receipt(outcome="rejected", code="account_suspended")),
        (
            "SendingPausedException",
            400,
            Receipt(outcome="rejected", code="account_sending_paused"),
        ),
        (
            "NotFoundException",
            404,
            Receipt(outcome="rejected", code="account_configuration_not_found"),
        ),
        (
            "AccessDeniedException",
            403,
            Receipt(outcome="rejected", code="account_access_denied"),
        ),
        ("SomethingNewException", 400, Receipt(outcome="rejected", code="message_refused")),
        ("TooManyRequestsException", 429, Receipt(outcome="retry")),
        ("LimitExceededException", 400, Receipt(outcome="retry", after=3600)),
        ("ExpiredTokenException", 403, Receipt(outcome="retry")),
        ("InternalFailure", 500, Receipt(outcome="unknown")),
        ("ServiceUnavailable", 503, Receipt(outcome="unknown")),
    ],
)
def test_each_answer_of_ses_has_one_meaning(ses, channel, code, status, receipt):
    ses.add_client_error("send_email", code, "no", status)
    assert channel.send(MESSAGE, key=KEY) == receipt


def test_an_unverified_identity_is_the_accounts_fault_and_not_the_debtors(ses, channel):
    text = "Email address is not verified. The following identities failed the check"
    ses.add_client_error("send_email", "MessageRejected", text, 400)
    assert channel.send(MESSAGE, key=KEY).code == "account_sender_not_verified"


def test_a_throttled_call_waits_as_long_as_ses_asks(ses, channel):
    headers = {"HTTPHeaders": {"retry-after": "7"}}
    ses.add_client_error(
        "send_email", "TooManyRequestsException", "slow", 429, response_meta=headers
    )
    assert channel.send(MESSAGE, key=KEY) == Receipt(outcome="retry", after=7)


class Failing:
    """A client whose network fails in one way."""

    def __init__(self, error, real):
        self.error, self.meta, self.calls = error, real.meta, 0

    def send_email(self, **_):
        self.calls += 1
        raise self.error


URL = "https://email.eu-north-1.amazonaws.com"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (EndpointConnectionError(endpoint_url=URL), "retry"),
        (ConnectTimeoutError(endpoint_url=URL), "retry"),
        (NoCredentialsError(), "retry"),
        (ReadTimeoutError(endpoint_url=URL), "unknown"),
        (ConnectionClosedError(endpoint_url=URL), "unknown"),
    ],
)
def test_a_failure_before_sending_is_retried_and_one_after_it_is_unknown(client, error, outcome):
    failing = Failing(error, client)
    assert connect(connection(failing)).send(MESSAGE, key=KEY) == Receipt(outcome=outcome)
    assert failing.calls == 1


def test_an_error_that_is_not_the_sdks_is_not_swallowed(client):
    failing = Failing(ZeroDivisionError(), client)
    with pytest.raises(ZeroDivisionError):
        connect(connection(failing)).send(MESSAGE, key=KEY)


@pytest.mark.parametrize("retries", [{}, {"max_attempts": 3}])
def test_a_client_that_resends_by_itself_is_refused(retries):
    with pytest.raises(ValueError, match="total_max_attempts=1"):
        connect(connection(ses_client(**retries)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "maija@example.com\r\nBcc: all@example.com"}, "address_invalid"),
        ({"to": "a@example.com, b@example.com"}, "address_invalid"),
        ({"to": "Maija <maija@example.com>"}, "address_invalid"),
        ({"to": "maija@localhost"}, "address_invalid"),
        ({"to": "maija"}, "address_invalid"),
        ({"to": "mäija@example.com"}, "address_invalid"),
        ({"to": f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}"}, "address_invalid"),
        ({"subject": "Hei\r\nBcc: all@example.com"}, "message_subject_invalid"),
        ({"subject": "Hei\u2028Bcc"}, "message_subject_invalid"),
        ({"subject": "Hei\x00"}, "message_subject_invalid"),
        ({"subject": " "}, "message_subject_invalid"),
        ({"subject": "x" * 201}, "message_subject_invalid"),
        ({"text": "\n"}, "message_text_missing"),
        ({"language": "fi\r\nX: y"}, "message_language_invalid"),
        ({"tags": {}}, "message_tags_invalid"),
        ({"tags": {"tenant": "kuikka oy"}}, "message_tags_invalid"),
        ({"tags": {"tenant": "kuikka", "ses:x": "y"}}, "message_tags_invalid"),
    ],
)
def test_what_could_forge_a_header_or_reach_nobody_is_never_handed_over(
    ses, channel, changes, code
):
    receipt = channel.send(MESSAGE.model_copy(update=changes), key=KEY)
    assert receipt == Receipt(outcome="rejected", code=code)


@pytest.mark.parametrize("key", ["case#12", "", "x" * 257, "case 12", "case\n12"])
def test_a_key_that_ses_cannot_carry_as_a_tag_is_never_handed_over(ses, channel, key):
    assert channel.send(MESSAGE, key=key).code == "message_tags_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "laskutus@kuikka.example\n"},
        {"sender_name": "Kuikka\r\nBcc: x@example.com"},
        {"reply_to": "nobody"},
        {"configuration_set": "a b"},
    ],
)
def test_settings_that_could_forge_a_header_are_refused_without_showing_them(changes):
    with pytest.raises(ValueError, match="validation error") as refusal:
        EmailConfig.model_validate({**CONFIG.model_dump(), **changes})
    assert "Bcc" not in str(refusal.value)


def event(name):
    return json.loads((EVENTS / f"receive_mail_event_{name}.json").read_bytes())["detail"]


@pytest.mark.parametrize(
    ("name", "at", "permanent"),
    [
        ("sent", datetime(2026, 11, 6, 7, 0, 1, 102000, UTC), False),
        ("delivered", datetime(2026, 11, 6, 7, 0, 3, 604000, UTC), False),
        ("delayed", datetime(2026, 11, 6, 8, 0, 1, 0, UTC), False),
        ("bounced", datetime(2026, 11, 6, 7, 0, 4, 331000, UTC), True),
        ("complained", datetime(2026, 11, 6, 9, 12, 40, 0, UTC), True),
    ],
)
def test_an_event_names_the_act_the_tenant_and_what_became_of_the_mail(name, at, permanent):
    assert read_event(event(name)) == Fate(
        act="case-7f3a-12-1",
        tenant="kuikka",
        kind=name,
        at=at,
        permanent=permanent,
        lost=permanent,
        reference="0110018f1a2b3c4d-5e6f7a8b-9c0d-4e1f-8a2b-3c4d5e6f7a8b-000000",
    )


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_passing_bounce_does_not_condemn_the_address(kind):
    detail = event("bounced")
    detail["bounce"]["bounceType"] = kind
    found = read_event(detail)
    assert found is not None
    assert (found.kind, found.permanent) == ("bounced", False)


def test_a_mail_that_ses_rejects_after_taking_it_will_not_arrive():
    detail = event("sent") | {"eventType": "Reject", "reject": {"reason": "Bad content"}}
    found = read_event(detail)
    assert found is not None
    assert (found.kind, found.permanent) == ("bounced", False)


def test_no_address_leaves_with_an_event():
    found = read_event(event("bounced"))
    assert found is not None
    assert "example.com" not in found.model_dump_json()


def test_opens_and_other_peoples_mail_change_nothing():
    assert read_event(event("sent") | {"eventType": "Open", "open": {}}) is None
    foreign = event("delivered")
    del foreign["mail"]["tags"]["act"]
    assert read_event(foreign) is None
    del foreign["mail"]["tags"]
    assert read_event(foreign) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda detail: detail.pop("eventType"),
        lambda detail: detail.pop("mail"),
        lambda detail: detail.pop("delivery"),
        lambda detail: detail.update(eventType=["Delivery"]),
        lambda detail: detail["delivery"].update(timestamp="yesterday"),
        lambda detail: detail["delivery"].update(timestamp="2026-11-06T07:00:03"),
        lambda detail: detail["delivery"].update(timestamp=5),
        lambda detail: detail["mail"].update(tags=["act", "tenant"]),
        lambda detail: detail["mail"]["tags"].update(act=["one", "two"]),
        lambda detail: detail["mail"]["tags"].update(act=["case#1"]),
        lambda detail: detail["mail"]["tags"].update(tenant="kuikka"),
        lambda detail: detail["mail"].update(messageId=None),
    ],
)
def test_an_event_of_another_shape_is_unreadable_and_shows_no_value(spoil):
    detail = event("delivered")
    spoil(detail)
    with pytest.raises(Unreadable, match="unknown shape") as failure:
        read_event(detail)
    assert failure.value.__cause__ is None


def test_the_channel_declares_that_ses_honours_no_key():
    assert SPEC.idempotency == "blind"
    assert not SPEC.query_by_key
    assert {"send", "delivery_events"} == SPEC.capabilities
