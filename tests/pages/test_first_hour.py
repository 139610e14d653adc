"""The first hour in the console: a road from an empty hub, and pages that say what comes first."""

from __future__ import annotations

import pytest
import requests

from shared.cloud import connections, control, first_day_rows, keys, table
from shared.domain.creditor import Creditor
from tests.functions.money import invoice, take
from tests.functions.world import NORDIC, NOW, know_counterparts

CANARY = "<script>alert(1)</script>"
PAGES = (
    "/console/first-hour", "/console/first-hour/creditor", "/console/first-hour/letters",
    "/console/first-hour/assessment", "/console/first-hour/observed",
    "/console/first-hour/notices", "/console/first-hour/arming", "/console/switches",
    "/console/switches/stop",
)  # fmt: skip


@pytest.fixture
def empty(console):
    """A creditor of whom the hub knows nothing but its people."""
    for key in (keys.creditor(NORDIC), keys.active_policy(NORDIC),
                keys.policy(NORDIC, "standard", 1)):  # fmt: skip
        table.transact([table.delete_write(key)])


@pytest.fixture
def settled(console):
    """A creditor with a profile, a policy, books with one invoice, and its counterparts."""
    know_counterparts(NORDIC)
    table.transact([
        connections.made(NORDIC, "erp", connector="erp.tryton", config={}, start_line=NOW.date())
    ])  # fmt: skip


def marked(browser):
    """The name of the step that comes next."""
    (found,) = browser.page.xpath("//ol[@class='road']/li[.//a[@class='button']]/h3/text()[1]")
    return found.strip()


@pytest.mark.parametrize(("role", "language"), [
    ("viewer", "en"), ("administrator", "fi"), ("manager", "sv"),
])  # fmt: skip
def test_every_page_of_an_empty_hub_says_what_comes_first(console, empty, role, language):
    browser = console(role, language=language)
    for path in PAGES:
        browser.open(path)
        assert browser.status == 200, path
        assert browser.page.get("lang") == language


def test_the_road_begins_with_the_creditor_and_goes_on_when_there_is_one(console, empty):
    browser = console().open("/console/first-hour")
    assert marked(browser) == "Say who you are"
    browser.open(browser.page.xpath("//a[@class='button']/@href")[0])
    said = {
        "name": f"Nordic {CANARY}", "country": "FI", "business_id": "1234567-1",
        "business_id_scheme": "FI_YTUNNUS", "kind": "business", "vat_registered": "yes",
        "address.lines": "Katu 1\r\n", "address.postal_code": "00100",
        "address.city": "Helsinki", "address.country": "FI", "email": "billing@nordic.example",
        "sender": "billing@nordic.example", "zone": "Europe/Helsinki", "language": "fi",
        "accounts.0.iban": "FI2112345600000786", "four_eyes": "required",
    }  # fmt: skip
    browser.press("Save", **{f"profile.{name}": text for name, text in said.items()})
    assert browser.status == 422
    assert browser.page.xpath("//div[@role='alert']//a/@href") == ["#f-profile.accounts.0.iban"]
    assert browser.page.xpath("//input[@name='profile.name']/@value") == [said["name"]]
    browser.press("Save", **{"profile.accounts.0.iban": "FI2112345600000785"})
    assert "Saved." in browser.main
    assert marked(browser) == "Connect the books"
    (offers,) = browser.page.xpath("//ol//a[@class='button']/@href")
    assert offers == "/console/connectors?family=erp&country=FI"
    browser.open("/console/first-hour/creditor")
    assert browser.page.xpath("//input[@name='profile.business_id']/@value") == ["1234567-1"]


def test_the_road_is_a_link_away_from_where_it_led_until_a_reminder_went_out(console, settled):
    browser = console()
    pages = ("/console/connections/erp", "/console/policies/standard/1")

    def led_back():
        return [browser.open(one).page.xpath("//main//a[@href='/console/first-hour']") != []
                for one in pages]  # fmt: skip

    assert led_back() == [True, True]
    browser.open("/console/first-hour/arming").send("/console/first-hour/arming", {
        "first": "5", "armed": ["friendly"],
    })  # fmt: skip
    assert led_back() == [True, True]
    table.update(first_day_rows._contacts(NORDIC, "email"), add={"n": 1})
    assert led_back() == [False, False]


