"""Letters of tasks: what a yes to a reminder would send, composed as it would be, sent nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from functions import carriers, reaching
from functions.api.exchange import Answer, Problem, Request
from functions.composing import composed
from shared.cloud import clock, keys, letter_rows, payer_links, step, tasks
from shared.cloud.keys import Tenant
from shared.cloud.step import Run
from shared.cloud.store import Store, Token
from shared.domain.carriers import Carriers
from shared.domain.decisions import Ask, Remind
from shared.domain.events import PersonAnswered
from shared.domain.foresight import Stand, ahead
from shared.domain.money import Money

_REMINDER = "approve_remind"
_YES = "approved"


def get_letter(request: Request) -> Answer:
    """The letter that a yes to an open question about a reminder would send, if nothing changes.

    It is made of the case as it stands, for the next instant at which the law lets it go; whether
    it may go is looked at again then. The payer's own link is cut off. Raises ``Problem`` 409
    where a yes would send none.
    """
    tenant, task = request.tenant, request.path["id"]
    row = tasks.read(tenant, task)
    if row["why"] != _REMINDER or row["state"] != "open" or not row["case"]:
        raise Problem(409, "no_letter", "No letter waits for this task.")
    run = _run(tenant, row["case"])
    found = _after_yes(run, task, request.principal.client)
    if found is None:
        raise Problem(409, "no_letter", "As the case stands, a yes would send no letter.")
    return Answer(_view(*found))


def _run(tenant: Tenant, case: str) -> Run:
    """A run around the case, with the channels of its policy and the creditor's own sentences."""
    store = Store(tenant)
    loaded = store.load(case)
    head = loaded.head
    token = Token(case, head["version"], head["attempt"], head["snap"])
    run = step.frame(store, token, loaded, clock.now())
    beside = [keys.connection(tenant, one) for one in sorted(set(carriers.channels(run.policy)))]
    beside += [keys.party(tenant, run.case.debtor), letter_rows.index_key(tenant)]
    loaded = store.load(case, beside=beside)
    return carriers.informed(step.frame(store, token, loaded, run.now))


def _after_yes(run: Run, task: str, by: str) -> tuple[Run, Remind] | None:
    """The contact that follows a yes, and the run at its instant; None where another act does."""
    said = PersonAnswered(at=run.now, task=task, answer=_YES, by=by)
    reach = reaching.ahead(run.tenant, run.creditor, run.case, run.policy, run.debtor)
    known = Carriers(needs=run.kinds)
    stand = Stand(run.case, run.policy, run.law, run.debtor, known, reach).after([said])
    look = ahead(stand, run.local_now)[-1]
    if not isinstance(look.decision, Remind) or look.decision.act != task:
        return None
    case = stand.by(look.at).case
    then = replace(run, loaded=replace(run.loaded, case=case), now=look.at.astimezone(UTC))
    return then, look.decision


def _view(run: Run, decision: Remind) -> dict[str, Any]:
    party, channel = reaching.addressee(run), decision.channels[0]
    link = payer_links.url(run.tenant, run.case.debtor, run.case.id, decision.act)
    written = composed(run, decision, party, paper=None, page=payer_links.masked(link))
    if isinstance(written, Ask):
        raise Problem(409, "letter_incomplete", "The letter lacks something that it must say.")
    letter, fee = written.letter, decision.fee
    return {
        "act": decision.act, "to": party.name, "claims": list(decision.claims),
        "also": list(decision.also), "on": run.local_now.date().isoformat(), "channel": channel,
        "kind": carriers.needs(reaching.channel(run, channel)), "tone": decision.tone,
        "language": letter.language, "fee": _plain(fee),
        "deadline": None if decision.deadline is None else decision.deadline.isoformat(),
        "subject": letter.subject, "text": letter.text, "html": letter.html, "sms": letter.sms,
    }  # fmt: skip


def _plain(money: Money | None) -> dict[str, str] | None:
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}
