"""The hub in this process: its handlers on the embedded stack, killed at any call one wants.

Queues and table are real; an execution of the dunning machine is its handlers one after the other,
with JSON in between, as infra/dunning.asl.yaml runs them.
"""

from __future__ import annotations

import copy
import json
import os
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from functions import (
    ask,
    book,
    decide,
    deliver,
    hand_over,
    match,
    poll_partner,
    process_inbox,
    pull,
    receive_mail_event,
    reconcile,
    remind,
    sweep,
)
from infra.local import clock
from shared.cloud import keys, table, tasks, vault
from shared.cloud.keys import SHARDS, Tenant
from shared.cloud.store import Store
from shared.domain.events import PersonAnswered
from shared.errors import Conflict
from tests.functions.world import sample
from tests.wire import Killed

ZONE = ZoneInfo("Europe/Helsinki")
QUEUES = {
    "sweep": sweep, "pull": pull, "match": match, "book": book, "outbox": deliver,
    "inbox": process_inbox, "reconcile": reconcile, "poll": poll_partner,
}  # fmt: skip
TOUCHES = {"remind": remind, "hand_over": hand_over, "ask": ask}


class Machine:
    """One hub of one creditor, and the clock that it lives by."""

    def __init__(self, stack, admin, wire, queues, tenant):
        self.stack, self.admin, self.wire = stack, admin, wire
        self.clock_file = Path(os.environ["DUNLIN_CLOCK_FILE"])
        self.queues, self.tenant = queues, Tenant(tenant)
        self.bucket, self.mail_set = "inbox", "mail"
        self.sqs = admin("sqs")
        self.executions = []
        self.outcomes = Counter()
        # Every message that was taken, and every execution that was started.
        self.bodies, self.starts = [], []

    # time ---------------------------------------------------------------------------------------

    def now(self):
        return clock.now(self.clock_file)

    def today(self):
        return self.now().astimezone(ZONE).date()

    def pass_time(self, **delta):
        clock.advance(self.clock_file, int(timedelta(**delta).total_seconds()))

    def live_on(self, day: date):
        """Nine in the morning of a day that lies ahead, and everything that is due then."""
        morning = datetime.combine(day, time(9), tzinfo=ZONE)
        self.pass_time(seconds=round((morning - self.now()).total_seconds()))
        self.settle()

    # running ------------------------------------------------------------------------------------

    def sweep(self):
        """One sweep of every shard; what was taken on."""
        taken = Counter()
        for number in range(SHARDS):
            event = {"Records": [{"body": json.dumps({"shard": f"S#{number}"})}]}
            taken.update(self.survived(lambda event=event: sweep.handler(event, None)) or {})
        self._collect()
        return taken

    def settle(self, rounds=12):
        """Sweep and work until nothing is due, a few minutes' waits included."""
        for _ in range(rounds):
            self.sweep()
            self.work()
            due = self.next_due()
            if due is None or due > self.now() + timedelta(minutes=16):
                return
            if due > self.now():
                self.pass_time(seconds=(due - self.now()).total_seconds() + 2)
        raise AssertionError(f"something is due for ever: {self.due_rows()}")

    def work(self):
        """Run every started execution and take every message, until there is none."""
        while self._run_executions() or self._take_messages():
            pass

    def execute(self, start):
        """One execution from its input to its end: ``succeeded`` or the error's name."""
        state = start
        try:
            state = _json(decide.handler(state, None))
            touch = TOUCHES.get(state["next"])
            if touch is not None:
                state = _json(touch.handler(state, None))
        except Conflict:
            return "conflict"
        except Exception as error:  # noqa: BLE001 - the workflow fails, and the case comes again
            return type(error).__name__
        return state.get("done", "rest")

    def started(self):
        """The inputs of executions that the sweep started and nobody ran yet."""
        self._collect()
        waiting, self.executions = self.executions, []
        return waiting

    def lose_messages(self):
        """Whatever stands in a queue is gone."""
        for queue in self.queues:
            while self._receive(queue):
                pass

    def send(self, queue, body):
        self.sqs.send_message(QueueUrl=self.queues[queue], MessageBody=json.dumps(body))

    def messages(self, queue):
        """Takes what stands in a queue, ten at most."""
        found = [one["Body"] for one in self._receive(queue)]
        self.bodies += found
        return [json.loads(one) for one in found]

    def hand(self, queue, *bodies):
        """A batch of messages straight to the queue's function; its answer."""
        records = [
            {"messageId": str(number), "body": json.dumps(body)}
            for number, body in enumerate(bodies)
        ]
        return QUEUES[queue].handler({"Records": records}, None)

    def _run_executions(self):
        starts = self.started()
        for start in starts:
            self.outcomes[self.survived(lambda start=start: self.execute(start)) or "killed"] += 1
        return bool(starts)

    def _take_messages(self):
        found = False
        for queue, module in QUEUES.items():
            for message in self._receive(queue):
                found = True
                self.bodies.append(message["Body"])
                record = {"messageId": message["MessageId"], "body": message["Body"]}
                event = {"Records": [record]}
                self.survived(lambda module=module, event=event: module.handler(event, None))
        self._collect()
        return found

    def _receive(self, queue):
        """A message that fails is lost: the due index has to find its work again."""
        url = self.queues[queue]
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        found = answer.get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def _collect(self):
        own = [one for one in self.wire.started if one["tenant"] == self.tenant.id]
        self.executions += own
        self.starts += own
        self.wire.started.clear()

    def die(self):
        """The process ends here."""
        raise Killed

    @staticmethod
    def survived(work):
        """What the work gives, or None when the process died in it."""
        try:
            return work()
        except Killed:
            return None

    # what others say ----------------------------------------------------------------------------

    def provider_says(self, kind):
        """The mail provider's own event about the last letter; what it settled."""
        event = copy.deepcopy(sample(f"receive_mail_event_{kind}"))
        letter = self.letters()[-1]
        tags = {name: [value] for name, value in letter.tags.items()}
        event["detail"]["mail"] |= {"messageId": letter.message_id, "tags": tags}
        return receive_mail_event.handler(event, None)["did"]

    def answer(self, word):
        """A person's answer to the one open task."""
        (task,) = [row for row in self.rows() if row["sk"] == "TASK" and row["state"] == "open"]
        store, (case,) = Store(self.tenant), self.cases()
        said = PersonAnswered(at=self.now(), task=task["list_id"], answer=word, by="admin")
        closed = tasks.answer(self.tenant, task["list_id"], word, "admin")
        store.append(store.load(case), [said], due_at=self.now(), also=[closed])

    # looking ------------------------------------------------------------------------------------

    def rows(self):
        """Every row of the creditor, as the hub's code sees rows."""
        client = self.admin("dynamodb")
        pages = client.get_paginator("scan").paginate(TableName=table.name())
        found = [table._load(item) for page in pages for item in page["Items"]]
        return [row for row in found if row["pk"].startswith(f"T#{self.tenant.id}#")]

    def due_rows(self):
        # People's questions stand in the due index, too, where no sweep reads them.
        found = (row for row in self.rows() if row.get("due_shard", "").startswith("S#"))
        return sorted((row["due_at"], row["pk"]) for row in found)

    def next_due(self):
        """The next instant at which something other than a feed is due."""
        waiting = [at for at, pk in self.due_rows() if "#CONN#" not in pk]
        return datetime.fromisoformat(waiting[0]) if waiting else None

    def delete(self, key):
        self.admin("dynamodb").delete_item(TableName=table.name(), Key=table._dump(key))

    def cases(self):
        return [keys.id_of(row["pk"]) for row in self.rows() if row["sk"] == "HEAD"]

    def case(self):
        """The one case."""
        (case,) = self.cases()
        return Store(self.tenant).load(case).case

    def events(self):
        (case,) = self.cases()
        return Store(self.tenant).events(case)

    def kinds(self):
        return [event.kind for event in self.events()]

    def notice(self, step):
        """The one notice of a step."""
        (found,) = [one for one in self.case().notices.values() if one.step == step]
        return found

    def tasks(self):
        open_ones = [row for row in self.rows() if row["sk"] == "TASK" and row["state"] == "open"]
        return sorted(row["why"] for row in open_ones)

    def letters(self):
        """The letters of this creditor that left."""
        return [one for one in self.stack.letters() if one.tags["tenant"] == self.tenant.id]

    # going back ---------------------------------------------------------------------------------

    def save(self):
        """The whole table and the clock, to begin from again."""
        return self.rows(), self.now()

    def restore(self, saved):
        rows, at = saved
        for row in self.rows():
            self.delete({"pk": row["pk"], "sk": row["sk"]})
        table.batch_put(rows)
        vault._kept.clear()
        self.clock_file.unlink()
        # The clock counts whole seconds: what was due stays due.
        clock.begin(self.clock_file, at + timedelta(seconds=2))
        self.lose_messages()
        self.wire.started.clear()
        self.executions.clear()


def _json(value):
    return json.loads(json.dumps(value))
