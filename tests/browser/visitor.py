"""A person at Chromium: signs in, opens pages, and keeps count of what must never happen."""

from __future__ import annotations

from urllib.parse import urlsplit

# What axe-core is asked for: WCAG 2.2, levels A and AA, and its own best practices.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_SAID = """() => document.documentElement.innerText + [...document.querySelectorAll(
    'input, textarea, option')].map(one => '\\n' + (one.value || one.text)).join('')"""


class Visitor:
    """A browser context on one hub; ``page`` is its only tab."""

    def __init__(self, context, origin, pool, axe):
        self.context, self.origin, self.pool, self._axe = context, origin, pool, axe
        self.faults, self.strangers, self.requests = [], [], []
        # What the way costs a person: presses and links, and fields typed.
        self.clicks, self.filled = 0, 0
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._asked)

    def _said(self, message):
        # What the pool's page says is not ours; a form that is shown again has an error's status.
        where = message.location["url"]
        again = where == self.page.url and "Failed to load resource" in message.text
        if message.type == "error" and where.startswith(self.origin) and not again:
            self.faults.append(f"{message.location['url']}: {message.text}")

    def _asked(self, request):
        self.requests.append(request)
        if not request.url.startswith((f"{self.origin}/", f"{self.pool}/", "data:", "about:")):
            self.strangers.append(request.url)

    def sign_in(self, name, password, at="/console/tasks"):
        self.page.goto(self.origin + at)
        self.page.fill("#username", name)
        self.page.fill("#password", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector("main")
        assert urlsplit(self.page.url).path == at

    def open(self, path):
        """Go to a page; its status."""
        return self.page.goto(self.origin + path).status

    def fill(self, **fields):
        """Type into the form's fields; a name has two underscores where the form has a dot."""
        for name, value in fields.items():
            field = self.page.locator(f"[name='{name.replace('__', '.')}']").first
            self._uncover(field)
            self._put(field, value)
            self.filled += 1

    def press(self, words):
        """Press the first button of the page's content that says this."""
        self._click(self.page.locator("main").get_by_role("button", name=words, exact=True).first)

    def follow(self, words):
        """Follow the first link of the page's content that says this."""
        self._click(self.page.locator("main").get_by_role("link", name=words, exact=True).first)

    def follow_first(self, selector):
        """Follow the first link that a selector names."""
        self._click(self.page.locator(selector).first)

    def go(self, room):
        """Follow the menu to a room; where it is folded, unfold it first."""
        menu = self.page.locator("header nav").get_by_role("link", name=room, exact=True)
        if not menu.count():
            self._click(self.page.locator("header summary"))
        self._click(menu.first)

    def _click(self, what):
        self.clicks += 1
        if not what.count():
            raise AssertionError(f"not there on {self.page.url}:\n{self.page.inner_text('main')}")
        self._activate(what)
        self.page.wait_for_load_state()

    def _uncover(self, field):
        """Unfold what a field is folded away in."""
        folded = field.locator("xpath=ancestor::details[not(@open)]/summary")
        while folded.count():
            self.clicks += 1
            self._activate(folded.first)

    def _put(self, field, value):
        if value is True:
            field.check()
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def _activate(self, what):
        what.click()

    def says(self, words):
        """Whether the page's content holds these words."""
        return words in self.page.inner_text("main")

    def unfold(self):
        """Open everything on the page that folds away."""
        self.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")

    def forget_files(self):
        """Fetch the stylesheet and the mark anew with each page, as a first visit does."""
        tools = self.context.new_cdp_session(self.page)
        tools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def said(self):
        """All that the page and the frames in it say, what stands in fields included."""
        return "\n".join(frame.evaluate(_SAID) for frame in self.page.frames)

    def violations(self, rules=()):
        """What axe-core finds wrong on the page, one line each; by ``rules`` alone if named."""
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _TAGS}
        found = self._axe.run(self.page, options={"runOnly": only})
        return [
            f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']]}"
            for one in found.response["violations"]
        ]

    def overflows(self):
        """By how many pixels the page is wider than its window; its tables scroll by themselves."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def torn(self):
        """The words of labels of facts that a line ends within."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('.facts dt')].flatMap(one => {
                const text = one.firstChild, words = [...one.textContent.matchAll(/[^\\s-]+/g)]
                return words.filter(word => {
                    const range = document.createRange()
                    range.setStart(text, word.index)
                    range.setEnd(text, word.index + word[0].length)
                    return new Set([...range.getClientRects()].map(box => box.top)).size > 1
                }).map(word => word[0])
            })"""
        )

    def widest(self):
        """What sticks out of the window, as its tag and class."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('main *, header *, footer *')]
            .filter(one => one.getBoundingClientRect().right > innerWidth + 1
                           && !one.closest('.table'))
            .slice(0, 3).map(one => one.tagName + '.' + one.className).join(' ')"""
        )
