"""Everybody around the hub: the books, the bank, the partner, the debtors' mail, and a clerk."""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import ModuleType
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from connectors.contract import Page, Receipt, RowError, Spec
from infra.local import setup
from infra.local.bank import ACCOUNT
from shared.cloud import connections, feeds, keys, sources, table
from shared.cloud.keys import Tenant
from shared.domain.calendar import is_banking_day
from shared.domain.creditor import Creditor
from shared.domain.explain import content_hash
from shared.domain.model import Address, Allocation, CreditNote, Invoice, OpenItem, Party, Payment
from shared.domain.money import Money
from shared.domain.policy import Policy
from shared.domain.sighting import Sighting
from shared.errors import Retry
from tests.functions.world import call, sample
from tests.simulation.aws import Killed
from tests.simulation.hub import Message
from tests.simulation.plan import BEGIN

ZONE = ZoneInfo("Europe/Helsinki")
TENANT = Tenant("creditor")
POLICY = Policy.model_validate({**setup.POLICY})
DAY = timedelta(days=1)


def eur(amount):
    return Money(Decimal(amount), "EUR")


def day_of(number):
    return BEGIN + number * DAY


def reference(number):
    """A Finnish reference: the number and its check digit (weights 7, 3, 1 from the right)."""
    weighed = sum(int(one) * (7, 3, 1)[at % 3] for at, one in enumerate(reversed(number)))
    return f"{number}{-weighed % 10}"


class Books:
    """The ERP: invoices, payments and credit notes, each change a newer row; or it is down."""

    def __init__(self, world):
        self.world, self.rows, self.down, self.asked = world, {}, False, 0
        self.seq = 0
        # How far the hub has stored what it read: the cursor that it comes back with.
        self.stored = 0

    def state(self, fact):
        self.seq += 1
        self.rows[fact.id] = (self.seq, fact)

    def invoice(self, number):
        return self.rows[f"erp:{number}"][1]

    def change(self, number, **of):
        changed = self.invoice(number).model_copy(update={"version": str(self.seq + 1), **of})
        self.state(changed)

    def open(self, claim):
        return self.rows[claim][1].open.amount

    def pull(self, cursor, *, now):
        if self.down:
            raise Retry("the books do not answer")
        begun = self.stored = int(cursor or 0)
        rows = sorted(row for row in self.rows.values() if row[0] > begun) if self.rows else []
        for start in range(0, len(rows), 2):
            part = rows[start : start + 2]
            yield Page(facts=tuple(fact for _, fact in part), cursor=str(part[-1][0]))
        refused = tuple(self.world.refused)
        yield Page(refused=refused, cursor=str(self.seq), complete_through=now)

    def open_items(self, invoices):
        if self.down:
            raise Retry("the books do not answer")
        found = {one: self.rows.get(one) for one in invoices}
        return [
            OpenItem(invoice=one, open=row and row[1].open, do_not_dun=row[1].do_not_dun if row else ())
            for one, row in found.items()
        ]


class Bank:
    """The account's statements: what moved on a day is there on the next banking day at eight."""

    def __init__(self, world):
        self.world, self.moved, self.down, self.stored = world, [], False, 0

    def pull(self, cursor, *, now):
        if self.down:
            raise Retry("the bank does not answer")
        begun = self.stored = int(cursor or 0)
        through = self._through(now)
        shown = [one for one in self.moved if one.booked <= through]
        end = datetime.combine(through + DAY, time(0), ZONE)
        yield Page(facts=tuple(shown[begun:]), cursor=str(len(shown)), complete_through=end)

    @staticmethod
    def _through(now):
        local = now.astimezone(ZONE)
        day = local.date() if local.hour >= 8 else local.date() - DAY
        while not is_banking_day("FI", day):
            day -= DAY
        day -= DAY
        while not is_banking_day("FI", day):
            day -= DAY
        return day


