"""Reads written messages the way the connector does, without a folder."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from connectors.banks.camt.message import Refusal
from connectors.banks.camt.reader import read_message
from connectors.banks.camt.settings import Config
from tests.connectors.banks.camt_writer import FI, Entry, Message

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def config(*, also=(), **account):
    one = {"account": FI, "country": "FI", **account}
    return Config.model_validate({"bucket": "books", "prefix": "bank/", "accounts": [one, *also]})


def read(body, now=NOW, **account):
    """The movements and the message of a file; ``body`` is bytes or a written message."""
    found = []
    data = body if isinstance(body, bytes) else body.xml()
    message = read_message(io.BytesIO(data), "c1", config(**account), now, found.append)
    return found, message


def movements(*entries: Entry, version="08", kind="camt.054", **account):
    return read(Message(kind=kind, version=version, entries=entries), details=kind, **account)[0]


def refused(body, **account):
    """Place, path and sentence of the refusal."""
    try:
        read(body, **account)
    except Refusal as refusal:
        return refusal.place, refusal.path, str(refusal)
    raise AssertionError("the file was taken")
