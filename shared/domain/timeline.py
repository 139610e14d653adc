"""The timeline's words: what happened in a case, each event in one plain English sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared.domain.events import CaseEvent, Decided, PartnerAnswered
from shared.domain.explain import Record
from shared.domain.money import Money
from shared.domain.partner_events import PartnerOffered
from shared.domain.plan_events import WrittenOff

# Each sentence names fields of its event; a day is written in ISO 8601, money with its currency,
# and what has an id by it.
_WORDS: Mapping[str, str] = {
    "case_opened": "The case is opened for debtor {debtor} under policy {policy}.",
    "claim_joined": "Claim {claim} joins the case.",
    "payment_allocated": "{amount} of payment {payment}, received on {received}, settles claim"
    " {claim}.",
    "payment_sighted": "Payment {payment} on claim {claim} is seen again as {seen_as}: it counts"
    " once.",
    "payment_reversed": "{amount} of payment {payment} on claim {claim} is taken back: it is owed"
    " again from {on}.",
    "credit_applied": "Credit note {credit_note} takes {amount} off claim {claim}.",
    "balance_stated": "The books say that {open} is open of claim {claim} instead of {before}"
    " ({cause}).",
    "claim_flagged": "The books' marks not to dun claim {claim} are now: {do_not_dun}.",
    "claim_missing": "The books no longer know the invoice of claim {claim}.",
    "decided": "The hub decides {decision}.",
    "reminder_intended": "A reminder ({step}) about {claims} is made, to go by {channel}; it gives"
    " time until {deadline}.",
    "hand_over_intended": "Claims {claims} are to go to partner {partner}, with case file"
    " {file_version}.",
    "act_sent": "Act {act} went out on {on}.",
    "act_failed": "Act {act} did not happen ({code}).",
    "act_unknown": "Nobody can say yet whether act {act} happened.",
    "act_passed": "Act {act} is let be: its step is passed on {on}, but nothing was given.",
    "act_withheld": "Step {step} for {claims} was kept in ({why}): nothing went out.",
    "notice_returned": "The notice of act {act} came back ({code}): it was not given.",
    "person_asked": "A person is asked ({why}): question {task}.",
    "parked": "The hub gave up on the case ({why}): a person has it.",
    "unparked": "{by}: the hub goes on with the case.",
    "extras_paid": "Of payment {payment}, {interest} goes to interest and {fees} to fees on claim"
    " {claim}.",
    "residual_settled": "{interest} of interest and {fees} of fees on claim {claim} are left:"
    " {becomes} ({why}).",
    "case_absorbed": "The claims of case {source} join as they stand.",
    "claims_parted": "Claims {claims} leave for case {into}.",
    "case_closed": "The case is closed ({why}).",
    "held": "A hold ({reason}) rests until {until}.",
    "released": "The hold {hold} has ended.",
    "disputed": "Claim {claim} is disputed ({amount}); our answer is due by {answer_by}.",
    "dispute_answered": "The debtor has our answer to dispute {dispute}.",
    "dispute_settled": "Dispute {dispute} is {outcome}.",
    "stop_requested": "No act may cost the debtor anything from {on} on.",
    "stop_withdrawn": "The request to stop is taken back.",
    "circumstance_noted": "A circumstance is noted: {what}, effective {effective}.",
    "circumstance_ended": "Circumstance {circumstance} has ended.",
    "liable_named": "Party {party} stands beside the debtor for claim {claim}: {role}.",
    "liable_released": "Party {party} no longer stands beside the debtor for claim {claim}.",
    "promise_made": "{amount} is promised by {day}; its claims rest until {holds_to}.",
    "promise_ended": "Promise {promise} was {outcome}.",
    "plan_proposed": "A payment plan is offered until {answer_by}.",
    "plan_agreed": "Payment plan {plan} is agreed: while it is kept nothing advances.",
    "instalment_missed": "Instalment {number} of payment plan {plan} was not paid in time.",
    "plan_ended": "Payment plan {plan} is {outcome}.",
    "written_off": "{amount} of claim {claim} is written off ({cause}).",
    "interest_waived": "No interest is asked for on claim {claim} up to {to}.",
    "compensation_waived": "No fixed sum for late payment is asked for on claim {claim}.",
    "fee_credited": "The fee of {amount} on claim {claim} is taken back.",
    "due_moved": "Claim {claim} is due on {due} instead of {before}.",
    "person_answered": "The question {task} is answered: {answer}.",
    "act_delivered": "The carrier proves that the notice arrived on {on}.",
    "channel_refused": "Nothing goes to the debtor by {channel} any more ({cause}).",
    "payer_said": "The payer wrote on its page ({about}).",
    "channel_restored": "The debtor may be reached by {channel} again.",
    "policy_moved": "{by}: the case goes on under policy {policy}, version {version}.",
    "notice_imported": "A {what} of {on} is taken over from before the hub.",
    "commanded": "{by}: {type} ({why}).",
    "partner_received": "The partner has the case on its desk.",
    "partner_answered": "The partner took the case as its number {partner_case}.",
    "partner_paid": "The partner received {principal} of claim {claim} on {received}.",
    "partner_paid_back": "{principal} of claim {claim} went back at the partner on {on}.",
    "partner_closed": "The partner has ended its work: {code}.",
    "partner_needs": "The partner needs information: {what}.",
    "partner_moved": "The partner's work is in the stage {stage}.",
    "partner_plan_agreed": "Payment plan {plan} is agreed at the partner: nothing advances here.",
    "partner_plan_ended": "Payment plan {plan} at the partner is {outcome}.",
    "partner_offered": "{amount} is offered to the partner in full payment until {until}.",
    "partner_disputed": "The debtor contests at the partner: dispute {dispute}.",
    "partner_learned": "The partner learned something of the debtor: {what}.",
    "partner_suspended": "The partner's work rests ({why}) until {until}.",
    "partner_costs": "The debtor owes the partner {open} of costs.",
    "partner_legal_step": "The partner took a legal step on {on}: {step}.",
    "partner_remitted": "The partner paid out in remittance {remittance} on {value_date}.",
    "case_file_amended": "Case file {file_version} is made for partner {partner}.",
    "case_recalled": "{by} takes claims back from partner {partner} ({why}).",
}

# What the hub decided, by the kind of the decision; of before it holds plain JSON.
_DECISIONS: Mapping[str, str] = {
    "rest": "to wait until {until} ({why})",
    "remind": "to remind of {claims}, step {step}",
    "hand_over": "to hand {claims} over to partner {partner}, step {step}",
    "ask": "to ask a person ({why})",
    "done": "that there is nothing left to do ({why})",
}

# What a field means that was left out.
_LEFT_OUT: Mapping[str, str] = {
    "amount": "all of it", "until": "it is released", "partner_case": "(none)", "code": "no reason",
    "do_not_dun": "none",
}  # fmt: skip


def words(event: CaseEvent) -> str:
    """The sentence for an event: ids, days, amounts and codes, never a personal value."""
    sentence = _WORDS[event.kind]
    if isinstance(event, WrittenOff) and event.cause == "settlement_undone":
        sentence = "The settlement's money was taken back: {amount} of claim {claim} is owed again."
        event = event.model_copy(update={"amount": -event.amount})
    if isinstance(event, PartnerAnswered) and not event.accepted:
        sentence = "The partner did not take the case ({code})."
    fields = {name: _said(name, value) for name, value in event}
    match event:
        case Decided():
            fields["decision"] = _decision(event)
        case PartnerOffered(until=None):
            fields["until"] = "it is taken back"
        case _:
            pass
    return sentence.format_map(fields)


def _decision(event: Decided) -> str:
    said = event.decision
    fields = {name: _said(name, value) for name, value in said.items()}
    if said.get("until") is None:
        fields["until"] = "something happens"
    return _DECISIONS[said["kind"]].format_map(fields)


def _said(name: str, value: object) -> str:
    match value:
        case None | ():
            return _LEFT_OUT.get(name, "")
        case date() | Money() | str() | int():
            return str(value)
        case tuple() | list():
            return ", ".join(_said(name, one) for one in value)
        case Record():
            return str(getattr(value, "id", ""))
        case _:
            return ""
