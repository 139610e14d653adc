"""What holds for every payment and every candidates: order, money, keys, and who is let be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.matching import match
from shared.domain.matching_evidence import is_one_slip_away
from shared.domain.matching_lookups import lookups, lookups_of
from shared.domain.matching_parts import Credit, Item
from shared.domain.money import Money, total
from shared.domain.references import fi_reference, rf_reference
from shared.domain.sighting import Payer, Remitted, Sighting

ON = date(2026, 10, 12)
# Few references, numbers and amounts, so that they meet; two references are a swap apart.
REFERENCES = [fi_reference(base) for base in ("2735", "7235", "1010", "4902", "61616161")]
NUMBERS = ["INV-2026-00001", "INV-2026-00002", "2026/17", "4711", "200001"]
AMOUNTS = [Decimal(one) for one in ("10.00", "25.50", "31.17", "35.50", "56.67", "100.00")]
DEBTORS = ["erp:anna", "erp:bert", "erp:carl"]
CURRENCIES = st.sampled_from(["EUR"] * 9 + ["SEK"])
MONEY = st.builds(Money, st.sampled_from(AMOUNTS), CURRENCIES)
STATES = st.sampled_from(["open"] * 6 + ["with_partner", "closed"])


@st.composite
def item(draw, number):
    state, left = draw(STATES), draw(MONEY)
    charges = Money(Decimal(5), left.currency) if draw(st.booleans()) else None
    return Item(
        invoice=f"erp:{number}",
        number=draw(st.sampled_from([NUMBERS[number % len(NUMBERS)], *NUMBERS])),
        debtor=draw(st.sampled_from(DEBTORS)),
        open=Money.zero(left.currency) if state == "closed" else left,
        charges=None if state == "closed" else charges,
        due=date(2026, 9, draw(st.integers(1, 3))),
        references=tuple(draw(st.lists(st.sampled_from(REFERENCES), max_size=2, unique=True))),
        accounts=draw(st.sampled_from([(), (), (), ("here",), ("there",)])),
        state=state,
    )


@st.composite
def worlds(draw):
    """A payment, books, and known debtors; the payment mostly speaks of something in the books."""
    items = [draw(item(number)) for number in range(draw(st.integers(0, 6)))]
    owners = draw(st.lists(st.sampled_from(DEBTORS), max_size=2))
    credit_notes = [
        Credit(credit_note=f"erp:c{i}", number="C-99", debtor=owner, left=draw(MONEY))
        for i, owner in enumerate(owners)
    ]
    meant = draw(st.lists(st.sampled_from(items), max_size=3, unique=True)) if items else []
    known = draw(st.lists(st.sampled_from([*(one.debtor for one in meant), *DEBTORS]), max_size=2))
    return draw(payments(meant, credit_notes)), [*items, *credit_notes], known


@st.composite
def payments(draw, meant, credit_notes):
    named = [name for one in meant for name in (one.number, *one.references)]
    said = st.sampled_from([*named, *named, *map(rf_reference, REFERENCES), "27351"])
    sums = [sum(one.open.amount for one in meant), sum(one.total.amount for one in meant)]
    off = [sums[0] - one.left.amount for one in credit_notes]
    amount = draw(st.sampled_from([one for one in (*sums, *sums, *off) if one > 0] or AMOUNTS))
    amount += Decimal(draw(st.sampled_from(["0.00"] * 4 + ["0.50", "5.00", "-0.50"])))
    currency = meant[0].open.currency if meant else "EUR"
    lines = st.builds(Remitted, number=said, amount=MONEY, credit=st.just(value=False))
    whole = [Remitted(number=one.number, amount=one.open) for one in meant if one.open]
    less = [Remitted(number=one.number, amount=one.left, credit=True) for one in credit_notes[:1]]
    split = draw(st.sampled_from([[], [], [], whole, whole + less]) | st.lists(lines, max_size=2))
    word = draw(st.sampled_from(["viite", "lasku", "", ""]))
    return Sighting(
        id="bank:1",
        version="1",
        kind="receipt",
        account="here",
        amount=Money(amount, draw(st.sampled_from([currency] * 7 + ["SEK"]))),
        instructed=draw(st.sampled_from([None, None, None, Money.of("31.17", "SEK")])),
        value_date=ON,
        booked=ON,
        references=tuple(draw(st.lists(said, max_size=2))),
        split=tuple(split),
        claim=draw(st.sampled_from([None] * 9 + ["erp:1"])),
        text=f"{word} {' '.join(draw(st.lists(said, max_size=2)))}",
        payer=Payer(account="X1"),
    )


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_says_nothing(world, dice):
    payment, candidates, known = world
    answer = match(payment, candidates, known)
    shuffled, shuffled_known = list(candidates), list(known)
    dice.shuffle(shuffled)
    dice.shuffle(shuffled_known)
    assert match(payment, shuffled, shuffled_known) == answer
    assert match(payment, [*candidates, *candidates], known) == answer


@given(worlds())
def test_money_is_never_made_or_lost_and_never_booked_beyond_what_is_owed(world):
    payment, candidates, known = world
    answer = match(payment, candidates, known)
    items = {one.invoice: one for one in candidates if isinstance(one, Item)}
    for one in (answer, *answer.proposals):
        booked = total([part.amount for part in one.allocations], payment.amount.currency)
        assert booked + one.rest == payment.amount
        assert len({part.invoice for part in one.allocations}) == len(one.allocations)
        assert one.rest >= Money.zero(payment.amount.currency)
        for part in one.allocations:
            item = items[part.invoice]
            nets = [net.amount for net in one.nettings if net.invoice == part.invoice]
            assert part.amount > Money.zero(payment.amount.currency)
            assert total([part.amount, *nets], item.open.currency) <= item.total
    credit = {one.credit_note: one.left for one in candidates if isinstance(one, Credit)}
    for name, left in credit.items():
        used = [net.amount for net in answer.nettings if net.credit_note == name]
        assert total(used, left.currency) <= left


@given(worlds())
def test_only_an_automatic_answer_books_and_a_question_names_who_is_let_be(world):
    payment, candidates, known = world
    answer = match(payment, candidates, known)
    items = {one.invoice: one for one in candidates if isinstance(one, Item)}
    assert answer.automatic is bool(answer.allocations)
    assert not (answer.certain and answer.ask)
    assert len(set(answer.hold)) == len(answer.hold)
    assert all(items[one].state != "closed" for one in answer.hold)
    assert not {one.invoice for one in answer.allocations}.intersection(answer.hold)
    if answer.automatic:
        assert not answer.proposals
        assert all(items[one.invoice].state != "closed" for one in answer.allocations)
        assert all("there" not in items[one.invoice].accounts for one in answer.allocations)
    else:
        assert answer.ask
        proposed = {invoice for one in answer.proposals for invoice in one.invoices}
        assert {one for one in proposed if items[one].state != "closed"} <= set(answer.hold)


@given(worlds())
def test_whatever_is_booked_is_found_by_an_equal_key(world):
    """The answer out of all candidates and that out of those which the keys find are the same."""
    payment, candidates, known = world
    wanted = lookups(payment)
    items = [
        one
        for one in candidates
        if isinstance(one, Item)
        and (
            set(wanted.keys) & set(lookups_of(one))
            or one.invoice == wanted.claim
            or one.debtor in known
        )
    ]
    debtors = {item.debtor for item in items}
    credit_notes = [
        one
        for one in candidates
        if isinstance(one, Credit)
        and (one.debtor in debtors or set(wanted.keys) & set(lookups_of(one)))
    ]
    whole, found = match(payment, candidates, known), match(payment, [*items, *credit_notes], known)
    assert (found.rule, found.automatic) == (whole.rule, whole.automatic)
    assert (found.allocations, found.nettings) == (whole.allocations, whole.nettings)
    assert found.proposals == whole.proposals


@given(worlds())
def test_an_exact_answer_stands_whatever_else_is_found(world):
    payment, candidates, known = world
    named = [one for one in lookups(payment).keys if one.startswith("T:")]
    few = [
        one
        for one in candidates
        if set(named) & set(lookups_of(one))
        or (isinstance(one, Item) and one.invoice == payment.claim)
    ]
    answer = match(payment, few)
    if answer.exact:
        whole = match(payment, candidates, known)
        assert (whole.rule, whole.allocations) == (answer.rule, answer.allocations)


@given(st.text("0123", max_size=7), st.text("0123", max_size=7))
def test_one_slip_is_the_damerau_distance_of_one(one, other):
    assert is_one_slip_away(one, other) is (_distance(one, other) == 1)


def _distance(one, other):
    """Optimal string alignment, by the book."""
    rows = [
        [i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)
    ]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            cost = one[i - 1] != other[j - 1]
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]
