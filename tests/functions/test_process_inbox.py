"""What a partner's report does to its case: once, and within what was handed over."""

from __future__ import annotations

import json

import pytest

from functions import process_inbox
from shared.cloud import inbox, keys, outbox, table
from shared.domain import partner_ends
from shared.domain.events import ActUnknown, PartnerAnswered
from tests.functions.world import (
    CASE,
    HAND_OVER,
    NORDIC,
    NOW,
    append,
    eur,
    hand_over,
    load,
    open_case,
    sample,
    settle_in,
)  # fmt: skip

ACCEPTED = {"id": "r1", "type": "case.accepted", "data": {"partner_case_id": "P-771"}}
REJECTED = {"id": "r2", "type": "case.rejected", "data": {"code": "DISPUTED"}}
CLOSED = {"id": "r3", "type": "case.closed", "data": {"code": "PAID_FULL"}}


def paid(claim="erp:1", amount="40.00", **changes):
    data = {
        "claim": claim,
        "principal": {"amount": amount, "currency": "EUR"},
        "interest": {"amount": "1.20", "currency": "EUR"},
        "fees": {"amount": "0.00", "currency": "EUR"},
        "received": "2026-03-01",
    }
    return {"id": "r4", "type": "case.payment_received", "data": data | changes}


@pytest.fixture
def handed(aws):
    open_case(NORDIC)
    hand_over(NORDIC)
    table.update(keys.head(NORDIC, CASE), set_={"due_at": "2026-04-01T06:00:00Z"})


def keep(report, key="k1", source="partner", case=CASE):
    body = report
    if isinstance(report, dict):
        body = json.dumps({"timestamp": "2026-03-02T08:59:00Z"} | report).encode()
    assert inbox.receive(NORDIC, source, key, case=case, body=body, now=NOW) == "new"


def work(key="k1", source="partner"):
    event = sample("process_inbox")
    message = {"tenant": "nordic", "source": source, "event": key}
    event["Records"][0]["body"] = json.dumps(message)
    return process_inbox.handler(event, None)["batchItemFailures"]


def take(report, key="k1", source="partner"):
    keep(report, key, source)
    assert work(key, source) == []
    return row(key, source)


def row(key="k1", source="partner"):
    return table.get(keys.inbox(NORDIC, source, key))


def open_tasks():
    found, _ = table.query_index("listing", keys.listing(NORDIC, "TASK"), limit=50)
    return [table.get({"pk": one["pk"], "sk": one["sk"]}) for one in found]


def test_the_sample_message_is_worked_on(handed):
    keep(ACCEPTED, "rep-1")

    assert process_inbox.handler(sample("process_inbox"), None) == {"batchItemFailures": []}

    assert load().partner_state == "accepted"


def test_an_acceptance_is_booked_and_the_case_is_looked_at_now(handed):
    done = take(ACCEPTED)

    case = load()
    assert (case.partner_state, case.partner_case) == ("accepted", "P-771")
    assert done["state"] == "done"
    assert "due_at" not in done
    assert table.get(keys.head(NORDIC, CASE))["due_at"] == "2026-03-02T09:00:00Z"


def test_a_second_acceptance_under_another_number_goes_to_a_person(handed):
    take(ACCEPTED)
    other = {**ACCEPTED, "id": "rep-other", "data": {"partner_case_id": "P-999"}}

    assert take(other, key="k2")["state"] == "quarantined"
    assert load().partner_case == "P-771"
    assert [task["why"] for task in open_tasks()] == ["partner_report_quarantined"]


def test_a_rejection_brings_the_claims_back(handed):
    take(REJECTED)

    assert load().partner_state == "rejected"
    assert not load().claims["erp:1"].with_partner


def test_a_payment_lowers_the_open_principal(handed):
    take(paid())

    assert load().claims["erp:1"].open == eur("60.00")


def test_a_close_ends_the_partners_work(handed):
    take(CLOSED)

    assert load().partner_state == "closed"


def test_a_report_redelivered_is_booked_once(handed):
    take(paid())

    assert work() == []

    assert load().claims["erp:1"].open == eur("60.00")


def test_a_report_sent_again_under_another_key_is_booked_once(handed):
    take(paid())

    assert take(paid(), "k2")["state"] == "done"

    assert load().claims["erp:1"].open == eur("60.00")
    assert open_tasks() == []


def test_another_report_under_a_known_id_goes_to_a_person(handed):
    take(paid())

    assert take(paid(amount="10.00"), "k2")["state"] == "quarantined"

    assert load().claims["erp:1"].open == eur("60.00")
    assert [one["why"] for one in open_tasks()] == ["partner_report_quarantined"]


def test_two_partners_may_number_their_reports_alike(handed):
    take(REJECTED)
    hand_over(NORDIC, act=f"{CASE}-partner-ba9876543210", partner="rival")

    assert take(ACCEPTED | {"id": "r2"}, source="rival")["state"] == "done"

    assert load().partner_state == "accepted"
    assert load().at_partner.numbers == {"rival": "P-771"}


