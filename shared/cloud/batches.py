"""Batches of queue messages: each is worked on by itself, and failed ones are named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from shared.cloud.runtime import logger
from shared.errors import Conflict, HubError, NotFound

# Messages of one debtor meet on one case; each try reads what the other wrote.
_TRIES = 8


def each(event: dict[str, Any], work: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Do ``work`` for every message and report the failed ones, so that only they come again.

    A conflict means that somebody else moved first, so the work is done again from the start. A
    failure with a plan is logged by its name; anything else is a bug, logged with its type, and
    its message goes to the dead-letter queue after the last try. A message whose object is gone
    is done.
    """
    failed = []
    for record in event["Records"]:
        try:
            body = json.loads(record["body"])
            with logger.append_context_keys(
                tenant=body.get("tenant"), message_id=record["messageId"]
            ):
                _work(work, body)
        except NotFound:
            logger.warning("gone", extra={"message_id": record["messageId"]})
        except Conflict:
            failed.append({"itemIdentifier": record["messageId"]})
        except HubError as error:
            logger.warning("failed", extra={"error": type(error).__name__})
            failed.append({"itemIdentifier": record["messageId"]})
        except Exception as error:  # noqa: BLE001 - one bad message must not fail its neighbours
            logger.error("broken", extra={"error": type(error).__name__, "at": _where(error)})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _work(work: Callable[[dict[str, Any]], None], body: dict[str, Any]) -> None:
    for _ in range(_TRIES - 1):
        try:
            work(body)
        except Conflict:
            continue
        return
    work(body)


def _where(error: BaseException) -> str:
    """File and line of the innermost frame; never the message, which may hold a value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
