"""Connections in the console: the catalogue, a form of each connector's own settings, the road."""

from __future__ import annotations

import json

import pytest

import connectors
from shared.cloud import backfills, connections, keys, refused_rows, runtime, table, vault
from tests.functions.world import NORDIC, NOW, TWIN

CANARY = "<script>alert(1)</script>"
SECRET = "canary-of-a-secret"


def made(name="erp", connector="erp.tryton", tenant=NORDIC, **fields):
    """A connection, with more fields of its row."""
    config = {"url": "https://tryton.example", "database": CANARY}
    table.transact([
        connections.made(tenant, name, connector=connector, config=config, start_line=NOW.date())
    ])  # fmt: skip
    if fields:
        table.update(keys.connection(tenant, name), set_=fields)


@pytest.fixture
def live(console):
    """The books in use, read today with two rows refused, and a bank whose login is refused."""
    made(state="enabled", fresh_as_of="2026-03-02T08:55:00Z", rows_seen=1240, rows_changed=17,
         rows_refused=2, day="2026-03-02", day_reads=4, day_rows_seen=4960, day_rows_changed=40,
         day_rows_refused=2, others_since="2026-03-01", suspicious="fewer_rows",
         findings=json.dumps([{"check": "login", "ok": True, "text": CANARY}]))  # fmt: skip
    table.batch_put(refused_rows.rows_of(NORDIC, "erp", [(CANARY, "due", f"no day {CANARY}")]))
    made("bank", "banks.camt", state="needs_auth", last_error=f"refused {CANARY}", cause="login")


def test_without_a_connection_the_list_says_what_to_do_first(console):
    browser = console().open("/console/connections")
    assert "Nothing is connected yet" in browser.main
    browser.click("Connect a system")
    titles = browser.page.xpath("//h3/text()")
    assert len(titles) == len(connectors.names())
    assert {connectors.spec(one).title for one in connectors.names()} == set(titles)


def test_the_catalogue_is_narrowed_by_country_and_kind(console):
    browser = console("viewer").open("/console/connectors?country=FI&family=erp")
    titles = browser.page.xpath("//h3/text()")
    assert "Netvisor" in titles
    assert "Fortnox" not in titles
    assert not browser.page.xpath("//a[starts-with(@href, '/console/connectors/')]")


def test_every_connector_has_a_form_with_every_setting_and_no_stored_secret(console):
    browser = console()
    for name in connectors.names():
        browser.open(f"/console/connectors/{name}")
        spec = connectors.spec(name)
        labels = set(browser.page.xpath("//main//label/@for | //main//fieldset/@id"))
        assert {f"f-config.{key}" for key in spec.config.model_fields} <= labels, name
        typed = browser.page.xpath("//input[@type='password']/@name")
        assert typed == [f"secret.{one}" for one in spec.secrets]


def test_optional_columns_fold_away_until_somebody_says_something_there(console):
    columns, more = "config.mapping.columns", "//details[summary[starts-with(., 'Optional')]]"
    browser = console().open("/console/connectors/erp.csv_file")

    def folded():
        (fold,) = [one for one in browser.page.xpath(more)
                   if one.xpath(f".//input[@name='{columns}.email']")]  # fmt: skip
        return fold

    assert "open" not in folded().attrib
    # What is needed stands before it.
    assert not folded().xpath(f".//input[@name='{columns}.invoice_number']")
    assert folded().xpath("./summary/text()")[0] == f"Optional ({len(folded().xpath('.//input'))})"
    form = browser.page.xpath("//form[.//input[@name='id']]")[0]
    browser.send(form.action, {**dict(form.fields), f"{columns}.email": "Mail"})
    assert browser.status == 422
    assert "open" in folded().attrib
    assert folded().xpath(f".//input[@name='{columns}.email']/@value") == ["Mail"]


def test_a_connection_is_made_tested_and_enabled_by_hand(console):
    browser = console().open("/console/connectors/channels.email")
    browser.press(
        "Make the connection",
        **{"id": "email", "config.sender": "billing@nordic.example", "config.sender_name": CANARY,
           "config.configuration_set": "dunlin"},
    )  # fmt: skip
    assert "The connection is made" in browser.main
    assert "Not in use yet" in browser.main
    client = runtime.client("sesv2")
    client.create_email_identity(EmailIdentity="billing@nordic.example")
    browser.press("Test it")
    assert browser.page.xpath("//ul[@class='findings']/li")
    table.update(keys.connection(NORDIC, "email"), set_={"state": "tested"})
    browser.open("/console/connections/email").press("Begin to use it")
    assert "The connection is in use." in browser.main
    assert connections.read(NORDIC, "email")["state"] == "enabled"


