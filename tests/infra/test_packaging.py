"""What is shipped: pinned and hashed, built without a network, small, compiled, importable."""

from __future__ import annotations

import importlib.util
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from infra.layer import check

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "infra" / "layer"
PINNED = {
    "constraints.txt": ROOT / "constraints.txt",
    "constraints-sam.txt": ROOT / "constraints-sam.txt",
    "layer": LAYER / "requirements.txt",
    "provided by the runtime": LAYER / "provided.txt",
}
THIS = f"python{sys.version_info.major}.{sys.version_info.minor}"


def pins(path: Path) -> dict[str, set[str]]:
    """Versions by package name in a file of pins."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", path.read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def make(
    *arguments: str, folder: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    command = ["make", "--no-print-directory", "-C", str(folder), *arguments]
    return subprocess.run(
        [*command, *(f"{key}={value}" for key, value in variables.items())],
        env=kept, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("path", PINNED.values(), ids=PINNED)
def test_every_package_is_pinned_with_hashes_and_names_no_host(path):
    text = path.read_text()
    blocks = re.split(r"\n(?! )", text.strip())

    assert len(blocks) == sum(len(versions) for versions in pins(path).values())
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|--index|--find-links|--extra| @ ", text)


def asked(*extras: str) -> set[str]:
    """Names of the packages that pyproject.toml asks for, with those of ``extras``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return {re.match(r"[A-Za-z0-9._-]+", line)[0].lower() for line in lines}


def test_what_pyproject_asks_for_is_pinned():
    assert asked("local", "dev") <= set(pins(PINNED["constraints.txt"]))


def test_the_layer_ships_the_versions_that_the_tests_ran_on():
    tested = pins(PINNED["constraints.txt"])
    for name in ("layer", "provided by the runtime"):
        assert pins(PINNED[name]).items() <= tested.items()


def test_the_layer_holds_what_the_product_imports_but_not_the_runtimes_own_sdk():
    layer, provided = (set(pins(PINNED[n])) for n in ("layer", "provided by the runtime"))

    assert asked() <= layer | provided
    assert not layer & {"boto3", "botocore", "s3transfer"}
    assert not layer & {"numpy", "pandas", "scipy", "moto", "ministack"}


def test_the_workflow_linter_is_pinned_and_names_no_host():
    lock = (ROOT / "infra" / "lint" / "package-lock.json").read_text()

    assert '"resolved"' not in lock
    assert lock.count('"integrity"') == lock.count('"node_modules/')


def test_a_build_copies_the_three_packages_with_bytecode_that_is_never_checked(tmp_path):
    tree, artifacts = tmp_path / "tree", tmp_path / "artifacts"
    copy_tree(tree)

    done = make(
        "build-PullFunction", folder=tree, ARTIFACTS_DIR=str(artifacts),
        PythonRuntime=THIS, RUNTIME_PYTHON=sys.executable,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert {path.name for path in artifacts.iterdir()} == {"functions", "connectors", "shared"}
    assert check.bytecode_faults(artifacts) == []
    assert check.size_faults(artifacts, check.FUNCTION_LIMIT) == []
    words = {path.relative_to(tree) for path in tree.glob("connectors/**/*.fi.json")}
    words |= {path.relative_to(tree) for path in tree.glob("shared/pages/sentences/**/*.json")}
    assert Path("connectors/erp/fortnox/sentences.fi.json") in words
    assert [one for one in words if not (artifacts / one).is_file()] == []
    compiled = importlib.util.cache_from_source(str(artifacts / "shared" / "errors.py"))
    assert b"/var/task/shared/errors.py" in Path(compiled).read_bytes()
    assert str(tmp_path).encode() not in Path(compiled).read_bytes()


def test_every_function_gets_the_same_bytes(tmp_path):
    tree = tmp_path / "tree"
    copy_tree(tree)
    for name in ("One", "Two"):
        make(
            f"build-{name}", folder=tree, ARTIFACTS_DIR=str(tmp_path / name),
            PythonRuntime=THIS, RUNTIME_PYTHON=sys.executable,
        )  # fmt: skip

    one, two = (contents(tmp_path / name) for name in ("One", "Two"))
    assert one
    assert one == two


def test_a_changed_or_deleted_source_is_built_again(tmp_path):
    tree, artifacts = tmp_path / "tree", tmp_path / "artifacts"
    copy_tree(tree)
    (tree / "shared" / "gone.py").write_text("")
    settings = {"PythonRuntime": THIS, "RUNTIME_PYTHON": sys.executable}
    make("build-First", folder=tree, ARTIFACTS_DIR=str(tmp_path / "first"), **settings)
    (tree / "shared" / "gone.py").unlink()

    make("build-Second", folder=tree, ARTIFACTS_DIR=str(artifacts), **settings)

    assert not (artifacts / "shared" / "gone.py").exists()


@pytest.mark.parametrize("target", ["build-PullFunction", "build"])
def test_without_the_runtimes_interpreter_the_build_stops_with_a_sentence(tmp_path, target):
    copy_tree(tmp_path / "tree")

    done = make(
        target, folder=tmp_path / "tree", ARTIFACTS_DIR=str(tmp_path / "a"),
        PythonRuntime="python3.99",
    )  # fmt: skip

    assert done.returncode != 0
    assert "no python3.99 was found on this machine" in done.stderr
    assert not (tmp_path / "a").exists()


def test_the_templates_name_each_handler_and_the_makefiles_runtime():
    texts = [path.read_text() for path in (ROOT / "template.yaml", *ROOT.glob("infra/*.yaml"))]
    named = {
        f"functions.{name}"
        for name in re.findall(r"functions[./](\w+)\.handler\b", "\n".join(texts))
    }
    runtime = re.search(r"^PythonRuntime \?= (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    parameter = re.search(r"PythonRuntime:\n(?:    .*\n)*?    Default: (\S+)", texts[0])

    assert named == set(check.handlers(ROOT))
    assert parameter[1] == runtime[1]


def copy_tree(target: Path) -> None:
    """The files that a build reads, without what a former build left."""
    skipped = shutil.ignore_patterns("__pycache__", "local")
    for folder in ("functions", "connectors", "shared", "infra"):
        shutil.copytree(ROOT / folder, target / folder, ignore=skipped)
    shutil.copy(ROOT / "Makefile", target)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def function(tmp_path):
    """A built function with one handler, compiled as the build does."""
    folder = tmp_path / "function"
    (folder / "functions").mkdir(parents=True)
    (folder / "functions" / "pull.py").write_text(
        "import vendor\ndef handler(event, context): ...\n"
    )
    (folder / "functions" / "wiring.py").write_text("def compose(): ...\n")
    for source in folder.rglob("*.py"):
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), invalidation_mode=unchecked)
    return folder


