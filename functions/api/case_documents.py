"""Documents of a case: links to what an act sent, bound to the very bytes, and its words."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from functions.api.exchange import Answer, Request
from shared.cloud import audit, clock, documents, table
from shared.cloud.store import Store
from shared.domain.events import CaseEvent, HandOverIntended, ReminderIntended
from shared.domain.state_events import PayerSaid
from shared.errors import NotFound, Unreadable

_LETTER = ("subject", "text", "html", "sms")


def get_documents(request: Request) -> Answer:
    """The letter (and its pages) or the case file of an act, or what the payer said; by links.

    A link is good for 15 minutes and to one stored version, whose SHA-256 was compared with the
    event's right before. Raises ``NotFound`` for an act without a document whose bytes are named,
    and ``Unreadable`` for bytes that are not those.
    """
    tenant, case, act = request.tenant, request.path["id"], request.path["act"]
    # The rows are the caller's own: another creditor's case has no events here.
    named = [pair for event in Store(tenant).events(case) for pair in _named(event, act)]
    if not named:
        raise NotFound("no such document")
    links = documents.links(tenant, named, clock.wall())
    facts = {"case": case, "act": act, "hashes": [digest for _, digest in named]}
    table.transact([audit.entry(tenant, request.principal.client, "document_linked", facts)])
    return Answer({"act": act, "documents": links})


def get_content(request: Request) -> Answer:
    """What people read of an act: ``letter`` with its words, or what the payer ``said``.

    Of a letter ``short`` says that its text message went out. ``words`` are what the payer wrote,
    by the field of its form; none of a file. Raises ``NotFound`` for an act with nothing to read,
    and ``Unreadable`` for bytes that are not those of the event.
    """
    tenant, case, act = request.tenant, request.path["id"], request.path["act"]
    for event in Store(tenant).events(case):
        match event:
            case ReminderIntended() if event.act == act and event.document_hash:
                body = _read(request, event.document, event.document_hash)
                written = {name: str(body.get(name) or "") for name in _LETTER}
                letter = {
                    "at": event.at.isoformat(), "channel": event.channel, "short": event.short,
                    "language": event.language, **written,
                }  # fmt: skip
                return Answer({"act": act, "letter": letter, "said": None})
            case PayerSaid() if event.said == act:
                told = {
                    "at": event.at.isoformat(), "about": event.about, "claim": event.claim,
                    "words": _words(request, event),
                }  # fmt: skip
                return Answer({"act": act, "letter": None, "said": told})
            case _:
                pass
    raise NotFound("no such document")


def _words(request: Request, event: PayerSaid) -> dict[str, str]:
    if not event.document.endswith(".json"):
        return {}
    body = _read(request, event.document, event.document_hash)
    return {str(name): str(text) for name, text in body.items()}


def _read(request: Request, name: str, digest: str) -> dict[str, Any]:
    """A stored document that is JSON, if its bytes are still those whose hash was noted."""
    body = documents.get(request.tenant, name)
    if hashlib.sha256(body).hexdigest() != digest:
        raise Unreadable("the stored document is not the one that went out")
    found: dict[str, Any] = json.loads(body)
    return found


def _named(event: CaseEvent, act: str) -> list[tuple[str, str]]:
    """The documents that the INTENT of an act names with the hash of their bytes."""
    match event:
        case ReminderIntended() if event.act == act:
            pairs = [(event.page, event.page_hash), (event.document, event.document_hash)]
            return [(name, digest) for name, digest in pairs if name and digest]
        case HandOverIntended() if event.act == act:
            return [(event.document, event.content_hash)]
        case PayerSaid() if event.said == act:
            return [(event.document, event.document_hash)]
        case _:
            return []
