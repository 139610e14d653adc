"""The part of a letter that tells of an instalment: which one, what of it is late, what follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from shared.domain.formats import amount_text, date_text
from shared.domain.layout import Block, Details, Heading, Paragraph, Row
from shared.domain.letter_input import LetterInput, LetterPlan
from shared.domain.money import Money

Say = Callable[..., str]


def words(letter: LetterInput) -> dict[str, str]:
    """What a sentence may name of the instalment, by placeholder; empty for any other letter."""
    if letter.plan is None:
        return {}
    plan = letter.plan
    return {
        "instalment": str(plan.number),
        "instalments": str(plan.count),
        "instalment_due": _day(letter, plan.due),
    }


def about(letter: LetterInput, say: Say) -> Iterator[Block]:
    """The instalment in a table of its own: nothing of it hangs on a creditor's own words."""
    if letter.plan is None:
        return
    yield Heading(say("plan_heading"))
    yield Details(tuple(_rows(letter, letter.plan, say)))


def outlook(letter: LetterInput, say: Say) -> Iterator[Block]:
    """What the letter costs, that the other instalments stand, and when the plan ends."""
    if letter.plan is None:
        return
    # After the last one there is none that could stand or be missed as well.
    more = letter.plan.number < letter.plan.count
    yield Paragraph(" ".join(say(key) for key in ("plan_free", *(["plan_stands"] if more else []))))
    deadline = _day(letter, letter.deadline) if letter.deadline else ""
    yield Paragraph(say(f"plan_ends_{letter.plan.on_broken}", deadline=deadline))


def _rows(letter: LetterInput, plan: LetterPlan, say: Say) -> Iterator[Row]:
    asked = letter.totals.due
    yield Row(say("row_instalment"), say("plan_number", **words(letter)))
    yield Row(say("row_instalment_due"), _due(letter, plan, say))
    yield Row(say("row_instalment_amount"), _money(letter, plan.amount))
    if asked < plan.amount:
        yield Row(say("row_instalment_paid"), _money(letter, plan.amount - asked))
    if asked > plan.amount:
        yield Row(say("row_instalment_before"), _money(letter, asked - plan.amount))
    yield Row(say("row_plan_rest"), _money(letter, plan.rest))
    if plan.others:
        yield Row(say("row_plan_others"), _money(letter, plan.others))


def _due(letter: LetterInput, plan: LetterPlan, say: Say) -> str:
    if not plan.days_late:
        return _day(letter, plan.due)
    late = "late_one" if plan.days_late == 1 else "late_many"
    return f"{_day(letter, plan.due)}, {say(late, days_late=str(plan.days_late))}"


def _day(letter: LetterInput, day: date) -> str:
    return date_text(day, letter.language, letter.creditor.country)


def _money(letter: LetterInput, amount: Money) -> str:
    return amount_text(amount, letter.language)
