"""The audit trail: who changed or read what, by ids and codes, in the change's own transaction."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from shared.cloud import clock, hub_keys, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write


def entry(tenant: Tenant, who: str, what: str, facts: Mapping[str, object]) -> Write:
    """One line of a tenant's trail, at wall time.

    ``who`` is a principal's id, ``what`` a code (``control_changed``), ``facts`` ids, codes, hashes
    and counts: no personal data and no secrets.
    """
    at = clock.stamp(clock.wall())
    return table.put_write(
        {**keys.audit(tenant, at, secrets.token_hex(4)), **_line(who, what, facts)}
    )


def hub_entry(who: str, what: str, facts: Mapping[str, object]) -> Write:
    """One line of the whole installation's trail."""
    at = clock.stamp(clock.wall())
    return table.put_write({**hub_keys.audit(at, secrets.token_hex(4)), **_line(who, what, facts)})


def _line(who: str, what: str, facts: Mapping[str, object]) -> Row:
    return {"who": who, "what": what, "facts": json.dumps(dict(facts), sort_keys=True)}
