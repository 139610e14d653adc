"""Commands of a case: a person's word, carried out once, answered with what followed from it."""

from __future__ import annotations

from functions import carriers, commanding, reaching
from functions.api.access import MONEY
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from shared.cloud.step import Run
from shared.cloud.store import Store
from shared.domain.carriers import Carriers
from shared.domain.case import Case
from shared.domain.command_forms import REDUCING, Command, Given
from shared.domain.explanation import what_next
from shared.domain.foresight import Stand, ahead
from shared.domain.timeline import words
from shared.errors import Refused


def post_command(request: Request) -> Answer:
    """Carry a command out; the same id again answers the same and changes nothing."""
    command, case = _given(request), request.path["id"]
    try:
        commanding.carry_out(request.tenant, case, command, request.principal.client)
    except Refused as no:
        raise Problem(409, no.code, no.sentence) from None
    return Answer(commanding.answered(Store(request.tenant).events(case), command.id))


def post_check(request: Request) -> Answer:
    """What a command would do, in words, and what would come next; nothing is changed."""
    command, case = _given(request), request.path["id"]
    try:
        run, events = commanding.foreseen(request.tenant, case, command, request.principal.client)
    except Refused as no:
        raise Problem(409, no.code, no.sentence) from None
    run = carriers.informed(run)
    after = Case.replay(case, events, run.case)
    return Answer({
        "command": command.id,
        "words": [words(one) for one in events],
        "now": list(_next(request, run, run.case)),
        "then": list(_next(request, run, after)),
    })  # fmt: skip


def _next(request: Request, run: Run, case: Case) -> tuple[str, ...]:
    """What comes next of a case as it stands, if nothing changes."""
    reach = reaching.ahead(request.tenant, run.creditor, case, run.policy, run.debtor)
    stand = Stand(case, run.policy, run.law, run.debtor, Carriers(needs=run.kinds), reach)
    return what_next(ahead(stand, run.local_now))


def _given(request: Request) -> Command:
    command = read(request, Given).root
    if command.type in REDUCING and MONEY not in request.principal.scopes:
        raise Problem(403, "no_scope", "Your rights do not allow this.")
    return command
