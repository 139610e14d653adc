"""The canonical facts: a status is computed from balances, personal values stay in parties."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from shared.domain.case import Case
from shared.domain.decide import Ask, Done, HandOver, Remind, Rest
from shared.domain.events import CaseEvent
from shared.domain.model import (
    Address,
    Allocation,
    CreditNote,
    Invoice,
    Party,
    PersonalMark,
    invoice_status,
)
from tests.domain.casebook import day, eur


def invoice(**more: Any) -> Invoice:
    fields: dict[str, Any] = {
        "id": "erp:1", "version": "1", "number": "1", "debtor": "erp:9", "issued": day("01-01"),
        "due": day("01-15"), "total": eur("100.00"), "open": eur("100.00"),
    }  # fmt: skip
    return Invoice(**(fields | more))


# The rule is facts/erp.md section 1, from its first line to its last: an earlier one wins.
TABLE = [
    ("cancelled", {"cancelled": True}),
    ("cancelled", {"cancelled": True, "open": eur("0.00"), "credited": eur("100.00")}),
    ("credited", {"open": eur("0.00"), "credited": eur("100.00")}),
    ("credited", {"open": eur("0.00"), "credited": eur("120.00")}),
    ("written_off", {"open": eur("0.00"), "written_off": eur("30.00")}),
    ("written_off", {"open": eur("0.00"), "written_off": eur("100.00")}),
    ("paid", {"open": eur("0.00")}),
    ("paid", {"open": eur("0.00"), "written_off": eur("0.00")}),
    ("paid", {"open": eur("0.00"), "credited": eur("40.00")}),
    ("partly_paid", {"open": eur("0.01")}),
    ("partly_paid", {"open": eur("60.00"), "credited": eur("40.00")}),
    # Stricter than the facts, which would call it partly paid: what is not issued is never dunned.
    ("draft", {"open": eur("60.00"), "issued_in_books": False}),
    ("draft", {"issued_in_books": False}),
    ("open", {}),
    ("open", {"state": "PAID"}),
]


@pytest.mark.parametrize(("status", "fields"), TABLE)
def test_a_status_follows_from_the_balances(status, fields):
    assert invoice_status(invoice(**fields)) == status


def test_errors_of_a_record_show_no_value():
    with pytest.raises(ValidationError) as error:
        Party(id="erp 1", version="1", kind="robot", name="Aino Virtanen", country="fi")
    assert "Aino" not in str(error.value)
    assert "robot" not in str(error.value)


@pytest.mark.parametrize("name", ["", "two words", "a#b", "x" * 201, "line\n"])
def test_an_id_has_no_blank_no_hash_and_an_end(name):
    with pytest.raises(ValidationError):
        invoice(id=name)


def annotations(kind: Any) -> Iterator[Any]:
    """Every type and mark that a type is made of."""
    yield kind
    for part in (*get_args(kind), *getattr(kind, "__metadata__", ())):
        yield from annotations(part)


def personal_fields(model: type[BaseModel], seen: set[type] | None = None) -> Iterator[str]:
    """The personal fields that a record holds, itself or in any record below it."""
    seen = set() if seen is None else seen
    if model in seen:
        return
    seen.add(model)
    for name, info in model.model_fields.items():
        parts = [*annotations(info.annotation), *info.metadata]
        if any(isinstance(part, PersonalMark) for part in parts):
            yield f"{model.__name__}.{name}"
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from personal_fields(part, seen)


EVENTS = get_args(get_args(CaseEvent)[0])


@pytest.mark.parametrize("model", [*EVENTS, Case, Rest, Remind, HandOver, Ask, Done])
def test_events_cases_and_decisions_hold_no_personal_value(model):
    assert list(personal_fields(model)) == []


def test_the_walk_finds_personal_values_where_they_are():
    class Envelope(BaseModel):
        inner: dict[str, tuple[Address, ...]]

    assert "Party.name" in set(personal_fields(Party))
    assert "Address.city" in set(personal_fields(Party))
    assert "Address.lines" in set(personal_fields(Envelope))


@pytest.mark.parametrize("model", EVENTS)
def test_only_a_recorded_decision_has_a_field_of_any_shape(model):
    """A field of any shape could hide a name; a decision is dumped from records that hold none."""
    loose = {
        name
        for name, info in model.model_fields.items()
        if any(part is Any for part in annotations(info.annotation))
    }
    assert loose == ({"decision"} if model.__name__ == "Decided" else set())


def test_a_credit_note_is_the_debtors_until_it_is_allocated_or_paid_out():
    note = CreditNote(
        id="erp:c", version="1", number="C1", debtor="erp:d", issued=day("01-02"),
        total=eur("100.00"), allocations=(Allocation(invoice="erp:a", amount=eur("30.00")),),
    )  # fmt: skip

    assert note.unallocated == eur("70.00")
    assert "open" not in note.model_dump_json()
    paid_out = note.model_copy(update={"open": eur("0.00")})
    assert paid_out.unallocated == eur("0.00")
    assert CreditNote.model_validate_json(paid_out.model_dump_json()) == paid_out
    # The source's own balance may follow its allocations later.
    assert note.model_copy(update={"open": eur("100.00")}).unallocated == eur("70.00")
