"""What stands in the repository and its templates: no secret, and no right wider than named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.package import _Loader

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ["template.yaml", *(f"infra/{one}.yaml" for one in ("data", "compute", "api", "ops"))]

# What secrets look like where they are made.
SECRETS = re.compile(
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/=]{20}"
    r"|(?:sk|rk)_live_[0-9a-zA-Z]{16,}"
    r"|whsec_[A-Za-z0-9+/=]{24,}"
    r"|gh[pousr]_[A-Za-z0-9]{36}"
    r"|xox[abp]-[0-9A-Za-z-]{20,}"
    r"|eyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
)
TEXT = {".py", ".yaml", ".yml", ".toml", ".json", ".md", ".txt", ".xml", ".cfg", ".sh", ""}

# Each resource with a wildcard begins with one of these, and why it cannot be named.
WIDE = {
    "${DocumentsArn}/": "the installation's own bucket; a folder of it",
    "${InboxArn}/": "the installation's own bucket",
    "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${SecretPrefix}/":
        "the installation's own secrets: one a connection",
    "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/":
        "senders' domains are registered by the creditor, after the stack",
    "arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}:phone-number/":
        "numbers are registered by the creditor, after the stack",
    "arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}:sender-id/":
        "names of senders are registered by the creditor, after the stack",
    "arn:${AWS::Partition}:transfer:${AWS::Region}:${AWS::AccountId}:connector/":
        "SFTP connectors are made by the creditor, after the stack",
}  # fmt: skip
# Actions that know no resource: delivery of logs is set up for the account
# (docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
NO_RESOURCE = re.compile(r"logs:[A-Za-z]+")
# The published example of Standard Webhooks, which our partners' page signs with.
EXAMPLES = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}


def read(name: str) -> dict[str, Any]:
    return yaml.load((ROOT / name).read_text(), Loader=_Loader)  # noqa: S506 - a safe loader


def product_files():
    for folder in ("functions", "connectors", "shared", "infra", "events", "docs", "tools"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in TEXT and file.is_file() and "__pycache__" not in file.parts:
                yield file
    yield from (
        ROOT / name for name in ("template.yaml", "samconfig.toml", "Makefile", "README.md")
    )


def test_no_secret_stands_in_what_is_shipped_or_documented():
    found = [
        f"{file.relative_to(ROOT)}: {seen[0][:12]}…"
        for file in product_files()
        for seen in SECRETS.finditer(file.read_text(encoding="utf-8", errors="ignore"))
        if seen[0] not in EXAMPLES
    ]
    assert not found


@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "A1B2C3D4E5F6G7H8",
        "sk_live_" + "a" * 24,
        "whsec_" + "b" * 32,
        "-----BEGIN PRIVATE KEY-----\n" + "c" * 30,
    ],
)
def test_the_scan_knows_a_secret_when_it_sees_one(secret):
    assert SECRETS.search(f"key = '{secret}'")


def nodes(value: Any, path: tuple[str, ...] = ()):
    yield path, value
    children = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        children = ((str(at), one) for at, one in enumerate(value))
    for name, one in children:
        yield from nodes(one, (*path, str(name)))


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_or_hands_on_a_secret(name):
    template = read(name)
    for parameter, one in template.get("Parameters", {}).items():
        secretive = re.search(r"secret|password|token$|key$", parameter, re.IGNORECASE)
        assert not (secretive and one.get("Default")), parameter
    for path, value in nodes(template):
        assert not (isinstance(value, str) and "{{resolve:" in value), path


def statements():
    """Every statement of every policy in the templates, and where it stands."""
    for name in TEMPLATES:
        for path, value in nodes(read(name)):
            if isinstance(value, dict) and "Effect" in value and "Action" in value:
                yield f"{name}:{'/'.join(path[:3])}", value


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_policy_allows_actions_by_wildcard_or_every_resource():
    seen = list(statements())
    assert len(seen) > 100
    for where, one in seen:
        if one["Effect"] == "Deny":
            continue
        assert not any("*" in action for action in as_list(one["Action"])), where
        assert "NotAction" not in one, where
        assert "NotResource" not in one, where
        if not all(NO_RESOURCE.fullmatch(action) for action in as_list(one["Action"])):
            assert "*" not in [str(each) for each in as_list(one.get("Resource", []))], where


def test_a_resource_by_wildcard_is_one_that_is_listed_with_its_reason():
    wide = set()
    for where, one in statements():
        for resource in as_list(one.get("Resource", [])):
            text = str(next(iter(resource.values()))) if isinstance(resource, dict) else resource
            if one["Effect"] == "Allow" and "*" in text and text != "*":
                fits = [start for start in WIDE if text.startswith(start)]
                assert fits, (where, text)
                wide.update(fits)
    assert wide == set(WIDE)


def test_a_right_to_documents_names_their_folder():
    """Whoever renders letters cannot touch case files, exports or raw deliveries, and so on."""
    for where, one in statements():
        for resource in as_list(one.get("Resource", [])):
            text = str(next(iter(resource.values()))) if isinstance(resource, dict) else resource
            if text.startswith("${DocumentsArn}/"):
                assert re.fullmatch(r"\$\{DocumentsArn\}/(\*|sandbox-\*)/[a-z-]+/\*", text), where


def test_the_function_that_is_open_to_the_world_makes_nobody_a_principal():
    denied = [
        one for where, one in statements()
        if "/Payer/" in f"{where}/" and one["Effect"] == "Deny" and "Condition" in one
    ]  # fmt: skip
    (one,) = denied
    assert {"dynamodb:PutItem", "dynamodb:UpdateItem"} <= set(one["Action"])
    (keys,) = one["Condition"]["ForAnyValue:StringLike"].values()
    assert {"PRINCIPAL#*", "HUB#CONTROL", "HUB#LAW", "HUB#APPROVALS"} == set(keys)


def test_the_function_that_is_open_to_the_world_reads_no_secret_of_a_connection():
    """Of the secrets it knows the one of its sessions; payment links are made by another one."""
    allowed = [
        (as_list(one["Action"]), as_list(one["Resource"])) for where, one in statements()
        if "/Payer/" in f"{where}/" and one["Effect"] == "Allow"
    ]  # fmt: skip
    secret = [found for actions, found in allowed if any("secret" in one for one in actions)]
    called = [found for actions, found in allowed if "lambda:InvokeFunction" in actions]
    assert secret == [[{"Ref": "TokenKeyArn"}]]
    assert called == [[{"Fn::GetAtt": ["PayerPays", "Arn"]}]]
