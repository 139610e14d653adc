"""Payment references: creditor references with check digits, IBANs and the Finnish bar code.

Sources: the Finnish reference number and its check digit (Finance Finland, "Kotimainen
viitenumero"), ISO 11649 (RF creditor reference), ISO 13616 (IBAN), and the virtual bar code of
Finance Finland's bar code guide, versions 4 and 5.
"""

from __future__ import annotations

import re
from datetime import date

from shared.domain.money import Money

_FI_BASE = re.compile(r"[0-9]{3,19}")
_FI_REFERENCE = re.compile(r"[0-9]{4,20}")
_RF_BASE = re.compile(r"[0-9A-Z]{1,21}")
_RF_REFERENCE = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
# RF references are no accounts, though their check digits are made in the same way.
_IBAN_WITHIN = re.compile(
    r"(?<![0-9A-Z])(?!RF)[A-Z]{2} ?[0-9]{2}(?: ?[0-9A-Z]){11,30}", re.IGNORECASE
)
_WEIGHTS = (7, 3, 1)
_BAR_CODE_CEILING = 100_000_000  # cents: eight digits, so at most 999,999.99


def compact(text: str) -> str:
    """``text`` in capitals without the blanks that references and accounts are printed with."""
    return re.sub(r"[ \u00a0]", "", text).upper()


def fi_reference(base: str) -> str:
    """The Finnish reference number made of ``base`` (3 to 19 digits) and its check digit.

    Raises ``ValueError`` for anything else.
    """
    if not _FI_BASE.fullmatch(base):
        raise ValueError("the base of a Finnish reference is 3 to 19 digits")
    return base + _fi_check(base)


def is_fi_reference(text: str) -> bool:
    """Whether ``text`` (blanks allowed) is a Finnish reference number with a right check digit."""
    digits = compact(text)
    return bool(_FI_REFERENCE.fullmatch(digits)) and _fi_check(digits[:-1]) == digits[-1]


def rf_reference(base: str) -> str:
    """The ISO 11649 reference made of ``base`` (1 to 21 of 0-9 A-Z); a Finnish one keeps its digit.

    Leading zeros of a Finnish reference do not count and are dropped. Raises ``ValueError``.
    """
    characters = compact(base)
    if characters.isdigit():
        characters = characters.lstrip("0")
    if not _RF_BASE.fullmatch(characters):
        raise ValueError("the base of an RF reference is 1 to 21 letters and digits")
    return f"RF{98 - _mod97(characters + 'RF00'):02d}{characters}"


def is_rf_reference(text: str) -> bool:
    """Whether ``text`` (blanks allowed) is an ISO 11649 reference with right check digits."""
    reference = compact(text)
    return bool(_RF_REFERENCE.fullmatch(reference)) and _mod97(reference[4:] + reference[:4]) == 1


def is_iban(text: str) -> bool:
    """Whether ``text`` (blanks allowed) is an IBAN with right check digits."""
    iban = compact(text)
    return bool(_IBAN.fullmatch(iban)) and _mod97(iban[4:] + iban[:4]) == 1


def holds_iban(text: str) -> bool:
    """Whether a bank account stands anywhere in ``text``: money may not be led astray by prose."""
    # What follows an account in a sentence looks like more of it, so every length is tried.
    for found in _IBAN_WITHIN.finditer(text.replace("\u00a0", " ")):
        candidate = compact(found.group())
        if any(is_iban(candidate[:length]) for length in range(15, len(candidate) + 1)):
            return True
    return False


def printed_reference(reference: str) -> str:
    """The reference as people read it: Finnish in fives from the right, RF in fours, else as is."""
    characters = compact(reference)
    if is_rf_reference(reference):
        return _grouped(characters, 4)
    if is_fi_reference(reference):
        digits = characters.lstrip("0")
        return _grouped(digits[::-1], 5)[::-1]
    return reference


def printed_iban(iban: str) -> str:
    """The IBAN in groups of four (ISO 13616 print form)."""
    return _grouped(compact(iban), 4)


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
    tail = _bar_code_reference(reference)
    if tail is None:
        return None
    version, digits = tail
    day = due.strftime("%y%m%d") if due else "000000"
    return f"{version}{account[2:]}{_bar_code_amount(amount)}{digits}{day}"


def _bar_code_reference(reference: str) -> tuple[str, str] | None:
    characters = compact(reference)
    if is_fi_reference(reference):
        return "4", "000" + characters.zfill(20)
    if is_rf_reference(reference) and characters[2:].isdigit():
        return "5", characters[2:4] + characters[4:].zfill(21)
    return None


def _bar_code_amount(amount: Money | None) -> str:
    cents = int(amount.amount.scaleb(2)) if amount else 0
    return f"{cents:08d}" if 0 < cents < _BAR_CODE_CEILING else "0" * 8


def _fi_check(base: str) -> str:
    total = sum(int(digit) * _WEIGHTS[i % 3] for i, digit in enumerate(reversed(base)))
    return str(-total % 10)


def _mod97(characters: str) -> int:
    return int("".join(str(int(character, 36)) for character in characters)) % 97


def _grouped(characters: str, size: int) -> str:
    return " ".join(characters[i : i + size] for i in range(0, len(characters), size))
