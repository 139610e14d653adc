"""``python -m tools.ops``."""

from __future__ import annotations

import sys

from tools.ops.line import main

if __name__ == "__main__":
    sys.exit(main())
