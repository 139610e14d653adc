"""Those whom the hub's connectors ask and tell: the books, the bank, and the collection partner."""

from __future__ import annotations

import sys
from datetime import datetime, time, timedelta
from types import ModuleType

from pydantic import BaseModel

from connectors.contract import Page, Receipt, RowError, Spec
from shared.domain.model import Invoice, OpenItem
from shared.errors import Retry

DAY = timedelta(days=1)
# The hour from which on the statement of the banking day before is there.
_STATEMENT = 8


class Books:
    """The ERP: invoices, payments and credit notes, each change a newer row; or it is down."""

    def __init__(self):
        self.rows, self.down, self.seq, self.refused = {}, False, 0, []
        # The row of a change that came while the hub was at work.
        self.surprised = 0

    def state(self, fact):
        self.seq += 1
        self.rows[fact.id] = (self.seq, fact)

    def invoice(self, number):
        return self.rows[f"erp:{number}"][1]

    def invoices(self):
        return [fact for _, fact in self.rows.values() if isinstance(fact, Invoice)]

    def change(self, number, **of):
        self.state(
            self.invoice(number).model_copy(update={"version": str(self.seq + 1), **of}),
        )

    def pull(self, cursor, *, now):
        if self.down:
            raise Retry("the books do not answer")
        rows = sorted(row for row in self.rows.values() if row[0] > int(cursor or 0))
        for start in range(0, len(rows), 2):
            part = rows[start : start + 2]
            yield Page(facts=tuple(fact for _, fact in part), cursor=str(part[-1][0]))
        text = "the amount is no number"
        refused = tuple(RowError(row=one, field="total", text=text) for one in self.refused)
        yield Page(refused=refused, cursor=str(self.seq), complete_through=now)

    def open_items(self, invoices):
        if self.down:
            raise Retry("the books do not answer")
        return [self._item(one) for one in invoices]

    def _item(self, name):
        if name not in self.rows:
            return OpenItem(invoice=name, open=None)
        fact = self.rows[name][1]
        return OpenItem(invoice=name, open=fact.open, do_not_dun=fact.do_not_dun)


class Bank:
    """The account's statements: what moved on a day is there on the next banking day at eight."""

    def __init__(self, setting):
        self.setting, self.moved, self.down = setting, [], False

    def pull(self, cursor, *, now):
        if self.down:
            raise Retry("the bank does not answer")
        through = self.through(now)
        shown = [one for one in self.moved if one.booked <= through]
        end = datetime.combine(through + DAY, time(0), self.setting.zone)
        begun = int(cursor or 0)
        yield Page(facts=tuple(shown[begun:]), cursor=str(len(shown)), complete_through=end)

    def find(self, name):
        """What moved under an id, or None."""
        return next((one for one in self.moved if one.id == name), None)

    def through(self, now):
        """The last day whose statement is there."""
        local = now.astimezone(self.setting.zone)
        day = local.date() if local.hour >= _STATEMENT else local.date() - DAY
        return self._banking_day(self._banking_day(day) - DAY)

    def _banking_day(self, day):
        """A day, or the last banking day before it."""
        while not self.setting.banking_day(day):
            day -= DAY
        return day


class Partner:
    """The collection partner: it takes what it is told once under each key, or is down."""

    def __init__(self, world, answered):
        self.world, self.answered = world, answered
        self.down, self.cases, self.told = False, [], {}
        # What it collected and has not paid out: case, invoice and amount.
        self.held = []
        # Whether it takes no new case today.
        self.refuses = False

    def has(self, case):
        """A case, if it is one that it was given."""
        return case if case in self.cases else None

    def submit(self, case, *, key, now, file):
        if self.down:
            return Receipt(outcome="retry", code="http_503")
        if key not in self.told:
            self.world.tell(f"partner gets {case.case_id[:6]} of {case.open}")
            self.world.judge.handed(case.case_id, key)
            self.answered(case.case_id)
            self.cases.append(case.case_id)
        self.told[key] = ("case.submitted", case)
        self._alone(key)
        return Receipt(outcome="received")

    def tell(self, message, *, key, now, file=None):
        if self.down:
            return Receipt(outcome="unknown")
        if key not in self.told:
            self.world.tell(
                f"partner is told {message.type} of {message.case_id[:6]} {message.data}"
            )
            if message.type == "case.withdrawn" and "recall" in message.data:
                # It has the claims until it says that it has let go of them.
                self.world.recalled(message.case_id, message.data)
            elif message.type == "case.withdrawn":
                self.world.judge.withdrawn(message.data["claims"])
        self.told[key] = (message.type, message)
        self._alone(key)
        return Receipt(outcome="received")

    def _alone(self, key):
        """One partner may work for two creditors: what they call things must never meet."""
        others = (one for one in self.world.hub.worlds.values() if one is not self.world)
        if any(key in one.partner.told for one in others):
            self.world.judge.say("two creditors give a partner one id", key)


class _Config(BaseModel):
    """No settings."""


def register(name, counterpart, *capabilities, **of):
    """A connector of this process only, in the place where connectors are found."""
    module = ModuleType(f"connectors.{name}")
    module.connect = lambda _: counterpart
    module.SPEC = Spec(
        name=name, title="Simulated", countries=("FI", "SE"), config=_Config, secrets=(), docs="",
        verified="spec only", data=(), processing="FI", capabilities=frozenset(capabilities), **of,
    )  # fmt: skip
    sys.modules[module.__name__] = module
