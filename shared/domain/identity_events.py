"""Events of identities: claims that came from another case of the same debtor, or went there.

They carry the claims' standing whole, so that each case is still the fold of its own events.
"""

from __future__ import annotations

from typing import Literal

from shared.domain.case_parts import ClaimState, Hold, Notice, Task
from shared.domain.claim_events import Event
from shared.domain.model import Id
from shared.domain.states import States


class CaseAbsorbed(Event):
    """The claims of another case joined as they stand, with all that was said and done about them.

    ``source`` is that case, ``debtor`` the identity under which it was kept.
    """

    kind: Literal["case_absorbed"] = "case_absorbed"
    source: str
    debtor: Id
    claims: tuple[ClaimState, ...]
    notices: tuple[Notice, ...] = ()
    holds: tuple[Hold, ...] = ()
    tasks: dict[str, Task] = {}
    answers: dict[str, Task] = {}
    states: States | None = None


class ClaimsParted(Event):
    """Claims left for another case as they stood: the case keeps nothing of them.

    ``into`` is that case. ``whole``: all of the case went there.
    """

    kind: Literal["claims_parted"] = "claims_parted"
    into: str
    claims: tuple[Id, ...]
    whole: bool
