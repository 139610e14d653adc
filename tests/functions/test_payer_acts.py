"""What a payer does on its page is the command that a person would give, once, and in its name."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from functions import admin, payer_access, payer_acts
from functions.payer_acts import Payer
from functions.uploads import Upload
from shared.cloud import documents, keys, override_rows, payer_links, table, tasks
from shared.domain.dispute import contested
from shared.domain.explain import content_hash
from shared.domain.formats import LANGUAGES
from shared.domain.policy import Policy
from shared.errors import Refused
from tests.functions.payers import NUMBER, know, linked, settle
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    POLICY,
    answer,
    call,
    eur,
    load,
    open_case,
    remind,
)  # fmt: skip

KEY = "abcdefghijklmnop"


@pytest.fixture
def token(aws, monkeypatch):
    settle(monkeypatch)
    know()
    open_case(NORDIC)
    remind(NORDIC)
    from shared.domain.events import ActSent
    from tests.functions.world import REMINDER, append

    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    return linked()


def payer(token, key=KEY):
    opened = payer_access.unlock(token, NUMBER, NOW)
    return Payer(opened, key)


def rules(**process):
    policy = Policy.model_validate({**POLICY, "process": process})
    table.put({
        **keys.policy(NORDIC, "standard", 1), "body": policy.model_dump_json(),
        "hash": content_hash(policy),
    })  # fmt: skip


def timeline():
    event = call("GET /v1/cases/{id}/timeline", path={"id": CASE})
    return [one["words"] for one in answer(admin.handler(event, None))[1]["timeline"]]


def asked():
    return [row for _, row in tasks.in_order(NORDIC, None, 20)[0]]


def test_a_promise_is_made_once_in_the_payers_own_name(token, rows):
    one = payer(token)
    for _ in range(2):
        payer_acts.promise(one, date(2026, 3, 20))

    (promise,) = load().states.promises.values()
    assert (promise.day, promise.amount) == (date(2026, 3, 20), eur("200.00"))
    assert any(words.startswith(f"{one.by}: promise") for words in timeline())
    (entry,) = [json.loads(row["facts"]) for row in rows() if row.get("what") == "case_commanded"]
    assert entry["type"] == "promise"


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 3, 1), "bad_day"), (date(2026, 5, 1), "bad_day")]
)
def test_a_promise_keeps_to_what_the_policy_allows(token, day, code):
    with pytest.raises(Refused) as caught:
        payer_acts.promise(payer(token), day)

    assert caught.value.code == code


def test_a_plan_within_the_policys_limit_is_agreed_at_once(token):
    rules(agreed_plan=3)
    one = payer(token)
    chosen = payer_acts.choose_plan(one, 3, date(2026, 3, 9))

    (plan,) = load().states.plans.values()
    assert (plan.agreed, plan.instalments, chosen.at_once) == (True, chosen.instalments, True)
    assert asked() == []


def test_a_longer_plan_rests_the_case_and_is_put_to_a_person(token):
    one = payer(token)
    payer_acts.choose_plan(one, 6, date(2026, 3, 9))

    (plan,) = load().states.plans.values()
    (task,) = asked()
    assert (plan.agreed, task["why"]) == (False, "payer_plan")
    assert json.loads(task["body"])[0]["facts"]["plan"] == one.command
    # What the payer asked for itself is no offer that it could accept.
    with pytest.raises(Refused):
        payer_acts.agree(payer(token, "q" * 16), one.command)
    body = {"type": "agree_plan", "id": "k1", "reason": "asked_for", "plan": one.command}
    route = "POST /v1/cases/{id}/commands"
    assert answer(admin.handler(call(route, path={"id": CASE}, body=body), None))[0] == 200
    assert load().states.plans[one.command].agreed
    # The word on the plan is the answer to its question.
    assert asked() == []


@pytest.mark.parametrize("body", [
    {"type": "answer_dispute"}, {"type": "settle_dispute", "outcome": "withdrawn"},
], ids=["answered", "settled"])  # fmt: skip
def test_an_objection_asks_a_person_well_before_the_day_that_the_page_promises(token, body):
    one = payer(token)
    for _ in range(2):
        payer_acts.dispute(one, "erp:1", None, "faulty", "Rikki")

    (task,), (dispute,) = asked(), load().states.disputes.values()
    facts = json.loads(task["body"])[0]["facts"]
    assert (task["why"], facts["dispute"], facts["document"]) == (
        "payer_disputes", dispute.id, one.command,
    )  # fmt: skip
    assert facts["answer_by"] == dispute.answer_by.isoformat()
    assert task["due_at"][:10] <= (dispute.on + timedelta(days=3)).isoformat()
    route = "POST /v1/cases/{id}/commands"
    word = {**body, "id": "k1", "reason": "other", "dispute": dispute.id}
    assert answer(admin.handler(call(route, path={"id": CASE}, body=word), None))[0] == 200
    assert asked() == []
    assert tasks.read(NORDIC, keys.id_of(task["pk"]))["answer"] == "settled"


def test_a_word_on_what_was_answered_before_is_carried_out_all_the_same(token):
    one = payer(token)
    payer_acts.dispute(one, "erp:1", None, "faulty", "Rikki")
    name = keys.id_of(asked()[0]["pk"])
    event = call("POST /v1/tasks/{id}/answer", path={"id": name}, body={"answer": "continue"})
    assert answer(admin.handler(event, None))[0] == 200
    body = {"type": "answer_dispute", "id": "k1", "reason": "other", "dispute": one.command}
    route = "POST /v1/cases/{id}/commands"
    assert answer(admin.handler(call(route, path={"id": CASE}, body=body), None))[0] == 200
    assert tasks.read(NORDIC, name)["answer"] == "continue"


def test_a_plan_that_is_not_in_the_grid_is_refused(token):
    for count, first in ((5, date(2026, 3, 9)), (6, date(2026, 3, 10)), (24, date(2026, 3, 9))):
        with pytest.raises(Refused) as caught:
            payer_acts.choose_plan(payer(token), count, first)
        assert caught.value.code == "not_offered"


def test_no_payer_keeps_a_case_at_rest_by_asking_again(token):
    for key in ("a" * 16, "b" * 16):
        payer_acts.choose_plan(payer(token, key), 6, date(2026, 3, 9))
        cancel = {"type": "cancel_plan", "id": f"n{key}", "reason": "no",
                  "plan": payer(token, key).command}  # fmt: skip
        route = "POST /v1/cases/{id}/commands"
        assert answer(admin.handler(call(route, path={"id": CASE}, body=cancel), None))[0] == 200

    assert payer_acts.plans(payer(token).opened) == ()
    with pytest.raises(Refused):
        payer_acts.choose_plan(payer(token, "c" * 16), 6, date(2026, 3, 9))


def test_an_offer_of_the_creditor_is_agreed_to(token):
    body = {"type": "propose_plan", "id": "k1", "reason": "called", "count": 4,
            "first": "2026-03-09"}  # fmt: skip
    route = "POST /v1/cases/{id}/commands"
    admin.handler(call(route, path={"id": CASE}, body=body), None)
    payer_acts.agree(payer(token), "k1")

    assert load().states.plans["k1"].agreed


def test_an_objection_has_its_words_and_files_as_documents_alone(token, rows):
    text, file = "Vaara maara. Terveisin Aino", Upload(b"%PDF-1.7 secret", ".pdf")
    one = payer(token)
    payer_acts.dispute(one, "erp:1", eur("40.00"), "wrong_amount", text, (file,))

    case = load()
    assert contested(case, ("erp:1",))
    assert not contested(case, ("erp:2",))
    stored = json.loads(documents.get(NORDIC, f"evidence/{CASE}/{one.command}.json"))
    assert stored == {"ground": "wrong_amount", "words": text}
    assert documents.get(NORDIC, f"evidence/{CASE}/{one.command}-1.pdf") == file.body
    assert "Aino" not in json.dumps([row for row in rows() if "CASE" in row["pk"]])
    event = call("GET /v1/cases/{id}/documents/{act}", path={"id": CASE, "act": one.command})
    status, linked_ = answer(admin.handler(event, None))
    assert (status, linked_["documents"][0]["name"][-5:]) == (200, ".json")


@pytest.mark.parametrize(("about", "why"), [
    ("person", "payer_asks_person"), ("contact", "payer_contact"),
])  # fmt: skip
def test_what_a_person_must_see_to_is_a_task_once(token, about, why, rows):
    one = payer(token)
    for _ in range(2):
        payer_acts.tell(one, about, {"words": "Call me", "phone": "+358401112223"})

    (task,) = asked()
    assert (task["why"], task["case"]) == (why, CASE)
    assert "40111" not in json.dumps(rows())
    assert [words for words in timeline() if "payer wrote" in words] != []
    body = {"answer": "continue"}
    name = keys.id_of(task["pk"])
    event = call("POST /v1/tasks/{id}/answer", path={"id": name}, body=body)
    assert answer(admin.handler(event, None))[0] == 200
    assert asked() == []


def test_what_was_said_goes_with_the_person(token):
    from functions.dossier import dossier

    one = payer(token)
    payer_acts.tell(one, "person", {"words": "Call me"})

    assert f"evidence/{CASE}/{one.command}.json" in dossier(NORDIC, "erp:d1").documents


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_follow_the_language_that_was_chosen(token, language):
    payer_acts.speak(payer(token), language)
    key = keys.debtor_overrides(NORDIC, "erp:d1")

    assert override_rows.read(key, "debtor", "erp:d1").terms.language == language


@pytest.mark.parametrize("key", ["", "short", "A" * 16, "a" * 17, "../../../../etc/x", "1" * 16])
def test_a_form_without_our_key_does_nothing(token, key, rows):
    before = len(rows())
    opened = payer_access.unlock(token, NUMBER, NOW)
    with pytest.raises(Refused) as caught:
        payer_acts.promise(Payer(opened, key), date(2026, 3, 20))

    assert caught.value.code == "stale_form"
    assert len(rows()) == before + 1


def test_one_link_acts_no_more_often_than_a_person_does(token):
    found = payer_links.find(token)

    assert sum(payer_links.acted(found, NOW) for _ in range(40)) == 30
    with pytest.raises(Refused) as caught:
        payer_acts.promise(payer(token), date(2026, 3, 20))
    assert caught.value.code == "too_often"
    with pytest.raises(Refused, match="too much"):
        payer_acts.speak(payer(token), "sv")


def test_a_page_that_was_open_makes_no_link_of_an_erased_person_anew(token, rows):
    found = payer_links.find(token)
    payer_links.forget(NORDIC, ("erp:d1",))
    before = rows()

    assert not payer_links.acted(found, NOW)
    assert rows() == before
