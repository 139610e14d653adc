"""Documents in S3: letters as rendered, case files as handed over, each kept under its hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from shared.cloud.keys import Tenant
from shared.cloud.runtime import client
from shared.errors import NotFound, Unreadable

# The tag (URL-encoded) of what the bucket's lifecycle rule takes away after a day.
PASSING = "kept=a-day"
# Pages of a letter as people see them: without the link by which the payer's own page opens.
_COPY = "-without-link.pdf"
# How long a link to a document may be used.
_LIVES = timedelta(minutes=15)


def put(tenant: Tenant, name: str, body: bytes, content_type: str, *, passing: bool = False) -> str:
    """Keep a document and return its id; a ``passing`` one for a day, by the bucket's own rule.

    ``name`` is made of ids and codes (``letters/<act>.json``), never of personal data. The same
    name is written again only with the same bytes, since acts render once.
    """
    key = f"{tenant.id}/{name}"
    tags = {"Tagging": PASSING} if passing else {}
    client("s3").put_object(
        Bucket=os.environ["DOCUMENTS"], Key=key, Body=body, ContentType=content_type, **tags
    )
    return name


def link(tenant: Tenant, name: str, digest: str, seconds: int) -> str:
    """An address under which whoever has it can read one version of a document for some seconds.

    ``digest`` is the SHA-256 (hex) that its bytes must have now. Raises ``NotFound`` and
    ``Unreadable``.
    """
    body, version = _read(tenant, name)
    if hashlib.sha256(body).hexdigest() != digest:
        raise Unreadable("the stored document is not the one that went out")
    wanted = {"Bucket": os.environ["DOCUMENTS"], "Key": f"{tenant.id}/{name}"}
    if version is not None:
        wanted["VersionId"] = version
    url: str = client("s3").generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
    return url


def links(tenant: Tenant, named: Iterable[tuple[str, str]], now: datetime) -> list[dict[str, str]]:
    """A link of 15 minutes to each document (name, SHA-256); ``now`` is wall time (UTC)."""
    until = (now + _LIVES).isoformat(timespec="seconds")
    return [
        {
            "name": name,
            "sha256": digest,
            "url": link(tenant, name, digest, int(_LIVES.total_seconds())),
            "until": until,
        }
        for name, digest in named
    ]


def get(tenant: Tenant, name: str) -> bytes:
    """A document of this tenant. Raises ``NotFound``."""
    return _read(tenant, name)[0]


def pages(act: str, *, linked: bool) -> str:
    """The name of the pages of an act's letter; ``linked``: they are a copy without the link."""
    return f"letters/{act}{_COPY}" if linked else f"letters/{act}.pdf"


def printed(name: str) -> str:
    """The name of the pages that went to the printer, by that of the pages that people see."""
    act = name.removeprefix("letters/").removesuffix(_COPY)
    return f"printed/{act}.pdf" if name.endswith(_COPY) else name


def erase(tenant: Tenant, name: str) -> int:
    """Delete every stored version of a document; how many there were (0: it is gone already).

    With the copy of a letter's pages go those that went to the printer.
    """
    gone = {f"{tenant.id}/{one}" for one in (name, printed(name))}
    return sum(_erased(tenant, one, gone.__contains__) for one in {name, printed(name)})


def erase_all(tenant: Tenant, beginning: str) -> int:
    """Delete every version of all documents whose names begin so; how many there were."""
    return _erased(tenant, beginning, lambda _: True)


def _erased(tenant: Tenant, beginning: str, wanted: Callable[[str], bool]) -> int:
    s3, bucket = client("s3"), os.environ["DOCUMENTS"]
    # Acts render once: of one name there are few versions, and far less than a page of them.
    page = s3.list_object_versions(Bucket=bucket, Prefix=f"{tenant.id}/{beginning}")
    stored = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    mine = [one for one in stored if wanted(one["Key"])]
    for one in mine:
        s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
    return len(mine)


def _read(tenant: Tenant, name: str) -> tuple[bytes, str | None]:
    """The latest bytes of a document and their version, where versions are kept."""
    s3 = client("s3")
    try:
        answer = s3.get_object(Bucket=os.environ["DOCUMENTS"], Key=f"{tenant.id}/{name}")
    except s3.exceptions.NoSuchKey:
        raise NotFound("no such document") from None
    body: bytes = answer["Body"].read()
    return body, answer.get("VersionId")
