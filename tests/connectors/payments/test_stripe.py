"""Stripe: whose delivery it is, what each object moved, and that no way of asking changes it."""

from __future__ import annotations

import itertools
import json
import os
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Connection, Delivery, Hook, PaymentRequest
from connectors.payments.stripe import connect, movements
from connectors.payments.stripe.amounts import money, units
from connectors.payments.stripe.config import Config
from infra.local.stripe.server import Config as Double
from infra.local.stripe.server import StripeServer, sign
from shared.domain.money import Money
from shared.domain.sighting import Sighting
from shared.errors import Reconnect, Refused, Retry, Unreadable

ROOT = Path(__file__).parents[3]
KEY, SECRET, NEXT = "rk_test_invented_key", "whsec_invented_one", "whsec_invented_two"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENT = {
    "id": "evt_1", "object": "event", "livemode": False, "type": "charge.succeeded",
    "data": {"object": {"id": "ch_1", "object": "charge"}},
}  # fmt: skip
THIN = {
    "id": "evt_2", "object": "v2.core.event", "livemode": False, "type": "v1.charge.succeeded",
    "related_object": {"id": "ch_1", "type": "charge", "url": "/v1/charges/ch_1"},
}  # fmt: skip


def stripe(origin="http://127.0.0.1:9", *, config=None, **secrets):
    given = {"environment": "sandbox", "account": "acct_demo", "origin": origin, **(config or {})}
    return connect(
        Connection(
            id="stripe",
            config=Config.model_validate(given),
            secrets={"api_key": KEY, "webhook_secret": SECRET, **secrets},
            private_targets=frozenset({origin}),
        )
    )


@pytest.fixture
def double():
    """The double, whose clock stands at noon and is moved by ``at``."""
    server = StripeServer(Double(key=KEY))
    clock = [int(NOON.timestamp())]
    server.account._clock = lambda: clock[0]
    server.at = lambda when: clock.__setitem__(0, int(when.timestamp()))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def pulled(connector, now, cursor=None):
    pages = list(connector.pull(cursor, now=now))
    return {fact.id: fact for page in pages for fact in page.facts}


def delivery(event, secret=SECRET, at=NOON):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    header = sign(secret, body, int(at.timestamp()))
    return Delivery(body=body, headers={"stripe-signature": header})


# signatures -------------------------------------------------------------------------------------


def test_the_vendors_own_vector_is_accepted():
    folder = Path(os.environ.get("DUNLIN_SHARED", ROOT.parent / "shared"))
    path = folder / "specs" / "vectors" / "webhook_vectors.json"
    if not path.is_file():
        pytest.skip(f"the webhook vectors are not there: {path}")
    vectors = [one for one in json.loads(path.read_text()) if one["provider"] == "stripe"]
    assert vectors
    for one in vectors:
        sent = Delivery(
            body=one["body"].encode(),
            headers={"stripe-signature": one["header"]["Stripe-Signature"]},
        )
        at = datetime.fromtimestamp(1492774577, UTC)
        connector = stripe(webhook_secret=one["secret"])
        # Signed rightly, and then no event of an account of ours: it says no mode.
        with pytest.raises(Refused) as caught:
            connector.verify(sent, now=at)
        assert caught.value.code == "wrong_environment"
        with pytest.raises(Refused) as caught:
            connector.verify(sent, now=at + timedelta(seconds=301))
        assert caught.value.code == "bad_signature"


SIGNED = json.dumps(EVENT).encode()
GOOD = sign(SECRET, SIGNED, int(NOON.timestamp()))
T, V1 = GOOD.split(",")
HEADERS = {
    "as it came": (GOOD, True),
    "with another signature behind": (f"{GOOD},v1=bad_signature", True),
    "with another signature in front": (f"{T},v1=bad_signature,{V1}", True),
    "with an unknown scheme beside": (f"{GOOD},v0=abc", True),
    "scheme v0 only": (f"{T},v0={V1.removeprefix('v1=')}", False),
    "bad header": ("bad_header", False),
    "empty": ("", False),
    "no time": (V1, False),
    "another time": (f"t={int(NOON.timestamp()) + 1},{V1}", False),
    "a time that is no number": (f"t=\u0661,{V1}", False),
    "a wrong signature": (f"{T},v1={'0' * 64}", False),
    "upper case": (f"{T},v1={V1.removeprefix('v1=').upper()}", False),
    "not ascii": (f"{T},v1=ä", False),
    "the seventeenth": (f"{T}," + "v1=x," * 16 + V1, False),
}


