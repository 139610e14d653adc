"""The codes of the API's problems with their statuses and sentences, read from the code.

Run ``python -m tools.problem_codes`` after a refusal was added or changed: it writes
docs/problems.md, and a test compares.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from functions.api import exchange
from shared.domain import command_checks, identity, payable

_ROOT = Path(__file__).parents[1]
PUBLISHED = _ROOT / "docs" / "problems.md"
# Refusals of the domain, which become a 409 with the domain's own code and sentence.
_REFUSALS = (command_checks.SENTENCES, identity.SENTENCES, payable.SENTENCES)
_HEAD = """# Problem codes

Every `code` that a problem of the [API](api.md#answers) or of the partner API can have, by status.
Codes are stable; sentences are for people and may change. "…" stands for what depends on the
request. Written by `python -m tools.problem_codes`.

"""


class Refusal(NamedTuple):
    """One way to be refused; ``sentence`` is "…" where the code puts it together."""

    status: int
    code: str
    sentence: str


def refusals() -> list[Refusal]:
    """Every refusal once, by status and code."""
    found = {Refusal(409, *one) for sentences in _REFUSALS for one in sentences.items()}
    found |= {Refusal(status, code, title) for _, status, code, title in exchange.PLANS}
    for path in sorted((_ROOT / "functions").rglob("*.py")):
        found |= set(_of_module(ast.parse(path.read_text(encoding="utf-8"))))
    said = {(one.status, one.code) for one in found if one.sentence != "…"}
    return sorted(one for one in found if one.sentence != "…" or (one.status, one.code) not in said)


def page() -> str:
    """The page."""
    lines = ["| status | code | sentence |", "|---|---|---|"]
    for one in refusals():
        sentence = one.sentence.replace("|", "\\|")
        lines.append(f"| {one.status} | `{one.code}` | {sentence} |")
    return _HEAD + "\n".join(lines) + "\n"


def _of_module(tree: ast.Module) -> Iterator[Refusal]:
    """The refusals of a module: each function's own, with the texts that it or its module names."""
    known = _assigned(tree.body)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = {**known, **_assigned(ast.walk(function))}
            for node in ast.walk(function):
                yield from _of_call(node, names)


def _of_call(node: ast.AST, names: Mapping[str, ast.expr]) -> Iterator[Refusal]:
    match node:
        case ast.Call(
            func=ast.Name(id="Problem"), args=[ast.Constant(value=int(status)), code, title, *_]
        ) if (told := _text(code, names)) != "…":
            yield Refusal(status, told, _text(title, names))
        case _:
            return


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, ast.expr]:
    """What names stand for, of those that are given a value once."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case _:
                continue
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _text(node: ast.expr, names: Mapping[str, ast.expr]) -> str:
    """What an expression says, as far as it shows."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) if name in names:
            return _text(names[name], {})
        case ast.JoinedStr(values=parts):
            return "".join(_text(one, names) for one in parts)
        case _:
            return "…"


def main() -> None:
    """Write the page anew."""
    PUBLISHED.write_text(page(), encoding="utf-8")
    print(PUBLISHED.name)


if __name__ == "__main__":
    main()
