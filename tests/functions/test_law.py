"""Law packs in production: a candidate, its difference, a preview, a name, and then in force."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest

from functions import admin, hand_over, remind, tick
from shared.cloud import clock, hub_keys, keys, law_rows, law_watch, step, table
from shared.cloud.law_rows import State
from shared.cloud.store import Store, Token
from shared.domain.decide import Remind
from shared.domain.events import ActSent, Held, ReminderIntended
from shared.domain.lawpack import COUNTRIES, load
from shared.domain.model import Party
from shared.domain.policy import Policy
from tests.functions.world import (
    CASE,
    NORDIC,
    POLICY,
    TWIN,
    answer,
    append,
    call,
    open_case,
    settle_in,
)

FOLDER = resources.files("shared.rules")
FI = (FOLDER / "fi.toml").read_text(encoding="utf-8")
SHIPPED = load("FI")
START = FI.index('id = "FI-C-REM"')
# The consumer's fee is one euro more, and needs a day more.
DEARER = FI[:START] + FI[START:].replace('amount = "5.00"', 'amount = "6.00"', 1)
SLOWER = FI[:START] + FI[START:].replace("days_after_due = 14", "days_after_due = 30", 1)
RATE = {
    "from": "2026-07-01", "to": "2026-12-31", "reference": "2.75", "status": "CONFIRMED",
    "source": {"title": "Suomen Pankki, tiedote", "url": "https://www.suomenpankki.fi/x"},
}  # fmt: skip
ERP = {"connector": "erp.tryton", "state": "enabled", "config": "{}"}
SIGNER = {"name": "Liisa Lakimies", "role": "general counsel", "note": "read against finlex"}
FIRM_FIRST = {
    **POLICY,
    "steps": [
        {"id": "firm", "action": "remind", "after": 15, "since": "due", "fee": "statutory"},
        {"id": "partner", "action": "hand_over", "after": 21, "since": "previous"},
    ],
}


@pytest.fixture(autouse=True)
def _fresh(aws):
    """What a process knows of packs by heart stands between tables that are not the same."""
    law_rows.stored.cache_clear()
    law_rows.keep_shipped.cache_clear()
    table.put({**keys.connection(NORDIC, "erp"), **ERP})
    yield
    law_rows.stored.cache_clear()
    law_rows.keep_shipped.cache_clear()


def ask(route, *, role="operator", **request):
    return answer(admin.handler(call(route, role=role, **request), None))


def store(text=DEARER):
    return ask("POST /v1/law/packs", body={"country": "FI", "text": text})


def preview(digest):
    route = "POST /v1/law/packs/{hash}/preview"
    return ask(route, role="admin", path={"hash": digest})


def activate(digest, previewed):
    body = {"hash": digest, "previewed": previewed}
    return ask("PUT /v1/law/{country}/active", path={"country": "FI"}, body=body)


def sign(digest):
    return ask("POST /v1/law/packs/{hash}/sign-off", path={"hash": digest}, body=SIGNER)


def load_rate(**changes):
    route = "PUT /v1/law/{country}/rates"
    return ask(route, path={"country": "FI"}, body={**RATE, **changes})


def in_force():
    return ask("GET /v1/law/{country}", path={"country": "FI"})[1]


def trail(rows):
    return [one["what"] for one in sorted(rows(), key=lambda one: one["sk"]) if "what" in one]


def run(case=CASE):
    store_ = Store(NORDIC)
    loaded = store_.load(case)
    token = Token(case, loaded.head["version"], loaded.head["attempt"], loaded.head["snap"])
    return step.frame(store_, token, loaded, clock.now())


def use(policy):
    stored = Policy.model_validate(policy)
    table.put({**keys.policy(NORDIC, "standard", 1), "body": stored.model_dump_json(), "hash": "0"})


def test_the_shipped_pack_is_in_force_until_somebody_says_otherwise(aws):
    found = in_force()
    assert (found["hash"], found["shipped"], found["signed"]) == (SHIPPED.hash, True, False)
    assert found["rates_known_to"] == "2026-06-30"


def test_a_candidate_is_kept_and_binds_nothing(aws, rows):
    status, made = store()
    assert status == 201
    assert in_force()["hash"] == SHIPPED.hash
    assert law_rows.stored(made["hash"]).rules["FI-C-REM"].amount == 6
    assert "law_pack_stored" in trail(rows)


@pytest.mark.parametrize(
    "text",
    [
        "country = ",
        FI.replace('status = "SECONDARY"', 'status = "HEARSAY"', 1),
        FI.replace('currency = "EUR"', 'currency = "SEK"', 1),
    ],
)
def test_a_pack_that_is_not_whole_is_refused_without_quoting_it(aws, text, rows):
    before = len(rows())
    status, problem = store(text)
    assert (status, problem["code"]) == (422, "invalid")
    assert problem["fields"]
    assert "HEARSAY" not in json.dumps(problem)
    assert len(rows()) == before


def test_a_pack_that_no_row_holds_is_refused(aws):
    status, problem = store(FI + "#" + "x" * 250_000)
    assert (status, problem["fields"][0]["code"]) == (422, "too_large")


def test_the_difference_is_told_in_words_with_sections(aws):
    digest = store()[1]["hash"]
    _, found = ask("GET /v1/law/packs/{hash}/diff", path={"hash": digest})
    assert found["against"] == SHIPPED.hash
    assert [one["rule"] for one in found["changes"]] == ["FI-C-REM"]
    assert "513/1999" in found["text"][0]
    assert "amount was 5.00, is 6.00" in found["text"][0]
    path, query = {"hash": SHIPPED.hash}, {"against": digest}
    _, back = ask("GET /v1/law/packs/{hash}/diff", path=path, query=query)
    assert "amount was 6.00, is 5.00" in back["text"][0]


def test_a_pack_comes_into_force_only_after_a_preview_of_it(aws, rows):
    digest = store()[1]["hash"]
    assert activate(digest, "0" * 16)[1]["fields"][0]["path"] == "previewed"
    seen = preview(digest)[1]

    status, body = activate(digest, seen["previewed"])

    assert (status, body["hash"], body["signed"]) == (200, digest, False)
    assert in_force()["hash"] == digest
    # What was in force before stays readable for ever.
    assert table.get(hub_keys.law_pack(SHIPPED.hash))["pack"] == FI
    assert {"law_pack_previewed", "law_pack_activated"} <= set(trail(rows))


def test_a_preview_against_another_pack_is_out_of_date(aws):
    dearer, slower = store()[1]["hash"], store(SLOWER)[1]["hash"]
    old = preview(dearer)[1]["previewed"]
    activate(slower, preview(slower)[1]["previewed"])
    status, problem = activate(dearer, old)
    assert (status, problem["code"]) == (409, "preview_outdated")


def test_a_preview_counts_policies_that_would_be_refused_and_cases_that_would_differ(aws):
    use(FIRM_FIRST)
    open_case(NORDIC)
    open_case(NORDIC, "c2")
    append(NORDIC, "c2", Held(at=clock.now(), hold="h1", reason="person"))
    settle_in(TWIN)
    open_case(TWIN)

    seen = preview(store(SLOWER)[1]["hash"])[1]

    (refused,) = seen["policies"]["refused"]
    assert (refused["id"], refused["version"]) == ("standard", 1)
    assert refused["violations"][0]["lawful"] == "from day 31 after the due date"
    cases = seen["cases"]
    assert (cases["looked_at"], cases["differ"], cases["examples"]) == (2, 0, [])
    dearer = preview(store()[1]["hash"])[1]
    assert dearer["policies"]["refused"] == []
    assert (dearer["cases"]["differ"], dearer["cases"]["examples"]) == (1, [CASE])
    assert (dearer["cases"]["most"], dearer["cases"]["more"]) == (100, False)


def test_a_fee_waits_in_production_until_a_named_person_signed_the_law_off(aws, rows):
    use(FIRM_FIRST)
    open_case(NORDIC)
    waiting = run()
    decision = waiting.decision()
    assert isinstance(decision, Remind)
    assert decision.fee is not None
    why = waiting.unsigned(decision)
    assert why == "law_unsigned"
    waiting.withhold(decision, why)
    again = run()
    again.withhold(again.decision(), why)

    timeline = Store(NORDIC).events(CASE)
    decided = [one for one in timeline if one.kind == "decided"]
    assert [one.why for one in timeline if one.kind == "act_withheld"] == [why, why]
    assert decided[0].because[-1].rule == "law.sign_off"
    assert decided[0].inputs["law_sign_off"] == "none"
    tasks = [one for one in rows() if one["sk"] == "TASK"]
    assert [one["why"] for one in tasks] == ["law_unsigned"]

    sign(SHIPPED.hash)

    signed = run()
    assert signed.unsigned(decision) is None
    assert signed.decided(decision).inputs["law_sign_off"] == "signed"


def begin(act, **more):
    """The input of an act's function, as the machine hands it on."""
    head = table.get(keys.head(NORDIC, CASE))
    token = {"version": head["version"], "attempt": head["attempt"], "snapshot": head["snap"]}
    return {"tenant": "nordic", "case": CASE, "debtor": "erp:d1", "act": act, **token, **more}


