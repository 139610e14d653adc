"""What an administrator enters for a customer of Ropo One, and the addresses of its sandboxes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SANDBOXES = {country: f"https://rc.ropo24.{country.lower()}" for country in ("FI", "SE", "NO")}


class Config(BaseModel):
    """One customer of Ropo's in one country and environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["sandbox", "production"] = Field(
        description="Ropo's release candidate system, or its real one."
    )
    country: Literal["FI", "SE", "NO"] = Field(description="The country of the Ropo system.")
    customer: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,40}$", description="The customer number (cid) at Ropo."
    )
    due_key: str = Field(
        default="paydate",
        pattern=r"^[a-z_]{1,40}$",
        description="The name of the due date in a task; Ropo's guide for collection omits it.",
    )
    events_user: str = Field(
        default="ropo",
        pattern=r"^[A-Za-z0-9_.-]{1,60}$",
        description="The user name with which Ropo calls us.",
    )
    origin: str = Field(
        default="",
        max_length=300,
        description="The address of Ropo One; empty for the sandbox, required in production.",
    )

    @model_validator(mode="after")
    def _known_address(self) -> Config:
        if self.environment == "production" and self.origin in {"", *SANDBOXES.values()}:
            raise ValueError("enter the address that Ropo gave for production")
        return self

    @property
    def address(self) -> str:
        """The origin that is called."""
        return self.origin or SANDBOXES[self.country]
