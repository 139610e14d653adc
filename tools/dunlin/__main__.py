"""``python -m tools.dunlin``."""

from __future__ import annotations

import sys

from tools.dunlin.line import main

if __name__ == "__main__":
    sys.exit(main())
