"""The sums of a case file, as a partner reckons them again without any of the hub's own code."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_CENT = Decimal("0.01")


def wrong_sums(file: Mapping[str, Any]) -> list[str]:
    """What does not add up in a file that the schema allows; empty when everything does.

    Totals against claims, each claim against its settlements and notices, interest against its
    periods (rounded half up to the cent).
    """
    wrong: list[str] = []
    totals, claims = file["totals"], file["claims"]
    for claim in claims:
        own = [one for one in file["settlements"] if one["claim"] == claim["id"]]
        settled = _amount(claim["settled_before"]) + sum(_amount(one["amount"]) for one in own)
        if _amount(claim["total"]) - settled != _amount(claim["open"]):
            wrong.append("a claim's open principal")
        fees = sum(
            _amount(one["fee"])
            for one in file["notices"]
            if one["fee_claim"] == claim["id"]
            and one["state"] == "sent"
            and not one["fee_credited"]
        )
        if fees != _amount(claim["fees"]):
            wrong.append("a claim's fees")
        year = 36000 if claim["interest"]["day_count"] == "30E/360" else 36500
        exact = sum(
            _amount(one["principal"]) * Decimal(one["rate"]) * one["days"] / year
            for one in claim["interest"]["periods"]
        )
        rounded = Decimal(exact).quantize(_CENT, rounding=ROUND_HALF_UP)
        if abs(rounded - _amount(claim["interest"]["accrued"])) != 0:
            wrong.append("a claim's interest")
    principal = sum(_amount(claim["open"]) for claim in claims)
    interest = sum(_amount(claim["interest"]["accrued"]) for claim in claims)
    fees = sum(_amount(claim["fees"]) for claim in claims)
    expected = {
        "principal": principal, "interest": interest, "fees": fees,
        "open": principal + interest + fees,
    }  # fmt: skip
    wrong += [name for name, amount in expected.items() if _amount(totals[name]) != amount]
    return wrong


def _amount(money: Mapping[str, str] | None) -> Decimal:
    return Decimal(money["amount"]) if money else Decimal(0)
