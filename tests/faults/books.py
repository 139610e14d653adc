"""The books of an invented creditor: statements that are dropped, a policy, and its connections."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from infra.local import setup
from shared.cloud import connections, keys, table, vault
from shared.domain.creditor import Creditor
from shared.domain.explain import content_hash
from shared.domain.policy import Policy

# A Monday within the hours of contact; what fell due on the sixth has had its eight days.
BEGIN = date(2026, 3, 16)
DUE = date(2026, 3, 6)
# What fell due then bears a reminder's fee on the first day.
LONG_DUE = date(2026, 2, 27)
COLUMNS = {
    "invoice_number": "invoice", "customer_number": "customer", "customer_name": "name",
    "issued": "issued", "sent": "sent", "due": "due", "total": "total", "open": "open",
    "email": "email", "address": "street", "postal_code": "code", "city": "city", "kind": "kind",
    "language": "language", "description": "what", "do_not_dun": "blocked",
    "payment_date": "paid_on", "payment_amount": "paid",
}  # fmt: skip
# Nothing of these may stand in a queue, a name, a history or a log.
MARKED = ("Canaria Kanarialintu", "canaria.kanarialintu", "Kanarikuja", "whsec_")
SECRET = setup.webhook_secret()
FRIENDLY, FIRM, HAND_OVER = setup.POLICY["steps"]
FRIENDLY_FIRST = setup.POLICY
FIRM_FIRST = {
    **setup.POLICY,
    "steps": [{**FIRM, "since": "due", "after": 15}, HAND_OVER],
}


@dataclass(frozen=True)
class Line:
    """An invoice as the books state it today; ``paid`` is its latest payment."""

    number: str = "1001"
    customer: str = "C1"
    due: date = DUE
    total: str = "100.00"
    open: str = "100.00"
    paid: str = ""
    paid_on: str = ""
    blocked: str = ""

    def cells(self):
        return (
            self.number, self.customer, MARKED[0], "2026-02-01", "2026-02-01",
            self.due.isoformat(), self.total, self.open, f"{MARKED[1]}@post.example",
            f"{MARKED[2]} 1", "00100", "Helsinki", "person", "fi", "Goods", self.blocked,
            self.paid_on, self.paid,
        )  # fmt: skip


def paid(on: date, amount="100.00", **of):
    """A line that was paid on a day."""
    line = Line(**of)
    left = Decimal(line.total) - Decimal(amount)
    return Line(**{
        **of, "open": f"{left:.2f}", "paid": amount, "paid_on": on.isoformat(),
    })  # fmt: skip


class Books:
    """What an administrator set up for a creditor, and the statements that are dropped."""

    def __init__(self, machine):
        self.machine = machine
        self.s3 = machine.admin("s3")
        self.drops = 0

    def settle_in(self, policy=FRIENDLY_FIRST, *, start_line=date(2026, 2, 1), endpoint=""):
        """Profile, policy, switches and connections, as the admin API would write them."""
        tenant = self.machine.tenant
        profile = Creditor.model_validate({**setup.CREDITOR, "id": tenant.id})
        stored = Policy.model_validate(policy)
        table.batch_put([
            {**keys.creditor(tenant), "body": profile.model_dump_json()},
            {
                **keys.policy(tenant, stored.id, stored.version),
                "body": stored.model_dump_json(), "hash": content_hash(stored),
            },
            {**keys.active_policy(tenant), "policy": stored.id, "version": stored.version},
        ])  # fmt: skip
        self.control(outbound="on")
        self._connect(setup.EMAIL, "channels.email", {
            "sender": setup.CREDITOR["sender"], "configuration_set": self.machine.mail_set,
        })  # fmt: skip
        self._connect(setup.ERP, "erp.csv_file", self._statement_settings(), start_line)
        if endpoint:
            self._connect(
                setup.PARTNER, "collectors.rest_hub", {"partner": "Partner", "endpoint": endpoint}
            )
            vault.write(tenant, setup.PARTNER, {"webhook_secret": SECRET})

    def control(self, **switches):
        table.put({**keys.control(self.machine.tenant), **switches})

    def state(self, *lines: Line):
        """Drop a statement of all that is open or was just paid."""
        self.drops += 1
        text = "\n".join(";".join(row) for row in [COLUMNS.values(), *(x.cells() for x in lines)])
        root = f"{self.machine.tenant.id}/{setup.ERP}/inbox"
        key = f"{root}/{self.drops:04d}.csv"
        self.s3.put_object(Bucket=self.machine.bucket, Key=key, Body=text.encode())

    def book(self, *lines: Line):
        """Drop a statement, read it and book it; nothing is swept."""
        self.state(*lines)
        self.pull()
        while bodies := self.machine.messages("book"):
            assert self.machine.hand("book", *bodies) == {"batchItemFailures": []}
        # The pull's end asks for a sweep: a test sweeps when it wants to.
        while self.machine.messages("sweep"):
            pass

    def pull(self):
        body = {"tenant": self.machine.tenant.id, "connection": setup.ERP}
        assert self.machine.hand("pull", body) == {"batchItemFailures": []}

    def until_hand_over(self):
        """The reminder goes out, its time to pay passes, and the hand-over is due, not begun."""
        machine = self.machine
        machine.settle()
        assert machine.notice("firm").state == "sent"
        machine.pass_time(seconds=(machine.next_due() - machine.now()).total_seconds() + 1)
        self.pull()
        machine.lose_messages()

    def hand_over(self):
        """A claim whose reminder was of no use, and that the partner has."""
        self.book(Line(due=LONG_DUE))
        self.until_hand_over()
        self.machine.settle()
        assert self.machine.notice("partner").state == "sent"

    def row(self, connection=setup.ERP):
        return connections.read(self.machine.tenant, connection)

    def _connect(self, name, connector, config, start_line=None):
        tenant, now = self.machine.tenant, self.machine.now()
        made = connections.made(
            tenant, name, connector=connector, config=config, start_line=start_line
        )
        table.transact([made])
        table.transact([connections.enabled(connections.read(tenant, name), now)])

    def _statement_settings(self):
        mapping = {"columns": COLUMNS, "currency": "EUR", "country": "FI", "capacity": "consumer",
                   "claim_class": "goods", "date_format": "YYYY-MM-DD",
                   "decimal_mark": "."}  # fmt: skip
        prefix = f"{self.machine.tenant.id}/"
        return json.loads(json.dumps(
            {"bucket": self.machine.bucket, "prefix": prefix, "mode": "full", "mapping": mapping}
        ))  # fmt: skip
