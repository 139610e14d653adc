"""An ERP's connection of the first creditor, stored, pulled, and what it then says."""

from __future__ import annotations

import json

from functions import pull
from shared.cloud import keys, table
from tests.functions.world import NORDIC

ROW = keys.connection(NORDIC, "erp")


def enabled(connector, config):
    """The connection is in use, and claims due from the new year are reminded of."""
    fields = {"connector": connector, "config": json.dumps(config), "state": "enabled"}
    table.put({**ROW, **fields, "start_line": "2026-01-01"})


def pull_once():
    """One message; what the queue is told of it."""
    body = json.dumps({"tenant": "nordic", "connection": "erp"})
    return pull.handler({"Records": [{"messageId": "m", "body": body}]}, None)


def pulled():
    """One message that is done; the connection afterwards."""
    assert pull_once() == {"batchItemFailures": []}
    return table.get(ROW)


def stated(number):
    """What the connection has said of an invoice; nothing: an empty row."""
    return table.get(keys.invoice(NORDIC, f"erp:{number}")) or {}
