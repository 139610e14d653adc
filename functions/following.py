"""Following: a case that money taken back reopened goes where its debtor went in a merge."""

from __future__ import annotations

from functions.api import case_moves
from shared.cloud import debtor_rows
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.domain.case import Case
from shared.errors import Conflict, Refused


def follow(tenant: Tenant, case: Case) -> None:
    """Move a running case of an alias to the survivor; nothing where its debtor is nobody's alias.

    A merge moves what is open and leaves closed cases where they are. A case that cannot be moved
    (a plan in force, other steps, a case of later days in between) stays, for a person to merge.
    """
    if case.closed or case.successor is not None:
        return
    into = debtor_rows.survivors(tenant, [case.debtor]).get(case.debtor, case.debtor)
    if into == case.debtor:
        return
    try:
        moved = case_moves.move(tenant, case.id, into)
    except (Conflict, Refused):
        logger.warning("stays_with_alias", extra={"case": case.id})
        return
    logger.info("followed", extra=moved)