def test_handlers_are_found_however_they_are_bound(tmp_path):
    (tmp_path / "functions").mkdir()
    for name, source in {
        "a": "def handler(event, context): ...",
        "b": "handler = print",
        "c": "from elsewhere import main as handler",
        "d": "def main(): handler = 1",
    }.items():
        (tmp_path / "functions" / f"{name}.py").write_text(source)

    assert check.handlers(tmp_path) == ["functions.a", "functions.b", "functions.c"]


def test_an_import_sees_the_artefact_and_nothing_else(function, tmp_path):
    layer = tmp_path / "layer"
    layer.mkdir()
    (layer / "vendor.py").write_text("")

    assert check.import_faults("functions.pull", [function, layer]) == []
    assert check.import_faults("functions.pull", [function]) == [
        "functions.pull cannot be imported: ModuleNotFoundError: No module named 'vendor'"
    ]


def test_a_package_of_this_environment_does_not_hide_that_it_is_missing(function):
    (function / "functions" / "pull.py").write_text("import pytest\nhandler = print\n")
    shutil.rmtree(function / "functions" / "__pycache__")

    assert "No module named 'pytest'" in check.import_faults("functions.pull", [function])[0]


def test_bytecode_that_lambda_would_not_load_is_found(function):
    source = function / "functions" / "pull.py"
    assert check.bytecode_faults(function) == []

    py_compile.compile(str(source))
    assert check.bytecode_faults(function) == [
        "functions/pull.py: bytecode that is compared with its source"
    ]

    cached = Path(importlib.util.cache_from_source(str(source)))
    cached.write_bytes(b"\0\0\r\n" + cached.read_bytes()[4:])
    assert check.bytecode_faults(function) == ["functions/pull.py: bytecode of another Python"]

    cached.unlink()
    assert check.bytecode_faults(function) == ["functions/pull.py: no bytecode"]


def test_a_folder_over_its_budget_is_found(tmp_path):
    (tmp_path / "big").write_bytes(b"x" * 2_100_000)

    assert check.size_faults(tmp_path, 2_000_000) == [
        f"{tmp_path.name} has 2.1 MB; the budget is 2 MB"
    ]
    assert check.size_faults(tmp_path, 2_100_000) == []


def test_a_module_compiled_for_another_machine_is_found(tmp_path):
    (tmp_path / "arm.so").write_bytes(b"\x7fELF" + b"\0" * 14 + b"\xb7\0")
    (tmp_path / "x86.so").write_bytes(b"\x7fELF" + b"\0" * 14 + b"\x3e\0")

    assert check.machine_faults(tmp_path) == ["x86.so is not built for arm64 Linux"]


def test_a_stand_in_with_other_versions_is_found(tmp_path):
    (tmp_path / "layer" / "zeep-4.3.3.dist-info").mkdir(parents=True)
    (tmp_path / "native" / "zeep-4.3.2.dist-info").mkdir(parents=True)

    assert len(check.difference_faults(tmp_path / "layer", tmp_path / "native")) == 2
