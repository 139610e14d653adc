"""What an error says of the act that it ended: not done, refused, or nobody knows."""

from __future__ import annotations

from connectors.contract import Receipt
from connectors.http import Unanswered
from shared.errors import HubError, Reconnect, Refused, Retry, Unreadable


def receipt_for(error: HubError) -> Receipt:
    """The receipt of an act for which a door raised ``error`` instead of giving an answer."""
    match error:
        case Unanswered():
            return Receipt(outcome="unknown" if error.sent else "retry", code="unanswered")
        case Retry():
            return Receipt(outcome="retry", code="busy", after=error.after)
        case Reconnect():
            return Receipt(outcome="rejected", code="login_refused")
        case Refused():
            return Receipt(outcome="rejected", code=error.code)
        case Unreadable():
            # Something answered, and what it did with the act nobody knows.
            return Receipt(outcome="unknown", code="unreadable")
        case _:
            return Receipt(outcome="unknown")
