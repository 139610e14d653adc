"""The bucket of the recorded files; a real S3 client where failures are looked at."""

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
    for path in sorted(INBOX.iterdir()):
        s3.drop(f"bank/conn-1/inbox/{path.name}", path.read_bytes())
    if state == "empty":
        s3.drop("bank/conn-1/inbox/9-empty.xml", b"")
    return {"s3": s3}
