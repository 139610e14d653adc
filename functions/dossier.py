"""The dossier of a person: every record of a debtor, found by ids from the debtor's own rows.

It is what an export shows and an erasure takes away, so that neither knows of a record that the
other does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.cloud import debtor_rows, keys, legal_holds, lookups, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.case import Case
from shared.domain.events import CaseEvent, CaseOpened
from shared.domain.identity_events import CaseAbsorbed
from shared.domain.payment import Payment
from shared.errors import NotFound

# Beside an invoice: what was booked of a payment, and money that could be for it.
_MONEY = ("ALLOC", "WAIT")


@dataclass(frozen=True, slots=True)
class Dossier:
    """The records of one person: a debtor and whoever was merged with it.

    ``events`` are by case, ``documents`` the names of stored letters and case files, ``invoices``
    every one, in a case or not, ``payments`` the sightings of money on them and of what was taken
    back of it.
    """

    tenant: Tenant
    debtors: tuple[str, ...]
    parties: tuple[Row, ...]
    events: dict[str, list[CaseEvent]]
    documents: tuple[str, ...]
    invoices: tuple[Row, ...]
    open_invoices: frozenset[str]
    payments: tuple[Row, ...]
    holds: tuple[Row, ...]

    @property
    def debtor(self) -> str:
        """The debtor as whom the person is known."""
        return self.debtors[0]

    def cases(self) -> list[Case]:
        """The cases as they stand."""
        return [Case.replay(name, events) for name, events in self.events.items()]


def dossier(tenant: Tenant, debtor: str) -> Dossier:
    """All records of a person by any of its debtors' ids. Raises ``NotFound``."""
    debtors = same_person(tenant, debtor)
    parties = _rows([keys.party(tenant, one) for one in debtors])
    if not parties:
        raise NotFound("no such debtor")
    store = Store(tenant)
    events = {name: store.events(name) for name in _cases(tenant, debtors)}
    owed = lookups.owed_by(tenant, debtors).invoices
    claims = {claim for name, told in events.items() for claim in Case.replay(name, told).claims}
    invoices = sorted(claims | owed | lookups.invoices_of(tenant, debtors))
    return Dossier(
        tenant=tenant,
        debtors=debtors,
        parties=tuple(parties),
        events=events,
        documents=tuple(dict.fromkeys(documents_of(events.values()))),
        invoices=tuple(_rows([keys.invoice(tenant, one) for one in invoices])),
        open_invoices=owed,
        payments=tuple(_payments(tenant, invoices)),
        holds=tuple(legal_holds.holding(tenant, debtors, tuple(events))),
    )


def same_person(tenant: Tenant, debtor: str) -> tuple[str, ...]:
    """The debtor as whom a person is known, and then all its aliases."""
    first = debtor_rows.survivors(tenant, [debtor]).get(debtor, debtor)
    return (first, *sorted(debtor_rows.members(tenant, first)))


def documents_of(told: Iterable[Iterable[CaseEvent]]) -> Iterator[str]:
    """The names of the documents that events name: letters, their pages, case files."""
    for events in told:
        for event in events:
            for field in ("document", "page"):
                name = getattr(event, field, None)
                if name:
                    yield name


def _cases(tenant: Tenant, debtors: Iterable[str]) -> list[str]:
    """The cases of debtors: the latest of each unit, those before it, and those that went into it.

    What a case was opened after or took up stands in its own events.
    """
    found: list[str] = []
    ahead = [name for debtor in debtors for name in _pointed(tenant, debtor)]
    store = Store(tenant)
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.append(name)
        for event in store.events(name):
            match event:
                case CaseOpened() if event.predecessor:
                    ahead.append(event.predecessor)
                case CaseAbsorbed():
                    ahead.append(event.source)
                case _:
                    pass
    return sorted(found)


def _pointed(tenant: Tenant, debtor: str) -> set[str]:
    pk = keys.open_case(tenant, debtor, "-")["pk"]
    latest = {str(row["case_id"]) for row in table.query(pk, "OPEN#", "OPEN#~")}
    return latest | debtor_rows.cases_of(table.get(keys.debtor(tenant, debtor)))


def _payments(tenant: Tenant, invoices: Sequence[str]) -> list[Row]:
    """The sightings of money that is, or could be, for invoices, and of what follows it."""
    named: set[str] = set()
    for invoice in invoices:
        pk = keys.invoice(tenant, invoice)["pk"]
        # From the first to the last kind of row that names money: one query.
        parts = [row["sk"].partition("#") for row in table.query(pk, "ALLOC#", "WAIT#~")]
        named |= {name for kind, _, name in parts if kind in _MONEY}
    found: set[str] = set()
    for receipt in named:
        pk = keys.sighting(tenant, receipt)["pk"]
        rows = {row["sk"]: row for row in table.query(pk, "PAYMENT", "REV#~")}
        if not _of_others(rows.pop("PAYMENT", None), invoices):
            found |= {receipt, *(sk.partition("#")[2] for sk in rows)}
    return _rows([keys.sighting(tenant, one) for one in sorted(found)])


def _of_others(state: Row | None, invoices: Sequence[str]) -> bool:
    """Whether a payment that once touched these invoices has its place at others alone."""
    if state is None:
        return False
    settles = {one.invoice for one in Payment.model_validate_json(state["body"]).lines}
    return bool(settles) and settles.isdisjoint(invoices)


def _rows(wanted: list[Key]) -> list[Row]:
    found = table.batch_get(wanted)
    return [row for key in wanted if (row := found.get((key["pk"], key["sk"]))) is not None]
