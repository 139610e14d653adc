"""Confirming: a partner hears that its remittance has arrived on the creditor's account."""

from __future__ import annotations

from connectors import spec
from functions.wiring import connection_row
from shared.cloud import clock, outbox, remittance_rows, table, tell_rows
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.remittance import Remittance
from shared.domain.sighting import Sighting
from shared.domain.telling import Word
from shared.errors import Conflict, NotFound

# Who reports by our own interface hears of its remittances by it; others have no word for that.
_OURS = "partner_events"


def confirm(tenant: Tenant, row: Row, sighting: Sighting) -> None:
    """Tell the partner of a remittance's row, case by case; the same again tells nothing more."""
    partner, remittance = str(row["conn"]), remittance_rows.of(row)
    if _OURS not in spec(connection_row(tenant, partner)["connector"]).capabilities:
        return
    for case in sorted({one.case_id for one in remittance.lines if one.case_id is not None}):
        _confirm(tenant, case, _word(partner, remittance, case, sighting))


def _confirm(tenant: Tenant, name: str, word: Word) -> None:
    try:
        case = Store(tenant).load(name).case
    except NotFound:
        return
    act = tell_rows.act_of(case, word)
    if outbox.read(tenant, act) is not None:
        return
    try:
        table.transact(tell_rows.beside(tenant, case, word, clock.now()))
    except Conflict:
        # Another run of the same match was faster.
        if outbox.read(tenant, act) is None:
            raise
    logger.info("remittance_confirmed", extra={"case": name})


def _word(partner: str, remittance: Remittance, case: str, sighting: Sighting) -> Word:
    claims = [one.claim for one in remittance.lines if one.case_id == case and one.claim]
    data = {
        "remittance": remittance.id,
        "claims": list(dict.fromkeys(claims)),
        "date": sighting.booked.isoformat(),
    }
    return Word(partner, "settlement.confirmed", f"arrived|{remittance.id}", data)
