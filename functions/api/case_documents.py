"""Documents of a case: a link to what an act sent, bound to the very bytes that went out."""

from __future__ import annotations

from functions.api.exchange import Answer, Request
from shared.cloud import audit, clock, documents, table
from shared.cloud.store import Store
from shared.domain.events import CaseEvent, HandOverIntended, ReminderIntended
from shared.domain.state_events import PayerSaid
from shared.errors import NotFound


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
