"""The closing report of a run on the embedded stack: read the table, count, draw, print."""

from infra.local.report.book import Book
from infra.local.report.collect import collect
from infra.local.report.history import history
from infra.local.report.page import page
from infra.local.report.summary import summary
from infra.local.report.terminal import terminal

__all__ = ["Book", "collect", "history", "page", "summary", "terminal"]
