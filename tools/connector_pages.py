"""Writes docs/connectors/: the capability matrix and a page per connector, from their SPECs.

Run ``python -m tools.connector_pages`` after a SPEC has changed; a test compares. What a person
wrote on a page below the marker line stays.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

import connectors
from connectors.contract import Capability, Spec
from tools import recipients

FOLDER = Path(__file__).parents[1] / "docs" / "connectors"
MARKER = "<!-- Written by tools/connector_pages.py down to here; what stands below is kept. -->"

_IDEMPOTENCY = {
    "idempotent": "a repeated key is honoured",
    "askable": "nothing is sent again before a query by key",
    "blind": "the counterpart knows no keys: after a crash the outcome is unknown until an event",
}
_PROOF = {
    "open_items": "a read of the open balance by invoice, just before",
    "file": "the newest statement file",
    "none": "none: this connection proves no balance",
}

_GRANT = {
    "fetched": "fetched and renewed by the hub with the secrets below, and kept sealed",
    "consented": "granted by a person at the vendor, renewed by the hub, and kept sealed",
}


def pages() -> dict[str, str]:
    """Every page by its file name, without what people wrote below the marker."""
    specs = [connectors.spec(name) for name in connectors.names()]
    return {"README.md": _matrix(specs)} | {f"{spec.name}.md": _page(spec) for spec in specs}


def kept(path: Path) -> str:
    """What a person wrote on an existing page below the marker."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return text.partition(MARKER)[2].lstrip("\n")


def whole(name: str, generated: str) -> str:
    """A page as it should stand in its file."""
    below = kept(FOLDER / name)
    return f"{generated}\n{MARKER}\n" + (f"\n{below}" if below else "")


def _matrix(specs: list[Spec]) -> str:
    used = [each for each in get_args(Capability) if any(each in s.capabilities for s in specs)]
    head = ["", *(f"[{spec.title}]({spec.name}.md)" for spec in specs)]
    rows = [
        [each.replace("_", " "), *("yes" if each in s.capabilities else "" for s in specs)]
        for each in used
    ]
    rows.append(["checked against", *(spec.verified for spec in specs)])
    intro = "What each connector can do. *Checked against* says how far it has been proven."
    return f"# Connectors\n\n{intro}\n\n{_table(head, rows)}"


def _page(spec: Spec) -> str:
    module = importlib.import_module(f"connectors.{spec.name}")
    about = inspect.cleandoc(module.__doc__ or "")
    settings = [[f"`{path}`", kind, text] for path, kind, text in _settings(spec.config)]
    parts = [
        f"# {spec.title}",
        about,
        _table(["", ""], [[name, text] for name, text in _facts(spec)]),
        "## Settings",
        _table(["setting", "value", "meaning"], settings),
        "## Secrets",
        "\n".join(f"- `{name}`" for name in spec.secrets) or "None.",
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _facts(spec: Spec) -> Iterator[tuple[str, str]]:
    yield "connector", f"`{spec.name}`"
    yield "countries", ", ".join(spec.countries).replace("*", "any") or "any"
    yield "can", ", ".join(sorted(each.replace("_", " ") for each in spec.capabilities))
    yield "checked against", spec.verified
    if spec.confirm:
        yield "before it is enabled", "a person confirms: nothing was ever sent to this vendor"
    if spec.docs != f"docs/connectors/{spec.name}.md":
        yield "documentation", spec.docs if spec.docs.startswith("https://") else f"`{spec.docs}`"
    yield "environments", ", ".join(spec.environments)
    if spec.name.startswith("erp."):
        yield "proof of a balance", _PROOF[spec.proof]
        yield "asks for a pull when older than", f"{spec.window_minutes} minutes"
        yield "looks back by", f"{spec.overlap_minutes} minutes"
    else:
        days = f" for {spec.key_lifetime_days} days" if spec.key_lifetime_days else ""
        yield "idempotency", f"{spec.idempotency}: {_IDEMPOTENCY[spec.idempotency]}{days}"
    yield "rate limit counts per", spec.rate_scope
    if spec.budget is not None:
        one = spec.budget
        kept = f"{one.reserve} of them kept for the proof of a balance"
        yield "calls at most", f"{one.calls} in {one.seconds} seconds, {kept}"
    if spec.grant != "none":
        yield "its token", _GRANT[spec.grant]
    yield "personal data that passes", ", ".join(spec.data)
    yield "processed in", spec.processing
    if spec.expiries:
        yield "expires", ", ".join(spec.expiries)


def _settings(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str, str]]:
    for name, info in model.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _settings(inner, f"{path}{name}.")
            continue
        for each in get_args(inner):  # a list of them
            if isinstance(each, type) and issubclass(each, BaseModel):
                yield from _settings(each, f"{path}{name}[].")
        kind = "required" if info.is_required() else f"default {_shown(info.default)}"
        choices = [choice for kind in _kinds(inner) for choice in get_args(kind) if choice]
        words = [f"`{choice!s}`" for choice in choices if isinstance(choice, str)]
        if words:
            kind += "; one of " + ", ".join(word.replace("\t", "\\t") for word in words)
        yield f"{path}{name}", kind, info.description or ""


def _kinds(annotation: Any) -> list[Any]:
    inner = [each for each in get_args(annotation) if not isinstance(each, str)]
    return [annotation, *inner]


def _shown(value: object) -> str:
    return "none" if value is None or value == "" else f"`{value}`"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write every page, take away those of connectors that are gone, and print the matrix."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = pages()
    for name, generated in found.items():
        (FOLDER / name).write_text(whole(name, generated), encoding="utf-8")
    for path in FOLDER.glob("*.md"):
        if path.name not in found:
            path.unlink()
    recipients.main()
    print(found["README.md"])


if __name__ == "__main__":
    main()
