"""What every connector owes, whatever it connects: asked of each, by its name and its fixtures.

A new connector adds its module and its fixture folder and changes nothing here.
"""

from __future__ import annotations

import ast
import json
import logging
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_origin

import pytest
from pydantic import BaseModel

import connectors
from connectors.contract import Capability, Finding, Receipt, Verified
from shared.errors import HubError, NotFound, Reconnect, Refused, Retry, Unreadable
from tests.connectors.conformance import Fixture, plain
from tests.connectors.stub_server import ok

ROOT = Path(__file__).parents[2]
NAMES = connectors.names()
every = pytest.mark.parametrize("name", NAMES)
erps = pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("erp.")])
senders = pytest.mark.parametrize(
    "name", [name for name in NAMES if name.split(".")[0] in {"collectors", "channels"}]
)

# The method that a capability promises. The others are kept by functions, not by a method.
METHODS = {
    "customers": "pull", "invoices": "pull", "credit_notes": "pull", "payments": "pull",
    "open_items": "open_items", "incremental": "pull", "send": "send", "submit": "submit",
    "tell": "tell", "find": "find", "poll": "poll", "remittances": "poll", "price": "quote",
    "webhooks": "verify", "write_back": "written", "sweep": "open_list", "backfill": "backfill",
    "documents": "document", "past_notices": "pull", "vouchers": "voucher",
}  # fmt: skip
HEAVY = {"boto3", "botocore", "numpy", "scipy", "pandas", "openpyxl", "zeep", "lxml", "jinja2"}
LOGIN = ok(b"<!doctype html><title>Log in</title>", headers="Content-Type: text/html\r\n")
GARBAGE = ok(b'{"half": ', headers="Content-Type: application/json\r\n")
BUSY = ok(b"", status="429 Too Many Requests", headers="Retry-After: 17\r\n")


def status(line: str) -> bytes:
    return ok(b"", status=line)


# What a reader makes of an answer, and of silence.
READING = {
    "401": (status("401 Unauthorized"), {Reconnect}),
    "403": (status("403 Forbidden"), {Reconnect}),
    "429": (BUSY, {Retry}),
    "500": (status("500 Internal Server Error"), {Retry}),
    "503": (status("503 Service Unavailable"), {Retry}),
    "302": (ok(b"", status="302 Found", headers="Location: /login\r\n"), {Refused, Reconnect}),
    "login page": (LOGIN, {Unreadable}),
    "garbage": (GARBAGE, {Unreadable}),
    "broken off": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", {Retry}),
    "hung up": (b"", {Retry}),
}
# What a sender makes of them. After ``unknown`` nobody sends again before asking.
SENDING = {
    "401": (status("401 Unauthorized"), {"rejected"}),
    "403": (status("403 Forbidden"), {"rejected"}),
    "429": (BUSY, {"retry"}),
    "503": (status("503 Service Unavailable"), {"retry", "unknown"}),
    "302": (ok(b"", status="302 Found", headers="Location: /x\r\n"), {"rejected", "unknown"}),
    "login page": (LOGIN, {"retry", "unknown", "rejected"}),
    "broken off": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", {"unknown"}),
    "hung up": (b"", {"unknown"}),
}


def sent(connector, fixture: Fixture) -> Receipt:
    if hasattr(connector, "submit"):
        # A credential that is refused is for an administrator; nothing was handed over.
        try:
            return fixture.submitted(connector)
        except Reconnect:
            return Receipt(outcome="rejected", code="reconnect")
    return connector.send(fixture.message, key="act-1")


def _named(fact) -> tuple[str, str]:
    """A fact's id and version; a past notice or a missing invoice has none."""
    return fact.id, getattr(fact, "version", "")


def models(model: type[BaseModel]):
    yield model
    for info in model.model_fields.values():
        kinds = [info.annotation, *get_args(info.annotation)]
        for kind in kinds:
            if isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, BaseModel):
                yield from models(kind)


def sources(name: str) -> list[Path]:
    path = ROOT.joinpath("connectors", *name.split("."))
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def test_an_unknown_name_is_not_found():
    for name in ("erp.absent", "erp.os", "absent.x", "erp.csv_file.x", "../x", "erp."):
        with pytest.raises(NotFound):
            connectors.spec(name)


@every
def test_the_spec_is_complete(name):
    spec = connectors.spec(name)
    assert spec.name == name
    assert spec.title
    assert all(re.fullmatch(r"\*|[A-Z]{2}", country) for country in spec.countries)
    assert spec.verified in get_args(Verified)
    assert spec.data, "name the categories of personal data that pass"
    assert spec.processing, "name where the counterpart processes them"
    assert spec.capabilities <= set(get_args(Capability))
    assert spec.window_minutes > 0
    assert spec.overlap_minutes >= 0
    assert spec.environments
    if spec.name.startswith(("collectors.", "channels.")) and spec.idempotency == "idempotent":
        assert spec.key_lifetime_days, "a key that is honoured is honoured for some days"
    if spec.idempotency == "askable":
        assert spec.query_by_key
    if spec.proof != "none":
        assert "open_items" in spec.capabilities


