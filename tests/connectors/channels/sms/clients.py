"""A real client of AWS End User Messaging that talks to the replaying server."""

import boto3
from botocore.config import Config


def clients(origin, state):
    assert state in {"recorded", "failing"}
    made = boto3.client(
        "pinpoint-sms-voice-v2",
        "eu-north-1",
        endpoint_url=origin,
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": 1}),
    )
    return {"pinpoint-sms-voice-v2": made}
