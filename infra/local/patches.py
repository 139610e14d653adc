"""What is changed inside the pinned emulator: each change named, checked against its source.

``apply`` refuses to start on an emulator whose patched code is not the one that was read: a new
version is looked at before it is used.
"""

import functools
import inspect
import secrets
import time
import types
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ministack.core import iam_actions, lambda_runtime
from ministack.services import dynamodb, lambda_svc, scheduler, ses_v2, stepfunctions, sts

from infra.local import mail
from infra.local.leading_keys import leading_keys
from infra.local.pool import Function, Pool, base_environment

MINISTACK_VERSION = "1.5.33"
_START_DELAY = 0.15
_Result = dict[str, Any]


class PatchError(RuntimeError):
    """The emulator is not the one that the patches were written for."""


def apply(pool: Pool, endpoint: str, directory: Path) -> None:
    """Install every patch; raises ``PatchError`` when one does not find what it replaces."""
    if (found := version("ministack")) != MINISTACK_VERSION:
        raise PatchError(f"the patches fit ministack {MINISTACK_VERSION}, not {found}")
    own_role_sessions()
    lambda_workers(pool, endpoint)
    prompt_executions()
    prompt_schedules()
    batch_permissions()
    row_permissions()
    mail_permissions()
    mail_as_sent(directory / mail.FILE)


def own_role_sessions() -> None:
    """Give each function's role session a random secret.

    The emulator derives key, secret and token from the function's and role's ARNs, so any local
    process could compute them and act as that role.
    """
    original = lambda_runtime.execution_credentials
    _expect(original, 'hashlib.sha256(f"secret:{digest}".encode())', "sts_svc.register_session")
    issued: dict[str, dict[str, str]] = {}

    @functools.wraps(original)
    def execution_credentials(config: dict[str, Any]) -> dict[str, str]:
        derived: dict[str, str] = original(config)
        key = derived["AWS_ACCESS_KEY_ID"]
        mine = issued.setdefault(
            key,
            {
                "AWS_ACCESS_KEY_ID": key,
                "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
                "AWS_SESSION_TOKEN": secrets.token_hex(32),
            },
        )
        sts.register_session(
            key,
            {
                **sts._sessions[key],
                "SecretAccessKey": mine["AWS_SECRET_ACCESS_KEY"],
                "SessionToken": mine["AWS_SESSION_TOKEN"],
            },
        )
        return mine

    lambda_runtime.execution_credentials = execution_credentials


def lambda_workers(pool: Pool, endpoint: str) -> None:
    """Run Python functions on our pool instead of one fresh interpreter per environment.

    The emulator's executor starts an interpreter for each concurrent invocation without a bound,
    kills it on every exception, loses the exception's class (so no Retry or Catch in a state
    machine can match it) and waits 50 ms for log lines after each silent call.
    """
    _expect(
        lambda_svc._execute_function_warm,
        "worker, reason = acquire_worker(",
        'error_type = "Runtime.HandlerError"',
    )

    def execute(func: dict[str, Any], event: Any, request_id: str) -> _Result:
        config = func.get("config") or func
        answer = pool.invoke(_function(config, func["code_zip"], endpoint), event, request_id)
        if answer["status"] == "ok":
            return {"body": answer["result"], "log": answer["log"]}
        return {"body": answer["error"], "error": True, "log": answer["log"]}

    lambda_svc._execute_function_warm = execute


def prompt_executions() -> None:
    """Start a state machine execution at once instead of 0.15 s after it was asked for."""
    _expect(stepfunctions._run_execution, f"time.sleep({_START_DELAY})")

    def sleep(seconds: float) -> None:
        if seconds != _START_DELAY:
            time.sleep(seconds)

    stepfunctions.time = types.SimpleNamespace(**{**vars(time), "sleep": sleep})


def prompt_schedules() -> None:
    """Look for due schedules every second instead of every ten."""
    _expect(scheduler._ticker_loop, "time.sleep(_SCHEDULE_TICK_INTERVAL)")
    scheduler._SCHEDULE_TICK_INTERVAL = 1


def batch_permissions() -> None:
    """Check an SQS batch call against the action of its single form, as AWS does.

    docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide (batch actions need the
    permission of the action that they repeat).
    """
    original = iam_actions._action_from_target
    _expect(original, 'headers.get("x-amz-target", "")')

    @functools.wraps(original)
    def action_from_target(headers: dict[str, str]) -> str | None:
        action: str | None = original(headers)
        if headers.get("x-amz-target", "").startswith("AmazonSQS.") and action:
            return action.removesuffix("Batch")
        return action

    iam_actions._action_from_target = action_from_target


