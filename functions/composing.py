"""Composing: the letter of a contact as it will go out, or the question what it lacks."""

from __future__ import annotations

from dataclasses import dataclass

from functions import reaching
from shared.cloud.runtime import logger
from shared.cloud.step import Run
from shared.domain.collective import Collective, collective_of
from shared.domain.decide import Ask, Remind
from shared.domain.demand import asked_for
from shared.domain.envelope import Window
from shared.domain.letter import Letter, render
from shared.domain.letter_contents import claims_of, lacking
from shared.domain.model import Party
from shared.domain.netting import netted
from shared.domain.notice import Wishes, letter_for
from shared.domain.question import claim_facts


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, its pages (PDF) where it goes on paper, and its one reference if it has one."""

    letter: Letter
    page: bytes | None
    collective: Collective | None


def composed(
    run: Run, decision: Remind, party: Party, *, paper: Window | None, page: str | None
) -> Written | Ask:
    """The letter as it will go out, or the question to whoever must see to what it lacks.

    On ``paper`` (the window of its envelope) it comes with its pages (PDF). ``page`` is the address
    of the payer's own page, None where there is none.
    """
    case, today = run.case, run.local_now.date()
    covered = netted(case, run.policy, run.debtor)
    at = asked_for(case, run.law, today, decision, covered)
    one = collective_of(case, decision, run.creditor, at, today)
    reference = one.reference if one else None
    spoken = reaching.languages(run, decision)
    wishes = Wishes(languages=spoken, collective=reference, page=page)
    try:
        said = letter_for(case, decision, run.creditor, party, at, today, wishes)
        own = reaching.own_texts(run, said)
        letter = render(said, own)
        printed = reaching.page(said, party, own, paper) if paper else None
    except ValueError as refused:
        logger.warning("letter_refused", extra={"case": case.id, "fields": str(refused)})
        return _question(decision)
    told = (case.claims[one] for one in claims_of(decision))
    facts = [claim_facts(case, one, case.notices_of(one.claim.id)) for one in told]
    lacks = lacking(run.law, facts, said, today)
    if lacks:
        question = _question(decision)
        return question.model_copy(update={"because": (*lacks, *question.because)})
    return Written(letter, printed, one)


def _question(decision: Remind) -> Ask:
    claims = decision.claims or decision.also
    task = f"{decision.act}-letter_incomplete"
    return Ask(task=task, why="letter_incomplete", claims=claims, because=decision.because)
