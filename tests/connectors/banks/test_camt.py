"""The bank's folder: a file counts whole or not at all, once, and in its place among the others."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.banks import camt
from connectors.contract import Connection
from shared.domain.money import Money, total
from shared.errors import Unreadable
from tests.connectors.banks.camt_reading import NOW, config
from tests.connectors.banks.camt_writer import FI, Entry, Message, Statement, Tx, tag
from tests.connectors.fake_s3 import FakeS3


def day_end(day):
    """The end of a day of March 2026 in Helsinki."""
    return datetime(2026, 3, day, 22, 0, tzinfo=UTC)


def opened(s3=None, **settings):
    s3 = s3 or FakeS3(now=datetime(2026, 3, 3, 4, 0, tzinfo=UTC))
    return s3, camt.connect(Connection("c1", config(**settings), clients={"s3": s3}))


def drop(s3, name, body, **settings):
    data = body if isinstance(body, bytes) else body.xml()
    s3.drop(f"bank/c1/inbox/{name}", data, **settings)


def pulled(connector, cursor=None, now=NOW):
    pages = list(connector.pull(cursor, now=now))
    facts = [fact for page in pages for fact in page.facts]
    refused = [row for page in pages for row in page.refused]
    assert [page.complete_through for page in pages[:-1]] == [None] * (len(pages) - 1)
    return facts, refused, pages[-1]


def errors(s3, name):
    text = s3.body(f"bank/c1/errors/{name}.errors.csv").decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


def entry(amount="10.00", ref="A1", **fields):
    return Entry(amount, (Tx(amount, ref=ref),), **fields)


def notification(*entries, day=2, **fields):
    to = f"2026-03-{day:02d}T23:59:59+02:00"
    one = Statement(entries, id=f"N-{day}", opening=None, to=to)
    return Message(**{"id": f"M-{day}", "statements": (one,), **fields})


def statement(*entries, day=2, number=None, opening="1000.00", **fields):
    one = Statement(
        entries, id=f"S-{day}", number=number, opening=opening, day=f"2026-03-{day:02d}"
    )
    return Message("camt.053", **{"id": f"B-{day}", "statements": (one,), **fields})


def ids(facts):
    return [fact.id.removeprefix(f"c1:{FI}:") for fact in facts]


def test_a_file_gives_its_movements_once():
    s3, connector = opened()
    drop(s3, "a.xml", notification(entry()))
    facts, refused, last = pulled(connector)
    assert (ids(facts), refused) == (["A1"], [])
    assert last.complete_through == day_end(2)
    assert pulled(connector, last.cursor)[0] == []
    assert pulled(connector, last.cursor)[2].complete_through == day_end(2)


def test_the_same_content_under_another_name_gives_nothing():
    s3, connector = opened()
    drop(s3, "a.xml", notification(entry()))
    drop(s3, "b.xml", notification(entry()))
    facts, refused, _ = pulled(connector)
    assert (ids(facts), refused) == (["A1"], [])
    again = opened(s3)[1]
    assert ids(pulled(again)[0]) == ["A1"]  # from the beginning, the first drop brings it again


def test_a_file_with_one_fault_brings_no_payment_at_all_and_is_told():
    s3, connector = opened()
    drop(s3, "a.xml", notification(entry(), Entry("7.00", (Tx("7.01", ref="A2"),))))
    facts, refused, last = pulled(connector)
    assert facts == []
    assert [(row.row, row.field) for row in refused] == [("a.xml: statement 1, entry 2", "Amt")]
    assert errors(s3, "a.xml")[0][:2] == ["statement 1, entry 2", "Amt"]
    assert last.complete_through is None


def test_nothing_new_is_complete_until_a_refused_file_is_taken_away_or_replaced():
    s3, connector = opened()
    drop(s3, "a.xml", notification(entry()))
    drop(s3, "b.xml", b"<broken")
    drop(s3, "c.xml", notification(entry(ref="A3"), day=3))
    facts, refused, last = pulled(connector)
    assert (ids(facts), [row.row for row in refused]) == (["A1", "A3"], ["b.xml"])
    assert last.complete_through is None
    drop(s3, "b.xml", notification(entry(ref="A2"), id="M-9"))
    facts, refused, last = pulled(connector, last.cursor)
    assert (ids(facts), refused) == (["A2"], [])
    assert last.complete_through == day_end(3)
    assert not s3.keys("bank/c1/errors/b.xml")  # the report goes when the file is good
    drop(s3, "d.xml", b"")
    last = pulled(connector, last.cursor)[2]
    s3.delete_object(Bucket="books", Key="bank/c1/inbox/d.xml")
    assert pulled(connector, last.cursor)[2].complete_through == day_end(3)


def test_a_known_message_with_other_content_is_refused_unless_it_is_a_correction():
    first, other = notification(entry()), notification(entry("11.00"))
    later = replace(other, created="2026-03-03T09:00:00+02:00")
    marked = replace(other, statements=(replace(other.statements[0], mark="CODU"),))
    for body, taken in ((other, False), (later, True), (marked, True)):
        s3, connector = opened()
        drop(s3, "a.xml", first)
        drop(s3, "b.xml", body)
        facts, refused, last = pulled(connector)
        assert ids(facts) == (["A1", "A1"] if taken else ["A1"])
        assert [row.field for row in refused] == ([] if taken else ["GrpHdr/MsgId"])
        assert last.complete_through == (day_end(2) if taken else None)
        assert len({fact.version for fact in facts}) == len(facts)


def test_a_correction_that_leaves_a_payment_out_goes_to_a_person():
    s3, connector = opened()
    drop(s3, "a.xml", notification(entry(), entry(ref="A2")))
    drop(s3, "b.xml", notification(entry(), created="2026-03-03T09:00:00+02:00"))
    facts, refused, _ = pulled(connector)
    assert ids(facts) == ["A1", "A2"]
    assert [(row.row, row.field) for row in refused] == [("b.xml", "GrpHdr/MsgId")]


def test_a_gap_in_the_numbers_holds_completeness_until_the_missing_file_comes():
    settings = {"details": "camt.053"}
    s3, connector = opened(**settings)
    drop(s3, "1.xml", statement(entry(ref="A1"), day=2, number=7))
    drop(s3, "3.xml", statement(entry(ref="A3"), day=4, number=9, opening="1020.00"))
    facts, refused, last = pulled(connector)
    assert ids(facts) == ["A1", "A3"]  # money is never held back, only the word that it is all
    assert [row.row for row in refused] == ["3.xml: statement 1"]
    assert last.complete_through == day_end(2)
    drop(s3, "2.xml", statement(entry(ref="A2"), day=3, number=8, opening="1010.00"))
    facts, refused, last = pulled(connector, last.cursor)
    assert (ids(facts), refused, last.complete_through) == (["A2"], [], day_end(4))


def test_a_swept_account_needs_its_numbers_and_others_their_balances():
    s3, connector = opened(details="camt.053")
    sweep = Entry("10.00", credit=False)
    drop(s3, "1.xml", statement(entry(ref="A1"), sweep, day=2, number=7))
    drop(s3, "3.xml", statement(entry(ref="A3"), sweep, day=4, number=9))
    assert pulled(connector)[2].complete_through == day_end(2)
    s3, connector = opened(details="camt.053", numbered=False)
    drop(s3, "1.xml", statement(entry(ref="A1"), day=2, number=7))
    drop(s3, "2.xml", statement(entry(ref="A2"), day=3, number=70, opening="1010.00"))
    assert pulled(connector)[2].complete_through == day_end(3)
    drop(s3, "4.xml", statement(entry(ref="A4"), day=5, number=71, opening="1030.00"))
    assert pulled(connector)[2].complete_through == day_end(3)


def test_a_repeated_number_is_told_and_a_copy_is_not():
    for mark, told in (("", 1), ("DUPL", 0)):
        s3, connector = opened(details="camt.053")
        drop(s3, "1.xml", statement(entry(), day=2, number=7))
        again = statement(entry(), day=2, number=7, id="B-77")
        drop(s3, "2.xml", replace(again, statements=(replace(again.statements[0], mark=mark),)))
        facts, refused, last = pulled(connector)
        assert len({(fact.id, fact.version) for fact in facts}) == 1
        assert len(refused) == told
        assert last.complete_through == day_end(2)


def test_numbers_begin_anew_with_the_year():
    s3, connector = opened(details="camt.053")
    drop(s3, "1.xml", statement(day=2, number=252))
    drop(s3, "2.xml", statement(day=3, number=1))
    drop(s3, "3.xml", statement(day=4, number=2))
    assert pulled(connector)[1:][0] == []
    assert pulled(connector)[2].complete_through == day_end(4)


def page_of(day, page, last, ref):
    paging = tag("StmtPgntn", tag("PgNb", str(page)) + tag("LastPgInd", last))
    one = Statement((entry(ref=ref),), id="S-9", day=f"2026-03-{day:02d}", page=paging)
    return Message("camt.053", id=f"P-{page}", statements=(one,))


def test_a_statement_in_pages_proves_its_day_when_all_pages_are_there():
    s3, connector = opened(details="camt.053")
    drop(s3, "2.xml", page_of(2, 2, "true", "A2"))
    facts, refused, last = pulled(connector)
    assert (ids(facts), refused, last.complete_through) == (["A2"], [], None)
    drop(s3, "1.xml", page_of(2, 1, "false", "A1"))
    facts, refused, last = pulled(connector, last.cursor)
    assert (ids(facts), last.complete_through) == (["A1"], day_end(2))


def test_where_notifications_bring_the_money_statements_must_show_the_same():
    s3, connector = opened()
    drop(s3, "n2.xml", notification(entry(ref="A2")))
    drop(s3, "s2.xml", statement(entry(ref="A2"), day=2))
    facts, refused, last = pulled(connector)
    assert (ids(facts), refused, last.complete_through) == (["A2"], [], day_end(2))
    three = {"booked": "2026-03-03"}
    drop(s3, "s3.xml", statement(entry("5.00", ref="A3", **three), day=3, opening="1010.00"))
    facts, refused, last = pulled(connector, last.cursor)
    assert (facts, refused, last.complete_through) == ([], [], day_end(2))  # its details may follow
    drop(s3, "s4.xml", statement(day=4, opening="1015.00"))
    refused, last = pulled(connector, last.cursor)[1:]
    assert len(refused) == 1  # now they are late
    assert last.complete_through == day_end(2)
    drop(s3, "n3.xml", notification(entry("5.00", ref="A3", **three), day=3))
    facts, refused, last = pulled(connector, last.cursor)
    assert (ids(facts), refused, last.complete_through) == (["A3"], [], day_end(4))


def test_where_sums_are_not_compared_the_statement_alone_proves_the_day():
    s3, connector = opened(compare_sums=False)
    drop(s3, "s2.xml", statement(entry(), day=2))
    assert pulled(connector)[2].complete_through == day_end(2)


def test_the_slowest_account_says_through_when_all_is_known():
    other = {"account": "BGNR:50501055", "country": "SE"}
    s3, connector = opened(also=(other,))
    drop(s3, "a.xml", notification(entry()))
    last = pulled(connector)[2]
    assert last.complete_through is None
    swedish = Statement((), id="X", account="BGNR:50501055", to="2026-03-01T23:59:59+01:00")
    drop(s3, "b.xml", Message(id="M-8", statements=(swedish,)))
    last = pulled(connector, last.cursor)[2]
    assert last.complete_through == datetime(2026, 3, 1, 23, tzinfo=UTC)


def test_no_statement_proves_more_than_now():
    s3, connector = opened()
    drop(s3, "a.xml", notification(entry(), day=9))
    assert pulled(connector)[2].complete_through == NOW


def many(n, amount="0.10"):
    return notification(*(entry(amount, ref=f"R{i}") for i in range(n)))


def test_pages_are_bounded_and_a_crash_goes_on_where_it_stopped():
    s3, connector = opened()
    drop(s3, "a.xml", many(1_201))
    pages = list(connector.pull(None, now=NOW))
    assert [len(page.facts) for page in pages] == [500, 500, 201, 0]
    rest, _, last = pulled(opened(s3)[1], pages[0].cursor)
    assert ids(rest) == [f"R{i}" for i in range(500, 1_201)]
    assert last.cursor == pages[-1].cursor
    amounts = [fact.amount for page in pages for fact in page.facts]
    assert total(amounts, "EUR") == Money.of("120.10", "EUR")


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("connectors.banks.camt.inbox.MAX_BYTES", 100)
    s3, connector = opened()
    drop(s3, "a.xml", notification(entry()))
    facts, refused, _ = pulled(connector)
    assert facts == []
    assert [(row.row, row.text) for row in refused] == [("a.xml", "the file is too large")]


def test_a_malformed_cursor_is_unreadable():
    _, connector = opened()
    with pytest.raises(Unreadable):
        list(connector.pull('{"through": "soon"}', now=NOW))


def test_the_connection_test_says_what_the_newest_file_holds():
    s3, connector = opened()
    assert [finding.ok for finding in connector.test()] == [True, False]
    drop(s3, "a.xml", notification(entry(), entry(ref="A2")))
    (_, found) = connector.test()
    assert (found.ok, found.text) == (True, "camt.054: 2 entries, 2 payments to be taken")
    drop(s3, "b.xml", notification(Entry("7.00", (Tx("7.01"),))))
    (_, found) = connector.test()
    assert (found.ok, "statement 1, entry 1" in found.text) == (False, True)


def test_notes_on_entries_are_told_and_stop_nothing():
    s3, connector = opened()
    drop(s3, "a.xml", notification(entry(), Entry("9.00", ref="E2", count=3)))
    facts, refused, last = pulled(connector)
    assert ids(facts) == ["A1"]
    assert [row.row for row in refused] == ["a.xml: statement 1, entry 2"]
    assert last.complete_through == day_end(2)
