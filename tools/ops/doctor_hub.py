"""The installation examined: its parameters, who hears of alarms, what each creditor left unset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from botocore.exceptions import ClientError

from shared.cloud import (
    clock,
    control,
    expiry_rows,
    first_day_rows,
    health_words,
    hub_keys,
    keys,
    law_rows,
    profiles,
    retention_rows,
    table,
    tasks,
)
from shared.cloud.keys import Tenant
from shared.cloud.report_rows import listed
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.policy import Policy
from tools.ops.findings import Finding, note, ok, wrong
from tools.ops.place import Place
from tools.ops.redriving import waiting

# So many overdue tasks are counted.
_MOST = 100
_NEAR = timedelta(days=60)
# A sweep asks for the next minute: nothing due is older than this where sweeps run.
_SILENT = timedelta(minutes=30)


def parameters(place: Place) -> Iterator[Finding]:
    """What the stack itself was told, and what of it keeps everything in."""
    outbound = place.parameters.get("Outbound", "off")
    text = f"Outbound is {outbound}"
    if outbound == "on":
        yield ok(text)
    else:
        yield note(
            f"{text}: {'nothing' if outbound == 'off' else 'little'} leaves, whatever is set"
        )
    if place.parameters.get("Schedules", "ENABLED") == "ENABLED":
        yield ok("the sweep runs by itself")
    else:
        yield wrong("Schedules is DISABLED: nothing falls due")
    if place.parameters.get("PrivateTargets", "-") != "-" and not place.embedded:
        yield wrong("PrivateTargets is set: connectors may call private addresses")


def alarms(place: Place) -> Iterator[Finding]:
    """Whether anybody hears of alarms."""
    topic = place.outputs["AlarmTopic"]
    said = place.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    live = [one for one in said if one["SubscriptionArn"] != "PendingConfirmation"]
    if live:
        yield ok(f"alarms go to {len(live)} subscribers")
    else:
        yield wrong("nobody hears of alarms: subscribe to the topic AlarmTopic")


def protection(place: Place) -> Iterator[Finding]:
    """Whether the table can be turned back."""
    name = place.outputs["TableName"]
    said = place.client("dynamodb").describe_continuous_backups(TableName=name)
    kept = said["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    if kept["PointInTimeRecoveryStatus"] == "ENABLED":
        yield ok("the table can be turned back to any second of the last 35 days")
    else:
        yield wrong("the table cannot be turned back: point-in-time recovery is off")


def dead(place: Place) -> Iterator[Finding]:
    """Dead letters."""
    found = {name: count for name, count in waiting(place).items() if count}
    for name, count in found.items():
        yield wrong(f"{count} dead letters of {name}: python -m tools.ops redrive {name}")
    if not found:
        yield ok("no dead letters")


def switches() -> Iterator[Finding]:
    """The switch of the whole installation, and whether the table is a copy."""
    row = table.get(hub_keys.control())
    if row is not None and row.get("stopped"):
        yield wrong("everything is stopped (PUT /v1/hub/control)")
    if control.unreconciled(row):
        yield wrong("the table is a copy that nobody has reconciled (POST /v1/hub/reconciled)")


def creditor(tenant: Tenant) -> Iterator[Finding]:
    """What a creditor left unset, switched off, or will run out."""
    name, row = tenant.id, table.get(keys.control(tenant)) or {}
    for field, text in (
        ("stopped", "is stopped"), ("halted", "is halted by a fuse"), ("observe", "only observes"),
    ):  # fmt: skip
        if row.get(field):
            yield note(f"{name} {text}")
    if row.get("outbound", "off") != "on":
        yield note(f"{name}: outbound is {row.get('outbound', 'off')}")
    yield from _policy(tenant)
    yield from _words(tenant)
    yield from _connections(tenant)


def text_countries(tenants: list[Tenant]) -> list[str]:
    """The countries (ISO codes) of creditors that have a connection for text messages."""
    found = set()
    for tenant in tenants:
        if any(row["connector"] == "channels.sms" for row in _rows(tenant)):
            body = (table.get(keys.creditor(tenant)) or {}).get("body")
            found.add(Creditor.model_validate_json(body).country if body else "?")
    return sorted(found)


def _policy(tenant: Tenant) -> Iterator[Finding]:
    active = table.get(keys.active_policy(tenant))
    stored = active and table.get(keys.policy(tenant, active["policy"], active["version"]))
    if not stored:
        yield note(f"{tenant.id} has no active policy: no case is opened")
        return
    policy = Policy.model_validate_json(stored["body"])
    rules = table.get(first_day_rows.rules_key(tenant))
    unarmed = first_day_rows.held(tenant, rules, policy, None)
    if unarmed:
        yield note(f"{tenant.id}: steps that nobody armed are proposed: {', '.join(unarmed)}")


def _words(tenant: Tenant) -> Iterator[Finding]:
    """What waits for a person's word: the law, what may be deleted, tasks."""
    country = profiles.creditor(tenant).country
    if not law_rows.current(country).signed:
        yield wrong(f"{tenant.id}: nobody stands for the law pack of {country}: what costs waits")
    if not retention_rows.is_on(table.get(retention_rows.rules_key(tenant))):
        yield note(f"{tenant.id}: retention is off: nothing is deleted (PUT /v1/retention)")
    late = tasks.overdue(tenant, clock.now(), _MOST)
    if late:
        many = f"{late} or more" if late == _MOST else str(late)
        yield note(f"{tenant.id}: tasks that are overdue: {many} (dunlin tasks list)")


