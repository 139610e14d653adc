"""Text messages as a carrier counts them: their alphabet, and how many parts they are paid for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# The default alphabet of GSM 03.38 (3GPP TS 23.038, 6.2.1), and the characters that take two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
# Septets of a message that stands alone, and of each part of a longer one; then UTF-16 units
# (3GPP TS 23.040, 9.2.3.24: six octets of every part say how the parts belong together).
_GSM, _UCS2 = (160, 153), (70, 67)


@dataclass(frozen=True, slots=True)
class Parts:
    """How a text is sent: ``count`` parts in the 7-bit alphabet or in UCS-2."""

    alphabet: Literal["GSM-7", "UCS-2"]
    count: int


def parts_of(text: str) -> Parts:
    """Count the parts of a text message; a character of two units is never parted."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        sizes = [2 if char in _EXTENDED else 1 for char in text]
        return Parts("GSM-7", _count(sizes, *_GSM))
    return Parts("UCS-2", _count([1 if ord(char) < 0x10000 else 2 for char in text], *_UCS2))


def _count(sizes: list[int], alone: int, part: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, part
    for size in sizes:
        if size > room:
            parts, room = parts + 1, part
        room -= size
    return parts
