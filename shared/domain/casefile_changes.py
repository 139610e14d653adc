"""Changes of a case file: whether what it says of people and papers is what was said before.

Money, interest and the days of limitation move by themselves, and each movement is a message of its
own. They make no new file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.domain.casefile_v1 import CaseFile
from shared.domain.model import Invoice, Party

# What of a claim moves with money and with time.
_MOVES = {
    "settled_before", "open", "interest", "fees", "interest_paid", "fees_paid", "compensation",
    "limitation",
}  # fmt: skip
# What of an invoice is for the ledger. A due date is looked at too: no file can say another one.
_LEDGERS = {"version", "open", "total"}
_RECORD = {"version"}


def amended(before: Iterable[CaseFile], now: CaseFile) -> bool:
    """Whether ``now`` says of people or papers what no file ``before`` (oldest first) said last."""
    claims: dict[str, Any] = {}
    people: dict[str, Any] = {}
    creditor: Any = None
    for file in before:
        claims |= _claims(file)
        people |= _people(file)
        creditor = file.creditor
    said = _people(now)
    return (
        creditor != now.creditor
        or any(claims.get(name) != one for name, one in _claims(now).items())
        or any(people.get(name) != one for name, one in said.items())
    )


def party_differs(before: Party, now: Party) -> bool:
    """Whether a customer's record says something else than before, whatever its version is."""
    return before.model_dump(exclude=_RECORD) != now.model_dump(exclude=_RECORD)


def invoice_differs(before: Invoice, now: Invoice) -> bool:
    """Whether an invoice's papers or its due date say something else than before: no balance."""
    return before.model_dump(exclude=_LEDGERS) != now.model_dump(exclude=_LEDGERS)


def _claims(file: CaseFile) -> dict[str, Any]:
    """What is said of each claim, with those who owe it."""
    owe = {
        claim.id: {(one.id, one.role) for one in file.debtors if claim.id in one.liable_for}
        for claim in file.claims
    }
    return {one.id: (one.model_dump(exclude=_MOVES), owe[one.id]) for one in file.claims}


def _people(file: CaseFile) -> dict[str, Any]:
    return {one.id: one.model_dump(exclude={"liable_for", "role"}) for one in file.debtors}
