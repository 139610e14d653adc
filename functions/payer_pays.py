"""Payer pays: makes the payment link that a payer's page asks for, where providers' secrets are.

The page is open to the whole world and may read no secret of a connection. It names a claim and a
provider, and hears whether the link is there; it finds the link itself where links are kept.
"""

from __future__ import annotations

import re
from typing import Any

from functions import paying
from functions.api.exchange import Problem, planned
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.errors import HubError

# Whoever calls speaks for payers alone, as the trail names them (``payer_links.Found.by``).
_PAYER = re.compile(r"payer-[0-9a-f]{12}")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Called with ``tenant``, ``case``, ``claim``, ``connection`` and ``by``, all of them ids.

    The answer's ``status`` is 201 for a link that is there, else that of the problem.
    """
    if not _PAYER.fullmatch(event["by"]):
        return {"status": 403}
    try:
        paying.link(
            Tenant(event["tenant"]), event["case"], event["claim"], event["by"], event["connection"]
        )
    except (Problem, HubError) as no:
        problem = no if isinstance(no, Problem) else planned(no)
        logger.info("payer_link_refused", extra={"status": problem.status, "code": problem.code})
        return {"status": problem.status}
    return {"status": 201}
