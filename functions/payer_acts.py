"""Payer acts: what a payer does on its own page, each by the command that a person would give.

Words and files are stored as documents and named in the case; what a person must see to is a task.
Every act bears the key of its form, so that a form that is sent twice acts once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from functions import commanding
from functions.payer_access import Opened
from functions.uploads import Upload
from shared.cloud import audit, clock, documents, keys, override_rows, payer_links, table, tasks
from shared.cloud.store import Store
from shared.cloud.table import Write
from shared.domain import command_forms as forms
from shared.domain.command_checks import refused
from shared.domain.events import CaseEvent
from shared.domain.explain import Reason
from shared.domain.fold_states import states_of
from shared.domain.foresight import Stand
from shared.domain.formats import Language
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.overrides import Override, Terms
from shared.domain.payer_link import own
from shared.domain.payer_owed import Owed, owed
from shared.domain.payer_view import PayerView, view
from shared.domain.plan_offers import PlanOffer, offer, offers
from shared.domain.state_events import PayerSaid
from shared.errors import Conflict, Refused

_WHY = "payer_page"
_KEY = re.compile(r"[a-z]{16}")
_RELOADS = 5

About = Literal["person", "contact"]
# What a task asks of people, by what the payer said.
_ASKS = {
    "person": (
        "payer_asks_person",
        "the payer asks for a person: its words are in the document",
    ),
    "contact": ("payer_contact", "the payer corrects how it is reached: correct it in the books"),
}


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer at an open page: the case, whose word it is, and the key of the form."""

    opened: Opened
    key: str

    @property
    def command(self) -> str:
        """The id of the command of this form. Raises ``Refused`` for a key that is not ours."""
        if not _KEY.fullmatch(self.key):
            raise Refused("a form without its key", code="stale_form")
        return f"{own(self.opened.found.digest)}{self.key}"

    @property
    def by(self) -> str:
        """Who acts, in trail and timeline."""
        return self.opened.found.by

    def document(self, end: str) -> str:
        """The name of a document of this form."""
        return f"evidence/{self.opened.run.case.id}/{self.command}{end}"


def stand(opened: Opened) -> Stand:
    """The case of a page with all that the answer about it hangs on."""
    run = opened.run
    return Stand(run.case, run.policy, run.law, run.debtor)


def shown(opened: Opened, on: date | None = None) -> PayerView:
    """The view of the case now. Raises ``ValueError`` for a day that is not shown."""
    return view(stand(opened), opened.party, opened.run.local_now, on)


def comes_to(opened: Opened, claims: Collection[Id], on: date) -> Owed:
    """What claims come to on a day, in parts; for a day that is over it is today's sum."""
    today = opened.run.local_now.date()
    return owed(shown(opened, max(on, today)), claims)


def plans(opened: Opened) -> tuple[PlanOffer, ...]:
    """The plans from which the payer may choose; none once it asked as often as it may."""
    if _asked_often(opened):
        return ()
    return offers(stand(opened), shown(opened), opened.run.local_now)


def promise(payer: Payer, day: date) -> None:
    """Say by which day all is paid that nobody contests. Raises ``Refused``."""
    if done_before(payer):
        return
    claims = shown(payer.opened).promisable
    _carry(payer, forms.Promise(id=payer.command, reason=_WHY, claims=claims, day=day))


def agree(payer: Payer, plan: str) -> None:
    """Agree to a plan that was offered; not to one that the payer asked for. Raises ``Refused``."""
    if plan.startswith(own()):
        raise refused("no_such_state")
    _carry(payer, forms.AgreePlan(id=payer.command, reason=_WHY, plan=plan))


def choose_plan(payer: Payer, count: int, first: date) -> PlanOffer:
    """Choose a plan of the grid: agreed at once where the policy lets, else put to a person.

    Raises ``Refused`` for one that is not (or no more) offered.
    """
    opened = payer.opened
    chosen = offer(stand(opened), shown(opened), opened.run.local_now, count, first)
    if chosen is None or _asked_often(opened):
        raise Refused("a plan that is not offered", code="not_offered")
    command = forms.ProposePlan(
        id=payer.command, reason=_WHY, count=count, first=first, claims=chosen.claims,
        agreed=chosen.at_once,
    )  # fmt: skip
    _carry(payer, command, also=() if chosen.at_once else (_plan_task(payer, chosen),))
    return chosen


def done_before(payer: Payer) -> bool:
    """Whether the command of this form was carried out."""
    return payer.command in states_of(payer.opened.run.case).commands


def dispute(
    payer: Payer,
    claim: Id,
    amount: Money | None,
    ground: str,
    text: str,
    files: tuple[Upload, ...] = (),
) -> None:
    """Contest a claim, or ``amount`` of it, with words and files: a person is asked at once.

    Raises ``Refused``.
    """
    command = forms.OpenDispute(
        id=payer.command, reason=_WHY, claim=claim, amount=amount, ground=ground
    )
    if done_before(payer):
        return
    said = [_said(payer, "dispute", {"ground": ground, "words": text}, claim)]
    for number, one in enumerate(files, start=1):
        said.append(_filed(payer, number, one, claim))
    _carry(payer, command, said=tuple(said), also=(_dispute_task(payer, command),))


