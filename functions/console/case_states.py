"""States of a case in words: what a plan, promise, dispute or rest is called where one is chosen.

An id says nothing to whoever answers a payer: what was agreed or contested, and since when, does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from functions.console.case_fields import Field
from functions.console.cases import numbers_of
from functions.pages.words import Words
from shared.domain.formats import amount_text, date_text
from shared.domain.money import Money, total


def called_by(field: Field, subject: str, case: dict[str, Any], t: Words) -> str:
    """A claim by its invoice's number with what is open of it, a state by what it says."""
    numbers = numbers_of(case)
    if field.kind != "of":
        if subject not in numbers:
            return subject
        opens = {one["claim"]["id"]: one["open"] for one in case["claims"]}
        open_ = _money(_of(opens[subject], case), t)
        return f"{numbers[subject]} · {open_}"
    known = case["holds"] if field.states == "holds" else case["states"][_KINDS[field.states]]
    return _SAID[field.states](known[subject], case, t)


def _plan(one: Mapping[str, Any], _: dict[str, Any], t: Words) -> str:
    amounts = [_sum(part["amount"]) for part in one["instalments"]]
    return t(
        "chosen_plan", n=len(amounts), sum=_money(total(amounts, amounts[0].currency), t),
        day=_day(one["instalments"][0]["due"], t),
    )  # fmt: skip


def _dispute(one: Mapping[str, Any], case: dict[str, Any], t: Words) -> str:
    claim = next(row for row in case["claims"] if row["claim"]["id"] == one["claim"])
    part = one["amount"]
    amount = _sum(part) if part else _of(claim["open"], case)
    return t(
        "chosen_dispute", invoice=claim["claim"]["number"], amount=_money(amount, t),
        day=_day(one["on"], t),
    )  # fmt: skip


def _promise(one: Mapping[str, Any], _: dict[str, Any], t: Words) -> str:
    amount = _money(_sum(one["amount"]), t)
    key = "chosen_settlement" if one["settles"] else "chosen_promise"
    return t(key, amount=amount, day=_day(one["day"], t))


def _hold(one: Mapping[str, Any], case: dict[str, Any], t: Words) -> str:
    about = numbers_of(case).get(one["claim"] or "", t("whole_case"))
    about = ", ".join((about, t(f"hold_{one['reason']}")))
    if one["until"]:
        return t("chosen_until", about=about, day=_day(one["until"], t))
    return t("chosen_since", about=about, day=_day(one["since"], t)) if one.get("since") else about


def _stop(one: Mapping[str, Any], case: dict[str, Any], t: Words) -> str:
    numbers = numbers_of(case)
    about = ", ".join(numbers.get(claim, claim) for claim in one["claims"])
    return t("chosen_since", about=about, day=_day(one["on"], t))


def _circumstance(one: Mapping[str, Any], _: dict[str, Any], t: Words) -> str:
    about = t.code("v", one["what"])
    return t("chosen_since", about=about, day=_day(one["effective"], t))


def _sum(told: Mapping[str, str]) -> Money:
    return Money.of(told["amount"], told["currency"])


def _of(amount: str, case: dict[str, Any]) -> Money:
    return Money.of(amount, case["currency"])


def _money(amount: Money, t: Words) -> str:
    return amount_text(amount, t.language)


def _day(day: str, t: Words) -> str:
    return date_text(date.fromisoformat(day), t.language)


# Plans that wait for a yes are plans as well.
_KINDS = {
    "plans": "plans", "offers": "plans", "promises": "promises", "disputes": "disputes",
    "stops": "stops", "circumstances": "circumstances",
}  # fmt: skip
_SAID = {
    "plans": _plan, "offers": _plan, "promises": _promise, "disputes": _dispute, "holds": _hold,
    "stops": _stop, "circumstances": _circumstance,
}  # fmt: skip
