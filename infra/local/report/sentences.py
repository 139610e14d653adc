"""What the events of a case say in plain words, one entry of its story each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from infra.local.report.wording import amount_text, day_text, words
from shared.domain import timeline
from shared.domain.events import (
    ActFailed,
    ActPassed,
    ActSent,
    ActUnknown,
    ActWithheld,
    BalanceStated,
    CaseAbsorbed,
    CaseClosed,
    CaseEvent,
    ClaimFlagged,
    ClaimJoined,
    ClaimMissing,
    ClaimsParted,
    CreditApplied,
    DueMoved,
    ExtrasPaid,
    FeeCredited,
    HandOverIntended,
    Held,
    NoticeReturned,
    Parked,
    PartnerAnswered,
    PartnerClosed,
    PartnerPaid,
    PaymentAllocated,
    PaymentReversed,
    PaymentSighted,
    PersonAnswered,
    PersonAsked,
    Released,
    ReminderIntended,
    ResidualSettled,
    Unparked,
)  # fmt: skip
from shared.domain.explain import Reason

LANES = {
    "invoice": "Invoices",
    "reminder": "Reminders",
    "money": "Money",
    "partner": "Partner",
    "person": "People",
}

Names = Callable[[tuple[str, ...]], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``act`` names its letter or case file; ``lane`` is one of LANES."""

    on: date
    lane: str
    title: str
    detail: str = ""
    because: tuple[Reason, ...] = ()
    act: str = ""


def intent(event: ReminderIntended | HandOverIntended, day: date, names: str) -> Entry:
    """What an act that was intended on a day is about; ``names`` are its invoices."""
    if isinstance(event, HandOverIntended):
        detail = f"{names}, case file version {event.file_version}"
        return Entry(day, "partner", f"Handed over to {event.partner}", detail, act=event.act)
    fee = f", fee {amount_text(event.fee)}" if event.fee else ", no fee"
    title = f"Reminder “{words(event.step)}”{fee}"
    detail = (
        f"{names}, {event.tone} tone, in {_LANGUAGES.get(event.language, event.language)}"
        f" by {event.channel}, to pay by {day_text(event.deadline)}"
    )
    return Entry(day, "reminder", title, detail, act=event.act)


_LANGUAGES = {"fi": "Finnish", "sv": "Swedish", "en": "English", "nb": "Norwegian",
              "da": "Danish", "de": "German"}  # fmt: skip


def told(event: CaseEvent, day: date, names: Names) -> Entry | None:
    """What an event that came in on a day says, or None; ``names`` names invoices by claims."""
    for say in (
        _of_invoice, _of_money, _of_extras, _of_partner, _of_people, _of_case, _of_command,
    ):  # fmt: skip
        entry = say(event, day, names)
        if entry is not None:
            return entry
    return None


def outcome(event: CaseEvent, day: date) -> tuple[str, str, date | None] | None:
    """What became of an act: its id, in words, and on which day if that is its own; else None."""
    match event:
        case ActSent():
            return event.act, "sent", event.on
        case ActFailed():
            return event.act, f"failed: {words(event.code)}", day
        case ActUnknown():
            return event.act, "outcome not known yet", day
        case ActPassed():
            return event.act, "let be, for nobody knows whether it arrived", event.on
        case NoticeReturned():
            return event.act, f"came back: {words(event.code)}", None
        case _:
            return None


def _of_invoice(event: CaseEvent, day: date, names: Names) -> Entry | None:
    match event:
        case ClaimJoined():
            claim = event.claim
            title = f"Invoice {claim.number}: {amount_text(claim.open)} unpaid"
            return Entry(day, "invoice", title, f"due on {day_text(claim.due)}, joins the case")
        case DueMoved():
            title = f"More time to pay: until {day_text(event.due)}"
            detail = f"{names((event.claim,))}, due on {day_text(event.before)} before"
            return Entry(day, "invoice", title, detail)
        case ClaimMissing():
            return Entry(day, "invoice", "The source no longer knows it", names((event.claim,)))
        case ClaimFlagged():
            flags = ", ".join(words(flag) for flag in event.do_not_dun) or "may be reminded"
            return Entry(day, "invoice", f"The source says: {flags}", names((event.claim,)))
        case _:
            return None


