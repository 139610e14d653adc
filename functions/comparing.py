"""Comparing: hold books, hub and partner against each other, a page of cases at a time.

What is apart stands as a row until it agrees again. What can be mended safely is mended: an invoice
is booked again, and money that a partner never heard of is told once more. The rest is a task.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from functions.telling import may_repeat
from functions.wiring import connection_row
from shared.cloud import (
    clock,
    drift_rows,
    hub_keys,
    keys,
    law_rows,
    metrics,
    outbox,
    profiles,
    remittance_rows,
    table,
    tasks,
    truths,
)
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.store import Loaded, Store
from shared.cloud.table import Row
from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.client_money import Pot, pots
from shared.domain.events import CaseEvent
from shared.domain.explain import Reason
from shared.domain.matching_parts import minor
from shared.domain.money import Money
from shared.domain.remittance import ARRIVES_WITHIN
from shared.domain.three_way import Side, Told, Verdict, compare, payout_missing
from shared.errors import Conflict, NotFound

_CASES = 25
# Messages that tell of money, and the word that makes an amount larger at the partner.
_MONEY = {"payment.direct": 1, "credit_note.applied": 1, "payment.reversed": -1}
# A person is asked about these; the others are mended, or their message has a task already.
_ASKED = frozenset({"partner", "remitted", "kept", "reversed", "payout"})
# A message that failed is sent again by hand only, after this many times.
_REDRIVES = 1


class _Side(NamedTuple):
    """What a page of a comparison works with."""

    tenant: Tenant
    partner: str
    today: date
    told: Mapping[str, Sequence[Row]]
    row: Row


def compared(tenant: Tenant, partner: str, after: str) -> None:
    """Compare a page of cases with a partner; ``after`` is the last case of the page before."""
    sums = drift_rows.under_way(tenant, partner, after)
    if sums is None:
        logger.info("compared_already", extra={"connection": partner})
        return
    store, today = Store(tenant), profiles.creditor(tenant).today(clock.now())
    side = _Side(tenant, partner, today, _told(tenant, partner), connection_row(tenant, partner))
    listing, start = keys.listing(tenant, "CASE"), None
    if after:
        start = {**keys.head(tenant, after), "list_in": listing, "list_id": after}
    page, more = table.query_index("listing", listing, limit=_CASES, after=start)
    total = _Sums(sums)
    for name in (row["list_id"] for row in page):
        _case(side, store, name, total)
    if more is not None:
        drift_rows.gone_on(tenant, partner, more["list_id"], total.plain())
        body = {"tenant": tenant.id, "partner": partner, "after": more["list_id"]}
        enqueue("reconcile", [body])
        return
    _payouts(side, total)
    drift_rows.compared(tenant, partner, {"on": today.isoformat(), **total.plain()})
    logger.info("compared", extra={"connection": partner, "drift": total.counts["drift"]})


class _Sums:
    """Counts of verdicts, amounts that are apart, and client money, by currency as plain texts."""

    def __init__(self, before: Mapping[str, Any]) -> None:
        self.counts = Counter({name: before.get(name, 0) for name in ("agreed", "lag", "drift")})
        self.amounts = dict(before.get("amounts", {}))
        self.money = {name: dict(one) for name, one in before.get("money", {}).items()}

    def plain(self) -> dict[str, Any]:
        return {**self.counts, "amounts": self.amounts, "money": self.money}

    def verdict(self, found: Verdict) -> None:
        self.counts[found.state] += 1
        if found.state == "drift":
            size = max(found.amount, -found.amount)
            self.amounts[size.currency] = _plus(self.amounts.get(size.currency), size)

    def pot(self, pot: Pot) -> None:
        sums = self.money.setdefault(pot.currency, {})
        for name, amount in (
            ("received", pot.came), ("remitted", pot.paid_out), ("held", pot.held),
        ):  # fmt: skip
            sums[name] = _plus(sums.get(name), amount)


def _plus(before: str | None, amount: Money) -> str:
    known = Money.of(before, amount.currency) if before else Money.zero(amount.currency)
    return str((known + amount).amount)


def _case(side: _Side, store: Store, name: str, sums: _Sums) -> None:
    try:
        loaded = store.load(name)
    except NotFound:
        return
    case = loaded.case
    handed = [
        one
        for one in case.notices.values()
        if one.action == "hand_over" and one.channel == side.partner and one.given
    ]
    if not handed:
        return
    events = store.events(name)
    for pot in pots(events, side.partner).values():
        sums.pot(pot)
    claims = sorted({claim for one in handed for claim in one.claims if claim in case.claims})
    standing = drift_rows.standing(
        side.tenant, [drift_rows.name_of(side.partner, one) for one in claims]
    )
    for claim in claims:
        found = _verdict(side, loaded, events, claim)
        if found is not None:
            sums.verdict(found)
            _keep(side, found, standing, what=claim, of={"case": name, "claim": claim})
        else:
            _let_go(side, standing.get(drift_rows.name_of(side.partner, claim)), name)


def _let_go(side: _Side, row: Row | None, case: str) -> None:
    """A claim that lives on elsewhere: only the case that found it apart drops its row."""
    if row is not None and drift_rows.body_of(row).get("case") == case:
        name = keys.id_of(row["pk"])
        table.transact([table.delete_write(drift_rows.key_of(side.tenant, name))])


def _verdict(
    side: _Side, loaded: Loaded, events: Sequence[CaseEvent], claim: str
) -> Verdict | None:
    case = loaded.case
    rows = side.told.get(case.id, ())
    try:
        row, truth = truths.truth(side.tenant, claim)
    except NotFound:
        return None
    if row.get("case_id") != case.id:
        # The claim went on in another case: its books are compared there.
        return None
    pack = law_rows.in_force(loaded.row(hub_keys.law()), case.law).pack
    policy = profiles.policy_of(side.tenant, loaded)
    booked = ledger.reconcile(
        case, truth, clock.now(), policy.tolerance, pack, policy.extras.allocation
    )
    follows = Case.replay(case.id, booked, case).claims[claim].open
    books = Side(follows, truth.invoice.open, "due_at" in row)
    told = [one for row in rows for one in _money_of(row, claim)]
    found = compare(events, case, claim, side.partner, books=books, told=told, today=side.today)
    _mend(side, found, claim, rows)
    return found


def _mend(side: _Side, found: Verdict, claim: str, rows: Sequence[Row]) -> None:
    """What is safe to repeat: booking again changes nothing twice, and a message has its key."""
    if found.kind == "books":
        enqueue("book", [{"tenant": side.tenant.id, "invoice": claim}])
    if found.kind != "untold":
        return
    for row in rows:
        mine = list(_money_of(row, claim))
        once = row["state"] == "failed" and row.get("redriven", 0) < _REDRIVES
        if mine and once and may_repeat(row, side.row):
            act, place = keys.id_of(row["pk"]), outbox.last_place(side.tenant, row)
            try:
                table.transact(outbox.again(side.tenant, act, row, place))
            except Conflict:
                logger.info("redriven_already", extra={"act": act})


def _keep(
    side: _Side, found: Verdict, standing: Mapping[str, Row], *, what: str, of: Mapping[str, str]
) -> None:
    """The row of what is apart, and a task once; gone when it agrees again."""
    name = drift_rows.name_of(side.partner, what)
    before = standing.get(name)
    if found.state == "agreed" and before is not None:
        table.transact([table.delete_write(drift_rows.key_of(side.tenant, name))])
    if found.state != "drift":
        return
    known = before is not None and before["kind"] == found.kind
    since = before["since"] if before is not None and known else side.today.isoformat()
    metrics.count("PartnerDrift", 1, Kind=str(found.kind))
    size = abs(minor(found.amount))
    metrics.count("PartnerDriftAmount", size, Currency=found.amount.currency)
    table.put(drift_rows.apart(side.tenant, name, side.partner, found, since, of))
    if found.kind in _ASKED and not known:
        _ask(side, found, f"drift-{name}-{since}", of)


def _ask(side: _Side, found: Verdict, task: str, of: Mapping[str, str]) -> None:
    facts = {
        **of, "connection": side.partner, "amount": str(found.amount), "books": str(found.books),
        "hub": str(found.hub), "partner": str(found.stated) if found.stated is not None else "",
    }  # fmt: skip
    why = Reason(rule="hub.drift", text=found.text, facts=facts)
    claims = [of["claim"]] if "claim" in of else []
    case = of.get("case", "")
    write = tasks.task_write(side.tenant, task, case, "partner_differs", claims, (why,))
    try:
        table.transact([write])
    except Conflict:
        logger.info("asked_already", extra={"task": task})


def _payouts(side: _Side, sums: _Sums) -> None:
    """Remittances that the bank should have shown by now, where the creditor's bank is read."""
    if not _bank_is_read(side.tenant):
        return
    for row in list(remittance_rows.each(side.tenant, side.partner)):
        remittance = remittance_rows.of(row)
        what = f"remittance|{remittance.id}"
        name = drift_rows.name_of(side.partner, what)
        standing = drift_rows.standing(side.tenant, [name])
        late = side.today - remittance.value_date > ARRIVES_WITHIN + timedelta(days=1)
        if row["state"] == "expected" and late:
            found = payout_missing(remittance.total)
            sums.verdict(found)
            of = {"remittance": remittance.id}
            _keep(side, found, standing, what=what, of=of)
        elif standing:
            table.transact([table.delete_write(drift_rows.key_of(side.tenant, name))])


def _bank_is_read(tenant: Tenant) -> bool:
    row = table.get(keys.feeds(tenant)) or {}
    feeds = [json.loads(value) for name, value in row.items() if name.startswith("feed_")]
    return any(one["family"] == "banks" for one in feeds)


def _told(tenant: Tenant, partner: str) -> dict[str, list[Row]]:
    """The messages about money that a partner has not got, by case."""
    found: dict[str, list[Row]] = {}
    listing, more = keys.listing(tenant, f"OUT/{partner}"), None
    while True:
        page, more = table.query_index("listing", listing, limit=100, after=more)
        rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page])
        for row in rows.values():
            if row["kind"] == "tell" and outbox.type_of(row) in _MONEY:
                found.setdefault(row["case_id"], []).append(row)
        if more is None:
            return found


def _money_of(row: Row, claim: str) -> Iterator[Told]:
    message = json.loads(row["message"])
    data = message["data"]
    if data["claim"] == claim and row["state"] != "sent":
        amount = Money.of(data["amount"], data["currency"])
        signed = amount if _MONEY[message["type"]] > 0 else -amount
        yield Told(claim, row["state"] == "failed", signed)