@every
def test_its_documentation_exists(name):
    docs = connectors.spec(name).docs
    assert docs.startswith("https://") or (ROOT / docs).is_file(), docs


@every
def test_every_setting_is_described_strict_and_no_secret(name):
    spec = connectors.spec(name)
    for model in models(spec.config):
        assert model.model_config.get("extra") == "forbid", model
        assert model.model_config.get("frozen"), model
        for field, info in model.model_fields.items():
            assert info.description, f"{model.__name__}.{field} has no description"
            assert not re.search(r"password|secret|token|private_key", field), field
    assert not set(spec.secrets) & set(spec.config.model_fields)
    assert len(set(spec.secrets)) == len(spec.secrets)


@every
def test_the_connector_does_what_its_capabilities_say_and_inherits_nothing(name):
    fixture, spec = Fixture(name), connectors.spec(name)
    assert set(fixture.settings.get("secrets", {})) <= set(spec.secrets)
    connector = connectors.connect(name, fixture.connection("http://127.0.0.1:9"))
    assert type(connector).__mro__ == (type(connector), object)
    for capability, method in METHODS.items():
        if capability in spec.capabilities:
            assert callable(getattr(connector, method, None)), (capability, method)
    for method in ("send", "submit", "open_items"):
        if hasattr(connector, method):
            assert method in spec.capabilities
    if fixture.family in {"erp", "collectors"}:
        assert callable(connector.test)


@every
def test_it_imports_no_other_connector_no_aws_library_and_reads_no_environment(name):
    for path in sources(name):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported = [node.module or ""]
            elif isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            else:
                continue
            for module in imported:
                head = module.split(".")
                assert head[0] not in {"os", "boto3", "botocore", "functions", "infra"}, module
                assert head[:2] != ["shared", "cloud"], module
                if head[0] == "connectors" and len(head) > 1 and head[1] in connectors.FAMILIES:
                    assert ".".join(head[1:3]) == name, f"{name} imports {module}"


@every
def test_a_token_that_the_hub_keeps_is_described_by_the_module(name):
    spec = connectors.spec(name)
    connection = Fixture(name).connection("http://127.0.0.1:9")
    if spec.grant == "none":
        with pytest.raises(AttributeError):
            connectors.grant(name, connection)
        return
    grant = connectors.grant(name, connection)
    wanted = ("url", "redeem", "company") if spec.grant == "consented" else ()
    assert all(callable(getattr(grant, method, None)) for method in ("fetch", *wanted))


