"""The monthly figure is built from small rows that the appends themselves have left."""

from __future__ import annotations

from datetime import date

import pytest

from functions import admin
from shared.domain.events import ActSent, PaymentAllocated
from tests.functions.world import NORDIC, NOW, REMINDER, TWIN, answer, append, call, eur

from tests.functions.world import CASE, open_case, remind  # isort: skip


def month(text, **request):
    event = call("GET /v1/reports/crossings", query={"month": text}, **request)
    return answer(admin.handler(event, None))


def paid(payment, received, amount="100.00"):
    return PaymentAllocated(
        at=NOW, payment=payment, claim="erp:1", amount=eur(amount), value_date=received,
        received=received, booked=received,
    )  # fmt: skip


@pytest.fixture
def crossed(aws):
    """A reminder of 2 March; on that day the bank says that half was paid on 27 February."""
    open_case(NORDIC)
    remind(NORDIC)
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=date(2026, 3, 2)))
    append(NORDIC, CASE, paid("p1", date(2026, 2, 27), "50.00"), paid("p2", date(2026, 3, 3)))


def test_a_contact_that_money_crossed_is_listed_in_the_month_of_the_contact(crossed):
    status, body = month("2026-03")

    assert (status, body["known"], body["late"]) == (200, 0, 1)
    (one,) = body["crossings"]
    assert (one["act"], one["claim"], one["by"]) == (REMINDER, "erp:1", "p1")
    assert (one["contact_on"], one["on"]) == ("2026-03-02", "2026-02-27")
    assert month("2026-02")[1]["crossings"] == []


def test_a_contact_against_what_was_known_is_counted_apart(aws):
    open_case(NORDIC)
    append(NORDIC, CASE, paid("p1", date(2026, 2, 27)))
    remind(NORDIC)

    body = month("2026-03")[1]

    assert (body["known"], body["late"]) == (1, 0)


def test_others_see_none_of_it(crossed):
    assert month("2026-03", tenant=TWIN.id)[1]["crossings"] == []


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-3", "2026-03-01", "2026-03#x"])
def test_a_month_is_written_in_one_way(aws, text):
    status, body = month(text)

    assert (status, body["code"]) == (400, "bad_month")


def test_money_that_did_not_cross_leaves_no_row(aws, rows):
    open_case(NORDIC)
    append(NORDIC, CASE, paid("p1", date(2026, 2, 27), "50.00"))

    assert not [row for row in rows() if "#CROSS#" in row["pk"]]
