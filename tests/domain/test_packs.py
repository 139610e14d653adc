"""Two packs side by side: every change is told, field by field, and nothing else."""

from __future__ import annotations

from importlib import resources

import pytest

from shared.domain.lawpack import read_pack
from shared.domain.packs import diff

FOLDER = resources.files("shared.rules")
RATES = (FOLDER / "rates.toml").read_text(encoding="utf-8")
FI = (FOLDER / "fi.toml").read_text(encoding="utf-8")
SE = (FOLDER / "se.toml").read_text(encoding="utf-8")


def read(text=FI, rates=RATES):
    return read_pack("FI", text, rates)


def changed(old, new, text=FI):
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def test_a_pack_is_no_different_from_itself_nor_by_a_comment():
    assert diff(read(), read()) == ()
    other = read(f"# Read again.\n{FI}")
    assert other.hash != read().hash
    assert diff(read(), other) == ()


def test_a_changed_amount_is_told_with_rule_and_section():
    start = FI.index('id = "FI-C-REM"')
    text = FI[:start] + changed('amount = "5.00"', 'amount = "6.00"', FI[start:])
    (change,) = diff(read(), read(text))
    assert (change.rule, change.kind) == ("FI-C-REM", "changed")
    (field,) = change.fields
    assert (field.field, field.before, field.after) == ("amount", "5.00", "6.00")
    assert change.text == f"FI-C-REM ({change.section}): amount was 5.00, is 6.00"
    assert "513/1999 10 a" in change.section


def test_a_rule_that_is_renamed_is_gone_and_new():
    text = FI.replace('id = "FI-C-EXT"', 'id = "FI-C-EXTENSION"')
    found = {(one.rule, one.kind) for one in diff(read(), read(text))}
    assert found == {("FI-C-EXT", "removed"), ("FI-C-EXTENSION", "added")}
    back = {(one.rule, one.kind) for one in diff(read(text), read())}
    assert back == {("FI-C-EXT", "added"), ("FI-C-EXTENSION", "removed")}


def test_a_changed_tier_and_a_changed_day_of_the_pack_are_told():
    text = changed('amount = "60.00" }', 'amount = "70.00" }')
    text = changed("as_of = 2026-11-21", "as_of = 2026-12-01", text)
    told = {one.rule: one.text for one in diff(read(), read(text))}
    assert set(told) == {"pack", "FI-C-TOTAL"}
    assert "up_to 100 amount 70.00" in told["FI-C-TOTAL"]
    assert told["pack"] == "pack: as_of was 2026-11-21, is 2026-12-01"


def test_a_changed_rate_is_a_change_of_its_half_year():
    line = next(one for one in RATES.splitlines() if "first = 2026-01-01" in one)
    reference = line.split('reference = "')[1].split('"')[0]
    at = RATES.index('country = "FI"')
    rates = RATES[:at] + changed(line, line.replace(reference, "9.99"), RATES[at:])
    (change,) = diff(read(), read(rates=rates))
    assert change.rule == "rate 2026-01-01"
    assert [one.field for one in change.fields] == ["reference"]


def test_packs_of_two_countries_are_not_compared():
    with pytest.raises(ValueError, match="one country"):
        diff(read(), read_pack("SE", SE, RATES))
