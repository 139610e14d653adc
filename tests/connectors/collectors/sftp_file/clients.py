"""Real clients of S3 and AWS Transfer Family that talk to the replaying server."""

import boto3
from botocore.config import Config


def clients(origin, state):
    assert state in {"recorded", "failing"}
    made = {
        service: boto3.client(
            service,
            "eu-north-1",
            endpoint_url=origin,
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )
        for service in ("s3", "transfer")
    }
    # The replaying server answers no "Expect: 100-continue", and each wait for it is a second.
    made["s3"].meta.events.register("before-sign.s3", unasked)
    return made


def unasked(request, **_):
    if "Expect" in request.headers:
        del request.headers["Expect"]
