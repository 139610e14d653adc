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
    # The bank's lines of two equal payments came before the books' second one: one was merged with
    # the first and told anew, so the partner heard of three.
    "two equal payments at the partner": Plan(13, bank=True, deeds=(
        deed(10, "invoice", number="1002", customer="C2", total="200.00", due=31),
        deed(73, "pay", number="1002", amount="40.00", lag=2),
        deed(75, "pay", number="1002", amount="40.00", lag=2),
    )),
    # The books' own payment was taken for the bank's equal one, which went back: the partner asked
    # for all of it, the books had it as paid, and nobody was asked.
    "the books count another payment than the one that went back": Plan(40024, bank=True, deeds=(
        deed(9, "invoice", number="1001", customer="C1", total="1200.00", due=23),
        deed(44, "trouble", what="pay_meanwhile", where="Decide", nth=3),
        deed(62, "pay", number="1001", amount="1200.00", lag=3),
        deed(72, "take_back", number="1001"),
    )),
    # All was paid here and a part of it there: nothing was open, and nobody was asked whose it was.
    "all is paid here and a part at the partner": Plan(50001, bank=False, deeds=(
        deed(9, "invoice", number="1002", customer="C2", total="25.00", due=30),
        deed(78, "partner_pays", number="1002", amount="12.50", lag=1),
        deed(79, "pay", number="1002", amount="25.00", lag=0),
    )),
}  # fmt: skip
