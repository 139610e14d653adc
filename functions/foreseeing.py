"""Foreseeing: one page of a preview, case by case, from the rows as they stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from functions import carriers, reaching
from functions.cases_by_page import CasePage
from functions.joining import joining
from shared.cloud import (
    debtor_rows,
    hub_keys,
    keys,
    law_rows,
    override_rows,
    partner_rows,
    preview_rows,
    table,
    truths,
)
from shared.cloud.keys import Key, Tenant
from shared.cloud.preview_rows import Preview
from shared.cloud.runtime import logger
from shared.cloud.store import Loaded, Store
from shared.cloud.table import Row
from shared.domain import preview_plain
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.events import read_event
from shared.domain.ledger import joining as joined_by
from shared.domain.ledger_truth import Truth
from shared.domain.overrides import waived
from shared.domain.policy import Policy
from shared.domain.preview import Coming, Terms, Walk, walk
from shared.domain.preview import joining as coming
from shared.domain.preview_changes import difference, moved, since
from shared.domain.preview_happened import happened
from shared.domain.preview_totals import Totals, read
from shared.domain.routing import Routing, current_partner, partners_of
from shared.errors import HubError, NotFound, Unreadable

_CASES = 50
_OPEN, _NEW = "case/", "new/"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one case shows: its row of the page, what it adds to both sums, and its inputs."""

    row: dict[str, Any]
    walk: Walk
    against: Walk | None
    inputs: tuple[Any, ...]


