"""Banks and providers of an invented creditor: what they will show next is said by the test."""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import ModuleType
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from connectors.contract import Page, Spec
from shared.cloud import connections, feeds, table
from shared.domain.model import Payment
from shared.domain.money import Money
from shared.domain.sighting import Sighting
from shared.errors import Retry

HELSINKI = ZoneInfo("Europe/Helsinki")
BANK, PROVIDER = "own-bank", "cards"


class _Config(BaseModel):
    """No settings."""


class Feed:
    """A counterpart outside: ``down``, complete through a day, with movements to show."""

    def __init__(self, name):
        self.name, self.down, self.through = name, False, None
        self.movements, self.reads = 0, 0
        self.sightings = ()

    def connect(self, _):
        return self

    def pull(self, _cursor, *, now):
        self.reads += 1
        if self.down:
            raise Retry("the counterpart does not answer")
        shown, self.movements = self.movements, 0
        facts = (*self.sightings, *(self._fact(number, now) for number in range(shown)))
        yield Page(facts=facts, cursor=now.isoformat(), complete_through=self._end())

    def _fact(self, number, now):
        day = now.astimezone(HELSINKI).date()
        return Payment(
            id=f"{self.name}:{now:%Y%m%d%H%M}-{number}", version="1", debtor=None,
            amount=Money(Decimal("1.00"), "EUR"), value_date=day, received=day, booked=day,
            allocations=(),
        )  # fmt: skip

    def _end(self):
        if self.through is None:
            return None
        return datetime.combine(self.through + timedelta(days=1), time(0), HELSINKI)


def receipt(machine, number, amount="100.00", **fields):
    """Money for an invoice of the books, which the provider's page carried for us."""
    day = machine.today()
    return Sighting(
        id=f"{PROVIDER}:{number}", version="1", kind="receipt", account="cards:1",
        amount=Money(Decimal(amount), "EUR"), value_date=day, booked=day,
        **{"claim": f"erp:{number}", **fields},
    )  # fmt: skip


def connected(monkeypatch, machine, name, connector, window=60):
    """A feed, made and enabled as the admin API does it; ``connector`` is ``banks.own`` or so."""
    feed = Feed(name)
    module = ModuleType(f"connectors.{connector}")
    module.connect = feed.connect
    module.SPEC = Spec(
        name=connector, title="An own feed", countries=("FI",), config=_Config, secrets=(),
        capabilities=frozenset({"receipts"}), docs="", verified="spec only", data=(),
        processing="FI", window_minutes=window,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, f"connectors.{connector}", module)
    made = connections.made(
        machine.tenant, name, connector=connector, config={}, start_line=date(2026, 2, 1)
    )
    table.transact([made])
    row = connections.read(machine.tenant, name)
    enabled = connections.enabled(row, machine.now())
    table.transact([enabled, *feeds.told(row, {"state": "enabled"})])
    return feed
