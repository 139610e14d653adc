"""Who stands at the other end of a transaction."""

from __future__ import annotations

from collections.abc import Container

from connectors.banks.camt.values import account_number, code
from connectors.xml_door import Element
from shared.domain.sighting import Payer

_LONGEST_NAME = 140
# Schemes of company numbers (external code list OrganisationIdentification1Code). Private ids are
# never read: in the Nordics they are national identity numbers.
_COMPANY = ("COID", "TXID", "CINC")


def payer(details: Element, own: Container[str]) -> Payer:
    """The payer of a ``TxDtls``: its debtor.

    Its creditor where the debtor is the account's owner: a return is a payment the other way.
    """
    parties = details.find("RltdPties")
    if parties is None:
        return Payer()
    role = "Dbtr"
    account = account_number(parties.find("DbtrAcct"))
    if account and account in own:
        role, account = "Cdtr", account_number(parties.find("CdtrAcct"))
    party = _party(parties, role)
    name = party.value("Nm") if party is not None else ""
    return Payer(
        name=(name or ultimate(details, role))[:_LONGEST_NAME],
        account=account.removeprefix("BBAN:").removeprefix("BGNR:"),
        business_id=_business_id(party),
    )


def ultimate(details: Element, role: str = "Dbtr") -> str:
    """On whose behalf was paid: ``UltmtDbtr``, empty when nobody else is named."""
    parties = details.find("RltdPties")
    party = _party(parties, f"Ultmt{role}") if parties is not None else None
    return party.value("Nm")[:_LONGEST_NAME] if party is not None else ""


def _party(parties: Element, role: str) -> Element | None:
    """The party itself: newer versions put it into ``Pty``."""
    held = parties.find(role)
    return (held.find("Pty") or held) if held is not None else None


def _business_id(party: Element | None) -> str | None:
    organisation = party.find("Id", "OrgId") if party is not None else None
    found = {
        code(other, "SchmeNm"): other.value("Id")
        for other in (organisation.all("Othr") if organisation is not None else ())
    }
    return next((found[scheme] for scheme in _COMPANY if found.get(scheme)), None)
