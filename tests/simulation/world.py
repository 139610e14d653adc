"""Everything around one hub: its creditor's settings, and what each deed does to the world."""

from __future__ import annotations

import copy
from datetime import UTC, date, timedelta
from decimal import Decimal

from infra.local import setup
from infra.local.bank import ACCOUNT
from shared.cloud import connections, feeds, keys, sources, table
from shared.cloud.keys import Tenant
from shared.domain.calendar import is_banking_day
from shared.domain.creditor import Creditor
from shared.domain.explain import content_hash
from shared.domain.model import Address, Allocation, CreditNote, Invoice, Party, Payment
from shared.domain.money import Money
from shared.domain.policy import Policy
from shared.domain.sighting import Sighting
from tests.functions.world import sample
from tests.simulation.counterparts import DAY, ZONE, Bank, Books, Partner, register
from tests.simulation.hub import Message
from tests.simulation.people import Clerk, Reporter
from tests.simulation.plan import BEGIN

TENANT = Tenant("creditor")
POLICY = Policy.model_validate(setup.POLICY)
# A day's window: the hub reads a source in the morning, and before an act when that is too old.
_WINDOW = 24 * 60


def eur(amount):
    return Money(Decimal(amount), "EUR")


def day_of(number):
    return BEGIN + number * DAY


def reference(number):
    """A Finnish reference: the number and its check digit (weights 7, 3, 1 from the right)."""
    weighed = sum(int(one) * (7, 3, 1)[at % 3] for at, one in enumerate(reversed(number)))
    return f"{number}{-weighed % 10}"


