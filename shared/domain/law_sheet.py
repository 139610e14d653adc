"""The law sheet: every rule of a pack in one sentence, by what it is about, for a reader.

The rules that hold in the year of the pack or later; UNCONFIRMED ones are shown and never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from shared.domain.allocation import KINDEST
from shared.domain.explain import Record
from shared.domain.lawpack import LawPack
from shared.domain.lawrules import (
    Allocation,
    Base,
    Duty,
    Fee,
    Limitation,
    PaymentEffective,
    Points,
    Rule,
    Tier,
    Wait,
    Window,
)
from shared.domain.money import Money

_OFFSETS = {
    "against_costs": "set off against costs",
    "on_top": "on top of costs",
    "unknown": "set off against costs until the text was read",
}


class Told(Record):
    """One rule as told: its id, for whom, which act, what holds (English), who acts, since when.

    ``act`` is what the sentence is about (``reminder fee``), empty where it says so itself.
    ``status`` is CONFIRMED, SECONDARY, PRODUCT or UNCONFIRMED; ``sources`` are ids of the pack.
    """

    rule: str
    who: str
    act: str
    what: str
    by: str
    since: str
    section: str
    status: str
    sources: tuple[str, ...]


class Part(Record):
    """The rules of one subject: ``costs``, ``waits``, ``interest``, ``limitation``, ``duties``."""

    subject: str
    rules: tuple[Told, ...]


def parts(pack: LawPack) -> tuple[Part, ...]:
    """The sheet's parts in the order in which they are read; one without rules is left out."""
    found = (
        ("costs", _fees(pack)),
        ("waits", _waits(pack)),
        ("interest", _interest(pack)),
        ("limitation", _limitation(pack)),
        ("duties", _duties(pack)),
    )
    told = (Part(subject=name, rules=tuple(_told(rows))) for name, rows in found)
    return tuple(part for part in told if part.rules)


def current(pack: LawPack) -> list[Rule]:
    """The rules that had not ended when the year of the pack began."""
    return [
        rule
        for rule in pack.rules.values()
        if rule.effective_to == "open" or rule.effective_to >= date(pack.as_of.year, 1, 1)
    ]


def _told(rows: Iterable[tuple[Rule, str, str]]) -> Iterator[Told]:
    for rule, act, what in rows:
        yield Told(
            rule=rule.id,
            who="all" if len(rule.capacity) > 1 else rule.capacity[0],
            act=act,
            what=what,
            by=rule.sender,
            since=_since(rule),
            section=rule.section,
            status=rule.status,
            sources=tuple(source for source in rule.sources if source != "PRODUCT"),
        )


def _since(rule: Rule) -> str:
    if rule.statute:
        return f"with {rule.statute}"
    until = "" if rule.effective_to == "open" else f" to {rule.effective_to}"
    replaced = f", until {rule.replaced_by}" if rule.replaced_by else ""
    return f"{rule.effective_from}{until} ({rule.applies_by}){replaced}"


def _fees(pack: LawPack) -> Iterator[tuple[Rule, str, str]]:
    for rule in current(pack):
        if isinstance(rule, Base):
            yield rule, "", f"{rule.name}: {rule.amount}"
        if isinstance(rule, Fee):
            act = rule.act.replace("_", " ")
            yield rule, act, "; ".join([_price(pack, rule), *_conditions(rule)])


def _price(pack: LawPack, rule: Fee) -> str:
    unit = f" x {rule.multiple_of}" if rule.multiple_of else ""
    if rule.share_of_first is not None:
        return f"{rule.share_of_first} of the first demand"
    if rule.amount is not None:
        one = Money.of("1.00", pack.currency)
        price = pack.price(rule, one, pack.as_of, pack.as_of) if rule.multiple_of else None
        return f"{rule.amount}{unit} = {price.amount}" if price else f"{rule.amount}{unit}"
    if not rule.tiers:
        return "unknown"
    bounds = [f"at least {rule.minimum}"] if rule.minimum else []
    bounds += [f"at most {rule.maximum}"] if rule.maximum else []
    return ", ".join(["principal " + ", ".join(map(_tier, rule.tiers)) + unit, *bounds])


