"""Keeps the whole state of an installation between two days, and starts one again from it.

A checkpoint is a folder that is complete before ``CURRENT`` names it, so whatever ends the process
leaves the last complete one. It is taken when nothing runs and no message waits. It holds the ERP's
database, every row of the table, the documents, what the stack and the partner wrote, and the
position of whoever drives. Secrets are not in it: they are made anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local import calls, clock, mail, setup, stack
from infra.local.demo import Installation
from infra.local.erp import environment
from infra.local.erp.books import Books
from infra.local.erp.server import Tryton
from infra.local.hub import NAME, TENANT, Hub, install

_CURRENT = "CURRENT"
_DATABASE = f"{environment.DATABASE}.sqlite"
_STACK_FILES = (mail.FILE, calls.FILE, "denied.log")
# DynamoDB's limit of one BatchWriteItem.
_BATCH = 25

Item = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Checkpoint:
    """A complete checkpoint: its folder, the business instant, and its driver's position."""

    folder: Path
    instant: datetime
    position: Mapping[str, Any]


class Shelf:
    """The folder that holds the latest checkpoint, and the documents of all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents = folder / "documents"

    def latest(self) -> Checkpoint | None:
        """The last complete checkpoint, or None."""
        try:
            folder = self._folder / (self._folder / _CURRENT).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        return Checkpoint(folder, datetime.fromisoformat(state["instant"]), state["position"])

    def save(self, world: Installation, position: Mapping[str, Any]) -> Checkpoint:
        """Keep everything as it is now; the installation must be at rest."""
        last = self.latest()
        number = int(last.folder.name) + 1 if last else 1
        folder = self._folder / f"{number:06d}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        _save_files(world, folder)
        _write_lines(folder / "table.jsonl", scan(world.hub))
        self._save_documents(world.hub, folder / "documents.jsonl")
        instant = clock.now(world.hub.stack.clock_file)
        state = {"instant": instant.isoformat(), "position": position}
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        staged = self._folder / f"{_CURRENT}.new"
        staged.write_text(folder.name, encoding="utf-8")
        staged.replace(self._folder / _CURRENT)
        if last:
            shutil.rmtree(last.folder)
        return Checkpoint(folder, instant, position)

    def clear(self) -> None:
        """Forget every checkpoint."""
        (self._folder / _CURRENT).unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def restored(self, saved: Checkpoint, folder: Path, port: int = 0) -> Iterator[Installation]:
        """Start ERP, stack and partner below ``folder`` as they were in a checkpoint.

        Only what differs at each start is new: addresses, keys and tokens.
        """
        _restore_files(saved.folder, folder)
        with Tryton.start(folder / "erp") as erp, stack.running(folder / "stack", port) as running:
            _restore_stack_files(saved.folder, Path(running.directory))
            clock.begin(running.clock_file, saved.instant)
            world = setup.World(erp, setup.free_port())
            hub = install(running, private_targets=world.private_targets)
            secret = setup.webhook_secret()
            with setup.start_partner(hub, world, secret, folder / "partner") as partner:
                places = {
                    setup.ERP: {"url": erp.url},
                    setup.PARTNER: {"endpoint": partner.endpoint},
                }
                _restore_table(hub, saved.folder / "table.jsonl", places)
                self._restore_documents(hub, saved.folder / "documents.jsonl")
                _store_secrets(hub, setup.ERP, setup.erp_secrets(erp))
                _store_secrets(hub, setup.PARTNER, {"webhook_secret": secret})
                yield Installation(erp, Books.open(erp), hub, partner, folder)

    def _save_documents(self, hub: Hub, listing: Path) -> None:
        """A document's bytes are read once: they stay under its name and tag for good."""
        self._documents.mkdir(mode=0o700, exist_ok=True)
        client, bucket = hub.stack.client("s3"), hub.outputs["DocumentsBucket"]
        lines = []
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", ()):
                seed = f"{found['Key']}|{found['ETag']}".encode()
                name = hashlib.sha256(seed).hexdigest()
                kept = self._documents / name
                about = kept.with_suffix(".json")
                if not about.exists():
                    answer = client.get_object(Bucket=bucket, Key=found["Key"])
                    kept.write_bytes(answer["Body"].read())
                    about.write_text(json.dumps({"type": answer["ContentType"]}), encoding="utf-8")
                lines.append({"key": found["Key"], "file": name})
        _write_lines(listing, lines)

    def _restore_documents(self, hub: Hub, listing: Path) -> None:
        client, bucket = hub.stack.client("s3"), hub.outputs["DocumentsBucket"]
        for line in _lines(listing):
            kept = self._documents / line["file"]
            about = json.loads(kept.with_suffix(".json").read_text(encoding="utf-8"))
            client.put_object(
                Bucket=bucket, Key=line["key"], Body=kept.read_bytes(), ContentType=about["type"]
            )


