"""The command line: a thin client; what the API says is what the terminal shows."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import urllib.error
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from functions import admin, foresee
from functions.api.access import ROUTES
from shared.cloud import keys, table
from shared.domain.explain import content_hash
from shared.domain.model import Party
from shared.domain.policy import Policy
from tests.functions.money import connected, invoice, run, tell
from tests.functions.world import NORDIC, POLICY, call, know_counterparts, load, open_case
from tools import dunlin
from tools.admin_openapi import PUBLISHED
from tools.dunlin import calling, line
from tools.dunlin.routes import COMMANDS, SUBJECTS


def routed(method, path):
    """The route of a path, the one with the fewest names first, and what it names."""
    for route in sorted(ROUTES, key=lambda one: one.count("{")):
        verb, shape = route.split(" ")
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", shape), path)
        if verb == method and found:
            return route, found.groupdict()
    raise AssertionError(path)


@pytest.fixture
def asked():
    """The calls that were made and not refused, with their bodies."""
    return []


@pytest.fixture
def hub(aws, asked):
    """The API's own function behind the command line; a preview is worked on at once."""
    connected("erp")
    tell(invoice("1"))

    def ask(method, path, body=None):
        parts = urlsplit(path)
        route, names = routed(method, unquote(parts.path))
        event = call(route, path=names, query=dict(parse_qsl(parts.query)), body=body)
        answer = admin.handler(event, None)
        if answer["statusCode"] >= 400:
            raise dunlin.Failed(json.loads(answer["body"])["title"])
        asked.append((route, body))
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


def test_a_hub_that_is_not_there_has_an_exit_code_of_its_own(monkeypatch, capsys):
    monkeypatch.setenv("DUNLIN_TOKEN", "invented")
    monkeypatch.setenv("DUNLIN_URL", "http://127.0.0.1:9")
    assert dunlin.main(["tasks", "list"]) == 3
    assert capsys.readouterr().err == "The hub cannot be reached.\n"
    with pytest.raises(SystemExit) as usage:
        dunlin.main(["tasks", "eat"])
    assert usage.value.code == 2


@pytest.fixture
def server(monkeypatch):
    """A hub that answers as its path says; what it was asked is kept."""
    seen = []

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["Authorization"])
            code = int(self.path.rpartition("/")[2])
            fields = [{"path": "month", "code": "bad", "text": "written like 2026-03"}]
            body = json.dumps({"title": "It is refused.", "fields": fields}).encode()
            self.send_response(code)
            self.send_header("Location", "/v1/200")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Hub) as made:
        Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("DUNLIN_URL", f"http://127.0.0.1:{made.server_port}")
        monkeypatch.setenv("DUNLIN_TOKEN", "invented")
        yield seen
        made.shutdown()


