"""Letters: a creditor's own sentences, checked whole before they are kept, and looked at before."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from functions.api.exchange import Answer, Request
from functions.api.forms import fault, invalid, read
from shared.cloud import audit, clock, letter_rows, profiles, table
from shared.cloud.keys import Tenant
from shared.domain import wording
from shared.domain.creditor import Creditor
from shared.domain.explain import Record
from shared.domain.formats import LANGUAGES, Language
from shared.domain.letter import compose, render
from shared.domain.letter_input import LetterInput
from shared.domain.letter_sample import sample
from shared.domain.model import Capacity
from shared.domain.own_texts import OwnTexts, name_of, place
from shared.domain.policy import Tone
from shared.domain.text_message import parts_of
from shared.errors import NotFound

Kind = Literal["reminder", "due_soon", "charges", "instalment"]
Sentences = Annotated[dict[str, Annotated[str, Field(max_length=1000)]], Field(max_length=150)]


class OwnSentences(Record):
    """A creditor's own sentences of one letter; the shipped ones stand for what is left out."""

    sentences: Sentences = Field(min_length=1)


class Preview(Record):
    """Which letter to look at; ``sentences`` in place of those in force, ``None``: as it is.

    With ``page`` the letter on paper comes too.
    """

    language: Language
    letter: Kind = "reminder"
    tone: Tone = "neutral"
    capacity: Capacity = "consumer"
    second_language: Language | None = None
    sentences: Sentences | None = None
    page: bool = False


def get_letters(request: Request) -> Answer:
    """Every letter that the hub writes, and the hash of the creditor's own sentences in it."""
    own = letter_rows.named(table.get(letter_rows.index_key(request.tenant)))
    places = [
        (language, letter, tone)
        for language in LANGUAGES
        for letter in get_args(Kind)
        for tone in get_args(Tone)
    ]
    listed = [
        {"language": one[0], "letter": one[1], "tone": one[2], "own": own.get(place(*one))}
        for one in places
    ]
    return Answer({"letters": listed})


def get_letter(request: Request) -> Answer:
    """The sentences of a letter: the creditor's own, and those that the hub ships."""
    language, letter, tone = _named(request)
    creditor = profiles.creditor(request.tenant)
    own = _in_force(request.tenant, creditor, place(language, letter, tone))
    shipped = wording.templates(language, tone, letter=letter, country=creditor.country)
    sentences = own.sentences.get(place(language, letter, tone), {})
    view = _view(place(language, letter, tone), sentences)
    return Answer({**view, "shipped": dict(shipped.sentences)})


def put_letter(request: Request) -> Answer:
    """Replace a creditor's own sentences of a letter. ``Problem`` 422 names every fault."""
    where = place(*_named(request))
    new = read(request, OwnSentences)
    _usable(new.sentences, profiles.creditor(request.tenant))
    _store(request, where, new.sentences)
    return Answer(_view(where, new.sentences))


def delete_letter(request: Request) -> Answer:
    """Take the own sentences of a letter away: the shipped ones stand again."""
    where = place(*_named(request))
    _store(request, where, {})
    return Answer(_view(where, {}))


def post_preview(request: Request) -> Answer:
    """A letter with invented claims, as it would read; nothing is kept and nothing goes out.

    ``page`` is the PDF in base64, ``sms_parts`` how a carrier counts the short message.
    """
    wish = read(request, Preview)
    creditor = profiles.creditor(request.tenant)
    where = place(wish.language, wish.letter, wish.tone)
    places = [where]
    if wish.second_language is not None:
        places.append(place(wish.second_language, wish.letter, wish.tone))
    own = _in_force(request.tenant, creditor, *places)
    if wish.sentences is not None:
        _usable(wish.sentences, creditor)
        own = OwnTexts({**own.sentences, where: wish.sentences}, own.hosts)
    today = clock.local(clock.now(), creditor.zone).date()
    said = sample(
        creditor, today, language=wish.language, letter=wish.letter, tone=wish.tone,
        capacity=wish.capacity,
    )  # fmt: skip
    said = said.model_copy(update={"second_language": wish.second_language})
    try:
        made = render(said, own)
        page = {"page": b64encode(_printed(said, own)).decode()} if wish.page else {}
    except ValueError as refused:
        raise invalid(fault("", "letter_incomplete", str(refused))) from None
    shown = made.model_dump(mode="json", include={"subject", "text", "html", "sms"})
    parts = parts_of(made.sms)
    counted = {"alphabet": parts.alphabet, "count": parts.count}
    return Answer({**shown, "sms_parts": counted, **page})


def _printed(said: LetterInput, own: OwnTexts) -> bytes:
    """The letter on paper (PDF), to an invented address."""
    # Typeface and layout are for letters on paper alone: nothing else here pays for them.
    from shared.domain.letter_pdf import letter_pdf

    made = compose(said, own)
    address = (said.debtor.name, "Sample Street 1", "00000 Sample Town")
    return letter_pdf(made.blocks, language=said.language, title=made.title, address=address)


def _named(request: Request) -> tuple[Language, Kind, Tone]:
    """Language, letter and tone of the path. ``NotFound`` for what the hub does not write."""
    found = [
        (language, letter, tone)
        for language in LANGUAGES
        for letter in get_args(Kind)
        for tone in get_args(Tone)
        if (language, letter, tone)
        == (request.path["language"], request.path["letter"], request.path["tone"])
    ]
    if not found:
        raise NotFound("no such letter")
    return found[0]


def _in_force(tenant: Tenant, creditor: Creditor, *places: str) -> OwnTexts:
    row = table.get(letter_rows.index_key(tenant))
    return letter_rows.own(tenant, row, places, creditor.link_hosts)


def _usable(sentences: Mapping[str, str], creditor: Creditor) -> None:
    found = wording.faults(sentences, creditor.link_hosts)
    if found:
        raise invalid(*(fault(f"sentences.{one.key}", one.code, one.text) for one in found))


def _store(request: Request, where: str, sentences: Mapping[str, str]) -> None:
    facts = {"letter": where, "hash": name_of(where, sentences) if sentences else ""}
    entry = audit.entry(request.tenant, request.principal.client, "letter_changed", facts)
    table.transact([*letter_rows.put(request.tenant, where, sentences), entry])


def _view(where: str, sentences: Mapping[str, str]) -> dict[str, Any]:
    name = name_of(where, sentences) if sentences else None
    return {"letter": where, "sentences": dict(sentences), "hash": name}
