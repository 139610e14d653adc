"""A partner keeps its own endpoint, sees each attempt, and has messages told again."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Receipt
from functions import admin, deliver, serve_partner
from functions.speaking import Said, spoken
from shared.cloud import clock, delivery_rows, due, hub_keys, keys, outbox, runtime, table, vault
from shared.cloud.principals import principal_row
from shared.domain.events import Held, Released
from tests.faults.partner import Partner
from tests.functions.world import (
    CASE,
    FILE,
    HAND_OVER,
    NORDIC,
    NOW,
    answer,
    append,
    call,
    hand_over,
    know_counterparts,
    open_case,
    sample,
)  # fmt: skip

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DAYS = timedelta(days=1)
# Ways to lead us to our own network, to plain http, or to no host at all.
INSIDE = (
    "http://198.51.100.1/hooks", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.8/",
    "https://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/",
    "https://192.168.1.1/", "https://172.16.0.1/", "https://100.64.0.1/", "https://0.0.0.0/",
    "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://2130706433/",
    "https://0x7f.1/", "https://user@example.com/", "https://example.com/#part",
    "ftp://example.com/", "gopher://127.0.0.1/", "file:///etc/passwd", "https:///x",
    "https://localhost/", "//169.254.169.254/",
)  # fmt: skip


@pytest.fixture
def peer(aws, monkeypatch):
    """A partner that has a case and listens; nothing keeps messages in."""
    with ExitStack() as stack:
        found = stack.enter_context(Partner(OLD))
        monkeypatch.setenv("PRIVATE_TARGETS", found.origin)
        monkeypatch.setenv("OUTBOUND", "on")
        # The peer's library judges signatures by the real clock.
        monkeypatch.setattr(clock, "wall", lambda: datetime.now(UTC))
        monkeypatch.setattr(clock, "now", lambda: NOW)
        know_counterparts(NORDIC)
        config = json.dumps({"partner": "Agency", "endpoint": found.endpoint}, sort_keys=True)
        table.update(
            keys.connection(NORDIC, "partner"), set_={"state": "enabled", "config": config}
        )
        table.put({**hub_keys.control(), "outbound": "on"})
        table.put({**keys.control(NORDIC), "outbound": "on"})
        vault.write(NORDIC, "partner", {"webhook_secret": OLD})
        open_case(NORDIC)
        hand_over(NORDIC)
        yield found


def ask(route, body=None, *, key="k1", connection="partner", **more):
    event = call(
        route, role="partner", connection=connection, body=body,
        headers={"idempotency-key": key} if key else {}, **more,
    )  # fmt: skip
    return answer(serve_partner.handler(event, None))


def deliver_all():
    """Whatever is due in the outbox is sent, as the sweep would have it."""
    while True:
        due = [row for row in listed() if row.get("due_at", "~") <= clock.stamp(clock.now())]
        if not due:
            return
        for row in due:
            act = keys.id_of(row["pk"])
            table.update(keys.outbox(NORDIC, act), add={"attempt": 1})
            event = sample("deliver")
            body = {"tenant": "nordic", "act": act, "lease": row["due_at"]}
            event["Records"] = [{**event["Records"][0], "body": json.dumps(body)}]
            assert deliver.handler(event, None) == {"batchItemFailures": []}


def listed():
    found, _ = table.query_index("listing", keys.listing(NORDIC, "OUT/partner"), limit=100)
    rows = [table.get({"pk": one["pk"], "sk": one["sk"]}) for one in found]
    return [row for row in rows if row["kind"] == "tell"]


def test_the_sample_call_lists_no_attempt_before_there_is_one(peer):
    assert answer(serve_partner.handler(sample("serve_partner"), None)) == (
        200, {"attempts": [], "after": None},
    )  # fmt: skip


def test_each_attempt_is_seen_with_its_answer_and_a_replay_bears_the_same_id(peer):
    peer.modes = ["503", "take"]
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    (row,) = listed()
    act = keys.id_of(row["pk"])
    deliver_all()
    table.update(keys.outbox(NORDIC, act), set_={"due_at": clock.stamp(NOW)})
    deliver_all()

    status, body = ask("GET /v1/partner/deliveries/{act}", path={"act": act})

    assert (status, body["state"], body["type"]) == (200, "sent", "case.held")
    tries = [(one["number"], one["outcome"], one["code"]) for one in body["attempts"]]
    assert tries == [(1, "retry", "http_503"), (2, "received", None)]
    assert all(one["ms"] >= 0 for one in body["attempts"])

    path = {"act": act}
    first = ask("POST /v1/partner/deliveries/{act}/replay", path=path)
    assert ask("POST /v1/partner/deliveries/{act}/replay", path=path) == first
    assert first[0] == 202
    assert first[1]["key"] == act
    deliver_all()

    assert peer.keys() == [act, act, act]
    assert outbox.read(NORDIC, first[1]["act"])["state"] == "sent"


def test_three_days_without_a_sweep_delay_messages_and_lose_none(peer, monkeypatch, capsys):
    for n in range(3):
        append(NORDIC, CASE, Held(at=NOW, hold=f"k{n}", reason="person"))
        append(NORDIC, CASE, Released(at=NOW, hold=f"k{n}"))
    made = [row["place"] for row in listed()]
    assert len(set(made)) == len(made) == 6

    back = NOW + 3 * DAYS
    monkeypatch.setattr(clock, "now", lambda: back)
    found = {row["pk"] for n in range(4) for page in due.rows(f"S#{n}", back) for row in page}
    assert {row["pk"] for row in listed()} <= found
    deliver_all()

    assert [message["type"] for _, message in peer.seen] == ["case.held", "case.resumed"] * 3
    assert listed() == []
    assert "PartnerMessageLate" in capsys.readouterr().out


def test_all_since_an_instant_goes_again_in_order_and_once_for_one_key(peer):
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    deliver_all()
    append(NORDIC, CASE, Released(at=NOW, hold="k"))
    deliver_all()
    told = [message["type"] for _, message in peer.seen]
    before = peer.keys()
    assert told == ["case.held", "case.resumed"]
    body = {"since": (NOW - timedelta(hours=1)).isoformat()}

    status, said = ask("POST /v1/partner/deliveries/replay", body)

    assert (status, len(said["messages"])) == (202, 2)
    assert ask("POST /v1/partner/deliveries/replay", body)[1] == said
    deliver_all()
    assert sorted(peer.keys()) == sorted(before * 2)
    assert ask("POST /v1/partner/deliveries/replay", {"since": "2026-02-01T00:00:00Z"}, key="k2")[
        1
    ]["fields"] == [
        {"path": "since", "code": "out_of_range", "text": "an instant of the last seven days"}
    ]


def test_two_secrets_sign_while_one_is_changed_over(peer):
    status, made = ask("POST /v1/partner/endpoint/secret")
    assert (status, made["signing"]) == (201, 2)
    # The same call says the same; another one waits until the change is over.
    assert ask("POST /v1/partner/endpoint/secret")[1] == made
    assert ask("POST /v1/partner/endpoint/secret", key="k2")[1]["code"] == "rotation_open"
    assert vault.read(NORDIC, "partner")["webhook_secret"] == OLD
    # The peer still proves the old secret: both sign.
    assert ask("POST /v1/partner/endpoint/test", key="k3")[1]["outcome"] == "received"

    assert ask("POST /v1/partner/endpoint/secret/finish", key="k4")[1]["signing"] == 1

    assert vault.read(NORDIC, "partner") == {"webhook_secret": made["secret"]}
    assert made["secret"] not in json.dumps(ask("GET /v1/partner/endpoint"))


def warm():
    """What another container keeps in memory for five minutes."""
    kept = dict(vault._kept)
    vault._kept.clear()
    return kept


def test_a_second_secret_is_not_made_from_what_another_container_remembers(peer):
    ask("POST /v1/partner/endpoint/test", key="k0")
    kept = warm()
    made = ask("POST /v1/partner/endpoint/secret", key="k1")[1]["secret"]
    vault._kept.update(kept)

    assert ask("POST /v1/partner/endpoint/secret", key="k2")[1]["code"] == "rotation_open"
    warm()
    assert vault.read(NORDIC, "partner")["webhook_secret_next"] == made


def test_secrets_that_were_replaced_meanwhile_stay(peer, monkeypatch):
    """The creditor replaces a leaked secret between our reading and our writing."""
    vault.write(NORDIC, "partner", {"webhook_secret": OLD, "webhook_secret_next": OLD})
    new, read = {"webhook_secret": "whsec_" + "A" * 32}, vault.current
    monkeypatch.setattr(vault, "current", lambda *of: (read(*of), vault.write(*of, new))[0])
    assert ask("POST /v1/partner/endpoint/secret/finish", key="k3")[0] == 409
    warm()
    assert vault.read(NORDIC, "partner") == new


def test_a_missing_secret_stops_the_connection_and_loses_no_message(peer):
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    act, partner = keys.id_of(listed()[0]["pk"]), keys.connection(NORDIC, "partner")
    asm, secret = runtime.client("secretsmanager"), vault.read(NORDIC, "partner")
    asm.delete_secret(SecretId=vault.name(NORDIC, "partner"), ForceDeleteWithoutRecovery=True)
    warm()

    def again():
        deliver_all()
        if "due_at" in outbox.read(NORDIC, act):
            table.update(keys.outbox(NORDIC, act), set_={"due_at": clock.stamp(NOW)})

    for _ in range(12):
        again()
    assert (table.get(partner)["state"], outbox.read(NORDIC, act)["state"], peer.seen) == (
        "needs_auth", "intended", [],
    )  # fmt: skip

    vault.write(NORDIC, "partner", secret)
    warm()
    table.update(partner, set_={"state": "enabled"})
    again()
    assert (outbox.read(NORDIC, act)["state"], peer.keys()) == ("sent", [act])


def test_a_replay_of_many_ends_and_repeats_no_replay(peer, monkeypatch):
    monkeypatch.setattr("functions.api.partner_deliveries._MOST", 3)
    for n in range(4):
        monkeypatch.setattr(clock, "now", lambda n=n: NOW + timedelta(seconds=10 * n))
        append(NORDIC, CASE, Held(at=NOW, hold=f"k{n}", reason="person"))
        deliver_all()
    told, body = peer.keys(), {"since": (NOW - DAYS).isoformat()}
    peer.forget()
    counts = []
    for n in range(5):
        monkeypatch.setattr(clock, "now", lambda n=n: NOW + timedelta(minutes=1 + n))
        said = ask("POST /v1/partner/deliveries/replay", body, key=f"p{n}")[1]
        deliver_all()
        counts.append(len(said["messages"]))
        body["after"] = said["go_on_after"]
        if said["go_on_after"] is None:
            break

    assert (counts, peer.keys()) == ([3, 1], told)
    only_replays = {"since": (NOW + timedelta(seconds=50)).isoformat()}
    said = ask("POST /v1/partner/deliveries/replay", only_replays, key="late")[1]
    assert said == {"messages": [], "go_on_after": None}
    body["after"] = "../x"
    assert ask("POST /v1/partner/deliveries/replay", body, key="odd")[0] == 422


def test_a_message_is_as_old_as_its_last_attempt_and_a_replay_as_what_it_repeats(peer, monkeypatch):
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    act = keys.id_of(listed()[0]["pk"])

    def replay(days, name, key):
        monkeypatch.setattr(clock, "now", lambda: NOW + days * DAYS)
        status, said = ask("POST /v1/partner/deliveries/{act}/replay", path={"act": name}, key=key)
        deliver_all()
        return said.get("act") if status == 202 else said["code"]

    # A switch kept it in for six days.
    monkeypatch.setattr(clock, "now", lambda: NOW + 6 * DAYS)
    deliver_all()
    (one,) = ask("GET /v1/partner/deliveries/{act}", path={"act": act})[1]["attempts"]
    assert one["at"] == clock.stamp(NOW + 6 * DAYS)

    name = replay(8, act, "r1")
    assert len(ask("GET /v1/partner/deliveries/{act}", path={"act": name})[1]["attempts"]) == 1
    assert [replay(14, act, "r2"), replay(14, name, "r3")] == ["too_old", "too_old"]
    assert peer.keys() == [act, act]


def test_an_address_that_leads_inside_is_never_stored_nor_dialled(peer):
    before = ask("GET /v1/partner/endpoint")[1]

    for address in INSIDE:
        status, body = ask("PUT /v1/partner/endpoint", {"endpoint": address})

        assert (status, body["fields"][0]["path"]) == (422, "endpoint"), address
        assert body["fields"][0]["code"] in {"target_refused", "unanswered"}, address
    assert ask("GET /v1/partner/endpoint")[1] == before
    assert peer.seen == []


def test_a_name_that_is_rebound_after_it_was_stored_is_not_dialled(peer, monkeypatch):
    """The guard judges at each use: what was public when it was entered may lead inside later."""
    config = json.dumps({"partner": "Agency", "endpoint": "https://rebound.example/h"})
    table.update(keys.connection(NORDIC, "partner"), set_={"config": config})
    monkeypatch.setattr("connectors.http.resolve", lambda *_: ("203.0.113.9", "169.254.169.254"))

    said = ask("POST /v1/partner/endpoint/test")[1]

    assert (said["outcome"], said["code"]) == ("rejected", "target_refused")


def test_an_address_that_redirects_or_refuses_is_not_stored(peer):
    for mode, code in (("redirect", "redirect"), ("404", "http_404"), ("login_page", "web_page")):
        peer.modes = [mode]
        status, body = ask("PUT /v1/partner/endpoint", {"endpoint": f"{peer.origin}/new"})
        assert (status, body["fields"][0]["code"]) == (422, code)

    peer.modes = ["take"]
    status, body = ask("PUT /v1/partner/endpoint", {"endpoint": f"{peer.origin}/new"})
    assert (status, body["endpoint"]) == (200, f"{peer.origin}/new")


def test_another_host_waits_for_somebody_of_the_creditor(peer, rows):
    """An address that somebody stole a partner's token for would get every case file."""
    table.put(principal_row("agency", role="partner", tenant="nordic", connection="partner",
                            scopes=["endpoint:write"]))  # fmt: skip
    old = "https://agency.example/h"
    config = json.dumps({"partner": "Agency", "endpoint": old})
    table.update(keys.connection(NORDIC, "partner"), set_={"config": config})
    new = {"endpoint": f"{peer.origin}/new"}

    status, body = ask("PUT /v1/partner/endpoint", new, client="agency")

    assert status == 202
    assert body["words"] == f"Partner partner is told at {peer.origin[7:]} from then on."
    assert ask("GET /v1/partner/endpoint")[1]["endpoint"] == old
    given = {"path": {"id": body["approval"]}, "client": "bo"}
    route = "POST /v1/approvals/{id}/approve"
    manager = call(route, scopes=["approvals:write", "policies:write"], **given)
    assert answer(admin.handler(manager, None))[0] == 403
    assert answer(admin.handler(call(route, **given), None))[0] == 200
    assert ask("GET /v1/partner/endpoint")[1]["endpoint"] == new["endpoint"]
    (line,) = [row for row in rows() if row.get("what") == "endpoint_replaced"]
    assert line["who"] == "agency+bo"


