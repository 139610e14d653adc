"""Reports of a month: people's deviations, punctuality of steps, and the creditor's figures."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from functions import reporting
from functions.api.exchange import Answer, Problem, Request
from shared.cloud import clock, profiles, report_jobs, report_rows
from shared.cloud.report_jobs import Kind
from shared.cloud.runtime import enqueue
from shared.domain.punctuality import score
from shared.domain.report_pack import Month

_CSV = ".csv"
# Cases and invoices together that one call reads in a few seconds.
_AT_ONCE = 1_000


def get_deviations(request: Request) -> Answer:
    """Every hold, waiver, override and answer of a person in a month (``?month=2026-03``)."""
    month = _month(request.query.get("month", ""))
    zone = ZoneInfo(profiles.creditor(request.tenant).zone)
    found = report_rows.month_deviations(request.tenant, month, zone)
    body = [one.model_dump(mode="json") for one in found]
    counts = Counter(one.kind for one in found)
    return Answer({"month": str(month), "by_kind": dict(sorted(counts.items())),
                   "deviations": body})  # fmt: skip


def get_punctuality(request: Request) -> Answer:
    """The acts of a month against their first day; ``score`` is the share of punctual ones."""
    month = _month(request.query.get("month", ""))
    found = report_rows.month_punctuality(request.tenant, month)
    causes = Counter(one.cause for one in found if one.cause)
    late = [one.model_dump(mode="json") for one in found if one.late]
    return Answer({"month": str(month), "acts": len(found), "score": score(found),
                   "causes": dict(sorted(causes.items())), "late": late})  # fmt: skip


def get_month(request: Request) -> Answer:
    """The figures of a month as a page, or as CSV where the path ends so (``2026-03.csv``).

    What one call is too short for is made by a queue: 202 until it is there, kept for the day.
    """
    tenant, text = request.tenant, request.path["month"]
    month, creditor = _month(text.removesuffix(_CSV)), profiles.creditor(tenant)
    kind: Kind = "csv" if text.endswith(_CSV) else "html"
    today = creditor.today(clock.now())
    if report_rows.is_short(tenant, _AT_ONCE):
        body: bytes | None = reporting.pages(tenant, creditor, month, today)[kind]
    else:
        body = report_jobs.ready(tenant, str(month), today, kind)
    if body is None:
        if report_jobs.ask(tenant, str(month), today, clock.wall()):
            wanted = {"tenant": tenant.id, "report": str(month), "day": today.isoformat()}
            enqueue("preview", [wanted])
        return Answer({"month": str(month), "state": "working"}, 202, {"retry-after": "60"})
    return Answer(body, headers={"content-type": f"text/{kind}; charset=utf-8"})


def _month(text: str) -> Month:
    try:
        month = Month.read(text)
    except ValueError:
        month = None
    # Months at the ends of the calendar have no month beside them.
    if month is None or str(month) != text or not text.startswith("20"):
        raise Problem(400, "bad_month", "A month is written like 2026-03.")
    return month
