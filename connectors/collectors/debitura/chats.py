"""Debitura's ids, webhook events and chat: what is said there about a case, and what is heard."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from connectors.contract import Hook, Receipt
from connectors.contract_collectors import CaseMessage
from connectors.json_calls import JsonCalls, asked, body_of, rows_of
from shared.errors import Unreadable

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EVENTS = frozenset({"case.created", "case.updated", "case.closed", "payment.created"})
_WORDS = {
    "case.withdrawn": "The creditor withdraws this case or these claims. Please close them.",
    "case.held": "Please stop all contact about these claims until further word.",
    "case.resumed": "Nothing holds these claims any more. Please go on.",
    "payment.direct": "The debtor paid the creditor directly. Please lower the claim.",
    "payment.reversed": "A payment to the creditor went back. The claim rises again.",
    "credit_note.applied": "The creditor credited the debtor. Please lower the claim.",
    "plan.agreed": "The debtor has a payment plan with the creditor. Please rest the case.",
    "question.answered": "The creditor answers your question.",
    "settlement.confirmed": "The creditor has received your payout.",
}


def checked_id(value: object) -> str:
    """An id of Debitura's, safe in a path. Raises ``Unreadable``."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Unreadable("an id is missing or malformed")
    return value


def text(message: CaseMessage, key: str) -> str | None:
    """The chat's text of a message: a sentence, ids, amounts, days, codes and the key; or None."""
    sentence = _WORDS.get(message.type)
    if sentence is None:
        return None
    facts = [f"{name}: {_plain(value)}" for name, value in sorted(message.data.items())]
    return "\n".join([sentence, *facts, f"case: {message.case_id}", f"[{key}]"])[:10_000]


def claims(message: CaseMessage) -> list[str]:
    """The claims that a message is about."""
    said = message.data
    return [str(one) for one in ([said["claim"]] if "claim" in said else said.get("claims", ()))]


def write(
    calls: JsonCalls, case: str, text: str, key: str, user_email: str, now: datetime
) -> Receipt:
    """Write a text into a case's chat unless it stands there; what it has is ``accepted``."""
    mark, path = f"[{key}]", f"/cases/{case}/chats"

    def there() -> Receipt:
        rows = rows_of(calls.read(path, now=now))
        written = any(mark in str(one.get("message", "")) for one in rows)
        return Receipt(outcome="accepted" if written else "rejected", code="written")

    known = asked(there)
    if known.outcome == "unknown":  # nothing was written yet
        return Receipt(outcome="retry", code=known.code)
    if known.outcome != "rejected":
        return known
    answer = calls.act("POST", path, {"message": text, "userEmail": user_email}, now=now)
    if isinstance(answer, Receipt):
        return answer
    if answer.status // 100 == 4 or body_of(answer).get("businessErrors"):
        return Receipt(outcome="rejected", code=f"http_{answer.status}")
    return Receipt(outcome="accepted")


def hook(event: Any) -> Hook:
    """Which event a delivery is, and the case to read again. Raises ``Unreadable``."""
    if not isinstance(event, dict):
        raise Unreadable("a delivery is not an event")
    name, kind = checked_id(event.get("id")), event.get("event")
    fetch: tuple[str, ...] = ()
    if kind in _EVENTS:
        fetch = (f"case/{_case_of(event)}",)
    elif kind == "payment.deleted":
        fetch = (f"deleted/{_case_of(event)}/{name}",)
    try:
        return Hook(event=name, signed=True, fetch=fetch)
    except ValidationError:
        raise Unreadable("an event's id is malformed") from None


def _case_of(event: dict[str, Any]) -> str:
    """The case of an event: ``data.caseId``, or the end of the link to it."""
    data, links = event.get("data"), event.get("links")
    if isinstance(data, dict) and data.get("caseId"):
        return checked_id(data["caseId"])
    link = str(links.get("self", "")) if isinstance(links, dict) else ""
    return checked_id(link.partition("/cases/")[2].partition("/")[0])


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return " ".join(f"{name}={_plain(one)}" for name, one in value.items())
    return str(value)
