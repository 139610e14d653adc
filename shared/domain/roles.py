"""Roles: what a creditor's people may do, as named sets of scopes.

``viewer`` looks, ``clerk`` works the cases, ``manager`` decides about money and rules,
``administrator`` sets up, ``auditor`` sees everything and changes nothing. ``admin`` has no scope
of its own: it is a tool of the creditor, with exactly the scopes that its principal names.
"""

from __future__ import annotations

_READS = frozenset(
    {"settings:read", "connections:read", "policies:read", "dunning:read", "payments:read"}
)
_CLERK = _READS | {"dunning:write", "payments:write"}
_MANAGER = _CLERK | {
    "money:write", "policies:write", "approvals:read", "approvals:write", "privacy:read",
    "privacy:write",
}  # fmt: skip

# The scopes of each role of a creditor's side. A principal may have further ones by name.
CREDITOR_ROLES: dict[str, frozenset[str]] = {
    "viewer": _READS,
    "clerk": _CLERK,
    "manager": _MANAGER,
    "administrator": _MANAGER | {"settings:write", "connections:write", "audit:read"},
    "auditor": _READS | {"approvals:read", "audit:read", "privacy:read"},
    "admin": frozenset(),
}

# admin: one creditor's people and tools. partner: a collection partner of one creditor, bound to
# one connection. operator: runs the installation and sees no creditor's data.
SIDES = ("admin", "partner", "operator")

ROLES = (*CREDITOR_ROLES, "partner", "operator")


def side_of(role: str) -> str:
    """The side of the API that a role opens (one of ``SIDES``), empty for an unknown role."""
    if role in CREDITOR_ROLES:
        return "admin"
    return role if role in SIDES else ""


def scopes_of(role: str) -> frozenset[str]:
    """The scopes that a role brings by itself."""
    return CREDITOR_ROLES.get(role, frozenset())
