"""The dunning machine: the states of ``infra/dunning.asl.yaml``, run here one after the other."""

from __future__ import annotations

import json
import re

import yaml

from infra.local.hub import ROOT

_DEFINITION = yaml.safe_load((ROOT / "infra" / "dunning.asl.yaml").read_text())
# The only form of a condition that the definition uses.
_CONDITION = re.compile(r"\{% \$states\.input\.(\w+) = '(\w+)' %\}")
_FUNCTION = re.compile(r"\$\{(\w+)Function\}")


def run(invoke, value):
    """One execution from its input to its end: ``succeeded``, or the name of the error.

    ``invoke(function, input)`` calls a Lambda function; what it raises is named as Lambda does.
    """
    states, name = _DEFINITION["States"], _DEFINITION["StartAt"]
    while True:
        state = states[name]
        if state["Type"] == "Task":
            value, name = _task(state, invoke, value)
            if name is None:
                return value
        elif state["Type"] == "Choice":
            name = next((one["Next"] for one in state["Choices"] if _holds(one, value)),
                        state["Default"])  # fmt: skip
        else:
            assert state == {"Type": "Pass", "End": True}
            return "succeeded"


def _task(state, invoke, value):
    """The output and the next state; the error's name and None when it failed for good."""
    function = _FUNCTION.fullmatch(state["Arguments"]["FunctionName"])[1]
    tries = {id(rule): rule["MaxAttempts"] for rule in state.get("Retry", ())}
    while True:
        try:
            return _plain(invoke(function, _plain(value))), state["Next"]
        except Exception as error:  # noqa: BLE001 - Lambda names whatever a handler raises
            name = type(error).__name__
        rule = _named(state.get("Retry", ()), name)
        if rule is not None and tries[id(rule)]:
            tries[id(rule)] -= 1
            continue
        caught = _named(state.get("Catch", ()), name)
        return (value, caught["Next"]) if caught else (name, None)


def _named(rules, error):
    return next((rule for rule in rules if error in rule["ErrorEquals"]), None)


def _holds(choice, value):
    field, wanted = _CONDITION.fullmatch(choice["Condition"]).groups()
    return value.get(field) == wanted


def _plain(value):
    return json.loads(json.dumps(value))
