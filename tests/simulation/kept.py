"""Plans that once broke a rule, in their shortest form, by what was wrong: they stay right."""

from __future__ import annotations

from tests.simulation.characters import deed
from tests.simulation.plan import Plan

KEPT = {
    # The books freed a payment of a claim that the partner had; nobody was asked, nobody told.
    "a payment is taken back at the partner": Plan(2148, bank=False, deeds=(
        deed(11, "invoice", number="1002", customer="C1", total="1200.00", due=25),
        deed(79, "pay", number="1002", amount="1200.00", lag=0),
        deed(86, "take_back", number="1002"),
    )),
}  # fmt: skip
