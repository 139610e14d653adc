"""Partners in the console: what each was not told, what it reported, and what it owes."""

from __future__ import annotations

import pytest

from functions import admin
from shared.cloud import drift_rows, inbox, keys, outbox, partner_rows, table
from shared.domain.events import Held
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.model import Party
from shared.domain.three_way import Verdict
from tests.functions.test_process_inbox import keep, paid, work
from tests.functions.test_quarantine import BACK
from tests.functions.test_remittances import money, post, remittance, report
from tests.functions.test_remittances import work as work_all
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    append,
    call,
    eur,
    hand_over,
    know_counterparts,
    load,
    open_case,
    settle_in,
)  # fmt: skip

CANARY = "<script>alert('partner')</script>"
PARTNER = "/console/partners/partner"
NOTHING = {"amount": "0.00", "currency": "EUR"}
STRANGE = {"id": "x1", "type": "case.abducted", "data": {"name": CANARY}}


@pytest.fixture
def partner(console):
    """A partner that has one claim of a case."""
    settle_in(NORDIC)
    know_counterparts(NORDIC)
    open_case(NORDIC)
    hand_over(NORDIC)


@pytest.fixture
def failed(partner):
    """A message that the partner never got."""
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    told = outbox.first_in_line(NORDIC, CASE, "partner")
    outbox.told(NORDIC, told, outbox.read(NORDIC, told), "failed", "http_404")
    return told


def quarantined(report, key="k1"):
    keep(report, key)
    work(key)
    assert inbox.read(NORDIC, "partner", key)["state"] == "quarantined"


def test_without_a_partner_the_page_says_where_one_comes_from(console):
    browser = console("viewer").open("/console/partners")
    assert "There is no partner yet" in browser.main
    assert browser.open(PARTNER).status == 404


def test_a_case_is_named_by_its_debtor_wherever_a_partner_has_it(console, failed):
    aino = Party(id="erp:d1", version="1", kind="person", name=CANARY, country="FI")
    table.put({**keys.party(NORDIC, aino.id), "body": aino.model_dump_json()})
    quarantined(STRANGE)
    link = f"//td/a[@href='/console/cases/{CASE}']/text()"
    for page in ("", "/outbox"):
        assert set(console("clerk").open(PARTNER + page).page.xpath(link)) == {CANARY}


def test_partners_are_listed_with_what_is_known_of_their_terms(console, partner):
    browser = console("viewer").open("/console/partners")
    (row,) = browser.page.xpath("//tbody/tr")
    assert row.xpath("./th/a/@href") == [PARTNER]
    assert "no terms yet" in browser.main
    assert "email" not in browser.main
    terms = PartnerTerms(recall_price=eur("25.00"), draining=True)
    table.transact([partner_rows.put(partner_rows.terms_key(NORDIC, "partner"), terms)])
    assert "takes nothing new" in browser.open("/console/partners").main
    assert "€25.00" in browser.open(PARTNER).main


def test_a_message_that_failed_is_sent_once_more_by_a_button(console, failed):
    browser = console("clerk").open(PARTNER)
    assert "http_404" in browser.main
    browser.click("Not told yet").press("Send once more")
    assert "It goes out once more." in browser.main
    assert outbox.read(NORDIC, failed)["state"] == "intended"
    assert not browser.page.xpath("//main//button")
    twice = browser.send(f"{PARTNER}/outbox/{failed}/redrive", {})
    assert twice.status == 409
    assert "Only a message that failed is sent again by hand." in twice.main


def test_a_report_is_shown_as_it_came_and_dismissed_with_a_reason(console, partner):
    quarantined(STRANGE)
    browser = console("clerk").open(PARTNER).click("A report that cannot be read")
    assert CANARY in browser.main
    browser.press("Dismiss it", reason="not_true")
    assert "The report has been dismissed." in browser.main
    assert "No report waits" in browser.main
    assert inbox.read(NORDIC, "partner", "k1")["state"] == "dismissed"
    assert "dismissed" in browser.open(f"{PARTNER}/reports/k1").main


