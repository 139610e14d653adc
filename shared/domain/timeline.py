"""The timeline's words: what an event of a command did, in one plain English sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared.domain.events import CaseEvent
from shared.domain.money import Money
from shared.domain.plan_events import WrittenOff

# Each sentence names fields of its event; a day is written in ISO 8601, money with its currency.
_WORDS: Mapping[str, str] = {
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
    "channel_restored": "The debtor may be reached by {channel} again.",
    "policy_moved": "{by}: the case goes on under policy {policy}, version {version}.",
    "notice_imported": "A {what} of {on} is taken over from before the hub.",
    "commanded": "{by}: {type} ({why}).",
    "partner_received": "The partner has the case on its desk.",
    "partner_answered": "The partner answered: case {partner_case} {code}.",
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

# What a field means that was left out.
_LEFT_OUT: Mapping[str, str] = {"amount": "all of it", "until": "it is released"}


def words(event: CaseEvent) -> str:
    """The sentence for an event; empty for one that no command makes."""
    sentence = _WORDS.get(event.kind)
    if sentence is None:
        return ""
    if isinstance(event, WrittenOff) and event.cause == "settlement_undone":
        sentence = "The settlement's money was taken back: {amount} of claim {claim} is owed again."
        event = event.model_copy(update={"amount": -event.amount})
    fields = {name: _said(name, value) for name, value in event}
    return sentence.format_map(fields)


def _said(name: str, value: object) -> str:
    match value:
        case None:
            return _LEFT_OUT.get(name, "")
        case date() | Money() | str() | int():
            return str(value)
        case _:
            return ""
