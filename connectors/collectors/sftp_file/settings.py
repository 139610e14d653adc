"""What an administrator enters for a partner that is reached over SFTP."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.bucket import BucketName, OwnFolder
from connectors.contract import Spec


class Config(BaseModel):
    """The Transfer connector, the staging folder and the partner's folders."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    partner: str = Field(
        pattern=r"^[A-Za-z0-9-]{1,40}$", description="The partner's short name, as files bear it."
    )
    connector: str = Field(
        pattern=r"^c-[0-9a-f]{17}$",
        description="Id of the SFTP connector in AWS Transfer Family; it holds address, login and "
        "the trusted host keys.",
    )
    bucket: BucketName = Field(
        description="The hub's inbox bucket; files are staged in it, and the connector's role may "
        "use the folder."
    )
    prefix: OwnFolder
    outgoing: str = Field(
        default="/out", pattern=r"^/[A-Za-z0-9_./-]{0,200}$",
        description="The partner's folder that our files go to.",
    )  # fmt: skip
    incoming: str = Field(
        default="/in", pattern=r"^/[A-Za-z0-9_./-]{0,200}$",
        description="The partner's folder that its files lie in.",
    )  # fmt: skip
    cases: Literal["csv", "xml"] = Field(
        default="csv",
        description="What new and amended cases are written as; all other files are CSV.",
    )

    @property
    def creditor(self) -> str:
        """Whose connection this is: the creditor's id, with which its own folder begins."""
        return self.prefix.partition("/")[0]


SPEC = Spec(
    name="collectors.sftp_file",
    title="Collection partner over SFTP (CSV or XML batches)",
    countries=("*",),
    config=Config,
    secrets=(),
    capabilities=frozenset({"submit", "tell", "poll", "remittances"}),
    docs="docs/connectors/collectors.sftp_file.md",
    verified="spec only",
    confirm=True,
    data=("name", "address", "contact", "invoice", "notice", "payment"),
    processing="the creditor's AWS account, and the partner's country",
    idempotency="idempotent",
    key_lifetime_days=3650,  # the notes of which key has which number are never removed
    ordered=True,
    services=("s3", "transfer"),
)
