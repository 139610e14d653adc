"""The partner's own numbers: each claim's is that of its own hand-over, and proves that alone."""

from __future__ import annotations

import pytest

from shared.domain import at_partner, partner_faults
from shared.domain.events import ActUnknown
from shared.domain.partner_message import read_message
from tests.domain.casebook import case_of, day, handed, joined, more, on
from tests.domain.test_at_partner import answer

FIRST = answer("agency", accepted=True, message="m1", number="D-1")


def test_claims_that_were_handed_over_apart_have_a_number_each():
    """The second hand-over's number is not the first's, in whatever order the answers come."""
    first = case_of(
        joined("a"), joined("b"), handed("h", "03-01", "a"), FIRST, handed("h2", "03-08", "b"),
    )  # fmt: skip
    assert [at_partner.number(first, "agency", (one,)) for one in ("erp:a", "erp:b")] == [
        "D-1", None,
    ]  # fmt: skip
    case = more(first, answer("agency", accepted=True, message="m2", number="D-2"))
    assert [at_partner.number(case, "agency", (one,)) for one in ("erp:a", "erp:b")] == [
        "D-1", "D-2",
    ]  # fmt: skip
    assert at_partner.number(case, "agency", ("erp:a", "erp:b")) is None
    assert at_partner.number(case, "agency") == "D-2"
    assert at_partner.numbers(case, "agency") == {"D-1", "D-2"}


def test_a_partner_with_a_number_for_each_claim_is_believed_in_each():
    """One hand-over of two claims, each accepted under its own number; another is a person's."""
    case = case_of(joined("a"), joined("b"), handed("h", "03-01", "a", "b"))
    for name in ("a", "b"):
        assert accepting(case, f"A-{name}", f"erp:{name}") is None
        said = answer("agency", accepted=True, message=name, number=f"A-{name}")
        case = more(case, said.model_copy(update={"claims": (f"erp:{name}",)}))
    assert accepting(case, "A-a", "erp:a") is None
    assert accepting(case, "A-a", "erp:b") == ("the case was accepted under another number already")
    assert [at_partner.number(case, "agency", (one,)) for one in ("erp:a", "erp:b")] == [
        "A-a", "A-b",
    ]  # fmt: skip


def accepting(case, number, *claims):
    handed_over = tuple(case.notices.values())
    message = read_message(taken_message(number, *claims))
    return partner_faults.fault(case, "agency", handed_over, message, day("03-09"), ())


def taken_message(number, *claims):
    data = {"partner_case_id": number, "claims": list(claims)}
    return {
        "id": "m9", "timestamp": "2026-03-09T09:00:00Z", "type": "case.accepted", "data": data,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "claims", "proves"),
    [
        ("D-1", ("erp:a",), []),
        ("D-1", (), []),
        ("D-2", (), ["h2"]),
        ("D-2", ("erp:b",), ["h2"]),
        ("D-1", ("erp:a", "erp:b"), ["h2"]),
    ],
)
def test_a_report_of_an_earlier_hand_over_does_not_prove_a_later_one(number, claims, proves):
    case = case_of(
        joined("a"), joined("b"), handed("h", "03-01", "a"), FIRST, lost("h2", "03-08", "b"),
    )  # fmt: skip
    message = read_message(taken_message(number, *claims))
    handed_over = tuple(case.notices.values())
    assert partner_faults.proven(case, "agency", handed_over, message) == proves


def lost(act, when, claim):
    """A hand-over of which nobody knows whether it arrived."""
    (intended, *_) = handed(act, when, claim)
    return [intended, ActUnknown(at=on(when), act=act)]
