"""Starts, finds and stops the embedded stack, and gives clients that speak to it."""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import requests
from botocore.config import Config

from infra.local import launcher_process
from infra.local.calls import FILE as CALLS
from infra.local.guard import TOKEN_HEADER
from infra.local.mail import FILE, Letter, letters

REGION = "eu-north-1"
ACCOUNT = "000000000000"
DEFAULT_DIRECTORY = Path("out/local")
_STATE = "stack.json"
_LEFTOVERS = ("clock", _STATE, FILE, CALLS, "denied.log")


class StackError(RuntimeError):
    """The embedded stack cannot be started or reached; the message says what to do."""


@dataclass(frozen=True)
class Stack:
    """A running embedded stack: where it listens, and the keys of this start."""

    port: int
    pid: int
    access_key: str
    secret_key: str
    token: str
    directory: str
    region: str = REGION

    @property
    def endpoint(self) -> str:
        """The one URL of every AWS API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def clock_file(self) -> Path:
        """The business-time offset of :mod:`infra.local.clock`."""
        return Path(self.directory) / "clock"

    @property
    def log_file(self) -> Path:
        """What the emulator and crashed workers wrote."""
        return Path(self.directory) / "stack.log"

    @property
    def token_url(self) -> str:
        """Cognito's OAuth2 token endpoint, of every pool's domain."""
        return f"{self.endpoint}/oauth2/token"

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client for ``service`` with this start's administrator key."""
        return self.session().client(
            service,
            config=Config(
                inject_host_prefix=False,
                retries={"total_max_attempts": 1},
                max_pool_connections=32,
                read_timeout=900,
            ),
            endpoint_url=self.endpoint,
            **options,
        )

    def session(self) -> boto3.Session:
        """A boto3 session with this start's administrator key; clients still need the endpoint."""
        return boto3.Session(self.access_key, self.secret_key, region_name=self.region)

    def environment(self) -> dict[str, str]:
        """The variables that point any AWS SDK or tool in another process at this stack."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "DUNLIN_CLOCK_FILE": str(self.clock_file),
        }

    def api_url(self, api_id: str, stage: str = "$default") -> str:
        """Base URL of an HTTP API, in path form: not every resolver knows ``*.localhost``."""
        return f"{self.endpoint}/_aws/execute-api/{api_id}/{stage}"

    def jwks_url(self, pool_id: str) -> str:
        """The signing keys of a Cognito user pool."""
        return f"{self.endpoint}/{pool_id}/.well-known/jwks.json"

    def access_token(self, client_id: str, client_secret: str, scopes: str) -> str:
        """A bearer token of the client_credentials grant; ``scopes`` are separated by spaces."""
        answer = requests.post(
            self.token_url,
            auth=(client_id, client_secret),
            timeout=30,
            data={"grant_type": "client_credentials", "scope": scopes},
        )
        if answer.status_code != 200:
            raise StackError(f"no token for client {client_id}: HTTP {answer.status_code}")
        return str(answer.json()["access_token"])

    def inspect(self, path: str, **query: str) -> Any:
        """Read one of the emulator's own documents, such as ``ses/messages``."""
        answer = requests.get(
            f"{self.endpoint}/_ministack/{quote(path)}",
            params=query,
            timeout=30,
            headers={TOKEN_HEADER: self.token},
        )
        answer.raise_for_status()
        return answer.json()

    def letters(self) -> list[Letter]:
        """Every letter that was sent through SES since the start, as it was sent."""
        return letters(Path(self.directory) / FILE)

    def denials(self) -> list[str]:
        """Answers with which IAM denied a caller: each is a permission that a role lacks."""
        file = Path(self.directory) / "denied.log"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def is_running(self) -> bool:
        """Whether this start still answers."""
        with contextlib.suppress(requests.RequestException):
            answer = requests.get(f"{self.endpoint}/_ministack/health", timeout=5)
            return answer.status_code == 200
        return False

    def stop(self) -> None:
        """End the stack's process and everything that it started."""
        launcher_process.end(self.pid)
        (Path(self.directory) / _STATE).unlink(missing_ok=True)


def start(
    directory: Path = DEFAULT_DIRECTORY,
    port: int = 0,
    *,
    leash: bool = True,
    variables: Mapping[str, str] | None = None,
) -> Stack:
    """Start a fresh stack that keeps its files in ``directory``.

    ``port`` 0 takes a free one. With ``leash`` the stack ends with this process, however it ends;
    without, it stays until :meth:`Stack.stop`. ``variables`` reach the emulator's environment.
    Raises :class:`StackError` when one already runs in ``directory`` or the port is taken.
    """
    directory = directory.resolve()
    (directory / "tmp").mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    root = {"root_key": f"ROOT{secrets.token_hex(8).upper()}", "root_secret": secrets.token_hex(20)}
    token = secrets.token_hex(20)
    options = {
        **root,
        "directory": str(directory),
        "port": port,
        "region": REGION,
        "token": token,
        "leash": leash,
        "leftovers": _LEFTOVERS,
        "variables": {"DUNLIN_CLOCK_FILE": str(directory / "clock"), **(variables or {})},
    }
    answer = launcher_process.launch(options, directory)
    if "error" in answer:
        raise StackError(_failure(answer, directory, port))
    stack = Stack(
        answer["port"], answer["pid"], root["root_key"], root["root_secret"], token, str(directory)
    )
    stack = _with_administrator(stack)
    _write_private(directory / _STATE, json.dumps(asdict(stack)))
    return stack


@contextlib.contextmanager
def running(
    directory: Path = DEFAULT_DIRECTORY, port: int = 0, variables: Mapping[str, str] | None = None
) -> Iterator[Stack]:
    """A stack for the length of a ``with`` block."""
    stack = start(directory, port, variables=variables)
    try:
        yield stack
    finally:
        stack.stop()


def find(directory: Path = DEFAULT_DIRECTORY) -> Stack | None:
    """The stack that runs in ``directory``, if one does."""
    try:
        stack = Stack(**json.loads((directory / _STATE).read_text()))
    except FileNotFoundError:
        return None
    return stack if stack.is_running() else None


def _failure(answer: dict[str, Any], directory: Path, port: int) -> str:
    if answer["error"] == "running":
        found = find(directory)
        where = f" at {found.endpoint}" if found else ""
        return f"an embedded stack already runs in {directory}{where}: stop it first (make down)"
    if answer["error"] == "port":
        return (
            f"port {port} cannot be used ({answer['reason']}): choose another, or 0 for a free one"
        )
    return f"the embedded stack ended while it started: see {directory / 'stack.log'}"


def _with_administrator(stack: Stack) -> Stack:
    """Swap the root key, whose signature is not checked, for a user's, whose signature is."""
    iam = stack.client("iam")
    iam.create_user(UserName="local")
    iam.attach_user_policy(
        UserName="local", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    key = iam.create_access_key(UserName="local")["AccessKey"]
    return Stack(
        **{**asdict(stack), "access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
