"""Long-lived secrets of connections, in Secrets Manager, one secret a connection."""

from __future__ import annotations

import hmac
import json
import os
import time
from typing import TYPE_CHECKING

from shared.cloud.runtime import client
from shared.errors import Conflict, Reconnect

if TYPE_CHECKING:
    from shared.cloud.keys import Tenant

# Wall seconds for which a warm function keeps a secret; a rotated one is in use after that.
_KEEP = 300.0
# The staging label of secrets that are stored and not in force yet.
_NEXT = "dunlin-next"
_kept: dict[str, tuple[float, str, dict[str, str]]] = {}


def name(tenant: Tenant, connection: str) -> str:
    """The secret's name: prefix of the stack, tenant, connection."""
    return f"{os.environ['SECRET_PREFIX']}/{tenant.id}/{connection}"


def read(tenant: Tenant, connection: str, named: str = "") -> dict[str, str]:
    """The secrets of a connection by name. Raises ``Reconnect`` when there are none.

    ``named`` is what the connection's row calls them (``secrets_at``): others are never kept ones.
    """
    secret_id = name(tenant, connection)
    kept = _kept.get(secret_id)
    if kept is not None and kept[0] > time.monotonic() and kept[1] == named:
        return kept[2]
    secrets = client("secretsmanager")
    try:
        answer = secrets.get_secret_value(SecretId=secret_id, VersionStage="AWSCURRENT")
    except secrets.exceptions.ResourceNotFoundException:
        raise Reconnect("the connection has no stored secrets", lacks="settings") from None
    values: dict[str, str] = json.loads(answer["SecretString"])
    _kept[secret_id] = (time.monotonic() + _KEEP, named, values)
    return values


def holds(tenant: Tenant, connection: str, values: dict[str, str]) -> bool:
    """Whether these are the secrets that are stored."""
    try:
        stored, _ = current(tenant, connection)
    except Reconnect:
        return False
    one, other = (json.dumps(each, sort_keys=True).encode() for each in (stored, values))
    return hmac.compare_digest(one, other)


def current(tenant: Tenant, connection: str) -> tuple[dict[str, str], str]:
    """The secrets as they are now, past what is kept, and their version for ``replace``.

    Raises ``Reconnect`` when there are none.
    """
    secret_id = name(tenant, connection)
    _kept.pop(secret_id, None)
    secrets = client("secretsmanager")
    try:
        answer = secrets.get_secret_value(SecretId=secret_id, VersionStage="AWSCURRENT")
    except secrets.exceptions.ResourceNotFoundException:
        raise Reconnect("the connection has no stored secrets", lacks="settings") from None
    return json.loads(answer["SecretString"]), answer["VersionId"]


def replace(tenant: Tenant, connection: str, values: dict[str, str], version: str) -> None:
    """Store secrets in place of ``version``.

    Raises ``Conflict`` when somebody stored others meanwhile: ``AWSCURRENT`` moves from the named
    version only (API reference of UpdateSecretVersionStage, ``RemoveFromVersionId``).
    """
    secret_id = name(tenant, connection)
    secrets = client("secretsmanager")
    text = json.dumps(values, sort_keys=True)
    made = secrets.put_secret_value(SecretId=secret_id, SecretString=text, VersionStages=[_NEXT])
    try:
        secrets.update_secret_version_stage(
            SecretId=secret_id, VersionStage="AWSCURRENT", MoveToVersionId=made["VersionId"],
            RemoveFromVersionId=version,
        )  # fmt: skip
    except secrets.exceptions.InvalidParameterException:
        raise Conflict("the secrets were changed meanwhile") from None
    _kept.pop(secret_id, None)


def write(tenant: Tenant, connection: str, values: dict[str, str]) -> None:
    """Store the secrets of a connection, replacing what was there."""
    secret_id = name(tenant, connection)
    secrets = client("secretsmanager")
    text = json.dumps(values, sort_keys=True)
    try:
        secrets.put_secret_value(SecretId=secret_id, SecretString=text)
    except secrets.exceptions.ResourceNotFoundException:
        secrets.create_secret(Name=secret_id, SecretString=text)
    _kept.pop(secret_id, None)
