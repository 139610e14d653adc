"""The command line: a thin client; what the API says is what the terminal shows."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from functions import admin, foresee
from functions.api.access import ROUTES
from shared.cloud import keys, table
from shared.domain.explain import content_hash
from shared.domain.policy import Policy
from tests.functions.money import connected, invoice, run, tell
from tests.functions.world import NORDIC, POLICY, call, know_counterparts, load
from tools import dunlin


@pytest.fixture
def hub(aws):
    """The API's own function behind the command line; a preview is worked on at once."""
    connected("erp")
    tell(invoice("1"))

    def ask(method, path, body=None):
        parts = urlsplit(path)
        pieces = parts.path.split("/")
        name = pieces[3] if len(pieces) > 3 else None
        known = "/".join(["", *pieces[1:3], *(["{id}"] if name else []), *pieces[4:]])
        route = f"{method} {known}"
        assert route in ROUTES
        event = call(route, path={"id": name}, query=dict(parse_qsl(parts.query)), body=body)
        answer = admin.handler(event, None)
        if answer["statusCode"] >= 400:
            raise dunlin.Failed(json.loads(answer["body"])["title"])
        if path == "/v1/previews":
            made = json.loads(answer["body"])["preview"]
            run(foresee, [{"tenant": "nordic", "preview": made}])
        return answer["body"]

    return ask


@pytest.fixture(autouse=True)
def _quiet(capsys, aws):
    """The functions' own log lines go to the same place here."""


def shown(hub, capsys, *arguments):
    capsys.readouterr()
    code = dunlin.main(arguments, hub)
    lines = capsys.readouterr().out.splitlines()
    return code, [line for line in lines if not line.startswith('{"level"')]


def test_a_preview_is_a_table_of_sums_reasons_and_acts(hub, capsys):
    code, lines = shown(hub, capsys, "preview", "--days", "30", "--cases")
    assert code == 0
    sums = next(line for line in lines if line.startswith("FI"))
    assert sums.split() == ["FI", "consumer", "EUR", "2", "5.00", "0", "0.00", "0"]
    assert any("2026-03-02  remind  friendly  erp:1   100.00" in line for line in lines)


def test_as_json_it_is_what_the_api_said(hub, capsys):
    _, lines = shown(hub, capsys, "preview", "--days", "30", "--json", "--outcome")
    found = json.loads("\n".join(lines))
    assert found["preview"]["totals"]["cases"] == 1
    assert found["outcome"]["counts"] == {"not": 1, "not_yet": 1}


def test_a_move_is_shown_first_and_carried_out_when_asked_for(hub, capsys):
    know_counterparts(NORDIC)
    other = Policy.model_validate({**POLICY, "version": 2, "payment_days": 20})
    table.put({
        **keys.policy(NORDIC, "standard", 2), "body": other.model_dump_json(),
        "hash": content_hash(other),
    })  # fmt: skip
    _, lines = shown(hub, capsys, "preview", "--policy", "standard/2", "--json", "--cases")
    (case,) = json.loads("\n".join(lines))["cases"]
    assert load(NORDIC, case["case"]).policy.version == 1
    _, lines = shown(hub, capsys, "preview", "--policy", "standard/2", "--move")
    assert "moved 1 cases" in lines
    assert load(NORDIC, case["case"]).policy.version == 2


def test_the_picture_goes_to_a_file(hub, capsys, tmp_path):
    shown(hub, capsys, "preview", "--picture", str(tmp_path / "ahead.svg"))
    assert (tmp_path / "ahead.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_a_case_is_shown_with_its_timeline(hub, capsys):
    _, lines = shown(hub, capsys, "preview", "--json", "--cases")
    case = json.loads("\n".join(lines))["cases"][0]["case"]
    code, lines = shown(hub, capsys, "show", case)
    assert code == 0
    assert lines[-1].endswith("claim_joined")


@pytest.mark.parametrize("arguments", [["show", "c404"], ["preview", "--policy", "standard"]])
def test_what_is_not_done_is_said_and_the_exit_code_tells(hub, capsys, arguments):
    assert dunlin.main(arguments, hub) == 1
    assert capsys.readouterr().err


def test_the_token_goes_over_https_or_stays_on_this_machine(monkeypatch, capsys):
    monkeypatch.setenv("DUNLIN_TOKEN", "invented")
    monkeypatch.setenv("DUNLIN_URL", "http://hub.example")
    assert dunlin.main(["show", "c1"]) == 1
    assert "https" in capsys.readouterr().err
