"""Payer mail: the link to the payer's own page, put into a message where it leaves the hub.

What is stored of a message, and so what people and partners see of it, holds the link in a form
that opens nothing: whoever had the real one would speak for the payer.
"""

from __future__ import annotations

from functions.composing import Written, composed
from shared.cloud import documents, payer_links
from shared.cloud.step import Run
from shared.domain.decide import Ask, Remind
from shared.domain.envelope import Window
from shared.domain.letter import Letter
from shared.domain.model import Party


def link(run: Run, act: str) -> str | None:
    """The link that a message bears, or None where the stack has no address for the page."""
    return payer_links.url(run.tenant, run.case.debtor, run.case.id, act)


def outgoing(letter: Letter, real: str | None) -> Letter:
    """A stored letter as its debtor reads it; its hash goes on naming what is stored."""
    if real is None:
        return letter
    # The end alone: a letter that goes again keeps the address that it was written with.
    token = f"/p/{real.rpartition('/')[2]}"
    texts = {
        name: getattr(letter, name).replace(payer_links.MASKED, token)
        for name in ("text", "html", "sms")
    }
    return letter.model_copy(update=texts)


def composed_for(
    run: Run, decision: Remind, party: Party, paper: Window | None
) -> tuple[Written, bytes | None] | Ask:
    """A letter as it is stored, and its pages as they are printed (None where none are).

    On ``paper`` (the window of its envelope) it is laid out twice. Or the question what it lacks.
    """
    real = link(run, decision.act)
    written = composed(run, decision, party, paper=paper, page=payer_links.masked(real))
    if isinstance(written, Ask):
        return written
    if paper is None or real is None:
        return written, written.page
    whole = composed(run, decision, party, paper=paper, page=real)
    return whole if isinstance(whole, Ask) else (written, whole.page)


def kept(run: Run, act: str, page: bytes, printed: bytes) -> str:
    """Store the pages of a letter and what was printed; the name of those that people see."""
    name = documents.pages(act, linked=link(run, act) is not None)
    documents.put(run.tenant, name, page, "application/pdf")
    if documents.printed(name) != name:
        documents.put(run.tenant, documents.printed(name), printed, "application/pdf")
    return name
