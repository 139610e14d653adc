"""From the e-mail that a hub really sent to "paid": payers with phones, a provider, and a bank.

One hub, from empty; each payer has a case of its own.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
import requests

from functions.pages.words import words
from infra.local import clock, stack
from infra.local.hub import install
from infra.local.setup import ZONE
from infra.local.stripe import Stripe
from infra.local.stripe.server import Config
from infra.local.timelapse import dead_letters
from tests.browser.payer_road import (
    CANARY,
    CARD,
    CREDITOR,
    PAPER,
    PLANNER,
    SILENT,
    SPEAKER,
    TRANSFER,
    Payers,
    Phone,
)

KEY, SECRET = "rk_test_invented_key", "whsec_invented_secret_of_a_test"
PROVIDER = "https://buy.stripe.example/"
# A payer settles in two minutes: so many taps, and pages of so many bytes and requests.
MOST_TAPS, MOST_BYTES, MOST_REQUESTS = 6, 100_000, 4
TOKEN = re.compile(r"/p/([a-z2-7]{26})")
# Whoever took over the function of the payer's page would try this.
PROBE = """
import boto3
from botocore.exceptions import ClientError


def handler(names, _):
    found = []
    for name in names:
        try:
            boto3.client("secretsmanager").get_secret_value(SecretId=name)
            found.append("read")
        except ClientError as error:
            found.append(error.response["Error"]["Code"])
    return found
"""
SMALL = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def payers(chromium, axe, tmp_path_factory):
    """A hub of its own, beside a provider and a bank, whose administrator invited everybody."""
    provider = Stripe.start(Config(key=KEY, control_token="driver"))
    with provider, stack.running(tmp_path_factory.mktemp("payers")) as running:
        clock.begin(running.clock_file, datetime(2026, 3, 17, 9, tzinfo=ZoneInfo(ZONE)))
        hub = install(running, private_targets=(provider.origin,))
        found = Payers(hub, provider, SECRET)
        found.invite(KEY)
        yield found


@pytest.fixture
def phone(chromium, axe, payers):
    """Makes payers' phones; none saw a fault of ours, a page that weighs much, or a stranger."""
    made = []

    def make(**options):
        options = {"locale": "en-GB", "viewport": SMALL, "java_script_enabled": False, **options}
        context = chromium.new_context(**options)
        made.append(Phone(context, origin(payers.hub), payers.hub.stack.endpoint, axe))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
        assert one.faults == []
        for asked, size in one.pages:
            assert asked <= MOST_REQUESTS
            assert size <= MOST_BYTES
        assert [url for url in one.strangers if not url.startswith(PROVIDER)] == []


def origin(hub):
    parts = urlsplit(hub.outputs["ConsoleUrl"])
    return f"{parts.scheme}://{parts.netloc}"


def paper():
    """A real PDF of one empty page."""
    made, body = pypdfium2.PdfDocument.new(), io.BytesIO()
    made.new_page(200, 200)
    made.save(body)
    return body.getvalue()


def read(paper):
    """The text of a PDF (a file, or its bytes), as a reader of PDFs understands it."""
    with pypdfium2.PdfDocument(paper) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def provider_of(one, payers):
    """The provider's own page, on which the payer pays what the link asks for."""

    def serve(route):
        name, said = route.request.url.removeprefix(PROVIDER), "Paid"
        if route.request.method == "GET":
            said = "<form method='post'><button>Pay</button></form>"
        else:
            payers.provider.set_clock(int(clock.now(payers.hub.stack.clock_file).timestamp()))
            payers.provider.tell("pay_link", link_id=name, name=CANARY)
        route.fulfill(content_type="text/html", body=f"<main>{said}</main>")

    one.context.route(f"{PROVIDER}**", serve)


def left(payers, who):
    """What is open of somebody's claims."""
    return [claim["open"] for claim in payers.case(who)["claims"]]


def booked(payers, who):
    """The payments that lowered somebody's claims."""
    moves = [move for claim in payers.case(who)["claims"] for move in claim["movements"]]
    return [move["lowered"]["amount"] for move in moves if move["kind"] == "payment"]


def copied(one, t, name):
    """What stands beside a word of the slip, as a payer copies it."""
    value = one.page.locator(f"main .copy dt:text-is({t(name)!r}) + dd code")
    return value.first.inner_text().replace("\u00a0", "").replace(" ", "")


def violations(phone, one):
    """What axe-core, itself a script, finds on the page that a payer without scripts has open."""
    other, found = phone(java_script_enabled=True), []
    other.context.add_cookies(one.context.cookies())
    other.open(one.page.url.removeprefix(one.origin))
    for width in (320, 1280):
        other.page.set_viewport_size({"width": width, "height": 740})
        found += other.violations()
    return found


def tab_to(one, wanted):
    """Go on by the key alone until the focus is there; it is seen wherever it stops."""
    for _ in range(40):
        one.page.keyboard.press("Tab")
        seen = one.page.evaluate(
            """wanted => {
                const at = document.activeElement, look = getComputedStyle(at);
                return [at.matches(wanted), look.outlineStyle !== 'none' && at !== document.body];
            }""",
            wanted,
        )
        assert seen[1], one.page.url
        if seen[0]:
            return
    raise AssertionError(f"the keyboard does not reach {wanted} on {one.page.url}")


