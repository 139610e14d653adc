"""The commands of a case as forms: which fields each one has, and when it has a subject.

What a field may hold is the API's business; here stands how people are asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.domain.command_forms import REDUCING
from shared.domain.payer_link import own

# ``claim``: one of the case's; ``claims``: several (none ticked: all); ``of``: a state that an
# earlier command made; ``choice``: one of the words in ``choices``; the others say it.
Kind = Literal["claim", "claims", "of", "choice", "money", "day", "count", "text", "yes"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a command: its name in the API, how it is asked for, whether it may be empty.

    ``states`` names the states that an ``of`` field points to, as the case tells them; ``offers``
    are the plans that nobody has agreed to.
    """

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    states: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A command: the group it stands in, its fields, and whether less money is asked after it."""

    group: str
    fields: tuple[Field, ...]
    money: bool = False

    def fits(self, case: Mapping[str, Any]) -> bool:
        """Whether the case has what the command is about."""
        return all(subjects(field, case) for field in self.fields if not field.optional)


_CLAIM, _CLAIMS = Field("claim", "claim"), Field("claims", "claims", optional=True)
_PART = Field("amount", "money", optional=True)
_CIRCUMSTANCES = (
    "deceased", "bankruptcy", "restructuring", "debt_arrangement", "minor", "guardian",
    "protected_identity", "vulnerable",
)  # fmt: skip
_WRITE_OFFS = (
    "bad_debt", "goodwill", "small_balance", "limitation", "insolvency", "sold",
)  # fmt: skip
_GROUNDS = (
    "wrong_price", "not_delivered", "faulty", "not_ordered", "already_paid", "wrong_debtor",
    "other",
)  # fmt: skip


def _of(name: str, states: str) -> Field:
    return Field(name, "of", states=states)


_FORMS: tuple[tuple[str, str, tuple[Field, ...]], ...] = (
    ("agree", "promise", (Field("day", "day"), _PART, _CLAIMS)),
    ("agree", "propose_plan", (
        Field("count", "count"), Field("first", "day"),
        Field("every", "choice", ("month", "two_weeks", "week")), Field("agreed", "yes"), _CLAIMS,
    )),
    ("agree", "agree_plan", (_of("plan", "offers"),)),
    ("agree", "extension", (_CLAIM, Field("due", "day"))),
    ("agree", "settlement", (Field("amount", "money"), Field("day", "day"), _CLAIMS)),
    ("agree", "cancel_promise", (_of("promise", "promises"),)),
    ("agree", "cancel_plan", (_of("plan", "plans"),)),
    ("contest", "dispute", (_CLAIM, Field("ground", "choice", _GROUNDS), _PART)),
    ("contest", "answer_dispute", (_of("dispute", "disputes"),)),
    ("contest", "settle_dispute", (
        _of("dispute", "disputes"),
        Field("outcome", "choice", ("accepted", "rejected", "withdrawn")),
    )),
    ("contest", "stop_request", (_CLAIMS,)),
    ("contest", "withdraw_stop", (_of("stop", "stops"),)),
    ("rest", "hold", (
        Field("until", "day", optional=True), Field("claim", "claim", optional=True),
    )),
    ("rest", "release", (_of("hold", "holds"),)),
    ("person", "circumstance", (
        Field("circumstance", "choice", _CIRCUMSTANCES), Field("effective", "day"),
        Field("authority_number", "text", optional=True),
        Field("contact", "text", optional=True), Field("file_by", "day", optional=True),
    )),
    ("person", "end_circumstance", (_of("circumstance", "circumstances"),)),
    ("person", "name_liable", (
        _CLAIM, Field("party", "text"),
        Field("role", "choice", ("co_debtor", "guarantor", "payer")),
    )),
    ("person", "release_liable", (_CLAIM, Field("party", "text"))),
    ("person", "refuse_channel", (Field("channel", "text"),)),
    ("person", "restore_channel", (Field("channel", "text"),)),
    ("less", "waive_fee", (_CLAIM,)),
    ("less", "waive_interest", (_CLAIM, Field("to", "day"))),
    ("less", "waive_compensation", (_CLAIM,)),
    ("less", "write_off", (_CLAIM, Field("kind", "choice", _WRITE_OFFS), _PART)),
)  # fmt: skip
COMMANDS: Mapping[str, Asked] = {
    name: Asked(group, fields, money=name in REDUCING) for group, name, fields in _FORMS
}
# Why a person says it: a code that the trail keeps. Prose about a person has no place there.
REASONS = (
    "debtor_called", "debtor_wrote", "creditor_decided", "our_mistake", "partner_said",
    "authority_said", "other",
)  # fmt: skip


def subjects(field: Field, case: Mapping[str, Any]) -> list[str]:
    """What a field can be about in this case; one empty text where it is about nothing there is."""
    if field.kind in {"claim", "claims"}:
        return [one["claim"]["id"] for one in case["claims"] if float(one["open"]) > 0]
    if field.kind != "of":
        return [""]
    states = {"holds": case["holds"], **(case["states"] or {})}
    offers = field.states == "offers"
    known = states.get("plans" if offers else field.states, {})
    return [name for name, one in known.items() if _live(one) and not (offers and one["agreed"])]


def title_of(name: str, case: Mapping[str, Any], plan: str = "") -> str:
    """The command by whose title it goes: a plan that the payer asked for is said yes to.

    ``plan`` is the one that is chosen; without one, all that there are count.
    """
    if name != "agree_plan":
        return name
    there = subjects(COMMANDS[name].fields[0], case)
    plans = [plan] if plan in there else there
    asked = bool(plans) and all(one.startswith(own()) for one in plans)
    return f"{name}_asked" if asked else name


def body_of(name: str, form: Mapping[str, str], several: Mapping[str, tuple[str, ...]],
            currency: str) -> dict[str, Any]:  # fmt: skip
    """A form as the body of the command: what was left empty is not said."""
    body: dict[str, Any] = {
        "type": name, "id": form.get("id", ""), "reason": form.get("reason", ""),
    }  # fmt: skip
    for field in COMMANDS[name].fields:
        text = form.get(field.name, "").strip()
        if field.kind == "yes":
            body[field.name] = bool(text)
        elif field.kind == "claims":
            if several.get(field.name):
                body[field.name] = list(several[field.name])
        elif text:
            body[field.name] = _value(field, text, currency)
    return body


def _value(field: Field, text: str, currency: str) -> Any:
    if field.kind == "money":
        return {"amount": text.replace("\u00a0", "").replace(" ", "").replace(",", "."),
                "currency": currency}  # fmt: skip
    if field.kind == "count":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text
    return text


def _live(state: Mapping[str, Any]) -> bool:
    """Whether a state is not over yet, as disputes, promises and plans say it each in its way."""
    return (
        state.get("state", "open") in {"open", "answered"}
        and state.get("outcome", "open") == "open"
        and state.get("ended") is None
    )
