"""The judge: what must hold, whatever happens, told from events, mails and the world's own truth.

It keeps the oracle's diary of every case (``tests/domain/oracle*.py``), which knows neither the law
packs nor the decision, and knows beside it what debtors really paid and what the books really say.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from infra.local import setup
from shared.cloud import clock
from shared.domain.calendar import is_banking_day
from shared.domain.events import (
    ActSent,
    HandOverIntended,
    PaymentAllocated,
    ReminderIntended,
    read_event,
)
from tests.domain.oracle import Diary
from tests.domain.oracle_rules import faults
from tests.simulation.world import DAY, POLICY, TENANT, ZONE

# Events that the story leaves out: they say nothing that the others do not.
_SILENT = {"decided"}
_PATIENCE = timedelta(days=4)


class Judge:
    """Everything that was found wrong stands in ``found``: the rule, and what broke it."""

    def __init__(self, hub):
        self.hub, self.found = hub, []
        self.diaries, self.debtors = {}, {}
        self.payments = defaultdict(dict)
        self.contacts = defaultdict(list)
        self.closed = set()
        # What debtors paid to us, by claim, while the partner had it.
        self.direct = defaultdict(list)
        self.events = 0

    def say(self, rule, text=""):
        """Something is wrong."""
        self.found.append((rule, text))
        self.hub.tell(f"BROKEN  {rule}: {text}")

    # what happens -------------------------------------------------------------------------------

    def event(self, case, body):
        """The table took an event of a case."""
        event, diary = read_event(body), self.diaries.setdefault(case, Diary())
        self.events += 1
        if event.kind not in _SILENT:
            self.hub.tell(f"{case[:6]} {_short(event)}")
        if isinstance(event, ReminderIntended | HandOverIntended):
            self._act(case, diary, event)
        if event.kind == "case_opened":
            self.debtors[case] = event.debtor
            self.closed.discard(case)
        if event.kind == "case_closed":
            self.closed.add(case)
        elif event.kind in {"claim_joined", "payment_reversed"}:
            self.closed.discard(case)
        if isinstance(event, PaymentAllocated) and diary.claims[event.claim].at_partner:
            self.direct[event.claim].append(event.amount.amount)
        diary.note(event)
        if isinstance(event, ActSent):
            self._sent(event)

    def _act(self, case, diary, event):
        today = event.at.astimezone(ZONE).date()
        for why in faults(diary, POLICY, "FI", event, today):
            self.say("an act that must not be", f"{event.act}: {why}")
        books, also = self.hub.world.books, getattr(event, "also", ())
        if books.down:
            self.say("an act without a proof", f"{event.act}: the books do not answer")
        for claim in (*event.claims, *also):
            known = books.rows[claim][1]
            if not known.open.amount or known.do_not_dun:
                self.say("an act in spite of the books", f"{event.act} about {claim}")
            left = known.total.amount - self._seen(claim)
            if diary.claims[claim].open > max(left, Decimal(0)):
                self.say("an act after a known payment", f"{event.act} about {claim}")

    def _seen(self, claim):
        """What the bank's statements, as far as the hub has stored them, show for a claim."""
        cursor = self._cursor(setup.BANK)
        shown = {one.id for one in self.hub.world.bank.moved[:cursor]}
        found = self.payments[claim]
        return sum((found[one] for one in found if one in shown), Decimal(0))

    def _sent(self, event):
        if not (self.hub.aws.mails[event.act] or event.act in self.hub.world.partner.told):
            self.say("an act is called sent that never left", event.act)

    def mail(self, act):
        """SES took a mail."""
        case = next((one for one, diary in self.diaries.items() if act in diary.notices), None)
        if case is None:
            self.say("a mail without an intent", act)
            return
        today, before = self.hub.now.astimezone(ZONE).date(), self.contacts[self.debtors[case]]
        near = [one for one, on in before if one != act and (today - on).days < 7]
        if near:
            self.say("two contacts of a debtor in a week", f"{act} and {near[0]}")
        before.append((act, today))
        if self.hub.aws.mails[act] > 1:
            self.say("a contact is repeated", act)

    def handed(self, case, act):
        """The partner got a case."""
        if act not in self.diaries.get(case, Diary()).notices:
            self.say("a hand-over without an intent", act)

    def paid(self, claim, name, amount):
        """A debtor paid."""
        self.payments[claim][name] = amount

    def commanded(self, claim, what, given):
        """The API said yes to a command."""

    # what is there ------------------------------------------------------------------------------

    def case_of(self, claim):
        """The case that has a claim."""
        found = [case for case, diary in self.diaries.items() if claim in diary.claims]
        return found[-1] if found else None

    def rows(self):
        """Every row of the table, as plain values."""
        for item in self.hub.wire.table.rows():
            yield {name: next(iter(value.values())) for name, value in item.items()}

    def tasks(self):
        """What people are asked and have not answered."""
        return [row for row in self.rows() if row["sk"] == "TASK" and row["state"] == "open"]

    def _cursor(self, connection):
        pk = f"T#{TENANT.id}#CONN#{connection}"
        item = self.hub.wire.table._rows.get(pk, {}).get("CONN", {})
        return int(item.get("cursor", {}).get("S", 0))

    def quiet(self):
        """At the end of a day nothing is lost: every case has a due date or a person."""
        rows, now = list(self.rows()), clock.stamp(self.hub.now)
        asked = {row["case"] for row in rows if row["sk"] == "TASK" and row["state"] == "open"}
        counts = defaultdict(int)
        for row in rows:
            if row["sk"].startswith("EV#") and "#CASE#" in row["pk"]:
                counts[row["pk"]] += 1
        for row in rows:
            case = row["pk"].rpartition("#")[2]
            if row["sk"] == "HEAD":
                if int(row["version"]) != counts[row["pk"]]:
                    self.say("an event is lost", case[:6])
                seen_to = "due_at" in row or case in asked or self._held(case)
                if case not in self.closed and not seen_to:
                    self.say("a case has neither a due date nor a person", case[:6])
            if row.get("due_shard", "").startswith("S#"):
                late = clock.read_stamp(now) - clock.read_stamp(row["due_at"])
                if late > timedelta(hours=6):
                    self.say("something due is not done", f"{row['pk']} since {row['due_at']}")

    def _held(self, case):
        """A person said that it rests until they release it, or the partner has all of it."""
        diary = self.diaries[case]
        open_ones = [one for one in diary.claims.values() if one.open]
        ends = any(until is None for _, until in diary.holds.values())
        return ends or all(one.at_partner for one in open_ones)

    def last(self):
        """When all has come to its end: nothing is missing and every cent is where it belongs."""
        books = self.hub.world.books
        for claim, (_, invoice) in books.rows.items():
            if type(invoice).__name__ != "Invoice":
                continue
            case = self.case_of(claim)
            if case is None:
                if invoice.open.amount:
                    self.say("a claim is in no case", claim)
                continue
            known = self.diaries[case].claims[claim]
            if known.open != invoice.open.amount:
                text = f"{claim}: {known.open} here, {invoice.open.amount} in the books"
                self.say("the balances are apart", text)
            self._advanced(case, claim, known)
        for row in self.rows():
            if row["sk"] == "OUT" and row.get("state") in {"intended", "unknown"}:
                self.say("an act has no outcome", row["pk"])
        self._partner()

    def _advanced(self, case, claim, known):
        """A claim that is open and that nothing keeps back has gone all its way."""
        today = self.hub.now.astimezone(ZONE).date()
        diary = self.diaries[case]
        asked = any(task["case"] == case or claim in json.loads(task["claims"])
                    for task in self.tasks())  # fmt: skip
        if known.open < 10 or asked or any(diary.resting(claim, today)):
            return
        if known.level < len(POLICY.steps):
            self.say("a claim is forgotten", f"{claim} at level {known.level}")

    def _partner(self):
        """What the debtor paid us after a hand-over, the partner knows: each movement once."""
        told = defaultdict(list)
        for kind, message in self.hub.world.partner.told.values():
            if kind == "payment.direct":
                told[message.data["claim"]].append(Decimal(message.data["amount"]))
        for claim, amounts in self.direct.items():
            if sorted(amounts) != sorted(told[claim]):
                text = f"{claim}: {amounts} came, {told[claim]} told"
                self.say("the partner does not know of a direct payment", text)
        for claim in told.keys() - self.direct.keys():
            self.say("the partner is told of a payment that was none", claim)


def _short(event):
    """An event in a line: its kind and what is said with it."""
    told = event.model_dump(mode="json", exclude={"kind", "v", "at", "because", "inputs"})
    for name in ("document", "content_hash", "document_hash", "claim_class"):
        told.pop(name, None)
    if event.kind == "claim_joined":
        claim = told["claim"]
        told = {name: claim[name] for name in ("id", "open", "due")}
    kept = {name: value for name, value in told.items() if value not in (None, [], "", False)}
    text = " ".join(f"{name}={value}" for name, value in kept.items())
    return f"{event.kind} {text}"[:230]


__all__ = ["DAY", "Judge", "is_banking_day"]
