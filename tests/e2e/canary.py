"""The canary: marked debtors and every secret, searched wherever they have no business to be."""

from __future__ import annotations

import json
from collections.abc import Iterator

from infra.local.hub import Hub

# Records that hold personal values by right: parties, money as it was seen, raw deliveries.
_BY_RIGHT = ("#PARTY#", "#MON#", "#HOOK#", "#EV#")
_LEAST = 12


def secrets(hub: Hub) -> list[str]:
    """Every secret text that the stack keeps, as far as it is long enough to be one."""
    vault = hub.stack.client("secretsmanager")
    found: list[str] = []
    for one in vault.list_secrets()["SecretList"]:
        text = vault.get_secret_value(SecretId=one["ARN"])["SecretString"]
        try:
            found += _strings(json.loads(text))
        except ValueError:
            found.append(text)
    return [one for one in found if len(one) >= _LEAST]


def leaks(hub: Hub, marks: list[str]) -> list[str]:
    """The places at which a mark stands that may not stand there; never the mark itself."""
    return [place for place, text in _texts(hub) if any(mark in text for mark in marks)]


def parties(hub: Hub, mark: str) -> int:
    """How many parties bear a mark: without any a search would prove nothing."""
    return sum("#PARTY#" in row["pk"] and mark in row.get("body", "") for row in _rows(hub))


def left(hub: Hub, marks: list[str]) -> list[str]:
    """The rows and stored documents in which a mark stands, whatever they are."""
    rows = [row["pk"] for row in _rows(hub) if any(mark in str(row) for mark in marks)]
    s3 = hub.stack.client("s3")
    for bucket, key in _objects(hub):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("latin-1")
        rows += [f"{bucket}/{key}"] if any(mark in body for mark in marks) else []
    return rows


def _texts(hub: Hub) -> Iterator[tuple[str, str]]:
    for row in _rows(hub):
        shown = row
        if any(kind in row["pk"] for kind in _BY_RIGHT):
            shown = {name: value for name, value in row.items() if name not in {"body", "raw"}}
        yield row["pk"], json.dumps(shown, ensure_ascii=False)
    yield from ((f"{bucket}/…", key) for bucket, key in _objects(hub))
    yield from _messages(hub)
    yield from _histories(hub)
    logs = hub.stack.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
            yield group["logGroupName"], event["message"]
    yield "the stack's own log", hub.stack.log_file.read_text(errors="replace")


def _rows(hub: Hub) -> Iterator[dict[str, str]]:
    pages = hub.stack.client("dynamodb").get_paginator("scan").paginate(TableName=hub.table)
    for page in pages:
        for item in page["Items"]:
            yield {name: str(next(iter(typed.values()))) for name, typed in item.items()}


def _objects(hub: Hub) -> Iterator[tuple[str, str]]:
    s3 = hub.stack.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for one in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            yield bucket["Name"], one["Key"]


def _messages(hub: Hub) -> Iterator[tuple[str, str]]:
    """What stands in any queue, dead letters among them; it stays there."""
    queues = hub.stack.client("sqs")
    for url in queues.list_queues().get("QueueUrls", []):
        answer = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in answer.get("Messages", []):
            yield url, message["Body"]


def _histories(hub: Hub) -> Iterator[tuple[str, str]]:
    """Name, input and every event of each execution of a machine that keeps them."""
    machines = hub.stack.client("stepfunctions")
    for machine in machines.list_state_machines()["stateMachines"]:
        arn = machine["stateMachineArn"]
        for run in machines.list_executions(stateMachineArn=arn)["executions"]:
            told = machines.get_execution_history(executionArn=run["executionArn"])["events"]
            yield run["name"], json.dumps([run, told], default=str, ensure_ascii=False)


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in _strings(one)]
    return [value] if isinstance(value, str) else []
