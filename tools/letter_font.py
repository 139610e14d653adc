"""Make the letters' typeface: Noto Sans, cut down to what a letter in Europe is written with.

Run it by hand, with two packages that nothing else needs::

    pip install fonttools fontpkg-noto-sans
    python -m tools.letter_font "path/to/NotoSans[wdth,wght].ttf"

It writes ``regular.ttf``, ``bold.ttf`` and ``metrics.json`` into ``shared/fonts``. Noto Sans is
under the SIL Open Font License 1.1 (``shared/fonts/OFL.txt``) and reserves no font name, so that
the cut-down files may keep theirs. Glyph 0 is the mark of a missing character and never printed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parents[1] / "shared" / "fonts"
# Latin of every European language, Greek, Cyrillic, and the marks of typography and money.
BLOCKS = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x370, 0x3FF), (0x400, 0x45F), (0x490, 0x491),
    (0x1E80, 0x1E85), (0x1E9E, 0x1E9E), (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022),
    (0x2026, 0x2026), (0x202F, 0x202F), (0x2030, 0x2030), (0x20AC, 0x20AC), (0x2116, 0x2116),
    (0x2212, 0x2212),
)  # fmt: skip
WEIGHTS = {"regular": 400, "bold": 700}
# All that a PDF reader looks at in an embedded TrueType font.
TABLES = ["glyf", "head", "hhea", "hmtx", "loca", "maxp"]


def main(source: str) -> None:
    """Cut both weights out of the variable font at ``source``."""
    metrics = {weight: _cut(source, weight, value) for weight, value in WEIGHTS.items()}
    text = json.dumps(metrics, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (FONTS / "metrics.json").write_text(text + "\n", encoding="utf-8")


def _cut(source: str, weight: str, value: int) -> dict[str, Any]:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = instantiateVariableFont(TTFont(source), {"wght": value, "wdth": 100})
    options = Options(hinting=False, layout_features=[], notdef_outline=True, glyph_names=False)
    cutter = Subsetter(options)
    cutter.populate(unicodes=[code for a, b in BLOCKS for code in range(a, b + 1)])
    cutter.subset(font)
    metrics = _metrics(font)
    for table in set(font.keys()) - {*TABLES, "GlyphOrder"}:
        del font[table]
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(FONTS / f"{weight}.ttf")
    return metrics


def _metrics(font: Any) -> dict[str, Any]:
    """Widths and places of all glyphs, in thousandths of the type size as a PDF wants them."""
    scale = 1000 / font["head"].unitsPerEm
    head, hhea, os2 = font["head"], font["hhea"], font["OS/2"]
    names = font.getBestCmap()
    box = (head.xMin, head.yMin, head.xMax, head.yMax)
    return {
        "ascent": round(hhea.ascent * scale),
        "descent": round(hhea.descent * scale),
        "cap_height": round(os2.sCapHeight * scale),
        "box": [round(value * scale) for value in box],
        "glyphs": {
            chr(code): [font.getGlyphID(name), round(font["hmtx"][name][0] * scale)]
            for code, name in sorted(names.items())
        },
    }


if __name__ == "__main__":
    main(sys.argv[1])
