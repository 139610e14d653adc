"""Connectors by name: each is found by its module path and imported only when it is used."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.errors import NotFound

if TYPE_CHECKING:
    from connectors.contract import Connection, Spec
    from connectors.contract_erp import Grant

FAMILIES = ("erp", "payments", "banks", "collectors", "channels")
_NAME = re.compile(r"(erp|payments|banks|collectors|channels)\.[a-z][a-z0-9_]*")


def _module(name: str) -> Any:
    if not _NAME.fullmatch(name):
        raise NotFound("no connector has this name")
    try:
        return importlib.import_module(f"connectors.{name}")
    except ModuleNotFoundError as error:
        if error.name in {f"connectors.{name}", "connectors." + name.split(".", 1)[0]}:
            raise NotFound("no connector has this name") from None
        raise


def spec(name: str) -> Spec:
    """What the connector ``family.name`` declares. Raises ``NotFound`` for a name without one."""
    declared: Spec = _module(name).SPEC
    return declared


def connect(name: str, connection: Connection) -> Any:
    """The connector ``family.name``, bound to a connection. Raises ``NotFound``."""
    return _module(name).connect(connection)


def grant(name: str, connection: Connection) -> Grant:
    """How a token for a connection of ``family.name`` is got. Raises ``NotFound``."""
    made: Grant = _module(name).grant(connection)
    return made


def names() -> list[str]:
    """Every connector's name, sorted, found by listing the folders and importing nothing."""
    here = Path(__file__).parent
    return sorted(
        f"{family}.{module.name}"
        for family in FAMILIES
        for module in pkgutil.iter_modules([str(here / family)])
    )
