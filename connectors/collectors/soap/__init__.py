"""A collection partner that offers the hub's own SOAP service: cases in, events out.

The service is described by partner.v1.wsdl beside this file and docs/partner/casefile.v1.xsd. The
partner logs us in by a WS-Security UsernameToken. It honours our key, so that a call whose fate is
unknown may be repeated under it, and it is asked for its events since a cursor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from connectors.contract import Connection, Spec

if TYPE_CHECKING:
    from connectors.collectors.soap.partner import SoapPartner


class Config(BaseModel):
    """What an administrator enters for this partner."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    partner: str = Field(min_length=1, max_length=120, description="The partner's name.")
    address: str = Field(
        max_length=2000, description="The https address of the partner's SOAP service."
    )
    user: str = Field(min_length=1, max_length=120, description="The user name of our login.")


SPEC = Spec(
    name="collectors.soap",
    title="Collection partner over SOAP",
    countries=("*",),
    config=Config,
    secrets=("password",),
    capabilities=frozenset({"submit", "tell", "find", "poll", "remittances"}),
    docs="docs/connectors/collectors.soap.md",
    verified="spec only",
    confirm=True,
    data=("name", "address", "contact", "invoice", "notice", "payment"),
    processing="the creditor's choice",
    idempotency="idempotent",
    key_lifetime_days=30,
    query_by_key=True,
)


def connect(connection: Connection) -> SoapPartner:
    """The partner of a connection; nothing is dialled yet. zeep is imported here and not before."""
    from connectors.collectors.soap.partner import SoapPartner

    return SoapPartner(Config.model_validate(connection.config.model_dump()), connection)
