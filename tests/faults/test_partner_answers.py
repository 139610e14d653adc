"""What a partner may answer to a hand-over, and what each answer makes of it."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta

import pytest

from functions.touching import resume
from infra.local import setup
from shared.cloud import clock
from shared.cloud.store import Store
from shared.domain import commands
from shared.domain.command_forms import Given
from tests.faults.books import LONG_DUE, Line, paid

pytestmark = pytest.mark.stack

# Seconds between the attempts, by Standard Webhooks 1.0.0.
WAITS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]


@pytest.fixture
def ready(machine, with_partner):
    """A hand-over that is due and not begun."""
    with_partner.book(Line(due=LONG_DUE))
    with_partner.until_hand_over()
    return with_partner


def outbox(machine, kind="hand_over"):
    (row,) = [row for row in machine.rows() if row["sk"] == "OUT" and row["kind"] == kind]
    return row


def wait(machine):
    """How long the outbox rests from now, in seconds."""
    return round((clock.read_stamp(outbox(machine)["due_at"]) - machine.now()).total_seconds())


def attempt(machine):
    """The next look at the outbox; the feed is kept fresh beside it."""
    due = clock.read_stamp(outbox(machine)["due_at"])
    machine.pass_time(seconds=max(0, (due - machine.now()).total_seconds()) + 1)
    machine.sweep()
    machine.work()


def command(machine, **said):
    """A person's command, as the API carries it out."""
    store, (name,) = Store(machine.tenant), machine.cases()
    run = resume(store, name, machine.now())
    given = Given.model_validate({"id": "k1", "reason": "told", **said}).root
    made = commands.apply(
        run.case, given, by="console", policy=run.policy, law=run.law, now=run.local_now,
        debtor=run.debtor,
    )  # fmt: skip
    store.append(run.loaded, made, due_at=machine.now())


def crossed(machine):
    rows = [row for row in machine.rows() if "CROSS" in row["pk"]]
    return [one["what"] for row in rows for one in json.loads(row["body"])]


@pytest.mark.parametrize("answer", ["500", "garbage", "silence", "login_page"])
def test_an_answer_that_says_not_now_is_tried_again_under_its_key(machine, ready, partner, answer):
    partner.modes = [answer, answer, "take"]
    machine.sweep()
    machine.work()
    assert machine.notice("partner").state == "intended"
    for _ in range(2):
        attempt(machine)
    assert machine.notice("partner").state == "sent"
    assert len(partner.seen) == 3
    assert set(partner.keys()) == {machine.notice("partner").act}
    assert machine.tasks() == []


def test_the_attempts_keep_the_standards_times_and_then_a_person_is_asked(machine, ready, partner):
    partner.modes = ["500"]
    machine.sweep()
    machine.work()
    waits = []
    while "due_at" in outbox(machine):
        waits.append(wait(machine))
        attempt(machine)
    assert all(abs(got - want) <= 2 for got, want in zip(waits, WAITS, strict=True))
    assert len(partner.seen) == 10
    assert set(partner.keys()) == {machine.notice("partner").act}
    assert machine.tasks() == ["unknown_outcome"]
    assert machine.notice("partner").state == "unknown"
    # Nothing goes out any more, whatever passes, until the person has answered.
    machine.live_on(machine.today() + timedelta(days=3))
    assert len(partner.seen) == 10
    partner.modes = ["take"]
    machine.answer("not_sent")
    machine.live_on(machine.today() + timedelta(days=1))
    assert len(set(partner.keys())) == 2
    assert machine.case().partner_state == "submitted"


def test_a_partner_that_is_busy_is_left_alone_for_as_long_as_it_says(machine, ready, partner):
    partner.modes = ["429", "503", "take"]
    machine.sweep()
    machine.work()
    assert abs(wait(machine) - 7_200) <= 2
    attempt(machine)
    assert abs(wait(machine) - 900) <= 2
    attempt(machine)
    assert machine.notice("partner").state == "sent"


