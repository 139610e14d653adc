"""What an administrator enters for a creditor at Amili AB."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SANDBOX = "https://api-sandbox.amili.se"
_ID = r"^[0-9a-f]{24}$"


class Config(BaseModel):
    """One creditor of one account in one environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["sandbox", "production"] = Field(
        description="Amili's sandbox or its real system; each has keys and ids of its own."
    )
    account: str = Field(pattern=_ID, description="The account's id at Amili.")
    creditor: str = Field(pattern=_ID, description="The creditor's id at Amili.")
    first_action: str = Field(
        default="debt_collection",
        pattern=r"^[a-z_]{1,40}$",
        description="What Amili begins with; its pages name debt_collection.",
    )
    origin: str = Field(
        default="",
        max_length=300,
        description="The address of Amili's API; empty for the sandbox, required in production.",
    )

    @model_validator(mode="after")
    def _known_address(self) -> Config:
        if self.environment == "production" and self.origin in {"", SANDBOX}:
            raise ValueError("enter the address that Amili gave for production")
        return self

    @property
    def address(self) -> str:
        """The origin that is called."""
        return self.origin or SANDBOX
