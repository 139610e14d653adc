"""Tryton's own dunning: whether the ERP may remind beside the hub, in an administrator's words.

The module account_dunning makes an ``account.dunning`` of each overdue line whose party has a
procedure with levels, and its wizard sends what the level says. A procedure without levels, or a
dunning that is blocked, reminds nobody: the hub reads both as "do not dun". Source:
https://docs.tryton.org/modules-account-dunning/latest/ and a running Tryton 8.
"""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import Finding
from connectors.erp.tryton.rest import TrytonRest
from shared.errors import HubError, Reconnect

CHECK = "own_dunning"
KEY_REFUSED = "the application key was refused"
_RIGHTS = "give the key's user the right to read dunnings and their procedures"
_UNSEEN = (
    "Tryton's own dunning could not be looked at: account_dunning is not active, or the key's user "
    "may not read it; see that Tryton reminds nobody"
)
_NONE = "Tryton reminds nobody: no dunning procedure has a level"
_READY = (
    "account_dunning has procedures with levels, and nothing stands in them now: do not let its "
    "wizards run, or debtors are reminded twice"
)
_IN_USE = (
    "account_dunning is in use: claims stand in it that are not blocked, and processing them "
    "reminds beside the hub. End it, and import what it sent; a procedure without levels may stay "
    "as the sign not to dun"
)


def finding(rest: Callable[[], TrytonRest], company: int, *, active: bool) -> Finding:
    """What Tryton itself may send. It keeps nobody from using the connection: it is to be known.

    ``active`` says that the settings count on the module; then it must be readable.
    """
    standing: list[object] = [["company", "=", company], ["blocked", "=", False]]
    levelled: list[object] = [["levels", "!=", None]]
    try:
        levels = rest().search("account.dunning.procedure", levelled, ["name"], limit=1)
        claims = rest().search("account.dunning", standing, ["state"], limit=1) if levels else []
    except Reconnect:
        return Finding(check=CHECK, ok=False, text=KEY_REFUSED)
    except HubError as error:
        text = f"{error}: {_RIGHTS}" if active else _UNSEEN
        return Finding(check=CHECK, ok=not active, text=text)
    return Finding(check=CHECK, ok=True, text=_IN_USE if claims else _READY if levels else _NONE)
