"""What a promise comes to is what the page asks for on its day: no part is left out."""

from __future__ import annotations

import pytest

from shared.domain.payer_owed import owed
from tests.domain.casebook import eur
from tests.domain.test_payer_view import charged_case, joined, of_1000, seen

WAYS = [charged_case, of_1000, lambda: of_1000(joined("b", total="50.00"))]


@pytest.mark.parametrize("on", ["02-15", "03-20", "06-30"])
@pytest.mark.parametrize("made", WAYS)
def test_the_parts_add_up_to_what_the_page_asks_for_on_that_day(made, on):
    view = seen(made(), on=on)
    asked = [one.id for one in view.claims if one.standing == "late"]
    sums = owed(view, asked)

    assert sums.total == view.total == sums.principal + sums.beside
    assert sums.on == view.on


def test_only_the_named_claims_count():
    case = of_1000(joined("b", total="50.00"))
    view = seen(case)

    assert owed(view, {"erp:b"}).principal == eur("50.00")
    assert owed(view, ()).total == eur("0.00")


def test_a_day_of_which_no_rate_is_known_is_named():
    assert owed(seen(charged_case(), on="08-01"), {"erp:a"}).unknown_from is not None
