"""A payment that the books take back settles nothing, and the claim that rises asks a person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from functions import book
from shared.cloud import facts, keys, table, truths
from shared.cloud.store import Store
from shared.domain.ledger_balance import balance
from shared.domain.ledger_truth import Lot, Move, Seen
from shared.domain.model import Allocation, Missing, Payment
from tests.functions.invented_erp import DEBTOR, invoice
from tests.functions.world import CASE, NORDIC, NOW, eur, open_case, settle_in

DAY = date(2026, 2, 20)


def paid(name, amount="100.00", on="erp:1"):
    return Payment(
        id=f"erp:{name}", version="1", debtor="erp:d1", amount=eur(amount), value_date=DAY,
        booked=DAY, received=DAY, allocations=(Allocation(invoice=on, amount=eur(amount)),),
    )  # fmt: skip


def listed(opened, *payments):
    names = tuple(one.id for one in payments)
    return invoice(1, opened).model_copy(update={"payments": names})


def take(*stated):
    return facts.take(NORDIC, "erp", stated, NOW, lambda _: NOW)


def stored(name):
    body = table.get(keys.fact(NORDIC, "PAY", f"erp:{name}"))["body"]
    return Payment.model_validate_json(body)


def credited():
    row = table.get(keys.debtor(NORDIC, "erp:d1")) or {}
    return [name for name, value in row.items() if isinstance(value, str) and "erp:p" in value]


@pytest.mark.parametrize("how", ["listed", "named"])
def test_what_was_taken_back_settles_nothing_and_is_nobodys_credit(aws, how):
    settle_in(NORDIC)
    take(DEBTOR, listed("0.00", paid("p1")), paid("p1"))
    gone = [] if how == "listed" else [Missing(id="erp:p1", what="payment")]
    after = listed("100.00") if how == "listed" else listed("100.00", paid("p1"))

    tally = take(DEBTOR, after, *gone)

    assert "erp:1" in tally.due
    assert stored("p1").taken_back
    _, truth = truths.truth(NORDIC, "erp:1")
    assert [truth.booked_by(one) for one in truth.payments] == [eur("0.00")]
    assert credited() == []
    # The same once more costs no write; restated, it counts again.
    assert take(DEBTOR, after, *gone).changed == 0
    take(DEBTOR, listed("0.00", paid("p1")), paid("p1"))
    assert stored("p1") == paid("p1")


def test_a_payment_that_was_moved_to_another_invoice_stands(aws):
    settle_in(NORDIC)
    take(DEBTOR, listed("0.00", paid("p1")), invoice(2), paid("p1"))
    take(paid("p1", on="erp:2"))
    take(listed("100.00"))
    assert stored("p1") == paid("p1", on="erp:2")


def test_a_payment_that_is_booked_anew_does_not_count_beside_the_one_before(aws):
    """The bank saw 50.00; the books had it as p1, deleted that and have it as p2."""
    settle_in(NORDIC)
    take(DEBTOR, listed("50.00", paid("p1", "50.00")), paid("p1", "50.00"))
    take(listed("50.00", paid("p2", "50.00")), paid("p2", "50.00"))

    _, truth = truths.truth(NORDIC, "erp:1")
    move = Move(id="m1", kind="matched", amount=eur("50.00"), on=DAY)
    lot = Lot(payment="m1", seen=Seen(feed="bank", value_date=DAY, booked=DAY), moves=(move,))
    assert balance(replace(truth, lots=(lot,))) == eur("50.00")


def test_the_claim_rises_again_and_a_person_is_asked(aws):
    settle_in(NORDIC)
    take(DEBTOR, invoice(1), invoice(2))
    open_case(NORDIC)
    for number in (1, 2):
        table.update(keys.invoice(NORDIC, f"erp:{number}"), set_={"case_id": CASE})
    take(listed("0.00", paid("p1")), paid("p1"))
    booked()
    assert not Store(NORDIC).load(CASE).case.claims["erp:1"].open

    take(listed("100.00"))
    booked()

    state = Store(NORDIC).load(CASE).case.claims["erp:1"]
    assert (state.open, state.raised) == (eur("100.00"), True)


def booked():
    body = json.dumps({"tenant": "nordic", "invoice": "erp:1"})
    event = {"Records": [{"messageId": "m", "body": body}]}
    assert book.handler(event, None) == {"batchItemFailures": []}
