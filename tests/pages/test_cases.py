"""Cases in the console: found, explained, and told what was agreed, after seeing what follows."""

from __future__ import annotations

import pytest

from functions import admin
from functions.console.case_fields import COMMANDS
from shared.cloud import keys, table
from shared.cloud.store import Store
from shared.domain.events import ActSent
from shared.domain.model import Party
from tests.functions.money import cases, connected, invoice, tell
from tests.functions.test_compensation import choose  # noqa: F401
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    REMINDER,
    answer,
    append,
    call,
    hand_over,
    load,
    open_case,
    remind,
)

CANARY = "<script>alert('Aino')</script>"


@pytest.fixture
def case(console):
    """A case with a reminder on its way; its debtor's name would be a script."""
    open_case(NORDIC)
    remind(NORDIC)
    aino = Party(
        id="erp:d1", version="1", kind="person", name=CANARY, country="FI",
        emails=(CANARY,), customer_number=CANARY,
    )  # fmt: skip
    table.put({**keys.party(NORDIC, aino.id), "body": aino.model_dump_json()})
    return f"/console/cases/{CASE}"


def test_without_cases_the_page_says_where_they_come_from(console):
    browser = console("viewer").open("/console/cases")
    assert "There is no open case yet" in browser.main
    browser.open("/console/cases?state=held")
    assert "No case fits" in browser.main


def test_cases_are_listed_by_name_with_what_is_open(console, case):
    browser = console("viewer").open("/console/cases")
    (row,) = browser.page.xpath("//tbody/tr")
    assert row.xpath("./th/a/text()") == [CANARY]
    assert row.xpath("./th/a/@href") == [case]
    assert "€200.00" in browser.main
    assert console("viewer", language="fi").open("/console/cases").main.count("200,00\xa0€") == 0
    assert "200,00 €" in console("viewer", language="fi").open("/console/cases").main


def test_the_law_and_the_step_of_a_search_are_chosen_and_not_typed(console, case):
    browser = console("viewer").open("/console/cases?country=SE&step=gone")
    assert "No case fits" in browser.main
    for name, chosen in (("country", "SE"), ("step", "gone")):
        (choice,) = browser.page.xpath(f"//select[@name='{name}']")
        assert choice.value == chosen
    browser.press("Search", country="FI", step="")
    assert len(browser.page.xpath("//tbody/tr")) == 1


def test_cases_with_the_partner_are_those_with_any_claim_there(console, case):
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    there = "/console/cases?state=with_partner"
    assert "No case fits" in console("viewer").open(there).main
    hand_over(NORDIC, claims=("erp:2",))
    browser = console("viewer").open(there)
    assert browser.page.xpath("//tbody/tr/th/a/@href") == [case]
    chips = browser.page.xpath("//tbody//*[contains(@class, 'chip')]/text()")
    assert chips == ["Running", "With the partner"]
    (choice,) = browser.page.xpath("//select[@name='state']")
    assert choice.value == "with_partner"


@pytest.mark.parametrize(("said", "found"), [
    ("d1", True), ("erp:d1", True), ("2026-0001", True), ("d2", False), ("no such", False),
    ("#", False),
])  # fmt: skip
def test_a_case_is_found_by_the_customers_id_in_the_books_too(console, said, found):
    connected("erp", list_in=keys.listing(NORDIC, "CONN"), list_id="erp")
    tell(invoice("1"))
    browser = console("viewer").open("/console/cases").press("Search", number=said)
    assert browser.status == 200
    assert bool(browser.page.xpath("//tbody/tr")) == found


def test_a_list_says_by_which_column_it_is_sorted_and_turns_round(console, case):
    browser = console("viewer").open("/console/cases?country=FI").click("Open")
    for way in ("ascending", "descending", "ascending"):
        (head,) = browser.page.xpath("//th[@aria-sort]")
        assert (head.get("aria-sort"), head.text_content()) == (way, "Open")
        assert "country=FI" in browser.path
        browser.click("Open")


def test_a_search_that_makes_no_sense_is_named_and_keeps_what_was_typed(console, case):
    browser = console("viewer").open("/console/cases?open_from=many")
    assert browser.status == 400
    assert browser.page.xpath("//input[@name='open_from']/@value") == ["many"]


def test_a_case_tells_what_is_owed_what_comes_next_and_why(console, case):
    browser = console("clerk").open(case)
    assert browser.page.xpath("//h1/text()") == [CANARY]
    assert "€1.20" in browser.main
    assert "an act has no outcome yet" in browser.main
    assert "Tapaus odottaa" in console("clerk", language="fi").open(case).main
    browser.click("Whole timeline")
    assert "A reminder (friendly) about erp:1 is made" in browser.main
    # Ids are told by the names that people know.
    assert f"opened for debtor {CANARY} under" in browser.main


