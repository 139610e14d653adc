"""Letters on paper: a page and a job for a print partner, and its word of what became of them.

Below the connection's folder of an S3 bucket the hub writes ``letters/<act>.pdf`` and then
``jobs/<act>.json``, which names the page, its SHA-256 and how it is to be printed and posted: a
job that is there is complete. The partner writes files of receipts into ``receipts/``. An act has
one name, so that a repeated one finds its objects there and nothing is printed twice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from connectors.bucket import BucketName, OwnFolder
from connectors.contract import Connection, Fate, FateKind, Finding, Message, Receipt, Spec
from connectors.json_door import read_json, write_json
from connectors.sdk_errors import by_status, receipt_of
from shared.domain.envelope import DIN_LEFT, Window
from shared.domain.money import Money
from shared.errors import Unreadable

_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")
_MAX_RECEIPTS = 5_000_000
_THERE = "PreconditionFailed"
_BUSY = frozenset({"SlowDown", "RequestTimeout", "Throttling", "ThrottlingException"})
_NO_BUCKET = frozenset(
    {"AccessDenied", "NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
)


class AddressWindow(BaseModel):
    """Where the partner's envelope shows the address, from the page's top left corner."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    left_mm: float = Field(ge=5, le=150, description="Left edge, in millimetres.")
    top_mm: float = Field(ge=20, le=80, description="Upper edge, in millimetres.")
    width_mm: float = Field(ge=60, le=110, description="Width, in millimetres.")
    height_mm: float = Field(ge=25, le=60, description="Height, in millimetres.")


