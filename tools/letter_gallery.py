"""Draws docs/letters/: letters on paper for each country and tone, as people should look at them.

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
from shared.domain.letter_input import LetterInput
from shared.domain.letter_pdf import letter_pdf
from shared.domain.letter_sample import sample
from shared.domain.model import Address
from shared.domain.policy import Tone

FOLDER = Path(__file__).parents[1] / "docs" / "letters"
# A day whose rates of interest the packs know, but for Denmark: there the letter says so.
TODAY = date(2026, 5, 22)
TONES: tuple[Tone, ...] = ("friendly", "neutral", "firm")
# Pixels a point: 93 a 72nd of an inch makes a page of 770 by 1090, readable and small.
_SCALE = 1.3


@dataclass(frozen=True, slots=True)
class _Place:
    """A creditor of a country and its debtor: invented, with numbers that nobody has.

    ``business_id`` has the country's form and check digit, in a series that is not given out; the
    phone is one that is kept for fiction (Sweden: PTS, Germany: Bundesnetzagentur) or evidently a
    sample.
    """

    language: Language
    zone: str
    name: str
    business_id: tuple[str, str]
    street: str
    town: tuple[str, str]
    phone: str
    mail: str
    account: str
    reference: str
    giro: Giro | None = None
    address: tuple[str, ...] = ()


_SE, _NO, _DK = "SE4550000000058398257466", "NO9386011117947", "DK5000400440116243"
PLACES = {
    "FI": _Place(
        "fi", "Europe/Helsinki", "Kuikka Oy", ("FI_YTUNNUS", "1234567-1"),
        "Satamakatu 4", ("00160", "Helsinki"), "+358 9 123 4567", "laskutus@kuikka.example",
        "FI2112345600000785", "868516259619897",
        address=("Maija Meikäläinen", "Telakkatie 9 A 4", "20100 TURKU"),
    ),
    "SE": _Place(
        "sv", "Europe/Stockholm", "Exempellom AB", ("SE_ORGNR", "559999-9991"),
        "Hamngatan 4", ("111 29", "Stockholm"), "+46 8 465 004 12", "faktura@exempellom.example",
        _SE, "1234567897",
        Giro(iban=_SE, bankgiro="9912346", ocr="check_digit"),
        ("Åsa Öberg", "Storgatan 12 lgh 1101", "411 24 GÖTEBORG"),
    ),
    "NO": _Place(
        "nb", "Europe/Oslo", "Eksempellom AS", ("NO_ORGNR", "999 999 999"),
        "Havnegata 4", ("0150", "Oslo"), "+47 22 12 34 56", "faktura@eksempellom.example",
        _NO, "123456782", Giro(iban=_NO, kid=(10,)),
        ("Kari Ødegård", "Storgata 7", "5003 BERGEN"),
    ),
    "DK": _Place(
        "da", "Europe/Copenhagen", "Eksempellom ApS", ("DK_CVR", "99999993"),
        "Havnegade 4", ("1058", "København K"), "+45 12 34 56 78", "faktura@eksempellom.example",
        _DK, "000000000000018",
        Giro(iban=_DK, fik_kind="71", fik_creditor="81234567"),
        ("Søren Ærø", "Strandvejen 3, 2. tv.", "8000 Aarhus C"),
    ),
    "DE": _Place(
        "de", "Europe/Berlin", "Musterlicht GmbH", ("DE_HRB", "HRB 999999"),
        "Hafenstraße 4", ("20457", "Hamburg"), "+49 30 23125 012", "rechnung@musterlicht.example",
        "DE89370400440532013000", "RF18539007547034",
        address=("Jürgen Groß", "Lindenweg 7", "04109 Leipzig"),
    ),
}  # fmt: skip


def letters() -> Iterator[tuple[str, bytes]]:
    """Every letter of the gallery by its name, as PDF."""
    for name, country, letter in inputs():
        yield name, pdf(country, letter)


def inputs() -> Iterator[tuple[str, str, LetterInput]]:
    """What each letter of the gallery says, by its name, with the country that it goes out in."""
    for country in PLACES:
        for tone in TONES:
            yield f"{country.lower()}_{tone}", country, _input(country, tone)
        yield f"{country.lower()}_instalment", country, _input(country, "friendly", "instalment")
        yield f"{country.lower()}_disputed", country, _input(country, "neutral", disputed=True)


def pdf(country: str, letter: LetterInput) -> bytes:
    """A letter on paper, to the debtor of a country."""
    parts, place = compose(letter), PLACES[country]
    return letter_pdf(
        parts.blocks, language=place.language, title=parts.title, address=place.address
    )


def seen(drawn: bytes) -> dict[str, Any]:
    """What the gallery's test holds of a letter: its pages, its text, and where that stands.

    Places count in whole points. The bytes are not held: compression differs between machines.
    """
    import pypdfium2

    pages = [page.get_textpage() for page in pypdfium2.PdfDocument(drawn)]
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


def pictures(name: str, pages: int) -> tuple[Path, ...]:
    """The pictures of a letter, one for each page: ``fi_firm.png``, ``fi_firm_2.png``."""
    return tuple(
        FOLDER / f"{name}{'' if page == 1 else f'_{page}'}.png" for page in range(1, pages + 1)
    )


def main() -> None:
    """Draw every page of every letter, and write down what was drawn."""
    import pypdfium2

    FOLDER.mkdir(exist_ok=True)
    held = {}
    for name, drawn in letters():
        held[name], sheets = seen(drawn), pypdfium2.PdfDocument(drawn)
        for path, sheet in zip(pictures(name, len(sheets)), sheets, strict=True):
            page = sheet.render(scale=_SCALE, grayscale=True)
            path.write_bytes(_png(page.width, page.height, page.stride, bytes(page.buffer)))
    (FOLDER / "gallery.json").write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


def _creditor(country: str, place: _Place) -> Creditor:
    (scheme, number), (code, city) = place.business_id, place.town
    return Creditor(
        id="gallery", name=place.name, business_id=number, business_id_scheme=scheme,
        address=Address(lines=(place.street,), postal_code=code, city=city, country=country),
        country=country, zone=place.zone, language=place.language, vat_registered=True,
        email=place.mail, phone=place.phone, sender=place.mail,
        accounts=(BankAccount(iban=place.account),), giros=(place.giro,) if place.giro else (),
    )  # fmt: skip


def _input(
    country: str, tone: Tone, letter: str = "reminder", *, disputed: bool = False
) -> LetterInput:
    place = PLACES[country]
    made = sample(
        _creditor(country, place), TODAY, language=place.language, letter=letter, tone=tone,
        capacity="consumer",
    )  # fmt: skip
    (item,) = made.items
    # What is not asked for of the sample's invoice is then contested instead of paid.
    contested = {"disputed": item.total - item.open} if disputed else {}
    items = (item.model_copy(update={"reference": place.reference, **contested}),)
    return made.model_copy(update={"items": items})


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