class Partner:
    """The collection partner: it takes what it is told once under each key, or is down."""

    def __init__(self, world):
        self.world, self.down, self.cases, self.told = world, False, {}, {}

    def submit(self, case, *, key, now, file):
        if self.down:
            return Receipt(outcome="retry", code="http_503")
        if key not in self.told:
            self.world.hub.tell(f"partner gets {case.case_id[:6]} of {case.open}")
            self.world.hub.judge.handed(case.case_id, key)
        self.told[key] = ("case.submitted", case)
        self.cases.setdefault(case.case_id, []).append(key)
        return Receipt(outcome="received")

    def tell(self, message, *, key, now, file=None):
        if self.down:
            return Receipt(outcome="unknown")
        if key not in self.told:
            self.world.hub.tell(f"partner is told {message.type} of {message.case_id[:6]}")
        self.told[key] = (message.type, message)
        return Receipt(outcome="received")


class _Config(BaseModel):
    """No settings."""


def _registered(name, counterpart, **of):
    """A connector of this process only, in the place where connectors are found."""
    module = ModuleType(f"connectors.{name}")
    module.connect = lambda _: counterpart
    module.SPEC = Spec(
        name=name, title="Simulated", countries=("FI",), config=_Config, secrets=(), docs="",
        verified="spec only", data=(), processing="FI", **of,
    )  # fmt: skip
    sys.modules[module.__name__] = module


