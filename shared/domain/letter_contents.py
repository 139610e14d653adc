"""What a letter says, held against what the law asks of such a notice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shared.domain import law as legal
from shared.domain.decisions import Remind
from shared.domain.explain import Reason
from shared.domain.law_facts import ClaimFacts
from shared.domain.lawpack import LawPack
from shared.domain.lawrules import Content
from shared.domain.letter_input import LetterInput
from shared.domain.model import Id


def says(letter: LetterInput) -> frozenset[Content]:
    """What stands in a letter that is rendered from this input.

    Every letter tells how to object and by when, lists each claim with its principal, interest and
    fees apart, and adds them up; what hangs on data is there when the data is.
    """
    items, creditor = letter.due_items, letter.creditor
    told: dict[Content, bool] = {
        "creditor_name": bool(creditor.name),
        "creditor_address": any(creditor.lines),
        "ground": bool(items) and all(item.number for item in items),
        "principal": bool(items),
        "interest_amount": bool(items),
        "costs_itemised": bool(items),
        "total": bool(items),
        "payment_method": bool(letter.account.iban),
        "payment_date": letter.deadline is not None,
        "right_to_object": bool(creditor.email or creditor.phone),
        "acts_are_free": letter.acts_are_free,
        "hand_over_warning": letter.next_step == "hand_over",
    }
    return frozenset(content for content, there in told.items() if there)


def claims_of(decision: Remind) -> tuple[Id, ...]:
    """The claims whose law binds a contact: those that it is about, at a step of theirs or not.

    A letter about an instalment, or about interest and fees that are left, is no step of a claim:
    it names them in ``also``, where any other contact only mentions what is not due.
    """
    return decision.claims or decision.also


def lacking(
    pack: LawPack, claims: Iterable[ClaimFacts], letter: LetterInput, on: date
) -> tuple[Reason, ...]:
    """Why a reminder sent on a day may not go out as it is: what it must say and does not.

    Each reason is the rule that asks for it, with the word for what is missing. The duties are
    those of a notice about a late claim; a word before the due date demands nothing that is late.
    """
    if letter.due_soon:
        return ()
    said = says(letter)
    found: dict[Content, Reason] = {}
    for facts in claims:
        for content, rule in legal.must_say(pack, "reminder", facts, on).items():
            if content not in said:
                missing = {**rule.facts, "missing": content}
                found.setdefault(content, rule.model_copy(update={"facts": missing}))
    return tuple(found[content] for content in sorted(found))
