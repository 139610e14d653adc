"""Real clients of AWS services that talk to the replaying server instead of AWS."""

from __future__ import annotations

import boto3
from botocore.config import Config


def clients_of(origin, *services):
    """A client of each service by its name; each call is made once, without a retry."""
    made = {
        service: boto3.client(
            service,
            "eu-north-1",
            endpoint_url=origin,
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )
        for service in services
    }
    if "s3" in made:
        # The replaying server answers no "Expect: 100-continue"; each wait for it is a second.
        made["s3"].meta.events.register("before-sign.s3", _unasked)
    return made


def _unasked(request, **_):
    if "Expect" in request.headers:
        del request.headers["Expect"]
