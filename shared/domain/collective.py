"""The collective reference: one payment reference for all that a letter asks for.

It is made of the act alone, so an act always prints the same one, and it says nothing of a debtor.
Money that bears it is split over the claims of that letter (``matching_certain.by_collective``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from itertools import count

from shared.domain.calendar import next_banking_day
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.decisions import Remind
from shared.domain.explain import Record
from shared.domain.giro import Giro
from shared.domain.ledger import Position
from shared.domain.letter_input import CHARGES, DUE_SOON, LetterAccount
from shared.domain.notice import letter_account
from shared.domain.references import compact, fi_reference, fik_id, kid, ocr_reference, rf_reference

# Digits of a reference: a payer can type them, and two acts of a creditor hardly share one.
_USUAL = 16
_SHORTEST = 12
_FIK_BASE = {"71": 14, "75": 15}
# What one payment may be split over: its lines, holds and conditions are one transaction.
MOST_CLAIMS = 40


class Collective(Record):
    """One ``reference`` for the open sums of several ``claims`` of a contact."""

    reference: str
    claims: tuple[str, ...]


def collective_of(
    case: Case,
    decision: Remind,
    creditor: Creditor,
    positions: Mapping[str, Position],
    today: date,
) -> Collective | None:
    """The collective reference of a contact, where its creditor wants one and one can be split.

    None where only a part of a claim is asked for (contested, covered by a credit, an instalment):
    that money must not be poured into the whole claim. ``positions`` and ``today`` as of
    ``letter_for``.
    """
    named = (*decision.claims, *decision.also)
    if not creditor.collective_reference or decision.letter in {CHARGES, DUE_SOON}:
        return None
    due = {one: next_banking_day(case.law, case.claims[one].claim.due) for one in named}
    late = tuple(one for one in named if due[one] < today)
    whole = all(positions[one].open == case.claims[one].open for one in late)
    stepped = set(late) <= set(decision.claims)
    if not whole or not stepped or len(late) < 2 or len(named) > MOST_CLAIMS:
        return None
    account = letter_account(creditor, case.currency)
    reference = collective_reference(account, case.currency, decision.act)
    return None if reference is None else Collective(reference=reference, claims=late)


def collective_reference(account: LetterAccount, currency: str, act: str) -> str | None:
    """The reference of an act in the form that the account's bank takes; None where it takes none.

    Finnish accounts: a Finnish reference number. Elsewhere as the creditor's giro agreement says
    (OCR, KID, FIK), and for euros without an agreement an RF reference (ISO 11649).
    """
    giro, country = account.giro, compact(account.iban)[:2]
    if country == "FI":
        return fi_reference(_digits(act, _USUAL - 1))
    if giro is not None and giro.bankgiro:
        return _ocr(giro, act)
    if giro is not None and giro.kid:
        return _kid(giro, act)
    if giro is not None and giro.fik_kind:
        return fik_id(giro.fik_kind, int(_digits(act, _FIK_BASE[giro.fik_kind])))
    return rf_reference(_digits(act, _USUAL)) if country and currency == "EUR" else None


def _ocr(giro: Giro, act: str) -> str | None:
    length = _length(giro.ocr_lengths if giro.ocr == "fixed_length" else ())
    if length is None:
        return None
    counted = giro.ocr == "variable_length"
    return ocr_reference(_digits(act, length - (2 if counted else 1)), length_digit=counted)


def _kid(giro: Giro, act: str) -> str | None:
    length = _length(giro.kid_lengths)
    if length is None:
        return None
    made = (kid(_digits(act, length - 1, turn), giro.kid[0]) for turn in count())
    # People type the dash of MOD11 wrongly: such a number is passed over.
    return next(one for one in made if not one.endswith("-"))


def _length(allowed: tuple[int, ...]) -> int | None:
    """The usual length, or the agreed one next to it that is long enough."""
    fit = [one for one in allowed if _SHORTEST <= one <= 25]
    return min(fit, key=lambda one: (abs(one - _USUAL), one), default=None) if allowed else _USUAL


def _digits(act: str, length: int, turn: int = 0) -> str:
    """So many digits of the act's hash, the first of them no zero (which comparing would drop)."""
    seed = int.from_bytes(hashlib.sha256(f"{act}|{turn}".encode()).digest())
    lowest = 10 ** (length - 1)
    return str(lowest + seed % (9 * lowest))
