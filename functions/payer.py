"""Payer: the page on which a debtor settles, reached by the link in a message.

Who comes is proven by the link's token and a second fact; a look changes nothing, since scanners of
mail follow every link.
"""

from __future__ import annotations

from typing import Any

from functions import payer_pages


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0. Pages, redirects after forms, and the statement as a file."""
    return payer_pages.visited(event)
