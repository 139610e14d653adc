"""The inbox of the console: what is asked, why, and the words to answer with."""

from __future__ import annotations

import base64
from datetime import date

import pytest

from shared.cloud import keys, table, tasks
from shared.domain.explain import Reason
from shared.domain.model import Party
from tests.functions.money import connected, invoice, tell
from tests.functions.test_payer_in_messages import mail  # noqa: F401
from tests.functions.test_task_letters import asked_for_a_yes
from tests.functions.world import CASE, NORDIC, open_case

CANARY = "<script>alert(1)</script>"
TASK = f"{CASE}-approve"


@pytest.fixture
def asked(console):
    """A question about a case of the creditor, and one about none."""
    open_case(NORDIC)
    why = Reason(rule="policy.step", text=f"A person decides. {CANARY}", facts={"n": CANARY})
    for task, case in ((TASK, CASE), ("other", "")):
        table.transact([tasks.task_write(NORDIC, task, case, "approve_remind", ["erp:1"], [why])])


def test_an_empty_inbox_says_what_will_come_here(console):
    page = console("viewer").open("/console/tasks")
    assert "Nothing waits for a person" in page.main
    assert not page.page.xpath("//main//table")


def test_a_task_tells_its_reason_and_is_answered_with_one_of_its_words(console, asked):
    browser = console("clerk").open("/console/tasks")
    assert len(browser.page.xpath("//tbody/tr")) == 2
    browser.open(f"/console/tasks/{TASK}")
    assert "A person decides." in browser.main
    assert CANARY in browser.main
    browser.press("Approve")
    assert "Answered. The case is being looked at again." in browser.main
    assert tasks.read(NORDIC, TASK)["answer"] == "approved"
    assert tasks.read(NORDIC, TASK)["by"] == "person-clerk"
    browser.open("/console/tasks")
    assert len(browser.page.xpath("//tbody/tr")) == 1


def test_a_task_that_somebody_else_answered_meanwhile_says_so_on_its_page(console, asked):
    one, other = console("clerk", person="a"), console("clerk", person="b")
    one.open(f"/console/tasks/{TASK}")
    other.open(f"/console/tasks/{TASK}").press("Decline")
    one.press("Approve")
    assert one.status == 409
    assert "The task has been answered already." in one.main
    assert tasks.read(NORDIC, TASK)["answer"] == "declined"


def test_a_task_is_taken_on_and_given_back_and_found_under_mine(console, asked):
    browser = console("clerk")
    browser.open(f"/console/tasks/{TASK}").press("I see to it")
    assert "It is in somebody's hands now." in browser.main
    browser.open("/console/tasks").click("Mine")
    assert [row.get("href") for row in browser.page.xpath("//tbody//th/a")] == [
        f"/console/tasks/{TASK}?assignee=person-clerk"
    ]
    browser.open(f"/console/tasks/{TASK}").press("Give it back")
    assert tasks.read(NORDIC, TASK)["assignee"] == ""


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_only_look_is_shown_no_button_and_changes_nothing(console, asked, role):
    browser = console(role).open(f"/console/tasks/{TASK}")
    assert browser.status == 200
    assert not browser.page.xpath("//main//button")
    browser.send(f"/console/tasks/{TASK}/answer", {"answer": "approved"})
    assert browser.status == 403
    assert tasks.read(NORDIC, TASK)["state"] == "open"


def test_a_task_of_another_creditor_is_not_there(console, asked):
    assert (
        console("manager", person="twin", tenant="twin").open(f"/console/tasks/{TASK}").status
        == 404
    )


