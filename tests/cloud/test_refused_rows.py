"""Rows that could not be read: each is kept, whatever the source calls it."""

import pytest

from shared.cloud.keys import Tenant
from shared.cloud.refused_rows import rows_of

NORDIC = Tenant("nordic")


@pytest.mark.parametrize("name", ["invoice 2153", "", "a#b", "line\n7", "x" * 400])
def test_a_name_that_is_no_part_of_a_key_keeps_its_row(name):
    (row,) = rows_of(NORDIC, "erp", [(name, "due", "no such day")])
    assert (row["field"], row["text"]) == ("due", "no such day")
    assert row["list_id"]
    assert row["sk"] == f"REFUSED#{row['list_id']}"


def test_names_that_look_alike_once_they_are_fit_stay_two_rows():
    found = rows_of(NORDIC, "erp", [("a b", "x", "1"), ("a\tb", "x", "2"), ("a_b", "x", "3")])
    assert len({row["sk"] for row in found}) == 3


def test_a_fit_name_stands_as_it_is_and_the_last_refusal_of_it_counts():
    found = rows_of(NORDIC, "erp", [("line-7", "x", "1"), ("line-7", "y", "2")])
    assert [(row["list_id"], row["field"]) for row in found] == [("line-7", "y")]
