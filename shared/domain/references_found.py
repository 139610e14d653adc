"""References and invoice numbers in free text: what a payer wrote, and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from shared.domain.check_digits import mod97
from shared.domain.iban import iban_spans
from shared.domain.references import canonical, is_checked, is_fi_reference

# The longest text that is looked at, and how much of it: what follows changes nothing.
LONGEST = 10_000
_MOST_WORDS = 400
_MOST_FOUND = 40
_MOST_GROUPS = 7
_LONGEST_REFERENCE = 25
_SHORTEST = 4  # digits of a number that nothing announces
_SHORTEST_ANNOUNCED = 2


class Found(NamedTuple):
    """A number in a text, in its form of comparison (``references.canonical``).

    ``announced``: the payer says that it is a reference or an invoice (a word before it, a code
    line, an RF reference). ``alone``: the text is this number and nothing else.
    """

    token: str
    announced: bool
    alone: bool = False


# Words that announce a reference or an invoice, in Finnish, Swedish, Norwegian, Danish, English.
_WORDS = (
    "VIITENUMERO|VIITENRO|VIITE|VIITTEET|VIITTEEN|VIITTEELLÄ|VNRO|LASKUNUMERO|LASKUNRO|"
    "LASKUJEN|LASKUN|LASKUT|LASKU|REFERENSNUMMER|"
    "REFERENS|REFERANSE|REFERENCES|REFERENCE|REFNR|REF|OCRNUMMER|OCRNR|OCR|FAKTURANUMMER|"
    "FAKTURANR|FAKTUROR|FAKTURAER|FAKTURA|FAKT|KIDNUMMER|KIDNR|KID|BETALINGSID|FIK|INVOICES|"
    "INVOICE|INVNO|INV|RF"
)
_ANNOUNCED = re.compile(rf"(?:{_WORDS})(?:[.:#=/-]+|(?=[0-9])|$)")
# A number after these words is a customer's or an order's.
_OTHER = re.compile(
    r"(?:ASIAKASNUMERO|ASIAKASNRO|ASIAKAS|ASNRO|TILAUSNUMERO|TILAUSNRO|TILAUS|KUNDNUMMER|KUNDNR|"
    r"KUNDENUMMER|KUNDENR|KUNDE|KUND|CUSTOMER|ORDERNUMMER|ORDERNR|ORDER|ORDRENUMMER|ORDRENR|ORDRE)"
    r"(?:[.:#=/-]|(?=[0-9])|$)"
)
# Announcements that may as well be part of an invoice's number.
_IN_NUMBERS = ("INV", "FAK", "LASKU")
# Words that may stand between an announcement and its number, or between two numbers.
_FILLER = frozenset({
    "NR", "NRO", "NO", "N:O", "NUMERO", "NUMMER", "NUMBER", "ID", "JA", "OCH", "OG", "AND", "&",
})  # fmt: skip

_CODE_LINE = re.compile(r"\+\s?(?:71|75|04|15)\s?<\s?[0-9]{1,16}\s?\+\s?[0-9]{7,8}\s?<")
_RF = re.compile(r"(?<![0-9A-Z])RF ?[0-9]{2}(?: ?[0-9A-Z]){1,21}")
_AMOUNT = re.compile(
    r"(?<![0-9.,])(?:(?:EUR|SEK|NOK|DKK|KR|€)\.? ?)?"
    r"(?:[0-9]{1,3}(?:[ .][0-9]{3}){1,4},[0-9]{2}|[0-9]{1,9}[.,][0-9]{2})(?![0-9]|[.,][0-9])"
    r"|(?<![0-9.,])[0-9]{1,9} ?(?:EUR|SEK|NOK|DKK|KR|€)(?![0-9A-Z])"
    r"|(?<![0-9A-Z])(?:EUR|SEK|NOK|DKK|KR|€) ?[0-9]{1,9}(?![0-9.,])"
)
_DAY = re.compile(
    r"(?<![0-9])(?:[0-9]{1,2}([./-])[0-9]{1,2}\1(?:20)?[0-9]{2}|20[0-9]{2}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.)(?![0-9])"
)
_MONTH = re.compile(r"(?:0?[1-9]|1[0-2])[/.-]20[0-9]{2}|20[0-9]{2}[/.-](?:0[1-9]|1[0-2])")
_PHONE = re.compile(
    r"(?:\+(?!(?:71|73|75|04|15|01) ?<)[0-9]{1,3}"
    r"|(?<![A-Z])(?:PUHELIN|PUH|TELEFON|TEL|TLF|PHONE|MOBIL|MOB|GSM)[.:]?)[ -]?"
    r"(?:[0-9]{7,14}|[0-9]{1,6}(?:[ -][0-9]{2,7}){1,4}|[0-9]{5,6})(?![0-9])"
)
_MOBILE = re.compile(r"0(?:4[0-9]|50|7[0-9])[0-9]{6,8}")
# A person's national id: its date makes it one (FI with its sign and letter, SE and DK with four).
_PERSON = re.compile(r"[0-9]{6}[-+A-F][0-9]{3}[0-9A-Z]|(?:[0-9]{2})?[0-9]{6}[-+][0-9]{4}")
_BREAK = "|"
_CHUNK = re.compile(r"[|,;()\[\]\"'!?]+")
_DIGITS = re.compile(r"[0-9]+(?:-[0-9]+)*-?")
_ALONE = re.compile(r"[0-9]+(?:[ -][0-9]+)*-?|[A-Z]{0,5}[0-9][0-9A-Z/._-]*")
_MARKS = ".:#=*<>+"
_TAIL = re.compile(r"[0-9][0-9/._-]*$")


def found(text: str) -> tuple[Found, ...]:
    """The numbers of ``text`` that may be a reference or an invoice number, in order, each once.

    Never part of a longer run of digits, an IBAN, a full date, an amount, a phone number or a
    national id. At most 40, from the first 400 words of the first 10,000 characters.
    """
    plain, seen = " ".join(text[:LONGEST].upper().split()), dict[str, bool]()
    for one in _each(plain):
        seen[one.token] = seen.get(one.token, False) or one.announced
        if len(seen) == _MOST_FOUND:
            break
    alone = bool(_ALONE.fullmatch(plain))
    return tuple(Found(token, announced, alone) for token, announced in seen.items())


def _each(text: str) -> Iterator[Found]:
    spans = [*_code_lines(text), *_rf_references(text)]
    for start, end in spans:
        token = canonical(text[start:end])
        if token:
            yield Found(token, announced=True)
    text = _without(text, [*spans, *iban_spans(text)])
    for pattern in (_PHONE, _DAY, _AMOUNT):
        text = _without(text, [one.span() for one in pattern.finditer(text) if _real(one)])
    yield from _numbers(text)


def _code_lines(text: str) -> list[tuple[int, int]]:
    return [one.span() for one in _CODE_LINE.finditer(text)]


def _rf_references(text: str) -> Iterator[tuple[int, int]]:
    """Where RF references with right check digits stand, the longest that ends with a word."""
    for one in _RF.finditer(text):
        for end in range(one.end(), one.start() + 4, -1):
            reference = text[one.start() : end].replace(" ", "")
            whole = end == len(text) or not text[end].isalnum()
            if whole and len(reference) > 4 and mod97(reference[4:] + reference[:4]) == 1:
                yield one.start(), end
                break


def _real(one: re.Match[str]) -> bool:
    """Whether what looks like a day is one; other patterns are what they look like."""
    if one.re is not _DAY:
        return True
    parts = [int(part) for part in re.split(r"[./-]", one[0].rstrip("."))]
    year_first = parts[0] > 31
    day, month = (parts[2], parts[1]) if year_first else (parts[0], parts[1])
    return 1 <= day <= 31 and 1 <= month <= 12


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            kept += [text[at:start], _BREAK]
            at = end
    return "".join([*kept, text[at:]])


def _numbers(text: str) -> Iterator[Found]:
    """Numbers word by word: what announces them, or says that they are others, holds on."""
    words = _Words(alone=bool(_ALONE.fullmatch(text.strip())))
    for chunk in _CHUNK.split(text):
        for word in chunk.split():
            yield from words.take(word)
        yield from words.flush()


class _Words:
    """What was read so far: digits that stand side by side, and what they were said to be."""

    def __init__(self, *, alone: bool) -> None:
        self._alone, self._announced, self._other = alone, False, False
        self._run: list[str] = []
        self._left = _MOST_WORDS

    def take(self, raw: str) -> Iterator[Found]:
        """One more word, and the numbers that end with it."""
        self._left -= 1
        if self._left < 0:
            return
        word = raw.strip(_MARKS)
        if _DIGITS.fullmatch(word):
            self._run.append(word)
            return
        yield from self.flush()
        begun = _ANNOUNCED.match(raw)
        said = begun or _OTHER.match(raw)
        if said:
            self._announced, self._other = said is begun, said is not begun
            rest = raw[said.end() :].strip(_MARKS)
            if _DIGITS.fullmatch(rest) and not (begun and begun[0].startswith(_IN_NUMBERS)):
                self._run.append(rest)
                return
        elif word and word not in _FILLER and not any(map(str.isdigit, word)):
            self._announced = self._other = False
        if not self._other:
            yield from _mixed(word, announced=self._announced)

    def flush(self) -> Iterator[Found]:
        """The numbers of the digits that stood side by side."""
        run, self._run = self._run, []
        if not self._other:
            yield from _run(run, announced=self._announced, alone=self._alone)


def _mixed(word: str, *, announced: bool) -> Iterator[Found]:
    """A number with letters or separators, whole and as the digits that it ends in."""
    if not any(map(str.isdigit, word)) or _PERSON.fullmatch(word):
        return
    tail = _TAIL.search(word)
    for one in (word, tail[0] if tail else ""):
        if announced or not _MONTH.fullmatch(one):
            yield from _token(one, announced=announced)


def _run(groups: list[str], *, announced: bool, alone: bool) -> Iterator[Found]:
    """Digits that stand next to each other: as one number printed in groups, and each by itself."""
    whole = "".join(groups)
    said = announced or alone
    if not groups or (not said and (_weak(whole) if len(groups) == 1 else _is_mobile(whole))):
        return
    if _in_fives(groups) and is_fi_reference(whole):
        yield from _token(whole, announced=announced)
        return
    for i in range(len(groups)):
        yield from _token(groups[i], announced=announced)
        for j in range(i + 2, min(i + _MOST_GROUPS, len(groups)) + 1):
            joined = "".join(groups[i:j])
            if len(joined) > _LONGEST_REFERENCE:
                break
            if is_checked(joined):
                yield from _token(joined, announced=announced)


def _in_fives(groups: list[str]) -> bool:
    """Whether the groups are a Finnish reference as it is printed: fives from the right."""
    return len(groups) > 1 and len(groups[0]) <= 5 and all(len(one) == 5 for one in groups[1:])


def _weak(number: str) -> bool:
    """Whether a number that nothing announces is rather a day, a mobile phone or a person."""
    return _is_mobile(number) or bool(_PERSON.fullmatch(number)) or _compact_day(number)


def _is_mobile(number: str) -> bool:
    return bool(_MOBILE.fullmatch(number))


def _compact_day(number: str) -> bool:
    if not re.fullmatch(r"20[0-9]{6}", number):
        return False
    try:
        date(int(number[:4]), int(number[4:6]), int(number[6:]))
    except ValueError:
        return False
    return True


def _token(printed: str, *, announced: bool) -> Iterator[Found]:
    token = canonical(printed)
    digits = sum(map(str.isdigit, printed))
    if token and digits >= (_SHORTEST_ANNOUNCED if announced else _SHORTEST):
        yield Found(token, announced)
