"""Giro: what a creditor agreed with its bank about an account: how a payer names what is paid."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from shared.domain.check_digits import luhn
from shared.domain.explain import Record
from shared.domain.references import OcrLevel

# A payer can be asked for an id on these Danish slips only; 73 and 01 carry a name instead.
SlipKind = Literal["71", "75"]


class Giro(Record):
    """The agreements of the verified account ``iban``.

    ``currency`` (ISO 4217) is the account's own, where it takes no other. Sweden: ``bankgiro`` is
    seven or eight digits, ``ocr`` how hard its bank checks references and ``ocr_lengths`` the
    lengths of the fixed level. Norway: ``kid`` are the moduli of the KID agreement (none: there is
    no agreement) and ``kid_lengths`` its lengths. Denmark: ``fik_kind`` is the kind of slip and
    ``fik_creditor`` the creditor number, eight digits that begin with 8.
    """

    iban: str
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    bankgiro: str | None = Field(default=None, pattern=r"^[0-9]{7,8}$")
    ocr: OcrLevel = "soft"
    ocr_lengths: tuple[int, ...] = Field(default=(), max_length=5)
    kid: tuple[Literal[10, 11], ...] = Field(default=(), max_length=2)
    kid_lengths: tuple[int, ...] = Field(default=(), max_length=5)
    fik_kind: SlipKind | None = None
    fik_creditor: str | None = Field(default=None, pattern=r"^8[0-9]{7}$")

    @field_validator("bankgiro")
    @classmethod
    def _check_digit(cls, number: str | None) -> str | None:
        if number is not None and luhn(number[:-1]) != number[-1]:
            raise ValueError("the check digit of the bankgiro number is wrong")
        return number

    @model_validator(mode="after")
    def _whole(self) -> Giro:
        if (self.fik_kind is None) != (self.fik_creditor is None):
            raise ValueError("a Danish payment slip needs both its kind and its creditor number")
        if self.ocr == "fixed_length" and not self.ocr_lengths:
            raise ValueError("an OCR of fixed length needs its lengths")
        return self

    def printed_bankgiro(self) -> str:
        """The bankgiro number as people read it: ``123-4567`` or ``1234-5678``; else empty."""
        number = self.bankgiro or ""
        return f"{number[:-4]}-{number[-4:]}" if number else ""
