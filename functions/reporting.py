"""Reporting: a month's figures and its discipline, made at once or by the queue of long work."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from shared.cloud import profiles, report_jobs, report_rows
from shared.cloud.keys import Tenant
from shared.cloud.report_jobs import Kind
from shared.cloud.runtime import logger
from shared.domain.creditor import Creditor
from shared.domain.deviations import Deviation
from shared.domain.explain import Record
from shared.domain.punctuality import Kept, score
from shared.domain.report_figures import figures, running
from shared.domain.report_pack import Month
from shared.domain.report_pages import csv_text, html_text

# What stands behind the month in the name of the report of what people did and what came late.
DISCIPLINE = "discipline"


class People(Record):
    """What people did otherwise in a month, in order of time, and how often by its kind."""

    by_kind: dict[str, int]
    deviations: list[Deviation]


class Steps(Record):
    """The acts of a month: how many, the share of punctual ones in per cent, causes, late ones."""

    acts: int
    score: str | None
    causes: dict[str, int]
    late: list[Kept]


class Discipline(Record):
    """Both, from one pass over the cases."""

    people: People
    steps: Steps


def pages(tenant: Tenant, creditor: Creditor, month: Month, today: date) -> dict[Kind, bytes]:
    """The report as a page and as a table; ``today`` is the creditor's day.

    While the month still runs, both say up to which day they are.
    """
    parts = [figures(pack) for pack in report_rows.month_packs(tenant, creditor, month, today)]
    lines, title, until = [one for part in parts for one in part], str(month), month.until(today)
    if until < month.last:
        lines, title = [running(until), *lines], f"{month} up to {until}"
    return {
        "html": html_text(creditor.name, title, parts).encode(),
        "csv": csv_text(lines).encode(),
    }


def discipline(tenant: Tenant, creditor: Creditor, month: Month) -> Discipline:
    """What people did otherwise in a month and how punctual its acts were."""
    found, kept = report_rows.month_discipline(tenant, month, ZoneInfo(creditor.zone))
    causes = Counter(one.cause for one in kept if one.cause)
    return Discipline(
        people=People(
            by_kind=dict(sorted(Counter(one.kind for one in found).items())), deviations=found
        ),
        steps=Steps(
            acts=len(kept), score=score(kept), causes=dict(sorted(causes.items())),
            late=[one for one in kept if one.late],
        ),
    )  # fmt: skip


def make(tenant: Tenant, report: str, day: str) -> None:
    """Make a report, by its name, as of a day (ISO 8601), and keep it."""
    creditor, on = profiles.creditor(tenant), date.fromisoformat(day)
    text, _, kind = report.partition(".")
    month = Month.read(text)
    if kind == DISCIPLINE:
        kept = discipline(tenant, creditor, month)
        made: dict[Kind, bytes] = {"json": kept.model_dump_json().encode()}
    else:
        made = pages(tenant, creditor, month, on)
    report_jobs.keep(tenant, report, on, made)
    logger.info("reported", extra={"report": report})
