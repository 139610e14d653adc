"""Takes docs/pictures: every page as people see it, of the stack that ``make up`` started.

By the end of April a partner has cases, which its pages show.

``make up UNTIL=2026-04-28``, then ``make pictures``, and look at every picture before it is
committed: would you show it to somebody who pays for it? Each page is taken at three widths, as
JPEG: the folder stays small. A page without a picture fails, here and in the tests.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from infra.local.mail import FILE, letters
from tests.browser.chromium import FLAGS
from tests.browser.pictures_world import Shown, filled

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
UP = ROOT / "out" / "up"
WIDTHS = {320: 1100, 768: 1000, 1280: 900}
# The name of the picture of each page of the console, by the path of its route.
CONSOLE = {
    "/": "today", "/switches": "switches", "/switches/stop": "stop", "/first-hour": "first-hour",
    "/first-hour/creditor": "creditor", "/first-hour/letters": "first-letters",
    "/first-hour/arming": "arming", "/first-hour/assessment": "assessment",
    "/first-hour/observed": "observed", "/first-hour/notices": "notices",
    "/connections": "connections", "/connections/{id}": "connection",
    "/connections/{id}/settings": "connection-settings",
    "/connections/{id}/secrets": "connection-secrets",
    "/connections/{id}/refused": "connection-refused",
    "/connections/{id}/disable": "connection-ending",
    "/connections/{id}/expiries": "connection-expiries", "/expiries": "expiries",
    "/connectors": "connectors", "/connectors/{name}": "connector", "/policies": "policies",
    "/policies/new": "policy-new", "/policies/{id}/{version}": "policy",
    "/policies/{id}/{version}/edit": "policy-edit",
    "/policies/{id}/{version}/compare": "policy-compare", "/previews": "previews",
    "/previews/{id}": "preview", "/previews/{id}/cases": "preview-cases",
    "/previews/{id}/outcome": "preview-outcome", "/overrides": "overrides", "/cases": "cases",
    "/cases/{id}": "case", "/cases/{id}/timeline": "case-timeline",
    "/cases/{id}/tell/{command}": "case-command", "/cases/{id}/hand-over": "case-hand-over",
    "/cases/{id}/recall": "case-recall", "/cases/{id}/payment-link": "case-link",
    "/cases/{id}/documents/{act}": "case-documents", "/cases/{id}/reads": "case-reads",
    "/cases/{id}/legal-hold": "case-legal-hold",
    "/debtors/{id}": "debtor", "/debtors/{id}/identity": "debtor-identity",
    "/debtors/{id}/erasure": "debtor-erasure", "/tasks": "tasks", "/tasks/{id}": "task",
    "/matching": "matching", "/matching/{id}": "payment", "/partners": "partners",
    "/partners/{connection}": "partner", "/partners/{connection}/terms": "partner-terms",
    "/partners/{connection}/money": "partner-money",
    "/partners/{connection}/outbox": "partner-outbox",
    "/partners/{connection}/reports": "partner-reports",
    "/partners/{connection}/reports/{id}": "partner-report", "/routing": "routing",
    "/letters": "letters", "/letters/{language}/{letter}/{tone}": "letter",
    "/letters/{language}/{letter}/{tone}/edit": "letter-edit", "/reports": "reports",
    "/reports/discipline": "discipline", "/reports/money": "money", "/reports/charges": "charges",
    "/law": "laws", "/law/{country}": "law", "/settings": "settings", "/settings/people": "people",
    "/settings/audit": "audit", "/settings/fuses": "fuses", "/settings/retention": "retention",
    "/settings/recipients": "recipients", "/settings/legal-holds": "legal-holds",
    "/approvals": "approvals", "/approvals/{id}": "approval",
}  # fmt: skip
# Taken in the dark and in Finnish too.
DARK, FINNISH = ("/", "/cases/{id}", "/policies/{id}/{version}"), ("/", "/cases/{id}", "/tasks")
PAYER = {
    "/": "payer", "/pay": "payer-pay", "/pay/{connection}/{number}": "payer-provider",
    "/promise": "payer-promise", "/plan": "payer-plan", "/plan/{count}/{first}": "payer-plan-one",
    "/dispute": "payer-dispute", "/person": "payer-person", "/details": "payer-details",
}  # fmt: skip
_PART = re.compile(r"{(\w+)}")


def main() -> int:
    """Take every picture; how many pages could not be shown."""
    kept = json.loads((UP / "access.json").read_text())
    access, shown = kept["console"], filled(kept)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(access["url"]))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        missing = sum(
            not _taken(page, name, f"{origin}{address}")
            for page, name, address in _wanted(browser, origin, access, shown)
        )
        browser.close()
    return missing


def _wanted(
    browser: Browser, origin: str, access: dict[str, dict[str, dict[str, str]]], shown: Shown
) -> Iterator[tuple[Page, str, str]]:
    """Each page to be taken: in whose browser, under which name, at which address."""
    page = browser.new_context(locale="en-GB").new_page()
    _sign_in(page, access)
    for path, name in CONSOLE.items():
        yield page, name, address(path, shown)
    page.emulate_media(color_scheme="dark")
    for path in DARK:
        yield page, f"{CONSOLE[path]}-dark", address(path, shown)
    page.emulate_media(color_scheme="light")
    page.goto(f"{origin}/console")
    page.select_option("#language", "fi")
    page.click(".foot button")
    page.wait_for_load_state()
    for path in FINNISH:
        yield page, f"{CONSOLE[path]}-fi", address(path, shown)
    page = browser.new_context(locale="fi-FI").new_page()
    link = _entered(page, origin)
    for path, name in PAYER.items():
        start, follow, _ = path.partition("/{")
        here = f"{link}{start}".rstrip("/")
        yield page, name, _on(page, f"{origin}{here}", f"{here}/") if follow else here
    stranger = browser.new_context(locale="fi-FI").new_page()
    yield stranger, "payer-ask", link


def address(path: str, shown: Shown) -> str:
    """The address at which a page of the console is looked at, by the path of its route."""
    month = f"{shown.day:%Y-%m}"
    of = {
        "cases": shown.case, "tasks": shown.task, "matching": shown.payment, "connections": "erp",
        "debtors": shown.debtor, "policies": "standard", "approvals": shown.approval,
        "previews": shown.move, "partners": shown.report,
    }  # fmt: skip
    names = {
        "id": of.get(path.split("/")[1], ""), "command": "propose_plan", "act": shown.act,
        "connection": "partner", "name": "erp.fortnox", "country": "FI", "version": "1",
        "language": "fi", "letter": "reminder", "tone": "friendly",
    }  # fmt: skip
    own = {
        "/cases/{id}/reads": f"/cases/{shown.handed}/reads",
        "/cases/{id}/recall": f"/cases/{shown.handed}/recall",
        "/policies/{id}/{version}/compare": "/policies/standard/2/compare",
        "/previews/{id}/outcome": f"/previews/{shown.ahead}/outcome",
        "/overrides": f"/overrides?kind=debtor&id={quote(shown.debtor)}",
        "/reports": f"/reports?month={month}",
        "/reports/discipline": f"/reports/discipline?month={month}",
        "/reports/money": f"/reports/money?day={shown.day}",
    }  # fmt: skip
    whole = own.get(path) or _PART.sub(lambda part: quote(names[part[1]], safe=":"), path)
    return f"/console{whole}".rstrip("/")


def _sign_in(page: Page, access: dict[str, dict[str, dict[str, str]]]) -> None:
    person = access["people"]["administrator"]
    page.goto(str(access["url"]))
    page.fill("#username", person["name"])
    page.fill("#password", person["password"])
    page.click("button[type=submit]")
    page.wait_for_selector("main")


def _entered(page: Page, origin: str) -> str:
    """The path of a link in one of the latest mails, opened with the invoice's number."""
    (file,) = UP.rglob(FILE)
    for letter in reversed(letters(file)):
        link = re.search(r"/p/[A-Za-z0-9_-]+", letter.text)
        for number in re.findall(r"\b(?:\d{4,}|\d+/\d+)\b", letter.text) if link else ():
            page.goto(f"{origin}{link[0]}" if link else origin)
            if not page.locator("#f-fact").count():
                break
            page.fill("#f-fact", number)
            page.click("main button")
            page.wait_for_load_state()
            if page.locator("#claims").count():
                return str(link[0]) if link else ""
            if "/p/" not in page.url:
                break
    raise SystemExit("no mail leads to an open payer's page")


def _on(page: Page, at: str, begins: str) -> str:
    """Where a page leads: its first link whose address begins so, or else its first button."""
    page.goto(at)
    link = page.locator(f"main a[href^='{begins}']")
    if link.count():
        return str(link.first.get_attribute("href"))
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    return urlsplit(page.url).path


def _taken(page: Page, name: str, url: str) -> bool:
    answer = page.goto(url)
    if answer is None or not answer.ok:
        print(f"{name}: {url} answers {answer and answer.status}", file=sys.stderr)
        return False
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=FOLDER / f"{name}-{width}.jpg", type="jpeg", quality=60)
    return True


if __name__ == "__main__":
    sys.exit(main())
