"""The letters' typeface: which glyph a character has, how wide a text is, where a line ends.

Noto Sans in two weights, cut down by ``tools/letter_font.py`` to the letters of Europe's Latin,
Greek and Cyrillic. Widths are in thousandths of the type size, as a PDF states them.
"""

from __future__ import annotations

import json
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Weight = Literal["regular", "bold"]

_FONTS = Path(__file__).parent.parent / "fonts"


class NoGlyphError(ValueError):
    """A text has a character that the typeface lacks; a letter with a box in it is not sent."""


@dataclass(frozen=True, slots=True)
class Face:
    """One weight: ``glyphs`` holds (glyph id, width) by character, ``box`` the largest outline.

    ``packed`` is its file of ``size`` bytes as every letter holds it: compressed, but once for all.
    """

    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, ...]
    glyphs: Mapping[str, tuple[int, int]]
    size: int
    packed: bytes

    def shaped(self, text: str) -> list[tuple[str, int, int]]:
        """Character, glyph and width of each character. Raises ``NoGlyphError``."""
        composed = unicodedata.normalize("NFC", text)
        try:
            return [(char, *self.glyphs[char]) for char in composed]
        except KeyError:
            raise NoGlyphError("a text has a character that the letters' typeface lacks") from None

    def width(self, text: str, size: float) -> float:
        """How wide a text is in points, set at ``size`` points. Raises ``NoGlyphError``."""
        return self._units(text) * size / 1000

    def _units(self, text: str) -> int:
        """How wide a text is in thousandths of the type size."""
        return sum([width for _, _, width in self.shaped(text)])

    def lines(self, text: str, size: float, room: float) -> list[str]:
        """The text broken at blanks into lines of at most ``room`` points.

        A line that was broken at a blank ends with it: that keeps two words apart for whoever hears
        or copies the text. A word that is wider than the line is cut where the line ends. No-break
        spaces hold.
        """
        lines, used, blank = [""], 0, self._units(" ")
        for word in text.split(" "):
            # Each word is measured once, so that a long text takes no longer by the line.
            for part, piece in enumerate(self._cut(word, size, room)):
                units = self._units(piece)
                longer = used + blank + units if lines[-1] else units
                if part:
                    lines.append(piece)
                elif lines[-1] and longer * size / 1000 > room:
                    lines[-1] += " "
                    lines.append(piece)
                else:
                    lines[-1] = f"{lines[-1]} {piece}" if lines[-1] else piece
                    units = longer
                used = units
        return lines

    def _cut(self, word: str, size: float, room: float) -> list[str]:
        if self.width(word, size) <= room:
            return [word]
        parts = [""]
        for char in word:
            if parts[-1] and self.width(parts[-1] + char, size) > room:
                parts.append("")
            parts[-1] += char
        return parts


@cache
def face(weight: Weight) -> Face:
    """The regular or the bold face, read once."""
    metrics = json.loads((_FONTS / "metrics.json").read_text(encoding="utf-8"))[weight]
    file = (_FONTS / f"{weight}.ttf").read_bytes()
    return Face(
        ascent=metrics["ascent"],
        descent=metrics["descent"],
        cap_height=metrics["cap_height"],
        box=tuple(metrics["box"]),
        glyphs={char: (glyph, width) for char, (glyph, width) in metrics["glyphs"].items()},
        size=len(file),
        packed=zlib.compress(file, level=9),
    )
