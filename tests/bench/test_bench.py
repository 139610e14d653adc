"""The harness of `make bench` measures what its table says; no test looks at a time."""

import base64
import json

import pytest
import requests

from infra.local.bench import deciding, importing
from infra.local.bench.peers import Peer
from infra.local.bench.source import OPEN, asked, books
from infra.local.bench.stages import DUE
from infra.local.bench.world import POLICY, statement
from shared.cloud.keys import SHARDS
from tests.bench.imports import REFERENCE


def imported(module, ms, *modules):
    return {"module": module, "cpu_ms": ms, "third_party": len(modules), "modules": list(modules)}


def test_an_import_stands_beside_the_reference_of_its_own_run():
    figure = importing.figure(imported("functions.decide", 190.0), 100.0, runs=3)

    assert (figure.ratio, figure.reference_value) == (1.9, 100.0)
    assert figure.holds


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("receive_partner", 1.45),
        ("hand_over", 1.9),
        ("pull+connectors.erp.tryton", 2.2),
        ("admin", None),
    ],
)
def test_each_kind_of_function_has_its_own_target(name, bound):
    target = importing.target(name)

    assert (target.bound if target else None) == bound


def test_a_cold_start_is_shown_and_promised_nothing():
    figure = importing.figure(imported(f"functions.decide+{REFERENCE}", 300.0), 100.0, runs=3)

    assert (figure.name, figure.holds) == ("decide and its DynamoDB client", None)


def test_a_webhook_that_loads_pydantic_is_found():
    loaded = ["pydantic.main", "botocore.session", "requests"]

    assert importing.forbidden("receive_partner", loaded) == ["pydantic", "requests"]
    assert importing.forbidden("decide", [*loaded, "numpy"]) == ["numpy"]


def test_the_decided_book_holds_every_answer_but_a_question():
    found = deciding.measure(cases=12, rounds=1)

    assert found.answers == {"remind": 4, "rest": 6, "hand_over": 2}


def test_counts_of_a_decision_are_linear_in_cases():
    found = deciding.measure(cases=12, rounds=1)

    assert found.ran[1] == found.ran[0] * 10
    assert found.read[1] == found.read[0] * 10
    assert min(found.ran[0], found.read[0]) > 12


def test_the_peer_is_read_per_case():
    told = {
        "generate_cpu_s": 1.0, "process_cpu_s": 0.5, "raise_level_cpu_s": 2.0,
        "process_fee_cpu_s": 28.0, "durable_writes": {"raise_level": 1000, "process_fee": 8002},
    }  # fmt: skip
    peer = Peer({1000: told}, {1000: 0.4, 3000: 2.1})

    assert peer.fee_step_s(1000) == pytest.approx(0.030)
    assert peer.first_step_s(1000) == pytest.approx(0.0015)
    assert peer.fee_step_writes(1000) == pytest.approx(9.002)
    assert peer.idle_case_s == pytest.approx(0.0004)


def test_the_stand_in_answers_for_the_invoices_it_is_asked_about():
    clauses = [["state", "=", "posted"], ["id", "in", [7, 8]]]
    domain = base64.urlsafe_b64encode(json.dumps(clauses).encode()).decode()
    assert asked(domain) == [7, 8]

    with books() as origin:
        found = requests.get(
            f"{origin}/books/rest/model/account.invoice", params={"d": domain}, timeout=10
        ).json()

    assert [(one["id"], one["amount_to_pay"]["decimal"]) for one in found] == [(7, OPEN), (8, OPEN)]


def test_a_statement_lists_five_invoices_a_customer():
    head, *rows = statement(11, DUE[300]).splitlines()

    customers = [
        dict(zip(head.split(";"), row.split(";"), strict=True))["customer"] for row in rows
    ]
    assert customers == ["1"] * 5 + ["2"] * 5 + ["3"]


def test_the_steps_of_the_creditors_do_not_meet():
    """The larger book begins when the smaller has had its last step, and all on weekdays."""
    small, large = DUE[300], DUE[1000]
    days = [step.after for step in POLICY.steps]

    assert (large - small).days + days[0] > sum(days)
    assert all(day.weekday() < 5 for day in (small, large))
    assert SHARDS == 4
