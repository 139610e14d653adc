"""The bucket of the recorded statements; a real S3 client where failures are looked at."""

from datetime import timedelta
from pathlib import Path

import boto3
from botocore.config import Config

from tests.connectors.fake_s3 import FakeS3

INBOX = Path(__file__).parent / "inbox"


def clients(origin, state):
    if state == "failing":
        once = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        made = boto3.client("s3", "eu-north-1", endpoint_url=origin, config=once, **keys)
        return {"s3": made}
    s3 = FakeS3()
    files = sorted(INBOX.iterdir())
    for path in files:
        body = path.read_bytes()
        s3.drop(f"statements/conn-1/inbox/{path.name}", body, minutes=24 * 60)
    if state == "empty":
        header = files[0].read_bytes().splitlines()[0]
        s3.now += timedelta(days=1)
        s3.drop("statements/conn-1/inbox/2026-03-05.csv", header)
    return {"s3": s3}