class LetterConfig(BaseModel):
    """The creditor's settings for letters on paper."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    bucket: BucketName = Field(
        description="The hub's inbox bucket; the print partner collects from it."
    )
    prefix: OwnFolder
    service: str = Field(
        pattern=r"^[a-z0-9_]{1,40}$",
        title="Posting class",
        description="Posting class by the partner's own name (economy, first_class).",
    )
    delivery_days: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="Banking days after which a letter of this posting class has surely arrived; "
        "the time to pay counts from there. Seven calendar days where it is not said.",
    )
    price: Money | None = Field(
        default=None,
        description="What a letter is expected to cost with its postage; the report counts it.",
    )
    duplex: bool = Field(default=True, description="Whether both sides of a sheet are printed.")
    window: AddressWindow | None = Field(
        default=None,
        description="The envelope's window, where it is not that of DIN 5008 form B on the left.",
    )


SPEC = Spec(
    name="channels.letter",
    title="Letter (print partner's folder)",
    countries=("*",),
    config=LetterConfig,
    secrets=(),
    capabilities=frozenset({"send", "delivery_events", "files"}),
    docs="docs/connectors/channels.letter.md",
    verified="spec only",
    data=("name", "postal address", "invoices and amounts"),
    processing="the creditor's AWS account, and the print partner's country",
    idempotency="idempotent",
    key_lifetime_days=30,
    services=("s3",),
    address="postal",
    delivery_days=7,
)


def connect(connection: Connection) -> LetterFolder:
    """The folder of one connection, reached through ``connection.clients["s3"]``."""
    config = LetterConfig.model_validate(connection.config.model_dump())
    return LetterFolder(config, connection.id, connection.clients["s3"])


class LetterFolder:
    """The letters of one connection, below ``<prefix><connection id>/``."""

    def __init__(self, config: LetterConfig, connection: str, client: Any) -> None:
        self._config, self._s3 = config, client
        self._root = f"{config.prefix}{connection}/"

    @property
    def window(self) -> Window:
        """Where the envelope shows the address: what the page must be laid out for."""
        own = self._config.window
        if own is None:
            return DIN_LEFT
        return Window(own.left_mm, own.top_mm, own.width_mm, own.height_mm)

    def test(self) -> Sequence[Finding]:
        """Prove that the hub may write into the partner's folder."""
        url = f"s3://{self._config.bucket}/{self._root}"
        try:
            self._put("jobs/.writable", b"", "text/plain", first=False)
        except Exception as error:
            receipt = receipt_of(error, _answered)
            if receipt is None:
                raise
            text = f"the folder cannot be written: {url}"
            return [Finding(check="bucket", ok=False, text=text)]
        return [Finding(check="bucket", ok=True, text=f"the partner collects from {url}")]

    def send(self, message: Message, *, key: str) -> Receipt:
        """Leave ``message.pdf`` and its job under ``key``; accepted once both are there.

        The same key finds what it left before: the first page stands. Codes as for e-mail:
        ``account_`` needs a person, ``address_`` and ``message_`` concern this letter.
        """
        if code := _fault(message, key):
            return Receipt(outcome="rejected", code=code)
        page = message.pdf or b""
        try:
            if not self._put(f"letters/{key}.pdf", page, "application/pdf"):
                page = self._get(f"letters/{key}.pdf")
            self._put(f"jobs/{key}.json", self._job(page, key), "application/json")
        except Exception as error:
            receipt = receipt_of(error, _answered)
            if receipt is None:
                raise
            return receipt
        cost = self._config.price
        return Receipt(outcome="accepted", reference=f"jobs/{key}.json", cost=cost)

    def receipts(self, name: str, tenant: str) -> Iterator[Fate]:
        """What the file ``receipts/<name>`` says of the letters of ``tenant``, in its order.

        A line is ``{"act", "status", "at"}``: ``printed`` and ``posted`` tell that the letter is on
        its way, ``returned`` that the post brought it back. Raises ``Unreadable`` for a file of
        another shape: it counts whole or not at all.
        """
        body = self._get(f"receipts/{name}")
        lines = [line for line in body.splitlines() if line.strip()]
        return iter([_fate(line, tenant) for line in lines])

    def _job(self, page: bytes, key: str) -> bytes:
        return write_json(
            {
                "act": key,
                "letter": f"{self._root}letters/{key}.pdf",
                "sha256": hashlib.sha256(page).hexdigest(),
                "bytes": len(page),
                "service": self._config.service,
                "duplex": self._config.duplex,
            }
        )

    def _put(self, name: str, body: bytes, kind: str, *, first: bool = True) -> bool:
        """Write an object; ``first``: only where there is none. Says whether it was written.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        """
        only = {"IfNoneMatch": "*"} if first else {}
        try:
            self._s3.put_object(
                Bucket=self._config.bucket, Key=self._root + name, Body=body, ContentType=kind,
                **only,
            )  # fmt: skip
        except Exception as error:
            answer = getattr(error, "response", None) or {}
            if answer.get("Error", {}).get("Code") != _THERE:
                raise
            return False
        return True

    def _get(self, name: str) -> bytes:
        found = self._s3.get_object(Bucket=self._config.bucket, Key=self._root + name)
        body: bytes = found["Body"].read(_MAX_RECEIPTS + 1)
        # The SDK notices a body that was cut off only when it is read to its end.
        body += found["Body"].read(1)
        if len(body) > _MAX_RECEIPTS:
            raise Unreadable("the file is too large")
        return body


_KINDS: Mapping[str, tuple[FateKind, bool]] = {
    "printed": ("sent", False), "posted": ("sent", False), "returned": ("bounced", True),
}  # fmt: skip


def _fate(line: bytes, tenant: str) -> Fate:
    try:
        row = read_json(line)
        kind, lost = _KINDS[row["status"]]
        at = datetime.fromisoformat(row["at"])
        if not _NAME.fullmatch(row["act"]) or at.tzinfo is None:
            raise Unreadable("a receipt of a letter has an unknown shape")
    except (KeyError, TypeError, ValueError):
        raise Unreadable("a receipt of a letter has an unknown shape") from None
    return Fate(
        act=row["act"], tenant=tenant, kind=kind, at=at.astimezone(UTC), permanent=lost, lost=lost,
        reference=f"jobs/{row['act']}.json",
    )  # fmt: skip


def _fault(message: Message, key: str) -> str | None:
    if not _NAME.fullmatch(key):
        return "message_tags_invalid"
    if not message.address:
        return "address_missing"
    return None if (message.pdf or b"").startswith(b"%PDF-") else "message_pdf_missing"


def _answered(response: Mapping[str, Any]) -> Receipt:
    """What S3 answered; writing again under the same key does no harm, so it is asked to."""
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _BUSY or status == 503:
        return Receipt(outcome="retry")
    if code in _NO_BUCKET or status in {301, 403}:
        return Receipt(outcome="rejected", code="account_access_denied")
    return by_status(response)
