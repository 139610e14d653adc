"""Leases Lambda workers to invocations: how many run, which are kept warm, when one is killed."""

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.worker import receive, send

# Enough to keep two cores busy while handlers wait for the emulator; more only switches.
RUNNING = 4
# Warm workers share the fork server's pages; a private one costs about 15 MB.
WARM = 40
_INIT_SECONDS = 60.0


@dataclass
class Function:
    """What a worker needs to know about one function version."""

    key: tuple[str, ...]
    code: bytes
    code_hash: str
    init: dict[str, Any]
    env: Callable[[], dict[str, str]]
    timeout: float


@dataclass
class _Worker:
    connection: socket.socket
    pid: int
    key: tuple[str, ...]
    used: float = field(default_factory=time.monotonic)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.connection.close()


class Pool:
    """Runs invocations on forked workers; safe to call from any number of threads.

    An HTTP API call has places of its own: a handler that waits for a peer, which in turn calls our
    API, would otherwise wait for the place that it holds itself.
    """

    def __init__(self, code_dir: Path, running: int = RUNNING, warm: int = WARM) -> None:
        self._code_dir = code_dir
        self._places = {
            False: threading.BoundedSemaphore(running),
            True: threading.BoundedSemaphore(running),
        }
        self._warm = warm
        self._idle: list[_Worker] = []
        self._alive = 0
        self._lock = threading.Lock()
        self._control_lock = threading.Lock()
        self._control, self._server = _fork_server()

    def invoke(self, function: Function, event: Any, request_id: str) -> dict[str, Any]:
        """Run one invocation; returns the worker's answer, an error as the runtime reports it."""
        with self._places[_is_api_call(event)]:
            worker, failure = self._lease(function)
            if worker is None:
                return failure
            return self._run(worker, function, event, request_id)

    def close(self) -> None:
        """Kill every worker and the fork server."""
        with self._lock:
            for worker in self._idle:
                worker.kill()
            self._idle.clear()
        self._control.close()
        self._server.kill()
        self._server.wait()

    def _run(
        self, worker: _Worker, function: Function, event: Any, request_id: str
    ) -> dict[str, Any]:
        healthy = False
        try:
            worker.connection.settimeout(function.timeout)
            send(worker.connection, {"event": event, "request_id": request_id})
            answer = receive(worker.connection)
            healthy = not answer.get("fatal")
        except TimeoutError:
            return _error(
                "Sandbox.Timedout",
                f"{request_id} Task timed out after {function.timeout:.2f} seconds",
            )
        except (EOFError, OSError):
            return _error("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited")
        else:
            return answer
        finally:
            self._release(worker, healthy=healthy)

    def _lease(self, function: Function) -> tuple[_Worker | None, dict[str, Any]]:
        surplus = None
        with self._lock:
            for position in range(len(self._idle) - 1, -1, -1):
                if self._idle[position].key == function.key:
                    return self._idle.pop(position), {}
            self._alive += 1
            if self._alive > self._warm and self._idle:
                surplus = self._idle.pop(0)  # the one that has been idle for longest
                self._alive -= 1
        if surplus:
            surplus.kill()
        worker, failure = self._start(function)
        if worker is None:
            with self._lock:
                self._alive -= 1
        return worker, failure

    def _release(self, worker: _Worker, *, healthy: bool) -> None:
        if not healthy:
            worker.kill()
        with self._lock:
            if healthy:
                worker.used = time.monotonic()
                self._idle.append(worker)
            else:
                self._alive -= 1

    def _start(self, function: Function) -> tuple[_Worker | None, dict[str, Any]]:
        code_dir = self._unpack(function)
        ours, theirs = socket.socketpair()
        with self._control_lock, theirs:
            socket.send_fds(self._control, [b"w"], [theirs.fileno()])
            pid = int(receive(self._control)["pid"])
        worker = _Worker(ours, pid, function.key)
        ours.settimeout(_INIT_SECONDS)
        try:
            send(ours, {**function.init, "env": function.env(), "code_dir": str(code_dir)})
            answer = receive(ours)
        except (EOFError, OSError):
            answer = _error("Runtime.ExitError", "the worker ended while it imported the handler")
        if answer["status"] == "ready":
            return worker, {}
        worker.kill()
        return None, answer

    def _unpack(self, function: Function) -> Path:
        """Unpack the code once per content, so that all functions of one package share it."""
        target = self._code_dir / function.code_hash.replace("/", "_").rstrip("=")
        with self._control_lock:
            if not target.exists():
                staged = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
                with zipfile.ZipFile(io.BytesIO(function.code)) as archive:
                    archive.extractall(staged)
                staged.rename(target)
        return target


def _is_api_call(event: Any) -> bool:
    context = event.get("requestContext") if isinstance(event, dict) else None
    return isinstance(context, dict) and "http" in context


def _error(kind: str, message: str) -> dict[str, Any]:
    return {
        "status": "error",
        "error": {"errorType": kind, "errorMessage": message},
        "log": message,
    }


def _fork_server() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    ours, theirs = socket.socketpair()
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-m", "infra.local.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=base_environment(),
            stdin=subprocess.DEVNULL,
        )
    receive(ours)
    return ours, server


def base_environment() -> dict[str, str]:
    """The variables that every worker gets: nothing of the launcher's credentials or AWS profile.

    ``no_proxy`` also keeps urllib on macOS from asking the system configuration, which is not safe
    in a forked process.
    """
    kept = (
        "PATH",
        "LANG",
        "LC_ALL",
        "TZ",
        "TMPDIR",
        "VIRTUAL_ENV",
        "DUNLIN_CLOCK_FILE",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
    )
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "no_proxy": "127.0.0.1,localhost",
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
    }
