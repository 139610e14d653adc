"""Charges: the interest and fees that the creditor wants to have and the ERP should invoice."""

from __future__ import annotations

import json

from functions.api.exchange import Answer, Problem, Request
from functions.api.pages import page
from shared.cloud import keys
from shared.cloud.charge_rows import STATES


def get_charges(request: Request) -> Answer:
    """A page of charges (``?state=``): ``proposed``, or ``withdrawn`` because money went back.

    Each has its segments: days, rate (per cent a year) and principal. Raises ``Problem`` 400.
    """
    state = request.query.get("state", "proposed")
    if state not in STATES:
        raise Problem(400, "bad_state", "The states are proposed and withdrawn.")
    found, more = page(request, f"CHARGE/{state}", keys.charge)
    charges = [{"id": row["list_id"], **json.loads(row["body"])} for row in found]
    return Answer({"state": state, "charges": charges, **more})
