"""Draws docs/letters/: a letter on paper for each country and tone, as people should look at it.

Run ``python -m tools.letter_gallery`` after words or layout have changed, look at every picture,
and commit them; a test holds the pages' text and its places against ``gallery.json``.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shared.domain.creditor import BankAccount, Creditor
from shared.domain.formats import Language
from shared.domain.giro import Giro
from shared.domain.letter import compose
from shared.domain.letter_pdf import letter_pdf
from shared.domain.letter_sample import sample
from shared.domain.model import Address
from shared.domain.policy import Tone

FOLDER = Path(__file__).parents[1] / "docs" / "letters"
TODAY = date(2026, 11, 6)
TONES: tuple[Tone, ...] = ("friendly", "neutral", "firm")
# Pixels a point: 93 a 72nd of an inch makes a page of 770 by 1090, readable and small.
_SCALE = 1.3


@dataclass(frozen=True, slots=True)
class _Place:
    language: Language
    zone: str
    town: tuple[str, str]
    account: str
    reference: str
    giro: Giro | None = None
    address: tuple[str, ...] = ()


_SE, _NO, _DK = "SE4550000000058398257466", "NO9386011117947", "DK5000400440116243"
PLACES = {
    "FI": _Place(
        "fi", "Europe/Helsinki", ("00160", "Helsinki"), "FI2112345600000785", "868516259619897",
        address=("Maija Meikäläinen", "Telakkatie 9 A 4", "20100 TURKU"),
    ),
    "SE": _Place(
        "sv", "Europe/Stockholm", ("111 29", "Stockholm"), _SE, "1234567897",
        Giro(iban=_SE, bankgiro="9912346", ocr="check_digit"),
        ("Åsa Öberg", "Storgatan 12 lgh 1101", "411 24 GÖTEBORG"),
    ),
    "NO": _Place(
        "nb", "Europe/Oslo", ("0150", "Oslo"), _NO, "123456782", Giro(iban=_NO, kid=(10,)),
        ("Kari Ødegård", "Storgata 7", "5003 BERGEN"),
    ),
    "DK": _Place(
        "da", "Europe/Copenhagen", ("1050", "København K"), _DK, "000000000000018",
        Giro(iban=_DK, fik_kind="71", fik_creditor="81234567"),
        ("Søren Ærø", "Strandvejen 3, 2. tv.", "8000 Aarhus C"),
    ),
}  # fmt: skip


def letters() -> Iterator[tuple[str, bytes]]:
    """Every letter of the gallery by its name, as PDF."""
    for country, place in PLACES.items():
        for tone in TONES:
            yield f"{country.lower()}_{tone}", _letter(country, place, tone)


def seen(pdf: bytes) -> dict[str, Any]:
    """What the gallery's test holds of a letter: its pages, its text, and where that stands.

    Places count in whole points. The bytes are not held: compression differs between machines.
    """
    import pypdfium2

    pages = [page.get_textpage() for page in pypdfium2.PdfDocument(pdf)]
    text = "\n".join(page.get_text_bounded() for page in pages)
    places = [
        [round(edge) for edge in page.get_rect(at)]
        for page in pages
        for at in range(page.count_rects())
    ]
    return {
        "text": hashlib.sha256(text.encode()).hexdigest(),
        "places": hashlib.sha256(json.dumps(places).encode()).hexdigest(),
        "pages": len(pages),
    }


def main() -> None:
    """Draw the first page of every letter, and write down what was drawn."""
    import pypdfium2

    FOLDER.mkdir(exist_ok=True)
    held = {}
    for name, pdf in letters():
        page = pypdfium2.PdfDocument(pdf)[0].render(scale=_SCALE, grayscale=True)
        body = _png(page.width, page.height, page.stride, bytes(page.buffer))
        (FOLDER / f"{name}.png").write_bytes(body)
        held[name] = seen(pdf)
    (FOLDER / "gallery.json").write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


def _letter(country: str, place: _Place, tone: Tone) -> bytes:
    code, city = place.town
    creditor = Creditor(
        id="kuikka", name="Kuikka Oy", business_id="1234567-1", business_id_scheme="FI_YTUNNUS",
        address=Address(lines=("Satamakatu 4",), postal_code=code, city=city, country=country),
        country=country, zone=place.zone, language=place.language, vat_registered=True,
        email="laskutus@kuikka.example", phone="+358 9 123 4567", sender="posti@kuikka.example",
        accounts=(BankAccount(iban=place.account),), giros=(place.giro,) if place.giro else (),
    )  # fmt: skip
    made = sample(
        creditor, TODAY, language=place.language, letter="reminder", tone=tone, capacity="consumer"
    )
    items = tuple(one.model_copy(update={"reference": place.reference}) for one in made.items)
    parts = compose(made.model_copy(update={"items": items}))
    return letter_pdf(
        parts.blocks, language=place.language, title=parts.title, address=place.address
    )


def _png(width: int, height: int, stride: int, grey: bytes) -> bytes:
    """A picture of one byte a pixel, in sixteen shades (https://www.w3.org/TR/png-3/)."""
    rows = bytearray()
    for y in range(height):
        line = grey[y * stride : y * stride + width] + b"\xff" * (width % 2)
        shades = (
            left & 0xF0 | right >> 4 for left, right in zip(line[::2], line[1::2], strict=True)
        )
        rows += b"\0" + bytes(shades)
    head = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


if __name__ == "__main__":
    main()
