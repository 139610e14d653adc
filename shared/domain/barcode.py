"""The Finnish virtual bar code, which a payer copies into the bank (Finance Finland's guide)."""

from __future__ import annotations

import re
from datetime import date

from shared.domain.iban import is_iban
from shared.domain.money import Money
from shared.domain.references import compact, is_fi_reference, is_rf_reference

_CEILING = 100_000_000  # cents: eight digits, so at most 999,999.99


def virtual_bar_code(
    iban: str, amount: Money | None, reference: str, due: date | None
) -> str | None:
    """The 54 digits that a Finnish payer copies into the bank, or None where there is no such code.

    There is one only for a Finnish IBAN, euros, and a valid Finnish reference (version 4) or an
    all-digit RF reference (version 5). No ``amount``, or one above 999,999.99, is written as zeros
    (the payer types it), and so is a missing ``due``. Source: Finance Finland's bar code guide.
    """
    account = compact(iban)
    if not re.fullmatch(r"FI[0-9]{16}", account) or not is_iban(account):
        return None
    if amount is not None and amount.currency != "EUR":
        return None
    tail = _reference(reference)
    if tail is None:
        return None
    version, digits = tail
    day = due.strftime("%y%m%d") if due else "000000"
    return f"{version}{account[2:]}{_amount(amount)}{digits}{day}"


def _reference(reference: str) -> tuple[str, str] | None:
    characters = compact(reference)
    if is_fi_reference(reference):
        return "4", "000" + characters.zfill(20)
    if is_rf_reference(reference) and characters[2:].isdigit():
        return "5", characters[2:4] + characters[4:].zfill(21)
    return None


def _amount(amount: Money | None) -> str:
    cents = int(amount.amount.scaleb(2)) if amount else 0
    return f"{cents:08d}" if 0 < cents < _CEILING else "0" * 8