@pytest.mark.parametrize(("answer", "code"), [("404", "http_404"), ("redirect", "redirect")])
def test_a_refusal_fails_the_act_and_after_three_a_person_is_asked(
    machine, ready, partner, answer, code
):
    partner.modes = [answer]
    machine.sweep()
    machine.work()
    failed = [event.code for event in machine.events() if event.kind == "act_failed"]
    assert failed == [code]
    # Easter lies in between, and nobody is contacted on its days.
    for _ in range(8):
        machine.live_on(machine.today() + timedelta(days=1))
    assert len(partner.seen) == 3
    assert len(set(partner.keys())) == 3
    assert machine.tasks() == ["cannot_be_done"]


def test_a_partner_that_is_gone_is_disabled_and_a_person_is_told(machine, ready, partner):
    partner.modes = ["410"]
    machine.sweep()
    machine.work()
    assert ready.row(setup.PARTNER)["state"] == "disabled"
    assert machine.tasks() == ["endpoint_gone"]
    for _ in range(3):
        machine.live_on(machine.today() + timedelta(days=1))
    assert len(partner.seen) == 1
    kept = [event.why for event in machine.events() if event.kind == "act_withheld"]
    assert set(kept) == {"partner_disabled"}
    assert machine.tasks() == ["endpoint_gone"]


@pytest.mark.parametrize("then", ["410", "404", "redirect"])
def test_a_refusal_after_an_attempt_that_may_have_arrived_allows_no_other_key(
    machine, ready, partner, then
):
    partner.modes = ["silence", then, "take"]
    machine.sweep()
    machine.work()
    attempt(machine)
    for _ in range(3):
        machine.live_on(machine.today() + timedelta(days=1))
    assert len(partner.seen) == 2
    assert set(partner.keys()) == {machine.notice("partner").act}
    assert machine.notice("partner").state == "unknown"
    assert "unknown_outcome" in machine.tasks()
    assert (ready.row(setup.PARTNER)["state"] == "disabled") == (then == "410")


def test_a_word_to_a_partner_that_is_gone_goes_to_a_person(machine, with_partner, partner):
    with_partner.hand_over()
    partner.modes = ["410"]
    with_partner.book(paid(machine.today(), "40.00", due=LONG_DUE))
    machine.settle()
    assert machine.tasks() == ["endpoint_gone", "partner_not_told"]
    assert with_partner.row(setup.PARTNER)["state"] == "disabled"


def test_a_word_to_the_partner_is_tried_ten_times_and_then_a_person_is_asked(
    machine, with_partner, partner
):
    with_partner.hand_over()
    partner.modes = ["500"]
    with_partner.book(paid(machine.today(), "40.00", due=LONG_DUE))
    seen = len(partner.seen)
    for _ in itertools.takewhile(lambda _: "due_at" in outbox(machine, "tell"), range(20)):
        due = clock.read_stamp(outbox(machine, "tell")["due_at"])
        machine.pass_time(seconds=max(0, (due - machine.now()).total_seconds()) + 1)
        machine.sweep()
        machine.work()
    assert len(partner.seen) - seen == 10
    assert machine.tasks() == ["partner_not_told"]


def test_a_claim_that_is_paid_while_the_partner_is_down_is_not_announced_again(
    machine, ready, partner
):
    partner.modes = ["silence", "take"]
    machine.sweep()
    machine.work()
    ready.book(paid(machine.today(), due=LONG_DUE))
    attempt(machine)
    assert len(partner.seen) == 1
    assert machine.tasks() == ["unknown_outcome"]
    assert machine.notice("partner").state == "unknown"


def test_a_key_that_the_partner_no_longer_honours_is_not_used_again(machine, ready, partner):
    partner.modes = ["silence", "take"]
    machine.sweep()
    machine.work()
    ready.control(outbound="off")
    for _ in range(8):
        machine.live_on(machine.today() + timedelta(days=1))
    ready.control(outbound="on")
    attempt(machine)
    assert len(partner.seen) == 1
    assert machine.tasks() == ["unknown_outcome"]


