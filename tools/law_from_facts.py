"""Drafts a law pack or the rate table from a fact file; the draft is then edited and owned by hand.

    python tools/law_from_facts.py FACTS.json FI > draft.toml       a country's pack
    python tools/law_from_facts.py FACTS.json rates > draft.toml    reference rates of all countries

It copies what the facts say and decides nothing: a reviewer adds the hub's own defaults (status
PRODUCT), what the rules bind by, and the classes of claims that a person must handle.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

COVERED = ["goods", "service", "other"]
CURRENCIES = {"SE": "SEK", "NO": "NOK", "DK": "DKK"}

# The fact file's words for waiting times, and the pack's.
WAITS = {
    "min_days_after_due": "days_after_due",
    "min_days_after_previous_reminder": "days_after_previous",
    "min_days_after_previous_demand": "days_after_previous",
    "min_days_after_previous": "days_after_previous",
    "min_days_after_reminder": "days_after_previous",
    "min_days_between": "days_after_previous",
    "max_count": "max_count",
    "invoice_sent_min_days_before_due": "invoice_sent_days_before_due",
    "agreement_required": "clause",
}

# Norway's sums are parts of one; it is a rule of its own, and those are multiples of it.
BASE = "inkassosats"

# What restarts the time of limitation, in the fact file's words.
PROOFS = {
    "creditor's reminder/demand": "reminder",
    "acknowledgement": "acknowledgement",
    "acknowledgement/part payment": "part_payment",
    "written demand RECEIVED by the debtor": "received_demand",
    "court": "legal_step",
    "court/KFM": "legal_step",
    "legal step": "legal_step",
}
DAY_COUNTS = {"ACT": "ACT/365", "30/": "30E/360"}
OFFSETS = {True: "against_costs", False: "on_top", None: None}

# Countries whose rate is the European Central Bank's, which the fact file keeps once.
ECB = {"NL": "ECB rate on 1 Jan / 1 Jul (BW 6:120)", "EE": "ECB rate on 1 Jan / 1 Jul (VÕS § 94)"}


def toml(value: Any) -> str:
    """A plain value as TOML; JSON's strings are TOML's basic strings."""
    match value:
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case dict():
            return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
        case list():
            return "[" + ", ".join(toml(item) for item in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def table(name: str, fields: dict[str, Any]) -> str:
    """One array-of-tables entry, without the fields that are None."""
    lines = [f"{key} = {toml(value)}" for key, value in fields.items() if value is not None]
    return "\n".join([f"[[{name}]]", *lines, ""])


def basis(fact: dict[str, Any], rule_id: str, applies_by: str) -> dict[str, Any]:
    """The fields that every value carries."""
    kind = fact.get("debtor_type", "any")
    act = fact.get("act", fact.get("step", ""))
    until = fact.get("effective_to")
    return {
        "id": rule_id,
        "section": fact["section"],
        "sources": fact.get("sources") or ([fact["source"]] if "source" in fact else []),
        "status": fact["status"],
        "effective_from": date.fromisoformat(fact.get("effective_from") or "2013-01-01"),
        "effective_to": date.fromisoformat(until) if until else "open",
        "applies_by": applies_by,
        "sender": "partner" if "professional" in act or "subsequent" in act else "creditor",
        "capacity": ["consumer", "business"] if kind == "any" else [kind],
        "claim_classes": COVERED,
        "strictly_after": bool(fact.get("strictly_after", False)),
        "note": fact.get("note"),
    }


def fee(fact: dict[str, Any]) -> str:
    """A fee, a cap, or the sum that others are parts of; a missing amount is ``unknown``."""
    amount = fact.get("max_amount") or fact.get("amount")
    if fact["act"] == BASE:
        named = {"name": BASE, "currency": fact["currency"], "amount": amount}
        return table("base", basis(fact, fact["id"], "sending") | named)
    formula = fact.get("formula") or ""
    part = formula.startswith(BASE) or BASE in (fact.get("unit") or "")
    fields = basis(fact, fact["id"], "act") | {
        "act": fact["act"],
        "currency": fact["currency"],
        "amount": multiple(formula) if formula.startswith(BASE) else amount,
        "multiple_of": BASE if part else None,
        "tiers": [tier(row) for row in fact.get("tiers") or []] or bands(fact.get("bands") or []),
        "minimum": fact["minimum"] if "bands" in fact else None,
        "maximum": fact["maximum"] if "bands" in fact else None,
        "share_of_first": formula.split(" * ")[0] if formula.endswith("* first_demand") else None,
        "offset": OFFSETS[fact.get("offset_against_costs")],
        "conditions": fact.get("requires"),
    }
    return table("fee", fields | {WAITS[key]: fact[key] for key in WAITS if fact.get(key)})


def tier(row: dict[str, Any]) -> dict[str, Any]:
    """One tier; what it adds above its floor is a percentage."""
    up_to = row["principal_up_to"]
    plain = {
        "over": str(row["principal_over"]),
        "up_to": "open" if up_to is None else str(up_to),
        "amount": row.get("amount") or "unknown",
    }
    more = row.get("plus_pct_over")
    return plain | ({"plus_percent_over": more} if more else {})


def bands(rows: list[list[Any]]) -> list[dict[str, Any]] | None:
    """A scale of percentages as tiers: each begins with what all the bands below it add up to.

    >>> bands([["0", "2500", "15"], ["2500", None, "10"]])[1]["amount"]
    '375.00'
    """
    below, found = Decimal(0), []
    for over, up_to, percent in rows:
        amount = str(below.quantize(Decimal("0.01")))
        bounds = {"over": over, "up_to": up_to or "open"}
        found.append({**bounds, "amount": amount, "plus_percent_over": percent})
        below += (Decimal(up_to or over) - Decimal(over)) * Decimal(percent) / 100
    return found or None


def multiple(formula: str) -> str:
    """The factor of a formula such as ``inkassosats*3/20``.

    >>> multiple("inkassosats*3/20")
    '0.15'
    """
    times, _, by = formula.removeprefix(BASE).partition("/")
    return str(Decimal(times.removeprefix("*") or "1") / Decimal(by))


def wait_or_duty(fact: dict[str, Any]) -> str:
    """A step rule: a wait when it counts days, else words. A reviewer names the wait's act."""
    fields = basis(fact, fact["id"], "act")
    if "days" in fact:
        words = f"{fact['days']} days after {fact.get('min_days_after', 'dispatch')}"
        return table("wait", fields | {"act": fact["step"], "days": fact["days"], "text": words})
    return table("duty", fields | {"text": str(fact.get("rule") or fact.get("fields"))})


