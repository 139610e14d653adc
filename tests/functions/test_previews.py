"""Previews through the API: what lies ahead is seen, stored, and held against what happened."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from functions import admin, foresee, foreseeing
from functions.joining import joining
from shared.cloud import clock, keys, partner_rows, preview_rows, table
from shared.cloud.store import Store
from shared.domain.events import ActSent, CaseClosed, Held, PolicyRef, ReminderIntended
from shared.domain.explain import content_hash
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.model import Address, Party
from shared.domain.policy import Policy
from shared.errors import Conflict
from tests.functions.money import connected, invoice, run, stated, tell
from tests.functions.world import NORDIC, NOW, POLICY, answer, call, know_counterparts

LATER = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _world(aws):
    """A case of one claim; an invoice that will join it, and one that will open a case."""
    connected("erp")
    tell(
        invoice("1"),
        invoice("2", due=LATER),
        invoice("3", debtor="erp:d1", due=LATER),
        invoice("4"),
    )
    quick = Policy.model_validate({**POLICY, "version": 2, "steps": POLICY["steps"][::2]})
    table.put({
        **keys.policy(NORDIC, "standard", 2), "body": quick.model_dump_json(),
        "hash": content_hash(quick),
    })  # fmt: skip


def post(**body):
    return answer(admin.handler(call("POST /v1/previews", body=body), None))


def get(preview, what="", **query):
    route = f"GET /v1/previews/{{id}}{what}"
    return admin.handler(call(route, path={"id": preview}, query=query), None)


def seen(**body):
    """A preview, worked on to its end, and its cases."""
    status, made = post(**body)
    assert status == 202
    run(foresee, [{"tenant": "nordic", "preview": made["preview"]}])
    _, whole = answer(get(made["preview"]))
    assert whole["state"] == "done"
    cases, number = [], 0
    while number is not None:
        _, page = answer(get(made["preview"], "/cases", page=str(number)))
        cases += page["cases"]
        assert page["unread"] == []
        number = page["next"]
    return whole, {case["case"]: case for case in cases}


def told(case):
    return [(act["on"], act["kind"], act["step"], act["claims"]) for act in case["acts"]]


def running():
    return table.get(keys.invoice(NORDIC, "erp:1"))["case_id"]


def test_the_days_ahead_are_those_of_every_case_and_of_invoices_that_will_be_in_one():
    whole, cases = seen(days=40)

    mine = cases.pop(running())
    (other,) = (case for case in cases.values() if case["acts"][0]["claims"] == ["erp:2"])
    assert told(mine)[:2] == [
        ("2026-03-02", "remind", "friendly", ["erp:1"]),
        ("2026-03-18", "remind", "firm", ["erp:1", "erp:3"]),
    ]
    assert told(other)[0] == ("2026-03-18", "remind", "friendly", ["erp:2"])
    assert whole["totals"]["sums"][0]["contacts"] == sum(
        act["kind"] == "remind" for case in (mine, *cases.values()) for act in case["acts"]
    )
    assert whole["totals"]["cases"] == 3


def test_what_will_join_asks_the_table_for_pages_and_not_for_each_invoice():
    tell(*(invoice(f"n{number}", debtor=f"erp:n{number}", due=LATER) for number in range(30)))
    tell(*(invoice(f"o{number}", debtor="erp:d1", due=LATER) for number in range(30)))
    events, calls = table.client().meta.events, list[str]()
    events.register("provide-client-params.dynamodb", lambda model, **_: calls.append(model.name))

    found = joining(NORDIC, NOW, date(2026, 4, 1))

    assert len(found["new"]) == 31
    assert [len(one) for one in found["open"].values()] == [31]
    # Of each of four shards: its invoices, their debtors, their cases, and whether those run.
    asked = Counter(calls)
    assert asked["BatchGetItem"] <= 1 + 4 * 4
    assert asked["GetItem"] <= 2


def test_a_case_is_read_by_one_query_and_one_batch_and_one_that_is_over_not_at_all():
    know_counterparts(NORDIC)
    for debtor in ("d1", "d2", "d4", *(f"n{number}" for number in range(20))):
        party = Party(id=f"erp:{debtor}", version="1", kind="person", name="Aino", country="FI")
        table.put({**keys.party(NORDIC, party.id), "body": party.model_dump_json()})
    tell(*(invoice(f"n{number}", debtor=f"erp:n{number}") for number in range(20)))
    tell(invoice("1", opened="0.00"), stated("p1", "100.00"))
    over, store = running(), Store(NORDIC)
    store.append(store.load(over), [CaseClosed(at=NOW, why="paid")], due_at=None)
    _, made = post(days=60)
    events, calls = table.client().meta.events, list[str]()
    events.register("provide-client-params.dynamodb", lambda model, **_: calls.append(model.name))

    run(foresee, [{"tenant": "nordic", "preview": made["preview"]}])

    asked, whole = Counter(calls), answer(get(made["preview"]))[1]
    # The twenty, the one of invoice 4, and one that invoice 2 and 3 will be in each.
    assert whole["totals"]["cases"] == 23
    # Beside them four shards and one listing; of the two that join the money, and whom one joined.
    assert asked["Query"] == 21 + 4 + 1 + 2 + 1
    assert asked["BatchGetItem"] <= 23 + 2 + 4 * 4 + 2
    assert asked["GetItem"] < 12


def test_a_claim_that_is_owed_again_brings_its_closed_case_back_into_view():
    store, over = Store(NORDIC), running()
    tell(invoice("1", opened="0.00"), stated("p1", "100.00"))
    store.append(store.load(over), [CaseClosed(at=NOW, why="paid")], due_at=None)
    _, before = seen(days=60)
    tell(invoice("1"))
    _, after = seen(days=60)

    assert over not in before
    assert over in after


def test_a_preview_changes_no_case(rows):
    before = {(row["pk"], row["sk"]): row for row in rows() if "#CASE#" in row["pk"]}
    seen(days=90)
    assert before == {(row["pk"], row["sk"]): row for row in rows() if "#CASE#" in row["pk"]}


def test_the_same_inputs_have_the_same_hash_and_pages_however_they_are_cut(monkeypatch):
    tell(invoice("5", due=LATER), invoice("6", due=LATER))
    one, cases = seen(days=90)
    again, same = seen(days=90)
    assert (again["inputs"], again["totals"]) == (one["inputs"], one["totals"])
    monkeypatch.setattr(foreseeing, "_CASES", 1)
    cut, in_pages = seen(days=90)
    assert cut["pages"] > one["pages"]
    assert (cut["totals"], in_pages) == (one["totals"], cases)
    assert same == cases


def test_a_run_that_ends_early_is_gone_on_with(monkeypatch, queued):
    monkeypatch.setattr(foresee, "_PAGES_A_RUN", 1)
    _, made = post(days=10)
    body = {"tenant": "nordic", "preview": made["preview"]}
    assert queued("preview") == [body]
    run(foresee, [body])
    assert answer(get(made["preview"]))[1]["state"] == "running"
    row = table.get(keys.preview(NORDIC, made["preview"]))
    assert row["due_at"] > clock.stamp(NOW)
    run(foresee, [body, body])
    assert answer(get(made["preview"]))[1]["state"] == "done"
    assert "due_at" not in table.get(keys.preview(NORDIC, made["preview"]))


def test_of_two_runs_at_once_one_page_counts():
    _, made = post(days=10)
    fast, slow = (
        foreseeing.Foreseeing(NORDIC, preview_rows.read(NORDIC, made["preview"])) for _ in range(2)
    )
    while fast.preview.state != "done":
        fast.step(NOW)
    with pytest.raises(Conflict):
        slow.step(NOW)
    assert answer(get(made["preview"]))[1]["totals"]["cases"] == 2


def test_another_policy_shows_who_would_be_treated_otherwise_and_by_what_first():
    whole, cases = seen(kind="move", days=90, policy={"id": "standard", "version": 2})

    change = cases[running()]["change"]
    assert change["what"][:2] == ["later", "harder"]
    assert change["before"]["step"] == "firm"
    assert change["after"]["kind"] == "hand_over"
    assert whole["against"]["sums"][0]["contacts"] > whole["totals"]["sums"][0]["contacts"]


def move(preview, page=0):
    event = call("POST /v1/previews/{id}/move", path={"id": preview}, body={"page": page})
    return answer(admin.handler(event, None))


def test_a_move_is_carried_out_for_what_was_shown_and_once():
    know_counterparts(NORDIC)
    whole, cases = seen(kind="move", days=90, policy={"id": "standard", "version": 2})
    Store(NORDIC).append(
        Store(NORDIC).load(running()), [Held(at=NOW, hold="h", reason="person")], due_at=NOW
    )
    others = sorted(set(cases) - {running()})

    status, done = move(whole["id"])

    assert (status, done) == (200, {"moved": others, "left": {running(): "changed_since"}})
    loaded = Store(NORDIC).load(others[0])
    assert loaded.case.policy == PolicyRef(id="standard", version=2)
    assert (loaded.head["policy_version"], loaded.head["due_at"]) == (2, clock.stamp(NOW))
    told = Store(NORDIC).events(others[0])[-1]
    assert (told.kind, told.by, told.preview) == ("policy_moved", "console", whole["id"])
    assert move(whole["id"])[1]["left"] == {running(): "changed_since", others[0]: "has_it"}


def test_only_a_preview_of_a_move_is_carried_out_and_no_case_into_another_unit():
    know_counterparts(NORDIC)
    whole, _ = seen(days=2)
    assert move(whole["id"])[0] == 409
    other = Policy.model_validate({**POLICY, "version": 3, "unit": "invoice"})
    table.put({
        **keys.policy(NORDIC, "standard", 3), "body": other.model_dump_json(),
        "hash": content_hash(other),
    })  # fmt: skip
    whole, cases = seen(kind="move", days=9, policy={"id": "standard", "version": 3})
    assert move(whole["id"])[1] == {"moved": [], "left": dict.fromkeys(cases, "other_unit")}


def test_a_look_back_is_held_against_what_was_done():
    whole, cases = seen(
        kind="since", since="2026-03-02", policy={"id": "standard", "version": 2}, days=1
    )
    assert running() in cases
    assert cases[running()]["change"]["what"] == ["harder"]
    assert whole["against"]["sums"] == []


def test_what_became_of_it_has_its_reasons(monkeypatch):
    whole, _ = seen(days=40)
    reminded(running(), "friendly", date(2026, 3, 3))
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=5))
    tell(invoice("1", opened="0.00"), stated("p1", "100.00"))
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=20))

    status, found = answer(get(whole["id"], "/outcome"))

    assert status == 200
    mine = [(act["step"], act["verdict"], act["why"]) for act in found["acts"]
            if act["case"] == running()]  # fmt: skip
    assert mine[:2] == [("friendly", "later", "other"), ("firm", "not", "paid")]
    assert found["counts"]["later"] == 1
    unsent = [act for act in found["acts"] if act["case"] != running()]
    assert {act["verdict"] for act in unsent} == {"not", "not_yet"}


def reminded(case, step, on):
    store = Store(NORDIC)
    at = datetime.combine(on, NOW.timetz())
    intent = ReminderIntended(
        at=at, act="a1", step=step, claims=("erp:1",), channel="email", tone="friendly",
        language="fi", deadline=date(2026, 3, 17), document="letters/a1.json",
        content_hash="0" * 64,
    )  # fmt: skip
    store.append(store.load(case), [intent, ActSent(at=at, act="a1", on=on)], due_at=NOW)


def test_the_picture_is_an_svg():
    whole, _ = seen(days=40)
    shown = get(whole["id"], "/picture")
    assert shown["headers"]["content-type"] == "image/svg+xml"
    assert shown["body"].startswith("<svg ")


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"kind": "move"}, "policy"),
        ({"kind": "next", "policy": {"id": "standard", "version": 2}}, "policy"),
        ({"kind": "since", "policy": {"id": "standard", "version": 2}}, "since"),
        ({"kind": "move", "policy": {"id": "nobody", "version": 1}}, "policy"),
        ({"days": 0}, "days"),
    ],
)
def test_a_preview_that_makes_no_sense_is_refused(body, at):
    status, problem = post(**body)
    assert (status, problem["fields"][0]["path"]) == (422, at)


def test_what_is_not_there_is_not_found():
    whole, _ = seen(days=2)
    assert get("p00", "/cases")["statusCode"] == 404
    assert get(whole["id"], "/cases", page="99")["statusCode"] == 404
    assert get(whole["id"], "/cases", page="x")["statusCode"] == 400


def test_nothing_personal_stands_in_a_page():
    whole, cases = seen(days=90)
    text = json.dumps([whole, cases])
    assert "2026-0001" not in text


def test_a_contact_is_foreseen_by_the_way_on_which_the_debtor_can_be_reached():
    steps = [{**one, "channels": ["email", "post"]} if one["action"] == "remind" else one
             for one in POLICY["steps"]]  # fmt: skip
    policy = Policy.model_validate({**POLICY, "steps": steps})
    stored = {"body": policy.model_dump_json(), "hash": content_hash(policy)}
    table.put({**keys.policy(NORDIC, "standard", 1), **stored})
    for name, connector in (("email", "channels.email"), ("post", "channels.letter")):
        key = keys.connection(NORDIC, name)
        table.put({**key, "connector": connector, "state": "enabled", "config": "{}"})
    home = Address(lines=("Katu 1",), postal_code="00100", city="Helsinki", country="FI")
    for debtor in ("erp:d1", "erp:d2", "erp:d4"):
        party = Party(id=debtor, version="1", kind="person", name="Aino", country="FI",
                      addresses=(home,))  # fmt: skip
        table.put({**keys.party(NORDIC, debtor), "body": party.model_dump_json()})
    table.put({**partner_rows.terms_key(NORDIC, "partner"),
               "body": PartnerTerms(draining=True).model_dump_json()})  # fmt: skip

    whole, cases = seen(days=60)
    acts = [act for case in cases.values() for act in case["acts"]]

    assert {act["channel"] for act in acts if act["kind"] == "remind"} == {"post"}
    handed = [act["kept"] for act in acts if act["kind"] == "hand_over"]
    assert set(handed) == {"partner_draining"}
    dear = [act for act in acts if act["fee"] is not None]
    assert {act["kept"] for act in dear} == {"law_unsigned"}
    kept = {"law_unsigned": len(dear), "partner_draining": len(handed)}
    assert whole["totals"]["kept"] == kept
