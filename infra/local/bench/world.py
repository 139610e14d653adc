"""A creditor on the embedded stack whose steps run in this process, so that their CPU is ours.

The handlers are the real ones, in the deployed functions' own environment, against the emulator in
its process. Three things stand in for what would measure somebody else: an ERP that answers at
once, queues that nobody reads, and a state machine that does nothing (the steps run here instead).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import boto3

from infra.local import clock, setup, stack
from infra.local.bench.source import OPEN, books
from infra.local.bench.tally import Tally
from infra.local.hub import Hub, install
from shared.cloud import keys, runtime, table, vault
from shared.cloud.clock import stamp
from shared.cloud.keys import Tenant
from shared.domain.explain import content_hash
from shared.domain.policy import Policy

# The first instant of the bench: a Tuesday, before the hours in which a debtor may be contacted.
BEGIN = datetime(2026, 2, 24, 5, 0, tzinfo=ZoneInfo(setup.ZONE))
# Invoices of one customer, as in Tryton's measurement.
PER_CUSTOMER = 5
_QUEUES = ("pull", "book", "sweep", "outbox", "inbox")
_MAIL_SET = "bench"
# Not the hub's own inbox: a file there would wake the deployed functions, which would pull first.
_BUCKET = "bench-books"
_NOTHING = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Pass", "End": True}}})

# A case an invoice, as Tryton's dunning has it; a word without a fee, a reminder with one.
POLICY = Policy.model_validate(
    {**setup.POLICY, "unit": "invoice", "steps": setup.POLICY["steps"][:2]}
)

_COLUMNS = {
    "invoice_number": "invoice", "customer_number": "customer", "customer_name": "name",
    "issued": "issued", "due": "due", "total": "total", "open": "open", "email": "email",
    "capacity": "capacity", "kind": "kind", "language": "language", "address": "street",
    "postal_code": "postal_code", "city": "city",
}  # fmt: skip
_MAPPING = {
    "columns": _COLUMNS,
    "date_format": "YYYY-MM-DD",
    "decimal_mark": ".",
    "currency": "EUR",
    "country": "FI",
    "encoding": "utf-8",
    "claim_class": "goods",
}


@dataclass(frozen=True)
class World:
    """The deployed hub, the stand-in for an ERP, and the count of what this process asks."""

    hub: Hub
    erp: str
    tally: Tally

    def go(self, to: datetime) -> None:
        """Move business time forward to an instant; one that has passed changes nothing."""
        ahead = round((to - self.now).total_seconds())
        clock.advance(self.hub.stack.clock_file, max(0, ahead))

    @property
    def now(self) -> datetime:
        """The business instant."""
        return clock.now(self.hub.stack.clock_file)


@dataclass(frozen=True)
class Creditor:
    """One tenant of the world with a book of ``size`` invoices that are due on ``due``."""

    world: World
    tenant: Tenant
    size: int
    due: date

    @property
    def first_step(self) -> datetime:
        """The morning of the first reminder, within the hours of contact."""
        return _morning(self.due + timedelta(days=POLICY.steps[0].after))

    @property
    def fee_step(self) -> datetime:
        """The morning of the reminder that bears the fee."""
        return _morning(self.first_step.date() + timedelta(days=POLICY.steps[1].after))

    def settle_in(self) -> None:
        """Write what an administrator would have set up through the API."""
        profile = {**setup.CREDITOR, "id": self.tenant.id}
        body, version = POLICY.model_dump_json(), POLICY.version
        policy = keys.policy(self.tenant, POLICY.id, version)
        table.put({**keys.creditor(self.tenant), "body": json.dumps(profile)})
        table.put({**policy, "body": body, "hash": content_hash(POLICY)})
        table.put({**keys.active_policy(self.tenant), "policy": POLICY.id, "version": version})
        table.put({**keys.control(self.tenant), "outbound": "on"})
        sender = {"sender": setup.CREDITOR["sender"], "sender_name": setup.CREDITOR["name"]}
        mail = json.dumps({**sender, "configuration_set": _MAIL_SET})
        self._connection(setup.EMAIL, connector="channels.email", config=mail)
        vault.write(self.tenant, setup.ERP, {"application_key": "bench"})
        self.reads_statements()

    def reads_statements(self) -> None:
        """Let the invoices come from a statement in S3, by the connector for files."""
        config = {
            "bucket": _BUCKET,
            "prefix": f"{self.tenant.id}/",
            "mode": "full",
            "mapping": _MAPPING,
        }
        self._connection(setup.ERP, connector="erp.csv_file", config=json.dumps(config))

    def asks_the_erp(self, *, fresh: bool) -> None:
        """Let the ERP prove the balances, by the connector for Tryton; its feed fresh or stale."""
        config = {"url": self.world.erp, "database": "books", "claim_class": "goods"}
        key = keys.connection(self.tenant, setup.ERP)
        window = timedelta(minutes=60)
        read = self.world.now if fresh else self.world.now - 2 * window
        table.update(
            key,
            set_={
                "connector": "erp.tryton",
                "config": json.dumps(config),
                "window_minutes": window // timedelta(minutes=1),
                "fresh_as_of": stamp(read),
                "due_shard": keys.due_shard(key["pk"]),
                "due_at": stamp(read + window),
                "attempt": 0,
            },
        )

    def drop(self, name: str, end: str = "") -> None:
        """Drop a statement of all invoices; ``end`` (blank lines) makes it another file."""
        client = self.world.hub.stack.client("s3")
        client.put_object(
            Bucket=_BUCKET,
            Key=f"{self.tenant.id}/{setup.ERP}/inbox/{name}.csv",
            Body=(statement(self.size, self.due) + end).encode(),
        )

    def _connection(self, name: str, *, connector: str, config: str) -> None:
        table.put(
            {
                **keys.connection(self.tenant, name),
                "connector": connector,
                "config": config,
                "state": "enabled",
                "start_line": "2026-01-01",
            }
        )


def statement(rows: int, due: date) -> str:
    """The open items of a creditor as a CSV file: ``rows`` invoices of 100.00, all unpaid."""
    issued = (due - timedelta(days=14)).isoformat()
    lines = [";".join(_COLUMNS.values())]
    for number in range(1, rows + 1):
        customer = (number - 1) // PER_CUSTOMER + 1
        lines.append(
            f"{number};{customer};Aino Esimerkki;{issued};{due.isoformat()};{OPEN};{OPEN};"
            f"asiakas{customer}@post.example;consumer;person;fi;Rantatie {customer};20100;Turku"
        )
    return "\n".join(lines) + "\n"


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A deployed hub on a stack of its own in ``folder``, and this process in its environment."""
    with stack.running(folder) as running, books() as erp:
        clock.begin(running.clock_file, BEGIN)
        hub = install(running, private_targets=(erp,))
        with _environment(hub):
            yield World(hub, erp, Tally(boto3.DEFAULT_SESSION))


