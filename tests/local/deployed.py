"""What the tests of the embedded stack do with it: call, run, take messages, wait."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local import stack as local

TEMPLATE = Path(__file__).parent / "app" / "template.yaml"


@dataclass(frozen=True)
class Deployed:
    """The running stack and what the template gave."""

    stack: local.Stack
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        """A client with the administrator's key."""
        return self.stack.client(service)

    def invoke(self, name: str, event: Any) -> tuple[str | None, Any]:
        """The function's error kind, if any, and its payload; ``name`` is an output."""
        answer = self.client("lambda").invoke(
            FunctionName=self.outputs[name], Payload=json.dumps(event).encode()
        )
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    def execute(self, name: str, event: Any) -> dict[str, Any]:
        """Run a STANDARD state machine to its end; returns the execution's description."""
        machines = self.client("stepfunctions")
        arn = machines.start_execution(stateMachineArn=self.outputs[name], input=json.dumps(event))[
            "executionArn"
        ]
        return eventually(
            lambda: (
                found
                if (found := machines.describe_execution(executionArn=arn))["status"] != "RUNNING"
                else None
            )
        )

    def bodies(self, name: str, count: int = 1) -> list[str]:
        """Take at least ``count`` messages from a queue, within 10 seconds."""
        queues, found = self.client("sqs"), []
        while len(found) < count:
            answer = queues.receive_message(
                QueueUrl=self.outputs[name], WaitTimeSeconds=10, MaxNumberOfMessages=10
            )
            messages = answer.get("Messages", [])
            assert messages, f"{name} got {len(found)} of {count} messages"
            for message in messages:
                found.append(message["Body"])
                queues.delete_message(
                    QueueUrl=self.outputs[name], ReceiptHandle=message["ReceiptHandle"]
                )
        return found


def eventually(probe: Callable[[], Any], seconds: float = 10.0) -> Any:
    """The first true answer of ``probe``; fails when there is none within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.01)
    raise AssertionError("it did not happen in time")
