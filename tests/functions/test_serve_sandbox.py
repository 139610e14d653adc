"""The sandbox: invented cases go through the real machinery, and no real row is within reach."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import pytest
import yaml
from ministack.core import iam_actions, iam_evaluator

from functions import process_inbox, receive_partner, serve_case_file, serve_sandbox
from functions.api import partner_sandbox
from functions.api.access import ROUTES
from infra.local.leading_keys import leading_keys
from infra.local.package import _Loader
from shared.cloud import clock, drift_rows, hub_keys, keys, remittance_rows, table, vault
from shared.cloud.keys import Tenant
from shared.domain.casefile_v1 import CaseFile
from shared.domain.events import CaseRecalled, CreditApplied, PaymentReversed, Released
from shared.domain.money import Money
from shared.domain.remittance import Remittance, RemittanceLine
from shared.domain.telling import told
from shared.domain.three_way import Verdict
from tests.domain import test_agreed_with_partner
from tests.domain.casebook import day, eur, on, paid
from tests.domain.test_telling import HOLD, THERE
from tests.faults.partner import Partner
from tests.functions.world import CASE, EVENTS, NORDIC, NOW, answer, call, open_case, sample

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BOX, OTHER = Tenant("sandbox-agency"), Tenant("sandbox-other")
SANDBOXED = sorted(route for route in ROUTES if "/sandbox/" in route)


@pytest.fixture
def peer(aws, monkeypatch):
    """A partner whose sandbox is made, listening."""
    monkeypatch.setenv("API_URL", "https://api.example.com")
    with ExitStack() as stack:
        found = stack.enter_context(Partner(SECRET))
        monkeypatch.setenv("PRIVATE_TARGETS", found.origin)
        monkeypatch.setenv("OUTBOUND", "on")
        monkeypatch.setattr(clock, "wall", lambda: datetime.now(UTC))
        monkeypatch.setattr(clock, "now", lambda: NOW)
        config = json.dumps({"partner": "Agency", "endpoint": found.endpoint})
        for tenant in (BOX, OTHER):
            table.put({
                **keys.connection(tenant, "partner"), "connector": "collectors.rest_hub",
                "config": config, "state": "enabled",
            })  # fmt: skip
            vault.write(tenant, "partner", {"webhook_secret": SECRET})
        yield found


def ask(route, body=None, *, key="k1", tenant=BOX, function=serve_sandbox, case=None, **more):
    event = call(
        route, role="partner", tenant=tenant.id, connection="partner", body=body,
        headers={"idempotency-key": key}, path={"id": case} if case else None, **more,
    )  # fmt: skip
    return answer(function.handler(event, None))


def begun():
    status, body = ask("POST /v1/partner/sandbox/cases", {"amount": "250.00"})
    assert status == 201
    return body["case"]


def test_the_sample_call_hands_an_invented_case_over(peer):
    status, body = answer(serve_sandbox.handler(sample("serve_sandbox"), None))

    assert (status, body["state"]) == (201, "sent")
    assert peer.keys() == [body["act"]]


def test_a_case_is_made_once_for_one_key_and_its_file_is_whole(peer):
    case = begun()
    assert begun() == case
    assert [message["type"] for _, message in peer.seen] == ["case.submitted"]

    status, file = ask("GET /v1/partner/cases/{id}", case=case, function=serve_case_file)

    assert status == 200
    assert CaseFile.model_validate(file).totals.open.amount >= 250


@pytest.mark.parametrize("switch", ["hub", "parameter"])
def test_no_invented_case_leaves_while_the_hub_is_switched_off(peer, monkeypatch, switch):
    if switch == "hub":
        table.put({**hub_keys.control(), "stopped": True})
    else:
        monkeypatch.setenv("OUTBOUND", "off")

    status, body = ask("POST /v1/partner/sandbox/cases", {"amount": "250.00"})

    assert (status, body["code"], peer.seen) == (409, "switched_off", [])
    table.put({**hub_keys.control(), "stopped": False})
    monkeypatch.setenv("OUTBOUND", "on")
    begun()
    assert [message["type"] for _, message in peer.seen] == ["case.submitted"]


def test_what_the_sandbox_sends_has_the_fields_of_what_is_sent_in_earnest():
    """Who writes a receiver against the sandbox must not meet other names later."""
    story = [
        HOLD, paid("p", "03-05", "10.00"),
        PaymentReversed(at=on("03-06"), reversal="erp:r", payment="erp:p", claim="erp:a",
                        amount=eur("10.00"), on=day("03-06"), code="returned"),
        CreditApplied(at=on("03-06"), credit_note="erp:c", claim="erp:a", amount=eur("1.00"),
                      issued=day("03-06")),
        CaseRecalled(at=on("03-07"), recall="r", partner="agency", claims=("erp:a",), why="kept",
                     by="console"),
        Released(at=on("03-08"), hold="k"),
    ]  # fmt: skip
    real, case = {}, THERE
    for event in story:
        real |= {one.kind: set(one.data) for one in told(case, [event])}
        case = case.apply(event)
    plan = test_agreed_with_partner
    made = plan.said(plan.THERE, "03-23", "propose_plan", agreed=True, **plan.PLAN)
    real |= {one.kind: set(one.data) for one in told(plan.THERE, made)}

    assert len(real) == 7
    assert {kind: set(partner_sandbox._DATA[kind]) for kind in real} == real


@pytest.mark.parametrize("kind", ["case.held", "payment.direct", "case.withdrawn", "plan.agreed"])
def test_any_message_is_fired_at_the_endpoint(peer, kind):
    case = begun()

    status, body = ask(
        "POST /v1/partner/sandbox/cases/{id}/messages", {"type": kind}, key="k2", case=case
    )

    assert (status, body["state"]) == (200, "sent")
    key, message = peer.seen[-1]
    assert (key, message["type"]) == (body["act"], kind)
    assert message["data"]["case_id"] == case


def test_waits_pass_at_once_and_the_message_bears_the_same_id(peer):
    case = begun()
    peer.modes = ["503", "take"]
    fired = ask(
        "POST /v1/partner/sandbox/cases/{id}/messages", {"type": "case.held"}, key="k2", case=case
    )[1]
    assert (fired["state"], fired["code"]) == ("intended", "http_503")

    assert ask("POST /v1/partner/sandbox/advance", {"seconds": 60}, key="k3")[1]["messages"] == []
    (moved,) = ask("POST /v1/partner/sandbox/advance", {"seconds": 900}, key="k4")[1]["messages"]

    assert (moved["act"], moved["state"]) == (fired["act"], "sent")
    assert peer.keys()[-2:] == [fired["act"]] * 2


def test_what_was_made_of_a_report_is_seen(peer):
    case = begun()
    for key, kind in (("rep-1", "case.accepted"), ("rep-2", "case.unheard_of")):
        report = {
            "type": kind, "id": key, "timestamp": "2026-03-02T09:00:00Z",
            "data": {"partner_case_id": "A-1"},
        }  # fmt: skip
        route = "POST /v1/partner/cases/{id}/events"
        assert ask(route, report, key=key, case=case, function=receive_partner)[0] == 202
        event = sample("process_inbox")
        message = {"tenant": BOX.id, "source": "partner", "event": key}
        event["Records"] = [{**event["Records"][0], "body": json.dumps(message)}]
        assert process_inbox.handler(event, None) == {"batchItemFailures": []}

    route = "GET /v1/partner/sandbox/cases/{id}"
    good = ask(route, case=case, query={"report": "rep-1"})[1]
    bad = ask(route, case=case, query={"report": "rep-2"})[1]

    assert good["report"]["state"] == "done"
    assert "partner_answered" in [one["kind"] for one in good["events"]]
    assert (bad["report"]["state"], bool(bad["report"]["fault"])) == ("quarantined", True)


def test_a_reset_takes_remittances_and_what_was_compared_with_them(peer, rows):
    begun()
    money = Money(Decimal("32.00"), "EUR")
    sent = Remittance(
        id="R-1", currency="EUR", value_date=date(2026, 3, 2), bank_reference="1009", total=money,
        lines=(RemittanceLine(category="other", amount=money),),
    )  # fmt: skip
    apart = Verdict(state="drift", amount=money, books=money, hub=money)
    table.transact(remittance_rows.new(BOX, "partner", sent, ()))
    table.put(drift_rows.apart(BOX, "d1", "partner", apart, "2026-03-02", {}))
    drift_rows.compared(BOX, "partner", {})
    drift_rows.gone_on(BOX, "partner", "c", {})
    kinds = ("#REMIT#", "#DRIFT", "#LOOK#")
    assert len([row for row in rows() if any(one in row["pk"] for one in kinds)]) == 5

    ask("POST /v1/partner/sandbox/reset", {}, key="k3")

    assert not [row for row in rows() if any(one in row["pk"] for one in kinds)]


def test_a_reset_deletes_what_the_sandbox_made_and_nothing_else(peer, rows):
    open_case(NORDIC)
    begun()
    ask("POST /v1/partner/sandbox/reset", {}, key="k0", tenant=OTHER)
    others = {row["pk"] for row in rows() if BOX.id not in row["pk"]}
    case = begun()
    body = {"type": "case.held"}
    ask("POST /v1/partner/sandbox/cases/{id}/messages", body, key="k2", case=case)

    assert ask("POST /v1/partner/sandbox/reset", {}, key="k3")[1] == {"wiped": 1}

    left = [row["pk"] for row in rows() if BOX.id in row["pk"]]
    assert not [pk for pk in left if case in pk or "#SENT#" in pk or "#INV#" in pk]
    assert f"T#{BOX.id}#CONN#partner" in left
    assert {row["pk"] for row in rows() if BOX.id not in row["pk"]} == others
    assert ask("POST /v1/partner/sandbox/cases", {"amount": "99.00"}, key="k9")[0] == 201


@pytest.mark.parametrize("route", SANDBOXED)
def test_a_principal_of_a_creditor_has_no_sandbox_and_another_sandbox_knows_nothing(
    peer, rows, route
):
    case = begun()
    open_case(NORDIC)
    body = {"type": "case.held"} if route.endswith("messages") else {"seconds": 9}
    before = sorted(map(str, rows()))

    assert ask(route, body, tenant=NORDIC, case=CASE)[1]["code"] == "no_sandbox"
    assert sorted(map(str, rows())) == before
    if "{id}" in route:
        assert ask(route, body, tenant=OTHER, case=case)[0] == 404


ROWS = "arn:aws:dynamodb:eu-north-1:000000000000:table/rows"


@cache
def policy():
    """The rights of the function, as its template has them, to the table of the stack."""
    compute = (EVENTS.parent / "infra" / "compute.yaml").read_text()
    whole = yaml.load(compute, Loader=_Loader)  # noqa: S506 - a safe loader
    (stated,) = whole["Resources"]["ServeSandbox"]["Properties"]["Policies"]
    text = json.dumps(stated).replace('{"Ref": "TableArn"}', f'"{ROWS}"')
    text = text.replace('{"Fn::Sub": "${TableArn}/index/listing"}', f'"{ROWS}/index/listing"')
    return iam_evaluator.parse_policy_document(text)


def judged(operation, asked):
    """What the evaluator of the embedded stack says of a call, each item of a transaction."""
    index = asked.get("IndexName")
    body = json.dumps(asked).encode()
    actions = [f"dynamodb:{operation}"]
    if operation == "TransactWriteItems":
        checks = iam_actions.dynamodb_transaction_checks(actions[0], body, "r", "a")
        actions = [action for action, _ in checks]
    schema = {None: "pk", "listing": "list_in", "due": "due_shard"}
    found = leading_keys(body, lambda _, index: schema[index])
    assert found
    for action in actions:
        context = iam_evaluator.EvalContext(
            principal_arn="arn:aws:iam::000000000000:role/r", principal_type="AssumedRole",
            principal_account="000000000000", action=action, region="eu-north-1",
            resource_arn=f"{ROWS}/index/{index}" if index else ROWS,
            service_context={"dynamodb:leadingkeys": found},
        )  # fmt: skip
        yield action, iam_evaluator.evaluate(context, [policy()]).decision


def test_each_row_that_the_sandbox_asks_for_is_within_its_role_and_a_creditors_never(peer):
    asked, events = [], table.client().meta.events
    events.register(
        "provide-client-params.dynamodb",
        lambda params, model, **_: asked.append((model.name, params)),
    )
    case = begun()
    told = "POST /v1/partner/sandbox/cases/{id}/messages"
    for number, kind in enumerate(partner_sandbox._DATA):
        assert ask(told, {"type": kind}, key=f"m{number}", case=case)[0] == 200
    assert ask("GET /v1/partner/sandbox/cases/{id}", case=case)[0] == 200
    assert ask("POST /v1/partner/sandbox/advance", {"seconds": 900}, key="k4")[0] == 200
    assert ask("POST /v1/partner/sandbox/reset", {}, key="k5")[0] == 200

    mine = [one for operation, params in asked for one in judged(operation, params)]
    refused = [action for action, decision in mine if decision != "Allow"]
    assert (refused, len({action for action, _ in mine}) > 5) == ([], True)

    theirs = json.loads(json.dumps(asked).replace(f"T#{BOX.id}#", f"T#{NORDIC.id}#"))
    changed = [one for one, before in zip(theirs, asked, strict=True) if one != list(before)]
    let_in = [one for operation, params in changed for one in judged(operation, params)
              if one[1] == "Allow"]  # fmt: skip
    assert (let_in, len(changed) > 50) == ([], True)


def test_the_sandbox_has_no_right_to_any_row_of_a_creditor():
    text = (EVENTS.parent / "infra" / "compute.yaml").read_text()
    block = text[text.index("  ServeSandbox:") : text.index("  ServeSandboxLogs:")]

    assert block.count("dynamodb:") - block.count("LeadingKeys") == 10
    assert block.count("LeadingKeys") == 3
    assert '"dynamodb:LeadingKeys": ["T#sandbox-*"]' in block
    assert "secret:${SecretPrefix}/sandbox-*" in block