def test_nothing_is_tried_while_the_switch_is_off(peer):
    table.put({**keys.control(NORDIC), "outbound": "on", "stopped": True})

    assert ask("POST /v1/partner/endpoint/test")[1]["code"] == "switched_off"
    assert peer.seen == []


def test_a_partner_that_takes_nothing_for_five_days_gets_nothing_more(peer, monkeypatch, rows):
    said = Said("act", "case.held", CASE, 1)

    def attempt(days, outcome="retry"):
        monkeypatch.setattr(clock, "now", lambda: NOW + days * DAYS)
        row = table.get(keys.connection(NORDIC, "partner"))
        spoken(NORDIC, row, said, lambda: Receipt(outcome=outcome))
        return table.get(keys.connection(NORDIC, "partner"))["state"]

    # A success in between begins the days anew; a refusal is an answer too.
    assert [attempt(0), attempt(3), attempt(4, "rejected"), attempt(5), attempt(10)] == [
        "enabled"
    ] * 5
    assert attempt(10.1) == "disabled"

    (task,) = [row for row in rows() if row.get("why") == "endpoint_failing"]
    assert task["state"] == "open"
    # Enabled again, it has five days anew.
    table.update(keys.connection(NORDIC, "partner"), set_={"state": "enabled"})
    assert attempt(11) == "enabled"


