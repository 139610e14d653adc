"""The clock of the other side, as the Date of its answers tells it (RFC 9110, 6.6.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.http import Answer


def said_at(answer: Answer) -> datetime | None:
    """When an answer was given (UTC); None where it does not say, or not clearly."""
    try:
        found = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
