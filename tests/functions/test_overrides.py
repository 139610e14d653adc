"""Overrides through the API: for what the tenant has, never harder, joined to the decision."""

from __future__ import annotations

import json
from datetime import date

import pytest

from functions import admin
from shared.cloud import clock, connections, keys, override_rows, step, table
from shared.cloud.store import Store, Token
from shared.domain.decide import Remind
from shared.domain.events import ActSent, ReminderIntended
from shared.domain.overrides import Override
from tests.functions.world import CASE, NORDIC, answer, call, open_case

PUT, GET = "PUT /v1/overrides/{kind}/{id}", "GET /v1/overrides/{kind}/{id}"


@pytest.fixture(autouse=True)
def _known(aws):
    """A debtor with an agreement and two invoices in a case, and the policy's counterparts."""
    table.put({**keys.party(NORDIC, "erp:d1"), "body": "{}"})
    table.put({**keys.fact(NORDIC, "AGR", "erp:a1"), "body": json.dumps({"debtor": "erp:d1"})})
    for invoice, agreement in (("erp:1", "erp:a1"), ("erp:2", None)):
        body = {"debtor": "erp:d1", "agreement": agreement}
        table.put({**keys.invoice(NORDIC, invoice), "body": json.dumps(body)})
    for name in ("erp.tryton", "channels.email", "collectors.rest_hub"):
        key = {"erp.tryton": "erp", "channels.email": "email"}.get(name, "partner")
        made = connections.made(NORDIC, key, connector=name, config={}, start_line=None)
        table.transact([made])
    open_case(NORDIC)


def put(kind, target, **terms):
    path = {"kind": kind, "id": target}
    return answer(admin.handler(call(PUT, path=path, body=terms), None))


def get(kind, target):
    return answer(admin.handler(call(GET, path={"kind": kind, "id": target}), None))


def run():
    store = Store(NORDIC)
    loaded = store.load(CASE)
    token = Token(CASE, loaded.head["version"], loaded.head["attempt"], loaded.head["snap"])
    return step.frame(store, token, loaded, clock.now())


def test_an_override_binds_the_next_decision_and_is_named_by_its_hash(aws):
    assert isinstance(run().decision(), Remind)
    _, made = put("debtor", "erp:d1", hold_steps=["friendly"], language="sv")

    held = run()
    answer_ = held.decision()

    assert (answer_.kind, answer_.why) == ("ask", "approve_remind")
    assert held.language == "sv"
    first = held.decided(answer_).because[0]
    assert (first.rule, first.facts["hash"]) == ("policy.override", made["hash"])
    put("debtor", "erp:d1")
    kept = Override.model_validate_json(table.get(keys.override(NORDIC, made["hash"]))["body"])
    assert kept.terms.hold_steps == ("friendly",)


def test_every_level_is_found_by_its_own_id_and_the_nearest_holds(aws):
    put("creditor", "nordic", payment_days=15)
    put("segment", "vip", payment_days=16)
    put("debtor", "erp:d1", segment="vip")
    assert run().policy.payment_days == 16
    put("debtor", "erp:d1", segment="vip", payment_days=17)
    put("agreement", "erp:a1", payment_days=18)
    put("invoice", "erp:2", payment_days=19)

    bound = run().policy

    assert bound.payment_days == 17
    assert bound.terms("erp:1").payment_days == 18
    assert bound.terms("erp:2").payment_days == 19


def test_a_claims_own_terms_hold_for_that_claim_alone(aws):
    assert run().decision().claims == ("erp:1", "erp:2")
    put("invoice", "erp:1", extra_days={"friendly": 60})
    assert run().decision().claims == ("erp:2",)
    put("agreement", "erp:a1", tone="firm")
    put("invoice", "erp:1")
    put("invoice", "erp:2", hold_steps=["friendly"])

    decision = run().decision()

    assert (decision.kind, decision.claims, decision.tone) == ("remind", ("erp:1",), "firm")


def test_a_claim_that_is_not_to_be_handed_over_stays_while_the_other_goes(aws):
    put("invoice", "erp:1", do_not_hand_over=True)
    for at, step_id in enumerate(("friendly", "firm")):
        told = run()
        sent = ReminderIntended(
            at=clock.now(), act=f"a{at}", step=step_id, claims=("erp:1", "erp:2"),
            channel="email", tone="firm", language="fi", deadline=date(2026, 1, 20 + at),
            document="d", content_hash="0" * 64,
        )  # fmt: skip
        given = ActSent(at=clock.now(), act=f"a{at}", on=date(2026, 1, 18 + at))
        told.store.append(told.loaded, [sent, given], due_at=None)

    decision = run().decision()

    assert (decision.kind, decision.claims) == ("hand_over", ("erp:2",))


