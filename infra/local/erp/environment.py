"""Tryton's own virtual environment and the template database, made once and kept.

Tryton is GPL-3 and runs beside us as a separate program: nothing of ours imports it, and its
packages never enter our environment.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
OPEN_BOOKS = HERE / "open_books.py"
FIRST_YEAR, LAST_YEAR = 2011, 2028
DATABASE = "books"
MODULES = ("account_invoice", "account_dunning_fee", "account_statement")


class SetUpFailed(RuntimeError):
    """A command of the set-up failed; the message holds the end of its output."""


def interpreter(cache: Path) -> Path:
    """The Python of Tryton's environment below ``cache``; made on first use (about 20 s)."""
    folder = cache / f"env-{_digest(REQUIREMENTS.read_bytes(), sys.version.encode())}"
    python = folder / "bin" / "python"
    with _alone(cache):
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder, python)
            (folder / "ready").touch()
    return python


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Let one process at a time fill the cache; the others wait and find it filled."""
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (cache / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(folder: Path, python: Path) -> None:
    uv = shutil.which("uv")
    if uv:
        run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
        run([uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes",
             "-r", str(REQUIREMENTS)])  # fmt: skip
    else:
        run([sys.executable, "-m", "venv", str(folder)])
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--require-hashes", "-r", str(REQUIREMENTS)])  # fmt: skip


def template(cache: Path) -> Path:
    """The template database below ``cache``, with the creditor's books open; made once."""
    python = interpreter(cache)
    inputs = (REQUIREMENTS.read_bytes(), OPEN_BOOKS.read_bytes(), Path(__file__).read_bytes())
    target = cache / f"template-{_digest(*inputs)}.sqlite"
    with _alone(cache):
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=cache) as work:
                made = _make_template(python, Path(work))
                copy_database(made, target.with_suffix(".part"))
            target.with_suffix(".part").rename(target)
    return target


def _make_template(python: Path, work: Path) -> Path:
    configuration = write_configuration(work, port=1)
    database = work / "db" / f"{DATABASE}.sqlite"
    database.touch(mode=0o600)
    passfile = work / "password"
    private_file(passfile, secrets.token_urlsafe(24))
    admin = python.with_name("trytond-admin")
    run([str(admin), "-c", str(configuration), "-d", DATABASE, "-u", *MODULES,
         "--activate-dependencies", "--email", "admin@example.invalid"],
        environment={"TRYTONPASSFILE": str(passfile)})  # fmt: skip
    run([str(python), str(OPEN_BOOKS), str(configuration), DATABASE,
         str(FIRST_YEAR), str(LAST_YEAR)])  # fmt: skip
    return database


def write_configuration(folder: Path, port: int) -> Path:
    """Write Tryton's configuration (mode 0600) into ``folder``; answers its path.

    ``retry`` is raised because SQLite has one writer: a second one gets "database is locked"
    after 5 s and Tryton then repeats the request. The web root is an empty folder: no client is
    served. Reports would be rendered for each posted invoice; see ``Books``.
    """
    databases = folder / "db"
    web = folder / "www"
    for path in (folder, databases, web):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / "trytond.conf"
    lines = [
        "[web]", f"listen = 127.0.0.1:{port}", f"root = {web}",
        "[database]", "uri = sqlite://", f"path = {databases}", "list = False", "retry = 30",
        "[session]", "timeout = 86400",
        "[request]", "timeout = 300",
    ]  # fmt: skip
    private_file(target, "\n".join(lines) + "\n")
    return target


def private_file(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that only its owner may ever read it."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database with everything in its write-ahead log; the copy is mode 0600."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    private_file(target, "")
    old, new = sqlite3.connect(source), sqlite3.connect(target)
    try:
        old.backup(new)
    finally:
        old.close()
        new.close()


def server_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Environment of Tryton's processes: ours without its own settings, and the zone set to UTC.

    On SQLite Tryton stamps ``create_date`` and ``write_date`` with the machine's local time
    (``backend/sqlite/database.py`` now()): in UTC they never jump back in autumn.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TRYTON", "AWS_", "PYTHON"))}
    return {**kept, "TZ": "UTC", **(extra or {})}


def run(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run ``command`` to its end and answer its output; raises SetUpFailed."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=server_environment(environment)
    )
    if done.returncode:
        raise SetUpFailed(f"{Path(command[0]).name} failed: {done.stderr[-2000:]}")
    return done.stdout


def _digest(*parts: bytes) -> str:
    joined = hashlib.sha256()
    for part in parts:
        joined.update(hashlib.sha256(part).digest())
    return joined.hexdigest()[:12]
