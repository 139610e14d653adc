"""The row of a debtor: what counts across his cases, what the books owe him, who he really is.

One attribute a case (what ``counts_of`` makes of it) and one a credit, so that whoever writes one
never loses another; every write counts ``version`` up. It holds nothing that cases and facts do not
say (``rebuilt``). ``into`` names the debtor with whom this one was merged: no case is opened for an
alias, and what is written of an alias is written there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from shared.cloud import keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.case import Case
from shared.domain.debtor import ALONE, CaseCounts, Credit, Debtor, counts_of
from shared.domain.events import CaseEvent, HandOverIntended, ReminderIntended
from shared.domain.explain import content_hash
from shared.domain.identity_events import CaseAbsorbed
from shared.domain.model import CreditNote, Payment
from shared.domain.money import total
from shared.errors import Conflict

_CASE, _CREDIT = "c_", "u_"
# From when on the debtor's data may only be stored, and the question to people about it.
_RESTRICTED = ("restricted", "restriction")
# A closed case whose arrears are over counts for nothing after so long: promises, the longest that
# is counted, go by the year.
_KEPT = timedelta(days=400)


def beside(row: Row | None, case: str) -> Debtor:
    """What counts for the debtor beside one of his cases."""
    if row is None:
        return ALONE
    others = _others(row, case)
    credits_ = [row[name] for name in sorted(row) if name.startswith(_CREDIT)]
    if not others and not credits_ and "restricted" not in row:
        return ALONE
    return Debtor(
        cases=tuple(others[name] for name in sorted(others)),
        credits=tuple(Credit.model_validate_json(body) for body in credits_),
        restricted=row.get("restricted"),
    )


def seen(tenant: Tenant, debtor: Debtor) -> list[Write]:
    """The row that keeps what counted for a debtor for ever, by its hash; none for nothing."""
    if debtor == ALONE:
        return []
    key = keys.fact(tenant, "SEEN", content_hash(debtor))
    return [table.put_write({**key, "body": debtor.model_dump_json()}, condition=None)]


def opened(tenant: Tenant, case: Case, events: Sequence[CaseEvent]) -> Write:
    """That a new case counts for its debtor, who is no alias of another; for a transaction."""
    counts = counts_of(case)
    return table.update_write(
        keys.debtor(tenant, case.debtor),
        set_={_CASE + case.id: counts.model_dump_json()} if counts is not None else {},
        add={"version": 1},
        remove=_absorbed(events),
        condition="attribute_not_exists(#into)",
    )


def counted(
    tenant: Tenant, before: Case, after: Case, events: Sequence[CaseEvent], row: Row | None
) -> tuple[list[Write], Row | None]:
    """The write of what new events change for the debtor, if anything, and the row as it is then.

    An INTENT also says that nothing has changed since ``row`` was read: of two cases that would
    both contact the debtor, one does, and what one was told of the debtor stops the other.
    """
    contact = any(isinstance(one, ReminderIntended | HandOverIntended) for one in events)
    counts = counts_of(after)
    if counts == counts_of(before) and not contact:
        return [], row
    own = _CASE + after.id
    set_ = {} if counts is None else {own: counts.model_dump_json()}
    remove = [*([own] if counts is None else []), *_absorbed(events)]
    seen = None if row is None else row.get("version")
    if contact and row is not None and counts is not None:
        remove += _over(row, after.id, counts, events[-1].at.date())
    unchanged = "attribute_not_exists(version)" if seen is None else "version = :seen"
    write = table.update_write(
        keys.debtor(tenant, after.debtor),
        set_=set_,
        add={"version": 1},
        remove=remove,
        condition=unchanged if contact else None,
        values={"seen": seen} if contact and seen is not None else {},
    )
    kept = {name: value for name, value in (row or {}).items() if name not in remove}
    return [write], {**kept, **set_, "version": (seen or 0) + 1}


def rebuilt(cases: Iterable[Case]) -> dict[str, str]:
    """The attributes that a debtor's cases make, of nothing but their events."""
    found = ((one.id, counts_of(one)) for one in cases)
    return {_CASE + name: counts.model_dump_json() for name, counts in found if counts is not None}


def restricted(tenant: Tenant, debtor: str, since: date | None, task: str) -> Write:
    """Restrict a debtor's data from a day on (None: lift it), for the transaction with the trail.

    ``task`` is the question to people about it. The row moves on, so that an act that is on its way
    meets a ``Conflict``. Said again it is one itself.
    """
    key = keys.debtor(tenant, debtor)
    if since is None:
        return table.update_write(
            key, add={"version": 1}, remove=_RESTRICTED,
            condition="attribute_exists(#restricted)",
        )  # fmt: skip
    return table.update_write(
        key, set_={"restricted": since.isoformat(), "restriction": task}, add={"version": 1},
        condition="attribute_not_exists(#restricted)",
    )  # fmt: skip


def cases_of(row: Row | None) -> set[str]:
    """The cases that a debtor's row counts."""
    return {name.removeprefix(_CASE) for name in row or {} if name.startswith(_CASE)}


def survivors(tenant: Tenant, debtors: Iterable[str]) -> dict[str, str]:
    """Who each of some debtors really is; those who are nobody's alias are left out."""
    names = sorted(set(debtors))
    rows = table.batch_get([keys.debtor(tenant, one) for one in names])
    found = {keys.id_of(pk): row["into"] for (pk, _), row in rows.items() if "into" in row}
    return {name: found[name] for name in names if name in found}