def test_a_task_shows_who_owes_what_and_where_its_facts_lead(console, asked):
    aino = Party(id="erp:d1", version="1", kind="person", name=CANARY, country="FI")
    table.put({**keys.party(NORDIC, aino.id), "body": aino.model_dump_json()})
    facts = {"connection": "erp", "claim": "erp:1"}
    why = Reason(rule="hub.connection_health", text="It brings nothing.", facts=facts)
    row = tasks.task_write(NORDIC, "down", "", "connection_failing", (), [why])
    table.transact([row])
    browser = console("clerk").open("/console/tasks")
    assert browser.page.xpath("//tbody//td/a/text()") == [CANARY]
    browser.open(f"/console/tasks/{TASK}")
    assert browser.page.xpath("//h2/a/text()") == [CANARY]
    (row,) = browser.page.xpath("//main//tbody/tr")
    said = [" ".join(cell.text_content().split()) for cell in row]
    assert said[:3] == ["erp:1", "15 January 2026", "€100.00"]
    assert "it goes out at the next lawful hour" in browser.main
    browser.open("/console/tasks/down")
    assert browser.page.xpath("//dd/a/@href") == ["/console/connections/erp"]
    assert browser.page.xpath("//form//p/a/@href") == ["/console/connections/erp"]


@pytest.mark.parametrize(("why", "place"), [
    ("write_back_refused", "/console/connections/erp"),
    ("source_suspicious", "/console/connections/erp"),
    ("partner_not_told", "/console/partners/erp/outbox"),
])  # fmt: skip
def test_what_a_connection_asks_is_seen_to_on_the_page_that_its_fact_names(
    console, asked, why, place
):
    for name, facts in (("new", {"connection": "erp"}), ("old", {})):
        reason = Reason(rule="hub.connection", text="It did not go through.", facts=facts)
        table.transact([tasks.task_write(NORDIC, name, CASE, why, (), [reason])])
    browser = console("manager").open("/console/tasks/new")
    assert place in browser.page.xpath("//form//p/a/@href")
    assert "/console/connections/erp" in browser.page.xpath("//dd/a/@href")
    # A question from before it was named leads nowhere, and is shown all the same.
    assert browser.open("/console/tasks/old").status == 200
    assert place not in browser.page.xpath("//main//a/@href")


@pytest.mark.parametrize(("why", "of", "first", "other", "words"), [
    ("payer_disputes", "dispute", "answer_dispute", "settle_dispute", True),
    ("payer_plan", "plan", "agree_plan", "cancel_plan", False),
])  # fmt: skip
def test_what_a_payer_asked_leads_to_both_answers_and_to_its_words(
    console, asked, why, of, first, other, words
):
    facts = {of: "payer-abc-k", **({"document": "payer-abc-k"} if words else {})}
    reason = Reason(rule="hub.payer", text="It is asked.", facts=facts)
    table.transact([tasks.task_write(NORDIC, "one", CASE, why, ["erp:1"], [reason])])
    case = f"/console/cases/{CASE}"
    links = console("clerk").open("/console/tasks/one").page.xpath("//aside//p/a/@href")
    ways = [f"{case}/tell/{name}?{of}=payer-abc-k" for name in (first, other)]
    assert links == ways + [f"{case}/documents/payer-abc-k"] * words
    # Who may only read is led to the words alone.
    links = console("viewer").open("/console/tasks/one").page.xpath("//aside//p/a/@href")
    assert links == [f"{case}/documents/payer-abc-k"] * words


def test_after_an_answer_comes_the_next_of_the_same_filter(console, asked):
    write = tasks.task_write(NORDIC, "down", "", "connection_failing", (), ())
    table.transact([write])
    browser = console("clerk").open(f"/console/tasks/{TASK}?why=approve_remind")
    browser.press("Decline")
    assert browser.path == "/console/tasks/other?why=approve_remind&done=answered"
    browser.press("Approve")
    assert browser.path == "/console/tasks?why=approve_remind&done=answered"
    assert "No task fits these filters." in browser.main
    assert tasks.read(NORDIC, "down")["state"] == "open"


def test_tasks_of_one_kind_are_answered_together_each_by_itself(console, asked):
    browser = console("clerk").open("/console/tasks")
    assert not browser.page.xpath("//input[@type='checkbox']")
    browser.open("/console/tasks?why=approve_remind")
    assert len(browser.page.xpath("//input[@type='checkbox']")) == 2
    kind = {"by_why": "approve_remind", "answer": "approved"}
    assert browser.send("/console/tasks", kind).status == 422
    assert "Pick at least one task." in browser.main
    console("clerk", person="b").open("/console/tasks/other").press("Decline")
    browser.send("/console/tasks", {**kind, "task": [TASK, "other", "nothing"]})
    words = [
        " ".join(one.text_content().split()) for one in browser.page.xpath("//main/section//li")
    ]
    assert words == [
        f"A reminder waits for a yes, {CASE} Approve", "A reminder waits for a yes, other Decline",
    ]  # fmt: skip
    assert tasks.read(NORDIC, TASK)["answer"] == "approved"


