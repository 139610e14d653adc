"""A transaction as the hub's sighting: what kind of money it is, and all that says whose."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.banks.camt.entry import Booking, Transaction, reason_of
from connectors.banks.camt.keys import Keys
from connectors.banks.camt.parties import payer, ultimate
from connectors.banks.camt.remittance import Remittance, remittance
from connectors.banks.camt.settings import Account, Payout
from connectors.banks.camt.values import account_number, given
from connectors.xml_door import Element
from shared.domain.money import Money
from shared.domain.sighting import Payer, Sighting, SightingKind

_CAME_BACK = "money that the creditor had sent came back"


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a statement's movements: the connection, the account, and all accounts."""

    connection: str
    account: Account
    accounts: Mapping[str, Account]


def kind_of(booked: Booking, one: Transaction) -> SightingKind | None:
    """Receipt or reversal; None for money that no debtor sent or took back.

    ``RvslInd`` turns a direction around: a credit is then a cancelled debit, a debit a cancelled
    credit. A debit that returns an earlier payment (``RtrInf``, RRTN) is a reversal too.
    """
    returned = booked.returned or one.returned
    if one.credit:
        return None if booked.reversal or returned else "receipt"
    return "reversal" if booked.reversal or returned else None


def came_back(booked: Booking, one: Transaction) -> str:
    """The sentence for a credit that is a payment of the creditor's own, returned; else empty."""
    returned = booked.returned or one.returned
    return _CAME_BACK if one.credit and returned and not booked.reversal else ""


def sighting(
    setting: Setting, keys: Keys, booked: Booking, one: Transaction, note: str
) -> Sighting | None:
    """The movement, None when it is not one of a debtor's. ``note`` is the entry's own text.

    Its key is counted even when it is none, so that those of the others stay the same.
    """
    details = one.details
    amount = one.amount or booked.amount
    sent = tuple(each for each in (amount, one.instructed) if each is not None)
    extra = (ultimate(details), details.value("AddtlTxInf"), note)
    words = remittance(details, sent, extra)
    from_whom = payer(details, setting.accounts)
    ids = _transfer_ids(details)
    key = keys.key(
        (given(details.value("Refs", "AcctSvcrRef")), booked.reference),
        booked.entry_reference,
        lambda: _told_apart(amount, booked, words, from_whom),
        ids,
    )
    kind = kind_of(booked, one)
    if kind is None or not amount:
        return None
    if _payout(setting.account.payouts, from_whom, words) is not None:
        if kind == "reversal":
            return None  # a provider takes its own money back: no debtor's either
        kind = "payout"
    movement = f"{setting.connection}:{setting.account.account}:{key}"
    taken_back = movement if booked.reversal and booked.reference else None
    return _versioned(
        id=movement if kind != "reversal" else f"{movement}:reversal",
        kind=kind,
        account=_account(setting, details),
        amount=amount,
        instructed=one.instructed,
        value_date=booked.value,
        booked=booked.booked,
        paid=one.paid,
        settled=booked.settled,
        references=words.references,
        split=words.split,
        text=words.text,
        payer=from_whom,
        transfer_ids=ids,
        reverses=taken_back if kind == "reversal" else None,
        reason_code=reason_of(details),
    )


def _told_apart(
    amount: Money | None, booked: Booking, words: Remittance, from_whom: Payer
) -> tuple[str, ...]:
    """What tells a transaction without an id from the others of its day."""
    who = (from_whom.account, from_whom.name)
    return (str(amount), booked.booked.isoformat(), *words.references, *who)


def _versioned(**fields: Any) -> Sighting:
    """The sighting under a version that says its content: the same from every copy of a file."""
    found = Sighting(version="-", **fields)
    version = hashlib.sha256(found.model_dump_json().encode()).hexdigest()[:16]
    return found.model_copy(update={"version": version})


def _transfer_ids(details: Element) -> tuple[str, ...]:
    """The ids that travel with the payment from bank to bank."""
    refs = details.find("Refs")
    if refs is None:
        return ()
    found = (given(refs.value(name)) for name in ("EndToEndId", "UETR", "TxId"))
    return tuple(dict.fromkeys(one for one in found if one))


def _account(setting: Setting, details: Element) -> str:
    """The account that the transaction names (a bankgiro of the creditor), else the statement's."""
    parties = details.find("RltdPties")
    named = account_number(parties.find("CdtrAcct")) if parties is not None else ""
    return setting.accounts.get(named, setting.account).account


def _payout(rules: tuple[Payout, ...], from_whom: Payer, words: Remittance) -> Payout | None:
    lines = [*words.references, *words.text.split("\n")]
    for rule in rules:
        name = from_whom.name.casefold().startswith(rule.payer.casefold())
        account = not rule.payer_account or from_whom.account == rule.payer_account
        text = any(line.casefold().startswith(rule.text.casefold()) for line in (*lines, ""))
        if name and account and text:
            return rule
    return None