def press(one, key="Enter"):
    """Press a key on what has the focus, and look at the page that it leads to."""
    one.requests.clear()
    with one.page.expect_navigation():
        one.page.keyboard.press(key)
    one.look()


def test_from_the_mail_to_paid_at_the_provider_in_six_taps(phone, payers, record_property):
    one, t = phone(), words("fi", "payer")
    provider_of(one, payers)
    here = payers.link(CARD)
    one.enter(here, "20260101")
    assert one.page.get_attribute("html", "lang") == "fi"
    assert CREDITOR in one.page.inner_text("header")
    one.tap(f"main a[href='{here}/pay']")
    one.tap(f"main form[action='{here}/pay'] button")
    asked = one.page.inner_text("main .amount")
    assert violations(phone, one) == []
    one.clicks += 1
    one.page.click("main a.button")
    one.clicks += 1
    one.page.click("button")
    assert one.page.inner_text("main") == "Paid"

    # Nobody but the provider says that something was paid, and however often, it is booked once.
    assert payers.tell("whsec_of_somebody_else") == {400}
    assert left(payers, CARD) == ["120.00"]
    assert payers.tell() == {200}
    assert payers.tell() == {200}
    assert (left(payers, CARD), booked(payers, CARD)) == (["0.00"], ["120.00"])
    # Twelve days at 9.50 per cent on 120.00 EUR.
    assert asked.replace("\u00a0", " ") == "120,37 €"
    one.open(here)
    assert t("settled_title") in one.page.inner_text("main")
    assert one.page.locator(f"a[href='{here}/pay']").count() == 0
    # The last look was not needed.
    assert one.clicks - 1 <= MOST_TAPS
    record_property("taps", one.clicks - 1)
    record_property("largest_page", max(size for _, size in one.pages))


def test_the_reference_on_the_page_leads_a_transfer_to_its_invoice(phone, payers):
    one, t = phone(), words("fi", "payer")
    here = payers.link(TRANSFER)
    one.enter(here, "2008")
    one.tap(f"main a[href='{here}/pay']")
    reference, amount = copied(one, t, "field_reference"), copied(one, t, "amount")
    assert copied(one, t, "field_account") == "FI7944052020036082"
    assert one.page.locator(".qr svg, .barcode svg").count() == 2
    payers.transfer(amount.rstrip("€").replace(",", "."), reference)

    assert (left(payers, TRANSFER), booked(payers, TRANSFER)) == (["0.00"], ["80.00"])
    one.open(here)
    assert t("settled_title") in one.page.inner_text("main")
    # The bookkeeper books it, and the card of the other one: the same money, seen once more.
    payers.paid |= {TRANSFER}
    payers.tomorrow()
    assert booked(payers, TRANSFER) == ["80.00"]
    assert one.open(here) == 200


def test_a_payer_objects_with_a_file_and_promises_the_rest(phone, payers, tmp_path):
    one, t = phone(), words("sv", "payer")
    here = payers.link(SPEAKER)
    one.enter(here, "00530")
    assert one.page.get_attribute("html", "lang") == "sv"
    hostile, receipt = tmp_path / "kvitto.pdf", tmp_path / "kvitto2.pdf"
    hostile.write_bytes(b"MZ\x90\x00 %PDF-1.7 <script>alert(1)</script>")
    receipt.write_bytes(paper())

    one.tap(f"main a[href='{here}/dispute']")
    for file, answered in ((hostile, 422), (receipt, 303)):
        one.page.select_option("#f-claim", "2")
        one.page.select_option("#f-ground", "already_paid")
        one.page.fill("#f-words", CANARY)
        one.page.set_input_files("#f-file", file)
        one.tap("main form button")
        assert one.requests[0].response().status == answered
        assert (t("no_file") in one.page.inner_text("main")) is (file == hostile)
    assert t("done_dispute") in one.page.inner_text("main")

    one.tap(f"main a[href='{here}/promise']")
    one.page.fill("#f-day", one.page.get_attribute("#f-day", "max"))
    one.tap("main form button")
    assert t("done_promise") in one.page.inner_text("main")

    states = payers.case(SPEAKER)["states"]
    assert [found["claim"] for found in states["disputes"].values()] == ["books:20260104"]
    assert [found["claims"] for found in states["promises"].values()] == [["books:20260103"]]


