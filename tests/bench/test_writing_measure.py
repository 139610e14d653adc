"""The measure of letters writes every letter of the gallery, and its targets hold."""

from infra.local.bench import writing


def test_a_page_costs_more_than_a_mail_and_both_meet_their_targets():
    mails, pages, size = writing.letters(times=1, best_of=2)

    assert mails.holds
    assert pages.holds
    assert pages.ratio is not None
    assert pages.ratio < 1
    assert size.ratio is not None
    assert size.ratio > 1
    assert "Letters: 25 of the gallery" in mails.note
