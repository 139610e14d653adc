"""Letters: a gallery of all that the hub writes, each as mail, message and page, in own words."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, get_args

from functions.api.exchange import Problem
from functions.api.letters import Kind
from functions.console.letter_sentences import fields, typed
from functions.pages import answers
from functions.pages.answers import Page, download, shown
from functions.pages.desk import Answering, Desk, Told, fields_of
from functions.pages.render import asset, render
from shared.domain.formats import LANGUAGES
from shared.domain.policy import Tone

_ROUTE = "/v1/letters/{language}/{letter}/{tone}"
# Paragraphs above the heading of a letter: the sender, whom it is for, its own facts.
_LETTERHEAD = 3
_VIEWS = ("mail", "text", "sms", "paper")
_FRAMED = "default-src 'none'; style-src 'self'; sandbox"
_HTML = "text/html; charset=utf-8"
# The browser's own viewer draws the page.
_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"


def gallery(desk: Desk) -> Page:
    """The letters of a language by kind and tone, each with its first words."""
    creditor = profile(desk)
    if creditor is None:
        return desk.page("letters_before", "letters")
    spoken = _one_of(desk.query.get("language"), LANGUAGES, creditor["language"])
    letter, tone = desk.query.get("letter"), desk.query.get("tone")
    found, problem = list[dict[str, Any]](), None
    listed = desk.ask("GET /v1/letters").body["letters"]
    for one in listed:
        if one["language"] != spoken or letter not in (None, "", one["letter"]):
            continue
        if tone not in (None, "", one["tone"]):
            continue
        try:
            begins = _begins(desk, one) if problem is None else []
        except Problem as lacking:
            begins, problem = [], lacking
        found.append({**one, "begins": begins})
    return desk.page(
        "letters", "letters", letters=found, language=spoken, languages=LANGUAGES,
        kinds=get_args(Kind), tones=get_args(Tone), country=creditor["country"],
        own={one["language"] for one in listed if one["own"]},
        problem=problem.body if problem else None,
    )  # fmt: skip


def one(desk: Desk) -> Page:
    """One letter as it would read: as mail, plain text, short message or on paper (``?as=``)."""
    if profile(desk) is None:
        return desk.page("letters_before", "letters")
    found = _of_path(desk, "GET").body
    view = _one_of(desk.query.get("as"), _VIEWS, "mail")
    seen, problem = None, None
    try:
        seen = _preview(desk, desk.path, **_chosen(desk))
    except Problem as lacking:
        problem = lacking
    return desk.page(
        "letter", "letters", kept=found, view=view, views=_VIEWS, seen=seen,
        languages=LANGUAGES, problem=problem.body if problem else None, which=desk.path,
    )  # fmt: skip


def mail(desk: Desk) -> Page:
    """The letter as an e-mail, for the frame of its page."""
    return answers.mail(_preview(desk, desk.path, **_chosen(desk))["html"])


def paper(desk: Desk) -> Page:
    """The letter on paper as a PDF; with ``?keep=yes`` to be kept as a file."""
    made = b64decode(_preview(desk, desk.path, **_chosen(desk), page=True)["page"])
    if desk.query.get("keep") == "yes":
        name = "-".join(desk.path[part] for part in ("letter", "tone", "language"))
        return download(made, "application/pdf", f"{name}.pdf")
    return shown(made, "application/pdf", _PDF)


def edit(desk: Desk, problem: Problem | None = None) -> Page:
    """The sentences of a letter, ours and the own ones that stand in their place."""
    found = _of_path(desk, "GET").body
    said = typed(desk.form) if problem else found["sentences"]
    return desk.page(
        "letter_edit", "letters", status=problem.status if problem else 200,
        kept=found, groups=fields(found["shipped"], said),
        problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {}, which=desk.path,
    )  # fmt: skip


def look(desk: Desk) -> Page:
    """The typed sentences as a mail, or as subject and message (``as``), beside the form.

    Nothing is kept.
    """
    try:
        seen = _preview(desk, desk.path, sentences=typed(desk.form) or None)
    except Problem as problem:
        return _framed(desk, "letter_faults", problem=problem.body)
    if desk.form.get("as") == "sms":
        return _framed(desk, "letter_short", seen=seen, language=desk.path["language"])
    return answers.mail(seen["html"])


def store(desk: Desk) -> Page:
    """Keep the typed sentences; without any, ours stand again."""
    sentences = {} if desk.form.get("do") == "ours" else typed(desk.form)
    try:
        if sentences:
            told = _of_path(desk, "PUT", {"sentences": sentences})
        else:
            told = _of_path(desk, "DELETE")
    except Problem as problem:
        if problem.status != 422:
            raise
        return edit(desk, problem)
    done = "saved" if sentences else "ours"
    return desk.went("/letters/{language}/{letter}/{tone}".format_map(desk.path), told, done=done)


def _framed(desk: Desk, template: str, **facts: Any) -> Page:
    """A small page of ours for the frame beside the form."""
    html = render(
        f"console/{template}.html", desk.words("letters"), style=asset("dunlin.css"), **facts
    )
    return shown(html.encode(), _HTML, _FRAMED)


def profile(desk: Desk) -> dict[str, Any] | None:
    """The creditor in whose name letters go out; None before it has a profile."""
    try:
        told: dict[str, Any] = desk.ask("GET /v1/creditor").body
    except Problem as problem:
        if problem.status != 404:
            raise
        return None
    return told


def _of_path(desk: Desk, verb: str, body: Any = None) -> Told:
    """What the API answers of the letter that the page's address names."""
    path = desk.path
    return desk.ask(
        f"{verb} {_ROUTE}", body=body,
        language=path["language"], letter=path["letter"], tone=path["tone"],
    )  # fmt: skip


def _preview(desk: Desk, which: Any, **more: Any) -> dict[str, Any]:
    body = {name: which[name] for name in ("language", "letter", "tone")}
    seen: dict[str, Any] = desk.ask("POST /v1/letters/preview", body={**body, **more}).body
    return seen


def _begins(desk: Desk, which: Any) -> list[str]:
    """The heading of a letter, and what it says first."""
    said = _preview(desk, which)["text"].split("\n\n")[_LETTERHEAD:]
    heading, *_ = said[0].splitlines()
    return [heading, *said[1:3]]


def _chosen(desk: Desk) -> dict[str, Any]:
    """To whom, and in which second language, the address of the page says."""
    query = desk.query
    second = _one_of(query.get("second"), LANGUAGES, "")
    capacity = _one_of(query.get("capacity"), ("consumer", "business"), "consumer")
    more = {"second_language": second} if second and second != desk.path["language"] else {}
    return {"capacity": capacity, **more}


def _one_of(text: str | None, known: tuple[str, ...], usual: str) -> str:
    return text if text in known else usual


ROUTES: dict[str, Answering] = {
    "GET /letters": gallery,
    "GET /letters/{language}/{letter}/{tone}": one,
    "POST /letters/{language}/{letter}/{tone}": store,
    "GET /letters/{language}/{letter}/{tone}/edit": edit,
    "GET /letters/{language}/{letter}/{tone}/mail": mail,
    "GET /letters/{language}/{letter}/{tone}/page": paper,
    "POST /letters/{language}/{letter}/{tone}/look": look,
}
