"""The window of an envelope: the part of a folded page that the post reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Where an envelope's window shows the page: millimetres from the page's top left corner."""

    left: float
    top: float
    width: float
    height: float


# DIN 5008, form B: the address field of a C6/5 or C5 envelope with its window on the left.
DIN_LEFT = Window(20, 45, 85, 45)
