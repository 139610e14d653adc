"""Documents in S3: letters as rendered, case files as handed over, each kept under its hash."""

from __future__ import annotations

import os

from shared.cloud.keys import Tenant
from shared.cloud.runtime import client
from shared.errors import NotFound


def put(tenant: Tenant, name: str, body: bytes, content_type: str) -> str:
    """Keep a document and return its id.

    ``name`` is made of ids and codes (``letters/<act>.json``), never of personal data. The same
    name is written again only with the same bytes, since acts render once.
    """
    key = f"{tenant.id}/{name}"
    client("s3").put_object(
        Bucket=os.environ["DOCUMENTS"], Key=key, Body=body, ContentType=content_type
    )
    return name


def get(tenant: Tenant, name: str) -> bytes:
    """A document of this tenant. Raises ``NotFound``."""
    s3 = client("s3")
    try:
        answer = s3.get_object(Bucket=os.environ["DOCUMENTS"], Key=f"{tenant.id}/{name}")
    except s3.exceptions.NoSuchKey:
        raise NotFound("no such document") from None
    body: bytes = answer["Body"].read()
    return body
