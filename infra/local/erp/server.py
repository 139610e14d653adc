"""Starts and stops one Tryton server on a fresh copy of the creditor's books."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from infra.local.erp import environment
from infra.local.erp.rpc import Rpc

CACHE = Path(".tryton")
START_SECONDS = 60


@dataclass(frozen=True)
class Tryton:
    """A running server: where it is, the accountant's log-in, and the hub's read-only key.

    ``api_key`` is an application key for the REST API (``Authorization: Bearer``) of a user who
    may read invoices, receivable lines and parties, and nothing else; ``write_key`` is one of a
    user who may also put notes on invoices and make moves. ``log`` is Tryton's log.
    """

    url: str
    database: str
    user: str
    password: str = field(repr=False)
    api_key: str = field(repr=False)
    write_key: str = field(repr=False)
    pid: int
    log: Path

    @staticmethod
    @contextmanager
    def start(run_dir: Path, port: int = 0, cache: Path = CACHE) -> Iterator[Tryton]:
        """Run a server on 127.0.0.1 until the block ends.

        ``run_dir`` receives database, configuration and log; a database that is already there is
        used again (with new passwords). ``port`` 0 takes a free one. ``cache`` keeps environment
        and template between runs. Raises SetUpFailed when Tryton cannot be set up or started.
        """
        python = environment.interpreter(cache.resolve())
        run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = run_dir / "db" / f"{environment.DATABASE}.sqlite"
        if not database.exists():
            environment.copy_database(environment.template(cache.resolve()), database)
        port = port or _free_port()
        configuration = environment.write_configuration(run_dir.resolve(), port)
        admin = _reset_admin(python, configuration, run_dir)
        log = run_dir / "trytond.log"
        process = _spawn(python, configuration, log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, process, log)
            yield _with_access(url, admin, process.pid, log)
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _reset_admin(python: Path, configuration: Path, run_dir: Path) -> str:
    password = secrets.token_urlsafe(24)
    passfile = run_dir / "password"
    environment.private_file(passfile, password)
    try:
        environment.run(
            [str(python.with_name("trytond-admin")), "-c", str(configuration),
             "-d", environment.DATABASE, "--password", "--administrator"],
            environment={"TRYTONPASSFILE": str(passfile)},
        )  # fmt: skip
    finally:
        passfile.unlink()
    return password


def _spawn(python: Path, configuration: Path, log: Path) -> subprocess.Popen[bytes]:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            [str(python), str(python.with_name("trytond")), "-c", str(configuration),
             "-d", environment.DATABASE],
            stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor,
            env=environment.server_environment(),
        )  # fmt: skip
    finally:
        os.close(descriptor)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    body = {"id": 1, "method": "common.server.version", "params": []}
    with requests.Session() as http:
        http.trust_env = False
        while time.monotonic() < deadline and process.poll() is None:
            try:
                http.post(f"{url}/rpc/", json=body, timeout=5).raise_for_status()
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
    raise environment.SetUpFailed(f"Tryton did not start: {log.read_text()[-2000:]}")


def _with_access(url: str, admin_password: str, pid: int, log: Path) -> Tryton:
    """Give the accountant a new password, reader and writer new keys; older keys stop working."""
    rpc = Rpc(url, environment.DATABASE, "admin", admin_password)
    try:
        logins = {row["login"]: row["id"] for row in rpc.find("res.user", [], "login")}
        password = secrets.token_urlsafe(24)
        made = {login: secrets.token_hex(32) for login in ("hub-reader", "hub-writer")}
        rpc.model("res.user", "write", [logins["accountant"]], {"password": password})
        keys = rpc.model("res.user.application", "search", [], 0, None, None)
        rpc.model("res.user.application", "delete", keys)
        rpc.model(
            "res.user.application",
            "create",
            [
                {"key": key, "user": logins[login], "application": "rest"}
                for login, key in made.items()
            ],
        )
    finally:
        rpc.close()
    reader, writer = made["hub-reader"], made["hub-writer"]
    return Tryton(url, environment.DATABASE, "accountant", password, reader, writer, pid, log)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
