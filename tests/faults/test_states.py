"""States of a case on the running hub: what was agreed is kept, whatever the machine does."""

from __future__ import annotations

from datetime import date

import pytest

from functions import admin
from shared.cloud import table
from shared.cloud.principals import principal_row
from tests.faults.books import FIRM_FIRST, Line, paid
from tests.functions.world import answer, call, eur

pytestmark = pytest.mark.stack

# Due on a Friday; the first reminder would go out on the Monday on which the hub begins.
PLAN = {"type": "propose_plan", "agreed": True, "count": 2, "first": "2026-03-23"}


@pytest.fixture
def hub(machine, books):
    books.settle_in()
    books.book(Line())
    return machine


def give(machine, name="k1", **command):
    body = {"id": name, "reason": "debtor_called", **command}
    event = call(
        "POST /v1/cases/{id}/commands", tenant=machine.tenant.id,
        path={"id": machine.case().id}, body=body,
    )  # fmt: skip
    status, found = answer(admin.handler(event, None))
    if status == 202:
        status, found = approved(machine, found["approval"])
    assert status == 200, found
    return found


def approved(machine, approval):
    """What the approval of a second person, beside the console, gives."""
    tenant = machine.tenant.id
    scopes = ["approvals:write", "dunning:write", "money:write"]
    for who in ("console", "bo"):
        table.put(principal_row(who, role="admin", tenant=tenant, scopes=scopes))
    event = call(
        "POST /v1/approvals/{id}/approve", tenant=tenant, client="bo", path={"id": approval}
    )
    return answer(admin.handler(event, None))


def test_a_missed_instalment_is_one_friendly_letter_and_then_a_person(hub, books):
    give(hub, **PLAN)
    hub.settle()
    assert hub.letters() == []

    # Monday and three days to clear; nothing came.
    books.state(Line())
    hub.live_on(date(2026, 3, 27))
    (letter,) = hub.letters()
    assert "Maksusuunnitelmamme erä 1/2 erääntyi 23.3.2026" in " ".join(letter.text.split())
    case = hub.case()
    (notice,) = case.notices.values()
    assert (notice.claims, notice.fee, notice.deadline) == ((), None, date(2026, 4, 9))
    assert case.claims["erp:1001"].level == 0

    # The grace is over after fourteen days more, and money of its last day would be there.
    books.state(Line())
    hub.live_on(date(2026, 4, 15))
    assert hub.case().states.plans["k1"].ended == "broken"
    assert hub.tasks() == ["plan_broken"]
    assert len(hub.letters()) == 1


def test_a_plan_that_is_kept_ends_without_a_letter(hub, books):
    give(hub, **PLAN)
    books.state(paid(date(2026, 3, 23), "50.00"))
    hub.live_on(date(2026, 3, 27))
    books.state(paid(date(2026, 4, 23), "100.00"))
    hub.live_on(date(2026, 4, 27))

    assert hub.letters() == []
    assert hub.case().states.plans["k1"].ended == "completed"


def test_a_settlement_that_is_paid_lets_the_rest_go_and_the_books_do_not_raise_it(hub, books):
    amount = {"amount": "60.00", "currency": "EUR"}
    give(hub, type="settlement", amount=amount, day="2026-03-20")
    books.state(paid(date(2026, 3, 18), "60.00"))
    hub.live_on(date(2026, 3, 19))
    assert hub.case().claims["erp:1001"].open == eur("0.00")
    # The source's books still say that forty are open.
    books.state(paid(date(2026, 3, 18), "60.00"))
    hub.live_on(date(2026, 3, 30))

    assert hub.case().claims["erp:1001"].open == eur("0.00")
    assert (hub.letters(), hub.tasks()) == ([], [])


def test_a_broken_promise_goes_on_by_itself(hub, books):
    give(hub, type="promise", day="2026-03-20")
    hub.settle()
    assert hub.letters() == []
    books.state(Line())
    hub.live_on(date(2026, 3, 24))

    assert hub.case().states.promises["k1"].outcome == "broken"
    assert len(hub.letters()) == 1


def test_a_disputed_part_is_left_out_of_the_letter(machine, books):
    books.settle_in(FIRM_FIRST)
    books.book(Line(due=date(2026, 2, 20)))
    amount = {"amount": "40.00", "currency": "EUR"}
    give(machine, type="dispute", claim="erp:1001", amount=amount, ground="wrong_price")
    give(machine, "k2", type="answer_dispute", dispute="k1")
    machine.settle()
    assert machine.letters() == []

    books.state(Line(due=date(2026, 2, 20)))
    machine.live_on(date(2026, 3, 31))

    (letter,) = machine.letters()
    assert "Riitautettu osa" in str(letter)
    assert machine.notice("firm").fee is None