@pytest.fixture
def open_gates(aws, monkeypatch):
    """Fresh books, a channel and a partner that are enabled, and every switch open."""
    monkeypatch.setenv("OUTBOUND", "on")
    table.put({**keys.control(NORDIC), "outbound": "on"})
    fresh = {"state": "enabled", "fresh_as_of": clock.stamp(clock.now())}
    table.put({**keys.connection(NORDIC, "erp"), **ERP, **fresh})
    for name, connector in (("email", "channels.email"), ("partner", "collectors.rest_hub")):
        key = keys.connection(NORDIC, name)
        table.put({**key, "connector": connector, "state": "enabled"})
    party = Party(id="erp:d1", version="1", kind="person", name="Aino", country="FI",
                  emails=("aino@post.example",))  # fmt: skip
    table.put({**keys.party(NORDIC, "erp:d1"), "body": party.model_dump_json()})


def test_no_reminder_with_a_fee_leaves_on_a_law_without_a_name(open_gates, rows):
    use(FIRM_FIRST)
    open_case(NORDIC)
    act = run().decision().act
    assert remind.handler(begin(act, channels=["email"]), None) == {"done": "law_unsigned"}
    assert not [one for one in rows() if one["sk"] == "OUT"]


def test_no_hand_over_leaves_on_a_law_without_a_name(open_gates, rows):
    use(FIRM_FIRST)
    open_case(NORDIC)
    told = run()
    sent = ReminderIntended(
        at=clock.now(), act="a1", step="firm", claims=("erp:1", "erp:2"), channel="email",
        tone="firm", language="fi", deadline=date(2026, 2, 2), document="d", content_hash="0" * 64,
    )  # fmt: skip
    told.store.append(
        told.loaded, [sent, ActSent(at=clock.now(), act="a1", on=date(2026, 1, 20))], due_at=None
    )
    decision = run().decision()
    assert decision.kind == "hand_over"
    assert hand_over.handler(begin(decision.act, partner="partner"), None) == {
        "done": "law_unsigned"
    }
    assert not [one for one in rows() if one["sk"] == "OUT"]


