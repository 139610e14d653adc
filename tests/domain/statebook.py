"""Commands for tests: short ways to tell a case of the casebook something."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from shared.domain.case import Case
from shared.domain.command_forms import Command
from shared.domain.commands import apply
from shared.domain.endings import endings
from shared.domain.events import CaseEvent
from shared.domain.law import LawPack
from shared.domain.policy import Policy
from tests.domain.casebook import FI, day, local, more, on, policy

_FORMS: TypeAdapter[Command] = TypeAdapter(Command)


def form(what: str, name: str = "k1", **fields: Any) -> Command:
    """A command of a type, with an id and a reason."""
    return _FORMS.validate_python({"id": name, "reason": "debtor_called", "type": what, **fields})


def said(
    case: Case,
    when: str,
    what: str,
    name: str = "k1",
    rules: Policy | None = None,
    law: LawPack = FI,
    **fields: Any,
) -> list[CaseEvent]:
    """The events of a command given at ten in the morning of a day, ``02-16``."""
    return apply(
        case, form(what, name, **fields), by="principal-7", policy=rules or policy(), law=law,
        now=local(when),
    )  # fmt: skip


def told(case: Case, when: str, what: str, name: str = "k1", **fields: Any) -> Case:
    """The case after a command."""
    return more(case, said(case, when, what, name, **fields))


def lived(case: Case, when: str) -> Case:
    """The case with all that had ended by a day written down."""
    return more(case, endings(case, day(when), on(when)))


def euros(text: str) -> dict[str, str]:
    """An amount as a command gives it."""
    return {"amount": text, "currency": "EUR"}
