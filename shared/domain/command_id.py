"""What every command bears: an id of the caller's choice, and why; neither is a person's number."""

from __future__ import annotations

import re

from pydantic import field_validator

from shared.domain.explain import Record
from shared.domain.state_events import Code, CommandId

# Shapes of Finnish, Swedish, Danish and Norwegian personal identity numbers: they stay out of
# events, whatever field somebody writes them into.
PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(\d{6}[-+ A-FU-Y]\d{3}[0-9A-Y]|\d{8}[-+ ]?\d{4}|\d{10,11}|\d{6} \d{5})(?!\d)"
)
_CENTURY = 12

# A caller's own id may be a UUID (RFC 9562), whose digits say nothing.
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _born(number: str) -> bool:
    """Whether the digits begin with a day, in either order, as every such number does."""
    digits = re.sub(r"\D", "", number)
    year, month, day = (digits[at : at + 2] for at in (0, 2, 4))
    if len(digits) == _CENTURY:
        month, day = digits[4:6], digits[6:8]
    # Denmark and Norway put the day first; coordination and D-numbers add to the day.
    return "01" <= month <= "12" and any("01" <= one <= "91" for one in (day, year))


class Bearing(Record):
    """The id of a command and its reason (a code)."""

    id: CommandId
    reason: Code

    @field_validator("id")
    @classmethod
    def _nobodys_number(cls, name: str) -> str:
        if _UUID.fullmatch(name) is None:
            for found in PERSONAL_NUMBER.finditer(name):
                if _born(found.group()):
                    raise ValueError("this looks like a person's identity number")
        return name
