"""What an administrator says of the accounts whose files arrive."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.bucket import BucketName
from shared.domain.iban import is_iban
from shared.domain.references import compact

Kind = Literal["camt.053", "camt.054"]
Country = Literal["FI", "SE", "NO", "DK", "DE", "NL", "EE"]
# The zone in which a bank's days begin and end.
ZONES: dict[Country, str] = {
    "FI": "Europe/Helsinki", "SE": "Europe/Stockholm", "NO": "Europe/Oslo",
    "DK": "Europe/Copenhagen", "DE": "Europe/Berlin", "NL": "Europe/Amsterdam",
    "EE": "Europe/Tallinn",
}  # fmt: skip
_NATIONAL = re.compile(r"(BGNR|BBAN):[0-9A-Z]{2,34}")


class _Setting(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Payout(_Setting):
    """How a provider's payout looks on the account; everything that is given must fit."""

    provider: str = Field(
        pattern=r"^[a-z][a-z0-9_]{1,39}$", description="The provider's name, for people."
    )
    payer: str = Field(
        default="", max_length=140, description="How the payer's name begins (case is ignored)."
    )
    payer_account: str = Field(
        default="", max_length=40, description="The account that the payout comes from."
    )
    text: str = Field(
        default="",
        max_length=140,
        description="How the message or the reference begins (case is ignored).",
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.payer or self.payer_account or self.text):
            raise ValueError("a payout is recognised by its payer, account or text: give one")
        return self


class Account(_Setting):
    """One of the creditor's accounts, and which of its messages is believed for what."""

    account: str = Field(
        description="The account: an IBAN, BGNR:<bankgiro>, or BBAN:<national number>."
    )
    aliases: tuple[str, ...] = Field(
        default=(), description="Other numbers by which the bank's files name the same account."
    )
    country: Country = Field(description="Whose bank days count, and in whose zone a day ends.")
    details: Kind = Field(
        default="camt.054",
        description="Which message brings the payments; the other only confirms them.",
    )
    compare_sums: bool = Field(
        default=True,
        description="Whether camt.053 must show the same credits a day as camt.054 brought; "
        "turn off where camt.054 lists only some of them.",
    )
    numbered: bool = Field(
        default=True,
        description="Whether the bank numbers the account's messages without gaps; turn off where "
        "numbers are skipped though nothing is missing.",
    )
    payouts: tuple[Payout, ...] = Field(
        default=(), description="How payouts of payment providers are recognised."
    )

    @field_validator("account", "aliases")
    @classmethod
    def _known_form(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(value, tuple):
            return tuple(_account(each) for each in value)
        return _account(value)


class Config(_Setting):
    """Where the bank's files are dropped, and for which accounts."""

    bucket: BucketName = Field(
        description="The hub's inbox bucket; the bank's files are dropped into it."
    )
    prefix: str = Field(
        pattern=r"^([A-Za-z0-9_-]+/)*$",
        description="Folder in the bucket; below it the connection has one of its own.",
    )
    accounts: tuple[Account, ...] = Field(
        min_length=1,
        max_length=50,
        description="The accounts; a file that names another one is put aside whole.",
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [name for each in self.accounts for name in (each.account, *each.aliases)]
        if len(set(names)) != len(names):
            raise ValueError("an account is named twice")
        return self

    def named(self) -> dict[str, Account]:
        """Every account by each of the numbers that may name it."""
        return {name: one for one in self.accounts for name in (one.account, *one.aliases)}


def _account(text: str) -> str:
    number = compact(text)
    if not is_iban(number) and not _NATIONAL.fullmatch(number):
        raise ValueError("an account is an IBAN, BGNR:<bankgiro> or BBAN:<national number>")
    return number
