"""Payment references with check digits: how each scheme makes, checks, prints and compares them.

Sources: the Finnish reference number (Finance Finland, "Kotimainen viitenumero"), ISO 11649 (RF
creditor reference), Bankgirot's OCR reference check, the Norwegian KID (OCR giro system
specification) and the Danish payment slip's code line (FIK and GIK).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from shared.domain.check_digits import luhn, mod11, mod97, weighted_731

# What a Swedish creditor agreed with its bank: ``soft``: the payer is warned and may go on with any
# reference; ``check_digit``, ``variable_length`` (a length digit stands before the check digit) and
# ``fixed_length``: other references are refused. Source: Bankgirot, OCR-referenskontroll.
OcrLevel = Literal["soft", "check_digit", "variable_length", "fixed_length"]

# Danish code lines with an id, and the id's length; 73 and 01 carry none.
FikKind = Literal["71", "75", "04", "15"]
_FIK_LENGTH = {"71": 15, "75": 16, "04": 16, "15": 16}

_BLANK = re.compile(r"\s")
_FI_BASE = re.compile(r"[0-9]{3,19}")
_FI_REFERENCE = re.compile(r"[0-9]{4,20}")
_RF_BASE = re.compile(r"[0-9A-Z]{1,21}")
_RF_REFERENCE = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_OCR = re.compile(r"[0-9]{2,25}")
_KID = re.compile(r"[0-9]{1,24}[0-9-]")
_FIK_LINE = re.compile(r"\+(71|75|04|15)<([0-9]{1,16})\+([0-9]{7,8})<")
_SEPARATOR = re.compile(r"[-/._]")
_NUMBERED = re.compile(r"(?=(?:[A-Z]*[0-9]){2})[A-Z0-9]{2,35}")
_LONGEST = 60  # characters of a printed reference; longer texts are no reference


def compact(text: str) -> str:
    """``text`` in capitals without the blanks that references and accounts are printed with."""
    return _BLANK.sub("", text).upper()


# --- Finland and ISO 11649 ------------------------------------------------------------------------


def fi_reference(base: str) -> str:
    """The Finnish reference number made of ``base`` (3 to 19 digits) and its check digit.

    Raises ``ValueError`` for anything else.
    """
    if not _FI_BASE.fullmatch(base):
        raise ValueError("the base of a Finnish reference is 3 to 19 digits")
    return base + weighted_731(base)


def is_fi_reference(text: str) -> bool:
    """Whether ``text`` (blanks allowed) is a Finnish reference number with a right check digit."""
    digits = compact(text)
    return bool(_FI_REFERENCE.fullmatch(digits)) and weighted_731(digits[:-1]) == digits[-1]


def rf_reference(base: str) -> str:
    """The ISO 11649 reference made of ``base`` (1 to 21 of 0-9 A-Z); a Finnish one keeps its digit.

    Leading zeros of a Finnish reference do not count and are dropped. Raises ``ValueError``.
    """
    characters = compact(base)
    if characters.isdigit():
        characters = characters.lstrip("0")
    if not _RF_BASE.fullmatch(characters):
        raise ValueError("the base of an RF reference is 1 to 21 letters and digits")
    return f"RF{98 - mod97(characters + 'RF00'):02d}{characters}"


def is_rf_reference(text: str) -> bool:
    """Whether ``text`` (blanks allowed) is an ISO 11649 reference with right check digits."""
    reference = compact(text)
    return bool(_RF_REFERENCE.fullmatch(reference)) and mod97(reference[4:] + reference[:4]) == 1


# --- Sweden, Norway, Denmark ----------------------------------------------------------------------


def ocr_reference(base: str, *, length_digit: bool = False) -> str:
    """The Swedish OCR reference of ``base``: with its check digit, before it a length digit if so.

    The length digit is the last figure of the whole reference's length. Raises ``ValueError`` when
    the whole is not 2 to 25 digits.
    """
    body = base + str((len(base) + 2) % 10) if length_digit else base
    if not re.fullmatch(r"[0-9]{1,24}", body):
        raise ValueError("an OCR reference is 2 to 25 digits")
    return body + luhn(body)


def is_ocr_reference(
    text: str, level: OcrLevel = "check_digit", lengths: tuple[int, ...] = ()
) -> bool:
    """Whether a bank takes ``text`` at the creditor's level; ``lengths`` are those of fixed length.

    At the soft level it takes everything that fits the field (25 characters).
    """
    digits = compact(text)
    if level == "soft":
        return 0 < len(digits) <= 25
    if not _OCR.fullmatch(digits) or luhn(digits[:-1]) != digits[-1]:
        return False
    if level == "variable_length":
        return len(digits) > 2 and digits[-2] == str(len(digits) % 10)
    return level == "check_digit" or len(digits) in lengths


def kid(base: str, modulus: Literal[10, 11]) -> str:
    """The Norwegian KID of ``base`` (1 to 24 digits) by the modulus of the creditor's agreement.

    MOD11 may end in ``-``; people type it wrongly, so an issuer skips such numbers. Raises
    ``ValueError``.
    """
    if not re.fullmatch(r"[0-9]{1,24}", base):
        raise ValueError("the base of a KID is 1 to 24 digits")
    return base + (luhn(base) if modulus == 10 else mod11(base))


def is_kid(
    text: str, moduli: tuple[Literal[10, 11], ...] = (10, 11), lengths: tuple[int, ...] = ()
) -> bool:
    """Whether ``text`` is a KID by one of the moduli and, where the agreement says, the lengths."""
    digits = compact(text)
    if not _KID.fullmatch(digits) or (lengths and len(digits) not in lengths):
        return False
    checks = {10: luhn, 11: mod11}
    return any(checks[modulus](digits[:-1]) == digits[-1] for modulus in moduli)


def fik_id(kind: FikKind, number: int) -> str:
    """The payment id of a Danish slip: the number, filled with zeros, and its check digit.

    15 digits for 71, 16 for 75, 04 and 15. Raises ``ValueError`` for a number that does not fit.
    """
    base = str(number).zfill(_FIK_LENGTH[kind] - 1)
    if number < 0 or len(base) >= _FIK_LENGTH[kind]:
        raise ValueError("the number does not fit the payment slip")
    return base + luhn(base)


def is_fik_id(kind: FikKind, text: str) -> bool:
    """Whether ``text`` is such an id, zeros at its front left out or not."""
    digits = compact(text).zfill(_FIK_LENGTH[kind])
    whole = len(digits) == _FIK_LENGTH[kind] and digits.isascii() and digits.isdigit()
    return whole and luhn(digits[:-1]) == digits[-1]


def fik_line(kind: FikKind, payment_id: str, creditor: str) -> str:
    """The code line that a payer types: ``+71<000000000000018+81234567<``.

    ``creditor`` is the creditor number (8 digits) of a FIK or the giro account (7 or 8) of a GIK.
    Raises ``ValueError`` for a wrong id or creditor.
    """
    digits = compact(payment_id).zfill(_FIK_LENGTH[kind])
    if not is_fik_id(kind, digits) or not re.fullmatch(r"[0-9]{7,8}", creditor):
        raise ValueError("the payment id or the creditor number of the slip is wrong")
    return f"+{kind}<{digits}+{creditor}<"


# --- Any scheme -----------------------------------------------------------------------------------


def is_checked(text: str) -> bool:
    """Whether the check digits of any scheme are right: a typing error would mostly show."""
    line = _FIK_LINE.fullmatch(compact(text))
    if line is not None:
        return is_fik_id(_fik_kind(line[1]), line[2])
    return is_rf_reference(text) or is_fi_reference(text) or is_kid(text)


@lru_cache(maxsize=1024)
def canonical(text: str) -> str | None:
    """The one form by which references are compared, however printed; None when it is none.

    Blanks, separators and leading zeros are dropped; an RF reference of a Finnish one becomes the
    Finnish one; of a Danish code line its id remains; a KID keeps its ``-``. References without a
    scheme and invoice numbers (``2026/17``, ``INV-17``) become their letters and digits. Only
    capital letters, digits and ``-`` come out, so the form may stand in a key.
    """
    plain = compact(text)
    if len(plain) > _LONGEST:
        return None
    line = _FIK_LINE.fullmatch(plain)
    if line is not None:
        plain = line[2]
    if is_rf_reference(plain):
        return _of_rf(plain)
    if plain.endswith("-") and is_kid(plain, (11,)):
        return plain.lstrip("0")
    joined = _SEPARATOR.sub("", plain)
    if joined.isascii() and joined.isdigit():
        digits = joined.lstrip("0")
        return digits if 0 < len(digits) <= 35 else None
    return joined if _NUMBERED.fullmatch(joined) else None


def _of_rf(plain: str) -> str:
    # A Finnish reference may have had leading zeros: its check digit is right without them too.
    body = plain[4:].lstrip("0")
    if body.isdigit() and len(body) > 1 and weighted_731(body[:-1]) == body[-1]:
        return body
    return plain[:4] + body


def _fik_kind(text: str) -> FikKind:
    kinds: dict[str, FikKind] = {"71": "71", "75": "75", "04": "04", "15": "15"}
    return kinds[text]


def printed_reference(reference: str) -> str:
    """The reference as people read it: Finnish in fives from the right, RF in fours, else as is."""
    characters = compact(reference)
    if is_rf_reference(reference):
        return _grouped(characters, 4)
    if is_fi_reference(reference):
        digits = characters.lstrip("0")
        return _grouped(digits[::-1], 5)[::-1]
    return reference


def _grouped(characters: str, size: int) -> str:
    return " ".join(characters[i : i + size] for i in range(0, len(characters), size))