def test_a_payer_asks_for_a_person_corrects_and_takes_the_statement_home(phone, payers):
    one, t = phone(), words("sv", "payer")
    here = payers.link(SPEAKER)
    one.enter(here, "20260104")
    one.tap(f"main a[href='{here}/person']")
    one.page.fill("#f-words", CANARY)
    one.tap("main form button")
    assert t("done_person") in one.page.inner_text("main")
    one.tap(f"main a[href='{here}/details']")
    one.page.fill("#f-phone", "+358 40 765 4321")
    one.tap(f"form[action='{here}/details'] button")
    one.tap(f"main a[href='{here}/details']")
    one.page.select_option("#f-letters", "nb")
    one.tap(f"form[action='{here}/letters'] button")
    assert words("nb", "payer")("done_letters") in one.page.inner_text("main")
    with one.page.expect_download() as saved:
        one.page.click(f"form[action='{here}/statement'] button")
    text = read(saved.value.path())
    assert saved.value.suggested_filename == f"statement-{payers.time.today()}.pdf"
    assert ("20260103" in text, "20260104" in text) == (True, True)
    one.tap(".leave button")
    assert one.page.locator("#f-fact").count() == 1

    waiting = payers.call("GET", "/v1/tasks")["tasks"]
    asked = {one["why"] for one in waiting if one["case"] == payers.case(SPEAKER)["id"]}
    assert {"payer_asks_person", "payer_contact"} <= asked


def test_a_plan_is_agreed_to_from_the_mail_on_with_the_keyboard_alone(phone, payers):
    one, t = phone(viewport={"width": 1280, "height": 900}), words("de", "payer")
    here = payers.link(PLANNER)
    one.open(here)
    tab_to(one, ".skip")
    one.page.keyboard.press("Enter")
    tab_to(one, "#f-fact")
    one.page.keyboard.type("20260105")
    press(one)
    tab_to(one, f"a[href='{here}/plan']")
    press(one)
    tab_to(one, f"a[href^='{here}/plan/3/']")
    press(one)
    sums = one.page.locator("main td.sum").all_inner_texts()
    assert [one.replace("\u00a0", " ") for one in sums] == ["200,00 €"] * 3 + ["600,00 €"]
    tab_to(one, "main form button")
    press(one, "Space")
    assert t("done_plan") in one.page.inner_text("main")

    (plan,) = payers.case(PLANNER)["states"]["plans"].values()
    assert (plan["agreed"], len(plan["instalments"])) == (True, 3)


def test_who_paid_or_agreed_hears_nothing_more_and_who_did_neither_does(phone, payers):
    before = {who: len(payers.letters(who)) for who in (CARD, TRANSFER, SPEAKER, SILENT)}
    payers.paid |= {CARD, TRANSFER}
    # Past the second reminder, and past the thirty days after which what is settled is closed.
    while payers.time.today() < date(2026, 4, 24):
        due = payers.time.next_due(connections=False)
        payers.tomorrow(days=max(1, (due.date() - payers.time.today()).days))

    assert len(payers.letters(SILENT)) == before[SILENT] + 1
    for who in (CARD, TRANSFER):
        assert len(payers.letters(who)) == before[who]
        assert payers.case(who)["closed"]
    assert dead_letters(payers.hub) == {}
    assert payers.hub.stack.denials() == []


def shown(payers, who):
    """What the administrator finds in the documents of somebody's letters."""
    case, found = payers.case(who), []
    for act in case["notices"]:
        told = payers.call("GET", f"/v1/cases/{case['id']}/documents/{act}")
        for one in told["documents"]:
            body = requests.get(one["url"], timeout=30).content
            found.append(read(body) if body.startswith(b"%PDF") else body.decode())
    return found


def test_a_letter_on_paper_leads_to_the_page_too(phone, payers):
    tokens = {one for page in payers.printed() for one in TOKEN.findall(read(page))}
    one = phone()
    # Two letters may be there by now: each has a link of its own, and each opens the page.
    for token in tokens:
        one.enter(f"/p/{token}", "7003")
        assert "20260107" in one.page.inner_text("article.claim h3")
        one.tap(".leave button")
    assert tokens


@pytest.mark.parametrize("who", [SILENT, PAPER])
def test_what_people_are_shown_of_a_letter_opens_nothing(payers, who):
    """Whoever has the link that went out would speak for the payer."""
    found = shown(payers, who)
    assert found
    for text in found:
        assert "/p/..." in text
        assert not TOKEN.search(text)


def test_the_page_that_is_open_to_the_world_reads_no_secret_of_a_connection(payers):
    """The embedded stack asks its roles' policies, as AWS does."""
    stack_of = payers.hub.stack
    (role,) = [
        one["Arn"] for one in stack_of.client("iam").list_roles()["Roles"]
        if "-PayerRole-" in one["RoleName"]
    ]  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("probe.py", PROBE)
    functions = stack_of.client("lambda")
    functions.create_function(
        FunctionName="payer-probe", Role=role, Runtime="python3.13", Handler="probe.handler",
        Code={"ZipFile": packed.getvalue()}, Timeout=20,
    )  # fmt: skip
    names = ["dunlin/hub/token-key", "dunlin/creditor/stripe", "dunlin/hub/cursor-key"]
    answer = functions.invoke(FunctionName="payer-probe", Payload=json.dumps(names).encode())
    assert json.loads(answer["Payload"].read()) == [
        "read", "AccessDeniedException", "AccessDeniedException",
    ]  # fmt: skip
