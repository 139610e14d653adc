"""What an administrator enters for a company at Maventa, and the addresses of its environments."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ORIGINS = {"production": "https://ax.maventa.com", "sandbox": "https://ax-stage.maventa.com"}
_WORD = r"^[A-Za-z_]{1,40}$"


class Config(BaseModel):
    """One company and one collection service in one environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["sandbox", "production"] = Field(
        description="Maventa's stage environment, or its real one; each has companies of its own."
    )
    service: Literal["ropo", "amili"] = Field(
        description="Who collects: Ropo (Finland, Sweden, Norway) or Visma Amili (Finland)."
    )
    company: str = Field(
        pattern=r"^[0-9a-fA-F-]{36}$", description="The company's id (client id) at Maventa."
    )
    currency: Literal["EUR", "SEK", "NOK"] = Field(
        default="EUR", description="The one currency that the account collects in."
    )
    payment_event: str = Field(
        default="direct_payment", pattern=_WORD, description="Maventa's word for a direct payment."
    )
    credit_event: str = Field(
        default="credit_note", pattern=_WORD, description="Maventa's word for a credit note."
    )
    hold_event: str = Field(
        default="hold", pattern=_WORD, description="Maventa's word for a temporary hold."
    )
    cancel_event: str = Field(
        default="cancel", pattern=_WORD, description="Maventa's word for taking a claim back."
    )
    origin: str = Field(
        default="",
        max_length=300,
        description="The address of AutoXChange; empty for the environment's own.",
    )
    receivables_origin: str = Field(
        default="",
        max_length=300,
        description="The address of the Receivables API, where it is another one.",
    )

    @property
    def address(self) -> str:
        """The origin of invoices, services and tokens."""
        return self.origin or ORIGINS[self.environment]

    @property
    def receivables_address(self) -> str:
        """The origin of assignments and their events."""
        return self.receivables_origin or self.address
