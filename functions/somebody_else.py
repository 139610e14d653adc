"""Somebody else: a reminder of others after the first days began stops a connection's acts."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from shared.cloud import first_day_rows, keys, step, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain.explain import Reason
from shared.domain.model import PastNotice
from shared.errors import Conflict


def noticed(tenant: Tenant, row: Row, facts: Sequence[object]) -> None:
    """Whoever duns after the first days began is somebody else: all acts of the connection stop.

    Until a person says that it has ended; what went out before that day is no news then. ``row`` is
    the connection's, ``facts`` what came of it; nothing is read where no past notice is among them.
    """
    told = [one for one in facts if isinstance(one, PastNotice) and one.what != "hold"]
    if not told or step.OTHERS_SINCE in row:
        return
    rules = first_day_rows.rules_of(table.get(first_day_rows.rules_key(tenant)))
    if rules is None:
        return
    since = max(rules.since.isoformat(), row.get("others_ended", "")[:10])
    late = [one for one in told if one.on.isoformat() > since]
    if not late:
        return
    connection, first = keys.id_of(row["pk"]), min(one.on for one in late).isoformat()
    text = "somebody else reminded or took over after the first days began: acts wait"
    why = Reason(rule="hub.others", text=text, facts={"connection": connection, "since": first})
    claims = sorted({one.invoice for one in late})[:20]
    name = f"{connection}-{step.OTHERS_REMIND}-{first}"
    asked = tasks.task_write(tenant, name, "", step.OTHERS_REMIND, claims, (why,))
    mark = table.update_write(
        keys.connection(tenant, connection), set_={step.OTHERS_SINCE: first},
        condition="attribute_exists(pk)",
    )  # fmt: skip
    table.transact([mark])
    with contextlib.suppress(Conflict):
        table.transact([asked])
