"""What a payer says that the money is for: references, a split over documents, and free text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from connectors.banks.camt.values import code, given, money_if_known
from connectors.xml_door import Element
from shared.domain.money import Money
from shared.domain.sighting import Remitted

# Free text is bounded: it is stored with every payment.
_LONGEST = 4_000
# Credit notes, as document types of ISO 20022 name them.
_CREDIT_NOTES = {"CREN"}


@dataclass(frozen=True, slots=True)
class Remittance:
    """References (SCOR before others), the split if it adds up, and the lines of text."""

    references: tuple[str, ...]
    split: tuple[Remitted, ...]
    text: str


def remittance(details: Element, amounts: tuple[Money, ...], extra: tuple[str, ...]) -> Remittance:
    """Read ``TxDtls/RmtInf``; ``extra`` lines are added to the text.

    The split stands only when it adds up to one of ``amounts`` (what came in, what was sent):
    remitted minus credited, in that currency. Otherwise its numbers are text like any other.
    """
    found = details.find("RmtInf")
    blocks = found.all("Strd") if found is not None else []
    lines = [line.value() for line in found.all("Ustrd")] if found is not None else []
    split = tuple(each for block in blocks for each in _remitted(block))
    whole = len(split) == len(blocks) and any(_adds_up(split, amount) for amount in amounts)
    if not whole:
        lines += [number for block in blocks for number in _documents(block)]
    lines += [line.value() for block in blocks for line in block.all("AddtlRmtInf")]
    return Remittance(
        references=_references(blocks),
        split=split if whole else (),
        text="\n".join(line for line in (*lines, *extra) if line)[:_LONGEST],
    )


def _references(blocks: list[Element]) -> tuple[str, ...]:
    """The creditor's references as they came, SCOR first, each once."""
    found = [
        (code(block, "CdtrRefInf", "Tp", "CdOrPrtry") != "SCOR", reference)
        for block in blocks
        if (reference := given(block.value("CdtrRefInf", "Ref")))
    ]
    return tuple(dict.fromkeys(reference for _, reference in sorted(found, key=lambda one: one[0])))


def _documents(block: Element) -> Iterator[str]:
    for document in block.all("RfrdDocInf"):
        number = document.value("Nb")
        if number:
            yield number


def _remitted(block: Element) -> Iterator[Remitted]:
    """The one document of a ``Strd`` block with its amount; nothing when it is not that clear."""
    documents = block.all("RfrdDocInf")
    number = documents[0].value("Nb") if documents else block.value("CdtrRefInf", "Ref")
    amounts = block.find("RfrdDocAmt")
    if len(documents) > 1 or not number or amounts is None:
        return
    kind = code(documents[0], "Tp", "CdOrPrtry") if documents else ""
    remitted, credited = amounts.find("RmtdAmt"), amounts.find("CdtNoteAmt")
    if (remitted is None) == (credited is None):
        return
    amount = money_if_known(remitted if credited is None else credited)
    if amount:
        credit = credited is not None or kind in _CREDIT_NOTES
        yield Remitted(number=number, amount=amount, credit=credit)


def _adds_up(split: tuple[Remitted, ...], amount: Money) -> bool:
    if not split or any(each.amount.currency != amount.currency for each in split):
        return False
    signed = (-each.amount.amount if each.credit else each.amount.amount for each in split)
    return sum(signed, Decimal(0)) == amount.amount
