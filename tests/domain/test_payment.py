"""A payment: every euro of it has one place, and what is taken back is what it had settled."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.money import total
from shared.domain.payment import Follower, Line, Resolution, begun, followed, refreshed, resolved
from shared.domain.sighting import Sighting
from tests.domain.casebook import day, eur

DAY = day("02-10")


def sighting(amount="100.00", **of):
    fields = {
        "id": "bank:1", "version": "1", "kind": "receipt", "account": "FI2112345600000785",
        "amount": eur(amount), "value_date": DAY, "booked": DAY,
    }  # fmt: skip
    return Sighting(**(fields | of))


def line(invoice, principal, charges="0.00"):
    return Line(invoice=f"erp:{invoice}", principal=eur(principal), charges=eur(charges))


def matched(*lines, amount="100.00"):
    payment = begun(sighting(amount), "bank").model_copy(update={"sighting_version": "1"})
    return resolved(payment, Resolution(rule="reference", lines=lines, ask=True), DAY)


def follower(name, amount, kind="reversal", on=DAY):
    return Follower(id=f"bank:{name}", kind=kind, amount=eur(amount), on=on, code="AC04")


def nets(payment):
    return {invoice: str(lot.net.amount) for invoice, lot in payment.lots}


FOLLOWERS = st.lists(
    st.builds(
        Follower,
        id=st.integers(0, 9).map(lambda n: f"bank:f{n}"),
        kind=st.sampled_from(["reversal", "reinstatement", "refund"]),
        amount=st.sampled_from(["1.00", "20.00", "55.50", "100.00"]).map(eur),
        on=st.just(DAY),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)
LINES = st.sampled_from([
    (), (line("a", "60.00"),), (line("a", "60.00"), line("b", "40.00")),
    (line("a", "50.00", "5.00"), line("b", "30.00", "1.20")),
])  # fmt: skip


@settings(max_examples=150)
@given(LINES, LINES, FOLLOWERS, st.data())
def test_every_euro_has_one_place_whatever_comes_in_whatever_order(first, then, followers, data):
    order = data.draw(st.permutations(followers))
    cut = data.draw(st.integers(0, len(order)))
    one = matched(*first)
    one = followed(one, order[:cut])
    one = resolved(one, Resolution(rule="person", lines=then, ask=True), DAY, "p")
    one = followed(one, order)
    plain = followed(matched(*then), followers)

    for payment in (one, plain):
        placed = payment.booked + payment.taken_back + payment.refunded + payment.rest
        assert placed - payment.refunded_beyond == payment.amount
        principal = total([lot.net for _, lot in payment.lots], "EUR")
        assert eur("0.00") <= principal <= payment.booked
        for _, lot in payment.lots:
            assert len({move.id for move in lot.moves}) == len(lot.moves)
    # The road leaves its traces in the moves, and none in what they come to.
    mine = {invoice: net for invoice, net in nets(one).items() if net != "0.00"}
    theirs = {invoice: net for invoice, net in nets(plain).items() if net != "0.00"}
    assert mine == theirs
    assert (one.booked, one.rest, one.status) == (plain.booked, plain.rest, plain.status)


@settings(max_examples=50)
@given(LINES, FOLLOWERS)
def test_what_follows_twice_counts_once(lines, followers):
    payment = followed(matched(*lines), followers)
    assert followed(payment, followers) == payment


def test_a_reversal_begins_with_what_has_no_place_then_with_the_last_line():
    payment = matched(line("a", "50.00"), line("b", "30.00", "5.00"))
    assert payment.rest == eur("15.00")
    assert nets(followed(payment, [follower("r", "15.00")])) == {"erp:a": "50.00", "erp:b": "30.00"}
    # The charges of a line go before its principal.
    assert nets(followed(payment, [follower("r", "25.00")])) == {"erp:a": "50.00", "erp:b": "25.00"}
    # What was refunded is no longer there to be taken.
    refunded = followed(payment, [follower("b", "10.00", "refund"), follower("r", "15.00")])
    assert nets(refunded) == {"erp:a": "50.00", "erp:b": "25.00"}
    gone = followed(payment, [follower("r", "100.00")])
    assert (nets(gone), gone.status) == ({"erp:a": "0.00", "erp:b": "0.00"}, "reversed")
    back = followed(gone, [follower("w", "100.00", "reinstatement")])
    assert (nets(back), back.status) == (nets(payment), payment.status)


def test_a_receipt_that_was_taken_back_before_it_was_matched_says_so_on_its_claim():
    early = followed(begun(sighting(), "bank"), [follower("r", "100.00", on=day("02-12"))])
    late = resolved(early, Resolution(rule="reference", lines=(line("a", "100.00"),)), DAY)
    (lot,) = (lot for _, lot in late.lots)
    assert [(one.kind, one.on) for one in lot.moves] == [
        ("matched", DAY), ("reversed", day("02-12")),
    ]  # fmt: skip
    assert (lot.gross, lot.net) == (eur("100.00"), eur("0.00"))


def test_a_refund_reopens_nothing_and_what_goes_beyond_is_said():
    payment = followed(matched(line("a", "80.00")), [follower("b", "30.00", "refund")])
    assert (nets(payment), payment.rest) == ({"erp:a": "80.00"}, eur("0.00"))
    assert payment.refunded_beyond == eur("10.00")


@pytest.mark.parametrize(
    "lines",
    [(line("a", "100.01"),), (line("a", "60.00"), line("b", "40.01")), (line("a", "0.00"),)],
)
def test_no_more_is_matched_than_came_in(lines):
    with pytest.raises(ValueError, match="no more than it"):
        matched(*lines)


def test_what_a_person_decided_stands_while_the_money_covers_it():
    payment = resolved(matched(), Resolution(rule="person", lines=(line("a", "90.00"),)), DAY, "p")
    assert refreshed(payment, sighting(version="2"), "bank").by == "p"
    assert refreshed(payment, sighting("80.00", version="2"), "bank").by == ""


def test_the_status_is_one_word():
    assert begun(sighting(), "bank").status == "new"
    assert begun(sighting(kind="payout"), "bank").status == "payout"
    assert begun(sighting(kind="refund"), "bank").status == "waiting"
    assert matched(line("a", "100.00")).status == "matched"
    assert matched(line("a", "99.00")).status == "unapplied"
    assert date(2026, 2, 10) == DAY
