"""Reaching: by which channel a contact goes, to which address, and the message as it takes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import connectors
from connectors.contract import Message
from functions import carriers
from shared.cloud import keys, letter_rows, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain.calendar import banking_days_after
from shared.domain.case import Case
from shared.domain.channels import Reach, routed
from shared.domain.circumstance import addressee as instead
from shared.domain.creditor import Creditor
from shared.domain.debtor import Debtor, bound
from shared.domain.decide import Ask, Remind, Rest
from shared.domain.envelope import Window
from shared.domain.fold_states import states_of
from shared.domain.letter import Letter, compose
from shared.domain.letter_input import LetterInput
from shared.domain.model import AddressKind, Party
from shared.domain.own_texts import OwnTexts, places
from shared.domain.policy import Policy
from shared.errors import Conflict, NotFound

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_KINDS: Final[tuple[AddressKind, ...]] = ("email", "phone", "postal")


def way(run: Run, decision: Remind, party: Party) -> tuple[Run, Remind | Ask | Rest]:
    """A contact by the first of its channels that can carry it, or the question to a person.

    A rest where the one that can has to wait for its hours or its cap.

    Where that is not the contact as it was decided, the run keeps by what it was found: the kinds
    of address alone. Raises ``Conflict`` when there is no contact to make any more.
    """
    needs = {one: carriers.needs(channel(run, one)) for one in decision.channels}
    reach = Reach(
        needs=needs, known=known(party), days=_days(run, decision.channels), kinds=dict(run.kinds)
    )
    answer = routed(run.case, run.policy, run.law, run.local_now, reach, run.debtor)
    if not isinstance(answer, Remind | Ask | Rest):
        raise Conflict("the decision changed while its channel was looked for")
    return (run if answer == decision else replace(run, reach=reach.model_dump_json())), answer


def ahead(
    tenant: Tenant,
    creditor: Creditor,
    case: Case,
    policy: Policy,
    debtor: Debtor,
    read: Callable[[Key], Row | None] = lambda _: None,
) -> Callable[[date], Reach]:
    """How a debtor can be reached on a coming day, as far as rows say it now.

    By every kind of address where nobody knows the one for whom it is. ``read`` are the rows that
    are at hand already.
    """
    there = dict(carriers.rows(tenant, set(carriers.channels(policy)), read))
    other = instead(states_of(bound(case, debtor)).circumstances.values())
    whom = keys.party(tenant, other or case.debtor)
    row = read(whom) or table.get(whom)
    party = None if row is None else Party.model_validate_json(row["body"])
    needs = {one: carriers.needs(row) for one, row in there.items()}
    kinds = dict(carriers.kinds(tenant, case, policy, debtor, read))
    found = _KINDS if party is None else known(party)

    def reach(on: date) -> Reach:
        days = {one: delivery(row, creditor.country, on) for one, row in there.items()}
        told = {one: number for one, number in days.items() if number is not None}
        return Reach(needs=needs, known=found, days=told, kinds=kinds)

    return reach


def addressee(run: Run) -> Party:
    """The debtor, or who stands for it while a circumstance keeps letters from the debtor.

    Raises ``NotFound`` when nobody knows the one for whom it is.
    """
    other = instead(states_of(bound(run.case, run.debtor)).circumstances.values())
    key = keys.party(run.tenant, other or run.case.debtor)
    row = run.loaded.row(key) if other is None else None
    row = row or table.get(key)
    if row is None:
        raise NotFound("whom the letter is for is not known")
    return Party.model_validate_json(row["body"])


def channel(run: Run, connection: str) -> Row:
    """The connection that a contact may go by, as it was read with the case; empty for none."""
    return run.loaded.row(keys.connection(run.tenant, connection)) or {}


def _days(run: Run, channels: Sequence[str]) -> dict[str, int]:
    """The calendar days that each channel takes from today on, as its connection says."""
    today, country = run.local_now.date(), run.creditor.country
    found = {one: delivery(channel(run, one), country, today) for one in channels}
    return {one: days for one, days in found.items() if days is not None}


def delivery(row: Row, country: str, today: date) -> int | None:
    """The calendar days after which what a channel takes today has certainly arrived.

    By the banking days of the connection's own posting class, else what its connector declares;
    None for a connection that is gone.
    """
    if not row:
        return None
    own = json.loads(row.get("config") or "{}").get("delivery_days")
    if own is None:
        return connectors.spec(row["connector"]).delivery_days
    return (banking_days_after(country, today, own) - today).days


def address(party: Party, needed: AddressKind) -> str:
    """The mail address or the number (E.164) that a channel writes to; empty where there is none.

    A number without its country is none: nobody guesses whose phone that is.
    """
    if needed == "phone":
        plain = (re.sub(r"[\s()./-]", "", one) for one in party.phones)
        whole = (f"+{one[2:]}" if one.startswith("00") else one for one in plain)
        return next((one for one in whole if _NUMBER.fullmatch(one)), "")
    return next(iter(party.emails), "") if needed == "email" else ""


def message(
    run: Run, letter: Letter, page: bytes | None, party: Party, needed: AddressKind, act: str
) -> Message:
    """The letter as a channel takes it, with the address that this channel needs and no other."""
    return Message(
        to=address(party, needed),
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=letter.language,
        tags={"tenant": run.tenant.id, "act": act},
        sms=letter.sms if needed == "phone" else None,
        pdf=page,
        address=place(party, run.creditor.country) if needed == "postal" else (),
    )


def languages(run: Run, decision: Remind) -> tuple[str | None, ...]:
    """The languages that were agreed for a contact: the override's, then the agreement's own.

    Of several agreements that of the contact's first claim counts.
    """
    rows = [run.loaded.row(keys.invoice(run.tenant, one)) for one in _named(decision)]
    agreed = [json.loads(row["body"]).get("agreement") for row in rows if row is not None]
    first = next((one for one in agreed if one), None)
    row = table.get(keys.fact(run.tenant, "AGR", first)) if first else None
    return run.language, json.loads(row["body"]).get("language") if row else None


def _named(decision: Remind) -> tuple[str, ...]:
    return decision.claims or decision.also


def own_texts(run: Run, said: LetterInput) -> OwnTexts:
    """The creditor's own sentences for a letter, in each of its languages."""
    row = run.loaded.row(letter_rows.index_key(run.tenant))
    return letter_rows.own(run.tenant, row, places(said), run.creditor.link_hosts)


def page(said: LetterInput, party: Party, own: OwnTexts, window: Window) -> bytes:
    """The letter on paper (PDF). Raises ``ValueError`` when it cannot be printed as it is."""
    # Typeface and layout are for letters on paper alone: no mail pays for them.
    from shared.domain.letter_pdf import letter_pdf

    made = compose(said, own)
    return letter_pdf(
        made.blocks,
        language=said.language,
        title=made.title,
        address=place(party, said.creditor.country),
        window=window,
    )


def place(party: Party, home: str) -> tuple[str, ...]:
    """The postal address as it stands on a letter, name first; empty where none is known.

    ``home`` is the creditor's country, which is not written. A protected address is none.
    """
    for one in party.addresses:
        if one.lines and one.city and not one.protected:
            town = f"{one.postal_code} {one.city}".strip()
            abroad = () if one.country == home else (one.country,)
            return (party.name, *one.lines, town, *abroad)
    return ()


def known(party: Party) -> tuple[AddressKind, ...]:
    """The kinds of address at which a debtor can be reached."""
    return tuple(
        one for one in _KINDS if (place(party, "") if one == "postal" else address(party, one))
    )
