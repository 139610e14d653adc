"""Events: each kind is read back as it was written, for ever; what is unknown is never guessed."""

import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from shared.domain.events import CaseEvent, PersonAnswered, read_event, write_event
from shared.errors import Unreadable
from tests.domain.casebook import on

# One event of each kind as release 0.1 wrote it. Lines are added, never changed.
GOLDEN = Path(__file__).parents[1] / "golden" / "events_v1.jsonl"
LINES = GOLDEN.read_text().splitlines()
KINDS = {kind.model_fields["kind"].default for kind in get_args(get_args(CaseEvent)[0])}


def test_the_golden_file_has_every_kind():
    assert {json.loads(line)["kind"] for line in LINES} == KINDS


@pytest.mark.parametrize("line", LINES, ids=lambda line: json.loads(line)["kind"])
def test_a_golden_event_is_read_and_written_back_as_it_stands(line):
    assert json.loads(write_event(read_event(line))) == json.loads(line)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "claim_sold"},
        {"v": 2},
        {"surprise": 1},
        {"at": "2026-01-19T08:00:00"},
        {"claim": {"id": "erp:a"}},
    ],
)
def test_an_unknown_kind_or_shape_is_unreadable(change):
    line = next(line for line in LINES if json.loads(line)["kind"] == "claim_joined")
    with pytest.raises(Unreadable):
        read_event(json.dumps(json.loads(line) | change))


@pytest.mark.parametrize("body", ["", "null", "[]", "{", '{"v": 1}'])
def test_what_is_no_event_is_unreadable(body):
    with pytest.raises(Unreadable):
        read_event(body)


def test_an_answer_is_a_code_and_no_free_text():
    with pytest.raises(ValidationError):
        PersonAnswered(at=on("02-01"), task="t", answer="call Aino first", by="p")
