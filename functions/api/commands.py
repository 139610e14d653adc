"""Commands of a case: a person's word, carried out once, answered with what followed from it."""

from __future__ import annotations

from functions import commanding
from functions.api.access import MONEY
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from shared.cloud.store import Store
from shared.domain.command_forms import REDUCING, Given
from shared.errors import Refused


def post_command(request: Request) -> Answer:
    """Carry a command out; the same id again answers the same and changes nothing."""
    command = read(request, Given).root
    if command.type in REDUCING and MONEY not in request.principal.scopes:
        raise Problem(403, "no_scope", "The token does not allow this.")
    case = request.path["id"]
    try:
        commanding.carry_out(request.tenant, case, command, request.principal.client)
    except Refused as no:
        raise Problem(409, no.code, no.sentence) from None
    return Answer(commanding.answered(Store(request.tenant).events(case), command.id))
