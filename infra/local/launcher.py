"""The emulator's process: binds 127.0.0.1, configures, patches, guards and serves MiniStack.

Started by :mod:`infra.local.stack` as ``python -m infra.local.launcher``, with one JSON object on
its standard input; it answers one JSON line on standard output and then logs to its file.
"""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.local.pool import Pool

HOST = "127.0.0.1"


def main() -> None:
    """Serve until SIGTERM, or until the leash (the pipe on standard input) is closed."""
    options: dict[str, Any] = json.loads(sys.stdin.readline())
    directory = Path(options["directory"])
    lock = (directory / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _answer({"error": "running"})
        return
    for leftover in options["leftovers"]:
        (directory / leftover).unlink(missing_ok=True)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, int(options["port"])))
    except OSError as error:
        _answer({"error": "port", "reason": error.strerror})
        return
    listener.listen(128)
    port = listener.getsockname()[1]
    _configure(options, directory, port)
    _serve(options, directory, listener)


def _configure(options: dict[str, Any], directory: Path, port: int) -> None:
    """Set what MiniStack reads when it is imported; anything that opens another port is off."""
    os.environ.update(
        {
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": options["region"],
            "AWS_DEFAULT_REGION": options["region"],
            "AWS_ACCESS_KEY_ID": options["root_key"],
            "AWS_SECRET_ACCESS_KEY": options["root_secret"],
            "AUTH": "true",
            "PERSIST_STATE": "0",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_ACCOUNT_CONCURRENCY": "0",  # our pool queues instead of answering 429
            "LAMBDA_EXECUTOR": "local",
            "DOCKER_HOST": f"unix://{directory}/no-docker",  # leave containers alone
            "LOG_LEVEL": "WARNING",
            "TMPDIR": str(directory / "tmp"),
            **options["variables"],
        }
    )


def _serve(options: dict[str, Any], directory: Path, listener: socket.socket) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as emulator
    from ministack.services import iam, sts

    from infra.local import patches
    from infra.local.guard import Guard
    from infra.local.pool import Pool

    port = listener.getsockname()[1]
    pool = Pool(directory / "code")
    patches.apply(pool, f"http://{HOST}:{port}", directory)

    def knows_key(access_key: str) -> bool:
        """The root key counts only until the administrator's key exists."""
        keys = {scoped[-1] for scoped in iam._access_keys.to_dict()}
        return access_key in sts._sessions or access_key in (keys or {options["root_key"]})

    def on_denial(answer: str) -> None:
        with (directory / "denied.log").open("a") as file:
            file.write(json.dumps(answer) + "\n")

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    _stop_on_signal(pool)
    if options["leash"]:
        threading.Thread(target=_watch_leash, daemon=True).start()
    _answer({"port": port, "pid": os.getpid()})
    _log_to(directory / "stack.log")
    guarded = Guard(emulator.app, port, options["token"], knows_key, on_denial)

    async def forever() -> None:  # the server would replace our signal handlers with its own
        await serve(guarded, config, shutdown_trigger=asyncio.Event().wait)  # type: ignore[arg-type]

    asyncio.run(forever())


def _stop_on_signal(pool: "Pool") -> None:
    """All state is in memory, so there is nothing to save: end the workers and go."""

    def stop(*_: object) -> None:
        pool.close()
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle


def _watch_leash() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _answer(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _log_to(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    logging.captureWarnings(capture=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
