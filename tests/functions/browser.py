"""A browser without a window, for the payer's page: cookies, forms, redirects, nothing else."""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from lxml import html as lxml_html

from functions import payer
from tests.functions.payers import ORIGIN


class Browser:
    """Follows links and sends the forms of the page that it shows, as a person would."""

    def __init__(self, language="en", origin=ORIGIN):
        self.cookies, self.language, self.origin = {}, language, origin
        self.status, self.text, self.headers, self.raw = 0, "", {}, b""

    def open(self, address):
        """Follow a link."""
        return self._go("GET", address)

    def send(self, action, fields=None, files=None, *, headers=None):
        """Send the form of this page that goes to ``action``, with what was typed into it."""
        form = next(one for one in self.page.forms if one.action == action)
        told = {name: value or "" for name, value in form.form_values()}
        told |= fields or {}
        if form.get("enctype") == "multipart/form-data":
            chosen = files or {"file": ("", b"")}
            made = requests.Request("POST", ORIGIN, data=told, files=chosen).prepare()
            return self._go("POST", action, made.body, made.headers["content-type"], headers)
        return self.post(action, told, headers=headers)

    def post(self, action, fields, *, headers=None):
        """Send a form that nobody showed."""
        kind = "application/x-www-form-urlencoded"
        return self._go("POST", action, urlencode(fields).encode(), kind, headers)

    @property
    def page(self):
        """The page as it was read."""
        return lxml_html.fromstring(self.text)

    @property
    def words(self):
        """All that a person reads on it."""
        return " ".join(self.page.text_content().split()).replace("\u00a0", " ")

    def links(self):
        """Where the page leads."""
        return [one.get("href") for one in self.page.xpath("//a[@href]")]

    def _go(self, method, address, body=b"", kind="", headers=None):
        parts = urlsplit(address)
        event = {
            "version": "2.0", "routeKey": f"{method} /p/{{page+}}", "rawPath": parts.path,
            "requestContext": {"http": {"method": method}},
            "queryStringParameters": dict(parse_qsl(parts.query)),
            "cookies": [f"{name}={text}" for name, text in self.cookies.items()],
            "headers": {"accept-language": self.language},
            "body": base64.b64encode(body).decode(), "isBase64Encoded": True,
        }  # fmt: skip
        if method == "POST":
            event["headers"] |= {
                "content-type": kind, "origin": "null", "sec-fetch-site": "same-origin",
            }  # fmt: skip
        event["headers"] |= headers or {}
        answer = payer.handler(event, None)
        for line in answer["cookies"]:
            name, _, text = line.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            if "Max-Age=0" not in line:
                self.cookies[name] = text
        self.headers, self.status = answer["headers"], answer["statusCode"]
        if self.status == 303:
            return self._go("GET", self.headers["location"])
        coded = answer["isBase64Encoded"]
        self.raw = base64.b64decode(answer["body"]) if coded else answer["body"].encode()
        self.text = "" if coded else answer["body"]
        return self
