"""The supply chain in the open: what the product ships, and whether any of it is known to be weak.

    python -m tools.supply sbom     writes build/sbom.json (CycloneDX 1.6) from the layer's pins
    python -m tools.supply audit    asks OSV for known weaknesses of every pinned version

The audit ends with 1 when one is known and with 2 when the database cannot be reached.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "infra" / "layer" / "requirements.txt"
PINNED = (ROOT / "constraints.txt", ROOT / "constraints-sam.txt")
SBOM = ROOT / "build" / "sbom.json"
# google.github.io/osv.dev/post-v1-querybatch: names and versions only, at most 1,000 a request.
OSV = "https://api.osv.dev/v1/querybatch"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

Pins = dict[tuple[str, str], list[str]]
Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def pins(file: Path) -> Pins:
    """Each pinned name and version with the SHA-256 of its files."""
    found: Pins = {}
    hashes: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        pin = _PIN.match(line)
        if pin is not None:
            name = re.sub(r"[-_.]+", "-", pin[1]).lower()
            hashes = found.setdefault((name, pin[2]), [])
        hashes += _HASH.findall(line)
    return found


def sbom(shipped: Pins, version: str) -> dict[str, Any]:
    """A CycloneDX document (cyclonedx.org/docs/1.6/json), the same bytes for the same pins."""
    parts = [_component(name, at, hashes) for (name, at), hashes in sorted(shipped.items())]
    own = f"pkg:pypi/dunlin@{version}"
    content = json.dumps([own, parts], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "name": "dunlin", "version": version, "bom-ref": own,
            }
        },
        "components": parts,
        "dependencies": [{"ref": own, "dependsOn": [one["bom-ref"] for one in parts]}],
    }  # fmt: skip


def known(wanted: Sequence[tuple[str, str]], ask: Ask) -> dict[str, list[str]]:
    """The ids of known weaknesses by ``name version``; ``ask`` posts a query, gives its answer."""
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in wanted
    ]
    results = ask({"queries": queries})["results"]
    return {
        f"{name} {version}": sorted(one["id"] for one in result["vulns"])
        for (name, version), result in zip(wanted, results, strict=True)
        if result.get("vulns")
    }


def main(arguments: Sequence[str], ask: Ask | None = None) -> int:
    """Run ``sbom`` or ``audit``; the exit code."""
    match list(arguments):
        case ["sbom"]:
            project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
            made = sbom(pins(SHIPPED), project["project"]["version"])
            SBOM.parent.mkdir(exist_ok=True)
            SBOM.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
            print(f"{SBOM.relative_to(ROOT)}: {len(made['components'])} components")
            return 0
        case ["audit"]:
            return _audit(ask or _osv)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def _audit(ask: Ask) -> int:
    wanted = sorted({one for file in PINNED for one in pins(file)})
    try:
        found = known(wanted, ask)
    except (requests.RequestException, ValueError):
        print("The database of weaknesses (api.osv.dev) cannot be reached.", file=sys.stderr)
        return 2
    for name, ids in found.items():
        print(f"{name}: {', '.join(ids)}")
    print(f"{len(wanted)} pinned versions, {len(found)} with known weaknesses")
    return 1 if found else 0


def _component(name: str, version: str, hashes: Sequence[str]) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library", "name": name, "version": version, "bom-ref": purl, "purl": purl,
        # One hash for each file (wheel or source) that the pin admits, wherever it comes from.
        "externalReferences": [{
            "type": "distribution", "url": purl,
            "hashes": [{"alg": "SHA-256", "content": one} for one in sorted(hashes)],
        }],
    }  # fmt: skip


def _osv(query: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = requests.post(OSV, json=query, timeout=30)
    answer.raise_for_status()
    plain: dict[str, Any] = answer.json()
    return plain


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
