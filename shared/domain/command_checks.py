"""What a command looks at, and why it may be refused; every refusal has a code and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.domain.case import Case, ClaimState
from shared.domain.debtor import ALONE, Debtor, bound
from shared.domain.dispute import left_alone
from shared.domain.fold_states import states_of
from shared.domain.lapses import lapse_of
from shared.domain.law import LawPack
from shared.domain.money import Money, total
from shared.domain.plan import IN_FORCE
from shared.domain.plan_pause import standing
from shared.domain.policy import Policy
from shared.domain.states import States
from shared.errors import Refused

SENTENCES = {
    "balance_changed": "The open amount has changed since the plan was made: offer a new one.",
    "bad_amount": "The amount must be above zero, at most what is open, and in its currency.",
    "bad_day": "The day is past, or further away than the policy allows.",
    "case_closed": "The case is closed.",
    "channel_refused": "The debtor has refused that channel already.",
    "compensation_waived": "The fixed sum for late payment is waived already.",
    "day_too_far": "The day from which it holds is more than 30 days ahead.",
    "disputed": "The claim is disputed: settle the dispute first.",
    "disputed_already": "All that is open of the claim is disputed already.",
    "does_not_sum": "The instalments do not sum to the open amount, or are not in order of days.",
    "ended": "That has ended already.",
    "first_too_late": "The first instalment is due more than 90 days from now.",
    "hold_too_long": "The last day is more than two years from now: leave it empty instead.",
    "lapsed": "One of the claims is time-barred, so nobody is asked to pay it: leave it out.",
    "key_reused": "This id was used for another command.",
    "no_compensation": "The creditor claims no fixed sum for late payment in this case.",
    "no_fee": "There is no fee that could be taken back.",
    "no_such_claim": "The case has no such claim.",
    "no_such_party": "The hub does not know this party.",
    "no_such_state": "The case has nothing with this id.",
    "nothing_open": "Nothing is open of the claim.",
    "plan_in_force": "A payment plan covers the claim.",
    "promise_open": "A promise or settlement for the claim is still open.",
    "same_party": "The debtor cannot be named beside itself.",
    "stopped": "A circumstance of the debtor stops the claims until it has ended.",
    "too_many_claims": "Too many claims at once: choose fewer.",
    "too_many_promises": "The debtor has promised as often as the policy allows within a year.",
    "waived_already": "The interest of those days is waived already, or has not accrued yet.",
    "with_partner": "The claim is with the partner: call it back first, or agree there.",
}


def refused(code: str) -> Refused:
    """The refusal of a command, with the sentence for its giver."""
    return Refused("a command cannot be carried out", code=code, sentence=SENTENCES[code])


@dataclass(frozen=True, slots=True)
class Situation:
    """A case in which somebody gives a command: ``now`` is aware, in the creditor's own zone.

    ``debtor`` is what counts for the debtor beside the case.
    """

    case: Case
    policy: Policy
    law: LawPack
    now: datetime
    debtor: Debtor = ALONE

    @property
    def at(self) -> datetime:
        """The instant, UTC, that events bear."""
        return self.now.astimezone(UTC)

    @property
    def today(self) -> date:
        """The creditor's day."""
        return self.now.date()

    @property
    def states(self) -> States:
        """The states of the case."""
        return states_of(self.case)

    def claim(self, name: str) -> ClaimState:
        """A claim of the case."""
        state = self.case.claims.get(name)
        if state is None:
            raise refused("no_such_claim")
        return state

    def owed(self, name: str) -> ClaimState:
        """A claim of which something is open."""
        state = self.claim(name)
        if not state.open:
            raise refused("nothing_open")
        return state

    def ours(self, name: str) -> ClaimState:
        """A claim of which something is open and that we collect ourselves."""
        state = self.owed(name)
        if state.with_partner:
            raise refused("with_partner")
        return state

    def chosen(self, names: tuple[str, ...], *, there: bool = False) -> tuple[str, ...]:
        """The named claims, or all open ones that we collect, that nothing else binds.

        ``there``: a partner may have them too, who is told. Where none are named, those that we
        collect come first, and what a partner has is meant only where there are no others.
        """
        if not names:
            every = self.case.open_claims()
            ours = [one for one in every if not one.with_partner]
            names = tuple(one.claim.id for one in ours or (every if there else ()))
        if not names:
            raise refused("with_partner" if self.case.open_claims() else "nothing_open")
        for name in dict.fromkeys(names):
            if there:
                self.owed(name)
            else:
                self.ours(name)
            self.unbound(name)
        return tuple(dict.fromkeys(names))

    def agreeable(self, claims: tuple[str, ...]) -> None:
        """Refuses to agree about claims that a circumstance stops, or that are time-barred."""
        told = states_of(bound(self.case, self.debtor)).circumstances.values()
        for name in claims:
            state = self.claim(name)
            if any(one.effect(state.claim.issued) == "stops" for one in told):
                raise refused("stopped")
            lapse = lapse_of(self.case, state, self.law, self.today)
            if lapse is not None and lapse.lapsed(self.today):
                raise refused("lapsed")

    def uncontested(self, claims: tuple[str, ...]) -> None:
        """Refuses claims of which a part is disputed."""
        if self.undisputed(claims) != self.open_of(claims):
            raise refused("disputed")

    def unbound(self, name: str) -> None:
        """Refuses a claim that a plan in force covers, or that was promised."""
        for plan in self.states.plans.values():
            stage = standing(plan, self.states, self.case.claims, self.today)
            if name in plan.claims and stage in IN_FORCE:
                raise refused("plan_in_force")
        for promise in self.states.promises.values():
            if name not in promise.claims or promise.outcome != "open":
                continue
            judged = promise.judged(self.case.claims, self.today)
            # A settlement that is paid has its rest still to be let go.
            if judged == "open" or (judged == "kept" and promise.settles):
                raise refused("promise_open")

    def open_of(self, names: tuple[str, ...]) -> Money:
        """What is open of some claims together."""
        return total([self.case.claims[name].open for name in names], self.case.currency)

    def undisputed(self, names: tuple[str, ...]) -> Money:
        """What is open of some claims and not contested."""
        disputes = self.states.disputes.values()
        parts = [left_alone(disputes, self.case.claims[name]) for name in names]
        return self.open_of(names) - total(parts, self.case.currency)

    @property
    def tolerance(self) -> Money | None:
        """By how much money may fall short and counts as paid; None in another currency."""
        found = self.policy.tolerance
        return found if found and found.currency == self.case.currency else None

    def within(self, amount: Money, most: Money) -> Money:
        """An amount that is more than nothing and not above another."""
        if amount.currency != most.currency or not 0 < amount.amount <= most.amount:
            raise refused("bad_amount")
        return amount
