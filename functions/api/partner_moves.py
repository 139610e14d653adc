"""Partner moves: claims taken back from a partner, and the messages that wait for one."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from functions.api import cases
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from functions.api.pages import page
from functions.placing import recall_price
from functions.telling import key_is_over
from functions.touching import resume
from functions.wiring import connection_row
from shared.cloud import audit, clock, keys, outbox, table
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain import at_partner
from shared.domain.case import Case
from shared.domain.events import CaseEvent, CaseRecalled
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.state_events import Code, CommandId
from shared.errors import NotFound


class Shown(Record):
    """The price that the caller has seen; None: that nobody knows it."""

    price: Money | None


class NewRecall(Record):
    """Claims to take back (none named: all that the partner has), and the price confirmed.

    ``id`` is the caller's own: the same recall again changes nothing.
    """

    id: CommandId
    reason: Code
    claims: tuple[Id, ...] = Field(default=(), max_length=50)
    confirmed: Shown | None = None


def post_recall(request: Request) -> Answer:
    """Take claims back from their partner, once the price that was shown is confirmed.

    Without the right ``confirmed`` the answer is 409 ``price_to_confirm`` with the ``price``. The
    claims stay the partner's until it reports that it has let go of them.
    """
    new, name = read(request, NewRecall), request.path["id"]
    case = Store(request.tenant).load(name).case
    known = (case.at_partner or at_partner.NOTHING).recalls.get(new.id)
    if known is None:
        partner, claims = _taken(case, new)
        price = _price(request, name, partner, claims)
        if new.confirmed is None or new.confirmed.price != price:
            title = "Confirm the price of the recall as it is shown here."
            if price is None:
                title = (
                    "The price of the recall is not known: confirm that you recall all the same."
                )
            shown = Shown(price=price).model_dump(mode="json")["price"]
            raise Problem(409, "price_to_confirm", title, price=shown, claims=list(claims))
        _recall(request, name, new, price)
        known = at_partner.Recall(
            partner=partner, on=clock.now().date(), claims=claims, waits_for=claims, price=price
        )
    return Answer({"recall": new.id, **known.model_dump(mode="json")}, status=202)


def get_outbox(request: Request) -> Answer:
    """What waits to be told to a partner or could not be, a page at a time."""
    partner = request.path["connection"]
    connection_row(request.tenant, partner)
    found, more = page(request, f"OUT/{partner}", keys.outbox)
    return Answer({"messages": [_view(row) for row in found], **more})


def post_redrive(request: Request) -> Answer:
    """Send a message that failed once more, at the end of its case's line, under its own key."""
    tenant, partner, act = request.tenant, request.path["connection"], request.path["act"]
    row = outbox.read(tenant, act)
    if row is None or row["conn"] != partner or row["kind"] != "tell":
        raise NotFound("no such message")
    if row["state"] != "failed":
        raise Problem(409, "not_failed", "Only a message that failed is sent again by hand.")
    if key_is_over(row, connection_row(tenant, partner)):
        title = "The message may have arrived, and a repeat could count twice: ask the partner."
        raise Problem(409, "unknown_outcome", title)
    place = outbox.last_place(tenant, row)
    facts = {"act": act, "connection": partner}
    entry = audit.entry(tenant, request.principal.client, "message_redriven", facts)
    table.transact([*outbox.again(tenant, act, row, place), entry])
    return Answer(_view(outbox.read(tenant, act) or row), status=202)


def _recall(request: Request, name: str, new: NewRecall, price: Money | None) -> None:
    def events(case: Case) -> list[CaseEvent]:
        if new.id in (case.at_partner or at_partner.NOTHING).recalls:
            return []
        partner, claims = _taken(case, new)
        by = request.principal.client
        return [
            CaseRecalled(
                at=clock.now(), recall=new.id, partner=partner, claims=claims, why=new.reason,
                by=by, price=price,
            )
        ]  # fmt: skip

    cases.change(request, name, events, "case_recalled", {"recall": new.id})


def _taken(case: Case, new: NewRecall) -> tuple[str, tuple[str, ...]]:
    """The partner and the claims of a recall. Raises ``Problem`` 409 for one that cannot be."""
    there = at_partner.handed(case)
    claims = new.claims or tuple(there)
    if case.pending() is not None:
        raise Problem(
            409,
            "in_flight",
            "Something was sent and its outcome is not known yet: try again later.",
        )
    if not claims or any(claim not in there for claim in claims):
        raise Problem(409, "not_with_partner", "No partner has these claims.")
    if any(at_partner.recalled(case, claim) for claim in claims):
        raise Problem(
            409,
            "recalled_already",
            "It was called back already: the partner has not let go of it yet.",
        )
    partners = {there[claim][0] for claim in claims}
    if len(partners) > 1:
        raise Problem(
            409, "two_partners", "Two partners have these claims: choose those of one of them."
        )
    return partners.pop(), claims


def _price(request: Request, case: str, partner: str, claims: tuple[str, ...]) -> Money | None:
    run = resume(Store(request.tenant), case, clock.now())
    return recall_price(run, partner, claims)


def _view(row: Row) -> dict[str, Any]:
    age = clock.now() - clock.read_stamp(row["made_at"])
    return {
        "act": keys.id_of(row["pk"]),
        "kind": row["kind"],
        "type": outbox.type_of(row),
        "case": row["case_id"],
        "state": row["state"],
        "attempts": row["attempt"],
        "code": row.get("code"),
        "made_at": row["made_at"],
        "age_hours": int(age.total_seconds() // 3600),
        "next_at": row.get("due_at"),
    }