def test_an_override_that_says_nothing_is_taken_away(aws):
    put("debtor", "erp:d1", fee="none")
    assert get("debtor", "erp:d1")[1]["terms"]["fee"] == "none"
    put("debtor", "erp:d1")
    assert get("debtor", "erp:d1")[0] == 404
    assert run().kinder == ()


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("debtor", "erp:nobody"), ("invoice", "erp:9"), ("agreement", "erp:9"),
        ("creditor", "twin"), ("planet", "mars"), ("segment", "a#b"),
    ],
)  # fmt: skip
def test_a_target_that_the_tenant_does_not_have_is_not_there(aws, kind, target):
    assert put(kind, target, fee="none")[0] == 404


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"hold_steps": ["nope"]}, "hold_steps.0"),
        ({"extra_days": {"nope": 3}}, "extra_days.nope"),
        ({"minimum": {"amount": "1.00", "currency": "SEK"}}, "minimum"),
        ({"channel": "carrier-pigeon"}, "channel"),
        ({"channel": "partner"}, "channel"),
        ({"fee": "statutory"}, "fee"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_its_path(aws, terms, path):
    status, problem = put("debtor", "erp:d1", **terms)
    assert status == 422
    assert [one["path"] for one in problem["fields"]] == [path]


def test_only_a_debtor_belongs_to_a_segment(aws):
    assert put("invoice", "erp:1", segment="vip")[1]["fields"][0]["path"] == "segment"


def test_more_time_to_pay_than_the_hand_over_leaves_is_refused_with_what_is_lawful(aws):
    status, problem = put("debtor", "erp:d1", payment_days=40)
    assert (status, problem["code"]) == (422, "unlawful")
    assert {one["lawful"] for one in problem["violations"]} == {"from day 41 after it"}
    more = {"payment_days": 40, "extra_days": {"partner": 20}}
    assert put("debtor", "erp:d1", **more)[0] == 200


def test_an_override_is_audited_by_ids_and_hash_alone(aws, rows):
    made = put("debtor", "erp:d1", language="sv")[1]
    (line,) = [one for one in rows() if one.get("what") == "override_stored"]
    assert json.loads(line["facts"]) == {
        "kind": "debtor", "target": "erp:d1", "hash": made["hash"],
    }  # fmt: skip


def listed(**query):
    status, body = answer(admin.handler(call("GET /v1/overrides", query=query), None))
    assert status == 200, body
    return body


def targets(body):
    return [f"{one['kind']}:{one['target']}" for one in body["overrides"]]


def test_all_overrides_are_listed_page_by_page_each_once(aws):
    table.put({**keys.party(NORDIC, "erp:d2"), "body": "{}"})
    for kind, target in (("invoice", "erp:2"), ("debtor", "erp:d2"), ("agreement", "erp:a1"),
                         ("segment", "vip"), ("debtor", "erp:d1"), ("creditor", "nordic"),
                         ("invoice", "erp:1")):  # fmt: skip
        assert put(kind, target, fee="none")[0] == 200

    whole = listed()

    assert whole["cursor"] is None
    assert targets(whole) == [
        "creditor:nordic", "segment:vip",
        "agreement:erp:a1", "debtor:erp:d1", "invoice:erp:1", "invoice:erp:2", "debtor:erp:d2",
    ]  # fmt: skip
    assert [one["debtor"] for one in whole["overrides"]] == [
        None, None, *["erp:d1"] * 4, "erp:d2"
    ]  # fmt: skip
    assert whole["overrides"][3] == get("debtor", "erp:d1")[1] | {"debtor": "erp:d1"}
    for size in range(1, 8):
        seen, more = [], {}
        while more is not None:
            part = listed(limit=str(size), **more)
            assert len(part["overrides"]) <= size
            seen += part["overrides"]
            more = {"cursor": part["cursor"]} if part["cursor"] else None
        assert seen == whole["overrides"], size


def test_overrides_are_sifted_by_kind_and_by_debtor_and_one_that_is_gone_is_not_listed(aws):
    put("segment", "vip", fee="none")
    put("invoice", "erp:1", fee="none")
    put("debtor", "erp:d1", fee="none")

    assert targets(listed(kind="segment")) == ["segment:vip"]
    assert targets(listed(debtor="erp:d1")) == ["debtor:erp:d1", "invoice:erp:1"]
    assert targets(listed(debtor="erp:d1", kind="invoice")) == ["invoice:erp:1"]
    assert targets(listed(debtor="erp:d9")) == []
    assert answer(admin.handler(call("GET /v1/overrides", query={"kind": "x"}), None))[0] == 400
    put("segment", "vip")
    put("invoice", "erp:1")
    put("debtor", "erp:d1")
    assert listed() == {"overrides": [], "cursor": None}


def test_a_look_for_a_rare_kind_reads_no_more_than_two_hundred_debtors(aws):
    for number in range(203):
        place = keys.debtor_overrides(NORDIC, f"erp:x{number:03d}")
        one = Override(kind="debtor", target=f"erp:x{number:03d}", segment="vip")
        table.transact([override_rows.put(place, one)])
    place = keys.debtor_overrides(NORDIC, "erp:x201")
    table.transact([override_rows.put(place, Override(kind="invoice", target="i", segment="s"))])

    first = listed(kind="invoice")
    rest = listed(kind="invoice", cursor=first["cursor"])

    assert targets(first) == []
    assert (targets(rest), rest["cursor"]) == (["invoice:i"], None)
