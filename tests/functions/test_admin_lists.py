"""What a creditor's people look through: policies, partners, letters, the law, proposals."""

from __future__ import annotations

import pytest

from functions import admin
from shared.cloud import keys, money_rows, partner_rows, table
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.lawpack import load
from shared.domain.sighting import Payer
from tests.functions.money import connected, invoice, open_now, see, sighting, tell, work
from tests.functions.world import NORDIC, POLICY, answer, call, eur, know_counterparts


def ask(route, **request):
    return answer(admin.handler(call(route, **request), None))


def test_policies_are_listed_with_the_one_in_force(aws):
    know_counterparts(NORDIC)
    for version in (2, 3):
        body = {**POLICY, "version": version}
        assert ask("PUT /v1/policies/{id}", path={"id": "standard"}, body=body)[0] == 201
    table.put({**keys.active_policy(NORDIC), "policy": "standard", "version": 2})

    _, first = ask("GET /v1/policies", query={"limit": "1"})
    _, rest = ask("GET /v1/policies", query={"limit": "1", "cursor": first["cursor"]})

    listed = [*first["policies"], *rest["policies"]]
    assert [(one["version"], one["active"]) for one in listed] == [(2, True), (3, False)]


def test_partners_are_listed_with_what_is_known_of_their_terms(aws):
    know_counterparts(NORDIC)
    (partner,) = ask("GET /v1/partners")[1]["partners"]
    assert (partner["id"], partner["terms_stored"], partner["draining"]) == ("partner", False, None)

    terms = PartnerTerms(draining=True)
    table.transact([partner_rows.put(partner_rows.terms_key(NORDIC, "partner"), terms)])
    (partner,) = ask("GET /v1/partners")[1]["partners"]
    assert (partner["terms_stored"], partner["contract"], partner["draining"]) == (
        True, "pending", True,
    )  # fmt: skip


def test_letters_are_listed_and_own_sentences_are_marked(aws):
    place = {"language": "fi", "letter": "reminder", "tone": "firm"}
    route = "PUT /v1/letters/{language}/{letter}/{tone}"
    listed = ask("GET /v1/letters")[1]["letters"]
    assert {one["own"] for one in listed} == {None}

    shipped = ask(route.replace("PUT", "GET"), path=place)[1]["shipped"]
    name, sentence = next(iter(shipped.items()))
    status, put = ask(route, path=place, body={"sentences": {name: sentence}})
    assert status == 200

    own = {one["own"]: one for one in ask("GET /v1/letters")[1]["letters"]}
    assert own[put["hash"]] == {**place, "own": put["hash"]}
    for one in listed:
        path = {name: one[name] for name in place}
        assert ask(route.replace("PUT", "GET"), path=path)[0] == 200


def test_a_law_sheet_shows_every_rule_with_its_section_and_every_rate(aws):
    status, sheet = ask("GET /v1/law/{country}/sheet", path={"country": "FI"})
    pack = load("FI")

    assert (status, sheet["hash"], sheet["signed"]) == (200, pack.hash, False)
    assert {one["id"]: one["section"] for one in sheet["rules"]} == {
        name: rule.section for name, rule in pack.rules.items()
    }
    assert sheet["rates"][-1]["last"] == pack.rates[-1].last.isoformat()
    assert ask("GET /v1/law/{country}/sheet", path={"country": "XX"})[0] == 404


@pytest.fixture
def waiting(aws):
    """Two claims of one hundred, and one hundred that could be for either."""
    connected("erp")
    connected("bank")
    tell(invoice("1"), invoice("2"))
    see(sighting(payer=Payer(name="Aino Esimerkki", account="FI4950009420028730")))


def accept(name, **more):
    body = {"proposal": name, "reason": "payer_called", **more}
    return ask("POST /v1/payments/{id}/accept", path={"id": "bank:1"}, body=body)


def test_a_proposal_is_accepted_by_its_name_and_only_as_it_was_shown(waiting):
    (listed,) = ask("GET /v1/proposals")[1]["payments"]
    assert (listed["payment"], listed["amount"]["amount"]) == ("bank:1", "100.00")
    best = next(one for one in listed["proposals"] if one["allocations"])
    assert accept("0" * 16)[1]["code"] == "proposal_changed"

    status, told = accept(best["proposal"])
    work()

    paid = best["allocations"][0]["invoice"]
    assert (status, told["state"], told["by"]) == (200, "matched", "console")
    assert open_now()[paid[4:]] == "0.00"
    assert money_rows.read(NORDIC, "bank:1").payment.rest == eur("0.00")
    assert ask("GET /v1/proposals")[1]["payments"] == []
    assert accept(best["proposal"])[1]["code"] == "matched"
