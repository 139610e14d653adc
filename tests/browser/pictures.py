"""Takes docs/pictures: the pages as people see them, of the stack that ``make up`` started.

Run ``make pictures`` and look at every picture before it is committed: would you show it to
somebody who pays for it? Each page is taken at three widths, as JPEG: the folder stays small.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from infra.local.mail import FILE, letters
from tests.browser.chromium import FLAGS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
UP = ROOT / "out" / "up"
WIDTHS = {320: 1100, 768: 1000, 1280: 900}
# The console's pages by the picture's name; ``>`` follows the first link of the list there.
CONSOLE = {
    "today": "/console", "stop": "/console/switches/stop", "switches": "/console/switches",
    "first-hour": "/console/first-hour", "creditor": "/console/first-hour/creditor",
    "first-letters": "/console/first-hour/letters", "arming": "/console/first-hour/arming",
    "assessment": "/console/first-hour/assessment", "notices": "/console/first-hour/notices",
    "connections": "/console/connections", "connection": "/console/connections/erp",
    "connection-settings": "/console/connections/erp/settings",
    "connection-refused": "/console/connections/erp/refused", "expiries": "/console/expiries",
    "connectors": "/console/connectors", "connector": "/console/connectors/erp.fortnox",
    "policies": "/console/policies", "policy": "/console/policies/standard/1",
    "policy-edit": "/console/policies/standard/1/edit", "previews": "/console/previews",
    "overrides": "/console/overrides", "cases": "/console/cases", "case": "/console/cases >",
    "case-timeline": "/console/cases > /timeline",
    "case-plan": "/console/cases > /tell/propose_plan",
    "case-hand-over": "/console/cases > /hand-over", "case-link": "/console/cases > /payment-link",
    "tasks": "/console/tasks", "task": "/console/tasks >", "matching": "/console/matching",
    "partners": "/console/partners", "partner": "/console/partners/partner",
    "partner-terms": "/console/partners/partner/terms", "routing": "/console/routing",
    "letters": "/console/letters", "letter": "/console/letters/fi/reminder/friendly",
    "letter-edit": "/console/letters/fi/reminder/friendly/edit",
    "reports": "/console/reports?month=2026-03",
    "discipline": "/console/reports/discipline?month=2026-03",
    "money": "/console/reports/money?day=2026-03-19", "laws": "/console/law",
    "law": "/console/law/FI", "settings": "/console/settings", "approvals": "/console/approvals",
    "people": "/console/settings/people", "audit": "/console/settings/audit",
    "fuses": "/console/settings/fuses", "retention": "/console/settings/retention",
    "recipients": "/console/settings/recipients",
}  # fmt: skip
PAYER = {
    "payer": "", "payer-pay": "/pay", "payer-promise": "/promise", "payer-plan": "/plan",
    "payer-dispute": "/dispute", "payer-person": "/person", "payer-details": "/details",
}  # fmt: skip


def main() -> int:
    """Take every picture; the number of pages that could not be shown."""
    access = json.loads((UP / "access.json").read_text())["console"]
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(access["url"]))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    missing = 0
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_context(locale="en-GB").new_page()
        _sign_in(page, access)
        for name, address in CONSOLE.items():
            missing += not _taken(page, origin, name, address)
        page = browser.new_context(locale="fi-FI").new_page()
        link = _entered(page, origin)
        for name, tail in PAYER.items():
            missing += not _taken(page, origin, name, f"{link}{tail}")
        browser.close()
    return missing


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


def _taken(page: Page, origin: str, name: str, address: str) -> bool:
    start, follow, tail = address.partition(" >")
    page.goto(f"{origin}{start}")
    if follow:
        first = page.locator("main tbody a").first
        if not first.count():
            print(f"{name}: nothing is listed at {start}", file=sys.stderr)
            return False
        page.goto(f"{origin}{first.get_attribute('href')}{tail.strip()}")
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        file = FOLDER / f"{name}-{width}.jpg"
        page.screenshot(path=file, type="jpeg", quality=60)
    return True


if __name__ == "__main__":
    sys.exit(main())