def test_a_report_of_money_is_read_again_by_whoever_decides_about_money(console, partner):
    quarantined(BACK)
    report = f"{PARTNER}/reports/k1"
    clerk = console("clerk").open(report)
    assert "somebody who may decide about money" in clerk.main
    assert clerk.send(f"{report}/take", {"reason": "mended"}).status == 403
    keep(paid(interest=NOTHING), "k2")
    work("k2")
    browser = console("manager").open(report).press("Read it again", reason="mended")
    assert "The report is being read again." in browser.main
    work()
    assert load().claims["erp:1"].open == eur("100.00")


def test_once_something_goes_out_a_report_of_money_waits_for_a_second_person(console, partner):
    quarantined(BACK)
    console("administrator")
    switch = call("PUT /v1/control", client="person-administrator", body={"outbound": "on"})
    assert admin.handler(switch, None)["statusCode"] == 200
    browser = console("manager").open(f"{PARTNER}/reports/k1").press("Read it again")
    assert browser.path.startswith("/console/approvals/")
    assert "Nothing has changed yet" in browser.main
    assert inbox.read(NORDIC, "partner", "k1")["state"] == "quarantined"


def test_what_a_partner_holds_paid_out_and_does_not_agree_on_is_on_one_page(console, partner):
    browser = console("viewer").open(f"{PARTNER}/money")
    assert "Nothing was compared with this partner yet" in browser.main
    assert "The partner has not announced any yet." in browser.main
    report(paid(interest=money("0.00")))
    post(remittance())
    work_all()
    sums = {"received": "40.00", "remitted": "32.00", "held": "8.00"}
    drift_rows.compared(NORDIC, "partner", {
        "on": "2026-03-02", "agreed": 1, "lag": 0, "drift": 1,
        "amounts": {"EUR": "0.01"}, "money": {"EUR": sums},
    })  # fmt: skip
    apart = Verdict(
        state="drift", kind="partner", amount=eur("0.01"), right="unknown", text="not explained",
        books=eur("60.00"), hub=eur("60.00"), stated=eur("60.01"),
    )  # fmt: skip
    of = {"case": CASE, "claim": "erp:1"}
    table.put(drift_rows.apart(NORDIC, "d1", "partner", apart, "2026-03-01", of))
    others = apart.model_copy(update={"text": "another partner's"})
    table.put(drift_rows.apart(NORDIC, "d2", "other", others, "2026-03-01", of))
    browser.open(f"{PARTNER}/money")
    assert "another partner's" not in browser.main
    for words in (
        "€8.00 held",
        "not explained erp:1",
        "€60.01",
        "commission \u2212€6.45",
        "expected",
    ):
        assert words in browser.main, words


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_only_look_sends_takes_and_dismisses_nothing(console, failed, role):
    quarantined(STRANGE)
    browser = console(role)
    for page in ("", "/outbox", "/reports", "/reports/k1", "/money"):
        assert not browser.open(f"{PARTNER}{page}").page.xpath("//main//button"), page
    for act in (f"outbox/{failed}/redrive", "reports/k1/take", "reports/k1/dismiss",
                "reads/reopen"):  # fmt: skip
        assert browser.send(f"{PARTNER}/{act}", {"reason": "other"}).status == 403
    assert outbox.read(NORDIC, failed)["state"] == "failed"


def test_a_partner_of_another_creditor_is_not_there(console, failed):
    browser = console("administrator", person="twin", tenant="twin")
    for page in ("", "/outbox", "/reports", "/money"):
        assert browser.open(f"{PARTNER}{page}").status == 404
    browser.open("/console/partners")
    for act in (f"outbox/{failed}/redrive", "reads/reopen"):
        assert browser.send(f"{PARTNER}/{act}", {}).status == 404


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_page_of_a_partner_is_there_in_each_language(console, failed, language):
    quarantined(STRANGE)
    browser = console("administrator", language=language)
    for page in ("", "/outbox", "/reports", "/reports/k1", "/money"):
        assert browser.open(f"{PARTNER}{page}").status == 200
