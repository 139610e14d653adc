"""Plans that once broke a rule, and a few seeds: none breaks one; and what the judge can see."""

from __future__ import annotations

import pytest

from functions import deliver, remind
from shared.cloud import gate, runtime, step, tell_rows
from tests.simulation.aws import Killed
from tests.simulation.characters import deed
from tests.simulation.hub import MODULES, TAKERS
from tests.simulation.kept import KEPT
from tests.simulation.plan import FUNCTIONS, QUEUES, Plan, plan_of
from tests.simulation.run import live, shortest, standing
from tests.simulation.world import World

FRESH = (5, 177)
OWED = deed(0, "invoice", number="1001", customer="C1", total="100.00", due=14)


@pytest.fixture(scope="module")
def wire():
    with standing() as standing_wire:
        yield standing_wire


@pytest.mark.parametrize("plan", [*KEPT.values(), *map(plan_of, FRESH)], ids=[*KEPT, *FRESH])
def test_no_rule_is_broken(wire, plan):
    outcome = live(wire, plan)
    assert not outcome.found, "\n".join(shortest(wire, outcome).story)
    assert outcome.events


def test_trouble_finds_its_functions_and_queues():
    assert FUNCTIONS.keys() <= MODULES.keys()
    assert set(QUEUES) <= TAKERS.keys()


def test_a_plan_is_lived_the_same_way_twice(wire):
    killed = deed(12, "trouble", what="kill_after", where="Book", nth=3)
    paid = deed(20, "pay", number="1001", amount="100.00", lag=1)
    plan = Plan(1, bank=True, deeds=(OWED, killed, paid))
    story = live(wire, plan).story
    assert story == live(wire, plan).story
    assert any("FAULT  Book is killed" in line for line in story)


def rules(wire, *deeds):
    return live(wire, Plan(0, bank=False, deeds=(OWED, *deeds))).rules()


def test_an_act_that_nothing_proves_is_seen(wire, monkeypatch):
    monkeypatch.setattr(remind, "proven", lambda *_: True)
    monkeypatch.setattr(step.Run, "fresh", lambda _: True)
    monkeypatch.setattr(gate.Gate, "waits", lambda *_: None)
    down = deed(21, "outage", what="books", how="down", days=3)
    assert rules(wire, down) == {"an act without a proof"}


def test_a_contact_that_is_sent_again_is_seen(wire, monkeypatch):
    # Neither the sender nor SES says that it went.
    monkeypatch.setattr(remind, "outcome", _die)
    monkeypatch.setattr(World, "mailed", lambda *_: None)
    monkeypatch.setattr(deliver, "resent", _once_more)
    assert "a contact is repeated" in rules(wire)


def _die(*_):
    raise Killed


def _once_more(run, notice, _):
    """A look after an act that sends its mail again, as nobody may who cannot know."""
    tags = [{"Name": "act", "Value": notice.act}, {"Name": "tenant", "Value": run.tenant.id}]
    runtime.client("sesv2").send_email(
        Destination={"ToAddresses": ["c1@post.example"]}, EmailTags=tags, Content={}
    )
    return False


def test_a_partner_who_is_not_told_is_seen(wire, monkeypatch):
    monkeypatch.setattr(tell_rows, "writes", lambda *_: [])
    paid = deed(65, "pay", number="1001", amount="40.00", lag=0)
    assert "the partner does not know of a direct payment" in rules(wire, paid)


def test_a_failing_plan_is_made_short(wire, monkeypatch):
    monkeypatch.setattr(tell_rows, "writes", lambda *_: [])
    paid = deed(65, "pay", number="1001", amount="40.00", lag=0)
    beside = deed(30, "outage", what="mail", how="throttled", days=1)
    failed = live(wire, Plan(0, bank=False, deeds=(OWED, beside, paid)))
    assert shortest(wire, failed).plan.deeds == (OWED, paid)
