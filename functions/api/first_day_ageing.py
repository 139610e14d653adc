"""The hub's ledger laid beside the books, invoice by invoice, so many in a call, and kept a day.

A look at the checklist costs a few reads, whatever the books hold: it shows the comparison that
somebody asked for, or that of the first invoices alone.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from shared.cloud import audit, clock, keys, profiles, report_rows, table, truths
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row
from shared.domain.explain import Record
from shared.domain.first_day_checklist import Beside, Item, ageing
from shared.domain.ledger_truth import Truth
from shared.domain.money import Money
from shared.domain.policy import Policy

# Invoices that one call compares, and those that a look at the checklist compares by itself.
MOST_COMPARED, _AT_A_LOOK = 1_000, 20
# The books move on: how long a comparison says something of them.
_GOOD_FOR = timedelta(days=1)


class Comparing(Record):
    """``erp_total`` is the total of open items that the ERP prints, in the policy's currency.

    ``go_on``: with the invoices after those that were compared before.
    """

    erp_total: str | None = Field(default=None, pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$")
    go_on: bool = False


def post_ageing(request: Request) -> Answer:
    """Compare the ledger with the books, up to 1,000 invoices in a call; the checklist shows it.

    Where the point's evidence says that not all invoices were compared, ``go_on`` compares those
    that come after.
    """
    said, tenant = read(request, Comparing), request.tenant
    currency = policy_of(tenant).tolerance.currency
    row = _kept(tenant, currency)
    before = None if row is None else Beside.model_validate_json(row["body"])
    stated = _stated(said.erp_total, currency)
    if said.go_on and row is not None and before is not None and before.after is not None:
        stated = stated or _total(row, currency)
    else:
        before = _nothing(currency)
    found = _compared(tenant, before, MOST_COMPARED)
    by, at = request.principal.client, clock.stamp(clock.now())
    kept = {**_key(tenant), "body": found.model_dump_json(), "by": by, "at": at}
    if stated is not None:
        kept["stated"] = str(stated.amount)
    entry = audit.entry(tenant, by, "books_compared", {"invoices": found.invoices})
    table.transact([table.put_write(kept, condition=None), entry])
    return Answer({"point": _item(kept, found).model_dump(mode="json")})


def looked_at(tenant: Tenant, currency: str) -> Item:
    """The point of the checklist: as somebody compared them lately, or by the first invoices."""
    row = _kept(tenant, currency)
    if row is None:
        return ageing(_compared(tenant, _nothing(currency), _AT_A_LOOK))
    return _item(row, Beside.model_validate_json(row["body"]))


def known(tenant: Tenant, after: str | None, most: int) -> tuple[list[Truth], str | None]:
    """All money that is known of so many invoices of the books, in the order of their ids.

    Those after the invoice ``after``, None for the first. The second is the last one that was
    looked at; None when there are no more.
    """
    start = None
    if after is not None:
        listing = keys.listing(tenant, "INV")
        start = {**keys.invoice(tenant, after), "list_in": listing, "list_id": after}
    names = list(islice(report_rows.listed(tenant, "INV", start), most + 1))
    found = [truths.money_truth(tenant, one)[1] for one in names[:most]]
    last = names[most - 1] if len(names) > most else None
    return [one for one in found if one.invoice.issued_in_books], last


def policy_of(tenant: Tenant) -> Policy:
    """The active policy. Raises ``Problem`` 409 where there is none."""
    policy = profiles.active_policy(tenant)
    if policy is None:
        raise Problem(
            409, "no_policy", "Activate a policy first: the figures are compared with it."
        )
    return policy


def _compared(tenant: Tenant, before: Beside, most: int) -> Beside:
    found, last = known(tenant, before.after, most)
    return before.further(found, last)


def _nothing(currency: str) -> Beside:
    return Beside(ledger=Money.zero(currency), books=Money.zero(currency))


def _key(tenant: Tenant) -> Key:
    return keys.fact(tenant, "FIRSTDAY", "ageing")


def _kept(tenant: Tenant, currency: str) -> Row | None:
    """What was compared within a day, in this currency."""
    row = table.get(_key(tenant))
    if row is None or clock.now() - clock.read_stamp(row["at"]) > _GOOD_FOR:
        return None
    return row if Beside.model_validate_json(row["body"]).ledger.currency == currency else None


def _item(row: Row, found: Beside) -> Item:
    return ageing(found, _total(row, found.ledger.currency), at=row["at"], by=row["by"])


def _total(row: Row, currency: str) -> Money | None:
    return Money.of(row["stated"], currency) if "stated" in row else None


def _stated(text: str | None, currency: str) -> Money | None:
    try:
        return None if text is None else Money.of(text, currency)
    except ValueError as error:
        raise invalid(fault("erp_total", "not_money", str(error))) from None