@pytest.mark.parametrize(("code", "exit_code"), [(422, 1), (404, 1), (503, 3), (429, 3), (302, 1)])
def test_a_refusal_names_its_fields_and_has_its_exit_code(server, capsys, code, exit_code):
    assert dunlin.main(["call", "GET", f"/v1/{code}"]) == exit_code
    said = capsys.readouterr().err
    assert said == f"{code}: It is refused.\n  month: bad written like 2026-03\n"
    # Not even a redirect takes the token anywhere else.
    assert server == ["Bearer invented"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_the_gateway_does_not_know_is_named(status):
    error = urllib.error.HTTPError("", status, "", {}, io.BytesIO(b'{"message": "Forbidden"}'))
    assert "see DUNLIN_TOKEN" in calling._problem(error)
    error = urllib.error.HTTPError("", 500, "", {}, io.BytesIO(b"{}"))
    assert calling._problem(error) == "The hub answered 500."


@pytest.mark.parametrize("amount", ["40,00EUR", "40.00", "40.00 EUR", "40.00eur"])
def test_an_amount_in_another_form_is_refused_before_the_hub_is_asked(hub, capsys, asked, amount):
    tell = ["cases", "tell", "c2", "dispute", "--reason", "debtor_called", "--with"]
    assert dunlin.main([*tell, f"amount={amount}"], hub) == 1
    assert "with a point and its currency: 40.00EUR" in capsys.readouterr().err
    assert asked == []


def test_every_command_calls_a_route_and_asks_what_it_takes():
    told = json.loads(PUBLISHED.read_text())
    for one in COMMANDS:
        operation = told["paths"][one.path][one.method.lower()]
        taken = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        if one.method != "GET" and "requestBody" in operation and not one.sheet:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            model = told["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            taken |= set(model["properties"])
            wanted = {f"{each}!" for each in model.get("required", ())} & set(one.options)
            assert one.file or wanted == {f"{each}!" for each in model.get("required", ())}, one
        assert {each.rstrip("!") for each in one.options} <= taken, one
        answer = operation["responses"].get("200", {}).get("content", {}).get("application/json")
        if one.rows:
            items = answer["schema"]["properties"][one.rows].get("items", {}).get("properties", {})
            # An event's own fields are known to nobody before it is there.
            outer = {each.partition(".")[0] for each in one.columns}
            assert outer <= set(items) or not items or "event" in items, one


def test_every_listing_of_the_api_has_a_command():
    paged = {
        path for path, methods in json.loads(PUBLISHED.read_text())["paths"].items()
        if any(one["name"] == "cursor" for one in methods.get("get", {}).get("parameters", ()))
    }  # fmt: skip
    listed = {one.path for one in COMMANDS if one.rows}
    # Previews have a command of their own.
    assert paged - listed == {"/v1/previews"}


def test_every_route_has_a_command():
    """Those of several calls, or of a form of their own, stand in their own modules."""
    own = {
        "PUT /v1/control", "PUT /v1/hub/control", "POST /v1/cases/{id}/commands",
        "POST /v1/cases/{id}/recall", "POST /v1/cases/{id}/commands/check",
    }  # fmt: skip
    whole = {route for route, access in ROUTES.items() if access.role != "partner"}
    left = whole - {one.route for one in COMMANDS} - own
    assert {route for route in left if "/v1/previews" not in route} == set()


def test_a_sheet_of_past_notices_goes_as_it_is(hub, capsys, tmp_path, asked):
    sheet = tmp_path / "past.csv"
    sheet.write_text("key,invoice,what,on\n1,1,reminder,2026-01-20\n")
    code, lines = shown(
        hub, capsys, "policies", "import-notices", "--connection", "erp", "--delimiter", ",",
        "--file", str(sheet), "--json",
    )  # fmt: skip
    assert code == 0
    assert json.loads("\n".join(lines))["new"] == 1
    assert asked[-1] == ("POST /v1/imports/notices", sheet.read_text())


def test_letters_are_approved_by_what_the_checklist_shows(hub, capsys):
    _, lines = shown(hub, capsys, "policies", "checklist")
    (point,) = (line for line in lines if line.startswith("letters"))
    digest = point.partition("hash=")[2][:64]
    assert shown(hub, capsys, "letters", "approve", "--hash", digest)[0] == 0
    assert shown(hub, capsys, "letters", "approve", "--hash", "0" * 64)[0] == 1


def test_a_long_text_comes_from_a_file(capsys, tmp_path):
    pack, asked = tmp_path / "pack.toml", []
    pack.write_text('version = "1"\n', encoding="utf-8")

    def ask(method, path, body=None):
        asked.append((method, path, body))
        return "{}"

    words = ["law", "propose", "--country", "FI", "--text"]
    assert dunlin.main([*words, f"@{pack}"], ask) == 0
    assert asked == [("POST", "/v1/law/packs", {"country": "FI", "text": 'version = "1"\n'})]
    assert dunlin.main([*words, f"@{tmp_path / 'none'}"], ask) == 1
    assert capsys.readouterr().err == "The file cannot be read.\n"


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (["stop", "--reason", "restore"], {"stopped": True, "reason": "restore"}),
        (["go"], {"stopped": False, "reason": ""}),
    ],
)
def test_an_operator_stops_the_whole_installation_and_lets_it_go(words, body):
    asked = []

    def ask(*call):
        asked.append(call)
        return "{}"

    assert dunlin.main(["hub", *words], ask) == 0
    assert asked == [("PUT", "/v1/hub/control", body)]


def test_columns_that_no_entry_has_are_left_out(hub, capsys):
    open_case(NORDIC, "c2")
    _, lines = shown(hub, capsys, "cases", "list")
    assert lines[0].split() == ["id", "debtor", "open_claims", "next_due"]


def test_a_listing_is_read_to_its_end_or_to_what_was_asked_for(hub, capsys, monkeypatch):
    for name in ("c2", "c3", "c4"):
        open_case(NORDIC, name, claims=("erp:9",))
    small = calling.with_query
    monkeypatch.setattr(
        calling, "with_query", lambda path, query: small(path, query | {"limit": 2})
    )

    code, lines = shown(hub, capsys, "cases", "list")
    assert (code, len(lines)) == (0, 5)
    code, lines = shown(hub, capsys, "cases", "list", "--most", "3", "--json")
    assert len(json.loads("\n".join(lines))) == 3
    _, lines = shown(hub, capsys, "cases", "list", "--open-to", "100")
    assert lines[1].split()[2:6] == ["running", "FI", "100.00", "EUR"]


def test_connections_are_a_table_with_the_word_for_each(hub, capsys):
    table.update(keys.connection(NORDIC, "erp"), set_={
        "list_in": keys.listing(NORDIC, "CONN"), "list_id": "erp",
    })  # fmt: skip
    _, lines = shown(hub, capsys, "connections", "list")
    assert lines[0].split()[:4] == ["id", "connector", "state", "health.word"]
    assert lines[1].split()[:3] == ["erp", "erp.csv_file", "enabled"]
    assert "{" not in lines[1]


def test_a_timeline_is_a_table_of_events(hub, capsys):
    open_case(NORDIC, "c2")
    _, lines = shown(hub, capsys, "cases", "timeline", "c2")
    assert [one.split()[2] for one in lines[1:]] == ["case_opened", "claim_joined", "claim_joined"]


