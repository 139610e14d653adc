"""Cases by the page: what a look at many cases asks of the table once, and not for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.store import Loaded, Store
from shared.cloud.table import Row
from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class CasePage:
    """The HEAD rows of some cases of a tenant by their ids, and which of them once closed."""

    tenant: Tenant
    heads: Mapping[str, Row]
    closed: frozenset[str]

    @classmethod
    def read(cls, tenant: Tenant, names: Sequence[str]) -> CasePage:
        """The page of these cases; one that is not there has no HEAD."""
        heads = {one: keys.head(tenant, one) for one in names}
        ended = {one: keys.ended(tenant, one) for one in names}
        rows = table.batch_get([*heads.values(), *ended.values()])
        found = {one: rows.get((key["pk"], key["sk"])) for one, key in heads.items()}
        return cls(
            tenant,
            {one: row for one, row in found.items() if row is not None},
            frozenset(one for one, key in ended.items() if (key["pk"], key["sk"]) in rows),
        )

    def over(self, name: str) -> bool:
        """Whether a case is closed for certain: it closed, nothing of it is open, it has no day.

        What is owed again opens it again, and shows among its claims.
        """
        head = self.heads.get(name)
        if head is None or name not in self.closed:
            return False
        return head["refs"] == "[]" and "due_at" not in head

    def load(self, name: str, beside: Callable[[Row], Sequence[Key]]) -> Loaded:
        """A case with the rows that ``beside`` names by its HEAD; raises as ``Store.load``."""
        store, head = Store(self.tenant), self.heads.get(name)
        if head is None:
            return store.load(name)
        wanted = beside(head)
        try:
            return store.load(name, beside=wanted, snapshot=head["snap"])
        except Conflict:
            # It moved on since the page was read.
            return store.load(name, beside=wanted)
