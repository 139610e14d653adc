"""InkassoMægleren (Denmark) over its SOAP service: new cases and direct payments.

The vendor's description is not ours to publish: the customer puts it, with the schemas that it
imports, into a folder of the hub's inbox bucket. Names of operations and fields follow the vendor's
published service; nothing was tried against it. What the partner reports is entered by a person:
the service tells of payments by case and not by claim, and its status words are the partner's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from connectors.bucket import BucketName
from connectors.contract import Connection, Spec

if TYPE_CHECKING:
    from connectors.collectors.inkassomaegleren.partner import Inkassomaegleren


class Config(BaseModel):
    """What an administrator enters for this partner."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    address: str = Field(max_length=2000, description="The https address of the SOAP service.")
    bucket: BucketName = Field(description="The hub's inbox bucket.")
    folder: str = Field(
        pattern=r"^([A-Za-z0-9_-]+/)+$",
        max_length=200,
        description="Folder in the bucket, which begins with the creditor's id, with service.wsdl "
        "and the schemas that it imports.",
    )
    case_type: int = Field(ge=0, description="The partner's number of the kind of case.")


SPEC = Spec(
    name="collectors.inkassomaegleren",
    title="InkassoMægleren (SOAP)",
    countries=("DK",),
    config=Config,
    secrets=("token",),
    capabilities=frozenset({"submit", "tell"}),
    docs="docs/connectors/collectors.inkassomaegleren.md",
    verified="spec only",
    data=("name", "address", "contact", "invoice", "payment"),
    processing="Denmark",
    regions=("DK",),
    services=("s3",),
    confirm=True,
)


def connect(connection: Connection) -> Inkassomaegleren:
    """The partner of a connection; nothing is dialled yet. zeep is imported here and not before."""
    from connectors.collectors.inkassomaegleren.partner import Inkassomaegleren

    return Inkassomaegleren(Config.model_validate(connection.config.model_dump()), connection)
