"""What an administrator enters for a Stripe account."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

ORIGIN = "https://api.stripe.com"


class Config(BaseModel):
    """One account in one mode."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["sandbox", "production"] = Field(
        description="Test mode or live mode; keys and events of the other are refused."
    )
    account: str = Field(
        pattern=r"^acct_[A-Za-z0-9]{1,60}$", description="The account's id, acct_…."
    )
    zone: str = Field(
        default="Europe/Helsinki",
        max_length=60,
        description="The time zone of the account (IANA name), in which its days are counted.",
    )
    reference_keys: tuple[str, ...] = Field(
        default=("reference",),
        min_length=1,
        max_length=5,
        description="The metadata of a payment that hold the payment reference, the best first.",
    )
    origin: str = Field(
        default=ORIGIN,
        max_length=300,
        description="The address of Stripe's API; only tests differ.",
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (OSError, ValueError, KeyError):
            raise ValueError("unknown time zone") from None
        return zone
