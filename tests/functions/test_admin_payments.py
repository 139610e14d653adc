"""Payments by hand: a person sees what waits, matches it, takes it back; each day adds up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions import admin, reconcile
from shared.cloud import keys, money_rows, table, tasks
from shared.domain.sighting import Payer
from tests.functions.money import (
    REFERENCES,
    claims,
    connected,
    holds,
    invoice,
    open_now,
    payment,
    reversal,
    run,
    see,
    sighting,
    take,
    tasks_open,
    tell,
    work,
)
from tests.functions.world import NORDIC, NOW, answer, call, eur

AINO = Payer(name="Aino Esimerkki", account="FI4950009420028730")


@pytest.fixture
def world(aws):
    """Two claims of one hundred, and one hundred that could be for either."""
    connected("erp")
    connected("bank")
    tell(invoice("1"), invoice("2"))
    see(sighting(payer=AINO))
    assert holds() == ["money:bank:1:erp:1", "money:bank:1:erp:2"]


def ask(route, name="bank:1", **request):
    return answer(admin.handler(call(route, path={"id": name}, **request), None))


def matched(*parts, name="bank:1", reason="payer_called"):
    allocations = [
        {"invoice": f"erp:{one}", "amount": {"amount": amount, "currency": currency}}
        for one, amount, currency in ((*part, "EUR")[:3] for part in parts)
    ]
    body = {"allocations": allocations, "reason": reason}
    status, told = ask("POST /v1/payments/{id}/match", name, body=body)
    work()
    return status, told


def trail():
    pk = keys.audit(NORDIC, f"{NOW:%Y-%m-%d}", "1")["pk"]
    return [row["what"] for row in table.query(pk, "0", "~")]


def test_what_waits_is_listed_and_shown_with_its_payer_and_proposals(world):
    listed = ask("GET /v1/payments", query={"state": "waiting"})[1]["payments"]
    assert [(one["id"], one["state"]) for one in listed] == [("bank:1", "waiting")]
    assert ask("GET /v1/payments")[1]["payments"] == []
    status, told = ask("GET /v1/payments/{id}")
    assert (status, told["sighting"]["payer"]["name"]) == (200, "Aino Esimerkki")
    assert {one["allocations"][0]["invoice"] for one in told["proposals"]} == {"erp:1", "erp:2"}
    assert all(one["because"]["text"] for one in told["proposals"])
    assert ask("GET /v1/payments", query={"state": "paid"})[0] == 400
    assert "Aino" not in str(listed)


def test_a_match_by_hand_books_releases_and_closes_the_question(world):
    assert tasks_open() == ["payment_ambiguous"]
    status, told = matched(("2", "100.00"))
    assert (status, told["state"], told["by"]) == (200, "matched", "console")
    assert (open_now(), holds(), tasks_open()) == ({"1": "100.00", "2": "0.00"}, [], [])
    assert trail() == ["payment_matched"]


def test_an_unmatch_leaves_the_claim_as_it_was_and_the_rules_keep_off(world):
    matched(("2", "100.00"))
    before = claims()["erp:1"]
    status, told = ask("POST /v1/payments/{id}/unmatch", body={"reason": "wrong_invoice"})
    work()
    assert (status, told["state"], told["rest"]["amount"]) == (200, "unapplied", "100.00")
    assert (open_now()["2"], claims()["erp:1"], holds()) == ("100.00", before, [])
    # Whatever comes next, it is the person's now.
    tell(invoice("3"))
    assert (payment().status, payment().by) == ("unapplied", "console")
    assert matched(("1", "60.00"), ("2", "40.00"))[0] == 200
    assert open_now() == {"1": "40.00", "2": "60.00", "3": "100.00"}
    assert ask("POST /v1/payments/{id}/unmatch", body={"reason": "again"})[0] == 200
    work()
    assert matched(("2", "100.00"))[0] == 200
    assert open_now() == {"1": "100.00", "2": "0.00", "3": "100.00"}
    assert trail().count("payment_matched") == 3


@pytest.mark.parametrize(
    ("parts", "path", "code"),
    [
        ([("9", "10.00")], "allocations.0.invoice", "unknown"),
        ([("1", "10.00"), ("1", "10.00")], "allocations.1.invoice", "unknown"),
        ([("1", "10.00", "SEK")], "allocations.0.amount", "currency"),
        ([("1", "0.00")], "allocations.0.amount", "out_of_range"),
        ([("1", "-1.00")], "allocations.0.amount", "out_of_range"),
        ([("1", "100.01")], "allocations.0.amount", "out_of_range"),
        ([("1", "60.00"), ("2", "40.01")], "allocations", "too_much"),
    ],
)
def test_a_match_that_cannot_be_is_refused_with_its_field(world, parts, path, code):
    status, told = matched(*parts)
    assert (status, told["fields"][0]["path"], told["fields"][0]["code"]) == (422, path, code)
    assert (payment().status, trail()) == ("waiting", [])


def test_money_for_none_of_the_claims_is_let_be_and_stays_listed(world):
    (task,) = ask("GET /v1/tasks")[1]["tasks"]
    found = ask("POST /v1/tasks/{id}/answer", task["id"], body={"answer": task["answers"][0]})
    assert (found[0], found[1]["code"]) == (409, "match_payment")
    status, told = matched(reason="not_ours")
    assert (status, told["state"], told["rest"]["amount"]) == (200, "unapplied", "100.00")
    assert (holds(), tasks_open(), trail()) == ([], [], ["payment_left_unapplied"])
    # The rules keep off what a person has decided, and it is still there to be matched.
    tell(invoice("3"))
    assert (payment().by, holds()) == ("console", [])
    assert [one["id"] for one in ask("GET /v1/payments")[1]["payments"]] == ["bank:1"]
    assert matched(("2", "100.00"))[0] == 200
    assert open_now()["2"] == "0.00"


def test_a_match_by_hand_that_crosses_another_is_refused(world, monkeypatch):
    see(sighting("2", "100.00", payer=AINO))
    store, crossed = money_rows.store, []

    def crossing(*given):
        if not crossed:
            crossed.append("bank:2")
            assert matched(("1", "100.00"), name="bank:2")[0] == 200
        return store(*given)

    monkeypatch.setattr(money_rows, "store", crossing)
    status, told = matched(("1", "100.00"))
    assert (status, told["code"]) == (409, "conflict")
    assert (payment("1").lines, open_now()["1"]) == ((), "0.00")


def test_a_reason_is_a_code_and_no_free_text(world):
    assert matched(("1", "10.00"), reason="Aino called")[0] == 422


def test_what_is_matched_or_no_receipt_is_not_matched_again(world):
    assert ask("POST /v1/payments/{id}/unmatch", body={"reason": "x"})[1]["code"] == "not_matched"
    matched(("2", "100.00"))
    assert matched(("1", "10.00"))[1]["code"] == "matched"
    see(reversal("1"))
    assert matched(("1", "10.00"), name="bank:r1")[1]["code"] == "not_a_receipt"
    assert open_now()["2"] == "100.00"


def test_reading_needs_the_scope_of_payments(world):
    assert ask("GET /v1/payments/{id}", scopes=["dunning:read"])[0] == 403
    assert matched(("1", "1.00"))[0] == 200
    body = {"reason": "x"}
    found = ask("POST /v1/payments/{id}/unmatch", body=body, scopes=["payments:read"])
    assert found[0] == 403


# --- reconciliation ------------------------------------------------------------------------------


def report(day="2026-02-25"):
    return ask("GET /v1/reports/reconciliation", query={"day": day})


def run_day(day="2026-02-25"):
    table.update(keys.money_day(NORDIC, day), set_={"due_at": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"})
    run(reconcile, [{"tenant": "nordic", "day": day}])
    return table.get(keys.money_day(NORDIC, day))


def test_each_days_money_adds_up_by_source_and_currency(world):
    see(
        sighting("2", "40.00", references=(REFERENCES["1"],)),
        sighting("3", "130.00", references=(REFERENCES["2"],)),
        sighting("4", "7.00", kind="payout"),
        sighting("5", "33.00", references=(REFERENCES["1"],)),
        reversal("5", "r5", "33.00", booked=NOW.date() - timedelta(days=5)),
    )
    status, told = report()
    (bank,) = told["sources"]
    sums = {name: bank[name]["amount"] for name in bank if isinstance(bank[name], dict)}
    assert (status, told["balanced"], bank["open"]) == (200, True, [])
    assert sums == {
        "came_in": "310.00", "booked": "141.07", "waiting": "100.00", "unapplied": "28.93",
        "kept": "0.00", "reversed": "33.00", "refunded": "0.00", "payouts": "7.00",
        "taken_back": "33.00", "difference": "0.00",
    }  # fmt: skip
    assert "due_at" not in run_day()
    assert "money_differs" not in tasks_open()
    assert report("2026-02-30")[0] == 400
    assert report("2026-02-24")[1] == {"day": "2026-02-24", "balanced": True, "sources": []}


def test_money_that_nobody_looked_at_is_a_difference_with_its_list(world, capsys):
    take(sighting("2", "40.00"), reversal(None, "r9", "5.00"))
    table.update(keys.sighting(NORDIC, "bank:2"), remove=("due_at", "due_shard"))
    (bank,) = report()[1]["sources"]
    assert (bank["difference"]["amount"], bank["open"]) == ("40.00", ["bank:2"])
    for _ in range(2):
        assert "due_at" in run_day()
    assert tasks_open().count("money_differs") == 1
    assert "ReconciliationDifference" in capsys.readouterr().out


def test_the_question_about_a_day_ends_by_itself_when_the_day_comes_right(world):
    take(sighting("2", "40.00"))
    run_day()
    assert "money_differs" in tasks_open()
    see(sighting("2", "40.00"))
    assert "due_at" not in run_day()
    assert "money_differs" not in tasks_open()
    question = tasks.read(NORDIC, "reconciliation-2026-02-25")
    assert (question["answer"], question["by"]) == ("mended", "hub")


def test_a_reversal_whose_receipt_nobody_knows_is_open_too(world):
    see(reversal(None, "r9", "5.00"))
    assert report("2026-02-27")[1]["sources"][0]["open"] == ["bank:r9"]
    assert "reversal_unknown" in tasks_open()
    assert eur("5.00") == payment("r9").amount
