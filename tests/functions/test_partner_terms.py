"""Partner terms, routing and the gate: stored with care, explained without effect, and kept."""

from __future__ import annotations

from datetime import date

import pytest

from functions import admin, hand_over, placing
from shared.cloud import clock, connections, keys, step, table
from shared.cloud.store import Store, Token
from shared.domain.decide import HandOver
from shared.domain.model import Address, Invoice, Party
from tests.functions.world import CASE, NORDIC, TWIN, answer, call, claim, eur, load, open_case

SIGNED = {"contract": {"state": "signed", "on": "2026-01-01"}}
CLAIMS = ("erp:1", "erp:2")
DECISION = HandOver(act=f"{CASE}-partner-1", step="partner", claims=CLAIMS, partner="partner")


@pytest.fixture
def partners(aws, monkeypatch):
    """A case whose claims could go to one of two partners, and a debtor who is known."""
    monkeypatch.setenv("API_URL", "https://api.example")
    for name in ("partner", "other"):
        made = connections.made(
            NORDIC, name, connector="collectors.rest_hub", config={}, start_line=None
        )
        table.transact([made])
    books = connections.made(
        NORDIC, "erp", connector="erp.tryton", config={}, start_line=date(2026, 1, 1)
    )
    table.transact([books])
    open_case(NORDIC)
    party = Party(
        id="erp:d1", version="1", kind="person", name="Veikko", country="FI",
        addresses=(Address(lines=("Salakuja 7",), postal_code="1", city="T", country="FI"),),
    )  # fmt: skip
    table.put({**keys.party(NORDIC, "erp:d1"), "body": party.model_dump_json()})
    one = claim("erp:1")
    invoice = Invoice(
        id="erp:1", version="1", number="1", debtor="erp:d1", issued=one.issued, due=one.due,
        total=eur("100.00"), open=eur("100.00"), description="Huolto",
    )  # fmt: skip
    table.put({**keys.invoice(NORDIC, "erp:1"), "body": invoice.model_dump_json()})


def ask(route, **request):
    return answer(admin.handler(call(route, **request), None))


def put_terms(terms, partner="partner"):
    return ask(
        "PUT /v1/partners/{connection}/terms", path={"connection": partner}, body=SIGNED | terms
    )


def hand_over_of(case=CASE, **request):
    return ask("GET /v1/cases/{id}/hand-over", path={"id": case}, **request)


def run():
    store = Store(NORDIC)
    loaded = store.load(CASE)
    token = Token(CASE, loaded.head["version"], loaded.head["attempt"], loaded.head["snap"])
    return step.frame(store, token, loaded, clock.now())


def test_terms_are_stored_read_back_and_noted(partners, rows):
    status, put = put_terms({"capacities": ["consumer"]})
    got = ask("GET /v1/partners/{connection}/terms", path={"connection": "partner"})

    assert (status, got) == (200, (200, put))
    assert [row["what"] for row in rows() if "what" in row] == ["partner_terms_stored"]


@pytest.mark.parametrize("partner", ["email", "nobody"])
def test_only_a_collection_partner_has_terms(partners, partner):
    made = connections.made(NORDIC, "email", connector="channels.email", config={}, start_line=None)
    table.transact([made])
    assert put_terms({}, partner)[0] == 404


def test_terms_that_make_no_sense_name_the_field(partners):
    status, body = put_terms({"capacities": ["friend"]})
    assert (status, body["fields"][0]["path"]) == (422, "capacities.0")


def test_terms_of_a_partner_are_the_tenants_own(partners):
    put_terms({})
    status, _ = ask(
        "GET /v1/partners/{connection}/terms", path={"connection": "partner"}, tenant=TWIN.id
    )
    assert status == 404


def test_routing_names_known_partners_alone(partners):
    status, body = ask(
        "PUT /v1/routing", body={"rules": [{"id": "a", "partner": "other"},
                                          {"id": "b", "partner": "nobody"}]},
    )  # fmt: skip
    assert (status, body["fields"][0]["path"]) == (422, "rules.1.partner")
    assert ask("GET /v1/routing")[1]["rules"] == []


def test_the_gate_is_explained_and_nothing_changes(partners, rows):
    put_terms({"prices": [{"service": "collection", "price": eur_text("7.00")}]})
    before = rows()

    status, body = hand_over_of()

    assert [row["what"] for row in rows() if row not in before] == ["looked"]
    assert status == 200
    assert (body["partner"], body["ready"], body["price"]) == ("partner", False, eur_text("7.00"))
    told = {one["name"] for one in body["checks"] if not one["ok"]}
    assert {"law_wait", "last_step"} == told
    assert "contract" not in told
    assert "Veikko" not in str(body)


def eur_text(amount):
    return {"amount": amount, "currency": "EUR"}


def test_a_case_that_is_not_there_or_not_yours_is_no_case(partners):
    assert hand_over_of("nowhere")[0] == 404
    assert hand_over_of(tenant=TWIN.id)[0] == 404
    assert hand_over_of(scopes=("settings:read",))[0] == 403


def test_claims_go_where_the_first_rule_says_and_past_a_partner_that_drains(partners):
    rules = [{"id": "goods", "partner": "other", "classes": ["goods"]}]
    ask("PUT /v1/routing", body={"rules": rules})
    assert hand_over_of()[1]["partner"] == "other"
    assert placing.place(run(), CLAIMS, "partner").route.reason.facts["id"] == "goods"

    put_terms({"draining": True}, "other")

    assert hand_over_of()[1]["partner"] == "partner"
    put_terms({"draining": True})
    assert (hand_over_of()[1]["partner"], hand_over_of()[1]["ready"]) == (None, False)


@pytest.mark.parametrize(
    ("terms", "left"),
    [({"after_due": {"consumer": 90}}, "act_withheld"), ({"classes": ["rent"]}, "person_asked")],
)
def test_what_only_time_mends_waits_and_the_rest_is_a_persons(partners, terms, left):
    put_terms(terms)
    now = run()
    judged = placing.judge(now, CLAIMS, placing.place(now, CLAIMS, "partner"))

    assert hand_over.doubted(now, DECISION, judged) == "partner_terms"

    assert Store(NORDIC).history(CASE)[-1].kind == left
    task = table.get(keys.task(NORDIC, f"{DECISION.act}-partner_terms"))
    assert (task is not None) == bool(load().tasks) == (left == "person_asked")
    if task is not None:
        assert "gate.claim_class" in task["body"]


def test_a_file_that_lacks_something_is_a_persons_and_the_task_names_the_field(partners):
    party = Party(id="erp:d1", version="2", kind="person", name="Veikko", country="FI")
    table.put({**keys.party(NORDIC, "erp:d1"), "body": party.model_dump_json()})
    now = run()
    judged = placing.judge(now, CLAIMS, placing.place(now, CLAIMS, "partner"))

    assert hand_over.doubted(now, DECISION, judged) == "case_file_incomplete"

    task = table.get(keys.task(NORDIC, f"{DECISION.act}-case_file_incomplete"))
    assert "debtors.0.addresses" in task["body"]
