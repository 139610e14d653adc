"""Reporting: the pages of a month's report, made at once or by the queue of long work."""

from __future__ import annotations

from datetime import date

from shared.cloud import profiles, report_jobs, report_rows
from shared.cloud.keys import Tenant
from shared.cloud.report_jobs import Kind
from shared.cloud.runtime import logger
from shared.domain.creditor import Creditor
from shared.domain.report_figures import figures
from shared.domain.report_pack import Month
from shared.domain.report_pages import csv_text, html_text


def pages(tenant: Tenant, creditor: Creditor, month: Month, today: date) -> dict[Kind, bytes]:
    """The report as a page and as a table; ``today`` is the creditor's day."""
    parts = [figures(pack) for pack in report_rows.month_packs(tenant, creditor, month, today)]
    return {
        "html": html_text(creditor.name, str(month), parts).encode(),
        "csv": csv_text([one for part in parts for one in part]).encode(),
    }


def make(tenant: Tenant, month: str, day: str) -> None:
    """Make the report of a month as of a day (ISO 8601), and keep it."""
    creditor, on = profiles.creditor(tenant), date.fromisoformat(day)
    made = pages(tenant, creditor, Month.read(month), on)
    report_jobs.keep(tenant, month, on, made)
    logger.info("reported", extra={"month": month})
