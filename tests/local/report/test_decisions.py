"""The demo replays every stored decision from the rows of one scan."""

from __future__ import annotations

import json

from infra.local.decisions import replayed
from shared.cloud import keys
from shared.domain.creditor import Creditor
from shared.domain.events import write_event
from shared.domain.explain import content_hash
from tests.domain.casebook import FI, joined, local, opened, policy
from tests.domain.test_replaying import decided
from tests.functions.world import CREDITOR
from tests.local.report.test_collect import TENANT, Pages

from shared.domain.case import Case  # isort: skip
from shared.domain.decide import decide  # isort: skip


def rows(tamper=""):
    """A case with one decision, its policy and its creditor, as the table keeps them."""
    own = policy()
    case, now = Case.replay("c1", [opened(), joined()]), local("01-19")
    answer = decide(case, own, FI, now)
    stored = decided(case, now, answer, policy=content_hash(own), law=FI.hash)
    events = [opened(), joined(), stored]
    bodies = [write_event(one).replace("friendly", tamper or "friendly") for one in events]
    profile = Creditor.model_validate({**CREDITOR, "id": TENANT.id})
    return [
        {
            **keys.policy(TENANT, own.id, 1),
            "body": own.model_dump_json(),
            "hash": content_hash(own),
        },
        {**keys.creditor(TENANT), "body": profile.model_dump_json()},
        *({**keys.event(TENANT, "c1", at), "body": body} for at, body in enumerate(bodies, 1)),
        {**keys.event(keys.Tenant("other"), "c1", 1), "body": json.dumps({"kind": "unknown"})},
    ]


def test_a_decision_comes_out_the_same_and_a_changed_one_does_not():
    assert replayed(Pages(rows()), "hub", TENANT.id).sentence() == (
        "1 stored decisions replayed, 0 differences"
    )
    assert replayed(Pages(rows("firm")), "hub", TENANT.id).different == [("c1", 2)]
