"""Foresee: work on a preview, page by page, until it is answered or the run is long enough.

The reports of months that one call is too short for are made here too.
"""

from __future__ import annotations

from typing import Any

from functions import reporting
from functions.foreseeing import Foreseeing
from shared.cloud import clock, preview_rows
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue, logger

# A page is some fifty cases; so many take well under the function's time.
_PAGES_A_RUN = 12


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, preview}`` or ``{tenant, report, day}``; failed ones are named."""
    return each(event, _foresee)


def _foresee(body: dict[str, str]) -> None:
    tenant = Tenant(body["tenant"])
    if "report" in body:
        reporting.make(tenant, body["report"], body["day"])
        return
    work = Foreseeing(tenant, preview_rows.read(tenant, body["preview"]))
    for _ in range(_PAGES_A_RUN):
        if work.preview.state == "done":
            logger.info("foreseen", extra={"preview": work.preview.id})
            return
        work.step(clock.now())
    enqueue("preview", [body])
