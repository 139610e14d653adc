"""The deployed workflow as a test sees it: executions of either type, and their histories."""

from __future__ import annotations

import itertools
import json
import time

_NAMES = itertools.count(1)


class Deployed:
    """One deployed hub; its table and clock are the machine's."""

    def __init__(self, machine, outputs, workflow):
        self.machine, self.outputs, self.workflow = machine, outputs, workflow
        self.steps = machine.stack.client("stepfunctions")

    def start(self, event):
        """Begin an execution with this input under a name of its own."""
        answer = self.steps.start_execution(
            stateMachineArn=self.outputs["DunningMachine"],
            name=f"again-{next(_NAMES)}",
            input=json.dumps(event),
        )
        return answer["executionArn"]

    def ends(self, seconds=30):
        """The statuses of all executions so far, once none is running."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.steps.list_executions(stateMachineArn=self.outputs["DunningMachine"])
            if all(one["status"] != "RUNNING" for one in found["executions"]):
                return {one["executionArn"]: one["status"] for one in found["executions"]}
            time.sleep(0.02)
        raise AssertionError("an execution does not end")

    def history(self, arn):
        return self.steps.get_execution_history(executionArn=arn)["events"]

    def give(self, function, seconds):
        """Change how long a function may run."""
        name = self.outputs[f"{function}Function"]
        self.machine.admin("lambda").update_function_configuration(
            FunctionName=name, Timeout=seconds
        )

    def logs(self):
        """Everything that any function and the workflow wrote."""
        logs = self.machine.admin("logs")
        groups = [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]
        return [
            event["message"]
            for group in groups
            for event in logs.filter_log_events(logGroupName=group)["events"]
        ]
