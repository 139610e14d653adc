"""Payers whom an administrator's first hour reached: their mail, the provider, the bank, the books.

What payers do at Stripe and in their banks is done there; the hub hears of it as in life.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from infra.local import clock, setup
from infra.local.bank import Bank, Transfer
from infra.local.hub import TENANT
from infra.local.timelapse import MORNING, TimeLapse
from shared.domain.calendar import is_banking_day
from tests.browser.visitor import Visitor

# Whatever is a name or a number may hold this; no page may take it for markup.
CANARY = '"><img src=x onerror=alert(1)>'
CREDITOR = f"Saaristo {CANARY} Oy"
# Who pays at the provider, who in the bank, who speaks, who wants a plan, who does nothing, and who
# has no mail address.
CARD, TRANSFER, SPEAKER, PLANNER, SILENT = "kortti", "pankki", "puhuja", "plan", "tyst"
PAPER = "paperi"
_HEADS = ("number", "customer", "name", "kind", "email", "language", "address", "postal_code",
          "city", "issued", "due", "total", "open", "reference")  # fmt: skip
_BY_WORD = {"number": "invoice_number", "customer": "customer_number", "name": "customer_name"}
_MAPPING = {
    "columns": {_BY_WORD.get(name, name): name for name in _HEADS},
    "date_format": "YYYY-MM-DD", "decimal_mark": ",", "currency": "EUR", "country": "FI",
    "capacity": "consumer", "claim_class": "goods",
}  # fmt: skip
# What a payer may agree to at once: a plan of up to half a year.
POLICY = {
    **{name: part for name, part in setup.POLICY.items() if name not in {"partner", "hand_over"}},
    "steps": setup.WITH_PAPER["steps"][:2], "process": {"agreed_plan": 6},
}  # fmt: skip
# The payer, the invoice, its total, its reference with a check digit (Finance Finland's standard).
_OPEN = (
    (CARD, "fi", "20260101", "120,00", "1009"),
    (TRANSFER, "fi", "20260102", "80,00", "2008"),
    (SPEAKER, "sv", "20260103", "200,00", "3007"),
    (SPEAKER, "sv", "20260104", "55,00", "4006"),
    (PLANNER, "de", "20260105", "600,00", "5005"),
    (SILENT, "en", "20260106", "70,00", "6004"),
    (PAPER, "fi", "20260107", "90,00", "7003"),
)  # fmt: skip
_LINK = re.compile(r"https?://\S+/p/[a-z2-7]{26}")


class Phone(Visitor):
    """A payer with a phone: what a person does is counted, and so is what each page costs."""

    def __init__(self, *given):
        super().__init__(*given)
        # Requests and bytes of each page, in the order of looking.
        self.pages = []

    def open(self, path):
        """Follow a link from elsewhere."""
        self.clicks += 1
        self.requests.clear()
        status = super().open(path)
        self.look()
        return status

    def tap(self, what):
        """Tap on what a selector names, and look at the page that it leads to."""
        self.clicks += 1
        self.requests.clear()
        self.page.click(what)
        self.page.wait_for_load_state()
        self.look()

    def enter(self, path, number):
        """Open the link of a message and give the second fact."""
        assert self.open(path) == 200
        assert CANARY not in self.page.inner_text("body")
        self.page.fill("#f-fact", number)
        self.tap("main button")
        assert self.page.locator(".leave").count() == 1

    def look(self):
        """What must hold on every page; what the page cost is kept."""
        assert self.page.locator("script, [style], img[src='x'], [onerror]").count() == 0
        assert self.overflows() <= 0, f"{self.page.url} {self.widest()}"
        asked = [one for one in self.requests if one.url.startswith(self.origin)]
        self.pages.append((len(asked), sum(one.sizes()["responseBodySize"] for one in asked)))


@dataclass
class Payers:
    """The people of one hub, and everything that they pay with."""

    hub: object
    provider: object
    secret: str
    time: TimeLapse = field(init=False)
    bank: Bank = field(init=False)
    paid: set[str] = field(default_factory=set)
    exported: int = 0
    closed: date = date.min
    _known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.time = TimeLapse(self.hub, ZoneInfo(setup.ZONE), ("books", "bank"))
        self.bank = Bank(setup.deliver_statement(self.hub))

    @property
    def door(self):
        """Where the provider sends its events."""
        return f"{self.hub.api}/v1/hooks/{TENANT}/{setup.STRIPE}"

    def invite(self, key):
        """All that an administrator does in the first hour, through the API; then everybody's mail.

        ``key`` is the provider's. The same by clicks is the road of the console's own test.
        """
        self.call("PUT", "/v1/creditor", {**setup.CREDITOR, "name": CREDITOR})
        self.call("PUT", "/v1/control", {"outbound": "on"})
        inbox = {"bucket": self.hub.outputs["InboxBucket"], "prefix": f"{TENANT}/"}
        mail = {"sender": setup.CREDITOR["sender"], "sender_name": "Saaristo",
                "configuration_set": self.hub.outputs["MailSet"]}  # fmt: skip
        books = {**inbox, "mode": "full", "mapping": _MAPPING}
        self.export()
        self._use("books", "erp.csv_file", books, start_line="2026-01-01")
        self._use(setup.EMAIL, "channels.email", mail)
        price = {"amount": "1.29", "currency": "EUR"}
        self._use(setup.LETTER, "channels.letter", {**inbox, "service": "economy", "price": price})
        self.call("PUT", "/v1/policies/standard", POLICY)
        self.call("PUT", "/v1/policies/active", {"id": "standard", "version": 1})
        self.bank.close(self.time.today() - timedelta(days=1), ())
        self.provider.tell("listen", url=self.door)
        setup.connect_money(self.hub, self.provider.origin, key, self.secret, "acct_demo")
        self.time.live(self.time.today())
        self.case(SILENT)

    def link(self, who):
        """The path of the link in the newest message that left for somebody."""
        (address,) = set(_LINK.findall(self.letters(who)[-1].text))
        return "/p/" + address.rpartition("/p/")[2]

    def letters(self, who):
        """What left for somebody, the oldest first."""
        return [one for one in self.hub.stack.letters() if one.to == (f"{who}@debtor.example",)]

    def printed(self):
        """The pages that lie in the print partner's folder."""
        inbox = {"Bucket": self.hub.outputs["InboxBucket"]}
        s3 = self.hub.stack.client("s3")
        names = [one["Key"] for one in s3.list_objects_v2(**inbox)["Contents"]]
        pages = [one for one in names if one.endswith(".pdf")]
        return [s3.get_object(**inbox, Key=one)["Body"].read() for one in pages]

    def tell(self, secret=None):
        """The provider tells the hub of all that happened; the statuses of the door's answers."""
        statuses = self.provider.deliver(self.door, secret or self.secret)
        self.time.drain()
        self.time.settle()
        return set(statuses)

    def transfer(self, amount, reference):
        """The payer pays in the bank today, whose files the hub has the next morning."""
        self.tomorrow(Transfer(Decimal(amount), "Maksaja Matti", reference=reference))

    def tomorrow(self, *transfers, days=1):
        """Go on to the morning after so many days: what the bank booked, and what the books say."""
        day = self.time.today() + timedelta(days=days)
        at = datetime.combine(day, MORNING, tzinfo=self.time.zone)
        file = self.hub.stack.clock_file
        clock.advance(file, max(0, round((at - clock.now(file)).total_seconds())))
        self.export()
        booked = day - timedelta(days=1)
        while not is_banking_day("FI", booked):
            booked -= timedelta(days=1)
        if booked > self.closed:
            self.bank.close(booked, transfers)
            self.closed = booked
        self.time.live(day)

    def export(self):
        """The bookkeeper drops all that is open in the books; ``paid`` names who is in no more."""
        rows, self.exported = [";".join(_HEADS)], self.exported + 1
        for who, language, number, total, reference in _OPEN:
            if who not in self.paid:
                name = CANARY.replace('"', '""')
                mail = "" if who == PAPER else f"{who}@debtor.example"
                rows.append(
                    f'{number};{who};"{name} {who}";person;{mail};{language};'
                    f"Kotikatu 5;00530;Helsinki;2026-02-10;2026-03-05;{total};{total};{reference}"
                )
        self.hub.stack.client("s3").put_object(
            Bucket=self.hub.outputs["InboxBucket"],
            Key=f"{TENANT}/books/inbox/open-{self.exported}.csv", Body="\n".join(rows).encode(),
        )  # fmt: skip

    def call(self, method, path, body=None):
        """What the administrator's API says."""
        return self.hub.call(method, path, body)

    def case(self, who):
        """The case of somebody, as the administrator's API shows it."""
        known = {one["debtor"]: one["id"] for one in self.call("GET", "/v1/cases")["cases"]}
        self._known = {**known, **self._known}
        return self.call("GET", f"/v1/cases/{self._known[f'books:{who}']}")

    def _use(self, name, connector, config, **more):
        """Make a connection, test it, and begin to use it."""
        made = {"id": name, "connector": connector, "config": config, "secrets": {}, **more}
        self.call("POST", "/v1/connections", made)
        tested = self.call("POST", f"/v1/connections/{name}/test")
        assert all(one["ok"] for one in tested["findings"]), tested
        self.call("POST", f"/v1/connections/{name}/enable")
