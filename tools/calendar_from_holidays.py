"""Writes shared/domain/closed_days*.py: the weekdays on which payments do not fall due.

    uv run --no-project --with holidays==0.109 python tools/calendar_from_holidays.py

The library is needed here alone; the product reads the table. What the library lacks or counts
otherwise than the law of payment is added below, each with the act that says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

# Sweden's list of today begins in 2005 (6 June instead of Whit Monday); the end leaves room for
# plans and far due dates.
YEARS = range(2005, 2051)
FOLDER = Path(__file__).parents[1] / "shared" / "domain"

# Categories of the library that the law of payment counts. Finland: "public" has Christmas Eve
# and Midsummer Eve, which velkakirjalaki 622/1947 5 § names. Sweden: "de_facto" has Midsummer,
# Christmas and New Year's Eve, which 1930:173 2 § names. Norway: "public" has 1 and 17 May.
# Germany, the Netherlands, Estonia: no act was read; "public" has what the whole country keeps.
CATEGORIES = {
    "FI": ("public",),
    "SE": ("public", "de_facto"),
    "NO": ("public",),
    "DK": ("public",),
    "DE": ("public",),
    "NL": ("public",),
    "EE": ("public",),
}
# Denmark: Constitution Day, Christmas Eve and New Year's Eve, forældelsesloven § 27 stk. 1.
ADDED = {"DK": ((6, 5), (12, 24), (12, 31))}
# Where no act was read, no payment falls due either while the euro's payment system is closed.
EURO = ("DE", "NL", "EE")
# One module of tables for those whose acts were read, and one for the others.
MODULES = {"closed_days": ("FI", "SE", "NO", "DK"), "closed_days_euro": EURO}

HEAD = '''"""The weekdays on which payments do not fall due, by country and year.

Written by tools/calendar_from_holidays.py from the library holidays {version}, with the corrections
that stand there; do not edit. Each text lists months and days ("0106" is 6 January); Saturdays
and Sundays are left out, for they are closed anyway.
"""

CLOSED = {{
'''


def closed(country: str, year: int, library: Any) -> list[date]:
    """The closed weekdays of a year, in order."""
    days = set(library.country_holidays(country, years=year, categories=CATEGORIES[country]))
    days |= {date(year, month, day) for month, day in ADDED.get(country, ())}
    if country in EURO:
        days |= set(library.financial_holidays("XECB", years=year))
    # Swedish Sundays are holidays of the library too: only weekdays are kept.
    return sorted(day for day in days if day.weekday() < 5)


def lines(library: Any, countries: tuple[str, ...]) -> Iterator[str]:
    """A module, line by line."""
    yield HEAD.format(version=library.__version__)
    for country in countries:
        yield f'    "{country}": {{\n'
        for year in YEARS:
            days = " ".join(f"{day:%m%d}" for day in closed(country, year, library))
            yield f'        {year}: "{days}",\n'
        yield "    },\n"
    yield "}\n"


def main() -> None:
    """Write the tables."""
    import holidays

    for name, countries in MODULES.items():
        text = "".join(lines(holidays, countries))
        (FOLDER / f"{name}.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
