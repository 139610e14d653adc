"""A support person's view: one screen of text about a case, by ids, amounts and days alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from textwrap import wrap

from shared.domain.agreed import Agreed, agreed
from shared.domain.answers import words
from shared.domain.case import Case
from shared.domain.case_parts import Notice
from shared.domain.explanation import Explained
from shared.domain.fold_states import states_of
from shared.domain.foresight import Stand
from shared.domain.ledger_position import Position, positions
from shared.domain.levers import Lever
from shared.domain.money import Money, total

_WIDTH = 100
# So much of each part fits on one screen; the rest is counted.
_MOST = 6


def screen(stand: Stand, told: Explained) -> str:
    """The text of the view, lines of at most about a hundred characters."""
    case, today = stand.case, told.at.date()
    at = positions(case, stand.law, today, [one.claim.id for one in case.open_claims()])
    parts = [
        ("WHO", _who(case)),
        ("WHAT IS OWED", _owed(case, at, today)),
        ("WHAT IS AGREED", _agreements(case, today)),
        ("WHY THIS", told.words["why_this"]),
        ("WHY NOW", told.words["why_now"]),
        ("WHAT NEXT", told.words["what_next"]),
        ("WHAT WOULD CHANGE IT", told.words["what_would_change_it"] or ("Nothing that is known.",)),
        ("CONTACTS SO FAR", _contacts(case)),
        ("WAITING FOR A PERSON", _questions(case)),
        ("WHAT YOU CAN DO", _commands(case, told.levers)),
    ]
    head = f"Case {case.id}, version {case.version}, as of {told.at:%Y-%m-%d %H:%M}"
    return "\n".join([head, *(line for part in parts for line in _part(*part))]) + "\n"


def _part(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield title
    for line in lines[:_MOST]:
        yield from wrap(line, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    if len(lines) > _MOST:
        yield f"  and {len(lines) - _MOST} more"


def _who(case: Case) -> tuple[str, ...]:
    policy = f"{case.policy.id} version {case.policy.version}" if case.policy else "no policy"
    return (
        f"debtor {case.debtor}, {case.capacity}, law {case.law}, policy {policy}",
        f"from connection {case.connection}, partner: {case.partner_state}",
    )


def _owed(case: Case, at: dict[str, Position], today: date) -> tuple[str, ...]:
    if not at:
        return ("Nothing is open.",)
    lines = [
        f"{name}: {one.open} due {case.claims[name].claim.due} ({_late(case, name, today)}),"
        f" interest {one.interest_due}{_until(one)}, costs {one.costs}, together {one.total}"
        for name, one in at.items()
    ]
    whole = total([one.total for one in at.values()], case.currency)
    return (f"together {whole}", *lines)


def _agreements(case: Case, today: date) -> tuple[str, ...]:
    """What was agreed: the sums that are to come and their days, and plans that are offered."""
    offered = tuple(
        f"plan {one.id}, offered until {one.answer_by}: {one.total} in {len(one.instalments)}"
        f" instalments, the first of {one.instalments[0].amount} due {one.instalments[0].due}"
        for one in states_of(case).plans.values()
        if one.stage(case.claims, today) == "proposed"
    )
    return (*(_to_come(one) for one in agreed(case, today)), *offered)


def _to_come(one: Agreed) -> str:
    about = ", ".join(one.claims)
    still = f"{one.amount} is still to come"
    later = f" (it counts until {one.by})" if one.by > one.day else ""
    if one.kind == "settlement":
        return f"settlement {one.target}: {one.whole} by {one.day} settles {about}; {still}{later}"
    if one.kind == "promised":
        return f"promise {one.target}: {one.whole} by {one.day} for {about}; {still}{later}"
    which = f"instalment {one.number} of {one.count}, {one.whole} due {one.day}"
    return f"plan {one.target} for {about}: {which}; {still}{later}"


def _until(one: Position) -> str:
    """To which day the interest is known, where no rate is known for all of it."""
    gap = one.interest.unknown_from
    return f" to {gap - timedelta(days=1)} (no rate is known since)" if gap is not None else ""


def _late(case: Case, claim: str, today: date) -> str:
    days = (today - case.claims[claim].claim.due).days
    return f"{days} days late" if days > 0 else "not late"


def _contacts(case: Case) -> tuple[str, ...]:
    return tuple(_contact(one) for one in reversed(case.notices.values())) or ("None yet.",)


def _contact(one: Notice) -> str:
    on = one.on or one.undone_on or one.intended_on
    what = "reminder" if one.action == "remind" else "hand-over"
    fee = f", fee {_fee(one.fee, credited=one.fee_credited)}" if one.fee else ""
    by = f", to be paid by {one.deadline}" if one.deadline else ""
    return f"{on}: {what} {one.step} by {one.channel or 'partner'}, {one.state}{fee}{by}"


def _fee(fee: Money, *, credited: bool) -> str:
    return f"{fee} (credited)" if credited else str(fee)


def _questions(case: Case) -> tuple[str, ...]:
    return tuple(
        f"{task}: {asked.why} about {', '.join(asked.claims) or 'the case'};"
        f" answer {' or '.join(words(task, asked.why))}"
        for task, asked in case.tasks.items()
    )


_LINK = "a payment link: POST /v1/cases/{case}/payment-links"
_COMMANDS = {
    **dict.fromkeys(("settlement", "promised", "instalment", "pay"), _LINK),
    "dispute": "command dispute", "promise": "command promise",
    "plan": "command propose_plan", "hold": "command hold", "release": "command release",
    "answer": "answer the question: POST /v1/tasks/{target}/answer",
}  # fmt: skip


def _commands(case: Case, levers: tuple[Lever, ...]) -> tuple[str, ...]:
    """The commands that the case allows now: each was tried."""
    if case.closed:
        return ("Nothing: the case is closed.",)
    made = [_COMMANDS[one.kind].format(case=case.id, target=one.target) for one in levers]
    return tuple(dict.fromkeys(made)) or ("Nothing would change the next act.",)
