"""Terms and routing in the console: typed as people write them, each fault beside its field."""

from __future__ import annotations

import pytest

from functions.console.typed import number_of, sum_of, text_of, words_of
from shared.cloud import connections, partner_rows, table
from shared.domain.handover_gate_terms import PartnerTerms
from tests.functions.world import NORDIC, eur, know_counterparts, settle_in

TERMS = "/console/partners/partner/terms"
ROUTING = "/console/routing"


@pytest.fixture
def partners(console):
    """Two collection partners."""
    settle_in(NORDIC)
    know_counterparts(NORDIC)
    made = connections.made(
        NORDIC, "other", connector="collectors.rest_hub", config={}, start_line=None
    )
    table.transact([made])


def stored():
    return partner_rows.terms_of(NORDIC, ["partner"]).get("partner")


def rules():
    return partner_rows.routing_of(NORDIC).rules


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", None),
        ("25 EUR", {"amount": "25", "currency": "EUR"}),
        ("1\u00a0200,50 eur", {"amount": "1200.50", "currency": "EUR"}),
        ("1 200,50 EUR", {"amount": "1200.50", "currency": "EUR"}),
        ("25EUR", {"amount": "25EUR", "currency": ""}),
    ],
)
def test_a_sum_is_read_as_people_write_it(typed, said):
    assert sum_of(typed) == said
    assert sum_of(text_of(said)) == said


def test_words_and_numbers_are_read_and_what_is_neither_stays_as_it_is():
    assert words_of(" FI, SE;NO\n") == ["FI", "SE", "NO"]
    assert [number_of(one) for one in ("14", "soon", "-1")] == [14, "soon", "-1"]


def test_terms_are_stored_as_they_were_typed_and_shown_again(console, partners):
    browser = console("administrator").open(TERMS)
    assert "The partner's terms are not stored" in browser.main
    fields = {
        "contract.state": "signed", "contract.on": "2026-01-01", "countries": ["FI", "SE"],
        "minimum": "50,00 EUR", "after_due.consumer": "30", "recall_price": "25 EUR",
        "prices.0.price": "7.00 EUR", "accounts": "FI2112345600000785",
        "for_debtors.name": "Perintä Oy",
    }  # fmt: skip
    browser.press("Save", **fields)
    assert "Saved." in browser.main
    terms = stored()
    assert (terms.countries, terms.minimum, terms.after_due.consumer) == (
        ("FI", "SE"), eur("50.00"), 30,
    )  # fmt: skip
    assert [(one.service, one.price, one.up_to) for one in terms.prices] == [
        ("collection", eur("7.00"), None)
    ]
    assert (terms.recall_price, terms.contract.state) == (eur("25.00"), "signed")
    ticked = browser.open(TERMS).page.xpath("//input[@name='countries'][@checked]/@value")
    assert ticked == ["FI", "SE"]
    # What is shown is what is stored: saved untouched it is the same.
    browser.open(TERMS).press("Save")
    assert stored() == terms


def test_ticks_are_kept_and_taken_away(console, partners):
    browser = console("administrator").open(TERMS)
    said = {**dict(browser.page.forms[1].fields), "capacities": ["consumer", "business"],
            "draining": "yes"}  # fmt: skip
    browser.send(TERMS, {name: one for name, one in said.items() if one is not None})
    assert stored().capacities == ("consumer", "business")
    assert stored().draining
    assert "takes nothing new" in browser.main
    browser.open(TERMS)
    form = next(one for one in browser.page.forms if "terms" in (one.action or ""))
    assert form.fields["draining"] == "yes"
    browser.send(TERMS, {"contract.state": "pending"})
    assert stored() == PartnerTerms()


