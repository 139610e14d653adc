"""Runs Lambda handlers: a fork server that preloads the SDK, and the workers forked from it.

Run as ``python -m infra.local.worker FD`` with a connected UNIX socket. Each message on it asks for
one worker and carries the worker's own socket; the worker then serves one function, one invocation
at a time, as a Lambda execution environment does: module state, clients and credentials belong to
that function alone, and survive an exception that the handler raises.
"""

import contextlib
import importlib
import io
import json
import logging
import os
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local.calls import FILE, CallLog

_LENGTH = struct.Struct(">I")
# Third-party modules that most handlers import; loaded once, shared by fork. Our own packages are
# not among them: a module may read the environment when it is imported, and that is per function.
_PRELOAD = (
    "boto3",
    "boto3.dynamodb.conditions",
    "botocore.handlers",
    "botocore.credentials",
    "botocore.httpsession",
    "aws_lambda_powertools",
    "pydantic",
    "requests",
    "http.cookiejar",
    "xml.etree.ElementTree",
    "decimal",
    "zoneinfo",
    "tomllib",
)
# Service models are what makes a first client slow; the session shares what it has parsed.
_MODELS = ("dynamodb", "sqs", "stepfunctions", "secretsmanager", "s3", "sesv2", "ssm", "kms")


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Write one length-prefixed JSON message."""
    data = json.dumps(message).encode()
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive(connection: socket.socket) -> dict[str, Any]:
    """Read one message; raises ``EOFError`` when the peer is gone."""
    (size,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    message: dict[str, Any] = json.loads(_exactly(connection, size))
    return message


def _exactly(connection: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 20))
        if not part:
            raise EOFError("the peer closed the connection")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class Context:
    """The handler's second argument, with the attributes that AWS documents for Python.

    docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    identity = None
    client_context = None

    def __init__(self, init: dict[str, Any], request_id: str) -> None:
        self.function_name = init["function_name"]
        self.function_version = init["version"]
        self.invoked_function_arn = init["arn"]
        self.memory_limit_in_mb = str(init["memory"])
        self.aws_request_id = request_id
        self.log_group_name = init["env"]["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = init["env"]["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = time.monotonic() + float(init["timeout"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds of wall time until the function's timeout."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class _Log(io.TextIOBase):
    """Stands in for stdout and stderr and keeps what one invocation wrote."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._parts.append(text)
        return len(text)

    def take(self) -> str:
        text = "".join(self._parts)
        self._parts.clear()
        return text


def serve(connection: socket.socket) -> None:
    """Fork one worker for each request on ``connection`` until the peer closes it."""
    _preload()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps workers
    send(connection, {"status": "ready"})
    while True:
        data, fds, _flags, _address = socket.recv_fds(connection, 1, 1)
        if not data:
            return
        pid = os.fork()
        if pid == 0:
            _become_worker(connection, socket.socket(fileno=fds[0]))
        os.close(fds[0])
        send(connection, {"pid": pid})


def _preload() -> None:
    for name in _PRELOAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import boto3

    boto3.DEFAULT_SESSION = boto3.Session()  # credentials are resolved later, in each worker
    loader = boto3.DEFAULT_SESSION._session.get_component("data_loader")
    for service in _MODELS:
        loader.load_service_model(service, "service-2")
        loader.load_service_model(service, "endpoint-rule-set-1")


def _become_worker(control: socket.socket, own: socket.socket) -> None:
    """Serve one function in this forked process and never return."""
    status = 0
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with contextlib.suppress(EOFError, ConnectionError):
            _work(own)
    except BaseException:  # noqa: BLE001 (the process boundary: it goes to the stack's log)
        traceback.print_exc(file=sys.__stderr__)
        status = 1
    os._exit(status)


def _work(connection: socket.socket) -> None:
    init = receive(connection)
    os.environ.clear()
    os.environ.update(init["env"])
    time.tzset()
    os.chdir(init["code_dir"])
    sys.path[0] = init["code_dir"]
    log = _Log()
    sys.stdout = sys.stderr = log
    logging.getLogger().handlers.clear()
    try:
        handler = _load(init["handler"])
    except BaseException as error:  # noqa: BLE001 (reported to the caller)
        send(connection, {**_failure(error, log), "init": True})
        return
    calls = _call_log()
    send(connection, {"status": "ready", "log": log.take()})
    while True:
        request = receive(connection)
        answer = _run(handler, request["event"], Context(init, request["request_id"]), log)
        calls.close(init["handler"])
        send(connection, answer)
        if answer.get("fatal"):
            return


def _call_log() -> CallLog:
    import boto3

    directory = Path(os.environ["DUNLIN_CLOCK_FILE"]).parent
    return CallLog(boto3.DEFAULT_SESSION, directory / FILE)


def _load(handler: str) -> Callable[..., Any]:
    module, _, name = handler.replace("/", ".").rpartition(".")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _run(handler: Callable[..., Any], event: Any, context: Context, log: _Log) -> dict[str, Any]:
    try:
        result = handler(event, context)
        json.dumps(result)
    except Exception as error:  # noqa: BLE001 (reported to the caller)
        return _failure(error, log)
    except BaseException as error:  # noqa: BLE001 (SystemExit ends the environment, as on AWS)
        return {**_failure(error, log), "fatal": True}
    return {"status": "ok", "result": result, "log": log.take()}


def _failure(error: BaseException, log: _Log) -> dict[str, Any]:
    """The error as the Python runtime reports it: ``errorType`` is the bare class name."""
    trace = traceback.format_exception(type(error), error, error.__traceback__)
    return {
        "status": "error",
        "error": {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_tb(error.__traceback__),
        },
        "log": log.take() + "".join(trace),
    }


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _control:
        serve(_control)
