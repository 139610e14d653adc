"""A sitting: one visit of a payer's page, with the case that it opens, and pages drawn for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.pages.answers import Page, redirect
from functions.pages.render import render
from functions.pages.visit import Visit
from functions.pages.words import Words, words
from functions.payer_access import Opened
from functions.payer_acts import Payer
from functions.payer_pages.session import NONE, Session
from shared.domain.formats import Language
from shared.errors import Refused

# Nothing tells another site which link was followed.
_HEADERS = {"referrer-policy": "no-referrer"}
_DONE = frozenset({"promise", "plan", "asked", "dispute", "person", "details", "letters"})


@dataclass(frozen=True, slots=True)
class Sitting:
    """A visit below ``/p/<token>``: ``path`` is the rest.

    ``opened`` is the case once the second fact was given (None before). ``at`` are the parts that
    the route names.
    """

    visit: Visit
    token: str
    path: str
    language: Language
    session: Session = NONE
    opened: Opened | None = None
    at: Mapping[str, str] = field(default_factory=dict)

    @property
    def here(self) -> str:
        """The address of the overview."""
        return f"/p/{self.token}"

    @property
    def fields(self) -> Mapping[str, str]:
        """What was typed into the form that was sent."""
        return self.visit.form

    @property
    def files(self) -> Mapping[str, bytes]:
        """The files of the form that was sent, by the names of their fields."""
        return self.visit.files

    @property
    def query(self) -> Mapping[str, str]:
        """The query of the page's address."""
        return self.visit.query

    @property
    def case(self) -> Opened:
        """The case that is open. Raises ``LookupError`` before the second fact was given."""
        if self.opened is None:
            raise LookupError("no case is open")
        return self.opened

    @property
    def payer(self) -> Payer:
        """Who acts by this form."""
        return Payer(self.case, self.fields.get("key", ""))

    @property
    def words(self) -> Words:
        """The sentences of the page in its language."""
        return words(self.language, "payer")

    @property
    def named(self) -> frozenset[str]:
        """The names of fields to which a fault can lead."""
        return _NAMED

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        faults: Mapping[str, str] | None = None,
        back: bool = True,
        **facts: Any,
    ) -> Page:
        """A page; ``faults`` are keys of sentences by field, for a form that is shown again."""
        told, said = self.words, self.query.get("done")
        html = render(
            f"payer/{template}.html", told, desk=self, here=self.here, back=back,
            creditor=self.opened.run.creditor if self.opened else None,
            done=said if said in _DONE and not faults else None,
            faults={name: told(key) for name, key in (faults or {}).items()},
            key=_key(), values=self.fields, **facts,
        )  # fmt: skip
        return Page(html, 422 if faults and status == 200 else status, headers=_HEADERS)

    def went(self, path: str = "", *, done: str = "", cookies: tuple[str, ...] = ()) -> Page:
        """On to a page of this link, with word of what was done."""
        query = f"?done={done}" if done else ""
        return redirect(f"{self.here}{path}{query}", cookies=cookies)

    def why(self, no: Refused) -> str:
        """The key of the sentence for a refusal."""
        key = f"no_{no.code}"
        return key if key in self.words.texts else "no_other"


Answering = Callable[[Sitting], Page]

_NAMED = frozenset({
    "fact", "day", "claim", "ground", "amount", "words", "file", "email", "phone", "address",
    "letters", "on",
})  # fmt: skip


def _key() -> str:
    """The key of a form: whatever is sent by it is done once."""
    return "".join(secrets.choice("abcdefghijklmnop") for _ in range(16))