@pytest.mark.parametrize("name", HEADERS)
def test_only_stripes_own_bytes_of_now_are_taken(name):
    header, taken = HEADERS[name]
    sent = Delivery(body=SIGNED, headers={"stripe-signature": header})
    if taken:
        assert stripe().verify(sent, now=NOON).event == "evt_1"
    else:
        with pytest.raises(Refused) as caught:
            stripe().verify(sent, now=NOON)
        assert caught.value.code == "bad_signature"


@pytest.mark.parametrize(("late", "taken"), [(0, True), (300, True), (301, False), (86_400, False)])
def test_a_replay_is_refused_after_five_minutes(late, taken):
    now = NOON + timedelta(seconds=late)
    if taken:
        assert stripe().verify(delivery(EVENT), now=now).signed
    else:
        with pytest.raises(Refused):
            stripe().verify(delivery(EVENT), now=now)


@pytest.mark.parametrize("secret", [SECRET, NEXT])
def test_while_a_secret_is_rotated_both_are_good(secret):
    connector = stripe(webhook_secret_next=NEXT)
    assert connector.verify(delivery(EVENT, secret), now=NOON).event == "evt_1"


def test_without_a_secret_nothing_is_proven():
    with pytest.raises(Reconnect):
        stripe(webhook_secret="").verify(delivery(EVENT, ""), now=NOON)


@pytest.mark.parametrize("place", range(0, len(SIGNED), 7))
def test_one_changed_byte_is_another_body(place):
    body = bytearray(SIGNED)
    body[place] ^= 1
    sent = Delivery(body=bytes(body), headers={"stripe-signature": GOOD})
    with pytest.raises(Refused):
        stripe().verify(sent, now=NOON)


# what an event names ----------------------------------------------------------------------------


def named(kind, **thing):
    return {**EVENT, "type": kind, "data": {"object": thing}}


