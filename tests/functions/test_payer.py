"""From the link in a message to promise, plan, objection and paid: page by page, role by role."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from functions import admin
from functions.pages.answers import _ALWAYS
from functions.pages.words import FOLDER, words
from shared.cloud import clock, documents, keys, payer_links, table
from shared.domain.events import ActSent
from shared.domain.formats import LANGUAGES
from tests.functions.browser import Browser
from tests.functions.payers import NUMBER, debtor, know, linked, settle
from tests.functions.providers import connected, stripe
from tests.functions.test_payer_acts import rules
from tests.functions.world import (
    CASE,
    CREDITOR,
    NORDIC,
    NOW,
    REMINDER,
    TWIN,
    append,
    call,
    hand_over,
    load,
    open_case,
    remind,
    settle_in,
)  # fmt: skip

SUBPAGES = (
    "", "/pay", "/promise", "/plan", "/plan/3/2026-03-09", "/dispute", "/person", "/details",
)  # fmt: skip


@pytest.fixture
def token(aws, monkeypatch):
    settle(monkeypatch)
    know()
    open_case(NORDIC)
    remind(NORDIC)
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    return linked()


@pytest.fixture
def inside(token):
    return entered(token)


def entered(token, language="en"):
    browser = Browser(language).open(f"/p/{token}")
    browser.cookies["__Host-dunlin-payer-language"] = language
    browser.send(f"/p/{token}", {"fact": NUMBER})
    assert browser.status == 200, browser.words
    browser.here = f"/p/{token}"
    return browser


def test_nothing_is_shown_before_the_second_fact_not_even_whose_link_it_is(token):
    mine, nobodys = Browser().open(f"/p/{token}"), Browser().open("/p/" + "a" * 26)
    hidden = ("Nordic", "erp:1", "200", "Aino", "EUR", "€")

    assert mine.text.replace(token, "") == nobodys.text.replace("a" * 26, "")
    assert not [word for word in hidden if word in mine.text]


@pytest.mark.parametrize("said", ["wrong", "", "0"])
def test_a_wrong_answer_and_a_link_of_nobody_get_the_same_page(token, said):
    one = Browser().open(f"/p/{token}").send(f"/p/{token}", {"fact": said})
    other = Browser().open("/p/" + "a" * 26).send("/p/" + "a" * 26, {"fact": said})

    assert one.status == other.status == 403
    assert one.text.replace(token, "") == other.text.replace("a" * 26, "")
    assert one.page.xpath("//*[@aria-invalid='true']")
    assert one.cookies == {}


def test_scanners_of_mail_may_follow_every_link_and_nothing_changes(token, rows):
    before = json.dumps(rows(), sort_keys=True)
    for path in SUBPAGES:
        assert Browser().open(f"/p/{token}{path}").status == 200

    assert json.dumps(rows(), sort_keys=True) == before


def test_looking_changes_nothing_inside_either(inside, rows):
    before = json.dumps(rows(), sort_keys=True)
    for path in SUBPAGES:
        assert inside.open(inside.here + path).status == 200
    inside.open(f"{inside.here}?on=2026-04-01")

    assert json.dumps(rows(), sort_keys=True) == before


def test_no_page_is_kept_framed_indexed_or_told_to_others(inside):
    for path in SUBPAGES:
        headers = inside.open(inside.here + path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]
        assert headers["content-security-policy"] == _ALWAYS["content-security-policy"]
        assert not re.search(r"<script|\son\w+=|\sstyle=", inside.text)
        own = ("/", "mailto:", "tel:", "#")
        assert all(one.startswith(own) for one in inside.links()), inside.links()


def test_the_overview_says_what_is_open_how_it_arose_and_what_is_next(inside):
    assert "€202.40" in inside.words
    assert "Late interest up to 2 March 2026" in inside.words
    assert "46 days at 9.50 % a year on €100.00 = €1.20" in inside.words
    assert "Please pay by 17 March 2026" in inside.words
    assert "remind you again, no earlier than" in inside.words
    assert "Aino" not in inside.text


def test_for_a_day_ahead_the_sums_are_those_of_that_day(inside):
    inside.open(f"{inside.here}?on=2026-04-01")
    assert "On 1 April 2026 it comes to €203.96" in inside.words
    inside.open(f"{inside.here}?on=2026-12-31")
    assert inside.status == 422
    assert "half a year" in inside.words
    assert inside.open(f"{inside.here}?on=%3Cb%3E").status == 422


def test_a_promise_from_the_first_page_to_the_word_that_it_is_taken(inside):
    inside.open(f"{inside.here}/promise")
    # Today, and on the last day that may be promised: 46 and 77 days at 9.50 per cent.
    sums = [one.text_content() for one in inside.page.xpath("//td[@class='sum']")]
    assert sums == ["€200.00", "€2.40", "€202.40"]
    assert "On 2 April 2026 it comes to €204.00" in inside.words
    inside.send(f"{inside.here}/promise", {"day": "2026-03-20"})

    assert "We wait until that day" in inside.words
    assert "You said that €203.34 will be paid by 20 March 2026" in inside.words
    assert "€200.00 of it is for invoices, €3.34 for interest and fees" in inside.words
    assert "stay open beside it" not in inside.words
    assert f"{inside.here}/promise" not in inside.links()


@pytest.mark.parametrize("day", ["2026-03-01", "2027-01-01", "soon", ""])
def test_a_day_that_cannot_be_promised_is_said_beside_its_field(inside, day):
    inside.open(f"{inside.here}/promise").send(f"{inside.here}/promise", {"day": day})

    (field,) = inside.page.xpath("//input[@name='day']")
    assert (inside.status, field.get("aria-invalid"), field.get("value")) == (422, "true", day)
    assert field.get("aria-describedby").startswith("e-day")
    assert inside.page.xpath("//div[@role='alert']//a[@href='#f-day']")


def test_a_plan_is_chosen_after_all_its_sums_were_seen(inside):
    rules(agreed_plan=6)
    inside.open(f"{inside.here}/plan")
    link = next(one for one in inside.links() if "/plan/4/" in one)
    inside.open(link)
    sums = [one.text_content() for one in inside.page.xpath("//td[@class='sum']")]
    assert sums == ["€50.00"] * 4 + ["€200.00"]
    assert "€2.40, are not part of the plan" in inside.words
    inside.send(link)

    assert "The payment plan is agreed" in inside.words
    assert "Instalment 1 of 4: €50.00 by 9 March 2026" in inside.words


def test_in_a_plan_nobody_is_called_unpaid_and_the_next_instalment_alone_is_paid(inside):
    rules(agreed_plan=6)
    inside.open(f"{inside.here}/plan/4/2026-03-09").send(f"{inside.here}/plan/4/2026-03-09")

    assert "Unpaid" not in inside.words
    assert inside.words.count("In the payment plan") == 2
    assert "Interest and fees up to today, €2.40" in inside.words
    assert "cannot or do not want to pay" not in inside.words
    inside.open(f"{inside.here}/pay")
    assert "Instalment 1 of 4: €50.00 by 9 March 2026" in inside.words
    assert [one.text for one in inside.page.xpath("//p[@class='amount']")] == ["€50.00"]


def test_instalments_that_do_not_divide_are_not_said_to_be_all_the_same(inside):
    inside.open(f"{inside.here}/plan")

    assert "2 instalments of €100.00" in inside.words
    assert "3 instalments of about €66.66" in inside.words


def test_what_is_wrong_is_chosen_and_never_the_first_of_the_list(inside):
    inside.open(f"{inside.here}/dispute").send(f"{inside.here}/dispute", {"words": "No."})

    assert inside.status == 422
    assert inside.page.xpath("//div[@role='alert']//a[@href='#f-ground']")


def test_a_plan_that_a_person_answers_says_so_before_and_after(inside):
    link = f"{inside.here}/plan/6/2026-03-09"
    inside.open(link)
    assert "A person looks at it and answers you" in inside.words
    inside.send(link)

    assert "A person looks at your payment plan" in inside.words
    assert "Your payment plan is with us" in inside.words
    assert not inside.page.xpath("//form[contains(@action, '/offer')]")


def test_who_waits_for_an_answer_is_told_one_day_and_asked_for_nothing_by_another(inside):
    inside.open(inside.here)
    assert "To pay now" in inside.words
    assert "Please pay by" in inside.words
    link = f"{inside.here}/plan/6/2026-03-09"
    inside.open(link).send(link)
    inside.open(inside.here)

    assert "A person answers you by 16 March 2026" in inside.words
    assert "answers your request for a payment plan by 16 March 2026" in inside.words
    assert "€202.40" in inside.words
    for demand in ("To pay now", "Please pay by", "looks at the matter", "remind you again"):
        assert demand not in inside.words


def test_an_offer_of_the_creditor_is_agreed_to_by_one_click(inside):
    body = {"type": "propose_plan", "id": "k1", "reason": "called", "count": 4,
            "first": "2026-03-09"}  # fmt: skip
    admin.handler(call("POST /v1/cases/{id}/commands", path={"id": CASE}, body=body), None)
    inside.open(inside.here)
    assert "You can agree to it until 16 March 2026" in inside.words
    inside.send(f"{inside.here}/offer")

    assert load().states.plans["k1"].agreed
    assert "The payment plan is agreed" in inside.words
    assert "Nothing to pay now" in inside.words


def test_the_way_to_a_provider_that_made_no_page_leads_back(inside):
    inside.open(f"{inside.here}/pay/stripe/1")

    assert "Pay in your bank" in inside.words


def test_a_form_that_is_sent_twice_acts_once(inside):
    link = f"{inside.here}/plan/6/2026-03-09"
    inside.open(link)
    (form,) = [one for one in inside.page.forms if one.action == link]
    fields = dict(form.form_values())
    first, second = inside.post(link, fields).status, inside.post(link, fields).status

    assert (first, second, len(load().states.plans)) == (200, 200, 1)


def test_an_objection_with_words_and_a_file(inside):
    files = {"file": ("kuitti.pdf", b"%PDF-1.7 proof")}
    fields = {"claim": "1", "ground": "wrong_amount", "amount": "40,00", "words": "<b>Too much</b>"}
    inside.open(f"{inside.here}/dispute").send(f"{inside.here}/dispute", fields, files)

    assert "We look into it and answer you" in inside.words
    assert "You object to €40.00 of invoice erp:1" in inside.words
    (dispute,) = load().states.disputes.values()
    stored = documents.get(NORDIC, f"evidence/{CASE}/{dispute.id}-1.pdf")
    assert stored == b"%PDF-1.7 proof"


def test_what_does_not_work_is_told_with_the_way_back_to_ones_own_page(inside):
    inside.open(f"{inside.here}/dispute")
    inside.send(f"{inside.here}/dispute", {"words": "x"}, {"file": ("a.jpg", b"j" * 4_100_000)})
    assert inside.status == 413
    assert words("en", "payer")("sorry_too_large") in inside.words
    assert inside.here in inside.links()
    assert inside.open(f"{inside.here}/nothing").status == 404
    assert inside.here in inside.links()


def test_all_that_is_wrong_with_an_objection_is_said_at_once(inside):
    files = {"file": ("x.exe", b"MZ")}
    fields = {"claim": "9", "ground": "spite", "amount": "much", "words": " "}
    inside.open(f"{inside.here}/dispute").send(f"{inside.here}/dispute", fields, files)

    wrong = {one.get("name") for one in inside.page.xpath("//*[@aria-invalid='true']")}
    assert (inside.status, wrong) == (422, {"claim", "ground", "amount", "words", "file"})
    assert load().states is None or not load().states.disputes
    assert inside.page.xpath("//input[@name='amount']/@value") == ["much"]


def test_a_question_and_corrections_reach_a_person(inside):
    inside.open(f"{inside.here}/person")
    inside.send(f"{inside.here}/person", {"words": "Please call", "reach": "+358 40 111 2222"})
    assert "Somebody answers you" in inside.words
    inside.open(f"{inside.here}/details")
    assert "aino@example.org" not in inside.text
    inside.send(f"{inside.here}/details", {"email": "new@example.org"})
    assert "We correct it" in inside.words
    inside.open(f"{inside.here}/details").send(f"{inside.here}/letters", {"letters": "sv"})
    assert "next message is in this language" in inside.words


def test_the_statement_is_a_file_that_is_free_and_noted(inside, rows):
    inside.send(f"{inside.here}/statement")

    assert inside.raw.startswith(b"%PDF")
    assert inside.headers["content-type"] == "application/pdf"
    assert "attachment" in inside.headers["content-disposition"]
    assert [one for one in rows() if one.get("what") == "payer_statement"]


def test_who_has_done_a_days_worth_gets_no_more_pages_of_the_provider_or_paper(inside, token):
    while payer_links.acted(payer_links.find(token), NOW):
        pass
    inside.send(f"{inside.here}/statement")
    assert (inside.status, inside.headers["content-type"][:9]) == (409, "text/html")
    inside.open(inside.here)
    csrf = inside.page.xpath("//input[@name='csrf']/@value")[0]
    inside.post(f"{inside.here}/pay", {"csrf": csrf, "claim": "erp:1", "connection": "stripe"})
    assert inside.status == 422
    assert words("en", "payer")("no_too_often") in inside.words


def test_paying_leads_to_the_provider_by_one_more_click(inside, monkeypatch):
    with stripe() as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        connected(NORDIC, server.origin)
        table.update(
            keys.connection(NORDIC, "stripe"),
            set_={"list_in": keys.listing(NORDIC, "CONN"), "list_id": "stripe"},
        )
        inside.open(f"{inside.here}/pay")
        assert "FI21 1234 5600 0007 85" in inside.words
        assert len(inside.page.xpath("//svg[@role='img']")) == 2
        inside.send(f"{inside.here}/pay")

    (out,) = [one for one in inside.links() if one.startswith("https://")]
    assert "€101.20" in inside.words
    assert "stripe" in out


def test_without_a_provider_one_pays_in_the_bank(inside):
    inside.open(f"{inside.here}/pay")

    assert not inside.page.xpath(f"//form[@action='{inside.here}/pay']")
    assert inside.page.xpath("//dd/code[.='Invoice erp:1']")


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"sec-fetch-site": "cross-site"}, {}),
        ({"origin": "https://evil.example"}, {}),
        ({}, {"csrf": "x"}),
        ({}, {"csrf": ""}),
    ],
)
def test_a_form_from_elsewhere_changes_nothing(inside, headers, fields):
    inside.open(f"{inside.here}/promise")
    inside.send(f"{inside.here}/promise", {"day": "2026-03-20", **fields}, headers=headers)

    assert inside.status == 403
    assert load().states is None


def test_a_session_is_over_after_half_an_hour_and_when_one_leaves(inside, monkeypatch):
    assert "to pay now" in inside.words.lower()
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(minutes=31))
    assert "Open your page" in inside.open(inside.here).words
    monkeypatch.setattr(clock, "wall", lambda: NOW)
    inside.open(inside.here).send(f"{inside.here}/leave")
    assert "Open your page" in inside.words
    assert "__Host-dunlin-payer" not in inside.cookies


def test_the_cookie_is_no_scripts_and_no_other_sites(token):
    browser = Browser().open(f"/p/{token}")
    from functions import payer

    event = {
        "routeKey": "POST /p/{page+}", "rawPath": f"/p/{token}",
        "requestContext": {"http": {"method": "POST"}},
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "body": f"fact={NUMBER}",
    }  # fmt: skip
    (line,) = payer.handler(event, None)["cookies"]

    assert line.startswith("__Host-dunlin-payer=")
    for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=1800"):
        assert word in line
    assert token not in line
    assert browser.status == 200


def test_a_session_of_one_link_opens_no_other(inside):
    other = linked(act="another")

    assert "Open your page" in inside.open(f"/p/{other}").words


def test_what_a_partner_has_is_named_with_how_to_reach_it(inside):
    hand_over(NORDIC)
    inside.open(inside.here)
    assert "is with a collection agency. We tell you which one" in inside.words
    assert "is with partner" not in inside.words
    from shared.cloud import partner_rows
    from shared.domain.handover_gate_terms import PartnerTerms

    reach = {"name": "Perintä Oy", "phone": "+358 9 1234", "email": "apu@perinta.example"}
    terms = PartnerTerms.model_validate({"for_debtors": reach})
    table.transact([partner_rows.put(partner_rows.terms_key(NORDIC, "partner"), terms)])
    inside.open(inside.here)
    assert "is with Perintä Oy" in inside.words
    assert "apu@perinta.example" in inside.words


CANARY = '"><img src=x onerror=alert(1)>{{7*7}}'


def test_no_name_or_number_is_ever_markup(token):
    know(party=debtor(name=CANARY))
    body = json.dumps({**CREDITOR, "name": CANARY, "phone": CANARY})
    table.put({**keys.creditor(NORDIC), "body": body})
    browser = entered(token)
    for path in SUBPAGES:
        browser.open(browser.here + path)
        assert "<img" not in browser.text
        assert "49" not in browser.page.xpath("//header")[0].text_content()
    browser.open(f"/p/{CANARY}")
    assert "<img" not in browser.text
    browser.open(f"{browser.here}?done={CANARY}&on={CANARY}")
    assert "<img" not in browser.text


def test_links_of_twins_open_their_own_cases_alone(token):
    settle_in(TWIN)
    know(TWIN)
    open_case(TWIN)
    remind(TWIN)
    other = linked(TWIN)
    browser = entered(other)
    browser.open(f"{browser.here}/promise").send(f"{browser.here}/promise", {"day": "2026-03-20"})

    assert load(TWIN).states.promises
    assert load(NORDIC).states is None
    assert "Open your page" in browser.open(f"/p/{token}").words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language(token, language):
    browser = entered(token, language)
    title = words(language, "payer")("view_title")

    assert title in browser.words
    for path in SUBPAGES:
        browser.open(browser.here + path)
        assert browser.status == 200
        assert browser.page.get("lang") == language
        assert len(browser.page.xpath("//h1")) == 1
        assert not re.search(r"[{}]", browser.words)


def test_before_one_is_known_the_browser_says_the_language_and_after_it_the_customer(token):
    browser = Browser("sv-FI,en;q=0.5").open(f"/p/{token}")
    assert "Öppna din sida" in browser.words
    browser.send(f"/p/{token}", {"fact": NUMBER})
    assert browser.page.get("lang") == "fi"
    browser.send(f"/p/{token}/language", {"language": "de"})
    assert browser.page.get("lang") == "de"


def test_every_sentence_has_all_languages_with_the_same_places_to_fill_in():
    import tomllib

    told = tomllib.loads((FOLDER / "payer.toml").read_text(encoding="utf-8"))
    for key, texts in told.items():
        assert set(texts) == set(LANGUAGES), key
        filled = {frozenset(re.findall(r"\{(\w+)\}", text)) for text in texts.values()}
        assert len(filled) == 1, key
        assert all(text.strip() == text and text for text in texts.values()), key


def test_a_page_is_small(inside):
    style = (FOLDER.parent / "dunlin.css").stat().st_size
    icon = (FOLDER.parent / "dunlin.svg").stat().st_size
    for path in SUBPAGES:
        inside.open(inside.here + path)
        assert len(inside.text.encode()) + style + icon < 100_000, path


def test_no_log_holds_a_token_a_name_or_a_word_of_the_payer(token, logged):
    browser = entered(token)
    browser.open(f"{browser.here}/person")
    browser.send(f"{browser.here}/person", {"words": "CANARY", "reach": "+358 40 111 2222"})
    Browser().open(f"/p/{token}").send(f"/p/{token}", {"fact": "CANARY"})

    told = logged()
    assert told
    assert not [one for one in (token, "CANARY", "Aino", "40 111") if one in told]