def interest(fact: dict[str, Any], country: str) -> str:
    """The points of late interest, once for each capacity for which they are known."""
    return "\n".join(
        table(
            "interest",
            basis(fact, f"{country}-INT-{capacity[0].upper()}", "claim")
            | {"capacity": [capacity], "points": str(fact[f"{capacity}_points"])}
            | {"day_count": DAY_COUNTS[fact.get("day_count", "ACT")[:3]], "rolls_due_date": True}
            | {"cap_agreed_rate": capacity == "consumer", "on_fees": False},
        )
        for capacity in ("consumer", "business")
        if fact[f"{capacity}_points"] is not None
    )


def limitation(fact: dict[str, Any], country: str) -> str:
    """After how many years a claim lapses; a reviewer parts it by capacity and class."""
    years = fact.get("years") or fact.get("years_consumer")
    proofs = [PROOFS[words] for words in fact["interrupted_by"]]
    fields = {
        "years": years,
        "counts_from": "arose" if "arose" in fact["from_"] else "due",
        "restarts": [{"proof": proof, "years": years} for proof in proofs],
    }
    return table("limitation", basis(fact, f"{country}-LIMITATION", "claim") | fields)


def pack(facts: dict[str, Any], country: str) -> Iterator[str]:
    """The parts of a country's draft."""

    def of(name: str) -> list[dict[str, Any]]:
        return [fact for fact in facts[name] if fact.get("jurisdiction") == country]

    yield f"[pack]\ncountry = {toml(country)}\ncurrency = {toml(CURRENCIES.get(country, 'EUR'))}\n"
    for source_id, source in facts["sources"].items():
        if source_id.startswith((f"{country}-", "EU-")):
            yield table("source", {"id": source_id, **source})
    yield from map(fee, of("fee_rules"))
    yield from map(wait_or_duty, of("step_rules"))
    for fact in of("interest_rules"):
        yield interest(fact, country)
    for fact in of("limitation"):
        yield limitation(fact, country)
    for fact in of("allocation"):
        order = {"order": fact["order"]}
        yield table("allocation", basis(fact, f"{country}-ALLOCATION", "act") | order)


def rates(facts: dict[str, Any]) -> Iterator[str]:
    """Reference rates by half-year, in per cent a year; a missing one is ``unknown``."""
    used = {source for fact in facts["reference_rates"] for source in fact["sources"]}
    for source_id in sorted(used):
        yield table("source", {"id": source_id, **facts["sources"][source_id]})
    for country in dict.fromkeys(fact["jurisdiction"] for fact in facts["reference_rates"]):
        rows = [fact for fact in facts["reference_rates"] if fact["jurisdiction"] == country]
        yield series(country, rows[0]["series"], rows)
    ours = [fact for fact in facts["reference_rates"] if fact["jurisdiction"] == "EU"]
    for country, section in ECB.items():
        yield series(country, section, ours)


def series(country: str, section: str, rows: list[dict[str, Any]]) -> str:
    """The rates of a country, one half-year a line."""
    lines = "".join(f"    {toml(half_year(fact))},\n" for fact in rows)
    named = f"country = {toml(country)}\nsection = {toml(section)}"
    return f"[[series]]\n{named}\nrates = [\n{lines}]\n"


def half_year(fact: dict[str, Any]) -> dict[str, Any]:
    """One row of a series."""
    row = {
        "first": date.fromisoformat(fact["from"]),
        "last": date.fromisoformat(fact["to"]),
        "reference": fact["reference"] or "unknown",
        "status": fact["status"],
        "sources": fact["sources"],
    }
    return row | ({"note": fact["note"]} if fact.get("note") else {})


def main(arguments: list[str]) -> int:
    """Print the draft that the arguments name."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    path, what = arguments
    facts = json.loads(Path(path).read_text(encoding="utf-8"))
    parts = rates(facts) if what == "rates" else pack(facts, what)
    sys.stdout.writelines(f"{part}\n" for part in parts)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
