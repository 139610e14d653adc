"""What an administrator enters for a Procountor company."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.model import ClaimClass


class Config(BaseModel):
    """One company (Procountor: environment), and the API client that may act for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(
        default="https://api.procountor.com", max_length=300,
        description="The API's address; https://pts-api.procountor.com is the vendor's test one.",
    )  # fmt: skip
    environment: Literal["production", "sandbox"] = Field(
        default="production",
        description="Whether the company is a real one; a demonstration company is a sandbox.",
    )
    client_id: str = Field(
        min_length=1, max_length=200, description="The API client's id, as Procountor gave it."
    )
    redirect_uri: str = Field(
        default="", max_length=300,
        description="The API client's redirect URI, if Procountor wants it with the API key.",
    )  # fmt: skip
    company: int = Field(ge=1, description="The company's id in Procountor (GET /company).")
    currency: str = Field(
        default="EUR", pattern=r"^[A-Z]{3}$", description="The company's accounting currency."
    )
    country: str = Field(
        default="FI", pattern=r"^[A-Z]{2}$", description="Country of addresses that name none."
    )
    claim_class: ClaimClass = Field(
        default="other", description="What the creditor's invoices are for, in the law's classes."
    )
    public_group: str = Field(
        default="", max_length=80, description="The customer group of public bodies."
    )
    no_dunning_group: str = Field(
        default="", max_length=80,
        description="The customer group that must not be dunned; Procountor has no sign for it.",
    )  # fmt: skip
    fee_products: tuple[str, ...] = Field(
        default=(), max_length=20,
        description="Names or codes of the products for penal interest and collection costs: an "
        "invoice of nothing else is not dunned again.",
    )  # fmt: skip
    overlap_minutes: int = Field(
        default=90, ge=61, le=720,
        description="How far a pull looks back; over an hour, as the source's clock has none of "
        "summer time's hours twice.",
    )  # fmt: skip
