"""Foresee: work on a preview, page by page, until it is answered or the run is long enough."""

from __future__ import annotations

from typing import Any

from functions.foreseeing import Foreseeing
from shared.cloud import clock, preview_rows
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue, logger

# A page is some fifty cases; so many take well under the function's time.
_PAGES_A_RUN = 12


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, preview}`` a message; failed ones are reported one by one."""
    return each(event, _foresee)


def _foresee(body: dict[str, str]) -> None:
    tenant = Tenant(body["tenant"])
    work = Foreseeing(tenant, preview_rows.read(tenant, body["preview"]))
    for _ in range(_PAGES_A_RUN):
        if work.preview.state == "done":
            logger.info("foreseen", extra={"preview": work.preview.id})
            return
        work.step(clock.now())
    enqueue("preview", [body])
