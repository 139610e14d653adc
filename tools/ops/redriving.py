"""Dead letters sent again: from each dead-letter queue back to where they failed.

Every consumer reads its row and drops by its state, so a message that comes twice does nothing the
second time: a redrive that is interrupted is simply run again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.ops.place import Place

_DEAD = "Dead"
EVENTS = "Events"


def queues(place: Place) -> list[str]:
    """The queues that have a dead-letter queue, by their names in the template."""
    pairs = (name.removesuffix(_DEAD) for name in place.outputs if name.endswith(_DEAD))
    return sorted(one for one in pairs if f"{one}Queue" in place.outputs)


def waiting(place: Place) -> dict[str, int]:
    """About how many messages lie dead in each queue, and events in that of the functions."""
    sqs = place.client("sqs")
    urls = {one: place.outputs[one + _DEAD] for one in queues(place)}
    urls[EVENTS] = _events_url(place)
    return {name: _count(sqs, url) for name, url in urls.items()}


def redrive(place: Place, name: str) -> int:
    """Send the dead messages of a queue again; how many there were. Raises ``KeyError``."""
    sqs = place.client("sqs")
    if name == EVENTS:
        return _redrive_events(place, sqs)
    dead, alive = place.outputs[name + _DEAD], place.outputs[f"{name}Queue"]
    moved = 0
    for message in _messages(sqs, dead):
        # Sent before it is deleted: a redrive that dies between may send it twice, never lose it.
        sqs.send_message(QueueUrl=alive, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        moved += 1
    return moved


def _redrive_events(place: Place, sqs: Any) -> int:
    """Hand events that a function could not take to that function once more.

    A message is Lambda's record of a failed asynchronous call
    (docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
    """
    calls, url, moved = place.client("lambda"), _events_url(place), 0
    for message in _messages(sqs, url):
        record = json.loads(message["Body"])
        calls.invoke(
            FunctionName=record["requestContext"]["functionArn"].partition(":$LATEST")[0],
            InvocationType="Event",
            Payload=json.dumps(record["requestPayload"]).encode(),
        )
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        moved += 1
    return moved


def _messages(sqs: Any, url: str) -> Iterator[Any]:
    """What lies in a queue now: what fails anew and comes back is not taken again in this run."""
    for _ in range(max(_count(sqs, url), 1)):
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=1)
        if not found.get("Messages"):
            return
        yield found["Messages"][0]


def _count(sqs: Any, url: str) -> int:
    wanted = "ApproximateNumberOfMessages"
    said = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[wanted])
    return int(said["Attributes"][wanted])


def _events_url(place: Place) -> str:
    name = place.outputs["EventsDeadName"]
    return str(place.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])
