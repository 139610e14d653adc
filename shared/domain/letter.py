"""Letters: what a reminder must say, the checks before it is said, and its rendering.

A reminder goes out in the creditor's own name and stays a reminder: it states what is owed, until
when it can be paid and what comes next, and it offers a plan and a way to object.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from shared.domain.calendar import next_banking_day
from shared.domain.explain import Record, content_hash
from shared.domain.formats import Language
from shared.domain.iban import holds_iban, is_iban
from shared.domain.layout import Block, Spoken, as_html, as_text
from shared.domain.letter_blocks import letter_blocks, sms, subject
from shared.domain.letter_input import LetterInput, LetterItem
from shared.domain.model import Personal
from shared.domain.money import Money, total
from shared.domain.own_texts import NONE, OwnTexts
from shared.domain.wording import templates

# What a Finnish payment demand must state (laki saatavien perinnästä 513/1999, 5 a §: creditor and
# address, ground, itemised sums, payee, method and deadline, the right to object) and what good
# practice adds for a reminder: a way to reach the creditor, and the next step with its day. The
# sums, the payee's name, the ground (the invoice) and the right to object are always there.
REQUIRED: Final = frozenset({
    "creditor.name", "creditor.lines", "creditor.contact", "debtor.name", "items", "items.number",
    "account.iban", "deadline", "next_step_on", "interest_until", "compensation_section", "plan",
})  # fmt: skip


class Letter(Record):
    """A rendered letter; ``hash`` names its content (``content_hash`` of the other fields).

    ``sms`` is the short message that stands for it on a phone, ``wording`` the names of
    the creditor's own sentences that it was made with (``own_texts.name_of``).
    """

    language: Language
    subject: Personal[str]
    text: Personal[str]
    html: Personal[str]
    sms: Personal[str] = ""
    wording: tuple[str, ...] = ()
    hash: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter before it is laid out: its title, its parts, and the short message beside it."""

    title: str
    blocks: tuple[Block, ...]
    sms: str


def render(letter: LetterInput, own: OwnTexts = NONE) -> Letter:
    """The letter as it will be sent, with the creditor's own sentences where it has some.

    Raises ``ValueError`` naming the fields that are missing or contradict each other, and
    ``TemplateError`` for a wording that may not be used.
    """
    made = compose(letter, own)
    content = {
        "language": letter.language,
        "subject": made.title,
        "text": as_text(made.blocks),
        "html": as_html(made.blocks, language=letter.language, title=made.title),
        "sms": made.sms,
        "wording": own.names(letter),
    }
    return Letter.model_validate({**content, "hash": content_hash(content)})


def compose(letter: LetterInput, own: OwnTexts = NONE) -> Composed:
    """The parts of the letter in their order, for a layout of any kind; raises as ``render``."""
    if lacking := missing(letter):
        raise ValueError(f"the letter lacks {', '.join(lacking)}")
    if wrong := contradictions(letter):
        raise ValueError(f"the letter contradicts itself in {', '.join(wrong)}")
    first = _spoken(letter, own)
    # One link in a short message, however many languages it has.
    page = f" {letter.page}" if letter.page else ""
    if letter.second_language is None:
        return replace(first, sms=first.sms + page)
    again = letter.model_copy(update={"language": letter.second_language, "second_language": None})
    second = _spoken(again, own)
    return Composed(
        title=" / ".join(dict.fromkeys((first.title, second.title))),
        blocks=(*first.blocks, Spoken(again.language), *second.blocks),
        sms=f"{first.sms}\n{second.sms}{page}",
    )


def _spoken(letter: LetterInput, own: OwnTexts) -> Composed:
    wording = templates(
        letter.language,
        letter.tone,
        own.of(letter),
        letter=letter.letter,
        country=letter.creditor.country,
        hosts=own.hosts,
    )
    return Composed(subject(letter, wording), letter_blocks(letter, wording), sms(letter, wording))


