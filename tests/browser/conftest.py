"""A real Chromium over the pages of a hub that is deployed to the embedded stack.

Chromium is the machine's own. Where there is none the tests skip, unless ``PAGES`` says that they
must run, as ``make test-pages`` does.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import boto3
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from infra.local import clock, stack
from infra.local.hub import install
from infra.local.setup import ZONE
from shared.cloud import runtime, table, vault
from tests.browser.chromium import FLAGS
from tests.browser.visitor import Visitor

PASSWORD = "Correct-horse-battery-1"
# What a first look at a page may cost.
MOST_BYTES, MOST_REQUESTS = 100_000, 4
_MEASURES: list[str] = []


def measured(line):
    """Keep a figure; all are told when the tests are through."""
    _MEASURES.append(line)


def pytest_terminal_summary(terminalreporter):
    """Tell what was measured."""
    for line in _MEASURES:
        terminalreporter.write_line(f"measured: {line}")


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests; each visitor has a profile of its own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        (pytest.fail if os.environ.get("PAGES") else pytest.skip)("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe():
    return Axe()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory):
    """A stack of its own, whose business time these tests move: nine on a Tuesday in March."""
    with stack.running(tmp_path_factory.mktemp("pages")) as running:
        clock.begin(running.clock_file, datetime(2026, 3, 17, 9, tzinfo=ZoneInfo(ZONE)))
        yield running


@pytest.fixture(scope="session")
def hub(embedded):
    """The template deployed and nothing else: nobody has set anything up."""
    return install(embedded)


@pytest.fixture(scope="session")
def visit(chromium, hub, axe):
    """Makes a visitor with a browser profile of its own."""
    origin = urlsplit(hub.outputs["ConsoleUrl"])

    def make(kind=Visitor, **options):
        context = chromium.new_context(**{"locale": "en-GB", **options})
        return kind(context, f"{origin.scheme}://{origin.netloc}", hub.stack.endpoint, axe)

    return make


@pytest.fixture
def visitor(visit):
    """Makes visitors; at the end none has seen a fault of ours, or a request to anybody else."""
    made = []

    def make(*kind, **options):
        made.append(visit(*kind, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
        assert one.faults == []
        assert one.strangers == []


@pytest.fixture(scope="session")
def people(hub):
    """Makes a person of a role once, and says the name to sign in with."""
    known = set()

    def person(role):
        if role not in known:
            hub.person(f"the-{role}", role, PASSWORD)
            known.add(role)
        return f"the-{role}"

    return person


@pytest.fixture(scope="session")
def own_session(embedded):
    """One SDK session on the pages' stack: other tests of this process have a stack of theirs."""
    return embedded.session()


@pytest.fixture
def process(embedded, own_session, tmp_path, monkeypatch):
    """This process as one of the functions of the pages' hub would find itself."""
    for name, value in embedded.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("DUNLIN_CLOCK_FILE", str(tmp_path / "clock"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", own_session)
    _forget()
    yield embedded
    _forget()


def _forget():
    table.client.cache_clear()
    runtime.client.cache_clear()
    vault._kept.clear()