def test_who_may_only_look_picks_nothing(console, asked):
    browser = console("viewer").open("/console/tasks?why=approve_remind")
    assert not browser.page.xpath("//input[@type='checkbox'] | //main//button[@name='answer']")
    browser.send("/console/tasks", {"answer": "approved", "task": TASK})
    assert browser.status == 403
    assert tasks.read(NORDIC, TASK)["state"] == "open"


@pytest.fixture
def too_old(console):
    """The question about an invoice that fell due before its connection's start line."""
    connected("erp")
    anna = Party(id="erp:d1", version="1", kind="person", name=CANARY, country="FI")
    table.put({**keys.party(NORDIC, anna.id), "body": anna.model_dump_json()})
    tell(invoice("1", due=date(2025, 12, 20)))
    ((_, row),) = tasks.in_order(NORDIC, None, 10)[0]
    return f"/console/tasks/{keys.id_of(row['pk'])}"


def test_an_invoice_without_a_case_is_told_by_its_debtor_number_sum_and_day(console, too_old):
    browser = console("clerk").open("/console/tasks")
    (row,) = browser.page.xpath("//tbody/tr")
    assert row.xpath("./td[1]/a/text()") == [CANARY]
    assert "2026-0001 · €100.00 · 20\xa0December\xa02025" in row.text_content()

    # Of several debtors the first is named.
    tell(invoice("2", due=date(2025, 12, 21)))
    both = tasks.task_write(NORDIC, "both", "", "others_remind", ("erp:1", "erp:2"), ())
    table.transact([both])
    (row,) = browser.open("/console/tasks?why=others_remind").page.xpath("//tbody/tr")
    assert row.xpath("./td[1]/a/text()") == [CANARY]
    assert "(+1)" in row.text_content()

    browser.open(too_old)
    (row,) = browser.page.xpath("//table/tbody/tr")
    assert [cell.text_content() for cell in row] == [
        "2026-0001", CANARY, "20\xa0December\xa02025", "€100.00", "€100.00",
    ]  # fmt: skip
    assert row.xpath(".//a/@href") == ["/console/debtors/erp%3Ad1"]
    assert "erp:1" not in browser.main


def test_a_tasks_own_sentences_call_invoices_and_debtors_by_name(console):
    connected("erp")
    tell(invoice("1"), invoice("2", debtor="erp:d1"))
    case = table.get(keys.invoice(NORDIC, "erp:1"))["case_id"]
    why = Reason(rule="hub", text="erp:1 of erp:d1 waits", facts={"debtor": "erp:d1"})
    table.transact([tasks.task_write(NORDIC, TASK, case, "addressee_needed", ["erp:2"], [why])])
    anna = Party(id="erp:d1", version="1", kind="person", name="Anna", country="FI")
    table.put({**keys.party(NORDIC, anna.id), "body": anna.model_dump_json()})
    browser = console("clerk").open(f"/console/tasks/{TASK}")
    assert "2026-0001 of Anna waits" in browser.main
    assert browser.page.xpath("//dd/a[text()='Anna']/@href") == ["/console/debtors/erp%3Ad1"]


def test_a_reminder_that_waits_for_a_yes_is_seen_before_it_is_given(console, mail):  # noqa: F811
    task = asked_for_a_yes()
    browser = console("clerk").open(f"/console/tasks/{task}")
    assert "What a yes would send" in browser.main
    (frame,) = browser.page.xpath("//iframe")
    assert frame.get("sandbox") == ""
    shown = console("clerk").open(frame.get("src"))
    assert "sandbox" in shown.headers["content-security-policy"]
    assert b"Nordic Oy" in base64.b64decode(shown.text)
    assert not mail


def test_where_a_yes_would_send_nothing_the_page_says_so(console, asked):
    browser = console("clerk").open(f"/console/tasks/{TASK}")
    assert "As the case stands, a yes would send no letter." in browser.main
    assert not browser.page.xpath("//iframe")
