"""What a file holds besides its movements, and why a file is put aside."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import datetime

from connectors.banks.camt.settings import Kind
from connectors.banks.camt.statement import Proven


@dataclass(slots=True)
class Message:
    """What a file holds besides its movements.

    ``key`` names the message for ever (kind, id, page, first account); ``created`` is the bank's
    clock; ``movements`` are the ids of all movements in 64 bits each; ``notes`` tell a person of
    entries (place, field, sentence) that are no fault.
    """

    kind: Kind
    id: str
    page: str
    created: datetime
    copy: bool = True
    proven: list[Proven] = field(default_factory=list)
    movements: array[int] = field(default_factory=lambda: array("Q"))
    notes: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The name under which the message is remembered."""
        account = self.proven[0].account if self.proven else ""
        return f"{self.kind}\n{self.id}\n{self.page}\n{account}"


class Refusal(Exception):
    """The file is put aside whole: ``place`` names the entry, ``field`` the path within."""

    def __init__(self, place: str, path: str, text: str) -> None:
        super().__init__(text)
        self.place, self.path = place, path