def test_a_friendly_reminder_needs_no_signature(aws):
    open_case(NORDIC)
    friendly = run()
    decision = friendly.decision()
    assert isinstance(decision, Remind)
    assert decision.fee is None
    assert friendly.unsigned(decision) is None


def test_a_policy_may_ask_for_the_letter_without_its_fee_meanwhile(aws):
    use({**FIRM_FIRST, "unsigned_law": "no_fee"})
    open_case(NORDIC)
    meanwhile = run()
    decision = meanwhile.decision()
    assert isinstance(decision, Remind)
    assert decision.fee is None
    assert meanwhile.unsigned(decision) is None
    sign(SHIPPED.hash)
    assert run().decision().fee is not None


def test_the_embedded_stack_signs_for_itself_and_says_so(aws, monkeypatch):
    monkeypatch.setenv("STAGE", "local")
    open_case(NORDIC)
    local = run()
    assert local.decided(local.decision()).inputs["law_sign_off"] == "local stage"
    assert in_force()["sign_off"] is None


def test_a_signature_is_a_persons_for_one_hash_and_audited_without_the_name(aws, rows):
    digest = store()[1]["hash"]
    signed = sign(digest)[1]
    assert signed["sign_off"]["name"] == "Liisa Lakimies"
    assert State.read().signed == (digest,)
    assert not in_force()["signed"]
    (line,) = [one for one in rows() if one.get("what") == "law_pack_signed_off"]
    assert "Liisa" not in str(line)
    assert digest in line["facts"]