def _connections(tenant: Tenant) -> Iterator[Finding]:
    soon = (datetime.now(UTC) + _NEAR).date()
    rows = _rows(tenant)
    if not rows:
        yield note(f"{tenant.id} has no connections")
    for row in rows:
        name = f"{tenant.id}/{keys.id_of(row['pk'])}"
        word = health_words.word_of(row)
        if word not in {"ok", "disabled"}:
            mending = word in {"degraded", "rate_limited"}
            why = f": {row['last_error']}" if "last_error" in row else ""
            yield (note if mending else wrong)(f"{name} is {word}{why}")
        days = expiry_rows.known(table.get(expiry_rows.key(tenant, keys.id_of(row["pk"]))))
        for what, one in sorted(days.items()):
            if one.on <= soon:
                yield _expiry(name, what, one.on)


def _expiry(name: str, what: str, on: date) -> Finding:
    over = on < datetime.now(UTC).date()
    text = f"{name}: {what} {'ran out' if over else 'runs out'} on {on}"
    return wrong(text) if over else note(text)


def _rows(tenant: Tenant) -> list[Row]:
    found = (table.get(keys.connection(tenant, one)) for one in listed(tenant, "CONN"))
    return [row for row in found if row is not None]


def sweeps() -> Iterator[Finding]:
    """Whether what is due is taken up."""
    oldest = None
    for number in range(keys.SHARDS):
        rows, _ = table.query_index("due", f"S#{number}", clock.stamp(clock.now()), limit=1)
        for row in rows:
            oldest = min(oldest or row["due_at"], row["due_at"])
    if oldest is not None and clock.now() - clock.read_stamp(oldest) > _SILENT:
        yield wrong(f"something has been due since {oldest}: does the sweep run?")
    else:
        yield ok("what falls due is taken up")


def reachable(place: Place) -> Iterator[Finding]:
    """Whether every function's code is there and starts."""
    calls = place.client("lambda")
    names = [value for name, value in place.outputs.items() if name.endswith("Function")]
    for name in names:
        try:
            state = calls.get_function_configuration(FunctionName=name).get("State", "Active")
        except ClientError:
            state = "gone"
        if state != "Active":
            yield wrong(f"the function {name} is {state}")
    yield ok(f"functions are there: {len(names)}")
