"""The payment slip: what a payer types or scans, by the country of the creditor's account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.domain.barcode import virtual_bar_code
from shared.domain.epc_qr import epc_qr
from shared.domain.iban import printed_iban
from shared.domain.letter_input import LetterAccount
from shared.domain.money import Money
from shared.domain.references import (
    compact,
    fik_line,
    is_fi_reference,
    is_fik_id,
    is_kid,
    is_ocr_reference,
    is_rf_reference,
    printed_reference,
)

# The names of the fields, which are the keys of their words in a letter.
Field = Literal[
    "account", "account_domestic", "bankgiro", "bic", "reference", "reference_ocr",
    "reference_kid", "payment_line", "bar_code", "message",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """How one sum is named: ``fields`` to type, ``bar_code`` and ``qr`` to scan (empty: none)."""

    fields: tuple[tuple[Field, str], ...]
    bar_code: str = ""
    qr: str = ""


def account_fields(account: LetterAccount) -> tuple[tuple[Field, str], ...]:
    """Where to pay: what a payer at home types first, then IBAN and BIC for everybody else."""
    iban, found = compact(account.iban), list[tuple[Field, str]]()
    if account.giro is not None and account.giro.bankgiro:
        found.append(("bankgiro", account.giro.printed_bankgiro()))
    if iban.startswith("NO"):
        # A Norwegian IBAN is NO, two check digits and the eleven digits of the account.
        home = iban[4:]
        found.append(("account_domestic", f"{home[:4]} {home[4:6]} {home[6:]}"))
    found.append(("account", printed_iban(iban)))
    if account.bic:
        found.append(("bic", account.bic))
    return tuple(found)


def slip(
    account: LetterAccount,
    reference: str | None,
    *,
    payee: str,
    amount: Money,
    pay_by: date | None,
    message: str,
) -> Slip:
    """The slip of one sum. Without a reference that the bank takes, the payer writes a message."""
    named = _reference(account, reference) if reference else None
    qr = epc_qr(
        name=payee, iban=account.iban, bic=account.bic, amount=amount,
        reference=reference or "" if named else "", text=_of(named) or message,
    )  # fmt: skip
    if named is None or reference is None:
        return Slip((("message", message),), qr=qr or "")
    code = virtual_bar_code(account.iban, amount, reference, pay_by)
    digits: tuple[tuple[Field, str], ...] = (("bar_code", code),) if code else ()
    return Slip((named, *digits), bar_code=code or "", qr=qr or "")


def _of(named: tuple[Field, str] | None) -> str:
    return named[1] if named else ""


def _reference(account: LetterAccount, reference: str) -> tuple[Field, str] | None:
    """The reference under the name that it has in the account's country; None where a bank refuses.

    A Finnish bank takes no other kind of reference, and elsewhere an agreement on checked
    references refuses the rest, so a number of the creditor's own making would only stop the payer.
    """
    country, giro = compact(account.iban)[:2], account.giro
    if country == "FI":
        standard = is_fi_reference(reference) or is_rf_reference(reference)
        return ("reference", printed_reference(reference)) if standard else None
    if giro is not None and giro.bankgiro:
        whole = is_ocr_reference(reference, giro.ocr, giro.ocr_lengths)
        return ("reference_ocr", reference) if whole else None
    if giro is not None and giro.kid:
        whole = is_kid(reference, giro.kid, giro.kid_lengths)
        return ("reference_kid", compact(reference)) if whole else None
    if giro is not None and giro.fik_kind and giro.fik_creditor:
        if not is_fik_id(giro.fik_kind, reference):
            return None
        return "payment_line", fik_line(giro.fik_kind, reference, giro.fik_creditor)
    return "reference", printed_reference(reference)