@every
def test_its_import_is_light(name):
    code = f"import sys, connectors; connectors.spec({name!r}); print(*sys.modules)"
    done = subprocess.run(  # the name comes from our own folder listing
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(done.stdout.split())


@every
def test_no_secret_is_in_a_repr_an_error_or_a_log(name, caplog):
    caplog.set_level(logging.INFO)
    fixture = Fixture(name)
    said = []
    for case in filter(fixture.produces, READING):
        with fixture.answered(case, READING[case][0]) as connector:
            said.append(repr(connector))
            try:
                if fixture.family == "erp":
                    list(connector.pull(None, now=fixture.now))
                elif fixture.family in {"collectors", "channels"}:
                    said.append(repr(sent(connector, fixture)))
                if hasattr(connector, "test"):
                    said.append(repr(connector.test()))
            except HubError as error:
                said += [str(error), repr(error), repr(error.__context__)]
    said += [caplog.text, repr(fixture.connection("http://127.0.0.1:9"))]
    hidden = [*fixture.settings.get("secrets", {}).values()]
    hidden += [text for text in (fixture.message.to, *fixture.message.address) if text]
    hidden += fixture.personal if fixture.family == "collectors" else ()
    assert not [value for value in hidden if any(value in text for text in said)]


@every
def test_a_connection_test_never_raises(name):
    fixture = Fixture(name)
    for case in filter(fixture.produces, READING):
        with fixture.answered(case, READING[case][0]) as connector:
            if not hasattr(connector, "test"):
                return
            findings = connector.test()
            assert findings
            assert all(isinstance(each, Finding) and each.text for each in findings)


@erps
def test_the_recorded_answers_give_exactly_the_expected_facts(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        pages = list(connector.pull(fixture.settings.get("cursor"), now=fixture.now))
    facts = plain(fact for page in pages for fact in page.facts)
    assert facts == json.loads((fixture.folder / "expected.json").read_text())
    assert facts, "record at least one fact"
    known: set[str] = set()
    for fact in facts:
        # A past notice bears its row's own key, the same through whatever door it comes.
        assert fact["id"].startswith("conn-1:") or fact["fact"] == "PastNotice"
        if fact["fact"] == "Party":
            known.add(fact["id"])
        elif fact["fact"] in {"Invoice", "CreditNote"}:
            assert fact["debtor"] in known, "a debtor comes before what it owes"
    assert [page.complete_through is not None for page in pages][:-1] == [False] * (len(pages) - 1)
    assert pages[-1].complete_through is not None


@erps
def test_pulling_twice_from_one_cursor_gives_the_same_pages(name):
    fixture, seen = Fixture(name), []
    for _ in range(2):
        with fixture.replayed() as connector:
            pages = connector.pull(fixture.settings.get("cursor"), now=fixture.now)
            seen.append([page.model_dump_json() for page in pages])
    assert seen[0] == seen[1]


@erps
def test_a_crash_between_two_pages_loses_nothing(name):
    fixture = Fixture(name)
    start = fixture.settings.get("cursor")
    with fixture.replayed() as connector:
        whole = list(connector.pull(start, now=fixture.now))
    wanted = {_named(fact) for page in whole for fact in page.facts}
    for stop in range(len(whole)):
        with fixture.replayed() as connector:
            pages = connector.pull(start, now=fixture.now)
            stored = [next(pages) for _ in range(stop)]
            pages.close()
        cursor = stored[-1].cursor if stored else start
        with fixture.replayed() as connector:
            rest = list(connector.pull(cursor, now=fixture.now))
        facts = [fact for page in (*stored, *rest) for fact in page.facts]
        assert {_named(fact) for fact in facts} >= wanted
        assert rest[-1].complete_through == whole[-1].complete_through


@erps
@pytest.mark.parametrize("case", READING)
def test_a_reader_names_each_failure_by_what_to_do(name, case):
    answer, kinds = READING[case]
    fixture = Fixture(name)
    if not fixture.produces(case):
        return
    if fixture.speaks_through_a_client:
        kinds = {*kinds, Retry}  # an AWS client calls what it cannot read a server error
    with fixture.answered(case, answer) as connector:
        for attempt in (
            lambda: list(connector.pull(None, now=fixture.now)),
            lambda: connector.open_items(["conn-1:1"]),
        ):
            with pytest.raises(HubError) as caught:
                attempt()
            assert any(isinstance(caught.value, kind) for kind in kinds), caught.value
            if case == "429":
                assert caught.value.after in {17, None}


@erps
def test_a_counterpart_that_is_gone_is_retried(name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    connector = connectors.connect(name, Fixture(name).connection(origin, "failing"))
    with pytest.raises(Retry):
        list(connector.pull(None, now=Fixture(name).now))


@erps
def test_a_source_that_suddenly_lists_nothing_is_not_complete(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        last = list(connector.pull(fixture.settings.get("cursor"), now=fixture.now))[-1]
    recorded = fixture.exchanges()
    dated = recorded[0]["response"].get("headers", {}).items() if recorded else ()
    lines = "".join(f"{key}: {text}\r\n" for key, text in dated if key.lower() == "date")
    nothing = ok(fixture.settings.get("empty", "[]").encode(), headers=lines)
    with fixture.answered("empty", nothing, state="empty") as connector:
        try:
            pages = list(connector.pull(last.cursor, now=fixture.now))
        except Unreadable:
            return
        assert pages[-1].complete_through is None
        assert any(page.refused for page in pages)


@erps
def test_open_items_answers_in_the_order_asked_and_knows_what_is_missing(name):
    fixture = Fixture(name)
    ids = fixture.settings.get("open_items", [])
    assert len(ids) > 1, "name two invoices in connection.json, one of them absent at the source"
    with fixture.replayed() as connector:
        items = connector.open_items(ids)
    assert [item.invoice for item in items] == ids
    assert any(item.open is None for item in items)
    assert any(item.open is not None for item in items)


@senders
def test_what_was_recorded_as_taken_is_taken(name):
    fixture = Fixture(name)
    assert fixture.exchanges(), f"record an answer in {fixture.folder.name}/*.http.json"
    with fixture.replayed() as connector:
        assert sent(connector, fixture).outcome in {"accepted", "received"}


@senders
@pytest.mark.parametrize("case", SENDING)
def test_a_sender_tells_not_sent_from_unknown(name, case):
    answer, outcomes = SENDING[case]
    fixture = Fixture(name)
    if not fixture.produces(case):
        return
    with fixture.answered(case, answer) as connector:
        receipt = sent(connector, fixture)
    spec = connectors.spec(name)
    # One that asks before it hands over has sent nothing while it is not answered.
    asks_first = spec.query_by_key and "submit" in spec.capabilities and spec.idempotency == "blind"
    asks_first |= fixture.settings.get("asks_first", False)
    assert receipt.outcome in outcomes | ({"retry"} if asks_first else set())
    if case == "429":
        assert receipt.after in {17, None}


@senders
def test_a_sender_whose_counterpart_is_gone_may_try_again(name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    connector = connectors.connect(name, Fixture(name).connection(origin, "failing"))
    assert sent(connector, Fixture(name)).outcome == "retry"