def test_a_faulty_form_comes_back_with_what_was_typed_each_fault_at_its_field_and_no_secret(
    console,
):
    browser = console().open("/console/connectors/erp.tryton")
    browser.press(
        "Make the connection",
        **{"id": "Erp!", "config.url": "https://tryton.example", "config.database": "",
           "config.company": "many", "secret.application_key": SECRET},
    )  # fmt: skip
    assert browser.status == 422
    assert SECRET not in browser.text
    assert browser.page.xpath("//input[@name='config.url']/@value") == ["https://tryton.example"]
    linked = browser.page.xpath("//div[@role='alert']//a/@href")
    # Ids and names are judged before a connector's settings are.
    assert linked == ["#f-id"]
    browser.press("Make the connection", id="erp", start_line="2026-01-01")
    linked = browser.page.xpath("//div[@role='alert']//a/@href")
    assert set(linked) == {"#f-config.database", "#f-config.company"}
    for one in linked:
        (field,) = browser.page.xpath(f"//*[@id='{one[1:]}']")
        assert field.get("aria-invalid") == "true"
        assert field.get("aria-describedby").startswith("e-")
    browser.press(
        "Make the connection",
        **{"config.database": "books", "config.company": "1", "secret.application_key": SECRET},
    )
    assert browser.status == 200
    assert vault.read(NORDIC, "erp") == {"application_key": SECRET}
    assert SECRET not in browser.text


def test_a_list_of_accounts_grows_by_a_button_and_nothing_is_made_of_it(console):
    browser = console().open("/console/connectors/banks.camt")
    field = "config.accounts.{}.account".format
    assert browser.page.xpath(f"//input[@name='{field(0)}']")
    assert not browser.page.xpath(f"//input[@name='{field(1)}']")
    said = {
        "id": "bank", "config.bucket": "inbox", "config.prefix": "nordic/",
        field(0): "FI2112345600000785", "config.accounts.0.country": "FI",
        "more": "config.accounts",
    }  # fmt: skip
    browser.send("/console/connectors/banks.camt", said)
    assert browser.status == 200
    assert browser.page.xpath(f"//input[@name='{field(0)}']/@value") == ["FI2112345600000785"]
    assert browser.page.xpath(f"//input[@name='{field(1)}']/@value") == [""]
    assert table.get(keys.connection(NORDIC, "bank")) is None


def test_the_list_says_how_each_is_and_finds_those_that_are_not_well(console, live):
    browser = console("viewer").open("/console/connections")
    assert "Login refused" in browser.main
    assert "1,240" in browser.main
    assert not browser.page.xpath("//main//a[@href='/console/connectors']")
    browser.open("/console/connections?health=needs_auth")
    assert browser.page.xpath("//tbody//th/a/text()") == ["bank"]
    browser.open("/console/connections?family=channels")
    assert "Nothing fits these filters" in browser.main


def test_one_connection_shows_what_it_read_its_findings_and_what_others_do(console, live):
    browser = console().open("/console/connections/erp")
    assert "It brings far less than usual" in browser.main
    assert "Somebody else still sends reminders" in browser.main
    browser.press("They have ended")
    assert "Noted: nobody else sends reminders." in browser.main
    assert "others_since" not in connections.read(NORDIC, "erp")
    browser.press("Read it now")
    assert "It is being read now." in browser.main
    browser.open("/console/connections/erp/refused")
    assert f"no day {CANARY}" in browser.main


def test_years_are_read_with_a_progress_that_looks_again_by_itself(console, live):
    made("books", "erp.fortnox", state="enabled")
    browser = console().open("/console/connections/books")
    browser.press("Begin to read", since="2024-01-01")
    assert browser.page.xpath("//progress")
    assert browser.headers["refresh"] == "5"
    backfills.ended(NORDIC, "books", NOW)
    browser.open("/console/connections/books")
    assert "refresh" not in browser.headers
    browser.press("Begin to read", since="2999-01-01")
    assert browser.status == 422
    assert browser.page.xpath("//input[@name='since']/@value") == ["2999-01-01"]


def test_a_bank_is_enabled_by_two_once_something_may_have_gone_out(console, live):
    table.update(keys.connection(NORDIC, "bank"), set_={"state": "tested"})
    table.put({**keys.control(NORDIC), "outbound": "on", "opened": "2026-03-01T09:00:00Z"})
    browser = console().open("/console/connections/bank")
    browser.press("Begin to use it")
    assert browser.path.startswith("/console/approvals/")
    assert "a second person has to approve it" in browser.main
    assert connections.read(NORDIC, "bank")["state"] == "tested"


def test_the_use_is_ended_only_after_a_page_that_says_what_it_means(console, live):
    browser = console().open("/console/connections/erp").click("End its use")
    assert "No invoice is read any more" in browser.main
    browser.press("End its use")
    assert connections.read(NORDIC, "erp")["state"] == "disabled"


def test_settings_and_secrets_are_replaced_and_the_old_secret_is_shown_to_nobody(console, live):
    vault.write(NORDIC, "erp", {"application_key": SECRET})
    browser = console().open("/console/connections/erp/settings")
    assert browser.page.xpath("//input[@name='config.database']/@value") == [CANARY]
    browser.press("Save", **{"config.database": "books"})
    assert json.loads(connections.read(NORDIC, "erp")["config"])["database"] == "books"
    browser.open("/console/connections/erp/secrets")
    assert SECRET not in browser.text
    browser.press("Replace all of them", **{"secret.application_key": "next"})
    vault._kept.clear()
    assert vault.read(NORDIC, "erp") == {"application_key": "next"}


