"""The log of an invoice: when it was sent, and which reminders and letters Procountor sent for it.

Source: ``InvoiceTransaction.action`` of the vendor's OpenAPI. A reminder may go out by Procountor
itself or by a partner (Ropo, Svea, Duetto); a collection letter is the partner's, who then has the
claim. The log names neither fee nor deadline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.erp.procountor.values import Row, stamp, text
from shared.domain.model import PastNotice

_SENT = "SEND"
_UNSENT = frozenset({"SENDING_CANCELLED", "SENDING_ERROR_REVERTED_TO_NOT_SENT"})
# Its channel in the hub's words, where the action names one.
_REMINDERS = {
    "PAYMENT_REMINDER": "", "PAYMENT_REMINDER_EMAIL": "email", "PAYMENT_REMINDER_MAIL": "letter",
    "PAYMENT_WARNING": "", "PAYMENT_REMINDER_DUETTOFORTE": "", "PAYMENT_REMINDER_ROPO": "",
    "PAYMENT_REMINDER_SVEA": "", "PAYMENT_REMINDER_SVEA_SHORT": "",
}  # fmt: skip
_HANDED_OVER = frozenset(
    {"COLLECTION_LETTER_DUETTOPRO", "COLLECTION_LETTER_ROPO", "COLLECTION_LETTER_SVEA",
     "COLLECTION_LETTER_SVEA_SHORT"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """What the log of one invoice says; ``sent`` is None when it does not say."""

    sent: date | None = None
    notices: tuple[PastNotice, ...] = ()

    @property
    def handed_over(self) -> bool:
        """Whether another agency has the claim."""
        return any(one.what == "hand_over" for one in self.notices)


def read(log: Sequence[Row], invoice: str) -> History:
    """The history of an invoice (the hub's id). Raises ``Unclear``.

    A day is that of Procountor's own stamp. A row of the log has no id: it is known by its invoice,
    action and second.
    """
    told = sorted((stamp(row, "date"), text(row, "action")) for row in log)
    sent: date | None = None
    notices: dict[str, PastNotice] = {}
    for at, action in told:
        if action == _SENT:
            sent = sent or at.date()
        elif action in _UNSENT:
            sent = None
        elif action in _REMINDERS or action in _HANDED_OVER:
            key = f"{invoice}:{action}:{at.isoformat()}"
            notices[key] = PastNotice(
                id=key,
                invoice=invoice,
                what="hand_over" if action in _HANDED_OVER else "reminder",
                on=at.date(),
                channel=_REMINDERS.get(action, ""),
            )
    return History(sent, tuple(notices.values()))
