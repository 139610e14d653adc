"""The liable parties of a case file: the debtor, who owes beside it, and until when each owes."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.case import Case
from shared.domain.casefile_rights import FileLimitation
from shared.domain.casefile_v1 import FileDebtor
from shared.domain.lapses import lapse_for
from shared.domain.lawpack import LawPack
from shared.domain.model import Party
from shared.domain.state_events import LiableRole

# Who is protected as a natural person where nobody knows better.
_MAYBE_PERSONS = frozenset({"person", "estate", "unknown"})


def liable_parties(case: Case, claims: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of all who owe some of the claims beside the debtor; a mere payer owes nothing."""
    return tuple(dict.fromkeys(party for party, _ in roles(case, claims)))


def debtors(
    case: Case, claims: tuple[str, ...], party: Party, beside: Mapping[str, Party]
) -> tuple[FileDebtor, ...]:
    """The debtor first, then co-debtors and guarantors with the claims that each owes.

    Raises ``ValueError`` when one of them is not in ``beside``.
    """
    found = [_debtor(party, "principal", claims)]
    for (name, role), owed in roles(case, claims).items():
        if name not in beside:
            raise ValueError("a liable party is not given")
        found.append(_debtor(beside[name], role, tuple(owed)))
    return tuple(found)


def limitation(
    case: Case, claim: str, law: LawPack | None, debtors: tuple[FileDebtor, ...]
) -> tuple[FileLimitation, ...]:
    """When a claim lapses against each liable party, on its own terms; nothing without a law."""
    found = []
    for debtor in debtors:
        if law is None or claim not in debtor.liable_for:
            continue
        state = case.claims[claim]
        person = debtor.kind in _MAYBE_PERSONS
        if debtor.role == "principal":
            person = state.claim.natural_person
        lapse = lapse_for(case, state, law, natural_person=person)
        why = lapse.because[0]
        found.append(
            FileLimitation(
                party=debtor.id,
                lapses_on=lapse.lapses_on,
                final=lapse.final,
                rule=why.rule,
                section=why.section,
            )
        )
    return tuple(found)


def roles(case: Case, claims: tuple[str, ...]) -> dict[tuple[str, LiableRole], list[str]]:
    """Who owes which of some claims beside the debtor, by party and role."""
    found: dict[tuple[str, LiableRole], list[str]] = {}
    for one in case.states.liable if case.states is not None else ():
        if one.claim in claims and one.role != "payer":
            found.setdefault((one.party, one.role), []).append(one.claim)
    return found


def _debtor(party: Party, role: str, claims: tuple[str, ...]) -> FileDebtor:
    fields = {
        "id": party.id,
        "role": role,
        "liable_for": claims,
        "kind": party.kind,
        "name": party.name,
        "language": party.language,
        "country": party.country,
        "business_id": party.business_id,
        "business_id_scheme": party.business_id_scheme,
        "customer_number": party.customer_number,
        "emails": party.emails,
        "phones": party.phones,
        # Whoever has a protected address decides who learns it: a person hands such a case over.
        "addresses": tuple(address for address in party.addresses if not address.protected),
    }
    return FileDebtor.model_validate(fields)
