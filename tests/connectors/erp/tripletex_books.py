"""Tripletex's books in memory: what its API answers to reads, by the vendor's OpenAPI 2.72.00.

It filters, sorts, pages and projects as the specification says (its introduction on ``fields``,
``sorting`` and envelopes; each list's parameters). Where the specification is at hand every request
is held against it: path, parameters, and each name in ``fields``.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.connectors.stub_server import ok

ROOT = Path(__file__).parents[3]
SPEC = Path(os.environ.get("DUNLIN_SHARED", ROOT.parent / "shared")) / (
    "specs/tripletex/tripletex.openapi.json"
)
LISTS = {
    "/invoice": "invoices", "/customer": "customers", "/reminder": "reminders",
    "/ledger/posting": "postings", "/ledger/posting/openPost": "postings",
    "/ledger/closeGroup": "groups",
}  # fmt: skip
DATES = {"invoiceDate": "invoiceDate", "date": "date"}


class TripletexBooks:
    """Answers requests from ``rows``: lists of whole records by the names of ``LISTS``."""

    def __init__(self, rows, company=None):
        self.rows = rows
        self.company = company or {"id": 4711, "organizationNumber": "910 000 111"}
        self.asked = []
        self.sessions = []
        self.headers = []

    def __call__(self, request):
        head = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        method, target, _ = head[0].split(" ")
        parts = urlsplit(target)
        path = unquote(parts.path).removeprefix("/v2")
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.asked.append((method, path, params))
        self.headers.append(head[1:])
        status, body = self.answer(method, path, params)
        if isinstance(body, bytes):
            return [ok(body, status=status, headers="Content-Type: application/pdf\r\n")]
        return [
            ok(
                json.dumps(body).encode(),
                status=status,
                headers="Content-Type: application/json\r\n",
            )
        ]

    def answer(self, method, path, params):
        """Status and body of one request."""
        if (method, path) == ("PUT", "/token/session/:create"):
            self.sessions.append(params)
            return "201 Created", {"value": {"id": 1, "token": "session-1"}}
        if method != "GET":
            return "405 Method Not Allowed", {"status": 405, "code": 0, "message": "no"}
        if path == "/token/session/>whoAmI":
            return "200 OK", {"value": {"employeeId": 7, "companyId": self.company["id"]}}
        if path == f"/company/{self.company['id']}":
            return "200 OK", {"value": self.company}
        if path in LISTS:
            return "200 OK", self._listed(path, params)
        number = path.removeprefix("/invoice/").removesuffix("/pdf")
        if path.endswith("/pdf") and any(str(one["id"]) == number for one in self.rows["invoices"]):
            return "200 OK", b"%PDF-1.4 invoice " + number.encode()
        return "404 Not Found", {"status": 404, "code": 6000, "message": "Object not found"}

    def _listed(self, path, params):
        found = [row for row in self.rows[LISTS[path]] if _fits(path, row, params)]
        for name in reversed((params.get("sorting") or "id").split(",")):
            key = name.strip().lstrip("-")
            found.sort(key=lambda row, key=key: row[key], reverse=name.startswith("-"))
        start, count = int(params.get("from", 0)), int(params.get("count", 1000))
        shown = found[start : start + count]
        values = [projected(row, wanted(params["fields"])) for row in shown]
        return {"fullResultSize": len(found), "from": start, "count": len(values), "values": values}


def _fits(path, row, params):
    for name in ("id", "voucherId"):
        if name in params:
            value = row["id"] if name == "id" else row["voucher"]["id"]
            if str(value) not in params[name].split(","):
                return False
    day = row.get("invoiceDate") or row.get("reminderDate") or row.get("date") or ""
    low = params.get("invoiceDateFrom") or params.get("dateFrom") or ""
    high = params.get("invoiceDateTo") or params.get("dateTo") or params.get("date") or "9"
    if day and not low <= day < high:
        return False
    if path.endswith("/openPost") and row.get("closeGroup"):
        return False
    if "accountNumberFrom" in params:
        low, high = int(params["accountNumberFrom"]), int(params["accountNumberTo"])
        if not low <= row["account"]["number"] <= high:
            return False
    return row.get("changed", "") >= params.get("changedSince", "")


def wanted(text):
    """The tree of names in a ``fields`` pattern."""
    tree, stack, name = {}, [], ""
    here = tree
    for char in text + ",":
        if char == "(":
            stack.append(here)
            here = here.setdefault(name, {})
            name = ""
        elif char in ",)":
            if name:
                here.setdefault(name, {})
                name = ""
            if char == ")":
                here = stack.pop()
        else:
            name += char
    return tree


def projected(value, tree):
    """A record with the fields that were asked for; an object that is only named has its id."""
    if isinstance(value, list):
        return [projected(one, tree) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: projected(value[name], inner or {"id": {}})
        for name, inner in tree.items()
        if name in value
    }


def faults(asked, spec):
    """What of the requests the vendor's specification does not know."""
    found = []
    for method, path, params in asked:
        template = next((one for one in spec["paths"] if _matches(one, path)), None)
        if template is None or method.lower() not in spec["paths"][template]:
            found.append(f"{method} {path}")
            continue
        known = {one["name"]: one for one in spec["paths"][template][method.lower()]["parameters"]}
        found += [f"{path}?{name}" for name in params if name not in known]
        found += [
            f"{path} lacks {name}"
            for name, one in known.items()
            if one.get("required") and one["in"] == "query" and name not in params
        ]
        if "fields" in params:
            found += [
                f"{path}: {one}" for one in _unknown(spec, template, wanted(params["fields"]))
            ]
    return found


def _matches(template, path):
    given, own = path.split("/"), template.split("/")
    return len(given) == len(own) and all(
        two == one or (one.startswith("{") and two.isdigit())
        for one, two in zip(own, given, strict=True)
    )


def _unknown(spec, template, tree):
    content = spec["paths"][template]["get"]["responses"]["default"]["content"]
    whole = _schema(spec, content["application/json"]["schema"])
    values = whole["properties"].get("values") or whole["properties"]["value"]
    yield from _beyond(spec, values, tree, "")


def _beyond(spec, schema, tree, path):
    schema = _schema(spec, schema)
    known = schema.get("properties", {})
    for name, inner in tree.items():
        if name not in known:
            yield path + name
        elif inner:
            yield from _beyond(spec, known[name], inner, f"{path}{name}.")


def _schema(spec, schema):
    while "$ref" in schema or "items" in schema:
        if "items" in schema:
            schema = schema["items"]
        else:
            schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def stamp(text):
    """An instant of a text."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
