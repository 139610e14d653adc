"""A cursor as a record: read from the text that the hub keeps of it, and written to it."""

from __future__ import annotations

from typing import Self

from pydantic import ValidationError

from shared.domain.explain import Record
from shared.errors import Unreadable


class KeptCursor(Record):
    """Where a read stands. Every field has a default: no text at all is the beginning."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """The cursor of a text, or of nothing. Raises ``Unreadable``."""
        try:
            return cls.model_validate_json(text) if text is not None else cls()
        except ValidationError:
            raise Unreadable("the cursor is malformed") from None

    def text(self) -> str:
        """The cursor as it is stored."""
        return self.model_dump_json(exclude_defaults=True)
