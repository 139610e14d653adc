"""Letters that left through SES: kept as they were sent, with the events that SES would publish."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

FILE = "mail.jsonl"
_SIMULATOR_BOUNCE = "bounce@simulator.amazonses.com"
_EVENTBRIDGE_NAMES = {
    "SEND": "Email Sent",
    "DELIVERY": "Email Delivered",
    "BOUNCE": "Email Bounced",
}


@dataclass(frozen=True)
class Letter:
    """One accepted SendEmail request. ``raw`` is the MIME message when the sender built it."""

    message_id: str
    sent_at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    raw: bytes | None
    headers: Mapping[str, str]
    tags: Mapping[str, str]
    configuration_set: str


def letters(file: Path) -> list[Letter]:
    """Every letter in the order of sending; ``file`` is :data:`FILE` in the stack's directory."""
    if not file.exists():
        return []
    return [_letter(json.loads(line)) for line in file.read_text().splitlines()]


def is_send(method: str, path: str) -> bool:
    """Whether a request is SES v2 SendEmail."""
    return method == "POST" and path.rstrip("/") == "/v2/email/outbound-emails"


def identity(body: bytes, identities: Mapping[str, Any]) -> str:
    """The identity that a SendEmail request uses: the address if it is one, else its domain."""
    address = parseaddr(str(json.loads(body or b"{}").get("FromEmailAddress", "")))[1]
    return address if address in identities else address.rpartition("@")[2]


def sent(file: Path, body: bytes, answer: bytes, sets: Mapping[str, Any]) -> None:
    """Keep an accepted request and publish its events.

    ``sets`` are the emulator's configuration sets. An address of the SES mailbox simulator bounces;
    every other one is delivered at once.
    """
    record = {"request": json.loads(body), "id": json.loads(answer)["MessageId"], "at": time.time()}
    with file.open("a") as target:
        target.write(json.dumps(record) + "\n")
    from ministack.core.concurrency import spawn_background

    destinations = (sets.get(record["request"].get("ConfigurationSetName", "")) or {}).get(
        "EventDestinations"
    ) or {}
    if destinations:
        spawn_background(_publish, record, list(destinations.values()), thread_name="mail-events")


def _publish(record: dict[str, Any], destinations: list[dict[str, Any]]) -> None:
    from ministack.services import eventbridge, sns

    for kind, event in _events(record):
        for destination in destinations:
            if not destination["Enabled"] or kind not in destination["MatchingEventTypes"]:
                continue
            if topic := destination.get("SnsDestination", {}).get("TopicArn"):
                sns.publish_internal(
                    topic, json.dumps(event), "Amazon SES Email Event Notification"
                )
            if "EventBridgeDestination" in destination:
                eventbridge._put_events(
                    {
                        "Entries": [
                            {
                                "Source": "aws.ses",
                                "DetailType": _EVENTBRIDGE_NAMES[kind],
                                "Detail": json.dumps(event),
                                "Resources": [],
                            }
                        ]
                    },
                    allow_aws_source=True,
                )


def _events(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """SES event records for one letter.

    docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    letter = _letter(record)
    stamp = letter.sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    mail = {
        "timestamp": stamp,
        "messageId": letter.message_id,
        "source": letter.sender,
        "destination": list(letter.to),
        "headersTruncated": False,
        "headers": [],
        "commonHeaders": {
            "from": [letter.sender],
            "to": list(letter.to),
            "subject": letter.subject,
            "messageId": letter.message_id,
        },
        "tags": {
            "ses:configuration-set": [letter.configuration_set],
            **{name: [value] for name, value in letter.tags.items()},
        },
    }
    yield "SEND", {"eventType": "Send", "mail": mail, "send": {}}
    if _SIMULATOR_BOUNCE in letter.to:
        yield (
            "BOUNCE",
            {
                "eventType": "Bounce",
                "mail": mail,
                "bounce": {
                    "bounceType": "Permanent",
                    "bounceSubType": "General",
                    "timestamp": stamp,
                    "feedbackId": letter.message_id,
                    "bouncedRecipients": [{"emailAddress": address} for address in letter.to],
                },
            },
        )
    else:
        yield (
            "DELIVERY",
            {
                "eventType": "Delivery",
                "mail": mail,
                "delivery": {
                    "timestamp": stamp,
                    "processingTimeMillis": 0,
                    "recipients": list(letter.to),
                    "smtpResponse": "250 OK",
                    "reportingMTA": "local",
                },
            },
        )


def _letter(record: dict[str, Any]) -> Letter:
    request, content = record["request"], record["request"].get("Content", {})
    simple, raw = content.get("Simple", {}), content.get("Raw", {}).get("Data")
    body = simple.get("Body", {})
    return Letter(
        message_id=record["id"],
        sent_at=datetime.fromtimestamp(record["at"], UTC),
        sender=request.get("FromEmailAddress", ""),
        to=tuple(request.get("Destination", {}).get("ToAddresses", ())),
        subject=simple.get("Subject", {}).get("Data", ""),
        text=body.get("Text", {}).get("Data", ""),
        html=body.get("Html", {}).get("Data", ""),
        raw=base64.b64decode(raw) if raw else None,
        headers={item["Name"]: item["Value"] for item in simple.get("Headers", ())},
        tags={item["Name"]: item["Value"] for item in request.get("EmailTags", ())},
        configuration_set=request.get("ConfigurationSetName", ""),
    )
