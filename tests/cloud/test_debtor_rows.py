"""What counts per debtor, on the embedded table: of two cases at once, one contacts the debtor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from shared.cloud import debtor_rows, keys, table
from shared.cloud.store import Store
from shared.domain.events import ActFailed, ActSent, ReminderIntended
from shared.errors import Conflict
from tests.functions.world import NORDIC, NOW, TWIN, open_case, settle_in

pytestmark = pytest.mark.stack

CASES = ("c1", "c2", "c3")


@pytest.fixture
def debtor(nordic):
    """A debtor with three cases, as with a case for each agreement."""
    for number, case in enumerate(CASES, start=1):
        open_case(nordic, case, claims=(f"erp:{number}",))


def intent(case):
    claim = f"erp:{case[1:]}"
    return ReminderIntended(
        at=NOW, act=f"{case}-friendly-1", step="friendly", claims=(claim,), channel="email",
        tone="friendly", language="fi", deadline=date(2026, 3, 17), document="d",
        content_hash="0" * 64,
    )  # fmt: skip


def attempt(loaded):
    try:
        Store(NORDIC).append(loaded, [intent(loaded.case.id)], due_at=NOW)
    except Conflict:
        return None
    return loaded.case.id


def test_of_cases_that_would_contact_the_debtor_at_once_one_does(debtor):
    store = Store(NORDIC)
    loaded = [store.load(case) for case in CASES]
    with ThreadPoolExecutor(3) as pool:
        did = [one for one in pool.map(attempt, loaded) if one]
    assert len(did) <= 1
    won = did[0] if did else attempt(store.load("c1"))
    (other, _) = [case for case in CASES if case != won]
    # The next look at it sees that contact, and waits for its window.
    row = store.load(other).row(keys.debtor(NORDIC, "erp:d1"))
    assert debtor_rows.beside(row, other).last_contact() == NOW.date()


def test_an_outcome_is_written_whatever_else_counted_meanwhile(debtor):
    store = Store(NORDIC)
    first = store.append(store.load("c1"), [intent("c1")], due_at=NOW)
    store.append(store.load("c2"), [intent("c2")], due_at=NOW)
    store.append(first, [ActSent(at=NOW, act="c1-friendly-1", on=date(2026, 3, 3))], due_at=NOW)
    counts = debtor_rows.beside(table.get(keys.debtor(NORDIC, "erp:d1")), "c3").cases
    assert {one.contacted for one in counts} == {date(2026, 3, 2), date(2026, 3, 3), None} - {None}


def test_a_contact_that_did_not_happen_frees_the_window(debtor):
    store = Store(NORDIC)
    loaded = store.append(store.load("c1"), [intent("c1")], due_at=NOW)
    store.append(loaded, [ActFailed(at=NOW, act="c1-friendly-1", code="bounced")], due_at=NOW)
    row = table.get(keys.debtor(NORDIC, "erp:d1"))
    assert debtor_rows.beside(row, "c2").last_contact() is None
    assert attempt(store.load("c2")) == "c2"


def test_a_run_that_goes_on_after_its_own_intent_needs_no_new_read(debtor):
    store = Store(NORDIC)
    loaded = store.append(store.load("c1"), [intent("c1")], due_at=NOW)
    loaded = store.append(
        loaded, [ActFailed(at=NOW, act="c1-friendly-1", code="bounced")], due_at=NOW
    )
    again = intent("c1").model_copy(update={"act": "c1-friendly-2"})
    assert store.append(loaded, [again], due_at=NOW).case.pending().act == "c1-friendly-2"


def test_no_case_is_opened_for_an_alias_and_none_of_another_creditor_is_counted(debtor):
    settle_in(TWIN)
    open_case(TWIN, "c9", claims=("erp:9",))
    assert debtor_rows.beside(table.get(keys.debtor(TWIN, "erp:d1")), "c9").cases == ()
    alias = keys.debtor(NORDIC, "erp:d1")
    table.update(alias, set_={"into": "erp:d2"})
    with pytest.raises(Conflict):
        open_case(NORDIC, "c4", claims=("erp:4",))


def test_what_is_long_over_is_let_go_with_the_next_contact(debtor):
    old = '{"since":"2024-01-01","until":"2024-02-01","fees":["2024-01-20"]}'
    lately = '{"since":"2025-11-01","until":"2025-12-01","promises":["2025-11-20"]}'
    table.update(keys.debtor(NORDIC, "erp:d1"), set_={"c_old": old, "c_late": lately})
    assert attempt(Store(NORDIC).load("c1")) == "c1"
    names = {name for name in table.get(keys.debtor(NORDIC, "erp:d1")) if name[:2] == "c_"}
    assert names == {"c_c1", "c_c2", "c_c3", "c_late"}
