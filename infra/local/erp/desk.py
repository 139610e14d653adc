"""How a person answers Tryton: says yes to its warnings, walks through its wizards, picks by name.

A warning comes as an error ``UserWarning`` with a key; a yes is a record in ``res.user.warning``
under that key, and then the call is made again (trytond 8.2 ``res/user.py``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from infra.local.erp.rpc import ErpError, Rpc

T = TypeVar("T")
Step = Callable[[str | None, dict[str, Any]], Any]


class Desk:
    """One person's session."""

    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc
        self._ids: dict[tuple[str, str], int] = {}

    def say_yes(self, warnings: Iterable[str]) -> None:
        """Answer these warnings with yes, before or after they are asked."""
        rows = [{"user": self.rpc.user_id, "name": name} for name in warnings]
        self.rpc.model("res.user.warning", "create", rows)

    def insist(self, model: str, method: str, *params: Any, context: Any = None) -> Any:
        """Call, and say yes to each question that Tryton asks."""
        return self._through(lambda: self.rpc.model(model, method, *params, context=context))

    def _through(self, call: Callable[[], T]) -> T:
        while True:
            try:
                return call()
            except ErpError as error:
                if error.kind != "UserWarning":
                    raise
                self.say_yes([error.name])

    def wizard(self, name: str, model: str, ids: list[int]) -> Step:
        """Open a wizard on records; the answer executes a state, or ends it (None)."""
        context = {
            **self.rpc.context, "active_model": model, "active_id": ids[0], "active_ids": ids,
        }  # fmt: skip
        session, *_ = self.rpc.call(f"wizard.{name}.create", context)

        def step(state: str | None, data: dict[str, Any]) -> Any:
            if state is None:
                return self.rpc.call(f"wizard.{name}.delete", session, context)
            method = f"wizard.{name}.execute"
            return self._through(lambda: self.rpc.call(method, session, data, state, context))

        return step

    def named(self, model: str, field: str, value: str) -> int:
        """The one record of ``model`` whose ``field`` is ``value``; asked once."""
        key = (model, value)
        if key not in self._ids:
            (row,) = self.rpc.find(model, [[field, "=", value]], "id")
            self._ids[key] = row["id"]
        return self._ids[key]


def warning_key(invoice: int, kind: str) -> str:
    """How Tryton names a warning about one invoice (``Warning_.format``)."""
    digest = hashlib.md5(f"account.invoice,{invoice}".encode(), usedforsecurity=False)
    return f"{digest.hexdigest()}.{kind}"
