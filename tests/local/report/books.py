"""A small book, event by event: four debtors, each with another end."""

from datetime import UTC, date, datetime
from decimal import Decimal

from infra.local.report.book import Found, Task, compose
from shared.domain.events import (
    ActSent,
    CaseOpened,
    Claim,
    ClaimJoined,
    CreditApplied,
    Decided,
    FeeCredited,
    HandOverIntended,
    Held,
    PartnerAnswered,
    PartnerPaid,
    PaymentAllocated,
    PersonAsked,
    PolicyRef,
    ReminderIntended,
)  # fmt: skip
from shared.domain.explain import Reason
from shared.domain.model import Allocation, CreditNote, Invoice, Party, Payment
from shared.domain.money import Money

FIRST, LAST = date(2026, 2, 2), date(2026, 4, 30)
ZONE = "Europe/Helsinki"


def eur(text):
    return Money.of(text, "EUR")


def day(text):
    """A day of 2026 from ``MM-DD``."""
    return date.fromisoformat(f"2026-{text}")


def at(text, hour=8):
    return datetime.combine(day(text), datetime.min.time(), tzinfo=UTC).replace(hour=hour)


def invoice(name, debtor, due, total, left="0.00", issued="01-12", **more):
    return Invoice(
        id=name, version="1", number=f"No {name}", debtor=debtor, issued=day(issued),
        due=day(due), total=eur(total), open=eur(left), **more,
    )  # fmt: skip


def payment(name, claim, amount, received, booked=None):
    return Payment(
        id=name, version="1", amount=eur(amount), value_date=day(received),
        booked=day(booked or received), received=day(received),
        allocations=(Allocation(invoice=claim, amount=eur(amount)),),
    )  # fmt: skip


def credit(name, claim, amount, issued):
    return CreditNote(
        id=name, version="1", number=name, debtor="d", issued=day(issued), total=eur(amount),
        allocations=(Allocation(invoice=claim, amount=eur(amount)),),
    )  # fmt: skip


def opened(debtor, when):
    return CaseOpened(
        at=at(when), debtor=debtor, connection="erp", policy=PolicyRef(id="p", version=1),
        law="FI", capacity="consumer", currency="EUR",
    )  # fmt: skip


def joined(of, when, left=None, settled=()):
    return ClaimJoined(
        at=at(when),
        claim=Claim(
            id=of.id, number=of.number, total=of.total, open=left or of.total, issued=of.issued,
            sent=of.issued, due=of.due, reference=None, capacity="consumer", natural_person=True,
            claim_class="goods", settled=settled,
        ),
    )  # fmt: skip


def decided(when, kind, *because, **more):
    return Decided(at=at(when), decision={"kind": kind, **more}, because=because, inputs={})


def reminded(act, when, step, *claims, fee=None):
    """INTENT and OUTCOME of a reminder on one day."""
    intent = ReminderIntended(
        at=at(when), act=act, step=step, claims=claims, channel="email", tone="friendly",
        language="fi", fee=fee, fee_claim=claims[0] if fee else None, deadline=day("04-29"),
        document="letters/x.json", content_hash="0",
    )  # fmt: skip
    return intent, ActSent(at=at(when, 9), act=act, on=day(when))


def handed(act, when, *claims):
    intent = HandOverIntended(
        at=at(when), act=act, step="partner", claims=claims, partner="agency", file_version=1,
        document="case-files/x.json", content_hash="0",
    )  # fmt: skip
    return intent, ActSent(at=at(when, 9), act=act, on=day(when))


def booked(of, when, hour=7):
    """The payment as the hub took it in on a day."""
    part = of.allocations[0]
    return PaymentAllocated(
        at=at(when, hour), payment=of.id, claim=part.invoice, amount=part.amount,
        value_date=of.value_date, received=of.received, booked=of.booked,
    )  # fmt: skip


BECAUSE = Reason(
    rule="FI-C-REM", section="513/1999 10 a §", text="the reminder may carry this fee",
    facts={"claim": "c", "amount": "5.00 EUR"},
)  # fmt: skip


def book(name="Aino Aalto", extra=(), c_received="03-10", c_booked="03-12"):
    """The book of the tests.

    a: paid in time. b: reminded once, settled two days later. c: reminded twice, the second
    crossed the money. d: part paid, reminded, handed over, and half of the rest paid to the
    partner. e: promised, kept late; a credit note covers a part of it. f: not due at the end.
    """
    a = invoice("a", "d1", "02-16", "100.00")
    b = invoice("b", "d1", "02-16", "200.00")
    c = invoice("c", "d2", "02-09", "300.00")
    d = invoice("d", "d3", "02-02", "400.00", "300.00")
    e = invoice("e", "d4", "02-27", "500.00", "450.00")
    f = invoice("f", "d1", "05-20", "600.00", "600.00", issued="03-02")
    on_b = payment("pb", "b", "200.00", "03-06")
    on_c = payment("pc", "c", "300.00", c_received, c_booked)
    on_d = payment("pd", "d", "100.00", "02-13")
    note = credit("ne", "e", "50.00", "03-16")
    found = Found(
        creditor="Merikoski Oy",
        invoices=[a, b, c, d, e, f, *extra],
        payments={
            "a": [payment("pa", "a", "100.00", "02-16")], "b": [on_b], "c": [on_c], "d": [on_d],
        },
        credit_notes={"e": [note]},
        parties=[Party(id="d1", version="1", kind="person", name=name, country="FI"),
                 Party(id="d3", version="1", kind="person", name=name, country="FI")],
        tasks=[Task("t1", "step_call", "open", "ce", ("e",))],
    )  # fmt: skip
    found.events = {
        "cb": [
            opened("d1", "02-24"), joined(b, "02-24"), *reminded("rb", "03-04", "friendly", "b"),
            booked(on_b, "03-07"),
        ],
        "cc": [
            opened("d2", "02-17"), joined(c, "02-17"),
            *reminded("rc1", "02-17", "friendly", "c"),
            decided("03-10", "remind", BECAUSE),
            *reminded("rc2", "03-10", "firm", "c", fee=eur("5.00")),
            booked(on_c, "03-12"),
            FeeCredited(at=at("03-12"), act="rc2", claim="c", amount=eur("5.00"), why="crossed"),
        ],
        "cd": [
            opened("d3", "02-10"), joined(d, "02-10"), booked(on_d, "02-16"),
            *reminded("rd1", "02-17", "friendly", "d"), *reminded("rd2", "03-04", "firm", "d"),
            decided("03-20", "hand_over", BECAUSE.model_copy(update={"facts": {"claim": "d"}})),
            *handed("hd", "03-20", "d"),
            PartnerAnswered(at=at("03-21"), message="m1", accepted=True, partner_case="A-1"),
            PartnerPaid(at=at("04-02"), message="m2", claim="d", principal=eur("150.00"),
                        interest=eur("1.00"), fees=eur("0.00"), received=day("04-01")),
        ],
        "ce": [
            opened("d4", "03-09"), joined(e, "03-09"),
            Held(at=at("03-09"), hold="h1", claim="e", reason="promise", until=day("03-13")),
            CreditApplied(at=at("03-17"), credit_note="ne", claim="e", amount=eur("50.00"),
                          issued=day("03-16")),
            PersonAsked(at=at("03-30"), task="t1", why="step_call", claims=("e",)),
        ],
    }  # fmt: skip
    return compose(found, first=FIRST, last=LAST, zone=ZONE)


def total(values):
    return sum((one.amount for one in values), Decimal(0))