def test_a_secret_that_is_gone_is_a_reason_to_try_later(machine, ready, partner):
    secrets = machine.admin("secretsmanager")
    name = f"{machine.tenant.id}/{machine.tenant.id}/{setup.PARTNER}"
    secrets.put_secret_value(SecretId=name, SecretString='{"webhook_secret": "whsec_short"}')
    machine.sweep()
    machine.work()
    assert partner.seen == []
    assert outbox(machine)["state"] == "intended"
    assert machine.notice("partner").state == "intended"


WORDS = {
    "dispute": {"type": "dispute", "ground": "wrong_goods"},
    "hold": {"type": "hold"},
    "plan": {
        "type": "propose_plan", "agreed": True, "count": 3, "first": "2026-05-04", "every": "week",
    },
    "promise": {"type": "promise", "day": "2026-04-20"},
    "circumstance": {
        "type": "circumstance", "circumstance": "bankruptcy", "effective": "2026-03-01",
    },
    "stop": {"type": "stop_request"},
}  # fmt: skip


@pytest.mark.parametrize("answer", ["500", "silence"])
@pytest.mark.parametrize("what", WORDS)
def test_a_hand_over_in_flight_is_not_repeated_against_what_was_said_meanwhile(
    machine, ready, partner, what, answer
):
    partner.modes = [answer, "take"]
    machine.sweep()
    machine.work()
    (claim,) = machine.case().claims
    command(machine, **WORDS[what], **({"claim": claim} if what == "dispute" else {}))
    attempt(machine)
    assert len(partner.seen) == 1
    assert machine.case().partner_state == "none"
    assert crossed(machine) == [what]
    if answer == "500":
        failed = [event.code for event in machine.events() if event.kind == "act_failed"]
        assert (machine.notice("partner").state, failed) == ("failed", ["overtaken"])
    else:
        assert machine.notice("partner").state == "unknown"
        assert "unknown_outcome" in machine.tasks()


def test_a_resend_that_would_announce_what_is_no_longer_open_is_decided_afresh(
    machine, ready, partner
):
    partner.modes = ["500", "take"]
    machine.sweep()
    machine.work()
    ready.book(paid(machine.today(), "40.00", due=LONG_DUE))
    attempt(machine)
    assert len(partner.seen) == 1
    assert machine.notice("partner").state == "failed"
    for _ in range(4):
        machine.live_on(machine.today() + timedelta(days=1))
    assert machine.case().partner_state == "submitted"
    assert len(set(partner.keys())) == 2
    kinds = [row["kind"] for row in machine.rows() if row["sk"] == "OUT"]
    assert "tell" not in kinds


@pytest.mark.parametrize("proof", ["person"])
def test_a_partner_that_proves_to_have_a_case_hears_of_the_money_since_its_file(
    machine, ready, partner, proof
):
    partner.modes = ["silence", "take"]
    machine.sweep()
    machine.work()
    ready.book(paid(machine.today(), "40.00", due=LONG_DUE))
    attempt(machine)
    assert machine.notice("partner").state == "unknown"
    machine.answer("sent")
    (told,) = [row for row in machine.rows() if row["sk"] == "OUT" and row["kind"] == "tell"]
    message = json.loads(told["message"])
    assert (message["type"], message["data"]["amount"]) == ("payment.direct", "40.00")


def test_days_of_silence_delay_what_the_partner_hears_and_keep_its_order(
    machine, with_partner, partner
):
    with_partner.hand_over()
    partner.forget()
    partner.modes = ["500"]
    with_partner.book(paid(machine.today(), "40.00", due=LONG_DUE))
    command(machine, type="hold")
    command(machine, id="k2", type="release", hold="k1")
    machine.live_on(machine.today() + timedelta(days=2))
    assert set(partner.taken) == set()
    assert {message["type"] for _, message in partner.seen} == {"payment.direct"}
    partner.modes = ["take"]
    machine.live_on(machine.today() + timedelta(days=2))
    heard = [message["type"] for message in partner.taken.values()]
    assert heard == ["payment.direct", "case.held", "case.resumed"]
    assert not [row for row in machine.rows() if row["sk"].startswith("TELL#")]
    assert machine.tasks() == []