def test_a_case_is_held_and_told(hub, capsys, asked):
    open_case(NORDIC, "c2")
    assert shown(hub, capsys, "cases", "hold", "c2", "--reason", "person")[0] == 0
    (hold,) = load(NORDIC, "c2").holds
    assert shown(hub, capsys, "cases", "release", "c2", "--hold", hold)[0] == 0
    code, lines = shown(
        hub, capsys, "cases", "tell", "c2", "dispute", "--reason", "debtor_called", "--id", "k-1",
        "--with", "claim=erp:1", "amount=40.00EUR", "ground=wrong_price",
    )  # fmt: skip
    assert (code, lines[0]) == (0, "command k-1")
    assert asked[-1][1]["amount"] == {"amount": "40.00", "currency": "EUR"}
    assert load(NORDIC, "c2").states.disputes["k-1"].amount.amount == 40
    assert load(NORDIC, "c2").holds == {}


def test_a_stop_leaves_the_other_switches_as_they_were(hub, capsys, asked):
    hub("PUT", "/v1/control", {"outbound": "off", "observe": True})
    _, lines = shown(hub, capsys, "control", "stop", "--reason", "trying it", "--json")
    stopped = json.loads("\n".join(lines))
    assert (stopped["stopped"], stopped["reason"], stopped["observe"]) == (True, "trying it", True)
    _, lines = shown(hub, capsys, "control", "go", "--json")
    assert json.loads("\n".join(lines)) == {**stopped, "stopped": False, "reason": ""}


def test_a_body_comes_from_a_file(hub, capsys, tmp_path):
    know_counterparts(NORDIC)
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({**POLICY, "version": 2}))
    assert shown(hub, capsys, "policies", "store", "standard", "--file", str(file))[0] == 0
    _, lines = shown(hub, capsys, "policies", "list")
    assert lines[1].split()[:2] == ["standard", "2"]
    file.write_text("[")
    assert shown(hub, capsys, "policies", "check", "--file", str(file))[0] == 1


def test_what_waits_for_a_second_person_says_so(capsys):
    line.show('{"approval": "a1", "state": "waiting"}', as_json=False)
    assert "a1" in capsys.readouterr().err


def test_any_route_can_be_called(hub, capsys):
    _, lines = shown(hub, capsys, "call", "GET", "/v1/control")
    assert json.loads(lines[0])["outbound"] == "off"


def test_any_answer_with_a_list_can_be_had_as_a_table(hub, capsys):
    _, lines = shown(hub, capsys, "call", "GET", "/v1/cases", "--table")
    head, row = lines[lines.index("cases") + 1 :][:2]
    assert lines[0].split() == ["field", "value"]
    assert row[: head.index("  ")].strip()


def test_a_listing_of_nothing_says_so(hub, capsys):
    assert shown(hub, capsys, "payments", "proposals")[1] == ["(none)"]


def test_every_subject_says_what_it_is_about():
    assert {one.words.partition(" ")[0] for one in COMMANDS} == set(SUBJECTS)


def test_whoever_reads_the_first_lines_alone_is_told_no_fault(hub, monkeypatch):
    """``dunlin audit list | head`` closes the pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert line.main(["connections", "catalogue"], hub) == 0


def test_a_text_of_several_lines_is_shown_line_by_line_and_tells_the_terminal_nothing(capsys):
    line.show('{"subject": "A", "text": "one\\ntw\\u001bo"}', as_json=False)
    assert capsys.readouterr().out.splitlines()[2:] == ["", "text", "one", "tw?o"]


def test_amounts_stand_in_the_tables_of_an_answer(capsys):
    paid = {"claim": "erp:1", "amount": {"amount": "5.00", "currency": "EUR"}}
    line.show(json.dumps({"events": [paid]}), as_json=False)
    assert "5.00 EUR" in capsys.readouterr().out


def test_what_is_restricted_or_kept_for_a_court_is_said_in_a_word(hub, asked, capsys):
    tell(Party(id="erp:d1", version="1", kind="person", name="Testi", country="FI"))
    said = ("--restricted", "true", "--reason", "accuracy_contested")
    code, _ = shown(hub, capsys, "debtors", "restrict", "erp:d1", *said)

    assert code == 0
    assert asked[-1][1] == {"restricted": True, "reason": "accuracy_contested"}


def test_a_command_first_says_what_it_would_do_and_does_nothing(hub, capsys):
    open_case(NORDIC, "c2")
    before = load(NORDIC, "c2").version
    code, lines = shown(
        hub, capsys, "cases", "tell", "c2", "dispute", "--check", "--reason", "debtor_called",
        "--with", "claim=erp:1", "amount=40.00EUR", "ground=wrong_price",
    )  # fmt: skip

    assert (code, lines[0]) == (0, "it would do:")
    assert "40.00 EUR" in lines[1] + lines[2]
    assert {"next without it:", "next with it:"} <= set(lines)
    assert load(NORDIC, "c2").version == before