def test_what_is_owed_is_summed_up_in_its_parts_and_in_all(console, case):
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    parts, whole = console("clerk").open(case).page.xpath("//tfoot/tr")
    assert [cell.text_content() for cell in parts] == ["Together", "€200.00", "€2.40", "€0.00"]
    assert [cell.text_content() for cell in whole] == ["Owed in all", "€202.40"]


def test_the_sum_of_one_claim_is_said_once_and_holds_its_compensation(console, choose):  # noqa: F811
    choose()
    (case,) = cases()
    page = console("clerk").open(f"/console/cases/{case.id}").page
    (whole,) = page.xpath("//tfoot/tr")
    parts = [cell.text_content() for cell in page.xpath("//section[h2/@id='claims']//tbody//td")]
    assert parts == ["15\xa0January\xa02026", "€100.00", "€100.00", "€1.32", "€0.00", "€40.00"]
    assert [cell.text_content() for cell in whole] == ["Owed in all", "€141.32"]


def test_a_check_calls_invoices_by_their_numbers(console):
    connected("erp")
    tell(invoice("1"))
    (case,) = cases()
    browser = console("clerk").open(f"/console/cases/{case.id}").click("Promise to pay")
    browser.press("See what it will do", day="2026-03-09", amount="100,00")
    assert "Before it is done" in browser.main
    assert "2026-0001" in browser.main
    assert "erp:1" not in browser.main


def test_a_promise_is_shown_before_it_is_made(console, case):
    browser = console("clerk").open(case).click("Promise to pay")
    version = load().version
    browser.press("See what it will do", day="2026-03-09", amount="1 00,00")
    assert load().version == version
    assert "Before it is done" in browser.main
    browser.press("Do it")
    assert "The case has been told." in browser.main
    assert "Promised" in browser.main
    (made,) = load().states.promises.values()
    assert (str(made.amount.amount), str(made.day)) == ("100.00", "2026-03-09")


def test_going_back_from_the_check_keeps_what_was_typed_and_sent_twice_it_is_done_once(
    console, case
):
    browser = console("clerk").open(f"{case}/tell/hold")
    browser.press("See what it will do", until="2026-03-20").press("Change it")
    assert browser.page.xpath("//input[@name='until']/@value") == ["2026-03-20"]
    browser.press("See what it will do")
    first = browser.page
    browser.press("Do it")
    browser.page = first
    browser.press("Do it")
    assert len(load().holds) == 1


