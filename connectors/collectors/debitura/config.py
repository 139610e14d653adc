"""What an administrator enters for a Debitura account, and the address of each environment."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

# docs.debitura.com, "Environments"; a test account has keys of its own.
ORIGINS = {
    "production": "https://customer-api.debitura.com",
    "sandbox": "https://testcustomer-api.debitura.com",
}


class Config(BaseModel):
    """One creditor account in one environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["sandbox", "production"] = Field(
        description="Sandbox makes test cases only; cases of the other environment are refused."
    )
    user_email: str = Field(
        max_length=320,
        description="The team member in whose name messages are written into a case's chat.",
    )
    amount: Literal["principal", "total"] = Field(
        default="principal",
        description="What is to be recovered: the open principal, or with interest and fees.",
    )
    person: Literal["Private", "Person"] = Field(
        default="Private",
        description="The word for a debtor who is no company; Debitura's pages name both.",
    )
    allow_pending_contracts: bool = Field(
        default=False,
        description="Take cases before the collection contracts are signed; they wait there.",
    )
    origin: str = Field(
        default="",
        max_length=300,
        description="The address of Debitura's API; empty for the environment's own.",
    )

    @property
    def address(self) -> str:
        """The origin that is called."""
        return self.origin or ORIGINS[self.environment]

    @property
    def is_test(self) -> bool:
        """Whether cases are test cases."""
        return self.environment == "sandbox"
