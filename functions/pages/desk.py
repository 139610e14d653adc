"""The desk of a signed-in person: what they ask of the API, and pages drawn of its answers.

Each question goes through the API's own handler with the person's own principal: scopes, four
eyes, tenant and trail are those of the API, and no page knows a rule of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.api.access import may
from functions.api.exchange import Handler, Problem, Request, allowed, planned
from functions.api.noting import noted
from functions.pages.answers import Page, redirect
from functions.pages.render import address, render
from functions.pages.session import Session
from functions.pages.visit import Visit
from functions.pages.words import Words, words
from shared.cloud.principals import Principal
from shared.domain.formats import Language
from shared.errors import HubError

BASE = "/console"


@dataclass(frozen=True, slots=True)
class Told:
    """What the API answered: a status, and its JSON as values (None for a document)."""

    status: int
    body: Any
    raw: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Whether it was only proposed: a second person decides."""
        return self.status == 202 and isinstance(self.body, Mapping) and "approval" in self.body


@dataclass(frozen=True, slots=True)
class Desk:
    """A visit of a signed-in person. ``path`` has the parts that the page's route names."""

    visit: Visit
    principal: Principal
    session: Session
    language: Language
    handlers: Mapping[str, Handler] = field(repr=False)
    # The menu: (section, address) of what this person may see.
    rooms: Callable[[Desk], Any] = field(repr=False)
    path: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> Mapping[str, str]:
        """The query of the page's address."""
        return self.visit.query

    @property
    def form(self) -> Mapping[str, str]:
        """The fields of the form that was sent."""
        return self.visit.form

    @property
    def zone(self) -> str:
        """The creditor's zone (IANA), in which instants are shown; UTC before it has a profile."""
        try:
            return str(self.ask("GET /v1/creditor").body["zone"])
        except Problem:
            return "UTC"

    def may(self, route: str) -> bool:
        """Whether the person's side and scopes open a route of the API."""
        return may(self.principal, route)

    def ask(
        self,
        route: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        raw: tuple[bytes, str] | None = None,
        **path: str,
    ) -> Told:
        """What the API answers this person. Raises ``Problem`` as the API would answer it.

        ``body`` is sent as JSON; ``raw`` is a body of bytes and its content type instead.
        """
        allowed(self.principal, route)
        content, kind = raw or (b"" if body is None else json.dumps(body).encode(), _JSON)
        asked = Request(route, self.principal, path, query or {}, {"content-type": kind}, content)
        try:
            answer = noted(self.handlers[route], asked)
        except HubError as error:
            raise planned(error) from None
        if isinstance(answer.body, bytes):
            return Told(answer.status, None, answer.body, answer.headers)
        return Told(answer.status, answer.body, b"", answer.headers)

    def words(self, *rooms: str) -> Words:
        """The sentences of rooms of pages, beside those that every page has."""
        return words(self.language, "common", *rooms)

    def page(
        self, template: str, *rooms: str, status: int = 200, again: int = 0, **facts: Any
    ) -> Page:
        """A page of the console; ``again``: seconds after which it looks anew, 0 for never."""
        t = self.words(*rooms)
        facts = {"zone": self.zone, **facts}
        html = render(f"console/{template}.html", t, desk=self, rooms=self.rooms, **facts)
        return Page(html, status, headers={"refresh": str(again)} if again else {})

    def went(self, to: str, told: Told | None = None, *, done: str = "done") -> Page:
        """On to a page of the console with word of what was done.

        Where a second person has to decide first, on to what waits for them, if this one may see
        it. ``done`` is a key of the common words (``done_saved`` for ``saved``).
        """
        if told is not None and told.waits:
            if self.may("GET /v1/approvals/{id}"):
                return redirect(f"{BASE}/approvals/{told.body['approval']}?done=proposed")
            done = "proposed"
        there, _, query = to.partition("?")
        return redirect(f"{BASE}{there}?{query + '&' if query else ''}done={done}")

    def here(self, **changes: object) -> str:
        """The address of this page with other filters; a change of filters begins at the start."""
        kept = {name: text for name, text in self.query.items() if name not in PASSING}
        return address(f"{BASE}{self.visit.place}", {**kept, **changes})


_JSON = "application/json"
# What an address holds for once: the next page of a list, word of what was done.
PASSING = frozenset({"cursor", "done"})

Answering = Callable[[Desk], Page]


def fields_of(problem: Problem) -> dict[str, str]:
    """The sentences of a problem by the path of their field, for the form that is shown again."""
    found: dict[str, str] = {}
    for one in problem.body["fields"]:
        found.setdefault(one["path"], one["text"])
    return found
