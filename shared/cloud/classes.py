"""Retention classes of rows: every kind of row has one, and a word for how its end comes.

Rows that hold a personal value leave with it on their day. A row of ids, amounts and codes stays:
money keys, act keys and what a decision is replayed by never expire.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from shared.cloud.keys import Key
from shared.domain.retention import RetentionClass

# ``day``: deleted, or its values are, on the day that the table says. ``case``: with the evidence
# of its case or person. ``stays``: it holds no personal value, and what it proves has no end.
# ``in_force``: replaced when the creditor or the operator says otherwise.
End = Literal["day", "case", "stays", "in_force"]


class Kept(NamedTuple):
    """The class of a kind of row, and how its end comes."""

    kind: RetentionClass
    end: End


_LEDGER, _EVIDENCE = Kept("ledger", "stays"), Kept("case_evidence", "stays")
_TECHNICAL = Kept("technical", "in_force")
_SETTINGS = Kept("audit", "in_force")

# By the kind in the partition key, or ``<kind>/<first word of the sort key>`` where that differs.
_CLASSES: dict[str, Kept] = {
    # Money and claims.
    "INV": _LEDGER, "PAY": _LEDGER, "CRN": _LEDGER, "CHARGE": _LEDGER, "POSTING": _LEDGER,
    "REMIT": _LEDGER, "DRIFT": _LEDGER, "DRIFTRUN": _LEDGER, "CASE/MONEY": _LEDGER,
    "MON": Kept("ledger", "day"), "MON/PAYMENT": _LEDGER, "MON/REV": _LEDGER,
    "DAY": Kept("unmatched", "day"), "LOOK": Kept("unmatched", "stays"),
    "LOOK/IDENTITY": Kept("contact", "case"), "LOOK/DEBTOR": Kept("unmatched", "case"),
    # People, and what happened to their cases.
    "DEBTOR/PAYER": Kept("contact", "case"), "HUB/PAYER": Kept("contact", "case"),
    "PARTY": Kept("contact", "day"), "ENDED": Kept("case_evidence", "day"),
    "CASE": _EVIDENCE, "DEBTOR": _EVIDENCE, "AGR": _EVIDENCE, "CROSS": _EVIDENCE,
    "SEEN": _EVIDENCE, "OUT": _EVIDENCE, "TASK": _EVIDENCE, "LINK": _EVIDENCE, "READ": _EVIDENCE,
    "SENT": _EVIDENCE, "SANDBOX": _EVIDENCE, "REPORT": _EVIDENCE, "PREVIEW": _EVIDENCE,
    "LEGAL": Kept("case_evidence", "in_force"),
    # As sources sent it.
    "HOOK": Kept("raw", "day"), "EV": Kept("raw", "day"), "CONN/REFUSED": Kept("raw", "in_force"),
    # Who did what, and by which rules.
    "AUDIT": Kept("audit", "day"), "LOOKS": Kept("audit", "day"),
    "APPROVAL": Kept("audit", "stays"), "POLICY": _SETTINGS, "OVERRIDE": Kept("audit", "stays"),
    "OVERRIDES": _SETTINGS, "DEBTOR/OVERRIDES": _SETTINGS, "LETTER": Kept("audit", "stays"),
    "LETTERS": _SETTINGS, "TERMS": _SETTINGS, "ROUTING": _SETTINGS, "CREDITOR": _SETTINGS,
    "FEEDS": _SETTINGS, "CONTROL": _SETTINGS, "FIRSTDAY": _SETTINGS, "write_back": _SETTINGS,
    "CONN": _SETTINGS, "RETAIN": _SETTINGS, "SEGMENT": _SETTINGS,
    # What the hub needs to run.
    "CONN/GRANT": _TECHNICAL, "CONN/CONSENT": _TECHNICAL, "CONN/SPENT": _TECHNICAL,
    "CONN/BACKFILL": _TECHNICAL, "CONN/ENDPOINT": _TECHNICAL,
    "CONN/UNSIGNED": Kept("technical", "day"), "CONN/READS": Kept("technical", "day"),
    "DRIFTWORK": _TECHNICAL, "EXPIRY": _TECHNICAL, "INBOX": _TECHNICAL, "KEY": _TECHNICAL,
    "LAW": _TECHNICAL, "QUARANTINE": _TECHNICAL, "RUN": _TECHNICAL,
    # Of the whole installation, and of no debtor.
    "HUB/AUDIT": Kept("audit", "stays"), "HUB/LAWPACK": Kept("audit", "stays"),
    "HUB": _SETTINGS, "HUB/SPENT": _TECHNICAL, "PRINCIPAL": _SETTINGS,
}  # fmt: skip


def kept(key: Key) -> Kept:
    """The class of a row by its key. Raises ``KeyError`` for a kind that has none."""
    parts = key["pk"].split("#")
    if parts[0] != "T":
        return _CLASSES.get("/".join(parts[:2]), _CLASSES.get(parts[0])) or _CLASSES[key["pk"]]
    found = _CLASSES.get(f"{parts[2]}/{key['sk'].partition('#')[0]}")
    return found or _CLASSES[parts[2]]


def kinds() -> frozenset[str]:
    """Every kind that has a class."""
    return frozenset(_CLASSES)
