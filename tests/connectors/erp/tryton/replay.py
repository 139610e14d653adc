"""The tapes of Tryton, whose questions are kept unpacked, as requests over HTTP."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path

from connectors.json_door import write_json

TAPES = ("first_pull", "open_items", "connection_test")


def exchanges():
    """What was asked and answered on each tape, in order."""
    folder = Path(__file__).parent
    return [
        {"request": request(exchange["request"]), "response": response(exchange["response"])}
        for name in TAPES
        for exchange in json.loads((folder / f"{name}.json").read_text())
    ]


def request(asked):
    """A search as ``GET /<database>/rest/model/<name>`` with its packed domain and order."""
    params = {
        "d": urlsafe_b64encode(write_json(asked["domain"])).decode(),
        "o": urlsafe_b64encode(write_json(asked["order"])).decode(),
        "f": asked["fields"],
    }
    if asked["limit"] is not None:
        params["s"] = str(asked["limit"])
    return {"method": "GET", "path": f"/books/rest/model/{asked['model']}", "params": params}


def response(kept):
    """The answer with the headers that the connector reads."""
    headers = {"Content-Type": kept["type"], "Date": kept["date"]}
    return {"status": kept["status"], "headers": headers, "body": kept["body"]}
