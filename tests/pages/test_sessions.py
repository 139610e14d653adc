"""Who gets to a page: a session, its form's token, our own origin, a principal that still is."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from functions import admin
from functions.pages import session
from shared.cloud import clock, hub_keys, sign_outs, table
from tests.functions.world import NOW


def test_a_visit_without_a_session_is_sent_to_the_pool_with_pkce_and_comes_back_there(console):
    browser = console()
    browser.cookies.clear()
    browser.open("/console/tasks", follow=False)
    assert browser.status == 303
    url = urlsplit(browser.headers["location"])
    asked = {name: texts[0] for name, texts in parse_qs(url.query).items()}
    assert (url.netloc, url.path) == ("pool.example", "/oauth2/authorize")
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert asked["redirect_uri"] == "https://hub.example/console/signed-in"
    # The cookie alone knows the secret and the way; nothing of them is in the address.
    assert session.ASKED in browser.cookies
    assert "tasks" not in browser.headers["location"]


def test_an_answer_of_the_pool_that_this_browser_did_not_ask_for_signs_nobody_in(console):
    browser = console()
    browser.cookies.clear()
    browser.open("/console/signed-in?code=abc&state=stolen")
    assert browser.status == 403
    assert session.SESSION not in browser.cookies


def test_a_session_ends_after_its_hours_and_with_its_principal(console, monkeypatch):
    browser = console()
    assert browser.open("/console/tasks").status == 200
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(hours=10))
    assert browser.open("/console/tasks").status == 303
    monkeypatch.setattr(clock, "wall", lambda: NOW)
    table.transact([table.delete_write(hub_keys.principal("person-administrator"))])
    assert browser.open("/console/tasks").status == 303


def test_signing_out_ends_the_session_in_every_browser_of_the_person(console, monkeypatch):
    one, other = console(), console()
    one.open("/console/tasks")
    one.press("Sign out")
    assert "You have signed out" in one.main
    # On to the pool, which ends its own session too and leads back; no redirect: see form-action.
    assert one.status == 200
    seconds, _, to = one.headers["refresh"].partition("; url=")
    back = "https%3A%2F%2Fhub.example%2Fconsole%2Fsigned-out"
    assert seconds == "0"
    assert to == f"https://pool.example/logout?client_id=console&logout_uri={back}"
    assert one.page.xpath(f"//main//a[@href='{to}']")
    assert "refresh" not in one.open("/console/signed-out").headers
    assert "You have signed out" in one.main
    assert other.open("/console/tasks").status == 303
    # Whoever signs in anew is in.
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(milliseconds=1))
    assert console().open("/console/tasks").status == 200


@pytest.mark.parametrize("headers", [
    {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
])  # fmt: skip
def test_a_form_from_elsewhere_changes_nothing(console, headers):
    browser = console()
    browser.open("/console/tasks")
    browser.send("/console/language", {"language": "fi", "back": "/console"}, headers=headers)
    assert browser.status == 403


def test_a_form_without_the_sessions_token_changes_nothing(console):
    browser, other = console(), console("clerk")
    browser.open("/console/tasks")
    other.open("/console/tasks")
    token = other.page.xpath("//input[@name='csrf']/@value")[0]
    for csrf in ("", token):
        browser.send("/console/language", {"csrf": csrf, "language": "fi"})
        assert browser.status == 403


def test_a_cookie_that_was_changed_is_no_session(console):
    browser = console()
    text = browser.cookies[session.SESSION]
    browser.cookies[session.SESSION] = text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:]
    assert browser.open("/console/tasks").status == 303


def test_every_answer_forbids_scripts_strangers_frames_and_copies(console):
    browser = console()
    for path in ("/console/tasks", "/console/nowhere", "/console/signed-out"):
        browser.open(path)
        policy = browser.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert browser.headers["cache-control"] == "no-store"
        assert browser.headers["x-content-type-options"] == "nosniff"
        assert "noindex" in browser.headers["x-robots-tag"]


def test_a_language_is_kept_and_the_way_back_stays_on_this_site(console):
    browser = console()
    browser.open("/console/tasks")
    browser.press("Change", language="fi")
    assert browser.page.get("lang") == "fi"
    assert "Tehtävät" in browser.main
    for back in ("https://evil.example", "//evil.example", "/console/\\evil", "/console//evil"):
        browser.send("/console/language", {"language": "sv", "back": back}, follow=False)
        assert urlsplit(browser.headers["location"]).netloc == ""
        assert browser.headers["location"].startswith("/console")


def test_a_file_of_ours_is_kept_by_browsers_and_another_name_is_not_there():
    def get(name):
        event = {"routeKey": "GET /pages/{file}", "pathParameters": {"file": name}}
        return admin.handler(event, None)

    from functions.pages.render import asset

    style = get(asset("dunlin.css").removeprefix("/pages/"))
    assert style["statusCode"] == 200
    assert "immutable" in style["headers"]["cache-control"]
    for name in ("dunlin.css", "../errors.py", "dunlin.0123456789ab.css"):
        assert get(name)["statusCode"] == 404


def test_the_trail_of_a_page_bears_the_name_of_the_person(console):
    from shared.cloud import sealing

    browser = console("clerk")
    said = json.loads(sealing.unseal(browser.cookies[session.SESSION], session.SESSION))
    assert sign_outs.signed_in(said["client"], NOW).role == "clerk"


@pytest.mark.parametrize(("address", "status"), [
    ("/console/nowhere", 404), ("/console/cases/c9999", 404), ("/console/tasks?state=x", 400),
    ("/console/tasks?cursor=x", 400), ("/console/settings/audit", 403),
])  # fmt: skip
def test_what_did_not_work_is_told_within_the_console(console, address, status):
    browser = console("clerk", language="fi").open(address)
    assert browser.status == status
    assert "Tämä ei onnistunut" in browser.main
    assert browser.page.xpath("//nav[@class='rooms']//a[@href='/console/tasks']")
    assert browser.page.xpath("//button[normalize-space()='Kirjaudu ulos']")