class Foreseeing:
    """The work on one preview of a tenant, for as long as a run lasts."""

    def __init__(self, tenant: Tenant, preview: Preview) -> None:
        self.tenant = tenant
        self.preview = preview

    def step(self, now: datetime) -> None:
        """Work on the next page. Raises ``Conflict`` when another run was faster."""
        if self.preview.kind == "next" and self.preview.joining is None:
            found = joining(self.tenant, self.preview.start, self.preview.last)
            name = preview_rows.keep(self.tenant, self.preview, "joining", found)
            self._move(replace(self.preview, joining=name), now)
            return
        names, after = self._names()
        seen, unread = self._looked(names)
        totals, against = self._sums()
        for one in seen:
            totals.add(one.walk)
            if one.against is not None:
                against.add(one.against)
        plain = {
            "totals": totals.plain(), "against": against.plain(), "unread": unread,
            "cases": [one.row for one in seen],
        }  # fmt: skip
        name = preview_rows.keep_page(self.tenant, self.preview, plain)
        inputs = [list(one.inputs) for one in seen]
        self._move(preview_rows.paged(self.preview, name, inputs, after), now)

    def _move(self, then: Preview, now: datetime) -> None:
        self.preview = preview_rows.advanced(self.tenant, self.preview, then, now)

    def _sums(self) -> tuple[Totals, Totals]:
        """What the pages before have come to."""
        if not self.preview.pages:
            return Totals(), Totals()
        last = preview_rows.document(self.tenant, self.preview.pages[-1])
        return read(last["totals"]), read(last["against"])

    # --- which cases are next ---------------------------------------------------------------------

    @cached_property
    def _joining(self) -> dict[str, Any]:
        if self.preview.joining is None:
            return {"open": {}, "new": {}}
        return preview_rows.document(self.tenant, self.preview.joining)

    @cached_property
    def _new(self) -> list[str]:
        """The cases that would be opened, in the order of their names."""
        return sorted(self._joining["new"])

    def _names(self) -> tuple[list[str], str | None]:
        """The names of the next cases, and the mark of the last one (None: there are no more)."""
        after = self.preview.after or _OPEN
        if after.startswith(_OPEN):
            names, more = self._listed(after.removeprefix(_OPEN))
            if more is not None:
                return names, _OPEN + more
            return names, _NEW if self._new else None
        first = bisect_right(self._new, after.removeprefix(_NEW))
        names = self._new[first : first + _CASES]
        return names, _NEW + names[-1] if len(self._new) > first + _CASES else None

    def _listed(self, after: str) -> tuple[list[str], str | None]:
        listing = keys.listing(self.tenant, "CASE")
        start = None
        if after:
            start = {**keys.head(self.tenant, after), "list_in": listing, "list_id": after}
        page, more = table.query_index("listing", listing, limit=_CASES, after=start)
        names = [row["list_id"] for row in page if row["list_id"] not in self._joining["new"]]
        return names, None if more is None else more["list_id"]

    # --- what each of them shows ------------------------------------------------------------------

    def _looked(self, names: Sequence[str]) -> tuple[list[_Seen], list[str]]:
        seen, unread = list[_Seen](), list[str]()
        page = CasePage.read(self.tenant, names)
        for name in names:
            try:
                seen.extend(self._one(name, page))
            except (HubError, ValueError) as error:
                # One case that cannot be read is no reason to hide what the others show.
                logger.warning("not_foreseen", extra={"case": name, "error": type(error).__name__})
                unread.append(name)
        return seen, unread

    def _one(self, name: str, page: CasePage) -> Iterator[_Seen]:
        if self.preview.kind == "since":
            yield from self._looked_back(name, page)
            return
        if page.over(name):
            return
        new = self._joining["new"].get(name)
        invoices = new["invoices"] if new else self._joining["open"].get(name, [])
        known = [(truths.truth(self.tenant, one), date.fromisoformat(on)) for one, on in invoices]
        loaded = self._opened(name, new["opened"]) if new else page.load(name, self._beside)
        if loaded.case.closed:
            return
        own = self._policy(loaded.case)
        pack = law_rows.in_force(loaded.row(hub_keys.law()), own.law).pack
        comes = [coming(truth, on, self._zone, (own, pack)) for (_, truth), on in known]
        rows = {(row["pk"], row["sk"]): row for (row, _), _ in known}
        whole = _with(loaded, [truth for (_, truth), _ in known], rows, self.preview.start)
        yield self._ahead(loaded.case, whole, comes)

    def _ahead(self, case: Case, whole: Loaded, comes: Sequence[Coming]) -> _Seen:
        own, start, last = self._policy(case), self.preview.start, self.preview.last
        terms = self._terms(whole, own)
        inputs = (case.id, case.version, own.id, own.version, terms.law.hash)
        other = self._other
        if other is None or other.law != case.law:
            found = walk(case, terms, start, last, comes)
            return _Seen({**preview_plain.walk(found), "version": case.version},
                         found, found if other else None, inputs)  # fmt: skip
        then = self._terms(whole, other)
        before, after, change = moved(case, terms, then, start, last, comes)
        row = {
            **preview_plain.walk(after), "version": case.version,
            "change": preview_plain.change(change),
        }  # fmt: skip
        return _Seen(row, after, before, inputs)

    def _looked_back(self, name: str, page: CasePage) -> Iterator[_Seen]:
        other = self._other
        events = Store(self.tenant).events(name)
        loaded = page.load(name, self._beside)
        case, start, last = loaded.case, self.preview.start, self.preview.last
        if other is None or other.law != case.law or events[-1].at < start:
            return
        terms = self._terms(loaded, other)
        found = since(name, events, terms, start, last)
        first = start.astimezone(self._zone).date()
        acts = happened(name, events, self._zone, terms.law)
        was = tuple(one for one in acts if first <= one.on <= last)
        change = preview_plain.change(difference(name, was, found.acts))
        row = {**preview_plain.walk(found), "version": case.version, "change": change}
        inputs = (name, case.version, other.id, other.version, terms.law.hash)
        yield _Seen(row, found, replace(found, acts=was), inputs)

    # --- what binds them --------------------------------------------------------------------------

    @cached_property
    def _creditor(self) -> Creditor:
        row = table.get(keys.creditor(self.tenant))
        if row is None:
            raise NotFound("the creditor has no profile")
        return Creditor.model_validate_json(row["body"])

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._creditor.zone)

    @cached_property
    def _other(self) -> Policy | None:
        return None if self.preview.policy is None else self._stored(*self.preview.policy)

    @cached_property
    def _policies(self) -> dict[tuple[str, int], Policy]:
        return {}

    def _policy(self, case: Case) -> Policy:
        if case.policy is None:
            raise Unreadable("the case has no policy")
        return self._stored(case.policy.id, case.policy.version)

    def _stored(self, policy: str, version: int) -> Policy:
        if (policy, version) not in self._policies:
            row = table.get(keys.policy(self.tenant, policy, version))
            if row is None:
                raise NotFound("no such policy")
            self._policies[policy, version] = Policy.model_validate_json(row["body"])
        return self._policies[policy, version]

    def _terms(self, loaded: Loaded, policy: Policy) -> Terms:
        """A policy as it binds a case: with its overrides, under the law in force."""
        case, tenant = loaded.case, self.tenant
        force = law_rows.in_force(loaded.row(hub_keys.law()), policy.law)
        overrides = override_rows.found(tenant, case.debtor, loaded)
        bound, _ = override_rows.bound(tenant, loaded, policy, overrides)
        if not force.signed and bound.unsigned_law == "no_fee":
            bound = waived(bound)
        debtor = debtor_rows.beside(loaded.row(keys.debtor(tenant, case.debtor)), case.id)
        segment = next((one.segment for one in overrides.found if one.kind == "debtor"), None)
        return Terms(
            bound, force.pack, self._zone, debtor,
            reach=reaching.ahead(tenant, self._creditor, case, bound, debtor, loaded.row),
            routing=self._routing, segment=segment,
            draining=self._draining(case, bound), signed=force.signed,
        )  # fmt: skip

    @cached_property
    def _routing(self) -> Routing:
        return partner_rows.routing_of(self.tenant)

    @cached_property
    def _drains(self) -> dict[str, bool]:
        return {}

    def _draining(self, case: Case, policy: Policy) -> frozenset[str]:
        """The partners of a case's hand-overs that take nothing new, by their stored terms."""
        rules = partners_of(self._routing).values()
        named = {policy.partner or "", current_partner(case) or "", *rules} - {""}
        if unread := named - self._drains.keys():
            terms = partner_rows.terms_of(self.tenant, unread)
            self._drains.update({one: one in terms and terms[one].draining for one in unread})
        return frozenset(one for one in named if self._drains[one])

    def _opened(self, name: str, event: str) -> Loaded:
        """A case that does not exist yet, with the rows that would bind it."""
        case = Case.replay(name, [read_event(event)])
        beside = (keys.debtor, keys.debtor_overrides)
        wanted = [hub_keys.law(), keys.overrides(self.tenant)]
        wanted += [key(self.tenant, case.debtor) for key in beside]
        wanted += self._ways(case.debtor, self._policy(case))
        return Loaded(case, {}, table.batch_get(wanted))

    def _beside(self, head: Row) -> list[Key]:
        """What is looked up beside a case by its HEAD: whom it is about, and the ways there."""
        return self._ways(head["debtor"], self._stored(head["policy"], head["policy_version"]))

    def _ways(self, debtor: str, policy: Policy) -> list[Key]:
        ways = sorted(set(carriers.channels(policy)) - {""})
        return [
            keys.party(self.tenant, debtor),
            *(keys.connection(self.tenant, one) for one in ways),
        ]


def _with(
    loaded: Loaded, truths_: Sequence[Truth], rows: dict[tuple[str, str], Any], at: datetime
) -> Loaded:
    """A case as it is once all that will join it has joined: what binds its claims is found so."""
    case = loaded.case
    for truth in truths_:
        case = Case.replay(case.id, joined_by(case, truth, at.astimezone(UTC)), case)
    return Loaded(case, loaded.head, {**loaded.rows, **rows})
