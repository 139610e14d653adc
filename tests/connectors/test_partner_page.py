"""The partner's page: its example of a webhook is the one that we would really send."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from connectors.signing import sign, verify

PAGE = Path(__file__).parents[2] / "docs" / "partner" / "README.md"


def example() -> tuple[str, dict[str, str], bytes]:
    """The secret, the headers and the body that the page prints."""
    text = PAGE.read_text(encoding="utf-8")
    secret = re.search(r"`(whsec_[A-Za-z0-9+/=]{10,})`", text)
    message = re.search(r"```http\nPOST .*\n((?:[a-z-]+: .*\n)+)\n(\{.*\})\n```", text)
    assert secret is not None
    assert message is not None
    headers = dict(line.split(": ", 1) for line in message[1].splitlines())
    return secret[1], headers, message[2].encode()


def test_the_printed_signature_is_that_of_the_printed_body_under_the_printed_secret():
    secret, headers, body = example()
    now = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    made = sign([secret], message_id=headers["webhook-id"], now=now, body=body)
    assert made.items() <= headers.items()
    verify([secret], headers, body, now)


def test_the_printed_stamp_is_the_moment_that_the_body_names():
    _, headers, body = example()
    at = datetime.fromisoformat(json.loads(body)["timestamp"])
    assert at.timestamp() == int(headers["webhook-timestamp"])