def _tier(tier: Tier) -> str:
    more = f" + {tier.plus_percent_over} % of the rest" if tier.plus_percent_over else ""
    bound = f"over {tier.over}" if tier.up_to == "open" else f"to {tier.up_to}"
    return f"{bound}: {tier.amount}{more}"


def _conditions(rule: Fee) -> Iterator[str]:
    full = " full" if rule.strictly_after else ""
    counts = f" ({' and '.join(rule.counts)} together)" if len(rule.counts) > 1 else ""
    per = "debtor relationship" if rule.per == "relationship" else "claim"
    named = {
        f"{rule.days_after_due}{full} days after the due date": rule.days_after_due,
        f"{rule.days_after_previous}{full} days after the notice before": rule.days_after_previous,
        f"invoice sent {rule.invoice_sent_days_before_due} days before due": (
            rule.invoice_sent_days_before_due
        ),
        "agreed at the latest when the debt arose": rule.clause,
        f"after a {' or '.join(rule.needs_notice)}": rule.needs_notice,
        f"a term of {rule.previous_term_days} days in the notice before has run out": (
            rule.previous_term_days
        ),
        "once": rule.once,
        f"at most {rule.max_count} per {per}{counts}": rule.max_count,
        "none after a broken plan": rule.none_after_broken_plan,
        _OFFSETS[rule.offset]: rule.act == "standard_compensation",
    }
    yield from (text.replace("_", " ") for text, holds in named.items() if holds)
    yield from rule.conditions


def _waits(pack: LawPack) -> Iterator[tuple[Rule, str, str]]:
    for rule in current(pack):
        if isinstance(rule, Wait):
            yield rule, rule.act.replace("_", " "), rule.text
        if isinstance(rule, Window):
            yield rule, f"{rule.contact} hours", rule.text


def _interest(pack: LawPack) -> Iterator[tuple[Rule, str, str]]:
    last = pack.rates[-1].last if pack.rates else None
    for rule in current(pack):
        if isinstance(rule, Points):
            capped = "; no agreed rate above it" if rule.cap_agreed_rate else ""
            rate = f"{pack.rate_section}, known to {last}"
            points = f"reference rate + {rule.points} points"
            if rule.starts == "reminder":
                points += " from the first reminder's payment date"
            yield rule, "", f"{points}, {rule.day_count}{capped}; {rate}"


def _limitation(pack: LawPack) -> Iterator[tuple[Rule, str, str]]:
    for rule in current(pack):
        if isinstance(rule, Limitation):
            proofs = ", ".join(f"{one.proof} ({one.years})" for one in rule.restarts) or "nothing"
            final = f"; final after {rule.final_years} years" if rule.final_years else ""
            words = f"{rule.years} years from {rule.counts_from}; anew by {proofs}{final}"
            only = "" if len(rule.claim_classes) > 1 else f"{rule.claim_classes[0]}: "
            yield rule, "", (only + words).replace("_", " ")


def _duties(pack: LawPack) -> Iterator[tuple[Rule, str, str]]:
    refused = {duty.id for duty in pack.refusals.values()}
    for rule in current(pack):
        if isinstance(rule, Duty) and rule.id not in refused:
            said = f" Says: {', '.join(rule.must_say)}." if rule.must_say else ""
            yield rule, "", f"{rule.text}.{said}".replace("_", " ")
        if isinstance(rule, PaymentEffective):
            yield rule, "", rule.text
        if isinstance(rule, Allocation):
            yield rule, "", _allocation(rule)


def _allocation(rule: Allocation) -> str:
    """What a creditor may choose, and what the hub does where nobody chose."""
    never = [one for one in rule.capacity if one not in rule.costs_first]
    costs = f"not before the principal for {' and '.join(never)}" if never else "at any place"
    return (
        f"the creditor may choose the order in which a payment without a designation settles what"
        f" is owed (costs {costs}; customary: {', '.join(rule.order)}); unless it chose, the hub"
        f" settles {', '.join(KINDEST)}"
    )