@contextmanager
def _environment(hub: Hub) -> Iterator[None]:
    """The variables of the deployed functions, our queues and machine, and log lines to nowhere."""
    before = dict(os.environ)
    os.environ.update(_functions_variables(hub) | hub.stack.environment() | _stand_ins(hub))
    boto3.setup_default_session()
    runtime.client.cache_clear()
    table.client.cache_clear()
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            # Every line is still made, as on Lambda; only the terminal is spared.
            for handler in logging.getLogger("dunlin").handlers:
                if isinstance(handler, logging.StreamHandler):
                    handler.setStream(nowhere)
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        boto3.DEFAULT_SESSION = None
        runtime.client.cache_clear()
        table.client.cache_clear()


def _functions_variables(hub: Hub) -> dict[str, str]:
    pages = hub.stack.client("lambda").get_paginator("list_functions").paginate()
    found: dict[str, str] = {}
    for page in pages:
        for function in page["Functions"]:
            found |= function.get("Environment", {}).get("Variables", {})
    return found


def _stand_ins(hub: Hub) -> dict[str, str]:
    queues, machines = hub.stack.client("sqs"), hub.stack.client("stepfunctions")
    role = machines.describe_state_machine(stateMachineArn=hub.outputs["DunningMachine"])["roleArn"]
    nothing = machines.create_state_machine(
        name="bench-nothing", definition=_NOTHING, roleArn=role, type="EXPRESS"
    )
    hub.stack.client("s3").create_bucket(
        Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": hub.stack.region}
    )
    hub.stack.client("sesv2").create_configuration_set(ConfigurationSetName=_MAIL_SET)
    made = {name: queues.create_queue(QueueName=f"bench-{name}")["QueueUrl"] for name in _QUEUES}
    variables = {f"{name.upper()}_QUEUE": url for name, url in made.items()}
    return {**variables, "DUNNING": nothing["stateMachineArn"]}


def _morning(day: date) -> datetime:
    return datetime.combine(day, clock_time(9, 0), tzinfo=ZoneInfo(setup.ZONE))
