"""The values of a camt message: amounts, days, instants and codes, each read one way or refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from connectors.xml_door import Element
from shared.domain.iban import is_iban
from shared.domain.money import Money
from shared.domain.references import compact

_AMOUNT = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}:[0-9]{2})?")
_TRUE, _FALSE = {"true", "1"}, {"false", "0"}
# What banks write where there is nothing to write.
_NOTHING = {"NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NONE", "N/A", "0", "-"}
_LONGEST_NOTHING = 20
# The last minute of a day is its end: banks write 23:59:59 for 24:00.
_LAST_MINUTE = time(23, 59)


class Fault(Exception):
    """A message cannot be taken: ``field`` is the path, the text a fixed sentence."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def decimal(text: str, field: str) -> Decimal:
    """The number in ``text``: ASCII digits with at most one mark and six decimals, no exponent."""
    if not _AMOUNT.fullmatch(text):
        raise Fault(field, "this is not an amount")
    return Decimal(text.replace(",", "."))


def money(element: Element | None, field: str) -> Money:
    """An amount that is not negative, in the currency of its ``Ccy``, exact in its minor unit."""
    if element is None:
        raise Fault(field, "the amount is missing")
    amount = decimal(element.value(), field)
    if amount < 0:
        raise Fault(field, "an amount is negative: its sign belongs into CdtDbtInd")
    try:
        return Money(amount, element.attributes.get("Ccy", ""))
    except ValueError:
        pass
    raise Fault(field, "the currency is missing or unknown, or has no such minor unit")


def money_if_known(element: Element | None) -> Money | None:
    """An amount beside the booked one (sent, remitted, charged); None where it is not clear."""
    try:
        return money(element, "") if element is not None else None
    except Fault:
        return None


def is_credit(element: Element | None, field: str) -> bool:
    """Whether ``CdtDbtInd`` says credit."""
    word = element.value() if element is not None else ""
    if word not in {"CRDT", "DBIT"}:
        raise Fault(field, "neither CRDT nor DBIT")
    return word == "CRDT"


def flag(element: Element | None, field: str) -> bool:
    """An XML boolean; what is absent is false."""
    word = element.value() if element is not None else "false"
    if word not in _TRUE | _FALSE:
        raise Fault(field, "neither true nor false")
    return word in _TRUE


def code(element: Element | None, *path: str) -> str:
    """A code that is given as ``Cd`` or ``Prtry`` below ``path``, or (in older versions) bare."""
    here = element.find(*path) if element is not None else None
    if here is None:
        return ""
    return here.value("Cd") or here.value("Prtry") if here.children else here.value()


def number(text: str, field: str) -> int | None:
    """A counting number, None when there is none."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Fault(field, "this is not a number")
    return int(text)


def day(element: Element | None, field: str, zone: str) -> date | None:
    """The day in ``Dt`` or ``DtTm`` (in the bank's ``zone`` when an offset is given)."""
    if element is None:
        return None
    text = element.value("Dt")
    if not text:
        return day_of(element.value("DtTm"), field, zone)
    return _date(text, field)


@lru_cache(maxsize=256)
def _date(text: str, field: str) -> date:
    """A date of XML Schema; it may carry an offset, which says nothing about a day."""
    if not _DAY.fullmatch(text[:10]) or not _OFFSET.fullmatch(text[10:]):
        raise Fault(field, "this is not a date")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        pass
    raise Fault(field, "this is not a date")


def day_of(text: str, field: str, zone: str) -> date:
    """The bank's day on which an instant lies."""
    return instant_of(text, field, zone).astimezone(ZoneInfo(zone)).date()


def instant_of(text: str, field: str, zone: str) -> datetime:
    """An instant in UTC; without an offset it is the bank's local time."""
    if not _INSTANT.fullmatch(text):
        raise Fault(field, "this is not a date and time")
    moment = None
    try:
        parsed = datetime.fromisoformat(f"{text[:19]}{_offset(text)}")
        moment = parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Fault(field, "this is not a date and time")


def end_of(when: date, zone: str) -> datetime:
    """The instant (UTC) at which a day is over in the bank's zone."""
    midnight = datetime.combine(when + timedelta(days=1), time(0), ZoneInfo(zone))
    return midnight.astimezone(UTC)


def is_midnight(instant: datetime, zone: str) -> bool:
    """Whether a day begins there: banks write dates so where the form asks for an instant."""
    return instant.astimezone(ZoneInfo(zone)).time() == time(0)


def rounded_up(instant: datetime, zone: str) -> datetime:
    """The instant, or the end of its day when it lies within the last minute."""
    local = instant.astimezone(ZoneInfo(zone))
    return end_of(local.date(), zone) if local.time() >= _LAST_MINUTE else instant


def given(text: str) -> str:
    """An id, empty where the bank wrote that there is none."""
    if len(text) > _LONGEST_NOTHING:
        return text
    return "" if text.upper().replace(" ", "") in _NOTHING else text


def account_number(holder: Element | None) -> str:
    """The account below ``holder`` (``Acct``, ``DbtrAcct``): IBAN, ``BGNR:`` or ``BBAN:`` and it.

    Sweden's bankgiro numbers carry the proprietary scheme BGNR. Empty when no account is named.
    """
    if holder is None:
        return ""
    iban = compact(holder.value("Id", "IBAN"))
    if iban:
        return iban
    other = compact(holder.value("Id", "Othr", "Id")).replace("-", "")
    if not other or is_iban(other):
        return other
    scheme = code(holder, "Id", "Othr", "SchmeNm").upper()
    return f"{'BGNR' if scheme == 'BGNR' else 'BBAN'}:{other}"


def _offset(text: str) -> str:
    found = re.search(r"(Z|[+-][0-9]{2}:[0-9]{2})$", text[19:])
    return "" if found is None else found[0].replace("Z", "+00:00")
