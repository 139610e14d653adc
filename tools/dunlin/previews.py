"""``dunlin preview``: what lies ahead, or what another policy would do, and carrying it out."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.dunlin.calling import Api, Failed, Plain, quoted
from tools.dunlin.tables import table

_POLL_SECONDS = 2.0
_SUMS = ("country", "capacity", "currency", "contacts", "fees", "hand_overs", "handed", "asks")
_ACTS = ("on", "kind", "step", "claims", "amount", "fee", "why")


def arguments(commands: Any) -> None:
    """The command with its options."""
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
        picture = call("GET", f"/v1/previews/{quoted(name)}/picture")
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
        whole: Plain = json.loads(call("GET", f"/v1/previews/{quoted(name)}"))
        if whole["state"] == "done":
            return whole
        print(f"{name}: {whole['pages']} pages", file=sys.stderr)
        time.sleep(_POLL_SECONDS)


def _moved(call: Api, whole: Plain) -> tuple[list[str], dict[str, str]]:
    """The cases that moved, and why each other one was left."""
    moved, left = list[str](), dict[str, str]()
    for number in range(whole["pages"]):
        path = f"/v1/previews/{quoted(whole['id'])}/move"
        done = json.loads(call("POST", path, {"page": number}))
        if "approval" in done:
            raise Failed(f"The move waits for a second person: approval {done['approval']}.")
        moved += done["moved"]
        left |= done["left"]
    return moved, left


def _pages(call: Api, name: str, what: str) -> Iterator[Plain]:
    number: int | None = 0
    while number is not None:
        page = json.loads(call("GET", f"/v1/previews/{quoted(name)}/{what}?page={number}"))
        yield page
        number = page["next"]


def _print_preview(found: Plain) -> None:
    whole = found["preview"]
    print(f"{whole['id']}  {whole['start']} to {whole['last']}  {whole['totals']['cases']} cases\n")
    table(_SUMS, whole["totals"]["sums"])
    if whole["against"]:
        print("\nagainst" + (" what was done" if whole["kind"] == "since" else " what binds them"))
        table(_SUMS, whole["against"]["sums"])
    for heading in ("asked", "kept", "rests"):
        counts = whole["totals"][heading]
        print(f"\n{heading}")
        table(("why", "number"), [{"why": why, "number": n} for why, n in counts.items()])
    if "cases" in found:
        print()
        rows = [{"case": one["case"], **act} for one in found["cases"] for act in one["acts"]]
        table(("case", *_ACTS), rows)
    if "moved" in found:
        print(f"\nmoved {len(found['moved'])} cases")
        left = [{"case": case, "left": why} for case, why in found["left"].items()]
        table(("case", "left"), left)
    if "outcome" in found:
        print("\nwhat became of it")
        for verdict, number in sorted(found["outcome"]["counts"].items()):
            print(f"{verdict}  {number}")
        table(
            ("case", "verdict", "step", "foreseen", "happened", "why", "detail"),
            [one for one in found["outcome"]["acts"] if one["verdict"] != "as_foreseen"],
        )
