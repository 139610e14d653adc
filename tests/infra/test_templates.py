"""The templates: how much they hold, and what every function and queue must have."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.package import _Loader

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [
    "template.yaml",
    "infra/data.yaml",
    "infra/compute.yaml",
    "infra/api.yaml",
    "infra/ops.yaml",
]


def read(name: str) -> dict[str, Any]:
    return yaml.load((ROOT / name).read_text(), Loader=_Loader)  # noqa: S506 - a safe loader


def resources(name: str, kind: str) -> dict[str, Any]:
    return {key: one for key, one in read(name)["Resources"].items() if one["Type"] == kind}


def test_the_stacks_hold_fewer_than_400_resources() -> None:
    # SAM makes a role of each function, an alias of none, and a mapping of each queue.
    counted = sum(
        2 if one["Type"] == "AWS::Serverless::Function" else 1
        for name in TEMPLATES
        for one in read(name)["Resources"].values()
    )
    assert 100 < counted < 400


def test_every_function_has_a_log_group_with_retention_and_policies_of_its_own() -> None:
    groups = resources("infra/compute.yaml", "AWS::Logs::LogGroup")
    functions = resources("infra/compute.yaml", "AWS::Serverless::Function")
    assert functions
    for name, function in functions.items():
        assert groups[f"{name}Logs"]["Properties"]["RetentionInDays"] == 90
        assert function["Properties"]["Policies"][0]["Statement"], name
        assert "ReservedConcurrentExecutions" not in function["Properties"]


def statements() -> list[tuple[str, dict[str, Any]]]:
    functions = resources("infra/compute.yaml", "AWS::Serverless::Function")
    return [
        (name, statement)
        for name, function in functions.items()
        for statement in function["Properties"]["Policies"][0]["Statement"]
    ]


@pytest.mark.parametrize(("name", "statement"), statements())
def test_no_function_may_do_everything_or_touch_everything(
    name: str, statement: dict[str, Any]
) -> None:
    assert not any("*" in action for action in statement["Action"]), name
    assert "*" not in statement["Resource"], name


def test_a_function_has_the_address_of_every_queue_that_it_sends_to_and_may_send_there() -> None:
    for name, function in resources("infra/compute.yaml", "AWS::Serverless::Function").items():
        properties = function["Properties"]
        module = ROOT / (properties["Handler"].rpartition(".")[0].replace(".", "/") + ".py")
        sent = set(re.findall(r'enqueue\("(\w+)"', module.read_text(encoding="utf-8")))
        known = properties.get("Environment", {}).get("Variables", {})
        allowed = str(properties["Policies"])
        for queue in sent:
            assert f"{queue.upper()}_QUEUE" in known, (name, queue)
            assert f"{queue.capitalize()}Queue" in allowed, (name, queue)


def test_every_queue_has_a_dead_letter_queue_with_an_alarm() -> None:
    queues = resources("infra/compute.yaml", "AWS::SQS::Queue")
    alarms = resources("infra/ops.yaml", "AWS::CloudWatch::Alarm")
    working = [name for name in queues if name.endswith("Queue")]
    assert working
    for name in working:
        base = name.removesuffix("Queue")
        assert "RedrivePolicy" in queues[name]["Properties"]
        assert f"{base}Dead" in queues
        assert f"{base}DeadAlarm" in alarms


def test_every_alarm_names_an_entry_of_the_runbook() -> None:
    headings = [
        line.removeprefix("## ").lower()
        for line in (ROOT / "docs/operations.md").read_text().splitlines()
        if line.startswith("## ")
    ]
    for name, alarm in resources("infra/ops.yaml", "AWS::CloudWatch::Alarm").items():
        text = alarm["Properties"]["AlarmDescription"]
        entry = text.rpartition("docs/operations.md, ")[2].rstrip(".")
        assert entry in headings, name


def test_the_table_is_protected_and_outlives_its_stack() -> None:
    table = read("infra/data.yaml")["Resources"]["Table"]
    properties = table["Properties"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert properties["DeletionProtectionEnabled"]
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert properties["SSESpecification"]["SSEEnabled"]
    assert properties["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"


def test_nothing_leaves_a_fresh_deployment() -> None:
    outbound = read("template.yaml")["Parameters"]["Outbound"]
    assert outbound["Default"] == "off"
    assert outbound["AllowedValues"] == ["off", "allowlist", "on"]


def test_a_door_that_anybody_may_knock_at_has_a_limit_of_its_own() -> None:
    api = read("infra/api.yaml")["Resources"]
    stage = api["Stage"]["Properties"]
    routes = {
        one["Properties"]["RouteKey"]: name
        for name, one in api.items()
        if one["Type"] == "AWS::ApiGatewayV2::Route"
    }
    pages = {key for key in routes if re.search(r" /(p|console)(/|$)", key)}
    limits, default = stage["RouteSettings"], stage["DefaultRouteSettings"]
    assert set(limits) == pages
    # A limit of a route that is not there yet fails the deployment.
    assert {routes[key] for key in pages} == set(api["Stage"]["DependsOn"])
    for key, one in limits.items():
        for name, most in one.items():
            assert 0 < most < default[name], key
    looks, forms = limits["GET /p/{page+}"], limits["POST /p/{page+}"]
    assert forms["ThrottlingRateLimit"] < looks["ThrottlingRateLimit"]
