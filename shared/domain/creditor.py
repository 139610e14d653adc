"""The creditor: who is owed, where money for it may go, and which day it is there."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from shared.domain.explain import Record
from shared.domain.formats import Language
from shared.domain.freshness import Gate
from shared.domain.giro import Giro
from shared.domain.model import Address, CreditorKind, Id

Email = Annotated[str, Field(pattern=r"^[^\s@<>,;\"]+@[^\s@<>,;\"]+$", max_length=254)]

Region = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]

Host = Annotated[str, Field(pattern=r"^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$", max_length=253)]


class BankAccount(Record):
    """An account that was verified to be the creditor's: money is directed nowhere else.

    ``iban`` is without blanks and its check digits (ISO 13616, modulo 97) are right.
    """

    iban: str = Field(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")
    bic: str | None = Field(default=None, pattern=r"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")

    @field_validator("iban")
    @classmethod
    def _check_digits(cls, iban: str) -> str:
        if int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 != 1:
            raise ValueError("the check digits of the IBAN are wrong")
        return iban


class Creditor(Record):
    """One creditor (tenant) as its letters, case files and calendar know it.

    ``business_id`` is its public number under ``business_id_scheme`` (``FI_YTUNNUS``). ``zone`` is
    an IANA name (``Europe/Helsinki``), ``language`` ISO 639-1, ``country`` ISO 3166-1 alpha-2.
    ``sender`` is the address that its emails come from, ``email`` and ``phone`` where a debtor or
    partner reaches it. Letters print the first of ``accounts`` that takes their currency; ``giros``
    are what was agreed with the bank about some of them. ``bilingual`` are the two languages of a
    letter to somebody whose own is not known. ``link_hosts`` are those that its own texts may link
    to. ``gate`` says how fresh its sources must be before anybody is touched. ``kind`` says whether
    it claims in its business: only then may it have the compensation for late payment.
    ``collective_reference``: a letter about several claims bears one reference for all of them.
    ``four_eyes``: money and reach change by two people's word once something may go out; ``off``
    is for a creditor that has one person only. ``financial_year_ends`` is the month and day
    (``06-30``) from which the duty to keep books counts. ``allowed_regions`` are the countries
    (ISO 3166-1 alpha-2) in which counterparts may process debtors' data; empty: wherever they do.
    """

    id: Id
    name: str = Field(min_length=1, max_length=200)
    business_id: str
    business_id_scheme: str
    address: Address
    country: str = Field(pattern=r"^[A-Z]{2}$")
    zone: str
    language: str = Field(pattern=r"^[a-z]{2}$")
    email: Email
    phone: str | None = None
    sender: Email
    accounts: tuple[BankAccount, ...] = ()
    giros: tuple[Giro, ...] = Field(default=(), max_length=20)
    bilingual: tuple[Language, Language] | None = None
    link_hosts: tuple[Host, ...] = Field(default=(), max_length=20)
    vat_registered: bool
    gate: Gate = Gate()
    kind: CreditorKind = "business"
    collective_reference: bool = Field(default=False, exclude_if=operator.not_)
    four_eyes: Literal["required", "off"] = Field(default="required", exclude_if="required".__eq__)
    financial_year_ends: str = Field(
        default="12-31", pattern=r"^(0[1-9]|1[0-2])-[0-3][0-9]$", exclude_if="12-31".__eq__
    )
    allowed_regions: tuple[Region, ...] = Field(
        default=(), max_length=100, exclude_if=operator.not_
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            _zone(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a time zone is written like Europe/Helsinki") from None
        return zone

    @model_validator(mode="after")
    def _giros_are_of_accounts(self) -> Creditor:
        of = [giro.iban for giro in self.giros]
        if len(set(of)) != len(of) or not set(of) <= {one.iban for one in self.accounts}:
            raise ValueError("a giro must be of one of the accounts, and each has one at most")
        return self

    @property
    def year_ends(self) -> tuple[int, int]:
        """Month and day on which a financial year ends; a day beyond the month is its last."""
        month, day = self.financial_year_ends.split("-")
        return int(month), int(day)

    def lets(self, regions: Iterable[str]) -> bool:
        """Whether a counterpart that processes data in ``regions`` may be used."""
        return not self.allowed_regions or set(regions) <= set(self.allowed_regions)

    def giro(self, account: BankAccount) -> Giro | None:
        """What was agreed with the bank about an account."""
        return next((one for one in self.giros if one.iban == account.iban), None)

    def account_for(self, currency: str) -> BankAccount | None:
        """The first account that takes ``currency`` (ISO 4217)."""
        for account in self.accounts:
            giro = self.giro(account)
            if giro is None or giro.currency in {None, currency}:
                return account
        return None

    def today(self, now: datetime) -> date:
        """The creditor's calendar day at an instant. Raises ``ValueError`` for a naive one."""
        if now.tzinfo is None:
            raise ValueError("an instant has a zone")
        return now.astimezone(_zone(self.zone)).date()


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
