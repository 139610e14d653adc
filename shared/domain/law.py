"""What the law allows on a day: the one door to fees, waits, duties and checked policies.

The rules themselves are data (:mod:`shared.domain.lawpack`), and no code asks for a country: every
condition that an act names is a field of its rule.
"""

from __future__ import annotations

from shared.domain.law_duties import covers, must_say, only_pressure, payment_effective
from shared.domain.law_facts import ClaimFacts, NoticeFact, Verdict
from shared.domain.law_fees import act_fee, reminder_fee
from shared.domain.law_waits import contact_opens, deadline, hand_over, min_payment_days
from shared.domain.lawcheck import Violation, check_policy
from shared.domain.lawpack import LawPack, load, read_pack, treatment

__all__ = [
    "ClaimFacts", "LawPack", "NoticeFact", "Verdict", "Violation", "act_fee", "check_policy",
    "contact_opens", "covers", "deadline", "hand_over", "load", "min_payment_days", "must_say",
    "only_pressure", "payment_effective", "read_pack", "reminder_fee", "treatment",
]  # fmt: skip
