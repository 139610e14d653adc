"""A reminder of others that a pull brings stops the connection as one from a sheet does."""

from __future__ import annotations

from datetime import date

import pytest

from shared.cloud import first_day_rows, keys, step, table
from shared.domain.arming import FirstDay
from shared.domain.model import PastNotice
from tests.functions.invented_erp import DEBTOR, install, invoice, pulled
from tests.functions.world import NORDIC

BEGAN = date(2026, 2, 16)


@pytest.fixture
def books(aws, monkeypatch):
    return install(monkeypatch)


def begun():
    table.transact([first_day_rows.stored(NORDIC, FirstDay(since=BEGAN), None)])


def told(on, what="reminder"):
    return PastNotice(id=f"k-{on}", invoice="erp:1", what=what, on=date.fromisoformat(on))


@pytest.mark.parametrize(
    ("notice", "since"),
    [
        (told("2026-02-17"), "2026-02-17"),
        (told("2026-02-17", "hand_over"), "2026-02-17"),
        (told("2026-02-17", "hold"), None),
        (told("2026-02-16"), None),
    ],
)
def test_what_went_out_after_the_first_days_began_is_somebody_elses(books, notice, since):
    begun()
    books.pages = [[DEBTOR, invoice(1)], [notice]]
    _, row = pulled()
    assert row.get(step.OTHERS_SINCE) == since
    task = table.get(keys.task(NORDIC, f"erp-{step.OTHERS_REMIND}-{notice.on.isoformat()}"))
    assert (task is not None) == (since is not None)


def test_without_the_rules_of_a_first_day_a_notice_is_history(books):
    books.pages = [[DEBTOR, invoice(1), told("2026-02-17")]]
    assert step.OTHERS_SINCE not in pulled()[1]