def test_where_the_books_may_say_who_paid_the_road_goes_on_without_a_bank(console, settled):
    assert marked(console().open("/console/first-hour")) == "Connect the books"
    table.update(keys.connection(NORDIC, "erp"), set_={"state": "enabled"})
    browser = console().open("/console/first-hour")
    assert marked(browser) == "Connect a channel"
    assert "the books alone say who has paid" in browser.main

    row = table.get(keys.creditor(NORDIC))
    profile = Creditor.model_validate_json(row["body"])
    gate = profile.gate.model_copy(update={"erp_is_the_bank": False})
    table.put({**row, "body": profile.model_copy(update={"gate": gate}).model_dump_json()})
    browser = console().open("/console/first-hour")
    assert marked(browser) == "Connect the bank"
    assert "the books alone say who has paid" not in browser.main


def test_what_the_form_of_the_profile_does_not_show_stays(console):
    from shared.domain.creditor import Creditor

    row = table.get(keys.creditor(NORDIC))
    before = Creditor.model_validate_json(row["body"])
    gate = before.gate.model_copy(update={"grace_bank_days": 2})
    kept = before.model_copy(update={"gate": gate, "link_hosts": ("www.nordic.example",)})
    table.put({**row, "body": kept.model_dump_json()})
    browser = console().open("/console/first-hour/creditor")
    browser.press("Save", **{"profile.name": "Nordic Ab"})
    after = Creditor.model_validate_json(table.get(keys.creditor(NORDIC))["body"])
    assert after == kept.model_copy(update={"name": "Nordic Ab"})


def test_the_checklist_shows_each_point_with_its_evidence_and_where_to_see_to_it(console, settled):
    browser = console().open("/console/first-hour")
    points = browser.page.xpath("//ul[@class='points']/li")
    assert len(points) == 12
    for one in points:
        open_point = "Open" in one.xpath("string(.//h3)")
        assert bool(one.xpath(".//p/a")) == open_point
    assert browser.page.xpath("//a[@href='/console/switches']")


def test_the_ledger_is_compared_with_the_total_that_the_books_print(console, settled):
    browser = console().open("/console/first-hour")
    browser.press("Compare all invoices", erp_total="many")
    assert browser.status == 422
    assert browser.page.xpath("//input[@name='erp_total']/@aria-describedby") == ["e-erp_total"]
    assert "an amount such as 1234.50 is expected" in browser.main
    assert len(browser.page.xpath("//ul[@class='points']/li")) == 12

    browser.press("Compare all invoices", erp_total="0.00")
    assert "Compared: the first point shows what was found." in browser.main
    (first,) = browser.page.xpath("//ul[@class='points']/li[1]/h3")
    assert "Holds" in first.xpath("string(.)")
    assert not console("viewer").open("/console/first-hour").page.xpath("//form[@id='compare']")


def test_the_letters_are_read_and_approved_by_the_name_of_whoever_looked(console, settled):
    browser = console().open("/console/first-hour/letters")
    assert len(browser.page.xpath("//pre")) == 2
    browser.press("Approve these letters")
    assert "Approved, by your name." in browser.main
    assert "by you, 2 March 2026" in browser.main
    assert not browser.page.xpath("//main//form[@method='post']")


def test_letters_that_changed_since_they_were_shown_are_not_approved(console, settled):
    browser = console().open("/console/first-hour/letters")
    browser.send("/console/first-hour/letters", {"hash": "0" * 64})
    assert browser.status == 409
    assert "The letters have changed since you looked" in browser.main


def test_a_sheet_of_earlier_reminders_is_taken_over_and_each_refused_row_named(console, settled):
    take(invoice("1"), feed="erp")
    browser = console("clerk").open("/console/first-hour/notices")
    sheet = f"key;invoice;what;on\r\na;1;reminder;2026-02-10\r\nb;{CANARY};reminder;2026-02-10\r\n"
    browser.press("Take over what was pasted", sheet=sheet)
    assert browser.status == 200
    assert "2 rows: 1 new, 0 changed, 1 refused." in browser.main
    assert browser.page.xpath("//tbody[1]/tr[1]/th[normalize-space()='3']")
    browser.press("Take over what was pasted", sheet=sheet)
    assert "0 new" in browser.main
    browser.press("Take over what was pasted", sheet="nothing")
    assert browser.status == 400
    assert browser.page.xpath("//textarea")[0].text.strip() == "nothing"