def test_what_one_partner_has_ended_does_not_refuse_anothers_answer(handed):
    hand_over(NORDIC, act=f"{CASE}-partner-ba9876543210", partner="rival", claims=("erp:2",))
    take({"id": "r1", "type": "case.closed", "data": {"code": "PAID_FULL"}})

    assert take(ACCEPTED | {"id": "r2"}, source="rival")["state"] == "done"

    assert [one.with_partner for one in load().claims.values()] == [False, True]


@pytest.mark.parametrize(
    "report",
    [
        b"", b"\xff\xfe", b"{", b"[]", b'"x"', b'{"id":"r1","id":"r2"}',
        ACCEPTED | {"type": "case.exploded"},
        ACCEPTED | {"extra": 1},
        ACCEPTED | {"timestamp": "yesterday"},
        REJECTED | {"data": {"code": "BECAUSE"}},
        paid(amount="-1.00"),
        paid(amount="1.005"),
        paid(amount=1e2),
        paid(received="2026-02-30"),
        paid(fees={"amount": "1.00", "currency": "SEK"}),
        paid(fees={"amount": "1.00", "currency": "XXX"}),
    ],
)  # fmt: skip
def test_an_unreadable_report_is_kept_whole_and_a_person_is_asked(handed, report, logged):
    before = load().version

    kept = take(report)

    assert kept["state"] == "quarantined"
    assert "due_at" not in kept
    if isinstance(report, bytes):
        assert inbox.body_of(kept) == report
    assert load().version == before
    (task,) = open_tasks()
    assert (task["case"], task["why"]) == (CASE, "partner_report_quarantined")
    assert json.loads(task["body"])[0]["facts"] == {"connection": "partner", "event": "k1"}


SEK = {part: {"amount": "1.00", "currency": "SEK"} for part in ("principal", "interest", "fees")}
IMPLAUSIBLE = {
    "more than is open": (paid(amount="100.01"), "larger than"),
    "for a claim that stayed here": (paid("erp:2"), "not handed over"),
    "for a claim of nobody": (paid("erp:9"), "not handed over"),
    "received in days to come": (paid(received="2026-03-03"), "a day to come"),
    "in another currency": (paid(**SEK), "another currency"),
}  # fmt: skip


@pytest.mark.parametrize(("report", "fault"), IMPLAUSIBLE.values(), ids=IMPLAUSIBLE)
def test_a_payment_that_cannot_be_goes_to_a_person(handed, report, fault):
    kept = take(report)

    assert kept["state"] == "quarantined"
    assert fault in kept["fault"]
    assert load().claims["erp:1"].open == eur("100.00")


def test_the_whole_open_principal_may_be_paid(handed):
    assert take(paid(amount="100.00"))["state"] == "done"


def test_a_stale_acceptance_does_not_reopen_what_has_ended(handed):
    take(CLOSED)

    assert take(ACCEPTED, "k2")["state"] == "quarantined"

    assert load().partner_state == "closed"


def test_money_is_booked_after_the_partner_has_closed(handed):
    take(CLOSED)

    assert take(paid(), "k2")["state"] == "done"


@pytest.mark.parametrize(("source", "case"), [
    ("rival", CASE), ("partner", "nowhere"), ("partner", "no where"),
])  # fmt: skip
def test_a_report_on_a_case_that_its_partner_was_not_given_is_a_persons(handed, source, case):
    """A wrong number in a partner's file: money that it reports would be lost without a word."""
    before = load().version
    keep(paid(), source=source, case=case)

    assert work(source=source) == []

    kept = row(source=source)
    assert (kept["state"], kept["fault"]) == ("quarantined", "the case is not with this partner")
    (task,) = open_tasks()
    assert (task["why"], task["case"]) == ("partner_report_quarantined", "")
    assert load().version == before


def test_the_part_of_a_remittance_on_a_case_of_nobody_is_refused_alone(handed):
    """Whoever booked the remittance has asked about its line."""
    lines = [{"claim": "erp:1", "category": "principal",
              "amount": {"amount": "1.00", "currency": "EUR"}}]  # fmt: skip
    data = {"remittance": "R", "value_date": "2026-03-02", "lines": lines}
    keep({"id": "r5", "type": "remittance.created", "data": data}, case="nowhere")

    assert work() == []

    assert (row()["state"], open_tasks()) == ("refused", [])


def test_a_report_ahead_of_the_hand_overs_outcome_waits_a_minute(aws):
    open_case(NORDIC)
    hand_over(NORDIC, sent=False)

    kept = take(ACCEPTED)

    assert (kept["state"], kept["due_at"]) == ("received", "2026-03-02T09:01:00Z")
    assert load().partner_state == "none"


def test_an_answer_proves_that_a_hand_over_of_unknown_fate_arrived(aws):
    open_case(NORDIC)
    hand_over(NORDIC, sent=False)
    append(NORDIC, CASE, ActUnknown(at=NOW, act=HAND_OVER))

    take(ACCEPTED)

    assert load().notices[HAND_OVER].state == "sent"
    assert load().partner_state == "accepted"
    assert outbox.read(NORDIC, HAND_OVER)["state"] == "sent"


