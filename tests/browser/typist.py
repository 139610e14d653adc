"""A person without a mouse: every field, link and button is reached by Tab and used by keys."""

from __future__ import annotations

from tests.browser.visitor import Visitor

_MOST_STOPS = 400
_LOOKS, _MS = 10, 50
# Where the focus is: whether it can be seen, is within the window, and is covered by nothing.
_FOCUS = """() => {
    const one = document.activeElement, look = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const drawn = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
    const spots = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].map(([x, y]) =>
        document.elementFromPoint(box.x + x * box.width, box.y + y * box.height));
    const open = spots.some(spot => spot && (one.contains(spot) || spot.contains(one)));
    // A field for a day is stopped at three times: that is not the way begun anew.
    const again = one.passed && one !== document.last;
    one.passed = true;
    document.last = one;
    return {name: one.tagName + '.' + one.className + ' ' + (one.id || one.innerText || ''),
            own: one !== document.body, drawn, open, again};
}"""
# What Tab must have stopped at, and has not: of radio buttons one of a group is enough.
_MISSED = """() => [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(one => !one.passed && one.tabIndex >= 0 && !one.disabled
        && one.checkVisibility({visibilityProperty: true})
        && !(one.type === 'radio' && [...document.getElementsByName(one.name)].some(x => x.passed)))
    .map(one => one.tagName + '.' + one.className + ' ' + (one.name || one.innerText))"""


class Typist(Visitor):
    """A visitor who types. ``keys`` counts the keys pressed, ``unseen`` are stops of no focus."""

    def __init__(self, *given):
        super().__init__(*given)
        self.keys, self.unseen = 0, []

    def key(self, name):
        """Press a key, or several held together."""
        self.keys += 1
        self.page.keyboard.press(name)

    def reach(self, what):
        """Go to an element by Tab, or by Shift+Tab where it stands before the focus."""
        target = what.element_handle()
        for _ in range(_MOST_STOPS):
            where = target.evaluate(
                "one => one === document.activeElement ? 'here' : document.activeElement"
                ".compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING ? 'up' : 'down'"
            )
            if where == "here":
                return
            self.key("Shift+Tab" if where == "up" else "Tab")
            self.look()
        raise AssertionError(f"no key leads to {target} on {self.page.url}")

    def look(self):
        """Where the focus is now; a place at which it cannot be seen is kept."""
        focus = self.page.evaluate(_FOCUS)
        for _ in range(_LOOKS):
            if not focus["own"] or (focus["drawn"] and focus["open"]):
                return focus
            # A page scrolls to the focus with its next picture.
            self.page.wait_for_timeout(_MS)
            focus |= self.page.evaluate(_FOCUS) | {"again": focus["again"]}
        self.unseen.append(f"{self.page.url}: {focus}")
        return focus

    def walk(self):
        """Tab through the page until the way begins anew; what was never reached."""
        for _ in range(_MOST_STOPS):
            self.key("Tab")
            focus = self.look()
            if focus["own"] and focus["again"]:
                break
        return self.page.evaluate(_MISSED)

    def _put(self, field, value):
        self.reach(field)
        kind = field.evaluate("one => one.type")
        if value is True:
            self.key("Space")
        elif kind in {"select-one", "radio"}:
            self._choose(field, value)
        elif kind == "date":
            # Chromium asks in the order of the machine's language: month, day, year.
            year, month, day = value.split("-")
            self._type(month + day + year)
        else:
            self.key("Control+a")
            self._type(value)
        if value is not True:
            assert self._value(field) == value, (field, self._value(field))

    def _choose(self, field, value):
        for key in ("ArrowDown", "ArrowUp"):
            for _ in range(_MOST_STOPS):
                before = self._value(field)
                if before == value:
                    return
                self.key(key)
                if self._value(field) == before:
                    break

    def _value(self, field):
        return field.evaluate(
            "one => one.type === 'radio' ? document.activeElement.value : one.value"
        )

    def _type(self, text):
        self.keys += len(text)
        self.page.keyboard.type(text)

    def _activate(self, what):
        self.reach(what)
        tag = what.evaluate("one => one.tagName")
        # Buttons answer to the space bar too.
        key = "Space" if tag != "A" and self.clicks % 2 else "Enter"
        if tag == "SUMMARY":
            self.key(key)
            return
        with self.page.expect_navigation():
            self.key(key)
