"""The map of the domain in its package's docstring holds every module once, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import shared.domain

FOLDER = Path(shared.domain.__file__).parent


def test_every_module_has_one_room():
    rooms = re.findall(r"^\S.*\):((?:.|\n    )*)\.$", shared.domain.__doc__, re.MULTILINE)
    named = Counter(name for room in rooms for name in re.findall(r"[a-z0-9_]+", room))
    there = Counter(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")

    assert (list(there - named), list(named - there)) == ([], [])
