"""The bucket of the recorded e-invoices; a real S3 client where failures are looked at.

The files are built from the published syntax of Peppol BIS Billing 3.0 and from Finvoice3.0.xsd;
every name and number in them is invented.
"""

import json
from datetime import datetime
from pathlib import Path

import boto3
from botocore.config import Config

from connectors.contract import Connection
from connectors.erp import einvoice_files
from tests.connectors.fake_s3 import FakeS3

INBOX = Path(__file__).parent / "inbox"
SETTINGS = json.loads((Path(__file__).parent / "connection.json").read_text())
NOW = datetime.fromisoformat(SETTINGS["now"])
ROOT = "einvoices/conn-1/inbox/"


def clients(origin, state):
    if state == "failing":
        once = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        made = boto3.client("s3", "eu-north-1", endpoint_url=origin, config=once, **keys)
        return {"s3": made}
    s3 = FakeS3()
    if state != "empty":
        for path in sorted(INBOX.iterdir()):
            s3.drop(f"{ROOT}{path.name}", path.read_bytes())
        # What is kept of each invoice stands beside it: the folder was read before.
        config = einvoice_files.Config.model_validate(SETTINGS["config"])
        connection = Connection("conn-1", config, clients={"s3": s3})
        for _ in einvoice_files.connect(connection).pull(None, now=NOW):
            pass
    return {"s3": s3}
