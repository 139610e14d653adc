"""What an administrator enters for a company in Fortnox, and where Fortnox is reached."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.model import ClaimClass

# apps.fortnox.se/apidocs (servers) and fortnox.se/developer/authorization.
API = "https://api.fortnox.se"
ACCOUNTS = "https://apps.fortnox.se"


class Config(BaseModel):
    """One company's books in Fortnox."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_number: int = Field(
        ge=1,
        description="Fortnox's own number of the company (DatabaseNumber, TenantId); a consent "
        "for another company is refused.",
    )
    client_id: str = Field(
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="The client id of the integration in Fortnox's developer portal.",
    )
    service_account: bool = Field(
        default=True,
        description="Whether a system administrator consents for a service account, which needs "
        "no refresh token; else the hub acts for the person who consents.",
    )
    country: str = Field(
        default="SE", pattern=r"^[A-Z]{2}$", description="Country of customers that name none."
    )
    claim_class: ClaimClass = Field(
        default="other", description="What the creditor's invoices are for, in the law's classes."
    )
    sent_when_dated: bool = Field(
        default=False,
        description="Whether every invoice that Fortnox calls sent was sent on its invoice date; "
        "Fortnox does not say when. Where the law lets a fee hang on it, invoices of unknown "
        "sending bear none.",
    )
    hold_label: int = Field(
        default=0, ge=0,
        description="The number of the invoice label that means: do not dun; 0 for none.",
    )  # fmt: skip
    house_work: Literal["hold", "dun"] = Field(
        default="hold",
        description="Invoices with a tax reduction (ROT, RUT, green): leave them to a person, or "
        "dun their balance, once it was seen that it never holds the Tax Agency's share.",
    )
    overlap_minutes: int = Field(
        default=10, ge=1, le=180, description="How far a pull looks back for late changes."
    )
    api: str = Field(
        default=API, max_length=300, description="The address of Fortnox's API; leave it."
    )
    accounts: str = Field(
        default=ACCOUNTS,
        max_length=300,
        title="Address of the consent page",
        description="The address of the consent page; leave it.",
    )
