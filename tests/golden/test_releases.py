"""Upgrades: what an earlier release wrote is read, and decided alike or said to be otherwise."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.domain.case import Case
from shared.domain.casefile_v1 import CaseFile
from shared.domain.decide import decide
from shared.domain.events import read_event, write_event
from shared.domain.lawpack import read_pack
from shared.domain.policy import Policy
from tests.golden.record import ROOT, digest, in_work

RELEASES = sorted((Path(__file__).parent / "releases").iterdir())
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.parametrize("release", RELEASES, ids=lambda one: one.name)


@cache
def stories(release):
    """Each recorded case: its events as they stand, and its decisions."""
    return [json.loads(line) for line in (release / "cases.jsonl").read_text().splitlines()]


@cache
def inputs(release):
    """The policies and law packs of a release by their hashes."""
    policies = json.loads((release / "policies.json").read_text())
    laws = json.loads((release / "laws.json").read_text())
    packs = {
        name: read_pack(one["country"], one["pack"], laws["rates"])
        for name, one in laws["packs"].items()
    }
    return {name: Policy.model_validate(one) for name, one in policies.items()}, packs


def test_its_events_are_read_and_written_back_as_they_stand(release):
    lines = (release / "events.jsonl").read_text().splitlines()
    assert len({json.loads(line)["kind"] for line in lines}) > 70
    told = [one for story in stories(release) for one in story["events"]]
    for plain in (*(json.loads(line) for line in lines), *told):
        assert json.loads(write_event(read_event(json.dumps(plain)))) == plain


def test_its_law_packs_are_read_and_have_the_hashes_that_decisions_name(release):
    packs = inputs(release)[1]
    assert {name: pack.hash for name, pack in packs.items()} == {name: name for name in packs}


def compared(release, policies):
    """How the recorded decisions that come out otherwise do, and how many decisions there are."""
    packs, other, total = inputs(release)[1], Counter(), 0
    for story in stories(release):
        case, version = Case(id=story["case"]), 0
        events = [read_event(json.dumps(one)) for one in story["events"]]
        for seen in story["decisions"]:
            for event in events[version : seen["after"]]:
                case = case.apply(event)
            version = seen["after"]
            now = datetime.fromisoformat(seen["now"]).astimezone(ZoneInfo(seen["zone"]))
            answer = decide(case, policies[seen["policy"]], packs[seen["law"]], now)
            total += 1
            if digest(answer) != seen["sha256"]:
                other[f"{seen['decision']} is {answer.kind}"] += 1
    return other, total


def test_its_cases_are_decided_as_it_decided_them_or_the_changelog_says_how_many_are_not(release):
    other, total = compared(release, inputs(release)[0])
    assert total > 400
    count = sum(other.values())
    said = f"{count} of the {total} recorded decisions of {release.name}"
    # The version in work may still decide otherwise than it did when it was last recorded.
    assert not count or release.name == in_work() or said in CHANGES, dict(other)


def test_a_policy_that_was_read_otherwise_would_be_seen(release):
    policies = inputs(release)[0]
    shorter = {n: one.model_copy(update={"steps": one.steps[:1]}) for n, one in policies.items()}
    before, after = compared(release, policies)[0], compared(release, shorter)[0]
    lost = sum(n for how, n in after.items() if how.startswith("hand_over is"))
    assert lost > 20 > sum(n for how, n in before.items() if how.startswith("hand_over is"))


def test_a_snapshot_of_its_cases_is_read_back(release):
    for story in stories(release):
        events = [read_event(json.dumps(one)) for one in story["events"]]
        case = Case.replay(story["case"], events)
        assert Case.model_validate_json(case.model_dump_json()) == case


def test_its_case_file_is_read(release):
    plain = json.loads((release / "casefile.json").read_text())
    assert CaseFile.model_validate(plain).model_dump(mode="json", exclude_none=True)
