"""Lists what a connector says to people that a language of the console has no words for yet.

Those are the texts of its SPEC and settings, and what it finds or refuses. Run
``python -m tools.connector_sentences fi erp.fortnox``: it prints a JSON table to be filled in and
kept beside the module (``sentences.fi.json``, of a single module ``<module>.fi.json``).
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, cast, get_args

import connectors
from connectors.contract import Spec
from functions.console.setting_fields import own_title
from functions.pages.sentences import said
from shared.domain.formats import Language
from tools.sentences import example, sentences_in

SHARED = Path(connectors.__file__).parent
# What is made of a sentence for people, beside all that is raised.
_MADE = {"Finding", "RowError", "Problem"}
# Two words beside what stands in places.
_WORDS = re.compile(r"[A-Za-z]{2,}.*\s.*[A-Za-z]{2,}", re.DOTALL)
_HOLE = re.compile(r"\{\w*\}")


def files(name: str) -> list[Path]:
    """The modules of a connector (``erp.fortnox``): of its folder, or the only one."""
    place = SHARED.joinpath(*name.split("."))
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


def tables(name: str, language: Language) -> list[Path]:
    """The tables that stand beside a connector's modules; none: it speaks English."""
    place = SHARED.joinpath(*name.split("."))
    if place.is_dir():
        return sorted(place.rglob(f"*.{language}.json"))
    return sorted(place.parent.glob(f"{place.name}.{language}.json"))


def told(spec: Spec) -> Iterator[str]:
    """What pages show of a SPEC: title, personal data, where it is processed, settings' hints.

    A title of one word is a name.
    """
    yield from (spec.title if " " in spec.title else "", *spec.data, spec.processing)
    yield from _hints(spec.config.model_json_schema())


@lru_cache(maxsize=512)
def faults(path: Path) -> frozenset[str]:
    """The sentences of a module that it raises, or makes a finding or a refused row of.

    A function that makes some is asked what it is called with; a name, what it was set to.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    makers = _MADE | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(_is_made(one, _MADE) for one in ast.walk(node))
    }
    made = [node for node in ast.walk(tree) if _is_made(node, makers)]
    names = {
        one.id for node in made for one in ast.walk(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
    }  # fmt: skip
    named = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr)
        and node.value is not None
        and any(isinstance(one, ast.Name) and one.id in names for one in _targets(node))
    ]
    said_there = chain.from_iterable(map(sentences_in, (*made, *named)))
    return frozenset(one for one in said_there if _WORDS.search(_HOLE.sub("", one)))


def missing(name: str, language: Language) -> Iterator[str]:
    """What a connector says that a language's tables do not know."""
    texts = [
        *told(connectors.spec(name)),
        *(one for at in files(name) for one in sorted(faults(at))),
    ]
    yield from (one for one in dict.fromkeys(texts) if one and said(example(one), language) is None)


def _hints(schema: Mapping[str, Any]) -> Iterator[str]:
    """The descriptions and own titles of settings and of those within them."""
    for key, one in schema.get("properties", {}).items():
        yield one.get("description", "")
        yield own_title(key, one)
    for group in schema.get("$defs", {}).values():
        yield from _hints(group)


def _is_made(node: ast.AST, makers: set[str]) -> bool:
    if isinstance(node, ast.Raise):
        return isinstance(node.exc, ast.Call)
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
    return (called.id if isinstance(called, ast.Name) else called) in makers


def _targets(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=targets):
            return targets
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return [target]
        case ast.NamedExpr(target=target):
            return [target]
        case _:
            return []


def main(language: str, *names: str) -> int:
    """Print what connectors lack; 1 where something is missing."""
    if language not in get_args(Language):
        print(f"{language} is no language of ours", file=sys.stderr)
        return 2
    found = {one: "" for name in names for one in missing(name, cast(Language, language))}
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
