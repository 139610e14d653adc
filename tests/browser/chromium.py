"""How Chromium is started by tests and for pictures: it asks nothing of anybody but us."""

from __future__ import annotations

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run",
         # What is scrolled to is there at once.
         "--disable-smooth-scrolling")  # fmt: skip