@dataclass
class World:
    """All of it, and what each deed does to it."""

    hub: object
    with_bank: bool
    mail: str = "up"
    refused: list = field(default_factory=list)
    bouncing: set = field(default_factory=set)
    # What is to happen at an instant, later than the deed that causes it.
    later: list = field(default_factory=list)
    made: int = 0

    def __post_init__(self):
        self.books, self.bank, self.partner = Books(self), Bank(self), Partner(self)
        # What debtors have paid of each claim, and the commands that were given, by claim.
        self.given = {}

    def settle_in(self):
        """Profile, policy, switches and connections, as the admin API would write them."""
        profile = Creditor.model_validate({**setup.CREDITOR, "id": TENANT.id})
        table.batch_put([
            {**keys.creditor(TENANT), "body": profile.model_dump_json()},
            {**keys.policy(TENANT, POLICY.id, POLICY.version), "body": POLICY.model_dump_json(),
             "hash": content_hash(POLICY)},
            {**keys.active_policy(TENANT), "policy": POLICY.id, "version": POLICY.version},
            {**keys.control(TENANT), "outbound": "on"},
        ])  # fmt: skip
        table.transact([sources.demanded(profile)])
        can = frozenset({"customers", "invoices", "credit_notes", "payments", "open_items",
                         "incremental"})  # fmt: skip
        _registered("erp.simulated", self.books, capabilities=can, proof="open_items",
                    window_minutes=1440)  # fmt: skip
        _registered("banks.simulated", self.bank, capabilities=frozenset({"statements"}),
                    window_minutes=1440)  # fmt: skip
        _registered("collectors.simulated", self.partner, idempotency="idempotent",
                    key_lifetime_days=7,
                    capabilities=frozenset({"submit", "tell", "partner_events"}))  # fmt: skip
        self._connect(setup.ERP, "erp.simulated", start_line=BEGIN)
        if self.with_bank:
            self._connect(setup.BANK, "banks.simulated", start_line=BEGIN)
        self._connect(setup.PARTNER, "collectors.simulated")
        sender = {"sender": setup.CREDITOR["sender"], "configuration_set": "mail"}
        self._connect(setup.EMAIL, "channels.email", sender)

    def _connect(self, name, connector, config=None, start_line=None):
        made = connections.made(
            TENANT, name, connector=connector, config=config or {}, start_line=start_line
        )
        table.transact([made])
        row = connections.read(TENANT, name)
        enabled = connections.enabled(row, self.hub.now)
        told = feeds.told(row, {"state": "enabled"}) if feeds.is_money(row) else []
        table.transact([enabled, *told])

    # what happens -------------------------------------------------------------------------------

    def do(self, deed):
        """One deed."""
        self.hub.tell(str(deed).partition(": ")[2])
        getattr(self, f"_{deed.what}")(**dict(deed.of))

    def pass_on(self, today):
        """What was to happen by a day."""
        for one in [one for one in self.later if one[0] <= today]:
            self.later.remove(one)
            one[1]()

    def _invoice(self, number, customer, total, due):
        issued = self._today()
        if f"erp:{customer}" not in self.books.rows:
            mail = f"{customer.lower()}@post.example"
            home = Address(lines=("Katu 1",), postal_code="00100", city="Helsinki", country="FI")
            self.books.state(Party(
                id=f"erp:{customer}", version="1", kind="person", name=f"Debtor {customer}",
                language="fi", country="FI", emails=(mail,), addresses=(home,),
            ))  # fmt: skip
        self.books.state(Invoice(
            id=f"erp:{number}", version="1", number=number, debtor=f"erp:{customer}",
            issued=issued, sent=issued, due=day_of(due), total=eur(total), open=eur(total),
            reference=reference(number), capacity="consumer", claim_class="goods",
        ))  # fmt: skip

    def _pay(self, number, amount, lag):
        """A debtor pays: the bank shows it on its day, the books some days later."""
        self.made += 1
        name, day = str(self.made), self._today()
        while not is_banking_day("FI", day):
            day += DAY
        self.hub.judge.paid(f"erp:{number}", f"bank:{name}", Decimal(amount))
        self.bank.moved.append(Sighting(
            id=f"bank:{name}", version="1", kind="receipt", account=ACCOUNT, amount=eur(amount),
            value_date=day, booked=day, references=(reference(number),),
        ))  # fmt: skip
        booked = day + (1 + lag) * DAY
        self.later.append((booked, lambda: self._book(number, amount, name, day, booked)))

    def _book(self, number, amount, name, day, booked):
        """The books take a payment: for its invoice as far as that is open."""
        invoice = self.books.invoice(number)
        part = min(eur(amount), invoice.open)
        allocations = (Allocation(invoice=invoice.id, amount=part),) if part else ()
        self.hub.tell(f"the books book {amount} for {number}")
        self.books.state(Payment(
            id=f"erp:p{name}", version="1", debtor=invoice.debtor, amount=eur(amount),
            value_date=day, booked=booked, received=day, allocations=allocations,
        ))  # fmt: skip
        self.books.change(number, open=invoice.open - part)

    def _credit(self, number, amount):
        invoice = self.books.invoice(number)
        part = min(eur(amount), invoice.open)
        if not part:
            return
        self.books.state(CreditNote(
            id=f"erp:c{number}", version="1", number=f"C{number}", debtor=invoice.debtor,
            issued=self._today(), total=part, open=eur("0.00"),
            allocations=(Allocation(invoice=invoice.id, amount=part),),
        ))  # fmt: skip
        self.books.change(number, open=invoice.open - part, credited=part)

    def _move(self, number, due):
        self.books.change(number, due=day_of(due))

    def _flag(self, number):
        self.books.change(number, do_not_dun=("invoice_blocked",))

    def _unflag(self, number):
        self.books.change(number, do_not_dun=())

    def _bounce(self, customer):
        self.bouncing.add(customer.lower())

    def _outage(self, what, how, days):
        self._switch(what, how)
        ends = self._today() + days * DAY
        self.later.append((ends, lambda: self._switch(what, "up")))

    def _switch(self, what, how):
        self.hub.tell(f"{what} is {how}")
        if what == "mail":
            self.mail = how
        else:
            getattr(self, what).down = how == "down"

    def _trouble(self, what, nth):
        """Trouble is the hub's: it is looked for at each call."""

    # what a clerk says --------------------------------------------------------------------------

    def _hold(self, number):
        self._command(number, "hold", {"claim": f"erp:{number}"})

    def _release(self, number):
        if "hold" in self.given.get(number, {}):
            self._command(number, "release", {"hold": self.given[number]["hold"]})

    def _dispute(self, number):
        self._command(number, "dispute", {"claim": f"erp:{number}", "ground": "goods_not_received"})

    def _settle(self, number, outcome):
        if "dispute" in self.given.get(number, {}):
            given = {"dispute": self.given[number]["dispute"], "outcome": outcome}
            self._command(number, "settle_dispute", given)

    def _promise(self, number, until):
        given = {"claims": [f"erp:{number}"], "day": day_of(until).isoformat()}
        self._command(number, "promise", given)

    def _plan(self, number, first):
        given = {"claims": [f"erp:{number}"], "count": 3, "first": day_of(first).isoformat(),
                 "agreed": True}  # fmt: skip
        self._command(number, "propose_plan", given)

    def _stop(self, number):
        self._command(number, "stop_request", {"claims": [f"erp:{number}"]})

    def _withdraw(self, number):
        if "stop_request" in self.given.get(number, {}):
            given = {"stop": self.given[number]["stop_request"]}
            self._command(number, "withdraw_stop", given)

    def _command(self, number, what, given):
        """A command about a claim, where it is in a case; tried again when the hub dies of it."""
        case = self.hub.judge.case_of(f"erp:{number}")
        if case is None:
            return
        self.made += 1
        body = {"id": f"cmd{self.made}", "reason": "by_phone", "type": what, **given}
        for _ in range(3):
            status, said = self.ask("POST /v1/cases/{id}/commands", {"id": case}, body)
            if status < 500:
                break
        self.hub.tell(f"the clerk says {what} of {number}: {status} {said.get('type', '')}")
        if status == 200:
            name = next((one["hold"] for one in said["events"] if "hold" in one), body["id"])
            self.given.setdefault(number, {})[what] = name
            self.hub.judge.commanded(f"erp:{number}", what, given)

    def ask(self, route, path, body):
        """One call of the admin API: status and body; 500 when the function died."""
        event = call(route, tenant=TENANT.id, role="administrator", path=path, body=body)
        try:
            answer = self.hub.invoke("Admin", event)
        except Killed:
            return 500, {}
        return answer["statusCode"], json.loads(answer["body"])

    def clerk(self):
        """Once a day somebody sees to what only a person can end; other questions may wait."""
        for row in self.hub.judge.tasks():
            why, task = row["why"], row["list_id"]
            if task.endswith("-unknown"):
                act = task.removesuffix("-unknown")
                went = self.hub.aws.mails[act] or act in self.partner.told
                word = "sent" if went else "not_sent"
                status, _ = self.ask("POST /v1/tasks/{id}/answer", {"id": task}, {"answer": word})
                self.hub.tell(f"the clerk answers {word} to {task}: {status}")
            elif why == "source_suspicious":
                for name in (setup.ERP, setup.BANK):
                    self.ask("POST /v1/connections/{id}/confirm", {"id": name}, {})
            elif task.startswith("halted-"):
                status, _ = self.ask("POST /v1/fuses/lift", {}, {})
                self.hub.tell(f"the clerk lifts {why}: {status}")

    # mail ---------------------------------------------------------------------------------------

    def mailed(self, act, to):
        """SES says later what became of a mail; sometimes in another order."""
        bounced = to.partition("@")[0] in self.bouncing
        for number, kind in enumerate(("sent", "bounced" if bounced else "delivered")):
            event = copy.deepcopy(sample(f"receive_mail_event_{kind}"))
            mail = event["detail"]["mail"]
            mail["tags"] = {"tenant": [TENANT.id], "act": [act]}
            at = self.hub.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            mail["timestamp"] = at
            part = {"sent": "send", "delivered": "delivery", "bounced": "bounce"}[kind]
            if kind != "sent":
                event["detail"][part]["timestamp"] = at
            wait = timedelta(minutes=self.hub.random.choice([0, 1, 30])) + number * timedelta(seconds=5)
            self.hub.messages.append(Message("MailEvents", event, self.hub.now + wait))

    def _today(self) -> date:
        return self.hub.now.astimezone(ZONE).date()


__all__ = ["RowError", "World"]
