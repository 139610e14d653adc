"""The monthly figure: contacts that went out although money, a dispute or a plan was there."""

from __future__ import annotations

import re

from functions.api.exchange import Answer, Problem, Request
from shared.cloud import crossing_rows

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def get_crossings(request: Request) -> Answer:
    """The crossings of a month (``?month=2026-03``), with how many the hub could have avoided.

    ``known`` counts contacts against what the hub knew: its target is 0. ``late`` counts those
    against what came to light only afterwards. Raises ``Problem`` 400.
    """
    month = request.query.get("month", "")
    if not _MONTH.fullmatch(month):
        raise Problem(400, "bad_month", "A month is written like 2026-03.")
    found = crossing_rows.of_month(request.tenant, month)
    known = {one.act for one in found if one.known}
    late = {one.act for one in found if not one.known}
    body = [one.model_dump(mode="json") for one in found]
    return Answer({"month": month, "known": len(known), "late": len(late), "crossings": body})