def test_a_loaded_rate_is_in_force_at_once_under_a_new_hash(aws, rows):
    status, body = load_rate()
    assert (status, body["rates_known_to"], body["signed"]) == (200, "2026-12-31", False)
    assert in_force()["hash"] == body["hash"] != SHIPPED.hash
    open_case(NORDIC)
    assert run().law.half_year(date(2026, 9, 1)) is not None
    assert "rate_loaded" in trail(rows)
    assert table.get(hub_keys.law_pack(SHIPPED.hash)) is not None


def test_a_rate_and_its_signature_may_come_together(aws):
    body = load_rate(sign_off=SIGNER)[1]
    assert body["signed"]
    assert State.read().signed == (body["hash"],)


def test_a_known_rate_is_not_lost(aws):
    load_rate()
    status, problem = load_rate(reference="3.00")
    assert (status, problem["fields"][0]["code"]) == (422, "known")
    assert load_rate(reference="3.00", replaces="2.75")[0] == 200


def test_a_pack_from_before_a_rate_was_loaded_is_stored_again(aws):
    digest = store()[1]["hash"]
    load_rate()
    status, problem = activate(digest, preview(digest)[1]["previewed"])
    assert (status, problem["code"]) == (409, "rates_moved")
    again = store()[1]
    assert again["rates_known_to"] == "2026-12-31"
    assert activate(again["hash"], preview(again["hash"])[1]["previewed"])[0] == 200


@pytest.mark.parametrize("digest", ["0" * 64, "nothing", "../x"])
def test_a_pack_that_nobody_stored_is_not_there(aws, digest):
    assert sign(digest)[0] == 404
    assert preview(digest)[0] == 404


def test_a_country_without_a_pack_is_not_there(aws):
    for country in ("XX", "fi", "FI#"):
        assert ask("GET /v1/law/{country}", path={"country": country})[0] == 404


def test_the_packs_of_a_release_are_kept_by_its_first_tick(aws, rows):
    tick.handler({}, None)
    kept = {one["country"] for one in rows() if one["pk"].startswith("HUB#LAWPACK#")}
    assert kept == set(COUNTRIES)


def watch(now, monkeypatch):
    monkeypatch.setattr(clock, "wall", lambda: now)
    row = table.get(keys.law_watch(NORDIC, "FI"))
    return law_watch.look(row, now)


def test_a_missing_rate_is_told_in_time_once_and_counted_daily(aws, rows, monkeypatch, capsys):
    table.transact([law_watch.armed(NORDIC, SHIPPED, clock.now())])
    armed = table.get(keys.law_watch(NORDIC, "FI"))
    assert armed["due_at"] == "2026-06-21T05:00:00Z"

    day = datetime(2026, 6, 21, 5, 0, tzinfo=UTC)
    assert watch(day, monkeypatch) == "LAW"
    assert watch(day, monkeypatch) == "lost"
    assert watch(day + timedelta(days=1), monkeypatch) == "LAW"

    tasks = [one for one in rows() if one["sk"] == "TASK"]
    assert [one["why"] for one in tasks] == ["rate_missing"]
    assert "2026-07-01" in tasks[0]["body"]
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [one["Country"] for one in counted if "RateMissing" in one] == ["FI", "FI"]

    load_rate()
    assert watch(day + timedelta(days=2), monkeypatch) == "LAW"
    assert table.get(keys.law_watch(NORDIC, "FI"))["due_at"] == "2026-12-22T05:00:00Z"
    assert "RateMissing" not in capsys.readouterr().out