def credit(tenant: Tenant, fact: Payment | CreditNote, before: Payment | CreditNote | None) -> None:
    """Keep what is not allocated of a credit note or payment with its debtor, or take it away.

    Of a debtor who is an alias it is kept with the survivor, whenever the two were merged.
    """
    now, then = _credit(fact), _credit(before) if before is not None else None
    debtor = fact.debtor or (before.debtor if before is not None else None)
    if debtor is None or now == then:
        return
    name = _CREDIT + hashlib.sha256(fact.id.encode()).hexdigest()[:16]
    for _ in range(3):
        try:
            table.update(
                keys.debtor(tenant, debtor),
                set_={name: now.model_dump_json()} if now is not None else {},
                add={"version": 1},
                remove=[] if now is not None else [name],
                condition="attribute_not_exists(#into)",
            )
        except Conflict:
            debtor = survivors(tenant, [debtor]).get(debtor, debtor)
            continue
        return
    raise Conflict("a debtor is merged and split all the time")


def renamed(tenant: Tenant, debtor: str, into: str, row: Row | None) -> list[Write]:
    """Make a debtor an alias: its credits and the counts of its cases go to the survivor."""
    moved = {
        name: value
        for name, value in (row or {}).items()
        if name[:2] in {_CASE, _CREDIT} or name in _RESTRICTED
    }
    seen = None if row is None else row.get("version")
    own = table.update_write(
        keys.debtor(tenant, debtor),
        set_={"into": into},
        add={"version": 1},
        remove=sorted(name for name in moved if name.startswith(_CREDIT)),
        condition="attribute_not_exists(version)" if seen is None else "version = :seen",
        values={"seen": seen} if seen is not None else {},
    )
    theirs = table.update_write(
        keys.debtor(tenant, into), set_=moved, add={"version": 1},
        condition="attribute_not_exists(#into)",
    )  # fmt: skip
    member = table.put_write(dict(keys.merged(tenant, into, debtor)), condition=None)
    return [own, theirs, member]


def followed(tenant: Tenant, alias: str, before: str, into: str) -> list[Write]:
    """An alias of a debtor who is merged himself is an alias of the survivor."""
    own = table.update_write(
        keys.debtor(tenant, alias), set_={"into": into}, add={"version": 1},
        condition="#into = :before", values={"before": before},
    )  # fmt: skip
    member = table.put_write(dict(keys.merged(tenant, into, alias)), condition=None)
    return [own, member, table.delete_write(keys.merged(tenant, before, alias))]


def parted(tenant: Tenant, alias: str, into: str) -> list[Write]:
    """An alias is a debtor of its own again, with the credits that are its own in the books.

    The survivor is as it was read, or the transaction ends in ``Conflict``.
    """
    row = table.get(keys.debtor(tenant, into)) or {}
    moved = {
        name: body
        for name, body in row.items()
        if name.startswith(_CREDIT) and Credit.model_validate_json(body).debtor == alias
    }
    own = table.update_write(
        keys.debtor(tenant, alias), set_=moved, add={"version": 1}, remove=["into"],
        condition="#into = :into", values={"into": into},
    )  # fmt: skip
    ends = [own, table.delete_write(keys.merged(tenant, into, alias))]
    if moved:
        theirs = table.update_write(
            keys.debtor(tenant, into), add={"version": 1}, remove=sorted(moved),
            condition="version = :seen", values={"seen": row["version"]},
        )  # fmt: skip
        ends.append(theirs)
    return ends


def members(tenant: Tenant, debtor: str) -> list[str]:
    """The aliases of a debtor."""
    low = keys.merged(tenant, debtor, "-")
    rows = table.query(low["pk"], "MERGED#", "MERGED#~")
    return [row["sk"].partition("#")[2] for row in rows]


def _absorbed(events: Sequence[CaseEvent]) -> list[str]:
    """The entries of cases that now count through the case that took them up."""
    return [_CASE + one.source for one in events if isinstance(one, CaseAbsorbed)]


def _others(row: Mapping[str, Any], case: str) -> dict[str, CaseCounts]:
    return {
        name: CaseCounts.model_validate_json(body)
        for name, body in row.items()
        if name.startswith(_CASE) and name != _CASE + case
    }


def _over(row: Row, case: str, counts: CaseCounts, today: date) -> list[str]:
    """The entries of other cases that count for nothing any more."""
    others = _others(row, case)
    live = Debtor(cases=tuple(others.values())).arrears(counts.since)
    return [
        name
        for name, one in others.items()
        if one.until is not None
        and not one.circumstances
        and not one.refused
        and one not in live
        and max([one.until, one.contacted or one.until, *one.promises]) < today - _KEPT
    ]


def _credit(fact: Payment | CreditNote) -> Credit | None:
    if isinstance(fact, CreditNote):
        left = fact.unallocated
    elif fact.taken_back:
        return None
    else:
        currency = fact.amount.currency
        left = fact.amount - total([one.amount for one in fact.allocations], currency)
    if fact.debtor is None or left.amount <= 0:
        return None
    return Credit(id=fact.id, amount=left, debtor=fact.debtor)
