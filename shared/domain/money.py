"""Money: an exact amount in one currency's own minor unit, with no float and no silent rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

# Decimal places of the minor unit, ISO 4217 list one. A currency that is not here is refused:
# guessing its minor unit would move amounts by a factor of a hundred.
MINOR_UNITS = {
    "EUR": 2, "SEK": 2, "NOK": 2, "DKK": 2, "ISK": 0, "GBP": 2, "CHF": 2, "USD": 2,
    "PLN": 2, "CZK": 2, "HUF": 2, "RON": 2, "BGN": 2, "CAD": 2, "AUD": 2, "JPY": 0,
}  # fmt: skip

_QUANTUM = {currency: Decimal(1).scaleb(-places) for currency, places in MINOR_UNITS.items()}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, for example ``Money(Decimal("10.50"), "EUR")``.

    ``amount`` is in major units with exactly the currency's decimals. Raises ``TypeError`` for a
    float or int-like stranger and ``ValueError`` for an unknown currency, NaN, infinity or a
    fraction of the minor unit. There is no ``*`` and no ``/``: see :meth:`times` and :meth:`split`.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError("money needs a Decimal amount")
        quantum = _QUANTUM.get(self.currency)
        if quantum is None:
            raise ValueError("the hub does not know this currency")
        if not self.amount.is_finite():
            raise ValueError("money must be a finite number")
        try:
            exact = self.amount.quantize(quantum)
        except InvalidOperation:
            raise ValueError("the amount is too large") from None
        if exact != self.amount:
            raise ValueError("the amount has more decimals than its currency")
        # Adding zero turns -0.00 into 0.00, so that equal money has one text form.
        object.__setattr__(self, "amount", exact + 0)

    @classmethod
    def of(cls, text: str, currency: str) -> Money:
        """Read a plain decimal text such as ``"10.50"``; exponents and blanks are refused."""
        if not isinstance(text, str) or not _plain(text):
            raise ValueError("an amount is written like 1234.50")
        return cls(Decimal(text), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in a currency."""
        return cls(Decimal(0), currency)

    @classmethod
    def round(cls, exact: Decimal, currency: str, *, rounding: str = ROUND_HALF_UP) -> Money:
        """The exact sum (major units) rounded once to the minor unit by the named rule."""
        quantum = _QUANTUM.get(currency)
        if quantum is None:
            raise ValueError("the hub does not know this currency")
        return cls(exact.quantize(quantum, rounding=rounding), currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __gt__(self, other: Money) -> bool:
        return other < self

    def __ge__(self, other: Money) -> bool:
        return other <= self

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def times(self, factor: Decimal, *, rounding: str) -> Money:
        """The amount multiplied by ``factor`` and rounded to the minor unit by the named rule."""
        if not isinstance(factor, Decimal):
            raise TypeError("a factor is a Decimal")
        return Money.round(self.amount * factor, self.currency, rounding=rounding)

    def split(self, parts: int) -> list[Money]:
        """``parts`` amounts that differ by at most one minor unit and sum exactly to this one.

        The larger shares come first. Raises ``ValueError`` when ``parts`` is less than one.
        """
        if parts < 1:
            raise ValueError("money is split into at least one part")
        quantum = _QUANTUM[self.currency]
        units = int(self.amount / quantum)
        share, rest = divmod(abs(units), parts)
        sign = -1 if units < 0 else 1
        return [
            Money(sign * (share + (1 if i < rest else 0)) * quantum, self.currency)
            for i in range(parts)
        ]

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError("two currencies cannot be mixed")

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._read,
            serialization=core_schema.plain_serializer_function_ser_schema(cls._write),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, __: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": ["amount", "currency"],
            "properties": {
                "amount": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
                "currency": {"type": "string", "enum": sorted(MINOR_UNITS)},
            },
        }

    @classmethod
    def _read(cls, value: object) -> Money:
        match value:
            case Money():
                return value
            case {"amount": str(amount), "currency": str(currency), **rest} if not rest:
                return cls.of(amount, currency)
            case _:
                raise ValueError("an amount and its currency are expected")

    @staticmethod
    def _write(money: Money) -> dict[str, str]:
        return {"amount": str(money.amount), "currency": money.currency}


def _plain(text: str) -> bool:
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and text[-1] != "."


def total(parts: list[Money] | tuple[Money, ...], currency: str) -> Money:
    """The sum of ``parts``; nothing sums to zero of ``currency``."""
    result = Money.zero(currency)
    for part in parts:
        result += part
    return result
