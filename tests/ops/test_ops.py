"""Ops on a deployed hub: the smoke test, dead letters, the doctor, the table mended."""

from __future__ import annotations

import json
import re

import pytest

from tools.ops import redriving, smoke
from tools.ops.line import main

pytestmark = pytest.mark.stack


def rows(place):
    pages = place.client("dynamodb").get_paginator("scan")
    return [
        row
        for page in pages.paginate(TableName=place.outputs["TableName"])
        for row in page["Items"]
    ]


def test_the_smoke_test_lives_a_day_sends_nothing_and_leaves_nothing(place):
    before = {row["pk"]["S"] for row in rows(place)}
    said = []
    smoke.run(place, said.append)
    assert len(said) == 7
    assert all(line.startswith("ok") for line in said)
    left = {row["pk"]["S"] for row in rows(place)} - before
    assert not any("smoke" in pk for pk in left)
    assert place.clients.letters() == []
    assert place.clients.denials() == []
    for bucket in ("InboxBucket", "DocumentsBucket"):
        found = place.client("s3").list_object_versions(Bucket=place.outputs[bucket])
        assert "Versions" not in found


def dead(place, name, body):
    queue = place.outputs[f"{name}Dead"]
    place.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(body))


def test_a_dead_message_goes_to_its_queue_again_once_and_is_dead_no_more(place, capsys):
    case = "c0ffee0000000000000ab"
    message = {"tenant": "nobody", "invoice": case}
    dead(place, "Book", message)
    assert redriving.waiting(place)["Book"] == 1
    assert main(["redrive"], place) == 0
    assert "Book: 1" in capsys.readouterr().out
    assert main(["redrive", "Book"], place) == 0
    assert "Book: 1 sent again" in capsys.readouterr().out
    assert redriving.waiting(place)["Book"] == 0
    # A second redrive, as after one that was interrupted, finds nothing to send.
    assert redriving.redrive(place, "Book") == 0
    assert main(["redrive", "Nothing"], place) == 1


def test_every_queue_of_the_template_can_be_redriven(place):
    waiting = redriving.waiting(place)
    dead_queues = {one for one in place.outputs if one.endswith("DeadName")}
    assert {f"{name}DeadName" for name in waiting} == dead_queues


def test_an_event_that_a_function_could_not_take_is_handed_to_it_again(place):
    sqs = place.client("sqs")
    url = sqs.get_queue_url(QueueName=place.outputs["EventsDeadName"])["QueueUrl"]
    name = place.outputs["ReceiveFileFunction"]
    arn = place.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    record = {
        "requestContext": {"functionArn": f"{arn}:$LATEST", "condition": "RetriesExhausted"},
        "requestPayload": {"detail": {"bucket": {"name": "none"}, "object": {"key": "none"}}},
    }
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(record))
    assert redriving.redrive(place, redriving.EVENTS) == 1
    assert redriving.waiting(place)[redriving.EVENTS] == 0


def test_the_doctor_says_what_is_wrong_what_it_cannot_see_and_what_to_ask_for(place, capsys):
    dead(place, "Pull", {"tenant": "nobody", "connection": "none"})
    assert main(["doctor"], place) == 1
    said = capsys.readouterr().out
    assert said.startswith("note  this is the embedded stack")
    assert "1 dead letters of Pull" in said
    assert "Outbound is off: nothing leaves" in said
    assert "Schedules is DISABLED" in said
    assert "nobody hears of alarms" in said
    assert re.search(r"\?     .* cannot be seen from here", said)
    redriving.redrive(place, "Pull")


def test_the_index_of_a_deployed_hub_is_rebuilt_and_a_restore_looked_through(place, capsys):
    assert main(["rebuild"], place) == 0
    assert capsys.readouterr().out == "0 cases, 0 put right\n"
    assert main(["restored", "--since", "2026-03-02T09:00+00:00"], place) == 0
    assert capsys.readouterr().out.startswith("0 acts")
    assert main(["restored", "--since", "2026-03-02T09:00"], place) == 1


@pytest.mark.parametrize(
    ("since", "said"),
    [("2026-03-02T09:00", "Say the zone"), ("garbage", "no day and time"), ("", "no day and time")],
)
def test_a_restored_point_that_is_none_is_answered_with_a_sentence(place, capsys, since, said):
    assert main(["restored", "--since", since], place) == 1
    assert said in capsys.readouterr().err