def missing(letter: LetterInput, required: Collection[str] = REQUIRED) -> tuple[str, ...]:
    """The paths of required facts that ``letter`` does not state, in the order of the letter."""
    return tuple(
        path for path, there in _stated(letter) if not there and _requirement(path) in required
    )


def contradictions(letter: LetterInput) -> tuple[str, ...]:
    """The paths of facts that cannot all be true; such a letter is never sent.

    Totals that are not the sum of the lines, a plan's rest that is not what is asked now and later,
    days late that are not those since the due date (rolled to a banking day of the law), dates in
    the wrong order, a fee on a claim that is not due, a negative amount, more principal than was
    invoiced, a second currency, a wrong IBAN, and a bank account hidden in a name or number that
    came from elsewhere.
    """
    return tuple(dict.fromkeys(path for path, wrong in _checks(letter) if wrong))


def _stated(letter: LetterInput) -> Iterator[tuple[str, bool]]:
    creditor = letter.creditor
    charged = any(item.interest for item in letter.due_items)
    yield "creditor.name", bool(creditor.name.strip())
    yield "creditor.lines", any(line.strip() for line in creditor.lines)
    yield "creditor.contact", bool(creditor.email.strip() or creditor.phone.strip())
    yield "debtor.name", bool(letter.debtor.name.strip())
    yield "items", bool(letter.due_items)
    for place, item in enumerate(letter.items):
        yield f"items[{place}].number", bool(item.number.strip())
    yield "interest_until", letter.interest_until is not None or not charged
    fixed = any(item.compensation for item in letter.due_items)
    yield "compensation_section", bool(letter.compensation_section) or not fixed
    yield "plan", letter.plan is not None or not letter.of_instalment
    yield "account.iban", bool(letter.account.iban.strip())
    yield "deadline", letter.deadline is not None
    yield "next_step_on", letter.next_step_on is not None or letter.next_step == "none"


def _requirement(path: str) -> str:
    return "items.number" if path.startswith("items[") else path


def _checks(letter: LetterInput) -> Iterator[tuple[str, bool]]:
    yield from _of_amounts(letter)
    for place, item in enumerate(letter.items):
        yield f"items[{place}].not_due", _wrongly_due(letter, item)
        yield f"items[{place}].fee_now", item.not_due and bool(item.fee_now)
        yield f"items[{place}].compensation", item.not_due and bool(item.compensation)
        yield f"items[{place}].days_late", item.days_late != _days_late(letter, item)
        if letter.due_soon and not item.not_due:
            yield f"items[{place}].pay_by", item.pay_by != next_banking_day(letter.law, item.due)
        if letter.charges_alone:
            yield f"items[{place}]", item.not_due or bool(item.open or item.fee_now)
            yield f"items[{place}].interest", bool(item.interest) and not _charged(letter, item)
            yield f"items[{place}].charged_on", any(day > letter.today for day in item.charged_on)
    deadline, step, until = letter.deadline, letter.next_step_on, letter.interest_until
    # On the due date itself there is still the day to pay.
    first = letter.today + timedelta(days=0 if letter.due_soon else 1)
    yield "deadline", deadline is not None and deadline < first
    yield "next_step", letter.due_soon and letter.next_step == "hand_over"
    last = letter.charges_alone or letter.of_instalment
    yield "next_step", last and letter.next_step != "none"
    yield (
        "next_step_for",
        not {one.number for one in letter.due_items}.issuperset(letter.next_step_for)
        or (bool(letter.next_step_for) and letter.next_step != "hand_over"),
    )
    yield "plan", _wrongly_planned(letter)
    yield "next_step_on", step is not None and deadline is not None and step <= deadline
    yield "interest_until", until is not None and until > letter.today
    yield "account.iban", not is_iban(letter.account.iban)
    yield from ((path, holds_iban(text)) for path, text in _foreign_texts(letter))


