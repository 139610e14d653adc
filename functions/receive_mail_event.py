"""Receive mail event: what SES says of a mail settles the act that the mail was."""

from __future__ import annotations

from typing import Any

from shared.cloud.runtime import logger
from shared.errors import NotFound


def handler(event: dict[str, Any], _: object) -> dict[str, str]:
    """EventBridge: an event of source ``aws.ses``, tagged with tenant and act.

    Raises when it could not be settled, so that it comes again.
    """
    detail = event["detail"]
    tags = detail.get("mail", {}).get("tags") or {}
    if not {"act", "tenant"} <= tags.keys():
        return {"did": "nothing"}
    # The account's other mail ends above, and does not pay for the domain.
    from connectors.channels.email import read_event
    from functions.delivery_outcomes import settle

    fate = read_event(detail)
    try:
        did = "nothing" if fate is None else settle(fate)
    except NotFound:
        did = "no_such_act"
    logger.info("mail_event", extra={"event": str(detail.get("eventType"))[:20], "did": did})
    return {"did": did}
