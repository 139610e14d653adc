"""A browser without a screen: it keeps cookies, follows redirects, reads and sends forms.

Pages come from the Admin function itself, by events as API Gateway makes them; what it reads is
parsed as HTML, so that a page that is not well formed fails where it is opened.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml import etree, html

from functions import admin
from functions.pages import session
from shared.cloud import clock, principals, table


class Browser:
    """One person at a browser; ``page`` is the element tree of what it shows now."""

    def __init__(self, origin, person, role, tenant, language):
        operator = role == "operator"
        row = principals.principal_row(
            person, role=role, tenant="" if operator else tenant,
            # An operator's scopes are named; a creditor's people have those of their role.
            scopes=("hub:read", "hub:write", "law:read", "law:write") if operator else (),
        )  # fmt: skip
        table.put(row)
        self.origin, self.language = origin, language
        self.cookies = {}
        self.keep([session.begun(person, clock.wall())])
        self.status, self.headers, self.text, self.page = 0, {}, "", None
        # The token of the session's forms, as the last page had it.
        self.path, self.csrf = "", ""

    def keep(self, lines):
        for line in lines:
            name, _, rest = line.partition("=")
            text, _, attributes = rest.partition(";")
            assert {"Secure", "HttpOnly", "Path=/"} <= {
                one.strip() for one in attributes.split(";")
            }
            if "Max-Age=0;" in attributes + ";":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = text

    def open(self, address, *, follow=True):
        """Look at an address of the console."""
        return self._visit("GET", address, None, follow=follow)

    def send(self, address, fields, *, headers=None, follow=True):
        """Send fields as a form of this page would, the session's token among them."""
        body = {"csrf": self.csrf, **fields}
        return self._visit("POST", address, urlencode(body, doseq=True), headers, follow=follow)

    def press(self, words, **fields):
        """Press the button of these words on the page; ``fields`` are typed in before."""
        (button,) = self.page.xpath(f"//button[normalize-space()='{words}']")
        form = button.xpath("ancestor::form")[0]
        said = dict(form.fields)
        unknown = fields.keys() - set(form.fields)
        assert not unknown, f"the form has no {unknown}"
        said = {name: text for name, text in {**said, **fields}.items() if text is not None}
        if button.get("name"):
            said[button.get("name")] = button.get("value")
        if form.method == "GET":
            return self.open(f"{form.action}?{urlencode(said)}")
        return self._visit("POST", form.action, urlencode(said, doseq=True))

    def click(self, words):
        """Follow the link of these words."""
        found = self.page.xpath(f"//a[normalize-space()='{words}']/@href")
        assert found, f"no link {words!r} on {self.path}"
        return self.open(found[0])

    @property
    def main(self):
        """What the page says, as text in one line."""
        return " ".join(" ".join(self.page.xpath("//main//text()")).split())

    def _visit(self, method, address, body, headers=None, *, follow=True):
        parts = urlsplit(address)
        route = "GET /console" if parts.path == "/console" else f"{method} /console/{{page+}}"
        event = {
            "version": "2.0", "routeKey": route, "rawPath": parts.path,
            "rawQueryString": parts.query, "queryStringParameters": dict(parse_qsl(parts.query)),
            "headers": {
                "host": "hub.example", "accept-language": self.language,
                **({"content-type": "application/x-www-form-urlencoded", "origin": self.origin,
                    "sec-fetch-site": "same-origin"} if method == "POST" else {}),
                **(headers or {}),
            },
            "cookies": [f"{name}={text}" for name, text in self.cookies.items()],
            "requestContext": {"http": {"method": method, "path": parts.path}},
            "body": body,
        }  # fmt: skip
        answer = admin.handler(event, None)
        self.keep(answer["cookies"])
        self.status, self.headers, self.path = answer["statusCode"], answer["headers"], address
        if follow and self.status == 303 and self.headers["location"].startswith("/"):
            return self.open(self.headers["location"])
        self.text, self.page = answer["body"], None
        if self.text and not answer["isBase64Encoded"]:
            self.page = _parsed(self.text)
            self.csrf = next(iter(self.page.xpath("//input[@name='csrf']/@value")), self.csrf)
        return self


def _parsed(text):
    page = html.document_fromstring(text)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), f"an id twice: {[one for one in ids if ids.count(one) > 1]}"
    for name in ("for", "aria-labelledby", "aria-describedby"):
        for value in page.xpath(f"//@{name}"):
            assert set(value.split()) <= set(ids), f"{name}={value} names nothing"
    assert len(page.xpath("//h1")) == 1
    assert not page.xpath("//script | //*[@style] | //@*[starts-with(name(), 'on')]")
    for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        named = field.get("aria-label") or page.xpath(f"//label[@for='{field.get('id')}']")
        assert named, f"a field without a label: {etree.tostring(field)[:120]}"
    return page
