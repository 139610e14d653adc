"""Knows what built functions and layer must be: complete in themselves, small, and compiled.

Run by the runtime's own interpreter, which has the standard library only::

    python3.13 -I infra/layer/check.py build/python3.13

The folder holds ``function`` and ``layer`` as they are shipped (arm64), and under ``check`` what
stands in for Lambda on this machine: the same layer in native wheels, and the packages that the
runtime brings.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MEGABYTE = 1_000_000
# Lambda refuses more than 250 MB unzipped; a cold start pays for every one of them.
LAYER_LIMIT = 50 * MEGABYTE
# All of our code, as source and as bytecode.
FUNCTION_LIMIT = 12 * MEGABYTE

# PEP 552: the four bytes after the magic number; 1 means by hash, and never checked.
UNCHECKED_HASH = 1
# ELF specification, e_machine at byte 18 of the header.
ELF, AARCH64 = b"\x7fELF", 0xB7

_IMPORT = """
import importlib, sys
sys.path[:0] = sys.argv[2:]
handler = importlib.import_module(sys.argv[1]).handler
assert callable(handler), "handler is not callable"
"""


def handlers(function: Path) -> list[str]:
    """Names of the modules in ``functions/`` that define ``handler``."""
    modules = sorted((function / "functions").glob("*.py"))
    return [f"functions.{path.stem}" for path in modules if _defines_handler(path)]


def _defines_handler(path: Path) -> bool:
    return any("handler" in _names(node) for node in ast.parse(path.read_bytes()).body)


def _names(node: ast.stmt) -> list[str]:
    """The names that a statement binds, as far as a handler may be bound."""
    match node:
        case ast.FunctionDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
        case _:
            return []


def import_faults(module: str, path: list[Path]) -> list[str]:
    """What goes wrong when ``module`` is imported with nothing but ``path`` and the stdlib."""
    command = [sys.executable, "-I", "-S", "-c", _IMPORT, module, *map(str, path)]
    environment = {
        "PATH": os.defpath,
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
    }
    done = subprocess.run(
        command, env=environment, cwd=path[0], capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1:]
    return [f"{module} cannot be imported: {''.join(last)}"] if done.returncode else []


def size_faults(folder: Path, limit: int) -> list[str]:
    """Says so when the files of ``folder`` hold more than ``limit`` bytes."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size <= limit:
        return []
    return [f"{folder.name} has {size / MEGABYTE:.1f} MB; the budget is {limit / MEGABYTE:.0f} MB"]


def bytecode_faults(folder: Path) -> list[str]:
    """Sources in ``folder`` whose bytecode this interpreter would not load as it stands."""
    return [
        f"{source.relative_to(folder)}: {fault}"
        for source in sorted(folder.rglob("*.py"))
        if (fault := _bytecode_fault(source))
    ]


def _bytecode_fault(source: Path) -> str | None:
    cached = Path(importlib.util.cache_from_source(str(source)))
    if not cached.is_file():
        return "no bytecode"
    with cached.open("rb") as file:
        head = file.read(8)
    if head[:4] != importlib.util.MAGIC_NUMBER:
        return "bytecode of another Python"
    if int.from_bytes(head[4:], "little") != UNCHECKED_HASH:
        return "bytecode that is compared with its source"
    return None


def machine_faults(folder: Path) -> list[str]:
    """Compiled modules in ``folder`` that are not for arm64 Linux."""
    return [
        f"{path.relative_to(folder)} is not built for arm64 Linux"
        for path in sorted(folder.rglob("*.so*"))
        if not _is_aarch64(path)
    ]


def _is_aarch64(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(20)
    return head[:4] == ELF and int.from_bytes(head[18:20], "little") == AARCH64


def difference_faults(layer: Path, stand_in: Path) -> list[str]:
    """Packages that the shipped layer and its stand-in do not share in the same version."""
    shipped, native = (
        {path.name for path in folder.rglob("*.dist-info")} for folder in (layer, stand_in)
    )
    return [f"only in one of layer and its stand-in: {name}" for name in sorted(shipped ^ native)]


def faults(built: Path) -> Iterator[str]:
    """Everything that is wrong with what was built in ``built``."""
    function, layer, check = built / "function", built / "layer", built / "check"
    yield from size_faults(function, FUNCTION_LIMIT)
    yield from size_faults(layer, LAYER_LIMIT)
    yield from bytecode_faults(function)
    yield from bytecode_faults(layer)
    yield from machine_faults(layer)
    yield from difference_faults(layer, check / "layer")
    path = [function, check / "layer" / "python", check / "provided" / "python"]
    for module in handlers(function):
        yield from import_faults(module, path)


def main(built: Path) -> int:
    """Print what is wrong; the exit status is 1 if anything is."""
    found = list(faults(built))
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print(f"{len(handlers(built / 'function'))} handlers import; sizes and bytecode are right")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