def uploaded(browser, sheet, csrf):
    fields = {"csrf": csrf, "connection": "erp", "delimiter": ";"}
    made = requests.Request(
        "POST", "https://hub.example", data=fields, files={"file": ("notices.csv", sheet)}
    ).prepare()
    kind = {"content-type": made.headers["content-type"]}
    return browser._visit("POST", "/console/first-hour/notices", made.body.decode(), kind)


def test_a_sheet_comes_as_a_file_too_and_only_from_a_page_of_the_session(console, settled):
    take(invoice("1"), feed="erp")
    browser = console("clerk").open("/console/first-hour/notices")
    sheet = b"key;invoice;what;on\r\na;1;reminder;2026-02-10\r\n"
    uploaded(browser, sheet, "another session's")
    assert browser.status == 403
    browser.open("/console/first-hour/notices")
    uploaded(browser, sheet, browser.csrf)
    assert "1 rows: 1 new, 0 changed, 0 refused." in browser.main


def test_the_rules_of_the_first_days_are_put_and_a_step_is_armed_by_name(console, settled):
    browser = console("manager").open("/console/first-hour/arming")
    browser.press("Put these rules", first="5", **{"cap.contacts.email": "many"})
    assert browser.status == 422
    assert browser.page.xpath("//input[@name='cap.contacts.email']/@value") == ["many"]
    browser.send("/console/first-hour/arming", {
        "first": "5", "cap.contacts.email": "50", "cap.fees": "", "armed": ["friendly"],
        "new_segment": "b2b", "new": ["firm"],
    })  # fmt: skip
    assert "Saved." in browser.main
    assert browser.page.xpath("//input[@name='armed'][@checked]/@value") == [
        "friendly", "firm/b2b",
    ]  # fmt: skip
    assert "email: 5 still proposed" in browser.main


def test_the_stop_asks_first_and_its_end_is_one_press_while_nothing_went_out(console, settled):
    browser = console().open("/console/switches")
    browser.click("Stop everything")
    assert table.get(keys.control(NORDIC)) is None
    browser.press("Stop everything", reason="a wrong price list")
    assert "Everything is stopped." in browser.main
    assert control.barrier(None, table.get(keys.control(NORDIC)), "d") == "creditor_stopped"
    browser.press("End the stop")
    assert "The stop has ended." in browser.main


def test_opening_the_door_says_that_the_checklist_does_not_hold(console, settled):
    browser = console().open("/console/switches")
    browser.press("Save", outbound="on")
    assert "the checklist of the first hour does not hold yet" in browser.main
    # Once something may have gone out, the end of a stop takes two.
    browser.send("/console/switches/stop", {"reason": "once"})
    browser.press("End the stop")
    assert "a second person has to approve it" in browser.main
    assert table.get(keys.control(NORDIC))["stopped"]


def test_a_stop_without_a_reason_is_none(console, settled):
    browser = console().open("/console/switches/stop")
    browser.send("/console/switches/stop", {"reason": " "})
    assert browser.status == 422
    assert table.get(keys.control(NORDIC)) is None


def test_what_halted_the_creditor_is_lifted_with_a_reason(console, settled):
    from shared.cloud import fuses
    from shared.domain.explain import Reason

    fuses.halt(NORDIC, Reason(rule="hub.overdue_jump", text="far more"), NOW)
    browser = console().open("/console/switches")
    assert "far more claims are overdue than yesterday" in browser.main
    browser.press("I have looked, go on", reason="a ledger was imported late")
    assert "Noted. Acts go on." in browser.main
    assert "halted" not in table.get(keys.control(NORDIC))


def test_the_practice_until_now_is_a_table_and_a_file(console, settled):
    take(invoice("1"), feed="erp")
    browser = console("auditor").open("/console/first-hour/assessment")
    assert browser.page.xpath("//table")
    browser.open("/console/first-hour/assessment.csv")
    assert browser.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_only_looks_is_shown_no_form_and_changes_nothing(console, settled, role):
    browser = console(role)
    for path in PAGES:
        browser.open(path)
        assert browser.status == 200, path
        assert not browser.page.xpath("//main//button[not(ancestor::form[@method='get'])]"), path
    for path in ("first-hour/creditor", "first-hour/letters", "first-hour/notices",
                 "first-hour/arming", "switches", "switches/stop", "switches/release",
                 "switches/lift"):  # fmt: skip
        browser.send(f"/console/{path}", {})
        assert browser.status == 403, path
    assert table.get(keys.control(NORDIC)) is None
