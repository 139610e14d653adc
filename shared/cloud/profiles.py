"""Profiles: the creditor as it describes itself, and the policy by which a case is dunned."""

from __future__ import annotations

from shared.cloud import keys, table
from shared.cloud.keys import Tenant
from shared.cloud.store import Loaded
from shared.domain.creditor import Creditor
from shared.domain.policy import Policy
from shared.errors import NotFound, Unreadable


def creditor(tenant: Tenant) -> Creditor:
    """The creditor's profile. Raises ``NotFound`` before there is one."""
    row = table.get(keys.creditor(tenant))
    if row is None:
        raise NotFound("no profile yet")
    return Creditor.model_validate_json(row["body"])


def active_policy(tenant: Tenant) -> Policy | None:
    """The policy that new cases get, None before one is active."""
    row = table.get(keys.active_policy(tenant))
    stored = table.get(keys.policy(tenant, row["policy"], row["version"])) if row else None
    return None if stored is None else Policy.model_validate_json(stored["body"])


def policy_of(tenant: Tenant, loaded: Loaded) -> Policy:
    """The version of a policy that a case is under. Raises ``Unreadable`` when it is gone."""
    head = loaded.head
    row = loaded.row(keys.policy(tenant, head["policy"], head["policy_version"]))
    if row is None:
        raise Unreadable("the case's policy is gone")
    return Policy.model_validate_json(row["body"])
