"""Today in the console: what happened, what comes, what waits, and the stop within one press."""

from __future__ import annotations

from datetime import date

import pytest

from functions.pages.words import CONSOLE, words
from shared.cloud import connections, keys, preview_rows, principals, table, tasks
from shared.cloud.preview_rows import Preview
from shared.domain.events import ActSent
from shared.domain.explain import Reason
from shared.domain.timeline import _WORDS
from tests.functions.money import connected, invoice, tell
from tests.functions.payers import know
from tests.functions.world import CASE, NORDIC, NOW, REMINDER, append, open_case, remind

CANARY = "<script>alert(1)</script>"


@pytest.fixture
def busy(console):
    """A day with a reminder that went out, a question, a bank whose login is refused, a preview."""
    open_case(NORDIC)
    remind(NORDIC)
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    why = Reason(rule="policy.step", text=f"A person decides. {CANARY}")
    table.transact([tasks.task_write(NORDIC, "t1", CASE, "approve_remind", ["erp:1"], [why])])
    config = {"bucket": "inbox", "prefix": "nordic/", "accounts": []}
    table.transact([
        connections.made(NORDIC, "bank", connector="banks.camt", config=config, start_line=None)
    ])  # fmt: skip
    table.update(keys.connection(NORDIC, "bank"), set_={
        "state": "needs_auth", "cause": "login", "day": "2026-03-02", "day_reads": 1,
        "day_rows_seen": 9, "day_rows_changed": 3, "day_rows_refused": 2,
    })  # fmt: skip
    begun = Preview(id="p1", kind="next", start=NOW, made=NOW, last=date(2026, 3, 5), policy=None)
    table.transact([preview_rows.begun(NORDIC, begun, NOW)])
    segment = {"capacity": "consumer", "country": "FI", "currency": "EUR"}
    totals = {"days": [
        {"on": "2026-03-03", **segment, "contacts": 4, "hand_overs": 1},
        {"on": "2026-03-03", **segment, "contacts": 2, "hand_overs": 0},
    ]}  # fmt: skip
    page = {"cases": [], "unread": [], "totals": totals, "against": None}
    name = preview_rows.keep_page(NORDIC, begun, page)
    done = Preview(id="p1", kind="next", start=NOW, made=NOW, last=date(2026, 3, 5), policy=None,
                   state="done", pages=(name,))  # fmt: skip
    preview_rows.advanced(NORDIC, begun, done, NOW)


def test_an_empty_hub_begins_with_the_first_hour(console):
    table.transact([table.delete_write(keys.creditor(NORDIC))])
    browser = console().open("/console")
    assert browser.page.xpath("//main//a[@class='button']/@href") == ["/console/first-hour"]


def test_a_quiet_day_says_so_and_offers_to_look_ahead(console):
    browser = console("clerk").open("/console")
    assert "Nothing waits for a person." in browser.main
    assert "Nothing has happened to a case today." in browser.main
    browser.press("Look 14 days ahead")
    assert browser.status == 200
    assert "/console/previews/" in browser.path


def test_the_day_is_told_by_what_happened_what_waits_and_what_comes(console, busy):
    browser = console("manager").open("/console")
    facts = dict(zip(
        browser.page.xpath("//dl[contains(@class, 'card')]//dt/text()"),
        browser.page.xpath("//dl[contains(@class, 'card')]//dd/text()"), strict=True,
    ))  # fmt: skip
    assert facts["Reminders sent"] == "1"
    assert facts["Hand-overs"] == "0"
    assert facts["Payment rows read"] == "3"
    assert f"Act {REMINDER} went out on" in browser.main
    links = browser.page.xpath("//main//tbody//th/a/@href")
    assert {"/console/tasks?why=approve_remind", "/console/connections/bank",
            "/console/connections/bank/refused"} <= set(links)  # fmt: skip
    rows = [
        [one.text_content().strip().replace("\xa0", " ") for one in row]
        for row in browser.page.xpath("//h2[@id='ahead']/following-sibling::div//tbody/tr")
    ]
    assert rows[:2] == [["2 March 2026", "0", "0"], ["3 March 2026", "6", "1"]]
    # The preview reaches to the fifth: nothing is said of the days behind it.
    assert len(rows) == 4


def test_what_happened_is_named_in_the_readers_language_with_the_debtor(console, busy):
    know()
    browser = console(language="fi").open("/console")
    latest = [one.text_content() for one in browser.page.xpath("//ol[@class='timeline']//p[1]")]
    assert latest[0].startswith("Muistutus lähetetty · Aino Esimerkki ")


def test_what_happened_calls_invoices_by_their_numbers(console):
    connected("erp")
    tell(invoice("1"), invoice("2"))
    browser = console().open("/console")
    assert "2026-0001" in browser.main
    assert "erp:1" not in browser.main


@pytest.mark.parametrize("language", CONSOLE)
def test_every_kind_of_event_has_a_name(language):
    t, kinds = words(language, "events"), {*_WORDS, "reminder_sent", "hand_over_sent"}
    assert {key.removeprefix("event_") for key in t.texts} == kinds
    assert all(t.code("event", kind) for kind in kinds)


def test_the_stop_is_one_link_away_and_asks_before_it_stops(console, busy):
    browser = console().open("/console")
    browser.click("Stop everything").press("Stop everything", reason=f"prices {CANARY}")
    browser.open("/console")
    assert "Everything is stopped" in browser.main
    assert f"prices {CANARY}" in browser.main
    assert not browser.page.xpath("//main//a[contains(@class, 'danger')]")


def test_what_keeps_acts_in_is_said(console, busy):
    assert "sending is off, here or at the operator" in console().open("/console").main


@pytest.mark.parametrize(("role", "language"), [
    ("viewer", "en"), ("clerk", "fi"), ("manager", "sv"), ("administrator", "fi"),
    ("auditor", "en"),
])  # fmt: skip
def test_everybody_of_the_creditor_sees_the_day(console, busy, role, language):
    browser = console(role, language=language).open("/console")
    assert browser.status == 200
    assert browser.page.get("lang") == language
    approves = bool(browser.page.xpath("//main//a[@href='/console/approvals']"))
    assert approves == (role in {"manager", "administrator", "auditor"})
    stops = bool(browser.page.xpath("//main//a[contains(@class, 'danger')]"))
    assert stops == (role == "administrator")


def test_who_may_see_a_part_alone_goes_on_to_it_and_who_may_see_nothing_is_told_so(console):
    browser = console("admin")
    assert browser.open("/console").status == 403
    row = principals.principal_row(
        "person-admin", role="admin", scopes=["settings:read"], tenant="nordic"
    )
    table.put(row)
    browser.open("/console", follow=False)
    assert browser.status == 303
    assert browser.headers["location"] != "/console"


def test_an_operator_sees_no_creditors_day_and_goes_on_to_what_is_theirs(console):
    browser = console("operator").open("/console", follow=False)
    assert browser.status == 303
    assert browser.headers["location"] != "/console"
