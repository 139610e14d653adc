"""The ``dunlin`` command line: the admin API in a terminal, as tables or as JSON.

Run ``python -m tools.dunlin --help``. It asks the hub and adds nothing of its own: ``DUNLIN_URL``
is the API's address and ``DUNLIN_TOKEN`` a bearer token with the scopes of what is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

_SECONDS = 60
_POLL_SECONDS = 2.0
_SUMS = ("country", "capacity", "currency", "contacts", "fees", "hand_overs", "handed", "asks")
_ACTS = ("on", "kind", "step", "claims", "amount", "fee", "why")

Plain = dict[str, Any]


class Failed(Exception):
    """The hub did not do it; the text is for the person at the terminal."""


class Api(Protocol):
    """One call of the API: method, path, JSON body."""

    def __call__(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> str:
        """The answer's body. Raises ``Failed`` with the hub's own sentence."""


class _Stays(urllib.request.HTTPRedirectHandler):
    """The token goes to the hub and nowhere else, so no redirect is followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


def api(url: str, token: str) -> Api:
    """The API at ``url`` (https, or http on this machine). Raises ``Failed`` for another."""
    parts = urllib.parse.urlsplit(url)
    near = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and near):
        raise Failed("DUNLIN_URL must be an https address.")
    opener = urllib.request.build_opener(_Stays())

    def call(method: str, path: str, body: Mapping[str, Any] | None = None) -> str:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            url.rstrip("/") + path, data=data, headers=headers, method=method
        )
        try:
            with opener.open(asked, timeout=_SECONDS) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            raise Failed(_problem(error)) from None
        except OSError:
            raise Failed("The hub cannot be reached.") from None

    return call


def main(arguments: Sequence[str] | None = None, call: Api | None = None) -> int:
    """Run one command; 0 when it was done, 1 with a sentence on stderr when not."""
    asked = _parser().parse_args(arguments)
    try:
        if call is None:
            call = api(_setting("DUNLIN_URL"), _setting("DUNLIN_TOKEN"))
        run: Callable[[Api, argparse.Namespace], None] = asked.run
        run(call, asked)
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dunlin", description="The hub's admin API.")
    commands = parser.add_subparsers(required=True, metavar="command")
    ahead = commands.add_parser("preview", help="what lies ahead, or what another policy would do")
    ahead.add_argument("id", nargs="?", help="a preview that was made before")
    ahead.add_argument("--days", type=int, default=60, help="how far to look (60)")
    ahead.add_argument("--policy", metavar="ID/VERSION", help="under another stored policy")
    ahead.add_argument("--since", metavar="DAY", help="look back to a day, with --policy")
    ahead.add_argument("--cases", action="store_true", help="the acts of every case too")
    ahead.add_argument("--outcome", action="store_true", help="what became of it")
    ahead.add_argument("--move", action="store_true", help="carry a move out, as it was shown")
    ahead.add_argument("--picture", type=Path, metavar="FILE", help="write the picture (SVG)")
    ahead.add_argument("--json", action="store_true", help="as JSON")
    ahead.set_defaults(run=_preview)
    show = commands.add_parser("show", help="one case as it stands")
    show.add_argument("case")
    show.add_argument("--json", action="store_true", help="as JSON, with the whole timeline")
    show.set_defaults(run=_show)
    return parser


# --- preview --------------------------------------------------------------------------------------


def _preview(call: Api, asked: argparse.Namespace) -> None:
    name = asked.id or _begun(call, asked)
    whole = _waited(call, name)
    found: Plain = {"preview": whole}
    if asked.cases:
        found["cases"] = [one for page in _pages(call, name, "cases") for one in page["cases"]]
    if asked.outcome:
        pages = list(_pages(call, name, "outcome"))
        counts = sum((Counter(page["counts"]) for page in pages), Counter[str]())
        found["outcome"] = {"counts": dict(counts), "acts": [a for p in pages for a in p["acts"]]}
    if asked.move:
        found["moved"], found["left"] = _moved(call, whole)
    if asked.picture is not None:
        picture = call("GET", f"/v1/previews/{_quoted(name)}/picture")
        asked.picture.write_text(picture, encoding="utf-8")
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        _print_preview(found)


