"""What every function shares at its edge: its environment, its logger, its AWS clients."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger

logger = Logger(service="dunlin", log_uncaught_exceptions=False)


def stage() -> str:
    """``local`` on the embedded stack, else the name of the deployment."""
    return os.environ.get("STAGE", "")


def is_local() -> bool:
    """Whether this is the embedded stack, the only stage in which time may be moved."""
    return stage() == "local"


def private_targets() -> frozenset[str]:
    """Origins that may be private or plain http; empty in production."""
    text = os.environ.get("PRIVATE_TARGETS", "")
    return frozenset(part for part in text.split(",") if part and part != "-")


@lru_cache(maxsize=16)
def client(service: str) -> Any:
    """One AWS client per service and process.

    Mail and text messages are never resent by the client itself: neither service honours a key,
    so a second try could be a second message.
    """
    import boto3
    from botocore.config import Config

    tries = 1 if service in {"sesv2", "pinpoint-sms-voice-v2"} else 3
    # Links to objects under a KMS key are refused under the older signature.
    signature = "s3v4" if service == "s3" else None
    config = Config(
        retries={"mode": "standard", "total_max_attempts": tries},
        connect_timeout=3,
        signature_version=signature,
    )
    return boto3.client(service, config=config)


def enqueue(queue: str, bodies: list[dict[str, Any]]) -> None:
    """Messages of ids to the queue whose URL stands in the environment as ``<QUEUE>_QUEUE``.

    A queue only shortens a wait: what is lost here is found again by the sweep.
    """
    url = os.environ[f"{queue.upper()}_QUEUE"]
    for start in range(0, len(bodies), 10):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(body, sort_keys=True)}
            for number, body in enumerate(bodies[start : start + 10])
        ]
        client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
