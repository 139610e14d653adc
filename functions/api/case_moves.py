"""Case moves: the claims of one debtor's case into another's, each move in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.cloud import clock, keys, profiles, table
from shared.cloud.keys import Tenant
from shared.cloud.store import Loaded, Store, case_name
from shared.cloud.table import Write
from shared.domain import identity
from shared.domain.events import CaseOpened, PolicyRef
from shared.domain.identity_events import CaseAbsorbed, ClaimsParted
from shared.domain.model import Invoice
from shared.domain.policy import Policy
from shared.errors import Conflict

# A case moves under us at most as often as the machine and its sources write to it.
_RELOADS = 5


def open_cases(tenant: Tenant, debtor: str) -> list[Loaded]:
    """The debtor's cases that are not closed."""
    pk = keys.open_case(tenant, debtor, "-")["pk"]
    names = [row["case_id"] for row in table.query(pk, "OPEN#", "OPEN#~")]
    loaded = [Store(tenant).load(name) for name in dict.fromkeys(names)]
    return [one for one in loaded if not one.case.closed]


def target_of(tenant: Tenant, source: Loaded, into: str) -> Loaded | None:
    """The survivor's open case of the same unit, if it has one."""
    pointer = table.get(keys.open_case(tenant, into, _unit_of(tenant, source)))
    if pointer is None:
        return None
    found = Store(tenant).load(pointer["case_id"])
    return None if found.case.closed or found.case.debtor != into else found


def check(tenant: Tenant, moving: Sequence[Loaded], targets: Sequence[Loaded | None]) -> None:
    """Refuses the whole merge where a case of it cannot be moved; nothing is written yet."""
    today = profiles.creditor(tenant).today(clock.now())
    for source, target in zip(moving, targets, strict=True):
        identity.movable(source.case, today)
        if target is not None:
            identity.quiet(target.case, today)
            identity.same_steps(_policy(tenant, source), _policy(tenant, target))


def move(tenant: Tenant, name: str, into: str) -> dict[str, str]:
    """One case of the alias into the survivor's, in one transaction; again if one of them moved."""
    store = Store(tenant)
    for _ in range(_RELOADS):
        source = store.load(name)
        if source.case.successor is not None:
            return {"case": name, "into": source.case.successor}
        target = target_of(tenant, source, into)
        check(tenant, [source], [target])
        try:
            return {"case": name, "into": _moved(store, source, target, into)}
        except Conflict:
            continue
    raise Conflict("the cases are written to by others all the time")


def _moved(store: Store, source: Loaded, target: Loaded | None, into: str) -> str:
    tenant, now = store.tenant, clock.now()
    unit = _unit_of(tenant, source)
    pointer = table.get(keys.open_case(tenant, into, unit))
    before = pointer["case_id"] if pointer else None
    name = target.case.id if target else case_name(tenant, into, unit, before)
    taken = identity.absorbing(source.case, now)
    leaving, _ = store.appended(source, identity.leaving(source.case, name, now), due_at=None)
    points = [
        table.put_write({**keys.open_case(tenant, who, unit), "case_id": name}, condition=None)
        for who in (source.case.debtor, into)
    ]
    also = [*leaving, *points, *_pointed(tenant, taken, name)]
    if target is not None:
        store.append(target, [taken], due_at=now, also=also)
        return name
    opened = _opening(source, into, before, now)
    store.open(name, [opened, taken], due_at=now, also=also)
    return name


def _opening(source: Loaded, debtor: str, before: str | None, now: datetime) -> CaseOpened:
    """The beginning of a case of another debtor under the terms of this one."""
    case = source.case
    if case.policy is None:
        raise Conflict("the case has no policy")
    return CaseOpened(
        at=now, debtor=debtor, connection=case.connection,
        policy=PolicyRef(id=case.policy.id, version=case.policy.version), law=case.law,
        capacity=case.capacity, currency=case.currency, predecessor=before,
        compensation=case.compensation,
    )  # fmt: skip


def _pointed(tenant: Tenant, taken: CaseAbsorbed, case: str) -> list[Write]:
    """Invoices and open tasks name the case in which their claims are now."""
    invoices = [keys.invoice(tenant, state.claim.id) for state in taken.claims]
    known = table.batch_get(invoices)
    writes = [
        table.update_write(key, set_={"case_id": case}, condition="attribute_exists(pk)")
        for key in invoices
        if (key["pk"], key["sk"]) in known
    ]
    for name in taken.tasks:
        key = keys.task(tenant, name)
        writes.append(
            table.update_write(key, set_={"case": case}, condition="attribute_exists(pk)")
        )
    return writes


def parting(tenant: Tenant, alias: str, into: str, claims: Sequence[str]) -> dict[str, list[str]]:
    """The claims that leave, by the case in which they are. Refuses those that cannot."""
    grouped: dict[str, list[str]] = {}
    rows = table.batch_get([keys.invoice(tenant, one) for one in claims])
    for claim in dict.fromkeys(claims):
        key = keys.invoice(tenant, claim)
        row = rows.get((key["pk"], key["sk"]))
        if row is None or "case_id" not in row:
            raise identity.refused("not_its_claim")
        if Invoice.model_validate_json(row["body"]).debtor != alias:
            raise identity.refused("not_its_claim")
        grouped.setdefault(row["case_id"], []).append(claim)
    for name, some in grouped.items():
        case = Store(tenant).load(name).case
        if case.debtor != into:
            raise identity.refused("not_its_claim")
        identity.untouched(case, some)
        identity.quiet(case, profiles.creditor(tenant).today(clock.now()))
    return grouped


def part(tenant: Tenant, name: str, alias: str, claims: Sequence[str]) -> dict[str, str]:
    """Claims of one case into a case of the alias' own, in one transaction."""
    store = Store(tenant)
    for _ in range(_RELOADS):
        source, now = store.load(name), clock.now()
        identity.untouched(source.case, claims)
        identity.quiet(source.case, profiles.creditor(tenant).today(clock.now()))
        unit = _unit_of(tenant, source)
        pointer = table.get(keys.open_case(tenant, alias, unit))
        before = pointer["case_id"] if pointer else None
        own = case_name(tenant, alias, unit, before)
        states = tuple(source.case.claims[one] for one in claims)
        taken = CaseAbsorbed(at=now, source=name, debtor=source.case.debtor, claims=states)
        gone = ClaimsParted(at=now, into=own, claims=tuple(claims), whole=False)
        leaving, _ = store.appended(source, [gone], due_at=now)
        point = {**keys.open_case(tenant, alias, unit), "case_id": own}
        also = [*leaving, table.put_write(point, condition=None), *_pointed(tenant, taken, own)]
        try:
            store.open(own, [_opening(source, alias, before, now), taken], due_at=now, also=also)
        except Conflict:
            continue
        return {"case": name, "into": own}
    raise Conflict("the cases are written to by others all the time")


def _policy(tenant: Tenant, loaded: Loaded) -> Policy:
    row = loaded.row(keys.policy(tenant, loaded.head["policy"], loaded.head["policy_version"]))
    if row is None:
        raise Conflict("the case's policy is gone")
    return Policy.model_validate_json(row["body"])


def _unit_of(tenant: Tenant, loaded: Loaded) -> str:
    """The unit under which a case is its debtor's: by its pointer, which no fold knows."""
    pk = keys.open_case(tenant, loaded.case.debtor, "-")["pk"]
    for row in table.query(pk, "OPEN#", "OPEN#~"):
        if row["case_id"] == loaded.case.id:
            return str(row["sk"]).partition("#")[2]
    raise Conflict("the case is no longer its debtor's latest")