def test_a_message_about_no_report_is_dropped(aws):
    assert work("never") == []


def test_a_case_that_moves_while_it_is_read_is_read_again(handed, monkeypatch):
    keep(paid())
    apply, moved = process_inbox._apply, []

    def meanwhile(*what):
        if not moved:
            other = PartnerAnswered(at=NOW, message="partner:x", accepted=True, partner_case="P")
            moved.append(append(NORDIC, CASE, other))
        apply(*what)

    monkeypatch.setattr(process_inbox, "_apply", meanwhile)

    assert work() == []

    assert load().claims["erp:1"].open == eur("60.00")
    assert load().partner_state == "accepted"


@pytest.fixture
def ruled(handed):
    """The case's policy is there, whose days a dispute counts by."""
    settle_in(NORDIC)


def said(kind, name="r9", **data):
    return {"id": name, "type": kind, "data": data}


QUESTIONS = [
    (said("case.info_requested", question="q1", code="debtor_id"), "partner_needs_information"),
    (
        said(
            "case.settlement_offered",
            settlement="s1",
            amount={"amount": "50.00", "currency": "EUR"},
        ),
        "settlement_offered",
    ),
    (said("case.debtor_updated", what="deceased", on="2026-02-20"), "debtor_updated"),
    (said("case.closed", code="SOLD"), "claim_sold"),
]


@pytest.mark.parametrize(("report", "why"), QUESTIONS)
def test_what_only_a_person_can_answer_is_asked_once(ruled, report, why):
    take(report)
    take(report, key="k2")

    assert [task["why"] for task in open_tasks()] == [why]
    assert [task.why for task in load().tasks.values()] == [why]


def test_a_claim_that_a_partner_calls_sold_stays_open_until_a_person_writes_it_off(ruled):
    take(said("case.closed", code="SOLD"))

    assert load().claims["erp:1"].open == eur("100.00")
    assert not load().claims["erp:1"].with_partner
    assert partner_ends.left(load()) is None


@pytest.mark.parametrize(
    "report",
    [
        said("case.dispute_raised", dispute="d1", ground="wrong_goods"),
        said("case.closed", code="DISPUTED"),
    ],
)
def test_a_dispute_at_the_partner_is_a_dispute_here_and_is_not_told_back(ruled, rows, report):
    take(report)

    (dispute,) = load().states.disputes.values()
    assert (dispute.claim, dispute.source, dispute.pending) == ("erp:1", "partner", True)
    assert not [row for row in rows() if row["sk"].startswith("TELL#")]


def test_money_that_goes_back_is_owed_again_when_it_was_reported(ruled):
    take(paid())
    money = {"amount": "40.00", "currency": "EUR"}
    none = {"amount": "0.00", "currency": "EUR"}
    split = {"claim": "erp:1", "principal": money, "interest": none, "fees": none}
    back = said("case.payment_reversed", payment="r4", on="2026-03-02", **split)

    assert (
        take({**back, "id": "r5", "data": {**back["data"], "payment": "r0"}}, "k2")["state"]
        == "quarantined"
    )
    assert take(back, "k3")["state"] == "done"

    assert load().claims["erp:1"].open == eur("100.00")


@pytest.mark.parametrize(
    "report",
    [
        said("case.plan_agreed", plan="p1", claims=["erp:2"],
             instalments=[{"due": "2026-04-01", "amount": {"amount": "9.00", "currency": "EUR"}}]),
        said("case.costs", open={"amount": "9.00", "currency": "SEK"}),
        said("case.closed", code="PAID_FULL", claims=["erp:2"]),
    ],
)  # fmt: skip
def test_a_report_beyond_what_was_handed_over_goes_to_a_person(ruled, report):
    assert take(report)["state"] == "quarantined"
    assert load().at_partner is None


@pytest.mark.parametrize(
    ("report", "asked"),
    [
        (said("case.settlement_agreed", settlement="s1", until="2026-04-01",
              amount={"amount": "90.00", "currency": "EUR"}), ["settlement_offered"]),
        (said("case.extension_agreed", extension="s1", until="2026-04-01",
              amount={"amount": "100.00", "currency": "EUR"}), ["beyond_mandate"]),
    ],
)  # fmt: skip
def test_what_is_agreed_at_the_partner_binds_until_it_says_that_it_is_over(ruled, report, asked):
    assert take(report)["state"] == "done"

    case = load()
    assert [one.why for one in case.tasks.values()] == asked
    assert [hold.claim for hold in case.holds.values()] == ["erp:1"]
    assert take(said("case.plan_broken", "r10", plan="s1"), "k2")["state"] == "done"
    assert load().holds == {}


def test_after_the_end_only_money_is_heard(ruled):
    take(CLOSED)

    late = said("case.suspended", code="holiday")
    assert take(late, "k2")["state"] == "quarantined"
    assert take(paid(), "k3")["state"] == "done"
