"""The reckoning: what must stand in the table at the end of each day, and when all is over."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from shared.cloud import clock
from shared.domain.model import Invoice
from tests.simulation.counterparts import ZONE
from tests.simulation.world import POLICY

# So long something may be due: the longest lease after attempts that failed.
_LATE = timedelta(hours=6)
# Below it nothing is asked for: the policy's minimum.
_MINIMUM = POLICY.minimum.amount


def quiet(judge):
    """At the end of a day nothing is lost: every case has a due date or a person."""
    rows = list(judge.rows())
    asked = {row["case"] for row in rows if row["sk"] == "TASK" and row["state"] == "open"}
    events = Counter(row["pk"] for row in rows if row["sk"].startswith("EV#"))
    for row in rows:
        if row["sk"] == "HEAD":
            _case(judge, row, events[row["pk"]], asked)
        swept = row.get("due_shard", "").startswith("S#")
        if swept and judge.hub.now - clock.read_stamp(row["due_at"]) > _LATE:
            judge.say("something due is not done", f"{row['pk']} since {row['due_at']}")


def _case(judge, row, events, asked):
    case = row["pk"].rpartition("#")[2]
    if int(row["version"]) != events:
        judge.say("an event is lost", case[:6])
    seen_to = "due_at" in row or case in asked or case in judge.closed or _rests(judge, case)
    if not seen_to:
        judge.say("a case has neither a due date nor a person", case[:6])


def _rests(judge, case):
    """A person said that it rests until they release it, or the partner has all of it."""
    diary = judge.diaries[case]
    ends = any(until is None for _, until in diary.holds.values())
    return ends or all(name in judge.there for name, one in diary.claims.items() if one.open)


def last(judge):
    """When all has come to its end: nothing is missing and every cent is where it belongs."""
    tasks = judge.tasks()
    for claim, (_, fact) in judge.hub.world.books.rows.items():
        if isinstance(fact, Invoice):
            _claim(judge, claim, fact.open.amount, tasks)
    _left(judge)
    _partner(judge, tasks)


def _claim(judge, claim, opened, tasks):
    case = judge.case_of(claim)
    if case is None:
        if opened:
            judge.say("a claim is in no case", claim)
        return
    diary, today = judge.diaries[case], judge.hub.now.astimezone(ZONE).date()
    known = diary.claims[claim]
    asked = any(task["case"] == case or claim in json.loads(task["claims"]) for task in tasks)
    if known.open != opened and not asked:
        judge.say("the balances are apart", f"{claim}: {known.open} here, {opened} in the books")
    if known.open < _MINIMUM or asked or any(diary.resting(claim, today)):
        return
    if known.level < len(POLICY.steps):
        judge.say("a claim is forgotten", f"{claim} at level {known.level}")


def _left(judge):
    """What was received is kept and worked on, and what was begun has its outcome."""
    rows = list(judge.rows())
    for row in rows:
        if row["sk"] == "OUT" and row.get("state") in {"intended", "unknown"}:
            judge.say("an act has no outcome", row["pk"])
        if row["sk"] == "RAW" and row["state"] == "received":
            judge.say("a report is not worked on", row["pk"])
    kept = {row["pk"].rpartition("#")[2] for row in rows if row["sk"] == "RAW"}
    if judge.reports - kept:
        judge.say("a report is lost", str(judge.reports - kept))
    refused = {row["sk"].removeprefix("REFUSED#") for row in rows}
    if not set(judge.hub.world.books.refused) <= refused:
        judge.say("a refused row is lost", str(judge.hub.world.books.refused))


def _partner(judge, tasks):
    """What debtors paid us after a hand-over the partner knows, each payment once.

    A payment of which a person is asked whether it is the partner's own waits for the answer.
    """
    told = defaultdict(list)
    for kind, message in judge.hub.world.partner.told.values():
        if kind == "payment.direct":
            told[message.data["claim"]].append(Decimal(message.data["amount"]))
    asked = {claim for task in tasks for claim in json.loads(task["claims"])}
    for claim in (told.keys() | judge.direct.keys()) - asked:
        if sorted(judge.direct[claim]) != sorted(told[claim]):
            text = f"{claim}: {judge.direct[claim]} came, {told[claim]} told"
            judge.say("the partner does not know of a direct payment", text)
