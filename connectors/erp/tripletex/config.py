"""What an administrator enters for Tripletex, and what of it every question to it needs."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.model import ClaimClass

# Source: the vendor's OpenAPI (``servers``) and its README (test environment).
_ORIGINS = {"production": "https://tripletex.no", "sandbox": "https://api-test.tripletex.tech"}


class Config(BaseModel):
    """One company's books in Tripletex."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["production", "sandbox"] = Field(
        description="Tripletex itself, or its test environment; keys of the one are refused by "
        "the other."
    )
    organization_number: str = Field(
        pattern=r"^\d{9}$",
        description="The company's organisation number; a login for any other company is refused.",
    )
    client_company: int = Field(
        default=0, ge=0,
        description="The number of the client company when an accountant's login is used, else 0.",
    )  # fmt: skip
    receivables_from: int = Field(
        default=1500, ge=1000, le=99_999_999, description="The first receivable account."
    )
    receivables_to: int = Field(
        default=1500, ge=1000, le=99_999_999, description="The last receivable account."
    )
    country: str = Field(
        default="NO", pattern=r"^[A-Z]{2}$", description="Country of addresses that name none."
    )
    public_category: str = Field(
        default="", max_length=100,
        description="The customer category of public bodies; Tripletex has no other sign of them.",
    )  # fmt: skip
    claim_class: ClaimClass = Field(
        default="other", description="What the creditor's invoices are for, in the law's classes."
    )
    sent_when_dated: bool = Field(
        default=False,
        description="Whether every invoice is sent on its invoice date; Tripletex does not say "
        "when. Where the law lets a fee hang on it, invoices of unknown sending bear none.",
    )
    first_days: int = Field(
        default=365, ge=1, le=3650,
        description="How many days of invoices the first pull reads, beside all that are open.",
    )  # fmt: skip
    look_back_days: int = Field(
        default=14, ge=1, le=90,
        description="How far back a pull looks for invoices and payments that were dated earlier.",
    )  # fmt: skip
    origin: str = Field(
        default="", max_length=300,
        description="The address of the API; empty for the one of the environment.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _in_order(self) -> Config:
        if self.receivables_to < self.receivables_from:
            raise ValueError("the last receivable account is before the first")
        if self.origin and urlsplit(self.origin).hostname in _hosts_of_the_others(self.environment):
            raise ValueError("the address is one of the other environment")
        return self

    @property
    def address(self) -> str:
        """The origin that is called."""
        return self.origin or _ORIGINS[self.environment]


def _hosts_of_the_others(environment: str) -> set[str | None]:
    return {urlsplit(url).hostname for name, url in _ORIGINS.items() if name != environment}
