"""Where ops work: one installation, found by its CloudFormation stack, with its outputs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.local import stack

# The stack's name on the embedded stack, and what its own outputs go by here.
LOCAL = "dunlin"


class Gone(RuntimeError):
    """There is no such installation; the message says what to do."""


class Clients(Protocol):
    """What gives AWS clients: a session, or the embedded stack."""

    def client(self, service: str) -> Any:
        """A boto3 client of a service."""


@dataclass(frozen=True, slots=True)
class Account:
    """The AWS account and region of the environment's own credentials."""

    def client(self, service: str) -> Any:
        """A client that gives up soon: ops wait in front of it."""
        config = Config(connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
        return boto3.client(service, config=config)


@dataclass(frozen=True, slots=True)
class Place:
    """An installation: its stack's ``name``, its ``outputs`` and parameters, nested ones included.

    ``embedded`` says that it is the emulator, which cannot show everything that AWS can.
    """

    name: str
    clients: Clients
    outputs: dict[str, str]
    parameters: dict[str, str]
    embedded: bool

    def client(self, service: str) -> Any:
        """A boto3 client of a service in this installation's account."""
        return self.clients.client(service)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The process as one of the hub's functions: its table and buckets, by their names."""
        wanted = {
            "TABLE": self.outputs["TableName"],
            "DOCUMENTS": self.outputs["DocumentsBucket"],
            "INBOX_BUCKET": self.outputs["InboxBucket"],
            "STAGE": self.parameters.get("Stage", ""),
        }
        if isinstance(self.clients, stack.Stack):
            wanted |= self.clients.environment()
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def find(name: str = "") -> Place:
    """The installation of a stack's name; without one, the embedded stack. Raises ``Gone``."""
    if name:
        return of(name, Account(), embedded=False)
    from infra.local import explore

    for directory in (explore.FOLDER / "stack", stack.DEFAULT_DIRECTORY):
        running = stack.find(directory)
        if running is not None:
            return of(LOCAL, running, embedded=True)
    raise Gone("No embedded stack is running: start one (make up), or name a stack (STACK=).")


def of(name: str, clients: Clients, *, embedded: bool) -> Place:
    """The installation whose outermost stack has this name. Raises ``Gone``."""
    try:
        formation = clients.client("cloudformation")
        (found,) = formation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code != "ValidationError":
            raise Gone(f"AWS refused to show the stack {name}: {code}") from None
        raise Gone(f"There is no stack {name} in this account and region.") from None
    except BotoCoreError as error:
        # No region, no credentials, no network: the SDK's own sentence says which.
        raise Gone(f"AWS cannot be asked: {error}") from None
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])}
    return Place(name, clients, _outputs(formation, name), parameters, embedded)


def _outputs(formation: Any, name: str) -> dict[str, str]:
    """Outputs of a stack and its nested ones; where two agree on a name, the outer one counts."""
    found: dict[str, str] = {}
    for page in formation.get_paginator("list_stack_resources").paginate(StackName=name):
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] == "AWS::CloudFormation::Stack":
                found |= _outputs(formation, one["PhysicalResourceId"])
    (described,) = formation.describe_stacks(StackName=name)["Stacks"]
    return found | {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
