"""Payer calls: what the payer's page asks of the function that may read providers' secrets."""

from __future__ import annotations

import json
import os

from shared.cloud.keys import Tenant
from shared.cloud.runtime import client
from shared.errors import Retry


def payment_link(tenant: Tenant, case: str, claim: str, connection: str, by: str) -> int:
    """Have the payment link of a claim made; the status of the answer (201: it is there).

    ``by`` is the payer as trails name it. Raises ``Retry`` where nothing answers.
    """
    wish = {
        "tenant": tenant.id, "case": case, "claim": claim, "connection": connection, "by": by,
    }  # fmt: skip
    answer = client("lambda").invoke(
        FunctionName=os.environ["PAYER_PAYS"], Payload=json.dumps(wish).encode()
    )
    if answer.get("FunctionError"):
        raise Retry("the payment link was not made")
    return int(json.loads(answer["Payload"].read())["status"])
