"""Scan codes as shapes: the bars of a Code 128 and the modules of a QR code."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import Literal

_MM = 72 / 25.4
# The Finnish bar code is 105 mm long and at least 10 mm high (Finance Finland's bar code guide),
# which is 0.9 points a module; EPC069-12 asks for no size, and phones read 0.4 mm a module.
_MODULE, _BAR_HEIGHT, _QR_SIDE = 0.9, 12 * _MM, 32 * _MM
# Ten blank modules on either side of a bar code (ISO/IEC 15417), in points.
QUIET = 10 * _MODULE

Box = tuple[float, float, float, float]

# Bar and space widths of the symbols 0 to 105, six digits each, and of the stop (ISO/IEC 15417).
_PATTERNS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132"
    "122231113222123122123221223211221132221231213212223112312131311222321122321221312212"
    "322112322211212123212321232121111323131123131321112313132113132311211313231113231311"
    "112133112331132131113123113321133121313121211331231131213113213311213131311123311321"
    "331121312113312311332111314111221411431111111224111422121124121421141122141221112214"
    "112412122114122411142112142211241211221114413111241112134111111242121142121241114212"
    "124112124211411212421112421211212141214121412121111143111341131141114113114311411113"
    "411311113141114131311141411131211412211214211232"
)
_START_C = 105
_STOP = "2331112"


def code128_bars(digits: str) -> tuple[list[tuple[int, int]], int]:
    """The bars (first module, width) of an even number of digits, and all modules across.

    Code set C packs two digits into a symbol; the check symbol is modulo 103 (ISO/IEC 15417).
    Raises ``ValueError`` for anything that code set C cannot hold.
    """
    if not digits or len(digits) % 2 or not (digits.isascii() and digits.isdigit()):
        raise ValueError("a bar code of code set C is an even number of digits")
    values = [_START_C, *(int(digits[at : at + 2]) for at in range(0, len(digits), 2))]
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    widths = [
        int(one) for value in (*values, check) for one in _PATTERNS[6 * value : 6 * value + 6]
    ]
    widths += map(int, _STOP)
    starts = list(accumulate(widths, initial=0))
    return list(zip(starts, widths, strict=False))[::2], starts[-1]


# A page is measured before it is drawn, some blocks more than once: a code is made once for all.
@lru_cache(maxsize=64)
def qr_runs(text: str) -> tuple[tuple[tuple[int, int, int], ...], int]:
    """The dark runs (row, first column, length) of a QR code, and its modules a side.

    UTF-8 at error correction level M, as the European Payments Council asks of its code
    (EPC069-12). Raises ``ValueError`` when the text is too long for one.
    """
    import segno

    made = segno.make_qr(text, error="m", mode="byte", encoding="utf-8", boost_error=False)
    rows = [bytes(row) for row in made.matrix]
    runs: list[tuple[int, int, int]] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                runs.append((y, x, length))
            x += length or 1
    return tuple(runs), len(rows)


def code_boxes(
    kind: Literal["code128", "qr"], payload: str, x: float, y: float
) -> tuple[list[Box], float, float]:
    """The boxes (x, y, width, height) of a code whose top left corner is (x, y), and its size.

    In points, ``y`` downwards. Raises ``ValueError`` as ``code128_bars`` and ``qr_runs`` do.
    """
    if kind == "code128":
        bars, across = code128_bars(payload)
        boxes = [(x + at * _MODULE, y, width * _MODULE, _BAR_HEIGHT) for at, width in bars]
        return boxes, across * _MODULE, _BAR_HEIGHT
    runs, side = qr_runs(payload)
    step = _QR_SIDE / side
    dark = [
        (x + column * step, y + row * step, length * step, step) for row, column, length in runs
    ]
    return dark, _QR_SIDE, _QR_SIDE
