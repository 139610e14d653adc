"""Keys of payer links: each beside its debtor, and found by the hash of its token alone.

``DEBTOR#<party> PAYER#<hash>`` is a link with its end and its tries. ``HUB#PAYER#<hash> PAYER``
says whose it is: whoever comes with a token names no tenant.
"""

from __future__ import annotations

import re

from shared.cloud import keys
from shared.cloud.keys import Key, Tenant
from shared.errors import NotFound

_HASH = re.compile(r"[0-9a-f]{64}")


def link(tenant: Tenant, debtor: str, digest: str) -> Key:
    """A link of a debtor, by the hash of its token."""
    return {"pk": keys.debtor(tenant, debtor)["pk"], "sk": f"PAYER#{_hash(digest)}"}


def pointer(digest: str) -> Key:
    """Whose link a token opens."""
    return {"pk": f"HUB#PAYER#{_hash(digest)}", "sk": "PAYER"}


def _hash(digest: str) -> str:
    if not _HASH.fullmatch(digest):
        raise NotFound("no such link")
    return digest