ROUTE = "POST /v1/cases/{id}/commands"
SAID = [
    ("settle_dispute", "dispute", {"type": "dispute", "claim": "erp:1", "ground": "faulty"}, {
        "en": "erp:1, €100.00, since 2 March 2026", "fi": "erp:1, 100,00 €, 2.3.2026 alkaen",
        "sv": "erp:1, 100,00 €, sedan 2.3.2026",
    }),
    ("cancel_plan", "plan", {"type": "propose_plan", "count": 4, "first": "2026-03-09"}, {
        "en": "4 instalments, €200.00, from 9 March 2026",
        "fi": "4 erää, 200,00 €, ensimmäinen 9.3.2026",
        "sv": "4 delbetalningar, 200,00 €, från 9.3.2026",
    }),
    ("cancel_promise", "promise", {"type": "promise", "day": "2026-03-20"}, {
        "en": "€200.00 by 20 March 2026",
    }),
    ("cancel_promise", "promise", {
        "type": "settlement", "day": "2026-03-20",
        "amount": {"amount": "150.00", "currency": "EUR"},
    }, {"en": "Settlement in full: €150.00 by 20 March 2026"}),
    ("release", "hold", {"type": "hold", "claim": "erp:1", "until": "2026-03-20"}, {
        "en": "erp:1, a person's word, until 20 March 2026",
    }),
    ("release", "hold", {"type": "hold"}, {
        "en": "the whole case, a person's word, since 2 March 2026",
    }),
    ("withdraw_stop", "stop", {"type": "stop_request"}, {
        "en": "erp:1, erp:2, since 2 March 2026",
    }),
    ("end_circumstance", "circumstance", {
        "type": "circumstance", "circumstance": "guardian", "effective": "2026-03-01",
    }, {"en": "has a guardian, since 1 March 2026"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "field", "body", "said"), SAID)
def test_what_a_command_is_about_is_chosen_by_what_it_is(console, case, name, field, body, said):
    told = call(ROUTE, path={"id": CASE}, body={**body, "id": "k1", "reason": "debtor_called"})
    assert answer(admin.handler(told, None))[0] == 200
    for language, text in said.items():
        browser = console("manager", language=language).open(f"{case}/tell/{name}")
        (option,) = browser.page.xpath(f"//select[@name='{field}']/option[@value!='']")
        assert option.text_content().strip().replace("\u00a0", " ") == text


@pytest.mark.parametrize(("plan", "title"), [
    ("payer-abcdefgh-qrstuvwxyzabcdef", "Accept the payment plan that was asked for"),
    ("k1", "The debtor agreed to the plan"),
])  # fmt: skip
def test_a_plan_that_the_payer_asked_for_is_accepted_by_name(console, case, plan, title):
    body = {"type": "propose_plan", "id": plan, "reason": "asked", "count": 4,
            "first": "2026-03-09"}  # fmt: skip
    assert answer(admin.handler(call(ROUTE, path={"id": CASE}, body=body), None))[0] == 200
    browser = console("clerk").open(case).click(title)
    assert browser.page.xpath("//h1/text()") == [title]
    browser.press("See what it will do")
    assert title in browser.page.xpath("//p[@class='lead']")[0].text_content()
    browser.press("Do it")
    assert load().states.plans[plan].agreed
    # Once it is agreed to there is nothing to accept any more.
    assert not browser.page.xpath("//a[contains(@href, '/tell/agree_plan')]")


def test_every_fault_of_a_form_stands_beside_its_field(console, case):
    browser = console("clerk").open(f"{case}/tell/promise")
    browser.press("See what it will do", day="soon", amount="much")
    assert browser.status == 422
    assert set(browser.page.xpath("//*[@aria-invalid]/@name")) == {"day", "amount"}
    assert browser.page.xpath("//input[@name='amount']/@value") == ["much"]


def test_what_a_case_refuses_is_said_in_words(console, case):
    browser = console("clerk").open(f"{case}/tell/extension")
    browser.press("See what it will do", due="2025-01-01")
    assert browser.status == 409
    assert browser.page.xpath("//*[@role='alert']")


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [
        ("viewer", set(), {"Promise to pay", "Write off"}),
        ("auditor", set(), {"Promise to pay", "Write off"}),
        ("clerk", {"Promise to pay"}, {"Write off", "Settlement in full"}),
        ("manager", {"Promise to pay", "Write off"}, set()),
    ],
)
def test_nobody_is_offered_what_they_may_not_do(console, case, role, seen, hidden):
    links = set(console(role).open(case).page.xpath("//aside//a/text()"))
    assert seen <= links
    assert not hidden & links


def test_who_may_not_do_it_is_refused_however_it_is_sent(console, case):
    clerk, viewer = console("clerk").open(case), console("viewer").open(case)
    version = load().version
    fields = {"id": "x1", "reason": "agreed", "claim": "erp:1", "kind": "goodwill"}
    for browser in (clerk, viewer):
        assert browser.send(f"{case}/tell/write_off/do", fields).status == 403
    assert load().version == version


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_every_command_has_its_form_in_every_language(console, case, name, language):
    browser = console("manager", language=language).open(f"{case}/tell/{name}")
    assert browser.status == 200
    assert browser.page.xpath("//select[@name='reason']")


def test_a_case_of_another_creditor_is_not_there(console, case):
    browser = console("manager", person="twin", tenant="twin")
    for address in (case, f"{case}/timeline", f"{case}/tell/hold"):
        assert browser.open(address).status == 404
    assert Store(NORDIC).events(CASE)


@pytest.mark.parametrize("page", [
    "timeline", "hand-over", "payment-link", "recall", "reads", "documents/none", "tell/hold",
])  # fmt: skip
def test_the_way_back_to_a_case_is_its_debtors_name_and_the_cases_number(console, case, page):
    browser = console("manager").open(f"{case}/{page}")
    (crumbs,) = browser.page.xpath("//nav[@class='crumbs']")
    assert crumbs.xpath("./a[2]/@href") == [case]
    assert crumbs.xpath("./a[2]/text() | ./span/text()") == [CANARY, CASE]


def test_whom_and_how_much_a_command_is_about_is_said_where_it_is_given(console, case):
    browser = console("clerk").open(f"{case}/tell/promise")
    assert browser.page.xpath("//nav[@class='crumbs']/a[2]/text()") == [CANARY]
    assert "erp:1 · €100.00" in browser.main
    browser.press("See what it will do", day="2026-03-20", amount="200.00")
    assert browser.page.xpath("//nav[@class='crumbs']/a[2]/text()") == [CANARY]
    assert CANARY in browser.page.xpath("//p[@class='lead']")[0].text_content()
