"""A partner's outbox sent again as a whole: each message once, and what may not go is left."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote, urlsplit

import pytest

from functions import admin
from shared.cloud import outbox
from shared.domain.events import Held, Released
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    append,
    call,
    hand_over,
    know_counterparts,
    open_case,
)  # fmt: skip
from tools import dunlin

ROUTES = {
    "GET /v1/partners/{connection}/outbox": r"GET /v1/partners/(?P<connection>[^/]+)/outbox",
    "POST /v1/partners/{connection}/outbox/{act}/redrive":
        r"POST /v1/partners/(?P<connection>[^/]+)/outbox/(?P<act>[^/]+)/redrive",
}  # fmt: skip


def ask(method, path, body=None):
    """The API's own function, as the command line reaches it."""
    line = f"{method} {unquote(urlsplit(path).path)}"
    route, names = next(
        (route, seen.groupdict())
        for route, shape in ROUTES.items()
        if (seen := re.fullmatch(shape, line))
    )
    answer = admin.handler(call(route, path=names, body=body), None)
    if answer["statusCode"] >= 400:
        raise dunlin.Failed(json.loads(answer["body"])["title"])
    return answer["body"]


@pytest.fixture
def failed(aws):
    """Two messages about a case at a partner, both failed; and a third that waits."""
    know_counterparts(NORDIC)
    open_case(NORDIC)
    hand_over(NORDIC)
    for hold in ("a", "b", "c"):
        append(NORDIC, CASE, Held(at=NOW, hold=hold, reason="person"))
        append(NORDIC, CASE, Released(at=NOW, hold=hold))
    told = json.loads(ask("GET", "/v1/partners/partner/outbox"))["messages"]
    acts = [one["act"] for one in told if one["kind"] == "tell"]
    for act in acts[:2]:
        outbox.told(NORDIC, act, outbox.read(NORDIC, act), "failed", "http_404")
    return acts


def states(acts):
    return [outbox.read(NORDIC, act)["state"] for act in acts]


def test_all_that_failed_goes_again_once_and_what_waits_is_left_alone(failed, capsys):
    assert states(failed)[:3] == ["failed", "failed", "intended"]
    assert dunlin.main(["partners", "redrive-all", "partner"], ask) == 0
    assert set(states(failed)) == {"intended"}
    assert "2 of 2 failed messages go again" in capsys.readouterr().out
    assert dunlin.main(["partners", "redrive-all", "partner"], ask) == 0
    assert "0 of 0" in capsys.readouterr().out


def test_one_that_may_have_arrived_is_left_and_the_others_go(failed, capsys):
    first = failed[0]

    def refuses(method, path, body=None):
        if first in path:
            raise dunlin.Failed("It may have arrived.")
        return ask(method, path, body)

    assert dunlin.main(["partners", "redrive-all", "partner"], refuses) == 1
    said = capsys.readouterr()
    assert f"{first}: It may have arrived." in said.err
    assert "1 of 2 failed messages go again" in said.out
    assert states(failed)[:2] == ["failed", "intended"]


def test_a_hub_that_is_away_ends_it_at_once(failed):
    def away(method, path, body=None):
        if method == "POST":
            raise dunlin.Away("not there")
        return ask(method, path, body)

    assert dunlin.main(["partners", "redrive-all", "partner"], away) == 3
