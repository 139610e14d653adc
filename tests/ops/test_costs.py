"""The cost page: made from the price list, and its counts rest on tests that are there."""

from __future__ import annotations

from decimal import Decimal

import yaml

from infra.local.package import _Loader
from tools import costs

KNOWN = costs.read()


def test_the_page_is_the_one_that_the_price_list_makes():
    made = costs.page(KNOWN)
    assert costs.PAGE.read_text(encoding="utf-8") == made, "run python -m tools.costs"


def test_each_unit_of_work_rests_on_a_test_that_counts_its_calls():
    for unit in KNOWN["work"].values():
        file, _, name = unit["counted"].partition("::")
        assert f"def {name}(" in (costs.ROOT / file).read_text(encoding="utf-8")


def test_every_price_says_where_it_is_from_and_is_used():
    assert all(one["source"] and Decimal(one["usd"]) > 0 for one in KNOWN["price"].values())
    used = {one for prices in costs._LINES.values() for one in prices}
    assert used == set(KNOWN["price"])


def test_the_standing_counts_are_those_of_the_template():
    text = (costs.ROOT / "infra/ops.yaml").read_text(encoding="utf-8")
    made = yaml.load(text, Loader=_Loader)["Resources"].values()  # noqa: S506 - a safe loader
    kinds = [one["Type"] for one in made]
    assert KNOWN["standing"]["alarms"] == kinds.count("AWS::CloudWatch::Alarm")
    assert KNOWN["standing"]["dashboards"] == kinds.count("AWS::CloudWatch::Dashboard")


def test_what_grows_with_invoices_grows_in_proportion_and_the_rest_does_not():
    every = tuple(KNOWN["price"])
    small, large, huge = (
        costs.usd(KNOWN, costs.creditor(KNOWN, size), every) for size in (0, 1_000_000, 2_000_000)
    )
    assert large > small
    assert abs((huge - large) - (large - small)) < Decimal("1e-12")
    one = costs.usd(KNOWN, costs.creditor(KNOWN, 1), ("mail",))
    # 0.2 overdue, 1.5 to a case, 1.6 contacts each.
    assert abs(
        one - Decimal("0.0001") * Decimal("0.2") / Decimal("1.5") * Decimal("1.6")
    ) < Decimal("1e-20")