class World:
    """``mail`` is how SES is today; ``later`` holds what will follow, each with its day."""

    def __init__(self, hub, *, with_bank):
        self.hub, self.with_bank, self.mail = hub, with_bank, "up"
        self.books, self.bank, self.partner = Books(), Bank(), Partner(hub, self._taken)
        self.clerk, self.reporter = Clerk(hub, TENANT), Reporter(hub, TENANT)
        self.later, self.bouncing, self.made = [], set(), 0
        # The bank's id of the last payment of each invoice, and the day it is booked.
        self.last = {}

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
        register(
            "erp.simulated", self.books, "customers", "invoices", "credit_notes", "payments",
            "open_items", "incremental", proof="open_items", window_minutes=_WINDOW,
        )  # fmt: skip
        register("banks.simulated", self.bank, "statements", window_minutes=_WINDOW)
        register("collectors.simulated", self.partner, "submit", "tell", "partner_events",
                 idempotency="idempotent", key_lifetime_days=7)  # fmt: skip
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
        told = feeds.told(row, {"state": "enabled"}) if feeds.is_money(row) else []
        table.transact([connections.enabled(row, self.hub.now), *told])

    def do(self, deed):
        """One deed; one about an invoice that is left out is left out with it."""
        of = dict(deed.of)
        about = f"erp:{of.get('number')}"
        if deed.what != "invoice" and "number" in of and about not in self.books.rows:
            return
        self.hub.tell(str(deed).partition(": ")[2])
        getattr(self, f"_{deed.what}")(**of)

    def surprise(self, what):
        """Something happens while the hub is at work, and reaches it at once where it can."""
        here = [one for one in self.books.invoices() if self.hub.judge.case_of(one.id) and one.open]
        if what == "meanwhile" or not here:
            return
        one = self.hub.random.choice(here)
        if what == "hold_meanwhile":
            self._hold(one.number)
            return
        self.made += 1
        self.hub.judge.lowered(one.id, one.open.amount)
        self._book(one.number, str(one.open.amount), f"x{self.made}", self._today(), self._today())
        self.books.surprised = self.books.seq
        self.hub.pull(TENANT.id, setup.ERP)

    def pass_on(self, today):
        """What was to follow by a day."""
        for one in [one for one in self.later if one[0] <= today]:
            self.later.remove(one)
            one[1]()

    # the creditor's books and the bank ------------------------------------------------------------

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

    def _pay(self, number, amount, lag, marked="yes"):
        """A debtor pays: the bank shows it on its day, the books some days later."""
        self.made += 1
        name, day = str(self.made), self._today()
        while not is_banking_day("FI", day):
            day += DAY
        self.hub.judge.lowered(f"erp:{number}", Decimal(amount))
        if marked == "yes":
            self.hub.judge.paid(f"erp:{number}", f"bank:{name}", Decimal(amount))
        self.bank.moved.append(Sighting(
            id=f"bank:{name}", version="1", kind="receipt", account=ACCOUNT, amount=eur(amount),
            value_date=day, booked=day, references=(reference(number),) if marked == "yes" else (),
        ))  # fmt: skip
        booked = day + (1 + lag) * DAY
        self.last[number] = (name, booked)
        self._follows(booked, lambda: self._book(number, amount, name, day, booked))

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

    def _take_back(self, number):
        """The debtor's bank takes the last payment back; the books follow the next day."""
        name, booked = self.last.get(number, ("", None))
        paid, day = self.bank.find(f"bank:{name}"), self._today()
        if paid is None or day <= booked or not is_banking_day("FI", day):
            return
        self.last.pop(number)
        self.hub.judge.took_back(f"erp:{number}", paid.id, f"{paid.id}r")
        self.bank.moved.append(Sighting(
            id=f"{paid.id}r", version="1", kind="reversal", account=ACCOUNT, amount=paid.amount,
            value_date=day, booked=day, reverses=paid.id, reason_code="AC04",
        ))  # fmt: skip
        self._follows(day + DAY, lambda: self._unbook(number, name))

    def _unbook(self, number, name):
        """The books free a payment from its invoice: it is stated anew, for nothing."""
        booked, invoice = self.books.rows[f"erp:p{name}"][1], self.books.invoice(number)
        freed = sum((one.amount for one in booked.allocations), eur("0.00"))
        self.hub.tell(f"the books take {freed.amount} for {number} back")
        self.books.state(booked.model_copy(update={"version": "2", "allocations": ()}))
        self.books.change(number, open=invoice.open + freed)

    def _credit(self, number, amount):
        invoice = self.books.invoice(number)
        part = min(eur(amount), invoice.open)
        if not part:
            return
        self.hub.judge.lowered(invoice.id, part.amount)
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

    def _garbage(self, row):
        self.books.refused.append(row)

    # what goes wrong -----------------------------------------------------------------------------

    def _bounce(self, customer):
        self.bouncing.add(customer.lower())

    def _outage(self, what, how, days):
        self._switch(what, how)
        self._follows(self._today() + days * DAY, lambda: self._switch(what, "up"))

    def _switch(self, what, how):
        self.hub.tell(f"{what} is {how}")
        if what == "mail":
            self.mail = how
        else:
            getattr(self, what).down = how == "down"

    def _trouble(self, what, where, nth):
        """Trouble is the hub's: it is looked for at each call."""

    # what people say -----------------------------------------------------------------------------

    def _hold(self, number):
        self.clerk.command(number, "hold", {"claim": f"erp:{number}"})

    def _release(self, number):
        self.clerk.ends(number, "release", "hold", "hold")

    def _dispute(self, number):
        given = {"claim": f"erp:{number}", "ground": "goods_not_received"}
        self.clerk.command(number, "dispute", given)

    def _settle(self, number, outcome):
        self.clerk.ends(number, "settle_dispute", "dispute", "dispute", outcome=outcome)

    def _promise(self, number, until):
        given = {"claims": [f"erp:{number}"], "day": day_of(until).isoformat()}
        self.clerk.command(number, "promise", given)

    def _plan(self, number, first):
        given = {"claims": [f"erp:{number}"], "count": 3, "first": day_of(first).isoformat()}
        self.clerk.command(number, "propose_plan", {**given, "agreed": True})

    def _stop(self, number):
        self.clerk.command(number, "stop_request", {"claims": [f"erp:{number}"]})

    def _withdraw(self, number):
        self.clerk.ends(number, "withdraw_stop", "stop_request", "stop")

    def _circumstance(self, number, kind):
        given = {"circumstance": kind, "effective": self._today().isoformat()}
        self.clerk.command(number, "circumstance", given)

    def _partner_pays(self, number, amount, lag):
        """The debtor pays the partner, who reports it and remits it some days later."""
        case = self.partner.has(self.hub.judge.there.get(f"erp:{number}"))
        part = min(eur(amount), self.books.invoice(number).open)
        if case is None or not part:
            return
        self.made += 1
        self.hub.judge.lowered(f"erp:{number}", part.amount)
        nothing = {"amount": "0.00", "currency": "EUR"}
        self._report(case, "case.payment_received", {
            "claim": f"erp:{number}", "principal": {**nothing, "amount": str(part.amount)},
            "interest": nothing, "fees": nothing, "received": self._today().isoformat(),
        })  # fmt: skip
        name, booked = f"r{self.made}", self._today() + (3 + lag) * DAY
        remitted = str(part.amount)
        self._follows(booked, lambda: self._book(number, remitted, name, booked, booked))

    def _partner_closes(self, number, code):
        case = self.partner.has(self.hub.judge.there.get(f"erp:{number}"))
        if case is not None:
            self._report(case, "case.closed", {"code": code})

    def _taken(self, case):
        """The partner takes what it was given, the next day."""
        given = {"partner_case_id": f"P-{len(self.partner.cases)}"}
        self._follows(self._today() + DAY, lambda: self._report(case, "case.accepted", given))

    def _report(self, case, what, data):
        came, number = self.reporter.report(case, what, data)
        if not came:
            self._again(case, number)

    def _again(self, case, number):
        def once_more():
            if not self.reporter.again(case, number):
                self._again(case, number)

        self._follows(self._today() + DAY, once_more)

    # mail ----------------------------------------------------------------------------------------

    def mailed(self, act, to):
        """SES says later what became of a mail; sometimes in another order."""
        bounced = to.partition("@")[0] in self.bouncing
        at = self.hub.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for number, kind in enumerate(("sent", "bounced" if bounced else "delivered")):
            event = copy.deepcopy(sample(f"receive_mail_event_{kind}"))
            tags = {"tenant": [TENANT.id], "act": [act]}
            event["detail"]["mail"] |= {"tags": tags, "timestamp": at}
            if kind != "sent":
                part = {"bounced": "bounce", "delivered": "delivery"}[kind]
                event["detail"][part]["timestamp"] = at
            wait = timedelta(minutes=self.hub.random.choice([0, 1, 30]), seconds=5 * number)
            self.hub.messages.append(Message("MailEvents", event, self.hub.now + wait))

    def _follows(self, day, what):
        self.later.append((day, what))

    def _today(self) -> date:
        return self.hub.now.astimezone(ZONE).date()
