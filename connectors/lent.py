"""What the hub lends a connector for its calls: a token that it keeps, and a budget of calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from shared.errors import Reconnect

# How the hub comes by an access token that it keeps for a connector: not at all, by what the
# secrets hold (client credentials, a session), or by a person's consent at the vendor.
GrantKind = Literal["none", "fetched", "consented"]


@dataclass(frozen=True, slots=True)
class Budget:
    """How often a counterpart may be called: ``calls`` in any window of ``seconds``.

    The last ``reserve`` calls of a window are kept for the proof before a touch (``open_items``).
    """

    calls: int
    seconds: int
    reserve: int


class TokenDoor(Protocol):
    """The access token of a connection; ``stale`` is one that the counterpart has just refused."""

    def __call__(self, stale: str = "") -> str:
        """A token that is good now. Raises ``Reconnect`` or ``Retry``."""


def no_token(stale: str = "") -> str:
    """The door of a connection without a grant."""
    raise Reconnect("the connection has no grant" if not stale else "the token was refused")
