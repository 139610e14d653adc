"""The sample inputs: every function has one, and each has the shape that the function reads."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(
    path.stem
    for path in (ROOT / "functions").glob("*.py")
    if "def handler(" in path.read_text(encoding="utf-8")
)
QUEUED = {
    "sweep": {"shard"},
    "pull": {"tenant", "connection"},
    "poll_partner": {"tenant", "connection"},
    "book": {"tenant", "invoice"},
    "match": {"tenant", "payment"},
    "reconcile": {"tenant", "day"},
    "foresee": {"tenant", "preview"},
    "retain": {"tenant", "rules"},
    "deliver": {"tenant", "act", "lease"},
    "process_inbox": {"tenant", "source", "event"},
    "process_webhook": {"tenant", "connection", "event"},
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_sample_input(name: str) -> None:
    samples = [*(ROOT / "events").glob(f"{name}.json"), *(ROOT / "events").glob(f"{name}_*.json")]
    assert samples
    for sample in samples:
        assert isinstance(json.loads(sample.read_text(encoding="utf-8")), dict)


@pytest.mark.parametrize("name", sorted(QUEUED))
def test_messages_hold_ids_and_nothing_else(name: str) -> None:
    event = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    bodies = [json.loads(record["body"]) for record in event["Records"]]
    assert bodies
    assert all(set(body) == QUEUED[name] for body in bodies)


@pytest.mark.parametrize("name", ["decide", "remind", "hand_over", "ask"])
def test_a_step_is_given_its_claim_token(name: str) -> None:
    event = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    assert {"tenant", "case", "version", "attempt", "snapshot"} <= set(event)
