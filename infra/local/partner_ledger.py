"""What the demo's partner has booked itself: how much of each claim is still open at its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

# The messages that move money, and whether they lower what is open.
_LOWERS = {"payment.direct": 1, "credit_note.applied": 1, "payment.reversed": -1}


class Ledger:
    """Kept from the partner's own payments and from what it was told, and from nothing else."""

    def __init__(self) -> None:
        self._lowered: dict[tuple[str, str], Decimal] = {}
        self._lock = threading.Lock()

    def told(self, message: Mapping[str, Any]) -> None:
        """Take up a message of the creditor's side, if it is about money."""
        sign = _LOWERS.get(str(message.get("type")))
        if sign is not None:
            data = message["data"]
            self._lower(data["case_id"], data["claim"], sign * Decimal(data["amount"]))

    def received(self, case: str, claim: str, principal: Decimal, handed: Decimal) -> str:
        """Take up a payment; what then remains of the principal that was ``handed`` over."""
        return str(handed - self._lower(case, claim, principal))

    def _lower(self, case: str, claim: str, amount: Decimal) -> Decimal:
        with self._lock:
            known = self._lowered.get((case, claim), Decimal(0)) + amount
            self._lowered[case, claim] = known
            return known
