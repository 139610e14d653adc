"""Deploys a SAM template with its nested stacks to the embedded stack, by change set as on AWS."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.package import Packager
from infra.local.stack import Stack

_BUCKET = "dunlin-deployments"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_POLL_SECONDS = 0.05
_LIMIT_SECONDS = 120.0
_ROOT = Path(__file__).resolve().parents[2]


class DeployError(RuntimeError):
    """CloudFormation refused or rolled back; the message names the resource and the reason."""


def deploy(
    stack: Stack,
    template: Path,
    *,
    name: str = "dunlin",
    parameters: Mapping[str, str] | None = None,
    root: Path = _ROOT,
) -> dict[str, str]:
    """Create or update the CloudFormation stack ``name`` and return its outputs.

    The outputs of nested stacks are among them, under their own names; where two agree on a name,
    the outer one counts. Raises :class:`DeployError`.
    """
    cloudformation = stack.client("cloudformation")
    packaged = Packager(root, stack.region, _uploader(stack)).package(template)
    kind = _change_kind(cloudformation, name)
    url = _uploader(stack)(f"{name}.template", json.dumps(packaged).encode())
    try:
        created = cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=f"deploy-{time.time_ns()}",
            ChangeSetType=kind,
            TemplateURL=url,
            Capabilities=_CAPABILITIES,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in (parameters or {}).items()
            ],
        )
    except ClientError as error:
        raise DeployError(f"{name} was refused: {error.response['Error']['Message']}") from error
    if _has_changes(cloudformation, created["Id"]):
        cloudformation.execute_change_set(ChangeSetName=created["Id"])
        _finish(cloudformation, name)
    return outputs(stack, name)


def outputs(stack: Stack, name: str = "dunlin") -> dict[str, str]:
    """The outputs of the CloudFormation stack ``name`` and of its nested stacks, in one mapping."""
    cloudformation = stack.client("cloudformation")
    return _outputs(cloudformation, name)


def _outputs(cloudformation: Any, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    for resource in resources:
        if resource["ResourceType"] == "AWS::CloudFormation::Stack":
            found |= _outputs(cloudformation, resource["PhysicalResourceId"])
    (described,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return found | {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}


def _uploader(stack: Stack) -> Any:
    s3 = stack.client("s3")
    existing = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    if _BUCKET not in existing:
        s3.create_bucket(
            Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": stack.region}
        )

    def upload(key: str, data: bytes) -> str:
        s3.put_object(Bucket=_BUCKET, Key=key, Body=data)
        return f"{stack.endpoint}/{_BUCKET}/{key}"

    return upload


def _change_kind(cloudformation: Any, name: str) -> str:
    try:
        (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return "CREATE"
    return "CREATE" if found["StackStatus"] == "REVIEW_IN_PROGRESS" else "UPDATE"


def _has_changes(cloudformation: Any, change_set: str) -> bool:
    """Wait for the change set; raises on one that failed for another reason than "no changes"."""
    for _ in _polls():
        found = cloudformation.describe_change_set(ChangeSetName=change_set)
        if found["Status"] == "FAILED":
            reason = found.get("StatusReason", "")
            if "contain changes" in reason or "No updates" in reason:
                return False
            raise DeployError(f"the change set failed: {reason}")
        if found["Status"] == "CREATE_COMPLETE":
            return True
    raise DeployError("the change set was not ready in time")


def _finish(cloudformation: Any, name: str) -> None:
    for _ in _polls():
        (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        status = found["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if status.endswith(("_COMPLETE", "_FAILED")) and "CLEANUP" not in status:
            raise DeployError(f"{name} ended as {status}: {_reasons(cloudformation, name)}")
    raise DeployError(f"{name} was not deployed within {_LIMIT_SECONDS:.0f} seconds")


def _polls() -> Any:
    deadline = time.monotonic() + _LIMIT_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(_POLL_SECONDS)


def _reasons(cloudformation: Any, name: str) -> str:
    """Why resources failed, here and in the nested stacks."""
    failed = []
    for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]:
        if event["ResourceStatus"].endswith("FAILED") and event.get("ResourceStatusReason"):
            failed.append(f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}")
            nested = event.get("PhysicalResourceId", "")
            if (
                event["ResourceType"] == "AWS::CloudFormation::Stack"
                and nested
                and nested not in (name, event["StackId"])
            ):
                failed.append(_reasons(cloudformation, nested))
    return "; ".join(dict.fromkeys(failed)) or "no reason given"