def row_permissions() -> None:
    """Tell a caller's policies the partition keys of a request (``dynamodb:LeadingKeys``).

    The emulator knows no such key: a policy that allows some rows would allow all (``ForAllValues``
    holds of nothing), and one that denies some would deny none.
    """
    original = iam_actions.dynamodb_service_context
    _expect(original, 'context["dynamodb:Select"] = select')

    def schema(table: str, index: str | None) -> str | None:
        known = dynamodb._tables.get(table) or {}
        indexes = {one["IndexName"]: one for one in known.get("GlobalSecondaryIndexes") or ()}
        found = known if index is None else indexes.get(index, {})
        names = (one["AttributeName"] for one in found.get("KeySchema", ())
                 if one["KeyType"] == "HASH")  # fmt: skip
        return next(names, None)

    @functools.wraps(original)
    def service_context(body: bytes) -> dict[str, Any]:
        found: dict[str, Any] = original(body)
        told = leading_keys(body, schema)
        return found | ({"dynamodb:LeadingKeys": told} if told else {})

    iam_actions.dynamodb_service_context = service_context


def mail_permissions() -> None:
    """Check SES SendEmail against the sender's identity, as AWS does, and not against ``*``.

    docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
    """
    original = iam_actions._ses_v2_resource_arn
    _expect(original, 'parts[:2] != ["v2", "email"]')

    @functools.wraps(original)
    def resource_arn(method: str, path: str, body: bytes, region: str, account: str) -> str:
        if mail.is_send(method, path):
            name = mail.identity(body, ses_v2._identities)
            return f"arn:aws:ses:{region}:{account}:identity/{name}"
        arn: str = original(method, path, body, region, account)
        return arn

    iam_actions._ses_v2_resource_arn = resource_arn


def mail_as_sent(file: Path) -> None:
    """Keep each SendEmail request whole, and publish the events that its set asks for.

    The emulator keeps neither headers, tags nor attachments, and publishes no events.
    """
    original = ses_v2.handle_request
    _expect(original, '"/outbound-emails" and method == "POST"')

    @functools.wraps(original)
    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        answer = await original(method, path, headers, body, query)
        if mail.is_send(method, path) and answer[0] == 200:
            mail.sent(file, body, answer[2], ses_v2._config_sets)
        return answer

    ses_v2.handle_request = handle_request


def _function(config: dict[str, Any], code: bytes, endpoint: str) -> Function:
    name, number = config["FunctionName"], config.get("Version", "$LATEST")
    variables = (config.get("Environment") or {}).get("Variables") or {}
    timeout = float(config.get("Timeout") or 3)
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"

    def environment() -> dict[str, str]:
        region = config["FunctionArn"].split(":")[3]
        return (
            base_environment()
            | {"AWS_ENDPOINT_URL": endpoint}
            | variables
            | {
                "AWS_REGION": region,
                "AWS_DEFAULT_REGION": region,
                "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', 'python')}",
                "AWS_LAMBDA_FUNCTION_NAME": name,
                "AWS_LAMBDA_FUNCTION_VERSION": number,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
                "AWS_LAMBDA_LOG_GROUP_NAME": group,
                "AWS_LAMBDA_LOG_STREAM_NAME": secrets.token_hex(16),
                "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
                "_HANDLER": config["Handler"],
                **lambda_runtime.execution_credentials(config),
            }
        )

    return Function(
        key=(
            name,
            number,
            config["CodeSha256"],
            config["Handler"],
            config.get("Role", ""),
            repr(sorted(variables.items())),
            repr(timeout),
            repr(config.get("MemorySize")),
        ),
        code=code,
        code_hash=config["CodeSha256"],
        init={
            "function_name": name,
            "version": number,
            "arn": config["FunctionArn"],
            "memory": config.get("MemorySize", 128),
            "timeout": timeout,
            "handler": config["Handler"],
        },
        env=environment,
        timeout=timeout,
    )


def _expect(symbol: Callable[..., Any], *fragments: str) -> None:
    source = inspect.getsource(symbol)
    for fragment in fragments:
        if fragment not in source:
            raise PatchError(f"{symbol.__module__}.{symbol.__qualname__} lacks {fragment!r}")