def tell(payer: Payer, about: About, words: Mapping[str, str]) -> None:
    """Ask for a person, or say how the payer is reached: a task with the words in a document."""
    case, why = payer.opened.run.case, _ASKS[about]
    task = f"{case.id}-{payer.command}"
    said = _said(payer, about, words, None)
    reason = Reason(rule="hub.payer", text=why[1], facts={"document": said.said})
    store = Store(payer.opened.tenant)
    entry = _entry(payer, f"payer_{about}")
    room(payer)
    for _ in range(_RELOADS):
        if table.get(keys.task(store.tenant, task)) is not None:
            return
        asked = tasks.task_write(store.tenant, task, case.id, why[0], (), (reason,))
        loaded = store.load(case.id)
        due = loaded.head.get("due_at")
        try:
            store.append(
                loaded, [said], due_at=clock.read_stamp(due) if due else None, also=[asked, entry]
            )
        except Conflict:
            continue
        return
    raise Conflict("the case is written to by others all the time")


def speak(payer: Payer, language: Language) -> None:
    """Letters to this debtor are in another language from now on. Raises ``Refused``."""
    tenant, debtor = payer.opened.tenant, payer.opened.run.case.debtor
    key = keys.debtor_overrides(tenant, debtor)
    before = override_rows.read(key, "debtor", debtor)
    terms = before.terms if before is not None else Terms()
    if terms.language == language:
        return
    room(payer)
    override = Override(
        kind="debtor", target=debtor, terms=terms.model_copy(update={"language": language}),
        segment=before.segment if before is not None else None,
    )  # fmt: skip
    kept = override_rows.kept(tenant, override)
    table.transact([override_rows.put(key, override), kept, _entry(payer, "payer_language")])


def downloaded(payer: Payer) -> None:
    """That the payer took a copy of the statement, in the trail."""
    table.transact([_entry(payer, "payer_statement")])


def room(payer: Payer) -> None:
    """Count an act. Raises ``Refused`` where one link did so much today that it is no person's."""
    if not payer_links.acted(payer.opened.found, clock.wall()):
        raise Refused("too much of one link", code="too_often")


def _asked_often(opened: Opened) -> bool:
    """Whether the payer chose plans in this case as often as the policy lets it promise a year."""
    asked = [one for one in states_of(opened.run.case).plans if one.startswith(own())]
    return len(asked) >= max(1, opened.run.policy.process.promises_a_year)


def _plan_task(payer: Payer, chosen: PlanOffer) -> Write:
    why = Reason(
        rule="hub.payer",
        text="the payer asks for this payment plan: agree to it (agree_plan) or take it back"
        " (cancel_plan)",
        facts={
            "plan": payer.command, "instalments": str(chosen.count),
            "first": chosen.first.isoformat(), "total": str(chosen.total),
        },
    )  # fmt: skip
    case = payer.opened.run.case.id
    name = commanding.payers_question(case, payer.command)
    return tasks.task_write(payer.opened.tenant, name, case, "payer_plan", chosen.claims, (why,))


def _dispute_task(payer: Payer, command: forms.OpenDispute) -> Write:
    """The question of an objection: the page says that it is answered by a day."""
    run = payer.opened.run
    answer_by = run.local_now.date() + timedelta(days=run.policy.process.answer_days)
    why = Reason(
        rule="hub.payer",
        text="the payer contests a claim on its page: answer it (answer_dispute) or say who is"
        " right (settle_dispute)",
        facts={
            "dispute": command.id, "claim": command.claim, "document": payer.command,
            "answer_by": answer_by.isoformat(),
        },
    )  # fmt: skip
    name, claims = commanding.payers_question(run.case.id, payer.command), (command.claim,)
    return tasks.task_write(
        payer.opened.tenant, name, run.case.id, "payer_disputes", claims, (why,)
    )


def _carry(
    payer: Payer,
    command: forms.Command,
    said: tuple[CaseEvent, ...] = (),
    also: tuple[Write, ...] = (),
) -> None:
    room(payer)
    run = payer.opened.run
    commanding.carry_out(run.tenant, run.case.id, command, payer.by, lambda: (said, also))


def _said(
    payer: Payer, about: Literal["dispute", "person", "contact"], words: Mapping[str, str],
    claim: Id | None,
) -> PayerSaid:  # fmt: skip
    plain = {name: text for name, text in sorted(words.items()) if text}
    body = json.dumps(plain, ensure_ascii=False).encode()
    return _kept(payer, about, (payer.document(".json"), body), claim, payer.command)


def _filed(payer: Payer, number: int, file: Upload, claim: Id) -> PayerSaid:
    name = f"{payer.command}-{number}"
    return _kept(payer, "file", (payer.document(f"-{number}{file.end}"), file.body), claim, name)


def _kept(
    payer: Payer, about: Literal["dispute", "file", "person", "contact"],
    stored: tuple[str, bytes], claim: Id | None, said: str,
) -> PayerSaid:  # fmt: skip
    """Store what was said. Whatever it is, nobody's browser shows it: it is downloaded."""
    name, body = stored
    documents.put(payer.opened.tenant, name, body, "application/octet-stream")
    return PayerSaid(
        at=clock.now(), said=said, about=about, link=payer.opened.found.digest[:12], claim=claim,
        document=name, document_hash=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip


def _entry(payer: Payer, what: str) -> Write:
    facts = {"case": payer.opened.run.case.id, "link": payer.opened.found.digest}
    return audit.entry(payer.opened.tenant, payer.by, what, facts)
