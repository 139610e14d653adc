"""Lists the English sentences of our modules that a language of the console has no words for yet.

Run ``python -m tools.sentences fi shared/domain connectors/erp/fortnox``: it prints a JSON table
to be filled in. A test holds that none is missing.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import cast, get_args

from functions.pages.sentences import said
from shared.domain.formats import Language

ROOT = Path(__file__).parents[1]
# What a developer reads, or what is no sentence: addresses, patterns, code.
_NO_SENTENCE = re.compile(r"://|[\\^|<>#]|\w=|%\(|^[A-Z]+ /|^[/.]")
_WORDS = re.compile(r"[A-Za-z]{2,}")
_HOLE = re.compile(r"\{(\w*)[^{}]*\}")


@lru_cache(maxsize=1024)
def sentences(path: Path) -> tuple[str, ...]:
    """The texts of two words and more of a module, but for docstrings; ``{name}`` for a place."""
    return tuple(sentences_in(ast.parse(path.read_text(encoding="utf-8"))))


def sentences_in(tree: ast.AST) -> Iterator[str]:
    """The same of a part of a module."""
    inside = {id(part) for node in ast.walk(tree) for part in _not_said(node)}
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        text = _text(node)
        if text and " " in text and len(_WORDS.findall(text)) > 1 and not _NO_SENTENCE.search(text):
            yield text


def example(sentence: str) -> str:
    """A sentence with something in each of its places."""
    return _HOLE.sub(lambda hole: f"q{len(hole[1])}", sentence)


def missing(path: Path, language: Language) -> Iterator[str]:
    """The sentences of a module that a language's tables do not know."""
    for sentence in sentences(path):
        if said(example(sentence), language) is None:
            yield sentence


def modules(place: str) -> list[Path]:
    """The modules under a folder of ours, or the one that is named."""
    return [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))


def _not_said(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings and log lines, and the parts of a text that is told whole."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "re.", "assert")):
        yield from ast.walk(node)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    # Two places of one name hold the same thing: other things of that name are numbered.
    named: dict[str, list[str]] = {}
    text = ""
    for one in node.values:
        if isinstance(one, ast.FormattedValue):
            name, said_by = _name(one.value), ast.unparse(one.value)
            of = named.setdefault(name, [])
            of += [said_by] if said_by not in of else []
            number = of.index(said_by)
            text += f"{{{name}{number + 1 if number else ''}}}"
        elif isinstance(one, ast.Constant):
            text += str(one.value)
    return text


def _name(of: ast.expr) -> str:
    """A name for what stands in a place: the last one that its expression says."""
    names = (one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
             for one in ast.walk(of))  # fmt: skip
    return next((name for name in names if name), "it")


def main(language: str, *places: str) -> int:
    """Print what the modules under some places lack; 1 where something is missing."""
    if language not in get_args(Language):
        print(f"{language} is no language of ours", file=sys.stderr)
        return 2
    found = {
        sentence: ""
        for place in places
        for path in sorted(
            [ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py")
        )
        for sentence in missing(path, cast(Language, language))
    }
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
