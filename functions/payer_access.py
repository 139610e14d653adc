"""Payer access: from the token and the second fact to the case that they open, and to nothing else.

Whatever is wrong (no such link, an old one, a locked one, another fact), the answer is the same.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from functions import reaching
from shared.cloud import (
    audit,
    clock,
    debtor_rows,
    keys,
    metrics,
    payer_links,
    profiles,
    step,
    table,
)
from shared.cloud import tasks as questions
from shared.cloud.keys import Tenant
from shared.cloud.payer_links import Found
from shared.cloud.runtime import logger
from shared.cloud.step import Run
from shared.cloud.store import Store, Token
from shared.cloud.table import Write
from shared.domain import payer_fact
from shared.domain.case import Case
from shared.domain.circumstance import addressee as instead
from shared.domain.creditor import Creditor
from shared.domain.debtor import Debtor, bound
from shared.domain.explain import Reason
from shared.domain.fold_states import states_of
from shared.domain.model import AddressKind, Party
from shared.domain.payer_link import LOCKS_FOR_A_PERSON, ended
from shared.errors import Conflict, NotFound

_WHY = "payer_link_guessed"


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that a payer may see and speak for, as it stands, with whom its letters go to."""

    found: Found
    run: Run
    party: Party

    @property
    def tenant(self) -> Tenant:
        """Whose case it is."""
        return self.found.tenant


def unlock(token: str, said: str, now: datetime) -> Opened | None:
    """The case of a token, for whoever also knows the second fact; None for anything else.

    ``now`` is wall time (UTC). Each call takes one of the link's tries, before it looks.
    """
    found = payer_links.find(token)
    taken = payer_links.attempt(found, now)
    # Whatever is wrong has been read by now: how long the answer takes tells nothing.
    opened = _standing(found, now)
    there = payer_fact.facts(opened.run.case, opened.party) if opened else ()
    if not payer_fact.known(said, there) or opened is None or not taken:
        _missed(found, now)
        return None
    payer_links.opened(opened.found)
    facts = {"case": opened.run.case.id, "link": opened.found.digest}
    table.transact([audit.entry(opened.tenant, opened.found.by, "payer_page_opened", facts)])
    return opened


def again(token: str, digest: str, now: datetime) -> Opened | None:
    """The case of a token whose second fact was given before, as the session (``digest``) says."""
    found = payer_links.find(token)
    if found is None or not hmac.compare_digest(found.digest, digest):
        return None
    return _standing(found, now)


def there(tenant: Tenant, case: Case) -> frozenset[str]:
    """The keyed hashes of the addresses at which the debtor of a case is reached today."""
    row = table.get(keys.debtor(tenant, case.debtor))
    party = _party(tenant, case, debtor_rows.beside(row, case.id))
    return _hashed(tenant, party, profiles.creditor(tenant)) if party else frozenset()


def destination(party: Party, needed: AddressKind, creditor: Creditor) -> str:
    """Where a message goes, as a link remembers it: one address, a place in one line."""
    if needed == "postal":
        return " ".join(reaching.place(party, creditor.country))
    return reaching.address(party, needed)


def made(run: Run, act: str, party: Party, needed: AddressKind) -> tuple[Write, ...]:
    """The rows of the link that a message bears, for the transaction of its INTENT."""
    to = destination(party, needed, run.creditor)
    return payer_links.made(run.tenant, run.case.debtor, run.case.id, act, to, clock.wall())


def _nobodys() -> None:
    """The reads that a link of somebody costs, for a link of nobody."""
    nobody = Tenant("nobody")
    head = keys.head(nobody, "nobody")
    table.get(head)
    table.query(head["pk"], head["sk"], head["sk"])
    table.batch_get([head])
    table.get(keys.party(nobody, "nobody"))


def _standing(found: Found | None, now: datetime) -> Opened | None:
    """The case of a link as it stands; None once the link has ended."""
    if found is None:
        _nobodys()
        return None
    try:
        store = Store(found.tenant)
        loaded = store.load(found.link.case)
        head = loaded.head
        token = Token(loaded.case.id, head["version"], head["attempt"], head["snap"])
        run = step.frame(store, token, loaded, clock.now())
    except NotFound:
        return None
    party = _party(run.tenant, run.case, run.debtor)
    if party is None:
        return None
    if ended(found.link, run.case, _hashed(run.tenant, party, run.creditor), now) is not None:
        return None
    return Opened(found, run, party)


def _missed(found: Found | None, now: datetime) -> None:
    """A wrong answer: when the last try is gone the link is locked, and often enough looked at."""
    locks = payer_links.locked(found, now)
    if found is None or locks is None:
        return
    facts = {"debtor": found.link.debtor, "link": found.digest, "locks": locks}
    writes = [audit.entry(found.tenant, found.by, "payer_link_locked", facts)]
    if locks == LOCKS_FOR_A_PERSON:
        why = Reason(
            rule="hub.payer_link",
            text="the payer's page was tried with wrong answers again and again:"
            " see to whom the message went",
            facts={"case": found.link.case, "act": found.link.act},
        )
        name = f"payer-link-{found.digest[:16]}"
        writes.append(questions.task_write(found.tenant, name, "", _WHY, (), (why,)))
    try:
        table.transact(writes)
    except Conflict:
        logger.warning("payer_link_noted", extra={"link": found.digest})
    metrics.count("PayerLocks", 1)


def _party(tenant: Tenant, case: Case, debtor: Debtor) -> Party | None:
    """Whom the letters of a case go to: the debtor, or who stands for it."""
    other = instead(states_of(bound(case, debtor)).circumstances.values())
    row = table.get(keys.party(tenant, other or case.debtor))
    return Party.model_validate_json(row["body"]) if row and row.get("body") else None


def _hashed(tenant: Tenant, party: Party, creditor: Creditor) -> frozenset[str]:
    said = {one for one in _addresses(party, creditor) if one}
    return frozenset(payer_links.address(tenant, one) for one in said)


def _addresses(party: Party, creditor: Creditor) -> Iterator[str]:
    yield from party.emails
    yield destination(party, "phone", creditor)
    yield destination(party, "postal", creditor)