def test_days_of_expiry_are_kept_and_the_list_shows_the_soonest_first(console, live):
    browser = console().open("/console/connections/erp/expiries")
    browser.press("Save", **{"expiries.application_key": "2026-03-05"})
    browser.open("/console/expiries")
    assert [one.text_content().strip() for one in browser.page.xpath("//tbody/tr[1]/*")] == [
        "erp", "Application key", "5\xa0March\xa02026", "3",
    ]  # fmt: skip


def test_a_vendors_link_is_shown_only_when_it_is_a_safe_one(console, monkeypatch):
    table.transact([
        connections.made(NORDIC, "fortnox", connector="erp.fortnox", start_line=NOW.date(),
                         config={"database_number": 7, "client_id": "abc"})
    ])  # fmt: skip
    vault.write(NORDIC, "fortnox", {"client_secret": SECRET})
    browser = console().open("/console/connections/fortnox")
    browser.press("Consent at the vendor")
    (link,) = browser.page.xpath("//a[contains(@rel, 'external')]/@href")
    assert link.startswith("https://apps.fortnox.se/")
    config = {"database_number": 7, "client_id": "abc", "accounts": "javascript:alert(1)//"}
    table.update(keys.connection(NORDIC, "fortnox"), set_={"config": json.dumps(config)})
    browser.send("/console/connections/fortnox/authorise", {})
    assert not browser.page.xpath("//a[contains(@href, 'javascript')]")


ROOM = (
    "/console/connections", "/console/connectors", "/console/expiries",
    "/console/connections/erp", "/console/connections/erp/refused",
)  # fmt: skip


@pytest.mark.parametrize("role", ["viewer", "clerk", "manager", "auditor"])
def test_who_does_not_set_up_sees_no_button_and_changes_nothing(console, live, role):
    browser = console(role)
    for path in ROOM:
        browser.open(path)
        assert browser.status == 200
        told = browser.page.xpath("//main//form[@method='post']/@action")
        # Whether others still dun is a rule of the first days, and a manager's to say.
        assert told in ([], ["/console/connections/erp/others-ended"])
    for path in ("test", "enable", "disable", "sync", "confirm", "backfill", "authorise",
                 "secrets", "settings", "expiries"):  # fmt: skip
        browser.send(f"/console/connections/erp/{path}", {})
        assert browser.status == 403, path
    browser.send("/console/connectors/erp.tryton", {"id": "mine"})
    assert browser.status == 403
    assert connections.read(NORDIC, "erp")["state"] == "enabled"


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_page_is_drawn_in_every_language(console, live, language):
    browser = console(language=language)
    for path in (*ROOM, "/console/connections/erp/settings", "/console/connections/erp/secrets",
                 "/console/connections/erp/expiries", "/console/connections/erp/disable",
                 "/console/connectors/erp.csv_file"):  # fmt: skip
        browser.open(path)
        assert browser.status == 200
        assert browser.page.get("lang") == language


def test_a_connection_of_another_creditor_is_not_there(console, live):
    made("theirs", tenant=TWIN)
    for path in ("", "/refused", "/settings", "/secrets", "/expiries", "/disable"):
        assert console().open(f"/console/connections/theirs{path}").status == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fi",
            {"Perintäkiellon tunniste", "Suostumussivun osoite", "Ruotsi (Fortnox AB)", "Tanska"},
        ),
        ("sv", {"Etikett för kravspärr", "Adress till medgivandesidan", "Sverige (Fortnox AB)"}),
    ],
)
def test_forms_speak_the_language_of_the_page_in_all_that_connectors_say(console, language, words):
    browser, seen = console(language=language), ""
    for name in ("erp.fortnox", "channels.letter", "banks.camt"):
        browser.open(f"/console/connectors/{name}")
        assert browser.page.xpath("//main//*[@lang='en']") == []
        seen += browser.page.xpath("//main")[0].text_content()
    assert {one for one in words if one not in seen} == set()


def test_findings_and_refused_rows_are_told_in_the_language_of_the_page(console):
    wrong = "the other side answered with status 403: give the key's user the right to see "
    found = [
        {"check": "read_payments", "ok": False, "text": wrong + "reference payments"},
        {"check": "own_dunning", "ok": True, "text": "nothing that any table has"},
    ]
    made(connector="erp.procountor", state="needs_auth", cause="login",
         last_error="the token was refused", findings=json.dumps(found))  # fmt: skip
    rows = [("books.csv:3", "due", "the due date lies before the invoice date")]
    table.batch_put(refused_rows.rows_of(NORDIC, "erp", rows))
    page = console(language="fi").open("/console/connections/erp").page
    told = page.xpath("//main")[0].text_content()
    assert "pääsytunnistetta ei hyväksytty" in told
    assert "Maksut" in told
    assert "toinen puoli vastasi tilakoodilla 403: anna avaimen käyttäjälle oikeus nähdä" in told
    assert page.xpath("//main//*[@lang='en']/text()") == ["nothing that any table has"]
    refused = console(language="sv").open("/console/connections/erp/refused").page
    assert "förfallodagen ligger före fakturadatum" in refused.xpath("//main")[0].text_content()
