"""The measure of the pages opens each of them, and stands beside what the API answers in it."""

from __future__ import annotations

from infra.local.bench import pages
from tests.pages import everything


def test_every_page_is_measured_and_costs_more_than_what_it_asks(capsys):
    found = pages.pages.measure(rounds=1)
    assert {one.path for one in found} == set(everything.paths("GET"))
    assert all(one.whole_ms > one.asked_ms > 0 for one in found)


def test_the_figures_name_the_dearest_and_the_heaviest(monkeypatch):
    costs = [pages.pages.Cost("/a", 4.0, 2.0, 9_000), pages.pages.Cost("/b", 8.0, 2.0, 500)]
    monkeypatch.setattr(pages.pages, "measure", lambda _: costs)
    monkeypatch.setattr(pages.pages, "files", lambda: 20_000)
    median, dearest, _, heaviest = pages.visits()
    assert (median.value, median.ratio, dearest.words) == (6.0, 3.0, "/b")
    assert (heaviest.value, heaviest.words, heaviest.holds) == (29.0, "/a", True)
