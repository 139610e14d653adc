"""What an administrator enters for a Tryton server."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.model import ClaimClass


class Config(BaseModel):
    """What an administrator enters for a Tryton server."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(max_length=300, description="The server's address, https://tryton.example.")
    database: str = Field(
        pattern=r"^[A-Za-z0-9_.-]{1,63}$", description="The name of the Tryton database."
    )
    company: int = Field(default=1, ge=1, description="The number of the company in Tryton.")
    country: str = Field(
        default="FI", pattern=r"^[A-Z]{2}$", description="Country of addresses that name none."
    )
    consumer_category: str = Field(
        default="Consumer", description="The party category of consumers."
    )
    business_category: str = Field(
        default="Business", description="The party category of businesses."
    )
    public_category: str = Field(
        default="Public sector", description="The party category of public bodies."
    )
    claim_class: ClaimClass = Field(
        default="other", description="What the creditor's invoices are for, in the law's classes."
    )
    reference: str = Field(
        default="customer_payment_reference",
        pattern=r"^(customer_payment_reference|reference)$",
        description="The field that holds the reference which the debtor pays with.",
    )
    sent_when_dated: bool = Field(
        default=False,
        description="Whether every invoice is sent on its invoice date; Tryton does not say when. "
        "Where the law lets a fee hang on it, invoices of unknown sending bear none.",
    )
    dunning: bool = Field(
        default=True, description="Whether the module account_dunning is active (its blocks count)."
    )
    overlap_minutes: int = Field(
        default=10, ge=1, le=180,
        description="How far a pull looks back; over 60 when the server's zone has summer time.",
    )  # fmt: skip
