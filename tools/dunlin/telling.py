"""Commands of more than one call or a form of their own: a case told, switches, any call."""

from __future__ import annotations

import argparse
import json
import re
import secrets
import sys
from typing import Any

from tools.dunlin.calling import Api, Failed, Plain, quoted
from tools.dunlin.tables import cell, fields, table

_AMOUNT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)([A-Z]{3})")
# Fields of commands that hold several ids.
_SEVERAL = frozenset({"claims"})
_AMOUNTS = frozenset({"amount", "price"})
_NUMBERS = frozenset({"count"})


def arguments(commands: Any, subjects: dict[str, Any]) -> None:
    """The commands with their options."""
    tell = subjects["cases"].add_parser("tell", help="what people agreed, contested or learned")
    tell.add_argument("case")
    tell.add_argument("type", help="a command of docs/api.md: dispute, promise, write_off, …")
    tell.add_argument(
        "--with", dest="fields", nargs="*", default=[], metavar="NAME=VALUE",
        help="what the command says: amount=40.00EUR claims=a,b",
    )  # fmt: skip
    tell.add_argument("--reason", required=True, help="a code: debtor_called")
    tell.add_argument("--id", help="the command's own id; the same again changes nothing")
    tell.add_argument("--check", action="store_true", help="say what it would do, and do nothing")
    tell.add_argument("--json", action="store_true", help="as JSON")
    tell.set_defaults(run=_tell)
    recall = subjects["cases"].add_parser("recall", help="take claims back from their partner")
    recall.add_argument("case")
    recall.add_argument("--reason", required=True, help="a code")
    recall.add_argument("--price", required=True, help="the price shown before (12.00EUR) or none")
    recall.add_argument("--id", help="the recall's own id")
    recall.add_argument("--json", action="store_true", help="as JSON")
    recall.set_defaults(run=_recall)
    for word, text in (("stop", "let nothing out"), ("go", "end a stop")):
        switch = subjects["control"].add_parser(word, help=text)
        switch.add_argument("--reason", default="", required=word == "stop")
        switch.add_argument("--json", action="store_true", help="as JSON")
        switch.set_defaults(run=_switch, changes={"stopped": word == "stop"})
        whole = subjects["hub"].add_parser(word, help=f"{text}, of any creditor (operators)")
        whole.add_argument("--reason", default="", required=word == "stop")
        whole.add_argument("--json", action="store_true", help="as JSON")
        whole.set_defaults(run=_switch_all, stopped=word == "stop")
    outbound = subjects["control"].add_parser("outbound", help="what may leave the hub")
    outbound.add_argument("to", choices=("off", "allowlist", "on"))
    outbound.add_argument("--json", action="store_true", help="as JSON")
    outbound.set_defaults(run=_switch, changes={}, reason=None)
    show = commands.add_parser("show", help="one case as it stands, and its timeline")
    show.add_argument("case")
    show.add_argument("--json", action="store_true", help="as JSON, with the whole timeline")
    show.set_defaults(run=_show)
    whole = commands.add_parser("call", help="any route of the API, answered as it comes")
    whole.add_argument("method", choices=("GET", "POST", "PUT", "DELETE"))
    whole.add_argument("path", help="/v1/…")
    whole.add_argument("--body", help="a JSON object")
    whole.add_argument("--table", action="store_true", help="as fields, its lists as tables")
    whole.set_defaults(run=_call)


def _tell(call: Api, asked: argparse.Namespace) -> None:
    name = asked.id or f"cli-{secrets.token_hex(8)}"
    body: Plain = {"id": name, "reason": asked.reason, "type": asked.type}
    for one in asked.fields:
        field, sign, text = one.partition("=")
        if not sign:
            raise Failed("A field is written NAME=VALUE, for example claim=erp:1042.")
        body[field] = _value(field, text)
    path = f"/v1/cases/{quoted(asked.case)}/commands"
    if asked.check:
        _foretold(json.loads(call("POST", f"{path}/check", body)), asked)
        return
    told = json.loads(call("POST", path, body))
    if asked.json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    elif "approval" in told:
        print(f"It waits for a second person: approval {told['approval']}.")
    else:
        print(f"command {name}")
        print("\n".join(one for one in told["words"] if one))


def _foretold(plain: Plain, asked: argparse.Namespace) -> None:
    """What a command would do, and what comes next without it and with it."""
    if asked.json:
        print(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    parts = (("words", "it would do"), ("now", "next without it"), ("then", "next with it"))
    for name, title in parts:
        print(f"{title}:")
        print("\n".join(f"  {cell(one)}" for one in plain[name] if one))


def _recall(call: Api, asked: argparse.Namespace) -> None:
    price = None if asked.price == "none" else _value("price", asked.price)
    name = asked.id or f"cli-{secrets.token_hex(8)}"
    body = {"id": name, "reason": asked.reason, "confirmed": {"price": price}}
    _shown(call("POST", f"/v1/cases/{quoted(asked.case)}/recall", body), asked)


def _switch(call: Api, asked: argparse.Namespace) -> None:
    """The switches as they are, with one of them changed."""
    changes = dict(asked.changes)
    if asked.reason is None:
        changes["outbound"] = asked.to
    else:
        changes["reason"] = asked.reason
    before = json.loads(call("GET", "/v1/control"))
    _shown(call("PUT", "/v1/control", {**before, **changes}), asked)


def _switch_all(call: Api, asked: argparse.Namespace) -> None:
    """The switch of the whole installation."""
    body = {"stopped": asked.stopped, "reason": asked.reason}
    _shown(call("PUT", "/v1/hub/control", body), asked)


def _show(call: Api, asked: argparse.Namespace) -> None:
    case = json.loads(call("GET", f"/v1/cases/{quoted(asked.case)}"))
    if asked.json:
        print(json.dumps(case, indent=2))
        return
    plain = {key: one for key, one in case.items() if isinstance(one, str | int) or one is None}
    fields(plain)
    print()
    table(("at", "kind"), case["timeline"])


def _call(call: Api, asked: argparse.Namespace) -> None:
    try:
        body = None if asked.body is None else json.loads(asked.body)
    except ValueError:
        raise Failed("The body is no JSON.") from None
    text = call(asked.method, asked.path, body)
    plain = _object(text) if asked.table else None
    if plain is None:
        print(text)
    else:
        fields(plain)


def _object(text: str) -> Plain | None:
    """An answer that is a JSON object; None for a sheet."""
    try:
        plain = json.loads(text)
    except ValueError:
        return None
    return plain if isinstance(plain, dict) else None


def _shown(text: str, asked: argparse.Namespace) -> None:
    plain = json.loads(text)
    if "approval" in plain:
        print(f"It waits for a second person: approval {plain['approval']}.", file=sys.stderr)
    if asked.json:
        print(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        fields(plain)


def _value(field: str, text: str) -> Any:
    """A value as the API wants it: an amount with its currency, several ids, a number."""
    amount = _AMOUNT.fullmatch(text)
    if amount is not None:
        return {"amount": amount[1], "currency": amount[2]}
    if field in _AMOUNTS:
        raise Failed("An amount is written with a point and its currency: 40.00EUR.")
    if field in _SEVERAL:
        return text.split(",")
    if field in _NUMBERS and text.isdigit():
        return int(text)
    return text
