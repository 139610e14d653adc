"""The line itself: words to a command, a command to its call, and the answer to the terminal."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tools.dunlin import previews, redriving, telling
from tools.dunlin.calling import Api, Failed, Plain, api, pages, quoted, setting, with_query
from tools.dunlin.routes import COMMANDS, SUBJECTS, Command
from tools.dunlin.tables import columns_of, fields, table

# What JSON has words for; options of the command line are texts or numbers.
_CHOICES = {"held": ("true", "false"), "restricted": ("true", "false")}
_WORDS = {"null": None, "true": True, "false": False}


def main(arguments: Sequence[str] | None = None, call: Api | None = None) -> int:
    """Run one command; its exit code, with a sentence on stderr when it was not done."""
    asked = parser().parse_args(arguments)
    try:
        if call is None:
            call = api(setting("DUNLIN_URL"), setting("DUNLIN_TOKEN"))
        run: Callable[[Api, argparse.Namespace], None] = asked.run
        run(call, asked)
        sys.stdout.flush()
    except Failed as error:
        print(error, file=sys.stderr)
        return error.code
    except BrokenPipeError:
        # Whoever read it has read enough (``| head``); the interpreter must not flush into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        # What a shell says of a program that was interrupted.
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """All commands: those of one call by their subject, and those that are more."""
    whole = argparse.ArgumentParser(prog="dunlin", description="The hub's admin API.")
    commands = whole.add_subparsers(required=True, metavar="command")
    subjects: dict[str, Any] = {}
    for one in COMMANDS:
        subject, _, verb = one.words.partition(" ")
        if subject not in subjects:
            made = commands.add_parser(subject, help=SUBJECTS[subject])
            subjects[subject] = made.add_subparsers(required=True, metavar="what")
        _add(subjects[subject].add_parser(verb, help=one.help), one)
    previews.arguments(commands)
    telling.arguments(commands, subjects)
    redriving.arguments(subjects)
    return whole


def _add(parser: argparse.ArgumentParser, one: Command) -> None:
    for name in one.places:
        parser.add_argument(f"place_{name}", metavar=name.upper())
    for said in one.options:
        name = said.rstrip("!")
        parser.add_argument(
            f"--{name.replace('_', '-')}", dest=f"of_{name}", required=said.endswith("!"),
            type=int if name == "version" else str, choices=_CHOICES.get(name),
        )  # fmt: skip
    if one.file:
        parser.add_argument("--file", required=True, help="the body as JSON; - is stdin")
    if one.sheet:
        parser.add_argument("--file", required=True, help="a CSV file; - is stdin")
    if one.rows:
        parser.add_argument("--most", type=int, default=200, help="entries to show at most (200)")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=_run, command=one)


def _run(call: Api, asked: argparse.Namespace) -> None:
    one: Command = asked.command
    said = vars(asked)
    path = one.path
    for name in one.places:
        path = path.replace(f"{{{name}}}", quoted(said[f"place_{name}"]))
    names = [each.rstrip("!") for each in one.options]
    given = {name: said[f"of_{name}"] for name in names if said[f"of_{name}"] is not None}
    if one.rows:
        _list(call, path, given, asked)
        return
    if one.method == "GET":
        show(call("GET", with_query(path, given)), as_json=asked.json)
        return
    if one.sheet:
        sheet = _text(asked.file)
        show(call(one.method, with_query(path, given), sheet), as_json=asked.json)
        return
    named = {name: _said(text) for name, text in given.items()}
    body = _read(asked.file) if one.file else named
    show(call(one.method, path, body or None), as_json=asked.json)


def _said(value: Any) -> Any:
    """The value of an option: ``null``, ``true``, ``false``; ``@pack.toml``: what a file holds."""
    if isinstance(value, str) and value.startswith("@"):
        return _text(value[1:])
    return _WORDS.get(value, value)


def _list(call: Api, path: str, given: Plain, asked: argparse.Namespace) -> None:
    """The entries of a listing over its pages, at most so many."""
    one: Command = asked.command
    rows: list[Plain] = []
    for page in pages(call, path, given):
        rows += page[one.rows]
        if len(rows) >= asked.most:
            break
    if len(rows) > asked.most or (len(rows) == asked.most and page.get("cursor")):
        rows = rows[: asked.most]
        print(f"There are more than {asked.most}: say --most.", file=sys.stderr)
    if asked.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        # An event stands inside its entry of a timeline.
        flat = [{**row.pop("event"), **row} if "event" in row else row for row in rows]
        # A listing without filters knows less of each entry.
        known = [name for name in one.columns if any(name.partition(".")[0] in row for row in flat)]
        table(known or one.columns or columns_of(flat), flat)


def show(text: str, *, as_json: bool) -> None:
    """An answer as its fields, or as it came; one that waits for a second person says so."""
    try:
        plain = json.loads(text)
    except ValueError:
        plain = None
    if as_json and plain is not None:
        print(json.dumps(plain, indent=2, ensure_ascii=False))
    elif isinstance(plain, dict):
        if "approval" in plain:
            print(f"It waits for a second person: approval {plain['approval']}.", file=sys.stderr)
        fields(plain)
    else:
        print(text)


def _read(name: str) -> Plain:
    """The JSON object of a file. Raises ``Failed`` with what is wrong with it."""
    try:
        body = json.loads(_text(name))
    except ValueError:
        raise Failed("The file is no JSON.") from None
    if not isinstance(body, dict):
        raise Failed("The file holds no JSON object.")
    return body


def _text(name: str) -> str:
    """The text of a file (UTF-8), or of stdin. Raises ``Failed`` when it cannot be read."""
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Failed("The file cannot be read.") from None
