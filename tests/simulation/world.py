"""Everything around one hub: its creditor's settings, and what each deed does to the world."""

from __future__ import annotations

import copy
from datetime import UTC, date, timedelta
from decimal import Decimal
from zlib import crc32

from infra.local import setup
from infra.local.bank import ACCOUNT
from shared.cloud import connections, feeds, keys, sources, table
from shared.domain.explain import content_hash
from shared.domain.model import Agreement, Allocation, CreditNote, Invoice, Payment
from shared.domain.sighting import Sighting
from tests.functions.world import sample
from tests.simulation.counterparts import DAY, Bank, Books, Partner, register
from tests.simulation.hub import Message
from tests.simulation.paying_out import PayingOut
from tests.simulation.people import Clerk, Reporter
from tests.simulation.plan import BEGIN, day_of
from tests.simulation.saying import Saying

# A day's window: the hub reads a source in the morning, and before an act when that is too old.
_WINDOW = 24 * 60


def _shared(deed):
    """Whether a neighbour lives a deed too: what is owed and what is down, and half the rest."""
    return deed.what in {"invoice", "outage"} or crc32(str(deed).encode()) % 2


class World(Saying, PayingOut):
    """``mail`` is how SES is today; ``later`` holds what will follow, each with its day."""

    def __init__(self, hub, tenant, setting, *, with_bank):
        self.hub, self.tenant, self.setting = hub, tenant, setting
        self.with_bank, self.mail, self.judge, self.money = with_bank, "up", None, setting.money
        self.books, self.bank, self.partner = Books(), Bank(setting), Partner(self, self._taken)
        self.clerk, self.reporter = Clerk(self), Reporter(self)
        self.later, self.bouncing, self.made = [], set(), 0
        # The bank's id of the last payment of each invoice, and the day it is booked.
        self.last = {}

    def settle_in(self):
        """Profile, policy, switches and connections, as the admin API would write them."""
        profile, policy = self.setting.profile(self.tenant), self.setting.policy
        table.batch_put([
            {**keys.creditor(self.tenant), "body": profile.model_dump_json()},
            {**keys.policy(self.tenant, policy.id, policy.version),
             "body": policy.model_dump_json(), "hash": content_hash(policy)},
            {**keys.active_policy(self.tenant), "policy": policy.id, "version": policy.version},
            {**keys.control(self.tenant), "outbound": "on"},
        ])  # fmt: skip
        table.transact([sources.demanded(profile)])
        name = f"simulated_{self.tenant.id}"
        register(
            f"erp.{name}", self.books, "customers", "invoices", "credit_notes", "payments",
            "open_items", "incremental", proof="open_items", window_minutes=_WINDOW,
        )  # fmt: skip
        register(f"banks.{name}", self.bank, "statements", window_minutes=_WINDOW)
        register(f"collectors.{name}", self.partner, "submit", "tell", "partner_events",
                 idempotency="idempotent", key_lifetime_days=7)  # fmt: skip
        self._connect(setup.ERP, f"erp.{name}", start_line=BEGIN)
        if self.with_bank:
            self._connect(setup.BANK, f"banks.{name}", start_line=BEGIN)
        self._connect(setup.PARTNER, f"collectors.{name}")
        sender = {"sender": profile.sender, "configuration_set": "mail"}
        self._connect(setup.EMAIL, "channels.email", sender)

    def _connect(self, name, connector, config=None, start_line=None):
        made = connections.made(
            self.tenant, name, connector=connector, config=config or {}, start_line=start_line
        )
        table.transact([made])
        row = connections.read(self.tenant, name)
        told = feeds.told(row, {"state": "enabled"}) if feeds.is_money(row) else []
        table.transact([connections.enabled(row, self.hub.now), *told])

    def do(self, deeds):
        """A day's deeds, as far as they are this creditor's."""
        for one in deeds:
            if self is self.hub.first or _shared(one):
                self._do(one)

    def _do(self, deed):
        """One deed; one about an invoice that is left out is left out with it."""
        of = dict(deed.of)
        about = f"erp:{of.get('number')}"
        if deed.what != "invoice" and "number" in of and about not in self.books.rows:
            return
        self.tell(str(deed).partition(": ")[2])
        getattr(self, f"_{deed.what}")(**of)

    def surprise(self, what):
        """Something happens while the hub is at work, and reaches it at once where it can."""
        here = [one for one in self.books.invoices() if self.judge.case_of(one.id) and one.open]
        if what == "meanwhile" or not here:
            return
        one = self.hub.random.choice(here)
        if what == "hold_meanwhile":
            self._hold(one.number)
            return
        self.made += 1
        self.judge.lowered(one.id, one.open.amount)
        self._book(one.number, str(one.open.amount), f"x{self.made}", self.today(), self.today())
        self.books.surprised = self.books.seq
        self.hub.pull(self.tenant.id, setup.ERP)

    def pass_on(self, today):
        """What was to follow by a day."""
        for one in [one for one in self.later if one[0] <= today]:
            self.later.remove(one)
            one[1]()

    # the creditor's books and the bank ------------------------------------------------------------

    def _invoice(self, number, customer, total, due):
        issued = self.today()
        if f"erp:{customer}" not in self.books.rows:
            self.books.state(self.setting.party(customer, self.tenant))
            if self.setting.agreed:
                self.books.state(self._agreement(customer))
        self.books.state(Invoice(
            id=f"erp:{number}", version="1", number=number, debtor=f"erp:{customer}",
            issued=issued, sent=issued, due=day_of(due), total=self.money(total),
            open=self.money(total), reference=self.setting.reference(number),
            capacity=self.setting.capacity, claim_class="goods",
            agreement=f"erp:a{customer}" if self.setting.agreed else None,
        ))  # fmt: skip

    @staticmethod
    def _agreement(customer):
        """It names a fee for reminders, from before the debt arose."""
        return Agreement(
            id=f"erp:a{customer}", debtor=f"erp:{customer}", reminder_fee_clause=BEGIN - 30 * DAY
        )

    def _pay(self, number, amount, lag, marked="yes"):
        """A debtor pays: the bank shows it on its day, the books some days later."""
        self.made += 1
        name, day = str(self.made), self.today()
        while not self.setting.banking_day(day):
            day += DAY
        self.judge.lowered(f"erp:{number}", Decimal(amount))
        if marked == "yes":
            self.judge.paid(f"erp:{number}", f"bank:{name}", Decimal(amount))
        references = (self.setting.reference(number),) if marked == "yes" else ()
        self.bank.moved.append(Sighting(
            id=f"bank:{name}", version="1", kind="receipt", account=ACCOUNT,
            amount=self.money(amount), value_date=day, booked=day, references=references,
        ))  # fmt: skip
        booked = day + (1 + lag) * DAY
        self.last[number] = (name, booked)
        self._follows(booked, lambda: self._book(number, amount, name, day, booked))

    def _book(self, number, amount, name, day, booked):
        """The books take a payment: for its invoice as far as that is open."""
        invoice = self.books.invoice(number)
        part = min(self.money(amount), invoice.open)
        allocations = (Allocation(invoice=invoice.id, amount=part),) if part else ()
        self.tell(f"the books book {amount} for {number}")
        self.books.state(Payment(
            id=f"erp:p{name}", version="1", debtor=invoice.debtor, amount=self.money(amount),
            value_date=day, booked=booked, received=day, allocations=allocations,
        ))  # fmt: skip
        self.books.change(number, open=invoice.open - part)

    def _take_back(self, number):
        """The debtor's bank takes the last payment back; the books follow the next day."""
        name, booked = self.last.get(number, ("", None))
        paid, day = self.bank.find(f"bank:{name}"), self.today()
        if paid is None or day <= booked or not self.setting.banking_day(day):
            return
        self.last.pop(number)
        self.judge.took_back(f"erp:{number}", paid.id, f"{paid.id}r")
        self.bank.moved.append(Sighting(
            id=f"{paid.id}r", version="1", kind="reversal", account=ACCOUNT, amount=paid.amount,
            value_date=day, booked=day, reverses=paid.id, reason_code="AC04",
        ))  # fmt: skip
        self._follows(day + DAY, lambda: self._unbook(number, name))

    def _unbook(self, number, name):
        """The books free a payment from its invoice: it is stated anew, for nothing."""
        booked, invoice = self.books.rows[f"erp:p{name}"][1], self.books.invoice(number)
        freed = sum((one.amount for one in booked.allocations), self.money("0.00"))
        self.tell(f"the books take {freed.amount} for {number} back")
        self.books.state(booked.model_copy(update={"version": "2", "allocations": ()}))
        self.books.change(number, open=invoice.open + freed)

    def _credit(self, number, amount):
        invoice = self.books.invoice(number)
        part = min(self.money(amount), invoice.open)
        if not part:
            return
        self.judge.lowered(invoice.id, part.amount)
        self.books.state(CreditNote(
            id=f"erp:c{number}", version="1", number=f"C{number}", debtor=invoice.debtor,
            issued=self.today(), total=part, open=self.money("0.00"),
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
        self._follows(self.today() + days * DAY, lambda: self._switch(what, "up"))

    def _switch(self, what, how):
        self.tell(f"{what} is {how}")
        if what == "mail":
            self.mail = how
        else:
            getattr(self, what).down = how == "down"

    def _refusal(self, days):
        """The partner takes no new case for some days."""
        self.partner.refuses = True
        self._follows(self.today() + days * DAY, lambda: setattr(self.partner, "refuses", False))

    def _trouble(self, what, where, nth):
        """Trouble is the hub's: it is looked for at each call."""

    # mail ----------------------------------------------------------------------------------------

    def took_mail(self, act, to, content):
        """SES took a mail in this creditor's name."""
        name, _, home = to.partition("@")
        self.tell(f"mail   {act} to {name}")
        self.judge.mail(act)
        others = {f"@{one}.example" for one in self.hub.worlds} - {f"@{self.tenant.id}.example"}
        if f"@{home}" in others or any(one in str(content) for one in others):
            self.judge.say("a mail tells of another creditor", act)
        self.mailed(act, to)

    def mailed(self, act, to):
        """SES says later what became of a mail; sometimes in another order."""
        bounced = to.partition("@")[0] in self.bouncing
        at = self.hub.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for number, kind in enumerate(("sent", "bounced" if bounced else "delivered")):
            event = copy.deepcopy(sample(f"receive_mail_event_{kind}"))
            tags = {"tenant": [self.tenant.id], "act": [act]}
            event["detail"]["mail"] |= {"tags": tags, "timestamp": at}
            if kind != "sent":
                part = {"bounced": "bounce", "delivered": "delivery"}[kind]
                event["detail"][part]["timestamp"] = at
            wait = timedelta(minutes=self.hub.random.choice([0, 1, 30]), seconds=5 * number)
            self.hub.messages.append(Message("MailEvents", event, self.hub.now + wait))

    def _follows(self, day, what):
        self.later.append((day, what))

    def today(self) -> date:
        """The creditor's day."""
        return self.hub.now.astimezone(self.setting.zone).date()

    def tell(self, text):
        """One line of the story; whose it is, where it is not the first creditor's."""
        self.hub.tell(text if self is self.hub.first else f"{self.tenant.id}: {text}")
