"""The launcher seen from outside: started with its options, tied to us by a pipe, ended."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 10.0
# The pipe to a leashed launcher stays open as long as this process lives.
_STARTED: "list[subprocess.Popen[str]]" = []


def launch(options: dict[str, Any], directory: Path) -> dict[str, Any]:
    """Start the launcher with ``options`` and return its answer: port and pid, or an error."""
    log_file = directory / "stack.log"
    with log_file.open("a") as log:
        log_file.chmod(0o600)
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.launcher"],
            cwd=_ROOT,
            env=_environment(),
            start_new_session=True,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the launcher has no pipes")
    process.stdin.write(json.dumps(options) + "\n")
    process.stdin.flush()
    with process.stdout as said:
        answer: dict[str, Any] = json.loads(said.readline() or '{"error": "ended"}')
    _STARTED.append(process)
    if "error" in answer:
        _reap(process)
    elif not options["leash"]:
        process.stdin.close()
    return answer


def end(pid: int) -> None:
    """End the launcher ``pid``, started here or elsewhere; kill it when it does not heed."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    ours = next((process for process in _STARTED if process.pid == pid), None)
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        if ours is not None and ours.poll() is not None:
            _reap(ours)
            return
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    """Ours without any AWS setting, and with bytecode caches: they save a second at each start."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name != "PYTHONDONTWRITEBYTECODE"
    }


def _reap(process: "subprocess.Popen[str]") -> None:
    _STARTED.remove(process)
    if process.stdin is not None:
        process.stdin.close()
    process.wait()
