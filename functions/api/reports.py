"""Reports of a month: people's deviations, punctuality of steps, and the creditor's figures."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from functions.api.exchange import Answer, Problem, Request
from shared.cloud import clock, keys, report_rows, table
from shared.domain.creditor import Creditor
from shared.domain.punctuality import score
from shared.domain.report_figures import figures
from shared.domain.report_pack import Month
from shared.domain.report_pages import csv_text, html_text
from shared.errors import NotFound

_CSV = ".csv"


def get_deviations(request: Request) -> Answer:
    """Every hold, waiver, override and answer of a person in a month (``?month=2026-03``)."""
    month = _month(request.query.get("month", ""))
    zone = ZoneInfo(_creditor(request).zone)
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
    """The figures of a month as a page, or as CSV where the path ends so (``2026-03.csv``)."""
    text = request.path["month"]
    month, creditor = _month(text.removesuffix(_CSV)), _creditor(request)
    today = creditor.today(clock.now())
    packs = report_rows.month_packs(request.tenant, creditor, month, today)
    parts = [figures(pack) for pack in packs]
    if text.endswith(_CSV):
        kind, body = "text/csv", csv_text([one for part in parts for one in part])
    else:
        kind, body = "text/html", html_text(creditor.name, str(month), parts)
    return Answer(body.encode(), headers={"content-type": f"{kind}; charset=utf-8"})


def _month(text: str) -> Month:
    try:
        month = Month.read(text)
    except ValueError:
        month = None
    if month is None or str(month) != text:
        raise Problem(400, "bad_month", "A month is written like 2026-03.")
    return month


def _creditor(request: Request) -> Creditor:
    row = table.get(keys.creditor(request.tenant))
    if row is None:
        raise NotFound("no profile yet")
    return Creditor.model_validate_json(row["body"])
