"""The hub on the embedded stack: deployed, with principals and an API client for its driver."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from infra.local.deploy import deploy
from infra.local.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
NAME = "dunlin"
TENANT = "creditor"
MAIL_DOMAIN = "creditor.example"

# What each role may do; the same words stand in the template's resource server.
_SCOPES = {
    "admin": (
        "settings:read", "settings:write", "connections:read", "connections:write",
        "policies:read", "policies:write", "dunning:read", "dunning:write", "money:write",
        "payments:read", "payments:write", "approvals:read", "approvals:write", "audit:read",
        "privacy:read", "privacy:write",
    ),
    "partner": ("cases:read", "events:write"),
    "operator": ("hub:read", "hub:write", "law:read", "law:write"),
}  # fmt: skip


class ApiError(RuntimeError):
    """The API answered something else than success; the message says what, with its own words.

    ``problem`` is the answer's problem document (RFC 9457), empty when it is none.
    """

    def __init__(self, message: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(message)
        self.status, self.problem = status, problem


@dataclass
class Hub:
    """A deployed hub, its outputs, and the access of its administrator and of a second person."""

    stack: Stack
    outputs: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)
    # What a second person approved, in the words that they read.
    approved: list[str] = field(default_factory=list)

    @property
    def api(self) -> str:
        """The base URL of the API."""
        return self.stack.api_url(self.outputs["ApiId"])

    @property
    def table(self) -> str:
        """The name of the one table."""
        return self.outputs["TableName"]

    def credentials(self, role: str) -> tuple[str, str]:
        """Client id and secret of a role's token client."""
        client = self.outputs[f"{role.capitalize()}Client"]
        described = self.stack.client("cognito-idp").describe_user_pool_client(
            UserPoolId=self.outputs["UserPool"], ClientId=client
        )
        return client, described["UserPoolClient"]["ClientSecret"]

    def scope(self, role: str) -> str:
        """The scopes that a role's client asks a token for."""
        return " ".join(f"dunlin/{scope}" for scope in _SCOPES[role])

    def token(self, role: str = "admin") -> str:
        """A bearer token of a role, made once a start."""
        if role not in self.tokens:
            client, secret = self.credentials(role)
            self.tokens[role] = self.stack.access_token(client, secret, self.scope(role))
        return self.tokens[role]

    def call(self, method: str, path: str, body: Any = None, role: str = "admin") -> Any:
        """One call of the API; its JSON answer. Raises ``ApiError``.

        What waits for a second person is read and approved by one: the answer is then theirs.
        """
        answer = self._asked(method, path, body, role)
        told = answer.json() if answer.content else None
        if answer.status_code == 202 and isinstance(told, dict) and "approval" in told:
            return self._approved(told["approval"], role)
        return told

    def _approved(self, approval: str, role: str) -> Any:
        self.second_token(role)
        second = f"{role} second"
        desk = "/v1/hub/approvals" if role == "operator" else "/v1/approvals"
        read = self._asked("GET", f"{desk}/{approval}", None, second).json()
        self.approved.append(read["words"])
        return self._asked("POST", f"{desk}/{approval}/approve", None, second).json()

    def second_token(self, role: str = "admin") -> str:
        """A bearer token of a second person of a role, made when one is first needed."""
        second = f"{role} second"
        if second not in self.tokens:
            self.tokens[second] = self._second(role)
        return self.tokens[second]

    def _second(self, role: str) -> str:
        scopes = [f"dunlin/{scope}" for scope in _SCOPES[role]]
        made = self.stack.client("cognito-idp").create_user_pool_client(
            UserPoolId=self.outputs["UserPool"],
            ClientName=f"second-{role}",
            GenerateSecret=True,
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=scopes,
        )["UserPoolClient"]
        self._principal(made["ClientId"], "administrator" if role == "admin" else role, TENANT)
        return self.stack.access_token(made["ClientId"], made["ClientSecret"], self.scope(role))

    def page(self, path: str) -> str:
        """A page or table that the API serves as text. Raises ``ApiError``."""
        return self._asked("GET", path, None, "admin").content.decode()

    def _asked(self, method: str, path: str, body: Any, role: str) -> requests.Response:
        answer = requests.request(
            method,
            f"{self.api}{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token(role)}"},
            timeout=60,
        )
        if answer.status_code // 100 != 2:
            text = f"{method} {path}: HTTP {answer.status_code} {answer.text[:2000]}"
            kind = answer.headers.get("content-type", "")
            problem = answer.json() if kind.startswith("application/problem+json") else {}
            raise ApiError(text, answer.status_code, problem)
        return answer

    def grant(self, role: str, tenant: str = TENANT, connection: str = "") -> None:
        """Map a role's token client to a tenant, as an operator does with a principal row."""
        self._principal(self.outputs[f"{role.capitalize()}Client"], role, tenant, connection)

    def person(self, name: str, role: str, password: str) -> None:
        """A person who can sign in to the console, as an operator makes one: user and principal."""
        pool = self.stack.client("cognito-idp")
        where = {"UserPoolId": self.outputs["UserPool"], "Username": name}
        made = pool.admin_create_user(**where, MessageAction="SUPPRESS")
        pool.admin_set_user_password(**where, Password=password, Permanent=True)
        told = {one["Name"]: one["Value"] for one in made["User"]["Attributes"]}
        self._principal(told["sub"], role, TENANT)

    def _principal(self, client: str, role: str, tenant: str, connection: str = "") -> None:
        # A person's scopes are those of the role; a tool's are named.
        row = {
            "pk": {"S": f"PRINCIPAL#{client}"},
            "sk": {"S": "PRINCIPAL"},
            "role": {"S": role},
            "scopes": {"S": " ".join(sorted(_SCOPES.get(role, ())))},
            "tenant": {"S": "" if role == "operator" else tenant},
            "connection": {"S": connection},
        }
        self.stack.client("dynamodb").put_item(TableName=self.table, Item=row)

    def send(self, queue: str, body: str) -> None:
        """Put a message on one of the hub's queues (``Sweep``, ``Pull``, ...)."""
        url = self.outputs[f"{queue}Queue"]
        self.stack.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def install(
    stack: Stack,
    *,
    outbound: str = "on",
    workflow: str = "STANDARD",
    private_targets: tuple[str, ...] = (),
) -> Hub:
    """Deploy this repository's template to a stack, and grant its token clients.

    Nothing is swept by the clock: who lives through days asks for each sweep.
    """
    parameters = {
        "Stage": "local",
        "Outbound": outbound,
        "DunningWorkflowType": workflow,
        "Schedules": "DISABLED",
        "PrivateTargets": ",".join(private_targets) or "-",
        "TokenHost": stack.endpoint,
        "ApiHost": f"{stack.endpoint}/_aws/execute-api",
        "ClockFile": str(stack.clock_file),
        "MailDomain": MAIL_DOMAIN,
    }
    outputs = deploy(stack, ROOT / "template.yaml", name=NAME, parameters=parameters)
    hub = Hub(stack, outputs)
    _publish_mail_events(stack, outputs["MailSet"])
    for role in ("admin", "operator"):
        hub.grant(role)
    return hub


def _publish_mail_events(stack: Stack, mail_set: str) -> None:
    """What the template's ``MailEvents`` does on AWS; the emulator has no such resource type."""
    bus = stack.client("events").describe_event_bus(Name="default")["Arn"]
    stack.client("sesv2").create_configuration_set_event_destination(
        ConfigurationSetName=mail_set,
        EventDestinationName="events",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"],
            "EventBridgeDestination": {"EventBusArn": bus},
        },
    )