@pytest.mark.parametrize("route", sorted(r for r in serve_partner.HANDLERS if r.startswith("POST")))
def test_each_post_has_a_key_that_fits_and_is_used_for_one_call(peer, route):
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    act = keys.id_of(listed()[0]["pk"])
    deliver_all()
    first = {"since": NOW.isoformat()} if route.endswith("deliveries/replay") else None
    other = {"since": (NOW - DAYS).isoformat()}

    assert ask(route, first, key="a b", path={"act": act})[1]["code"] == "bad_key"
    assert ask(route, first, path={"act": act})[0] < 300
    assert ask(route, other, path={"act": act})[1]["code"] == "key_reused"


def test_a_hand_over_that_is_replayed_is_announced_as_it_was(peer):
    row = outbox.read(NORDIC, HAND_OVER)
    announced = {
        "case_id": CASE, "version": 1, "creditor": "nordic", "country": "FI", "open": "100.00",
        "currency": "EUR", "as_of": "2026-03-02", "href": "https://api.example/v1/partner/cases/c",
    }  # fmt: skip
    replay = {**row, "state": "sent", "message": json.dumps(announced), "document": "x"}

    table.transact(outbox.replay(NORDIC, HAND_OVER, replay, "again"))

    stored = outbox.read(NORDIC, "again")
    assert outbox.type_of(stored) == "case.submitted"
    assert json.loads(stored["message"])["data"] == announced
    assert (stored["repeats"], stored["document"]) == (HAND_OVER, "x")
    assert FILE


def test_a_day_of_attempts_is_read_in_pages(peer):
    for n in range(102):
        one = delivery_rows.Attempt(
            f"a{n:03}", f"a{n:03}", "case.held", CASE, 1, "received", None, 5
        )
        delivery_rows.note(NORDIC, "partner", one, NOW)

    first = ask("GET /v1/partner/deliveries", query={"day": "2026-03-02"})[1]
    second = ask(
        "GET /v1/partner/deliveries", query={"day": "2026-03-02", "after": first["after"]}
    )[1]

    assert [len(first["attempts"]), len(second["attempts"]), second["after"]] == [100, 2, None]
    assert [one["act"] for one in second["attempts"]] == ["a100", "a101"]
    assert ask("GET /v1/partner/deliveries", query={"day": "yesterday"})[1]["code"] == "bad_day"