def _wrongly_planned(letter: LetterInput) -> bool:
    """Whether the instalment is not late, is none of the plan, or its rest is not now and later."""
    plan, asked = letter.plan, letter.totals.due
    if plan is None or not letter.of_instalment:
        return plan is not None
    left = [one for one in (plan.others, *(item.later for item in letter.items)) if one is not None]
    sums = (plan.amount, plan.rest, *left)
    if any(one.currency != asked.currency or one.amount <= 0 for one in sums):
        return True
    late = _days_since(letter, plan.due)
    if plan.number > plan.count or late <= 0 or plan.days_late != late:
        return True
    return plan.rest != total([asked, *left], asked.currency)


def _days_since(letter: LetterInput, due: date) -> int:
    """The days from a due date, rolled to a banking day of the law, to that of the letter."""
    return (letter.today - next_banking_day(letter.law, due)).days


def _days_late(letter: LetterInput, item: LetterItem) -> int:
    """What the letter may say of a claim: none, where lateness is not what it asks about."""
    if item.not_due or letter.due_soon or letter.charges_alone or letter.of_instalment:
        return 0
    return max(0, _days_since(letter, item.due))


def _charged(letter: LetterInput, item: LetterItem) -> bool:
    """Whether days of the past are named that interest alone was charged for."""
    first, last = item.interest_from, item.interest_to
    return first is not None and last is not None and first <= last <= letter.today


def _wrongly_due(letter: LetterInput, item: LetterItem) -> bool:
    """Whether a claim is asked for as late and is not, or as not late with what lateness costs."""
    if letter.of_instalment:
        return item.not_due or item.payable() != item.open
    if letter.due_soon:
        return not item.not_due and item.payable() != item.open
    return item.not_due == (_days_since(letter, item.due) > 0)


def _of_amounts(letter: LetterInput) -> Iterator[tuple[str, bool]]:
    """One currency, nothing negative, no more than was invoiced, and totals that add up."""
    totals = letter.totals
    currency = totals.due.currency
    unsound = [
        path
        for path, amount in _amounts(letter)
        if amount.currency != currency or amount.amount < 0
    ]
    if unsound:
        yield from ((path, True) for path in unsound)
        return
    items, none = letter.due_items, Money.zero(currency)
    for place, item in enumerate(letter.items):
        yield f"items[{place}].open", not item.payable() or item.open > item.total
    yield "totals.principal", totals.principal != total([item.open for item in items], currency)
    yield "totals.interest", totals.interest != total([item.interest for item in items], currency)
    fees = [item.fee_now + item.fees_before for item in items]
    yield "totals.fees", totals.fees != total(fees, currency)
    fixed = [item.compensation for item in items if item.compensation]
    yield "totals.compensation", (totals.compensation or none) != total(fixed, currency)
    parts = (totals.principal, totals.interest, totals.fees, totals.compensation or none)
    yield "totals.due", totals.due != total(parts, currency)


def _amounts(letter: LetterInput) -> Iterator[tuple[str, Money]]:
    totals = letter.totals
    for name in ("principal", "interest", "fees", "due"):
        yield f"totals.{name}", getattr(totals, name)
    if totals.compensation is not None:
        yield "totals.compensation", totals.compensation
    for place, item in enumerate(letter.items):
        for name in ("total", "open", "interest", "fee_now", "fees_before"):
            yield f"items[{place}].{name}", getattr(item, name)
        if item.compensation is not None:
            yield f"items[{place}].compensation", item.compensation


def _foreign_texts(letter: LetterInput) -> Iterator[tuple[str, str]]:
    """Every text that came from an ERP: money is directed to the verified account alone."""
    creditor, debtor = letter.creditor, letter.debtor
    yield "creditor.name", creditor.name
    yield "creditor.business_id", creditor.business_id
    yield "creditor.lines", " | ".join(creditor.lines)
    yield "creditor.email", creditor.email
    yield "creditor.phone", creditor.phone
    yield "debtor.name", debtor.name
    yield "debtor.lines", " | ".join(debtor.lines)
    yield "debtor.customer_number", debtor.customer_number
    yield "reference", letter.reference or ""
    for place, item in enumerate(letter.items):
        yield f"items[{place}].number", item.number
        yield f"items[{place}].reference", item.reference or ""
