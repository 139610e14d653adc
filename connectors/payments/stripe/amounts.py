"""Stripe's numbers: minor units become money, and seconds become days in the account's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.money import MINOR_UNITS, Money
from shared.errors import Unreadable

# Decimal places of an amount in Stripe's API where they are not the currency's own: ISK has no
# minor unit any more, and its amounts are still given in hundredths (docs.stripe.com/currencies,
# "Special cases"). Of the currencies without decimals there, the hub knows JPY, as ISO 4217 does.
_PLACES = {**MINOR_UNITS, "ISK": 2}
# The largest amount that Stripe takes has 12 digits.
_MOST = 10**14


def money(units: Any, currency: Any) -> Money:
    """A positive amount of Stripe's units (a sign is dropped). Raises ``Unreadable``."""
    code = currency.upper() if isinstance(currency, str) else ""
    places = _PLACES.get(code)
    if places is None:
        raise Unreadable("an amount is in a currency that the hub does not know")
    if type(units) is not int or abs(units) > _MOST:
        raise Unreadable("an amount is not a whole number of minor units")
    try:
        return Money(abs(Decimal(units)).scaleb(-places), code)
    except ValueError:
        raise Unreadable("an amount has a fraction of the currency's minor unit") from None


def units(amount: Money) -> int:
    """The amount in Stripe's units, for a request."""
    return int(amount.amount.scaleb(_PLACES[amount.currency]))


def day(seconds: Any, zone: ZoneInfo) -> date:
    """The day of an instant (seconds since 1970) in a zone. Raises ``Unreadable``."""
    if type(seconds) is not int or not 0 < seconds < 10**11:
        raise Unreadable("an instant is not a number of seconds")
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).date()
