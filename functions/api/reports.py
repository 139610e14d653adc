"""Reports of a month: people's deviations, punctuality of steps, and the creditor's figures.

What one call is too short for is made by a queue: 202 until it is there, then kept for the day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import BaseModel

from functions import reporting
from functions.api.exchange import Answer, Problem, Request
from functions.reporting import Discipline
from shared.cloud import clock, profiles, report_jobs, report_rows
from shared.cloud.keys import Tenant
from shared.cloud.report_jobs import Kind
from shared.cloud.runtime import enqueue
from shared.domain.report_pack import Month

_CSV = ".csv"
# Cases and invoices together (for discipline cases alone) that one call reads in a few seconds.
_AT_ONCE = 1_000


def get_discipline(request: Request) -> Answer:
    """Deviations and punctuality of a month (``?month=2026-03``) in one.

    What one call is too short for is made by a queue: 202 until it is there, kept for the day.
    """
    return _of_people(request, lambda made: _plain(made.people) | _plain(made.steps))


def get_deviations(request: Request) -> Answer:
    """Every hold, waiver, override and answer of a person in a month (``?month=2026-03``).

    What one call is too short for is made by a queue: 202 until it is there, kept for the day.
    """
    return _of_people(request, lambda made: _plain(made.people))


def get_punctuality(request: Request) -> Answer:
    """The acts of a month against their first day; ``score`` is the share of punctual ones.

    What one call is too short for is made by a queue: 202 until it is there, kept for the day.
    """
    return _of_people(request, lambda made: _plain(made.steps))


def get_month(request: Request) -> Answer:
    """The figures of a month as a page, or as CSV where the path ends so (``2026-03.csv``).

    A month that still runs is told up to the creditor's today. What one call is too short for is
    made by a queue: 202 until it is there, kept for the day.
    """
    tenant, text = request.tenant, request.path["month"]
    month, creditor = _month(text.removesuffix(_CSV)), profiles.creditor(tenant)
    kind: Kind = "csv" if text.endswith(_CSV) else "html"
    today = creditor.today(clock.now())
    if today < month.first:
        raise Problem(400, "month_to_come", "This month has not begun: there is nothing to count.")
    if report_rows.is_short(tenant, _AT_ONCE):
        body: bytes | None = reporting.pages(tenant, creditor, month, today)[kind]
    else:
        body = _kept(tenant, str(month), today, kind)
    if body is None:
        until = month.until(today).isoformat()
        return Answer({"month": str(month), "as_of": until, "state": "working"}, 202,
                      {"retry-after": "60"})  # fmt: skip
    return Answer(body, headers={"content-type": f"text/{kind}; charset=utf-8"})


def _of_people(request: Request, told: Callable[[Discipline], dict[str, Any]]) -> Answer:
    """A part of a month's discipline; 202 while a queue makes what one call is too short for."""
    month = _month(request.query.get("month", ""))
    made = _discipline(request.tenant, month)
    if made is None:
        return Answer({"month": str(month), "state": "working"}, 202, {"retry-after": "60"})
    return Answer({"month": str(month), **told(made)})


def _plain(record: BaseModel) -> dict[str, Any]:
    return record.model_dump(mode="json")


def _discipline(tenant: Tenant, month: Month) -> Discipline | None:
    """What people did and what came late, from one pass over the cases; None while it is made."""
    creditor = profiles.creditor(tenant)
    if report_rows.is_short(tenant, _AT_ONCE, ("CASE",)):
        return reporting.discipline(tenant, creditor, month)
    today = creditor.today(clock.now())
    body = _kept(tenant, f"{month}.{reporting.DISCIPLINE}", today, "json")
    return None if body is None else Discipline.model_validate_json(body)


def _kept(tenant: Tenant, report: str, today: date, kind: Kind) -> bytes | None:
    """A report of the day, by its name; None while the queue makes it, which is started once."""
    body = report_jobs.ready(tenant, report, today, kind)
    if body is None and report_jobs.ask(tenant, report, today, clock.wall()):
        enqueue("preview", [{"tenant": tenant.id, "report": report, "day": today.isoformat()}])
    return body


def _month(text: str) -> Month:
    try:
        month = Month.read(text)
    except ValueError:
        month = None
    # Months at the ends of the calendar have no month beside them.
    if month is None or str(month) != text or not text.startswith("20"):
        raise Problem(400, "bad_month", "A month is written like 2026-03.")
    return month
