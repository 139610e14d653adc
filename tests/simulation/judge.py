"""The judge: what no event and no mail may do, told from them and from the world's own truth.

It keeps the oracle's diary of every case (``tests/domain/oracle*.py``), which knows neither the law
packs nor the decision, and knows beside it what debtors really paid and what the books really say.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from infra.local import setup
from shared.domain import events as told
from tests.domain.oracle import Diary
from tests.domain.oracle_rules import faults
from tests.simulation.people import is_payout

# Fields that the story leaves out: they say nothing that the others do not.
_SILENT = {"kind", "v", "at", "because", "inputs", "document", "content_hash", "document_hash",
           "claim_class", "digest"}  # fmt: skip
_WEEK = 7


class Judge:
    """Judges all that the hub does for one creditor: a rule that is broken, and by what."""

    def __init__(self, world):
        self.hub, self.world, self.events = world.hub, world, 0
        self.diaries, self.debtors, self.closed = {}, {}, set()
        # What debtors paid, by claim and the bank's id, and which of it was taken back; all that
        # can have lowered a claim.
        self.payments, self.reversals = defaultdict(dict), defaultdict(dict)
        self.most = defaultdict(Decimal)
        # Mails by debtor, with their days; reports that the hub said yes to.
        self.contacts, self.reports = defaultdict(list), set()
        # What of each claim is booked, by its name in the events.
        self.booked = defaultdict(dict)
        # The claims that the partner has, and what debtors paid to us of them meanwhile.
        self.there, self.direct = {}, defaultdict(list)
        # What was open of each when it was handed over, and those that were paid to the partner.
        self.handed_open, self.paid_there = {}, set()
        # How much the partner had been told by then, of whatever it had before.
        self.since = {}
        # What the partner collected and what it paid out, by claim; the bank's ids of the latter.
        self.came_in, self.went_out = defaultdict(list), defaultdict(Decimal)
        self.remitted = set()

    def say(self, rule, text=""):
        """Something is wrong."""
        self.hub.found.append((rule, text))
        self.world.tell(f"BROKEN  {rule}: {text}")

    # what happens -------------------------------------------------------------------------------

    def event(self, case, body):
        """The table took an event of a case."""
        event, diary = told.read_event(body), self.diaries.setdefault(case, Diary())
        self.events += 1
        if event.kind != "decided":
            self.world.tell(f"{case[:6]} {_short(event)}")
        if isinstance(event, told.ReminderIntended | told.HandOverIntended):
            self._act(diary, event)
        if isinstance(event, told.PaymentAllocated) and event.payment in self.remitted:
            self.say("a remittance is taken for a debtor's payment", event.payment)
        self._moves(case, diary, event)
        self._names(diary, event)
        diary.note(event)

    def _moves(self, case, diary, event):  # noqa: C901 - one case an event
        """Where a case and its claims are."""
        match event:
            case told.CaseOpened():
                self.debtors[case] = event.debtor
            case told.CaseClosed():
                self.closed.add(case)
            case told.ClaimJoined() | told.PaymentReversed():
                self.closed.discard(case)
            case told.PaymentAllocated() if event.claim in self.there:
                # What the partner pays out has names of its own in the books.
                own = is_payout(event.payment)
                self.direct[event.claim] += [] if own else [event.amount.amount]
            case told.HandOverIntended():
                # What moves from here on is told to the partner once it has the file.
                self.there |= dict.fromkeys(event.claims, case)
                self.handed_open |= {one: diary.claims[one].open for one in event.claims}
                self.direct |= {one: [] for one in event.claims}
                self.since |= dict.fromkeys(event.claims, len(self.world.partner.told))
            case told.ActFailed():
                self._never_there(diary.notices[event.act].claims)
            case told.PersonAnswered(answer="not_sent"):
                self._never_there(diary.notices[event.task.removesuffix("-unknown")].claims)
            case told.PartnerPaid():
                self.paid_there.add(event.claim)
            case told.BalanceStated():
                claim = diary.claims[event.claim]
                claim.lowered = claim.joined.open.amount - event.open.amount
            case told.ActSent():
                self._sent(event.act)
            case told.PartnerAnswered(accepted=False):
                self.withdrawn([x for x, of in self.there.items() if of == case])
            case told.PartnerClosed():
                self.withdrawn(event.claims or [x for x, of in self.there.items() if of == case])

    def _names(self, diary, event):
        """Money that was booked under two names is one: it counts once from now on."""
        if isinstance(event, told.PaymentAllocated):
            self.booked[event.claim][event.payment] = event.amount.amount
        if not isinstance(event, told.PaymentSighted):
            return
        booked = self.booked[event.claim]
        if event.payment != event.seen_as and event.seen_as in booked:
            diary.claims[event.claim].lowered -= booked.pop(event.seen_as)

    def _never_there(self, claims):
        """The partner never got the file: what moved meanwhile is no business of its."""
        self.withdrawn(claims)
        for claim in claims:
            self.direct.pop(claim, None)

    def _sent(self, act):
        if not (self.hub.aws.mails[self.world.tenant.id, act] or act in self.world.partner.told):
            self.say("an act is called sent that never left", act)

    def _act(self, diary, event):
        today, policy = (
            event.at.astimezone(self.world.setting.zone).date(),
            self.world.setting.policy,
        )
        charged = self._charged(diary, event, today)
        left = [one for one in getattr(event, "also", ()) if one not in charged]
        rest = event.model_copy(update={"also": tuple(left)}) if charged else event
        for why in faults(diary, policy, policy.law, rest, today):
            self.say("an act that must not be", f"{event.act}: {why}")
        books = self.world.books
        if books.down:
            self.say("an act without a proof", f"{event.act}: the books do not answer")
        # What changed while the hub was at work counts once it has been read.
        stored = self._cursor(setup.ERP)
        for claim in (*event.claims, *left):
            seq, known = books.rows[claim]
            unread = seq <= books.surprised and seq > stored
            if not unread and (not known.open.amount or known.do_not_dun):
                self.say("an act in spite of the books", f"{event.act} about {claim}")
            left = known.total.amount - self._seen(claim)
            if diary.claims[claim].open > max(left, Decimal(0)):
                self.say("an act after a known payment", f"{event.act} about {claim}")

    def _charged(self, diary, event, today):
        """The claims of a letter of which fees or interest alone are left, where those are asked.

        What keeps the claim itself in peace keeps its charges so.
        """
        if self.world.setting.policy.extras.residual != "continue":
            return set()
        found = {one for one in getattr(event, "also", ()) if diary.claims[one].open <= 0}
        for claim in found:
            for why in set(diary.resting(claim, today)) - {"nothing is open"}:
                self.say("charges are asked for in spite of a rest", f"{event.act}: {why}")
        return found

    def _seen(self, claim):
        """What the bank's statements, as far as the hub has stored them, show for a claim."""
        shown = {one.id for one in self.world.bank.moved[: self._cursor(setup.BANK)]}
        gone = {name for one, name in self.reversals[claim].items() if one in shown}
        found = self.payments[claim]
        return sum((found[one] for one in found if one in shown - gone), Decimal(0))

    def mail(self, act):
        """SES took a mail."""
        case = next((one for one, diary in self.diaries.items() if act in diary.notices), None)
        if case is None:
            self.say("a mail without an intent", act)
            return
        today, before = self.world.today(), self.contacts[self.debtors[case]]
        near = [one for one, on in before if one != act and (today - on).days < _WEEK]
        if near:
            self.say("two contacts of a debtor in a week", f"{act} and {near[0]}")
        before.append((act, today))
        if self.hub.aws.mails[self.world.tenant.id, act] > 1:
            self.say("a contact is repeated", act)

    def handed(self, case, act):
        """The partner got a case."""
        if act not in self.diaries.get(case, Diary()).notices:
            self.say("a hand-over without an intent", act)

    def withdrawn(self, claims):
        """Claims are not, or no longer, the partner's business."""
        for claim in claims:
            self.there.pop(claim, None)

    def paid(self, claim, name, amount):
        """A debtor paid with the claim's reference."""
        self.payments[claim][name] = amount

    def lowered(self, claim, amount):
        """Somebody paid or credited something of a claim, in whatever way."""
        self.most[claim] += amount

    def took_back(self, claim, name, reversal):
        """A payment was taken back: from then on it counts for nothing."""
        self.reversals[claim][reversal] = name

    def collected(self, claim, amount):
        """A debtor paid the partner."""
        self.came_in[claim].append(amount)

    def paid_out(self, claim, amount):
        """The partner announced that it pays money of a claim out, before its fee."""
        self.went_out[claim] += amount

    def reported(self, name):
        """The hub said yes to a report of the partner."""
        self.reports.add(name)

    # what is there ------------------------------------------------------------------------------

    def case_of(self, claim):
        """The case that has a claim, the newest."""
        found = [case for case, diary in self.diaries.items() if claim in diary.claims]
        return found[-1] if found else None

    def rows(self):
        """Every row of the table that is this creditor's, as plain values."""
        for item in self.hub.wire.table.rows():
            if item["pk"]["S"].startswith(f"T#{self.world.tenant.id}#"):
                yield {name: next(iter(value.values())) for name, value in item.items()}

    def tasks(self):
        """What people are asked and have not answered."""
        return [row for row in self.rows() if row["sk"] == "TASK" and row["state"] == "open"]

    def _cursor(self, connection):
        pk = f"T#{self.world.tenant.id}#CONN#{connection}"
        item = self.hub.wire.table._rows.get(pk, {}).get("CONN", {})
        return int(item.get("cursor", {}).get("S", 0))


def _short(event):
    """An event in a line: its kind and what is said with it."""
    said = event.model_dump(mode="json", exclude=_SILENT)
    if isinstance(event, told.ClaimJoined):
        said = {name: said["claim"][name] for name in ("id", "open", "due")}
    plain = {name: _amount(value) for name, value in said.items() if value not in (None, [], "")}
    text = " ".join(f"{name}={value}" for name, value in plain.items())
    return f"{event.kind} {text}"[:230]


def _amount(value):
    return value["amount"] if isinstance(value, dict) and "amount" in value else value