def _of_money(event: CaseEvent, day: date, names: Names) -> Entry | None:
    match event:
        case PaymentAllocated():
            title = f"{amount_text(event.amount)} received"
            detail = f"{names((event.claim,))}, booked on {day_text(event.booked)}"
            return Entry(event.received, "money", title, detail)
        case PaymentSighted():
            detail = f"{names((event.claim,))}, seen by another source: counted once"
            return Entry(day, "money", "The same money again", detail)
        case PaymentReversed():
            title = f"{amount_text(event.amount)} taken back"
            return Entry(event.on, "money", title, f"{names((event.claim,))}: {words(event.code)}")
        case CreditApplied():
            title = f"Credit note of {amount_text(event.amount)}"
            return Entry(event.issued, "money", title, names((event.claim,)))
        case BalanceStated():
            title = f"The source states {amount_text(event.open)} open"
            before = f"{names((event.claim,))}, {amount_text(event.before)} before"
            return Entry(day, "money", title, f"{before}: {words(event.cause)}")
        case FeeCredited():
            title = f"Fee of {amount_text(event.amount)} credited"
            return Entry(day, "money", title, _CREDITED.get(event.why, words(event.why)))
        case _:
            return None


def _of_extras(event: CaseEvent, _: date, names: Names) -> Entry | None:
    match event:
        case ExtrasPaid():
            title = "Settled beside the principal"
        case ResidualSettled():
            title = f"Interest and fees that are left: {words(event.becomes)}"
        case _:
            return None
    sums = f"interest {amount_text(event.interest)}, fees {amount_text(event.fees)}"
    return Entry(event.on, "money", title, f"{names((event.claim,))}, {sums}")


_CREDITED = {
    "crossed": "the money had been received when the reminder was sent",
    "returned": "the reminder came back",
    "credited": "the invoice was credited",
    "waived": "waived",
}


def _of_partner(event: CaseEvent, day: date, names: Names) -> Entry | None:
    match event:
        case PartnerAnswered(accepted=True):
            return Entry(day, "partner", "The partner accepted", event.partner_case or "")
        case PartnerAnswered():
            return Entry(day, "partner", "The partner declined", words(event.code or ""))
        case PartnerPaid():
            title = f"The partner received {amount_text(event.principal)}"
            parts = [names((event.claim,))]
            parts += [f"interest {amount_text(event.interest)}"] if event.interest else []
            parts += [f"fees {amount_text(event.fees)}"] if event.fees else []
            return Entry(event.received, "partner", title, ", ".join(parts))
        case PartnerClosed():
            return Entry(day, "partner", "The partner closed its case", words(event.code))
        case _:
            return None


def _of_people(event: CaseEvent, day: date, _: Names) -> Entry | None:
    match event:
        case PersonAsked():
            return Entry(day, "person", "A person was asked", words(event.why))
        case PersonAnswered():
            return Entry(day, "person", "A person answered", words(event.answer))
        case Held():
            until = f" until {day_text(event.until)}" if event.until else ""
            return Entry(day, "person", f"On hold{until}", words(event.reason))
        case Released():
            return Entry(day, "person", "The hold ended")
        case _:
            return None


def _of_case(event: CaseEvent, day: date, _: Names) -> Entry | None:
    match event:
        case Parked():
            return Entry(day, "person", "Given to a person", words(event.why))
        case Unparked():
            return Entry(day, "person", "A person gave it back to the hub")
        case ActWithheld():
            title = f"{words(event.action).capitalize()} kept in"
            return Entry(day, "person", title, words(event.why))
        case CaseClosed():
            return Entry(day, "invoice", "Case closed", words(event.why))
        case CaseAbsorbed():
            return Entry(day, "person", "Claims of the same debtor joined", event.source)
        case ClaimsParted():
            return Entry(day, "person", "Claims went to the debtor's other case", event.into)
        case _:
            return None


# A case is opened by its first claim; decisions and acts have entries of their own.
_TOLD_BY_OTHERS = frozenset({"case_opened", "decided", "reminder_intended", "hand_over_intended"})


def _of_command(event: CaseEvent, day: date, _: Names) -> Entry | None:
    """What a person's command did, in the timeline's own words; other entries tell the rest."""
    if event.kind in _TOLD_BY_OTHERS:
        return None
    said = timeline.words(event)
    return Entry(day, "person", said) if said else None