def test_every_fault_of_terms_is_named_beside_its_field(console, partners):
    browser = console("administrator").open(TERMS)
    browser.press(
        "Save",
        **{"minimum": "much", "after_due.consumer": "soon", "prices.0.up_to": "5 EUR",
           "accounts": "FI21, ?"},
    )  # fmt: skip
    assert browser.status == 422
    wrong = set(browser.page.xpath("//*[@aria-invalid]/@name"))
    assert wrong == {"minimum", "after_due.consumer", "prices.0.price", "accounts"}
    assert browser.page.xpath("//input[@name='minimum']/@value") == ["much"]
    assert browser.page.xpath("//input[@name='prices.0.up_to']/@value") == ["5 EUR"]
    linked = {str(one)[3:] for one in browser.page.xpath("//*[@role='alert']//a/@href")}
    assert linked <= {one[2:] for one in browser.page.xpath("//@id")}
    assert stored() is None


def test_rules_are_added_moved_and_taken_away_in_a_draft_and_stored_at_once(console, partners):
    browser = console("manager").open("/console/partners").click("Who gets what")
    assert "There is no rule" in browser.main
    browser.press("Add a rule")
    browser.press("Add a rule", **{
        "rules.0.id": "large", "rules.0.partner": "other", "rules.0.amount_from": "1 000 EUR",
    })  # fmt: skip
    assert "Not saved yet." in browser.main
    browser.press("Up 2", **{"rules.1.id": "swedes", "rules.1.partner": "partner",
                             "rules.1.countries": "se"})  # fmt: skip
    assert browser.page.xpath("//input[@name='rules.0.id']/@value") == ["swedes"]
    assert rules() == ()
    browser.press("Save")
    assert "Saved." in browser.main
    assert [(one.id, one.partner, one.countries, one.amount_from) for one in rules()] == [
        ("swedes", "partner", ("SE",), None), ("large", "other", (), eur("1000.00")),
    ]  # fmt: skip
    browser.press("Remove 1")
    assert len(rules()) == 2
    assert browser.page.xpath("//input[@name='rules.0.id']/@value") == ["large"]


def test_a_rule_that_names_nobody_is_refused_beside_its_field(console, partners):
    browser = console("manager").open(ROUTING).press("Add a rule")
    fields = {"rules.0.id": "Big One", "rules.0.partner": "", "do": "save"}
    browser.send(ROUTING, fields)
    assert browser.status == 422
    wrong = set(browser.page.xpath("//*[@aria-invalid]/@name"))
    assert wrong == {"rules.0.id", "rules.0.partner"}
    assert rules() == ()


def test_two_rules_of_one_name_are_refused_and_the_draft_stays(console, partners):
    browser = console("manager").open(ROUTING)
    fields = {f"rules.{at}.{name}": text for at in (0, 1)
              for name, text in (("id", "same"), ("partner", "other"))}  # fmt: skip
    browser.send(ROUTING, {**fields, "do": "save"})
    assert browser.status == 422
    assert len(browser.page.xpath("//input[@value='same']")) == 2
    assert rules() == ()


@pytest.mark.parametrize("role", ["viewer", "clerk", "auditor"])
def test_who_may_only_look_changes_no_terms_and_no_rules(console, partners, role):
    browser = console(role)
    for page in (TERMS, ROUTING):
        assert not browser.open(page).page.xpath("//main//button")
    assert browser.send(TERMS, {"contract.state": "pending"}).status == 403
    rule = {"rules.0.id": "a", "rules.0.partner": "other"}
    browser.open(ROUTING)
    for do in ("save", "add"):
        assert browser.send(ROUTING, {**rule, "do": do}).status == 403
        browser.open(ROUTING)
    assert stored() is None
    assert rules() == ()


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_terms_and_rules_are_there_in_each_language(console, partners, language):
    browser = console("administrator", language=language)
    for page in (TERMS, ROUTING):
        assert browser.open(page).status == 200
    browser.send(ROUTING, {"rules.0.id": "a", "rules.0.partner": "other", "do": "add"})
    assert browser.status == 200
    assert console("viewer", language=language).open(TERMS).status == 200


def test_terms_of_a_partner_of_another_creditor_are_not_there(console, partners):
    twin = console("administrator", person="twin", tenant="twin").open(ROUTING)
    assert twin.send(TERMS, {"contract.state": "pending"}).status == 404
    assert twin.open(TERMS).status == 404
    assert stored() is None