def scan(hub: Hub) -> Iterator[Item]:
    """Every row of the table in DynamoDB's own typed form."""
    client = hub.stack.client("dynamodb")
    pages = client.get_paginator("scan").paginate(TableName=hub.table, ConsistentRead=True)
    for page in pages:
        yield from page["Items"]


def _save_files(world: Installation, folder: Path) -> None:
    environment.copy_database(world.folder / "erp" / "db" / _DATABASE, folder / _DATABASE)
    for name in _STACK_FILES:
        with suppress(FileNotFoundError):
            shutil.copy(Path(world.hub.stack.directory) / name, folder / name)
    partner = folder / "partner"
    (partner / "cases").mkdir(mode=0o700, parents=True)
    for file in world.partner.files():
        shutil.copy(file, partner / "cases")
    with suppress(FileNotFoundError):
        shutil.copy(world.folder / "partner" / "journal.jsonl", partner)


def _restore_files(saved: Path, folder: Path) -> None:
    for name in ("erp", "partner"):
        shutil.rmtree(folder / name, ignore_errors=True)
    environment.copy_database(saved / _DATABASE, folder / "erp" / "db" / _DATABASE)
    shutil.copytree(saved / "partner", folder / "partner")


def _restore_stack_files(saved: Path, directory: Path) -> None:
    for name in _STACK_FILES:
        with suppress(FileNotFoundError):
            shutil.copy(saved / name, directory / name)


def _restore_table(hub: Hub, file: Path, places: Mapping[str, Mapping[str, str]]) -> None:
    """Write every row back but the principals, which are new; connections move to ``places``."""
    client = hub.stack.client("dynamodb")
    rows = [_moved(row, places) for row in _lines(file) if not _is_principal(row)]
    for start in range(0, len(rows), _BATCH):
        puts = [{"PutRequest": {"Item": row}} for row in rows[start : start + _BATCH]]
        answer = client.batch_write_item(RequestItems={hub.table: puts})
        if answer.get("UnprocessedItems"):
            raise RuntimeError("the embedded table left rows of a batch unwritten")


def _is_principal(row: Item) -> bool:
    return str(row["pk"]["S"]).startswith("PRINCIPAL#")


def _moved(row: Item, places: Mapping[str, Mapping[str, str]]) -> Item:
    place = places.get(str(row["pk"]["S"]).rpartition("#CONN#")[2]) if _is_connection(row) else None
    if place is None:
        return row
    config = {**json.loads(row["config"]["S"]), **place}
    return {**row, "config": {"S": json.dumps(config, sort_keys=True)}}


def _is_connection(row: Item) -> bool:
    return bool(row["sk"]["S"] == "CONN")


def _store_secrets(hub: Hub, connection: str, secrets: Mapping[str, str]) -> None:
    """The secrets of a connection that is in use, past the API: there they are tested first."""
    hub.stack.client("secretsmanager").create_secret(
        Name=f"{NAME}/{TENANT}/{connection}", SecretString=json.dumps(dict(secrets))
    )


def _write_lines(path: Path, lines: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