def _begun(call: Api, asked: argparse.Namespace) -> str:
    body: Plain = {"kind": "next", "days": asked.days}
    if asked.policy is not None:
        policy, _, version = asked.policy.partition("/")
        if not (version.isascii() and version.isdigit()):
            raise Failed("A policy is written ID/VERSION, for example standard/3.")
        body |= {"kind": "move", "policy": {"id": policy, "version": int(version)}}
    if asked.since is not None:
        body |= {"kind": "since", "since": asked.since}
    made: str = json.loads(call("POST", "/v1/previews", body))["preview"]
    return made


def _waited(call: Api, name: str) -> Plain:
    """The preview once it is done; its progress goes to stderr."""
    while True:
        whole: Plain = json.loads(call("GET", f"/v1/previews/{_quoted(name)}"))
        if whole["state"] == "done":
            return whole
        print(f"{name}: {whole['pages']} pages", file=sys.stderr)
        time.sleep(_POLL_SECONDS)


def _moved(call: Api, whole: Plain) -> tuple[list[str], dict[str, str]]:
    """The cases that moved, and why each other one was left."""
    moved, left = list[str](), dict[str, str]()
    for number in range(whole["pages"]):
        path = f"/v1/previews/{_quoted(whole['id'])}/move"
        done = json.loads(call("POST", path, {"page": number}))
        moved += done["moved"]
        left |= done["left"]
    return moved, left


def _pages(call: Api, name: str, what: str) -> Iterator[Plain]:
    number: int | None = 0
    while number is not None:
        page = json.loads(call("GET", f"/v1/previews/{_quoted(name)}/{what}?page={number}"))
        yield page
        number = page["next"]


def _print_preview(found: Plain) -> None:
    whole = found["preview"]
    print(f"{whole['id']}  {whole['start']} to {whole['last']}  {whole['totals']['cases']} cases\n")
    _table(_SUMS, whole["totals"]["sums"])
    if whole["against"]:
        print("\nagainst" + (" what was done" if whole["kind"] == "since" else " what binds them"))
        _table(_SUMS, whole["against"]["sums"])
    for heading in ("asked", "kept", "rests"):
        counts = whole["totals"][heading]
        print(f"\n{heading}")
        _table(("why", "number"), [{"why": why, "number": n} for why, n in counts.items()])
    if "cases" in found:
        print()
        rows = [{"case": one["case"], **act} for one in found["cases"] for act in one["acts"]]
        _table(("case", *_ACTS), rows)
    if "moved" in found:
        print(f"\nmoved {len(found['moved'])} cases")
        left = [{"case": case, "left": why} for case, why in found["left"].items()]
        _table(("case", "left"), left)
    if "outcome" in found:
        print("\nwhat became of it")
        for verdict, number in sorted(found["outcome"]["counts"].items()):
            print(f"{verdict}  {number}")
        _table(
            ("case", "verdict", "step", "foreseen", "happened", "why", "detail"),
            [one for one in found["outcome"]["acts"] if one["verdict"] != "as_foreseen"],
        )


# --- show -----------------------------------------------------------------------------------------


def _show(call: Api, asked: argparse.Namespace) -> None:
    case = json.loads(call("GET", f"/v1/cases/{_quoted(asked.case)}"))
    if asked.json:
        print(json.dumps(case, indent=2))
        return
    plain = {key: one for key, one in case.items() if isinstance(one, str | int) or one is None}
    _table(("field", "value"), [{"field": key, "value": one} for key, one in plain.items()])
    print()
    _table(("at", "kind"), case["timeline"])


# --- text -----------------------------------------------------------------------------------------


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows under their columns, each as wide as its widest cell."""
    cells = [columns, *([_cell(row.get(name)) for name in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    for line in cells:
        print("  ".join(text.ljust(wide) for text, wide in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    # A terminal must not be told anything by what a source called its rows.
    return "".join(one if one.isprintable() else "?" for one in text)


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        plain = json.loads(error.read())
        fields = [f"  {one['path']}: {one['code']} {one['text']}" for one in plain["fields"]]
        return "\n".join([f"{error.code}: {plain['title']}", *fields])
    except (ValueError, KeyError, TypeError):
        return f"The hub answered {error.code}."


def _setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Failed(f"{name} is not set.")
    return value


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")


if __name__ == "__main__":
    sys.exit(main())
