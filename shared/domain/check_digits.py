"""Check digits: the four arithmetics that Nordic references and international accounts end in."""

from __future__ import annotations

_SEVEN_THREE_ONE = (7, 3, 1)


def weighted_731(base: str) -> str:
    """Weights 7, 3, 1 from the right, up to the next ten (Finnish reference number)."""
    total = sum(int(digit) * _SEVEN_THREE_ONE[i % 3] for i, digit in enumerate(reversed(base)))
    return str(-total % 10)


def luhn(base: str) -> str:
    """Modulus 10: weights 2, 1 from the right, digit sums (Swedish OCR, KID MOD10, Danish FIK)."""
    total = 0
    for i, digit in enumerate(reversed(base)):
        product = int(digit) * (2 - i % 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def mod11(base: str) -> str:
    """Modulus 11: weights 2 to 7 from the right; ``-`` stands for ten (Norwegian KID MOD11)."""
    check = 11 - sum(int(digit) * (2 + i % 6) for i, digit in enumerate(reversed(base))) % 11
    return {11: "0", 10: "-"}.get(check, str(check))


def mod97(characters: str) -> int:
    """The remainder by 97 of digits and letters, A = 10 to Z = 35 (ISO 7064, RF and IBAN)."""
    return int("".join(str(int(character, 36)) for character in characters)) % 97
