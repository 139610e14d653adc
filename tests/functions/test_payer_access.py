"""Token and second fact open one case; whatever is wrong, the answer is the same and is counted."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from functions import admin, payer_access
from shared.cloud import clock, payer_links, table, tasks
from shared.domain.events import ActSent, NoticeReturned
from tests.functions.payers import NUMBER, ORIGIN, debtor, know, linked, settle
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    REMINDER,
    TWIN,
    answer,
    append,
    call,
    open_case,
    remind,
    settle_in,
)  # fmt: skip


@pytest.fixture
def token(aws, monkeypatch):
    settle(monkeypatch)
    know()
    open_case(NORDIC)
    remind(NORDIC)
    return linked()


def unlock(token, said=NUMBER, now=NOW):
    return payer_access.unlock(token, said, now)


def trail(rows, what):
    return [json.loads(one["facts"]) for one in rows() if one.get("what") == what]


def test_a_message_rendered_again_has_the_same_link_and_every_other_one_another(token):
    again = payer_links.token(NORDIC, "erp:d1", CASE, REMINDER)
    others = [
        payer_links.token(NORDIC, "erp:d1", CASE, "another"),
        payer_links.token(NORDIC, "erp:d1", "c9", REMINDER),
        payer_links.token(NORDIC, "erp:d2", CASE, REMINDER),
        payer_links.token(TWIN, "erp:d1", CASE, REMINDER),
    ]

    assert again == token
    assert len({token, *others}) == 5
    assert payer_links.url(NORDIC, "erp:d1", CASE, REMINDER) == f"{ORIGIN}/p/{token}"


def test_no_row_holds_the_token_or_the_address(token, rows):
    text = json.dumps([one for one in rows() if "PAYER" in one["pk"] + one["sk"]])

    assert token not in text
    assert "aino" not in text


def test_without_an_address_for_the_page_no_link_is_made(aws, monkeypatch):
    monkeypatch.delenv("PAYER_URL", raising=False)

    assert payer_links.made(NORDIC, "erp:d1", CASE, REMINDER, "a@b.example", NOW) == ()
    assert payer_links.url(NORDIC, "erp:d1", CASE, REMINDER) is None


@pytest.mark.parametrize("said", [NUMBER, "ERP 1 100", "20100"])
def test_token_and_second_fact_open_the_case(token, rows, said):
    opened = unlock(token, said)

    assert (opened.run.case.id, opened.tenant) == (CASE, NORDIC)
    (facts,) = trail(rows, "payer_page_opened")
    assert facts == {"case": CASE, "link": opened.found.digest}
    assert payer_access.again(token, opened.found.digest, NOW).run.case.id == CASE


def test_a_link_made_again_keeps_its_tries_and_a_persons_word(token):
    unlock(token, "wrong")
    revoke()
    assert linked() == token
    row = payer_links.find(token).row

    assert (row["tries"], row["revoked"]) == (1, "wrong_person")


def test_the_fifth_wrong_answer_locks_the_link_for_a_day(token, rows):
    assert [unlock(token, "wrong") for _ in range(5)] == [None] * 5
    assert unlock(token) is None
    assert unlock(token, now=NOW + timedelta(hours=23)) is None
    (facts,) = trail(rows, "payer_link_locked")
    assert facts["locks"] == 1

    assert unlock(token, now=NOW + timedelta(days=1)) is not None


def test_a_right_answer_forgets_the_slips_before_it(token):
    for _ in range(3):
        assert [unlock(token, "wrong") for _ in range(4)] == [None] * 4
        assert unlock(token) is not None


def test_slips_of_another_day_count_no_more(token):
    for day in range(4):
        assert [unlock(token, "x1", NOW + timedelta(days=day)) for _ in range(2)] == [None] * 2
    assert unlock(token, now=NOW + timedelta(days=4)) is not None


def test_guesses_at_one_moment_are_no_more_than_one_after_the_other(token, monkeypatch):
    looked, real = [], payer_access.payer_fact.known
    monkeypatch.setattr(payer_access.payer_fact, "known", lambda *of: looked.append(1) or real(*of))
    found = payer_links.find(token)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: payer_links.attempt(found, NOW), range(40)))

    assert sum(taken) <= 5
    assert unlock(token) is None or sum(taken) < 5


def test_the_third_lock_is_looked_at_by_a_person(token):
    for day in range(3):
        for _ in range(5):
            unlock(token, "wrong", NOW + timedelta(days=2 * day))
    (task,) = [row for _, row in tasks.in_order(NORDIC, None, 10)[0]]

    assert (task["why"], task["case"]) == ("payer_link_guessed", "")


def test_whoever_guesses_on_after_the_third_lock_is_never_heard_again(token):
    for day in range(3):
        for _ in range(5):
            assert unlock(token, "wrong", NOW + timedelta(days=2 * day)) is None
    # Fifteen guesses in all, not five on each of ninety days.
    for day in (5, 6, 40, 89):
        assert unlock(token, now=NOW + timedelta(days=day)) is None
    row = payer_links.find(token).row
    assert (row["locks"], row["locked_until"]) == (3, row["expires_at"])


@pytest.mark.parametrize("said", ["", "a" * 26, "A" * 5000, "../x", "é" * 26, "a#b"])
def test_what_is_no_link_opens_nothing_and_leaves_nothing(token, rows, said):
    before = len(rows())

    assert unlock(said) is None
    assert len(rows()) == before


def test_whatever_is_wrong_costs_the_same_calls(token, monkeypatch):
    def calls(said, now=NOW):
        made = []
        with monkeypatch.context() as patched:
            for name in ("get", "update", "query", "batch_get"):
                real = getattr(table, name)
                patched.setattr(
                    table, name, lambda *of, name=name, real=real, **more: (
                        made.append(name), real(*of, **more))[1],
                )  # fmt: skip
            assert unlock(said, "wrong", now) is None
        return sorted(made)

    wrong = calls(token)
    nobodys, expired = calls("a" * 26), calls(token, NOW + timedelta(days=200))
    for _ in range(5):
        unlock(token, "wrong", NOW + timedelta(days=300))
    locked = calls(token, NOW + timedelta(days=300))

    assert nobodys == wrong == expired == locked


def came_back():
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    append(NORDIC, CASE, NoticeReturned(at=NOW, act=REMINDER, code="bounced"))


def revoke():
    body = {"reason": "wrong_person"}
    route = "POST /v1/debtors/{id}/payer-links/revoke"
    status, told = answer(admin.handler(call(route, path={"id": "erp:d1"}, body=body), None))
    assert (status, told["revoked"]) == (200, 1)


def new_address():
    know(party=debtor(emails=("somebody@example.org",)))


def erased():
    payer_links.forget(NORDIC, ("erp:d1",))


@pytest.mark.parametrize("ends", [came_back, revoke, new_address, erased])
def test_what_ends_a_link_ends_its_sessions_too(token, ends):
    digest = unlock(token).found.digest
    ends()

    assert unlock(token) is None
    assert payer_access.again(token, digest, NOW) is None


def test_a_session_of_one_link_opens_no_other(token):
    other = linked(act="another")

    assert payer_access.again(other, unlock(token).found.digest, NOW) is None


def test_the_links_of_a_debtor_are_listed_and_ended_by_a_person(token, rows):
    route = "GET /v1/debtors/{id}/payer-links"
    _, before = answer(admin.handler(call(route, path={"id": "erp:d1"}), None))
    revoke()
    _, after = answer(admin.handler(call(route, path={"id": "erp:d1"}), None))

    assert [one["ended"] for one in before["links"] + after["links"]] == [None, "revoked"]
    assert before["links"][0]["expires_at"] == "2026-05-31T09:00:00Z"
    assert token not in json.dumps(before)
    (facts,) = trail(rows, "payer_link_revoked")
    assert facts["why"] == "wrong_person"


def test_a_link_that_the_debtor_does_not_have_is_not_revoked(token):
    route = "POST /v1/debtors/{id}/payer-links/revoke"
    body = {"reason": "lost", "link": "0" * 64}
    event = call(route, path={"id": "erp:d1"}, body=body)

    assert answer(admin.handler(event, None))[0] == 422
    assert unlock(token) is not None


def test_links_of_a_twin_are_not_known(token):
    settle_in(TWIN)
    know(TWIN)
    for route in (
        "GET /v1/debtors/{id}/payer-links",
        "POST /v1/debtors/{id}/payer-links/revoke",
    ):
        body = {"reason": "lost"} if route.startswith("POST") else None
        event = call(route, path={"id": "erp:d1"}, body=body, tenant="twin")
        assert answer(admin.handler(event, None))[1].get("links", []) == []
    assert unlock(token) is not None


def test_a_session_never_outlives_the_clock(token, monkeypatch):
    digest = unlock(token).found.digest
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=90))

    assert payer_access.again(token, digest, clock.wall()) is None
