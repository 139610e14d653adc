"""The door of remittances: what a partner pays out adds up, or is refused by the line."""

from __future__ import annotations

from collections.abc import Iterable

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, read
from shared.cloud import clock, inbox
from shared.cloud.store import Store
from shared.domain.client_money import differences, pots
from shared.domain.events import ActFailed, CaseEvent, HandOverIntended
from shared.domain.explain import content_hash
from shared.domain.remittance import Advice, faults

# Cases that are looked at while the partner waits for its answer; of a longer remittance whatever
# it was not given is found when it is booked, and a person is asked about the line.
_LOOKED_AT = 50
_INCONSISTENT = "AMOUNT_INCONSISTENT"
_ADDS_UP = "The remittance does not add up."


def take(request: Request, key: str) -> Answer:
    """Keep a remittance under its ``key``, once, and queue it.

    Raises ``Problem`` 422: ``AMOUNT_INCONSISTENT`` with the lines at fault when it does not add up
    (and those that differ from what the partner reported), ``unknown_case`` with the lines of
    cases and claims that were not handed to this partner. Lines of many cases are taken unseen.
    """
    tenant, partner = request.tenant, request.principal.connection
    advice = read(request, Advice)
    names = sorted({one.case_id for one in advice.lines if one.case_id is not None})
    seen = names if len(names) <= _LOOKED_AT else []
    events = {name: Store(tenant).events(name) for name in seen}
    if seen:
        _known(advice, {name: _handed(told, partner) for name, told in events.items()})
    wrong = faults(advice)
    if wrong:
        fields = [fault(one.path, _INCONSISTENT, one.text) for one in wrong]
        if any(one.path == "total" for one in wrong):
            reported = {name: pots(told, partner) for name, told in events.items()}
            text = "the line is not what was reported as received"
            fields += [
                fault(f"lines.{one.line}.amount", _INCONSISTENT, text)
                for one in differences(advice.lines, reported)
            ]
        raise Problem(422, _INCONSISTENT, _ADDS_UP, fields=fields)
    taken = inbox.receive(tenant, partner, key, case="", body=request.body, now=clock.now())
    if taken == "different":
        raise Problem(409, "key_reused", "This Idempotency-Key was used for another report.")
    if taken != "settled":
        inbox.announce(tenant, partner, key)
    answer = {"event": key, "remittance": advice.id, "hash": content_hash(request.body)}
    return Answer({**answer, "state": "received"}, status=202 if taken == "new" else 200)


def _handed(events: Iterable[CaseEvent], partner: str) -> set[str]:
    """The claims of a case that this partner was ever given, but for hand-overs that failed."""
    found: dict[str, tuple[str, ...]] = {}
    for event in events:
        if isinstance(event, HandOverIntended) and event.partner == partner:
            found[event.act] = event.claims
        elif isinstance(event, ActFailed):
            found.pop(event.act, None)
    return {claim for claims in found.values() for claim in claims}


def _known(advice: Advice, handed: dict[str, set[str]]) -> None:
    fields = []
    for place, line in enumerate(advice.lines):
        claims = handed.get(line.case_id or "", set())
        if line.case_id is not None and not claims:
            text = "the partner was given no such case"
            fields.append(fault(f"lines.{place}.case_id", "unknown_case", text))
        elif line.claim is not None and line.claim not in claims:
            text = "the partner was given no such claim"
            fields.append(fault(f"lines.{place}.claim", "unknown_claim", text))
    if fields:
        title = "The remittance names what this partner was not given."
        raise Problem(422, "unknown_case", title, fields=fields)
