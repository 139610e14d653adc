"""The dunning machine: its shape, and the subset of the language that every runtime honours."""

from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import yaml

from shared import errors
from shared.domain.decide import AnyDecision

ROOT = Path(__file__).resolve().parents[2]
MACHINE: dict[str, Any] = yaml.safe_load((ROOT / "infra/dunning.asl.yaml").read_text())
STATES: dict[str, Any] = MACHINE["States"]
# Ignored or wrong on the embedded stack, so never relied upon (docs/decisions.md).
FORBIDDEN = {"HeartbeatSeconds", "TimeoutSecondsPath", "HeartbeatSecondsPath", "Wait"}


def test_no_state_sleeps_and_no_forbidden_field_is_used() -> None:
    assert MACHINE["QueryLanguage"] == "JSONata"
    assert "TimeoutSeconds" not in MACHINE
    for name, state in STATES.items():
        assert state["Type"] in {"Task", "Choice", "Pass"}, name
        assert not FORBIDDEN & set(state), name


def test_every_task_ends_in_done_when_somebody_else_moved_first() -> None:
    for name, state in STATES.items():
        if state["Type"] == "Task":
            caught = {error for catch in state["Catch"] for error in catch["ErrorEquals"]}
            assert caught == {"Conflict"}, name
            assert hasattr(errors, "Conflict")
            assert all(catch["Next"] == "Done" for catch in state["Catch"])


def test_every_target_exists_and_the_happy_path_has_at_most_six_transitions() -> None:
    for state in STATES.values():
        targets = [state.get("Next"), state.get("Default")]
        targets += [choice["Next"] for choice in state.get("Choices", [])]
        assert all(target in STATES for target in targets if target)
    longest = ["Decide", "Choose", "Remind", "Done"]
    for here, there in pairwise(longest):
        nexts = [STATES[here].get("Next"), *(c["Next"] for c in STATES[here].get("Choices", []))]
        assert there in nexts
    # Entering each state is a transition, and so is the start.
    assert len(longest) + 1 <= 6


def test_every_decision_that_touches_has_a_branch_and_the_others_end() -> None:
    kinds = {one.model_fields["kind"].default for one in get_args(AnyDecision)}
    branches = {
        kind
        for kind in kinds
        for choice in STATES["Choose"]["Choices"]
        if f"'{kind}'" in choice["Condition"]
    }
    assert branches == {"remind", "hand_over", "ask"}
    assert kinds - branches == {"rest", "done"}
    assert STATES["Choose"]["Default"] == "Done"


def test_the_machine_holds_no_dunning_rule() -> None:
    text = (ROOT / "infra/dunning.asl.yaml").read_text().lower()
    for word in ("days", "fee", "balance", "due_at", "country", "policy"):
        assert word not in text.partition("states:")[2], word
