"""The EPC QR code of a SEPA credit transfer: the text that a payer's bank app reads from paper."""

from __future__ import annotations

import re
from decimal import Decimal

from shared.domain.iban import is_iban
from shared.domain.money import Money
from shared.domain.references import compact, is_fi_reference, is_rf_reference, rf_reference

# European Payments Council, EPC069-12 version 2.1, sections 2 and 3: the whole is at most 331
# bytes, a name 70 and a text 140 characters, the amount 0.01 to 999999999.99 euros.
_MOST_BYTES = 331
_NAME, _TEXT = 70, 140
_CEILING = Decimal("999999999.99")
# Where the code is read and SEPA credit transfers are made.
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


def epc_qr(
    *, name: str, iban: str, bic: str, amount: Money, reference: str, text: str
) -> str | None:
    """The payload of the code (UTF-8, lines ended by LF), or None where there can be none.

    A Finnish or RF ``reference`` is written as a structured one (ISO 11649); with any other the
    unstructured ``text`` is written, for the standard allows one of the two. None for another
    currency than the euro, an amount out of range, a wrong IBAN, and what does not fit.
    """
    account = compact(iban)
    if amount.currency != "EUR" or not Decimal(0) < amount.amount <= _CEILING:
        return None
    if not is_iban(account) or not name.strip():
        return None
    structured = _structured(reference)
    lines = [
        "BCD",
        "002",
        "1",
        "SCT",
        bic if _BIC.fullmatch(bic) else "",
        _plain(name)[:_NAME].strip(),
        account,
        f"EUR{amount.amount:f}",
        "",
        structured,
        "" if structured else _plain(text)[:_TEXT].strip(),
    ]
    payload = "\n".join(lines).rstrip("\n")
    return payload if len(payload.encode()) <= _MOST_BYTES else None


def _structured(reference: str) -> str:
    if is_rf_reference(reference):
        return compact(reference)
    return rf_reference(reference) if is_fi_reference(reference) else ""


def _plain(text: str) -> str:
    return " ".join(text.split())
