"""Recipients through the API: who gets debtors' data, and nobody beyond the allowed regions."""

from __future__ import annotations

import connectors
from functions import recipients
from functions.api.exchange import Answer, Problem, Request
from shared.cloud import keys, table
from shared.domain.creditor import Creditor


def get_recipients(request: Request) -> Answer:
    """The register of recipients: each enabled connection, what passes and where it is processed.

    ``regions`` are countries (ISO 3166-1 alpha-2; ``*``: not known beforehand), empty where the
    creditor hosts the counterpart itself; ``allowed_regions`` those of its profile.
    """
    row = table.get(keys.creditor(request.tenant))
    allowed = Creditor.model_validate_json(row["body"]).allowed_regions if row else ()
    found = recipients.register(request.tenant)
    return Answer({"recipients": found, "allowed_regions": list(allowed)})


def within_regions(request: Request, connector: str) -> None:
    """Refuses a counterpart that processes data where the creditor's profile does not allow it."""
    row = table.get(keys.creditor(request.tenant))
    regions = connectors.spec(connector).regions
    if row is not None and not Creditor.model_validate_json(row["body"]).lets(regions):
        title = "It processes personal data outside the regions that the creditor allows."
        raise Problem(409, "region_not_allowed", title, regions=list(regions))
