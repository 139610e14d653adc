"""What a debtor may ask for by a country's law pack, with the section that says so."""

from __future__ import annotations

from shared.domain.claim_events import Claim
from shared.domain.law import LawPack, treatment


def dispute_section(pack: LawPack) -> str:
    """The section by which a disputed claim is left alone; empty where the pack names none."""
    return next((one.section for one in pack.duties if one.id == f"{pack.country}-DISPUTE"), "")


def stop_section(pack: LawPack, claim: Claim) -> str:
    """The section by which the debtor of a claim may ask that acts cost nothing more.

    Empty where the law gives no such right: there a request to stop is an objection.
    """
    treated = treatment(claim.capacity, natural_person=claim.natural_person)
    for duty in pack.duties:
        if duty.stops_costs and treated in duty.capacity:
            return duty.section
    return ""
