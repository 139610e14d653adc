"""Receive text receipt: what a carrier says of a text message settles the act that it was."""

from __future__ import annotations

import json
from typing import Any

from shared.cloud.runtime import logger
from shared.errors import NotFound


def handler(event: dict[str, Any], _: object) -> dict[str, list[str]]:
    """SNS: receipts of AWS End User Messaging, which bear tenant and act in their context.

    Raises when one could not be settled, so that it comes again.
    """
    done = [_settled(json.loads(record["Sns"]["Message"])) for record in event["Records"]]
    logger.info("text_receipt", extra={"did": done})
    return {"did": done}


def _settled(body: dict[str, Any]) -> str:
    if not {"act", "tenant"} <= (body.get("context") or {}).keys():
        return "nothing"
    # The account's other messages end above, and do not pay for the domain.
    from connectors.channels.sms import read_event
    from functions.delivery_outcomes import settle

    fate = read_event(body)
    try:
        return "nothing" if fate is None else settle(fate)
    except NotFound:
        return "no_such_act"