ROOTS = [
    (EVENT, ("charge/ch_1",)),
    (THIN, ("charge/ch_1",)),
    ({**THIN, "related_object": None}, ()),
    ({**THIN, "related_object": {"id": "mtr_1", "type": "billing.meter"}}, ()),
    (named("invoice.paid", object="invoice", id="in_1"), ()),
    (
        named("payment_intent.succeeded", object="payment_intent", id="pi_1", latest_charge="ch_2"),
        ("charge/ch_2",),
    ),
    (
        named("payment_intent.succeeded", object="payment_intent", id="pi_1"),
        ("payment_intent/pi_1",),
    ),
    (named("refund.created", object="refund", id="re_1", charge="ch_3"), ("charge/ch_3",)),
    (named("refund.failed", object="refund", id="re_1", charge=None), ("refund/re_1",)),
    (
        named("charge.dispute.funds_withdrawn", object="dispute", id="dp_1", charge="ch_4"),
        ("charge/ch_4",),
    ),
    (named("payout.paid", object="payout", id="po_1"), ("payout/po_1",)),
    (
        named(
            "customer_cash_balance_transaction.created", customer="cus_1",
            object="customer_cash_balance_transaction", id="ccsbtxn_1",
        ),
        ("cash/cus_1/ccsbtxn_1",),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("event", "fetch"), ROOTS)
def test_an_event_is_a_word_of_what_to_read(event, fetch):
    assert stripe().verify(delivery(event), now=NOON).fetch == fetch


@pytest.mark.parametrize(
    "crossed",
    [
        {**EVENT, "livemode": True},
        {**THIN, "livemode": True},
        {**EVENT, "livemode": "false"},
        {**EVENT, "account": "acct_other"},
        {**THIN, "context": "acct_other"},
    ],
)
def test_an_event_of_another_environment_is_refused(crossed):
    with pytest.raises(Refused) as caught:
        stripe().verify(delivery(crossed), now=NOON)
    assert caught.value.code == "wrong_environment"


@pytest.mark.parametrize(
    "broken",
    [
        b"", b"[]", b"{", b'{"object": "charge"}', b"\xff",
        json.dumps({**EVENT, "id": "../evt"}).encode(),
        json.dumps({**EVENT, "data": {}}).encode(),
        json.dumps(named("charge.succeeded", object="charge", id="ch_1/../x")).encode(),
        json.dumps(named("charge.succeeded", object="cat", id="ch_1")).encode(),
    ],
)  # fmt: skip
def test_a_signed_delivery_that_is_no_event_is_unreadable(broken):
    with pytest.raises(Unreadable):
        stripe().verify(delivery(broken), now=NOON)


# what it moved ----------------------------------------------------------------------------------


def test_a_card_payment_is_a_receipt_of_its_claim(double):
    charge = double.account.pay(
        12000, metadata={"dunlin_claim": "erp:1001", "reference": "1232"}, name="Aino Esimerkki",
    )  # fmt: skip
    (seen,) = stripe(double.origin).fetch(f"charge/{charge['id']}", now=NOON)
    assert (seen.id, seen.kind, seen.amount) == (
        "stripe:ch_1",
        "receipt",
        Money.of("120.00", "EUR"),
    )
    assert (seen.claim, seen.references, seen.payer.name) == (
        "erp:1001", ("1232",), "Aino Esimerkki",
    )  # fmt: skip
    assert (seen.paid, seen.value_date) == (date(2026, 3, 2), date(2026, 3, 5))
    assert seen.settled
    assert seen.account == "stripe:acct_demo"
    assert seen.transfer_ids == ("ch_1", "pi_1")
    assert len(double.asked) == 1


def test_days_are_those_of_the_accounts_zone(double):
    double.at(datetime(2026, 3, 2, 22, 30, tzinfo=UTC))
    double.account.pay(100)
    for zone, day in (("Europe/Helsinki", 3), ("Europe/Stockholm", 2)):
        (seen,) = stripe(double.origin, config={"zone": zone}).fetch("charge/ch_1", now=NOON)
        assert seen.paid == date(2026, 3, day)


def test_a_debit_is_announced_before_it_is_money_and_taken_back_when_it_fails(double):
    account, connector = double.account, stripe(double.origin)
    charge = account.pay(4550, method="sepa_debit")
    (seen,) = connector.fetch("charge/ch_1", now=NOON)
    assert (seen.kind, seen.settled) == ("receipt", False)
    account.fail(charge["id"])
    receipt, back = connector.fetch("charge/ch_1", now=NOON)
    assert (receipt.id, receipt.amount) == (seen.id, seen.amount)
    assert (back.kind, back.reverses, back.amount) == ("reversal", seen.id, seen.amount)
    assert back.reason_code == "insufficient_funds"


def test_a_declined_card_is_no_movement(double):
    charge = double.account.pay(100)
    charge |= {"status": "failed", "balance_transaction": None, "captured": False}
    assert stripe(double.origin).fetch("charge/ch_1", now=NOON) == ()


def test_what_is_only_reserved_is_no_movement_and_what_is_captured_counts(double):
    charge = double.account.pay(10000)
    charge |= {"captured": False, "amount_captured": 0}
    assert stripe(double.origin).fetch("charge/ch_1", now=NOON) == ()
    refund = double.account.refund("ch_1", 4000)
    booking = double.account.things[refund["balance_transaction"]]
    booking["reporting_category"] = "partial_capture_reversal"
    charge |= {"captured": True, "amount_captured": 6000}
    (seen,) = stripe(double.origin).fetch("charge/ch_1", now=NOON)
    assert (seen.kind, seen.amount) == ("receipt", Money.of("60.00", "EUR"))


def test_a_refund_that_fails_comes_home(double):
    double.account.pay(12000)
    refund = double.account.refund("ch_1", 2000)
    connector = stripe(double.origin)
    assert [one.kind for one in connector.fetch("refund/re_1", now=NOON)] == ["receipt", "refund"]
    double.account.fail_refund(refund["id"])
    receipt, given_back, home = connector.fetch("charge/ch_1", now=NOON)
    assert (given_back.kind, given_back.reverses) == ("refund", receipt.id)
    assert (home.kind, home.reverses, home.reason_code) == (
        "reinstatement", receipt.id, "refund_failed",
    )  # fmt: skip
    assert home.amount == given_back.amount == Money.of("20.00", "EUR")


def test_a_chargeback_takes_and_a_won_one_gives_back(double):
    double.account.pay(9900)
    dispute = double.account.dispute("ch_1", 5000)
    connector = stripe(double.origin)
    receipt, taken = connector.fetch("dispute/dp_1", now=NOON)
    assert (taken.kind, taken.reverses, taken.reason_code) == ("reversal", receipt.id, "fraudulent")
    assert taken.amount == Money.of("50.00", "EUR")
    # That it may be paid out by now is no other movement.
    dispute["balance_transactions"][0]["status"] = "available"
    assert connector.fetch("charge/ch_1", now=NOON) == (receipt, taken)
    double.account.win(dispute["id"])
    *before, back = connector.fetch("charge/ch_1", now=NOON)
    assert tuple(before) == (receipt, taken)
    assert (back.kind, back.reverses, back.amount) == ("reinstatement", receipt.id, taken.amount)


def test_an_inquiry_moves_nothing(double):
    double.account.pay(9900)
    double.account.dispute("ch_1")["balance_transactions"].clear()
    assert [one.kind for one in stripe(double.origin).fetch("charge/ch_1", now=NOON)] == ["receipt"]


def test_a_bank_transfer_is_a_receipt_and_its_allocation_is_none(double):
    made = double.account.transfer(10000, reference="RF18539007547034", name="Liike Oy")
    connector = stripe(double.origin)
    (seen,) = connector.fetch(f"cash/cus_1/{made['id']}", now=NOON)
    assert (seen.kind, seen.references) == ("receipt", ("RF18539007547034",))
    assert seen.payer.name == "Liike Oy"
    double.account.pay(10000, method="customer_balance")
    double.account.settle("ch_1")
    assert connector.fetch("charge/ch_1", now=NOON) == ()
    made["type"] = "applied_to_payment"
    assert connector.fetch(f"cash/cus_1/{made['id']}", now=NOON) == ()


def test_a_payout_is_no_debtors_payment_and_settled_when_it_is_paid(double):
    made = double.account.pay_out(50000)
    connector = stripe(double.origin)
    (seen,) = connector.fetch("payout/po_1", now=NOON)
    assert (seen.kind, seen.settled, seen.value_date) == ("payout", True, date(2026, 3, 4))
    made["status"] = "failed"
    (seen,) = connector.fetch("payout/po_1", now=NOON)
    assert not seen.settled


def test_money_settled_in_another_currency_keeps_what_was_paid(double):
    charge = double.account.pay(119900, "sek")
    double.account.things[charge["balance_transaction"]] |= {"amount": 10510, "currency": "eur"}
    (seen,) = stripe(double.origin).fetch("charge/ch_1", now=NOON)
    assert seen.amount == Money.of("105.10", "EUR")
    assert seen.instructed == Money.of("1199.00", "SEK")


def test_more_refunds_than_a_charge_shows_are_all_read(double):
    double.account.pay(12000)
    for _ in range(12):
        double.account.refund("ch_1", 100)
    seen = stripe(double.origin).fetch("charge/ch_1", now=NOON)
    assert len(seen) == len({one.id for one in seen}) == 13


@pytest.mark.parametrize(
    ("given_units", "currency", "text"),
    [(1, "eur", "0.01"), (12345, "SEK", "123.45"), (500, "jpy", "500"), (500, "isk", "5")],
)
def test_minor_units_are_stripes_own(given_units, currency, text):
    assert money(given_units, currency) == Money.of(text, currency.upper())
    assert units(money(given_units, currency)) == given_units


@pytest.mark.parametrize(
    ("given_units", "currency"),
    [
        (150, "isk"),
        (1, "kwd"),
        (1, None),
        ("1", "eur"),
        (1.0, "eur"),
        (True, "eur"),
        (10**15, "eur"),
    ],
)
def test_an_amount_that_is_not_understood_is_not_guessed(given_units, currency):
    with pytest.raises(Unreadable):
        money(given_units, currency)


@pytest.mark.parametrize("what", ["charge/ch_9", "payout/po_9", "cash/cus_1/ccsbtxn_9"])
def test_what_stripe_does_not_know_is_refused(double, what):
    with pytest.raises(Refused) as caught:
        stripe(double.origin).fetch(what, now=NOON)
    assert caught.value.code == "http_404"


@pytest.mark.parametrize(
    "what", ["", "charge", "charge/a/b", "charge/..", "secret/x", "charge/a?b"]
)
def test_nothing_else_is_asked_for(double, what):
    with pytest.raises(Unreadable):
        stripe(double.origin).fetch(what, now=NOON)
    assert double.asked == []


def test_an_object_of_the_other_mode_is_refused(double):
    double.account.pay(100)["livemode"] = True
    with pytest.raises(Refused) as caught:
        stripe(double.origin).fetch("charge/ch_1", now=NOON)
    assert caught.value.code == "wrong_environment"


def test_a_key_of_the_other_mode_is_never_used(double):
    for key in ("rk_live_x", "sk_live_x", "", "pk_test_x"):
        with pytest.raises(Reconnect):
            stripe(double.origin, api_key=key).fetch("charge/ch_1", now=NOON)
    assert double.asked == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("ch_1"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
BOOKING = {
    "id": "txn_1", "object": "balance_transaction", "amount": 100, "currency": "eur",
    "created": 1772452800, "available_on": 1772452800, "status": "pending",
    "reporting_category": "charge",
}  # fmt: skip
CHARGE = {
    "id": "ch_1", "object": "charge", "amount": 100, "amount_captured": 100, "captured": True,
    "currency": "eur", "created": 1772452800, "status": "succeeded", "metadata": {},
    "balance_transaction": BOOKING, "failure_balance_transaction": None, "billing_details": {},
    "payment_method_details": {"type": "card"}, "payment_intent": "pi_1", "description": None,
}  # fmt: skip
REFUND = {**CHARGE, "id": "re_1", "object": "refund", "reason": None}
DISPUTE = {"id": "dp_1", "object": "dispute", "balance_transactions": [BOOKING], "reason": "x"}
PAYOUT = {**CHARGE, "id": "po_1", "object": "payout", "arrival_date": 1772452800}
CASH = {
    "id": "ccsbtxn_1", "type": "funded", "net_amount": 100, "currency": "eur",
    "created": 1772452800, "funded": {"bank_transfer": {"type": "a", "a": {}, "reference": "1"}},
}  # fmt: skip
HOW = movements.Reading("stripe", "stripe:acct_demo", ZoneInfo("Europe/Helsinki"), ("reference",))


@given(data=st.data())
def test_any_answer_gives_movements_or_is_unreadable(data):
    def spoiled(thing):
        field = data.draw(st.sampled_from(sorted(thing)))
        return {**thing, field: data.draw(JSON)}

    what = data.draw(st.sampled_from(["charge", "refund", "dispute", "booking", "payout", "cash"]))
    charge = spoiled(CHARGE) if what == "charge" else CHARGE
    refunds = [spoiled(REFUND)] if what == "refund" else []
    disputes = [spoiled(DISPUTE)] if what == "dispute" else []
    if what == "booking":
        charge = {**CHARGE, "balance_transaction": spoiled(BOOKING)}
    try:
        if what == "payout":
            seen = movements.of_payout(spoiled(PAYOUT), HOW)
        elif what == "cash":
            seen = movements.of_cash(spoiled(CASH), HOW)
        else:
            seen = movements.of_charge(charge, refunds, disputes, HOW)
    except Unreadable:
        return
    assert all(Sighting.model_validate_json(one.model_dump_json()) == one for one in seen)


@given(body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_signed_bytes_are_an_event_or_a_clean_refusal(body):
    try:
        found = stripe().verify(delivery(body), now=NOON)
    except (Unreadable, Refused):
        return
    assert isinstance(found, Hook)


# polling ----------------------------------------------------------------------------------------


def story(double):
    """A month in which everything happens."""
    account = double.account
    day = iter(NOON - timedelta(days=28 - n) for n in itertools.count())

    def then(work):
        double.at(next(day))
        return work()

    first = then(lambda: account.pay(12000, metadata={"reference": "1232"}))
    debit = then(lambda: account.pay(4550, method="sepa_debit"))
    refund = then(lambda: account.refund(first["id"], 500))
    then(lambda: account.transfer(7000, reference="13013"))
    dispute = then(lambda: account.dispute(first["id"], 1000))
    then(lambda: account.fail(debit["id"]))
    then(lambda: account.win(dispute["id"]))
    then(lambda: account.fail_refund(refund["id"]))
    then(lambda: account.pay_out(5000))
    return account


def test_a_poll_sees_what_the_webhooks_said(double):
    account, connector = story(double), stripe(double.origin)
    hooked = {}
    for event in reversed(account.all("event")):
        for what in connector.verify(delivery(event), now=NOON).fetch:
            hooked |= {one.id: one for one in connector.fetch(what, now=NOON)}
    assert pulled(connector, NOON) == hooked
    assert len(hooked) == 9


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_any_order_and_repetition_of_events_gives_the_same_movements(data):
    server = StripeServer(Double(key=KEY))
    clock = [int(NOON.timestamp())]
    server.account._clock = lambda: clock[0]
    server.at = lambda when: clock.__setitem__(0, int(when.timestamp()))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        events, connector = story(server).all("event"), stripe(server.origin)
        chosen = data.draw(st.permutations(events)) + data.draw(st.lists(st.sampled_from(events)))
        seen = {}
        for event in chosen:
            for what in connector.verify(delivery(event), now=NOON).fetch:
                for one in connector.fetch(what, now=NOON):
                    assert seen.setdefault(one.id, one) == one
        assert seen == pulled(connector, NOON)
    finally:
        server.shutdown()
        server.server_close()


def test_a_poll_goes_on_where_it_ended_and_looks_back_a_little(double):
    connector = stripe(double.origin)
    double.account.pay(100)
    (*_, last) = connector.pull(None, now=NOON)
    assert last.complete_through == NOON
    assert pulled(connector, NOON + timedelta(minutes=9), last.cursor).keys() == {"stripe:ch_1"}
    later = NOON + timedelta(hours=1)
    assert pulled(connector, later, str(int(later.timestamp()))) == {}
    double.at(later)
    double.account.pay(200)
    assert pulled(connector, later, last.cursor).keys() == {"stripe:ch_1", "stripe:ch_2"}


def test_a_poll_that_is_cut_loses_nothing(double):
    story(double)
    connector = stripe(double.origin)
    whole = pulled(connector, NOON)
    pages = list(connector.pull(None, now=NOON))
    for stop in range(1, len(pages)):
        kept = {fact.id: fact for page in pages[:stop] for fact in page.facts}
        assert kept | pulled(connector, NOON, pages[stop - 1].cursor) == whole


def test_many_events_of_one_second_are_all_seen(double):
    for _ in range(130):
        double.account.pay(100)
    connector = stripe(double.origin)
    pages = list(connector.pull(str(int(NOON.timestamp())), now=NOON))
    assert len({fact.id for page in pages for fact in page.facts}) == 130
    assert max(len(page.facts) for page in pages) == 50
    assert {page.cursor for page in pages} == {str(int(NOON.timestamp()))}


def test_a_gap_longer_than_events_are_kept_is_read_from_the_balance(double):
    account = double.account
    double.at(NOON - timedelta(days=40))
    account.pay(12000)
    account.dispute("ch_1")
    account.pay_out(100)
    for event in account.all("event"):
        del account.things[event["id"]]
    since = str(int((NOON - timedelta(days=41)).timestamp()))
    seen = pulled(stripe(double.origin), NOON, since)
    assert sorted(one.kind for one in seen.values()) == ["payout", "receipt", "reversal"]


def test_one_object_that_cannot_be_read_stops_no_other(double):
    double.account.pay(100, "kwd")
    double.account.pay(200)
    *_, page = stripe(double.origin).pull(None, now=NOON)
    assert [one.row for one in page.refused] == ["charge/ch_1"]
    assert [fact.id for fact in page.facts] == ["stripe:ch_2"]
    assert page.complete_through == NOON


def test_a_foreign_cursor_is_not_followed(double):
    for cursor in ("x", "-1", "1" * 12, "\u0661"):
        with pytest.raises(Unreadable):
            list(stripe(double.origin).pull(cursor, now=NOON))


@pytest.mark.parametrize("status", [409, 424, 429, 500, 503])
def test_what_passes_by_is_retried(double, status):
    double.account.pay(100)
    double.statuses[:] = [status]
    with pytest.raises(Retry):
        stripe(double.origin).fetch("charge/ch_1", now=NOON)


# links ------------------------------------------------------------------------------------------

REQUEST = PaymentRequest(
    claim="erp:1001", amount=Money.of("120.50", "EUR"), reference="1232",
    description="Nordic Oy 1001", language="fi",
)  # fmt: skip


def test_the_same_key_gives_the_same_link(double):
    connector = stripe(double.origin)
    first, again = connector.link(REQUEST, key="k1"), connector.link(REQUEST, key="k1")
    assert first == again
    assert first.outcome == "accepted"
    assert len(double.account.all("payment_link")) == len(double.account.all("price")) == 1
    assert connector.link(REQUEST, key="k2").reference != first.reference


def test_a_link_asks_once_for_the_amount_and_carries_the_claim(double):
    stripe(double.origin).link(REQUEST, key="k1")
    (price,), (link,) = double.account.all("price"), double.account.all("payment_link")
    assert price["unit_amount"] == 12050
    assert link["form"]["restrictions[completed_sessions][limit]"] == "1"
    assert link["form"]["payment_intent_data[metadata][dunlin_claim]"] == "erp:1001"
    assert link["form"]["payment_intent_data[metadata][reference]"] == "1232"


def test_what_a_link_carried_comes_back_with_the_money(double):
    stripe(double.origin).link(REQUEST, key="k1")
    (link,) = double.account.all("payment_link")
    prefix = "payment_intent_data[metadata]["
    carried = {
        name.removeprefix(prefix).removesuffix("]"): text
        for name, text in link["form"].items()
        if name.startswith(prefix)
    }
    double.account.pay(12050, metadata=carried)
    (seen,) = stripe(double.origin).fetch("charge/ch_1", now=NOON)
    assert (seen.claim, seen.references) == ("erp:1001", ("1232",))


@pytest.mark.parametrize("claim", ["", "a b", "a#b", "x" * 201, "a\n"])
def test_metadata_that_is_no_claims_id_names_none(double, claim):
    double.account.pay(100, metadata={"dunlin_claim": claim})
    (seen,) = stripe(double.origin).fetch("charge/ch_1", now=NOON)
    assert seen.claim is None


# findings ---------------------------------------------------------------------------------------


def faults(connector):
    return {one.check: one.text for one in connector.test() if not one.ok}


def endpoint(**fields):
    url = "https://hub.example/v1/hooks/nordic/stripe"
    return {"url": url, "status": "enabled", "enabled_events": ["*"], **fields}


def test_a_connection_that_is_well_set_up_has_no_fault(double):
    double.account.endpoints.append(endpoint())
    assert faults(stripe(double.origin)) == {}


@pytest.mark.parametrize(
    ("key", "words"), [("rk_live_x", "live mode"), ("pk_test_x", "rk_test_"), ("", "rk_test_")]
)
def test_a_wrong_key_is_named_before_anything_is_asked(double, key, words):
    assert words in faults(stripe(double.origin, api_key=key))["key"]
    assert double.asked == []


def test_a_missing_permission_is_named_as_stripe_names_it(double):
    double.account.endpoints.append(endpoint())
    double.forbidden |= {"/v1/disputes", "/v1/account", "/v1/webhook_endpoints"}
    found = faults(stripe(double.origin))
    assert found.keys() == {"read_disputes"}
    assert "Disputes: Read" in found["read_disputes"]


def test_another_account_is_found(double):
    double.account.endpoints.append(endpoint())
    assert faults(stripe(double.origin, config={"account": "acct_other"})).keys() == {"account"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "disabled"}, "disabled"),
        ({"enabled_events": ["charge.succeeded"]}, "charge.refunded"),
        ({"url": "https://hub.example/v1/hooks/nordic/other"}, "Add a webhook endpoint"),
        ({"url": "https://elsewhere.example/stripe"}, "Add a webhook endpoint"),
    ],
)
def test_an_endpoint_that_will_not_do_is_explained(double, fields, words):
    double.account.endpoints.append(endpoint(**fields))
    assert words in faults(stripe(double.origin))["webhook"]


def test_a_secret_that_is_none_is_found(double):
    double.account.endpoints.append(endpoint())
    assert "webhook_secret" in faults(stripe(double.origin, webhook_secret="sk_test_x"))
