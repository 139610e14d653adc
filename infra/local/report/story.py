"""One case told from its events: what happened, and for each decision the rules behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from infra.local.report.book import Book, CaseLog
from infra.local.report.sentences import Entry, intent, outcome, told
from infra.local.report.wording import words
from shared.domain.events import (
    CaseEvent,
    CreditApplied,
    Decided,
    FeeCredited,
    HandOverIntended,
    PartnerPaid,
    PaymentAllocated,
    PersonAsked,
    ReminderIntended,
)  # fmt: skip
from shared.domain.explain import Reason
from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class Quiet:
    """A decision to let the case rest, made on ``on``; ``until`` is empty for "until told"."""

    on: date
    why: str
    until: str
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A case in order of time. ``balance`` is its open principal at the end of each day.

    ``numbers`` are the invoice numbers by claim.
    """

    case: str
    debtor: str
    first: date
    last: date
    balance: tuple[tuple[date, Money], ...]
    entries: tuple[Entry, ...]
    quiet: tuple[Quiet, ...]
    numbers: Mapping[str, str]


def telling(book: Book) -> str | None:
    """The id of the case that shows the most kinds of things with the fewest claims."""

    def worth(log: CaseLog) -> tuple[int, int, str]:
        kinds = {_kind(event) for event in log.events} - {""}
        return sum(_WORTH[kind] for kind in kinds), -len(log.state.claims), log.id

    return max(book.cases.values(), key=worth).id if book.cases else None


# How much a case tells by having such an event; a crossed fee is rarer than a hand-over.
_WORTH = {"reminder": 3, "payment": 2, "credit": 2, "hand_over": 4, "partner": 3, "crossed": 5,
          "person": 1, "fee": 1}  # fmt: skip


def _kind(event: CaseEvent) -> str:
    match event:
        case ReminderIntended():
            return "fee" if event.fee else "reminder"
        case PaymentAllocated():
            return "payment"
        case CreditApplied():
            return "credit"
        case HandOverIntended():
            return "hand_over"
        case PartnerPaid():
            return "partner"
        case FeeCredited():
            return "crossed"
        case PersonAsked():
            return "person"
        case _:
            return ""


def tell(book: Book, case_id: str) -> Story:
    """The story of a case. Raises ``KeyError`` for a case that the book does not have."""
    log = book.cases[case_id]
    teller = _Teller(book, log)
    for event in log.events:
        teller.hear(event)
    claims = [book.receivables[one] for one in log.state.claims if one in book.receivables]
    first = min((one.invoice.due for one in claims), default=book.first)
    changes = {first, book.last, *(m.on for one in claims for m in one.movements)}
    changes |= {one.invoice.issued for one in claims}
    balance = []
    for day in sorted(day for day in changes if first <= day <= book.last):
        amount = Money.zero(book.currency)
        for one in claims:
            amount += one.open_on(day)
        balance.append((day, amount))
    entries = sorted(teller.entries, key=lambda one: one.on)
    return Story(
        case=case_id,
        debtor=book.debtor_name(log.state.debtor),
        first=first,
        last=book.last,
        balance=tuple(balance),
        entries=tuple(entries),
        quiet=tuple(teller.quiet),
        numbers={key: state.claim.number for key, state in log.state.claims.items()},
    )


class _Teller:
    """Hears the events of a case one by one; a decision explains the events right after it."""

    def __init__(self, book: Book, log: CaseLog) -> None:
        self.book, self.log = book, log
        self.entries: list[Entry] = []
        self.quiet: list[Quiet] = []
        self._because: tuple[Reason, ...] = ()
        self._acts: dict[str, int] = {}

    def hear(self, event: CaseEvent) -> None:
        """Take one more event into the story."""
        day = self.book.day_of(event.at)
        match event:
            case Decided():
                self._decided(event, day)
            case ReminderIntended() | HandOverIntended():
                self._acts[event.act] = len(self.entries)
                self._tell(intent(event, day, self._names(event.claims)))
            case _:
                self._other(event, day)

    def _other(self, event: CaseEvent, day: date) -> None:
        became = outcome(event, day)
        said = told(event, day, self._names)
        if became is not None:
            self._outcome(*became)
        elif said is not None:
            self._tell(said)

    def _tell(self, entry: Entry) -> None:
        if entry.lane in {"reminder", "partner", "person"} and not entry.because:
            entry = replace(entry, because=self._because)
            self._because = ()
        self.entries.append(entry)

    def _decided(self, event: Decided, day: date) -> None:
        self._because = event.because
        if event.decision.get("kind") == "rest":
            until = str(event.decision.get("until") or "")[:10]
            why = words(str(event.decision.get("why", "")))
            self.quiet.append(Quiet(day, why, until, event.because))
            self._because = ()

    def _outcome(self, act: str, word: str, on: date | None) -> None:
        at = self._acts.get(act)
        if at is not None:
            entry = self.entries[at]
            detail = f"{entry.detail}; {word}" if entry.detail else word
            self.entries[at] = replace(entry, on=on or entry.on, detail=detail)

    def _names(self, claims: tuple[str, ...]) -> str:
        known = self.log.state.claims
        numbers = [known[one].claim.number if one in known else one for one in claims]
        return ("invoice " if len(numbers) == 1 else "invoices ") + ", ".join(numbers)
