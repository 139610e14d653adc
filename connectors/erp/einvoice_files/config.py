"""Settings of a folder of e-invoices: where it is, and whose invoices and accounts are taken."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from connectors.bucket import BucketName
from shared.domain.model import Capacity, ClaimClass

Number = Annotated[str, Field(min_length=4, max_length=60, pattern=r"^[A-Za-z0-9 :./-]+$")]


class Config(BaseModel):
    """Where the e-invoices are dropped, and which of them are the creditor's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bucket: BucketName = Field(
        description="The hub's inbox bucket; the e-invoices are dropped into it."
    )
    prefix: str = Field(
        pattern=r"^([A-Za-z0-9_-]+/)*$",
        description="Folder in the bucket; below it the connection has one of its own.",
    )
    sellers: tuple[Number, ...] = Field(
        min_length=1,
        max_length=20,
        description="The creditor's own numbers as its e-invoices bear them (business id, VAT "
        "number, e-invoice address); a file of another seller is refused.",
    )
    accounts: tuple[Number, ...] = Field(
        min_length=1,
        max_length=50,
        description="The creditor's own accounts as its e-invoices bear them (IBAN, bankgiro, "
        "account number); an invoice to be paid elsewhere is refused. They are compared, never "
        "printed.",
    )
    country: str = Field(
        pattern=r"^[A-Z]{2}$", description="Country (two letters) of buyers without one."
    )
    capacity: Capacity = Field(
        "unknown",
        description="Who owes, where the file names no company's number; unknown is protected "
        "most.",
    )
    public_buyers: tuple[Number, ...] = Field(
        (),
        max_length=5_000,
        description="Registered numbers of buyers that are public bodies; no e-invoice says it.",
    )
    claim_class: ClaimClass = Field("other", description="What the invoices are for, by law.")
