"""The supply chain: everything that ships is named with hashes, and weaknesses are asked for."""

from __future__ import annotations

import json

import pytest
import requests

from tools import supply


def test_every_pin_has_hashes():
    for file in (supply.SHIPPED, *supply.PINNED):
        found = supply.pins(file)
        assert len(found) > 10
        assert all(hashes for hashes in found.values()), file


def test_the_bill_of_materials_names_what_ships_with_every_hash_and_is_reproducible():
    shipped = supply.pins(supply.SHIPPED)
    made = supply.sbom(shipped, "1.2.3")
    assert made == supply.sbom(dict(reversed(shipped.items())), "1.2.3")
    assert made["serialNumber"] != supply.sbom(shipped, "1.2.4")["serialNumber"]
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    refs = [one["bom-ref"] for one in made["components"]]
    assert len(set(refs)) == len(refs) == len(shipped)
    assert made["dependencies"] == [{"ref": "pkg:pypi/dunlin@1.2.3", "dependsOn": refs}]
    told = {
        (one["name"], one["version"]): [
            h["content"] for h in one["externalReferences"][0]["hashes"]
        ]
        for one in made["components"]
    }
    assert told == {pin: sorted(hashes) for pin, hashes in shipped.items()}


def test_the_audit_names_weak_versions_and_ends_accordingly(capsys):
    asked = []

    def weak(query):
        asked.extend(query["queries"])
        first = {"vulns": [{"id": "GHSA-b"}, {"id": "GHSA-a"}]}
        return {"results": [first, *({} for _ in query["queries"][1:])]}

    assert supply.main(["audit"], weak) == 1
    one = asked[0]
    assert f"{one['package']['name']} {one['version']}: GHSA-a, GHSA-b" in capsys.readouterr().out
    assert supply.main(["audit"], lambda q: {"results": [{} for _ in q["queries"]]}) == 0
    assert "0 with known weaknesses" in capsys.readouterr().out


def test_an_audit_that_reaches_nobody_does_not_pass(capsys):
    def away(_):
        raise requests.ConnectionError

    assert supply.main(["audit"], away) == 2
    assert "cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["all"]])
def test_what_is_no_command_says_how(arguments):
    assert supply.main(arguments) == 2


def test_the_bill_is_written_where_builds_are(monkeypatch, tmp_path):
    monkeypatch.setattr(supply, "ROOT", tmp_path)
    monkeypatch.setattr(supply, "SBOM", tmp_path / "build" / "sbom.json")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "9.9.9"\n')
    assert supply.main(["sbom"]) == 0
    made = json.loads((tmp_path / "build" / "sbom.json").read_text())
    assert made["metadata"]["component"]["version"] == "9.9.9"
