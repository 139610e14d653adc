"""The reckoning: what must stand in the table at the end of each day, and when all is over."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from infra.local import setup
from shared.cloud import clock
from shared.domain.model import Invoice

# So long something may be due: the longest lease after attempts that failed.
_LATE = timedelta(hours=6)
# What moves a claim at the partner, down or up.
_SIGNS = {"payment.direct": -1, "payment.reversed": 1, "credit_note.applied": -1}


def quiet(judge):
    """At the end of a day every case has a due date or a person, and no euro counts twice."""
    rows = list(judge.rows())
    tasks = [row for row in rows if row["sk"] == "TASK" and row["state"] == "open"]
    asked = {row["case"] for row in tasks}
    # A question about money that waits is about claims, and about no case.
    asked |= {judge.case_of(claim) for row in tasks for claim in json.loads(row["claims"])}
    events = Counter(row["pk"] for row in rows if row["sk"].startswith("EV#"))
    for row in rows:
        if row["sk"] == "HEAD":
            _case(judge, row, events[row["pk"]], asked)
        swept = row.get("due_shard", "").startswith("S#")
        if swept and judge.hub.now - clock.read_stamp(row["due_at"]) > _LATE:
            judge.say("something due is not done", f"{row['pk']} since {row['due_at']}")
    # Until a person says whose a payment is, it counts for the debtor.
    unsure = [row for row in tasks if row["why"] == "whose_payment"]
    doubtful = {claim for row in unsure for claim in json.loads(row["claims"])}
    for diary in judge.diaries.values():
        for claim, one in diary.claims.items():
            if claim not in doubtful and one.joined.total.amount - judge.most[claim] > one.open:
                judge.say("money is counted twice", f"{claim}: {one.open} open")


def _case(judge, row, events, asked):
    case = row["pk"].rpartition("#")[2]
    if int(row["version"]) != events:
        judge.say("an event is lost", case[:6])
    seen_to = "due_at" in row or case in asked or case in judge.closed or _rests(judge, case)
    if not seen_to:
        judge.say("a case has neither a due date nor a person", case[:6])


def _rests(judge, case):
    """The partner has all of it."""
    diary = judge.diaries[case]
    return all(name in judge.there for name, one in diary.claims.items() if one.open)


def last(judge):
    """When all has come to its end: nothing is missing and every cent is where it belongs."""
    tasks = judge.tasks()
    for claim, (_, fact) in judge.world.books.rows.items():
        if isinstance(fact, Invoice):
            _claim(judge, claim, fact.open.amount, tasks)
    _left(judge)
    _partner(judge, tasks)
    _recalls(judge)
    _client_money(judge, tasks)


def _claim(judge, claim, opened, tasks):
    case = judge.case_of(claim)
    if case is None:
        if opened:
            judge.say("a claim is in no case", claim)
        return
    diary, policy = judge.diaries[case], judge.world.setting.policy
    known = diary.claims[claim]
    asked = any(task["case"] == case or claim in json.loads(task["claims"]) for task in tasks)
    if known.open != opened and not asked:
        judge.say("the balances are apart", f"{claim}: {known.open} here, {opened} in the books")
    # Below the policy's minimum nothing is asked for.
    small = known.open < policy.minimum.amount
    beside = known.level == 0 and _beside_partner(judge, case)
    if small or asked or beside or any(diary.resting(claim, judge.world.today())):
        return
    if known.level < len(policy.steps):
        judge.say("a claim is forgotten", f"{claim} at level {known.level}")


def _beside_partner(judge, case):
    """Whether claims of which nothing was told rest, while the partner has others of the case."""
    holds = judge.world.setting.policy.hand_over.new_claims == "hold"
    return holds and case in judge.there.values()


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
    if not set(judge.world.books.refused) <= refused:
        judge.say("a refused row is lost", str(judge.world.books.refused))


def _recalls(judge):
    """Whatever was taken back the partner was told, once."""
    words = Counter(
        message.data["recall"]
        for kind, message in judge.world.partner.told.values()
        if kind == "case.withdrawn" and "recall" in message.data
    )
    for name, claim in judge.world.clerk.called_back:
        if words[name] != 1:
            judge.say("a recall is not told once", f"{name} of {claim}: {words[name]} times")


def _client_money(judge, tasks):
    """What the hub says that the partner holds is what it collected and has not paid out.

    What it pays out without a remittance it holds for ever, as far as anybody was told. A report
    that a person has to look at is not counted yet.
    """
    listed, answer = judge.came_in.keys() | judge.went_out.keys(), {}
    if any(task["why"] == "partner_report_quarantined" for task in tasks):
        return
    if listed:
        path = {"connection": setup.PARTNER}
        status, answer = judge.world.clerk.ask(
            "GET /v1/partners/{connection}/client-money", path, None
        )
        if status == 404:
            # Before the first comparison nobody has told anything.
            return
        if status != 200:
            judge.say("the client money cannot be read", str(status))
            return
    held = sum((sum(judge.came_in[one]) - judge.went_out[one] for one in listed), Decimal(0))
    said = sum((Decimal(one["held"]) for one in answer.get("money", {}).values()), Decimal(0))
    if held != said:
        judge.say("the partner holds another sum", f"{held} there, {said} by the hub")


def _partner(judge, tasks):
    """What debtors paid us after a hand-over the partner knows, and what is open as we do.

    A claim about which a person is asked waits for the answer; of what was paid to the partner
    itself it has its own account.
    """
    told, moved = defaultdict(list), defaultdict(Decimal)
    for place, (kind, message) in enumerate(judge.world.partner.told.values()):
        if kind in _SIGNS and place >= judge.since[message.data["claim"]]:
            claim, amount = message.data["claim"], Decimal(message.data["amount"])
            moved[claim] += _SIGNS[kind] * amount
            if kind == "payment.direct":
                told[claim].append(amount)
    asked = {claim for task in tasks for claim in json.loads(task["claims"])}
    for claim in (told.keys() | judge.direct.keys()) - asked:
        untold = Counter(judge.direct[claim]) - Counter(told[claim])
        # The books' payment of the very amount that the partner reported is taken for its payout.
        untold -= Counter(judge.came_in[claim])
        if untold or Counter(told[claim]) - Counter(judge.direct[claim]):
            text = f"{claim}: {judge.direct[claim]} came, {told[claim]} told"
            judge.say("the partner does not know of a direct payment", text)
    for claim in judge.there.keys() - asked - judge.paid_there:
        known = judge.diaries[judge.case_of(claim)].claims[claim].open
        # Of more than was open the partner keeps account: a reversal takes the whole of it back.
        if max(judge.handed_open[claim] + moved[claim], Decimal(0)) != known:
            text = f"{claim}: {judge.handed_open[claim]}, {moved[claim]} told, {known} here"
            judge.say("the partner asks for another sum", text)
