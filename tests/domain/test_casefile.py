"""The case file: built from events alone, agrees with itself, and says no more than it must."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from shared.domain import casefile, ledger
from shared.domain.case import Case
from shared.domain.casefile_charges import FileInterest, file_interest
from shared.domain.casefile_rights import Papers
from shared.domain.casefile_v1 import CaseFile
from shared.domain.chronology import Happening
from shared.domain.creditor import BankAccount, Creditor
from shared.domain.events import (
    ActFailed,
    ActSent,
    BalanceStated,
    CaseOpened,
    Claim,
    ClaimJoined,
    CreditApplied,
    Decided,
    FeeCredited,
    Held,
    NoticeReturned,
    PartnerAnswered,
    PaymentAllocated,
    PersonAnswered,
    PersonAsked,
    PolicyRef,
    Released,
    ReminderIntended,
)
from shared.domain.explain import Reason
from shared.domain.extras_events import ExtrasPaid
from shared.domain.identity import absorbing, told_of
from shared.domain.interest import Interest, Segment, accrue
from shared.domain.lawpack import load
from shared.domain.model import Address, Party, PersonalMark
from shared.domain.money import Money

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "casefile_v1.json"
PUBLISHED = ROOT / "docs" / "partner" / "casefile.v1.schema.json"
HANDED = ("erp:inv-1", "erp:inv-2")
HASH = {n: f"{n:064x}" for n in range(1, 9)}


def eur(text: str) -> Money:
    return Money.of(text, "EUR")


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 7, 0, tzinfo=UTC)


def claim(number: int, total: str, open_: str, due: date) -> Claim:
    return Claim(
        id=f"erp:inv-{number}",
        number=f"2026-{number}",
        total=eur(total),
        open=eur(open_),
        issued=date(2026, 1, 5),
        sent=date(2026, 1, 5),
        due=due,
        reference="RF18539007547034",
        capacity="consumer",
        natural_person=True,
        claim_class="service",
        do_not_dun=(),
    )


def reminder(act: str, month: int, day: int, claims: tuple[str, ...], n: int, **more) -> list:
    intended = ReminderIntended(
        at=at(month, day),
        act=act,
        step=f"step{n}",
        claims=claims,
        channel="email",
        tone="firm",
        language="fi",
        deadline=date(2026, month, day + 10),
        document=f"doc-{n}",
        content_hash=HASH[n],
        **more,
    )
    return [intended, ActSent(at=at(month, day), act=act, on=date(2026, month, day))]


FEE = {"fee": eur("5.00"), "fee_rule": "FI-C-REM"}
EVENTS = [
    CaseOpened(
        at=at(2, 1),
        debtor="erp:cust-9",
        connection="erp",
        policy=PolicyRef(id="calm", version=1),
        law="FI",
        capacity="consumer",
        currency="EUR",
    ),
    ClaimJoined(at=at(2, 1), claim=claim(1, "1255.00", "1000.00", date(2026, 1, 19))),
    ClaimJoined(at=at(2, 1), claim=claim(3, "60.00", "60.00", date(2026, 1, 19))),
    *reminder("act-1", 2, 2, ("erp:inv-1", "erp:inv-3"), 1),
    ClaimJoined(at=at(2, 10), claim=claim(2, "80.00", "80.00", date(2026, 1, 30))),
    Decided(at=at(2, 11), decision={"kind": "rest"}, because=(), inputs={}),
    PaymentAllocated(
        at=at(2, 12),
        payment="erp:pay-1",
        claim="erp:inv-1",
        amount=eur("200.00"),
        value_date=date(2026, 2, 11),
        received=date(2026, 2, 11),
        booked=date(2026, 2, 12),
    ),
    CreditApplied(
        at=at(2, 13),
        credit_note="erp:cn-1",
        claim="erp:inv-2",
        amount=eur("30.00"),
        issued=date(2026, 2, 13),
    ),
    Held(at=at(2, 13), hold="hold-1", claim="erp:inv-1", reason="promise", until=date(2026, 2, 16)),
    Released(at=at(2, 17), hold="hold-1"),
    Held(at=at(2, 17), hold="hold-2", claim="erp:inv-3", reason="dispute"),
    PersonAsked(at=at(2, 17), task="task-1", why="dispute", claims=("erp:inv-3",)),
    PersonAnswered(at=at(2, 18), task="task-1", answer="noted", by="Maija Virtanen"),
    *reminder("act-2", 2, 18, HANDED, 2, fee_claim="erp:inv-1", **FEE),
    *reminder("act-3", 2, 18, ("erp:inv-3",), 3, fee_claim="erp:inv-3", **FEE),
    *reminder("act-4", 3, 1, HANDED, 4, fee_claim="erp:inv-2", **FEE),
    FeeCredited(at=at(3, 2), act="act-4", claim="erp:inv-2", amount=eur("5.00"), why="crossed"),
    *reminder("act-5", 3, 3, HANDED, 5, fee_claim="erp:inv-2", **FEE),
    NoticeReturned(at=at(3, 4), act="act-5", code="bounced"),
    reminder("act-6", 3, 5, HANDED, 6)[0],
    ActFailed(at=at(3, 5), act="act-6", code="refused"),
    BalanceStated(
        at=at(3, 6),
        claim="erp:inv-2",
        open=eur("55.00"),
        before=eur("50.00"),
        cause="unexplained",
    ),
    # The money of an overpayment settles only what was open: the rest is not the claim's.
    PaymentAllocated(
        at=at(3, 7),
        payment="erp:pay-2",
        claim="erp:inv-2",
        amount=eur("75.00"),
        value_date=date(2026, 3, 7),
        received=date(2026, 3, 7),
        booked=date(2026, 3, 7),
    ),
]

ADDRESS = Address(lines=("Salakuja 7",), postal_code="33100", city="Tampere", country="FI")
PARTY = Party(
    id="erp:cust-9",
    version="3",
    kind="person",
    name="Veikko Velallinen",
    language="fi",
    country="FI",
    emails=("veikko@example.org",),
    phones=("+358401234567",),
    addresses=(ADDRESS,),
    customer_number="20045",
)
CREDITOR = Creditor(
    id="tenant-1",
    name="Esimerkki Oy",
    business_id="1234567-1",
    business_id_scheme="FI_YTUNNUS",
    address=Address(lines=("Katu 1",), postal_code="00100", city="Helsinki", country="FI"),
    country="FI",
    zone="Europe/Helsinki",
    language="fi",
    email="ar@example.fi",
    phone=None,
    sender="laskut@example.fi",
    accounts=(BankAccount(iban="FI2112345600000785", bic="NDEAFIHH"),),
    vat_registered=True,
)
NO_INTEREST = Interest(total=eur("0.00"), segments=(), unknown_from=None, because=())
INTEREST = {
    "erp:inv-1": Interest(
        total=eur("12.08"),
        segments=(
            Segment(
                from_=date(2026, 1, 20),
                to=date(2026, 2, 11),
                days=23,
                rate=Decimal("9.5"),
                principal=eur("1000.00"),
                exact=Decimal("5.986"),
            ),
            Segment(
                from_=date(2026, 2, 12),
                to=date(2026, 3, 8),
                days=25,
                rate=Decimal("11.125"),
                principal=eur("800.00"),
                exact=Decimal("6.096"),
            ),
        ),
        unknown_from=None,
        because=(Reason(rule="FI-INT", section="korkolaki 633/1982 4 a §", text="late interest"),),
    ),
    "erp:inv-2": NO_INTEREST,
}


SOLD = {"erp:inv-1": "Huolto 1/2026", "erp:inv-2": "Huolto 2/2026"}
JOINED = next(at for at, one in enumerate(EVENTS) if isinstance(one, ClaimJoined))


def build(**changes) -> CaseFile:
    given = {
        "creditor": CREDITOR,
        "party": PARTY,
        "interest": INTEREST,
        "created_at": datetime(2026, 3, 8, 8, 0, tzinfo=UTC),
        "as_of": date(2026, 3, 8),
        "file_version": 1,
        "papers": {name: Papers(description=text) for name, text in SOLD.items()},
    } | changes
    events = given.pop("events", EVENTS)
    case = given.pop("case", None) or Case.replay("case-1", events)
    return casefile.build(case, events, given.pop("claims", HANDED), **given)


def served(file: CaseFile) -> dict:
    return json.loads(file.model_dump_json())


def test_a_file_of_before_is_still_read_and_all_that_it_said_is_said_today():
    before = json.loads(GOLDEN.read_text())
    assert served(CaseFile.model_validate(before)) == before
    jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text())).validate(before)
    assert not list(unsaid(before, served(build()), ""))


def unsaid(before: object, now: object, path: str) -> Iterator[str]:
    """Where today's file does not say what the one of before said."""
    match before:
        case dict():
            for name, inner in before.items():
                yield from unsaid(inner, now.get(name), f"{path}.{name}")
        case list():
            for at, inner in enumerate(before):
                yield from unsaid(inner, now[at], f"{path}.{at}")
        case _ if before != now:
            yield path


def test_the_published_schema_is_the_one_of_the_model_and_accepts_the_file():
    published = json.loads(PUBLISHED.read_text())
    assert published == casefile.schema()
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.Draft202012Validator(published).validate(served(build()))
    assert published["$id"] == "urn:dunlin:case-file:1" == served(build())["format"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("claims", 0, "open"), 800),
        (("claims", 0, "due"), None),
        (("documents", 0, "sha256"), "short"),
        (("debtors",), []),
        (("salary",), "1.00"),
    ],
)
def test_the_published_schema_refuses_another_shape(path, value):
    file = served(build())
    *way, last = path
    spot = file
    for step in way:
        spot = spot[step]
    spot[last] = value
    validator = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text()))
    assert list(validator.iter_errors(file))


def test_a_missing_field_is_refused_by_the_published_schema_even_if_it_has_a_default():
    file = served(build())
    del file["claims"][0]["interest"]["day_count"]
    validator = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text()))
    assert [error.validator for error in validator.iter_errors(file)] == ["required"]


def test_the_amounts_are_those_of_the_events():
    file = build()
    first, second = file.claims
    assert (first.settled_before, first.open, first.fees) == (
        eur("255.00"), eur("800.00"), eur("5.00"),
    )  # fmt: skip
    assert (second.open, second.fees) == (eur("0.00"), eur("0.00"))
    assert [(one.kind, one.id, str(one.amount)) for one in file.settlements] == [
        ("payment", "erp:pay-1", "200.00 EUR"),
        ("credit_note", "erp:cn-1", "30.00 EUR"),
        ("unexplained", "stated@2026-03-06T07:00:00+00:00", "-5.00 EUR"),
        ("payment", "erp:pay-2", "55.00 EUR"),
    ]
    assert str(file.totals.open) == "817.08 EUR"


def test_only_notices_that_left_are_told_and_a_returned_one_charges_nothing():
    told = [(one.act, one.state, one.fee and str(one.fee)) for one in build().notices]
    assert told == [
        ("act-1", "sent", None),
        ("act-2", "sent", "5.00 EUR"),
        ("act-4", "sent", "5.00 EUR"),
        ("act-5", "returned", "5.00 EUR"),
    ]


def test_nothing_is_told_of_a_claim_that_is_not_handed_over():
    text = build().model_dump_json()
    assert "erp:inv-3" not in text
    assert "act-3" not in text
    assert "hold-2" not in text
    assert build().disputed is False
    assert build(claims=("erp:inv-3",), interest={"erp:inv-3": NO_INTEREST}).disputed is True


def test_the_chronology_holds_no_personal_data_and_nothing_of_the_hubs_own():
    file = build()
    text = json.dumps(served(file)["chronology"])
    names = (*PARTY.name.split(), *PARTY.emails, *PARTY.phones, *ADDRESS.lines, "Maija", "Huolto")
    assert not [name for name in names if name in text]
    assert not {"decided", "person_asked", "person_answered"} & {x.kind for x in file.chronology}
    assert not list(personal(Happening, "chronology"))


def test_personal_values_stand_in_marked_fields_alone():
    file = served(build())
    marked = set(personal(CaseFile, ""))
    assert {"debtors.name", "debtors.emails", "debtors.phones", "debtors.addresses.lines"} < marked
    for path, value in leaves(file, ""):
        if path not in marked:
            assert not {"Veikko", "Salakuja", "veikko@", "+35840"} & set(value.split()), path
            assert "Velallinen" not in value, path


def personal(model: type[BaseModel], path: str) -> Iterator[str]:
    """The paths (list indexes left out) of fields that are marked as personal."""
    for name, info in model.model_fields.items():
        here = f"{path}.{name}".strip(".")
        if any(isinstance(mark, PersonalMark) for mark in info.metadata):
            yield here
        for inner in (info.annotation, *get_args(info.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from personal(inner, here)


def leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, f"{path}.{name}".strip("."))
        case list():
            for inner in value:
                yield from leaves(inner, path)
        case _:
            yield path, str(value)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (("totals", "principal"), "the totals must equal the parts"),
        (("totals", "interest"), "the totals must equal the parts"),
        (("totals", "fees"), "the totals must equal the parts"),
        (("totals", "open"), "the totals must equal the parts"),
        (("claims", 0, "open"), "open principal must equal"),
        (("claims", 0, "settled_before"), "open principal must equal"),
        (("claims", 0, "fees"), "fees must equal those of its notices"),
        (("claims", 0, "interest", "accrued"), "accrued interest must equal its periods"),
        (("settlements", 0, "amount"), "open principal must equal"),
        (("notices", 1, "fee"), "fees must equal those of its notices"),
    ],
)
def test_an_amount_that_is_a_cent_off_is_refused(path, sentence):
    file = served(build())
    spot = file
    for step in path:
        spot = spot[step]
    spot["amount"] = str(Decimal(spot["amount"]) + Decimal("0.01"))
    with pytest.raises(ValidationError, match=sentence):
        CaseFile.model_validate_json(json.dumps(file))


def test_a_second_currency_is_refused():
    file = served(build())
    file["settlements"][0]["amount"]["currency"] = "SEK"
    with pytest.raises(ValidationError, match="every amount must be in the file's currency"):
        CaseFile.model_validate_json(json.dumps(file))


def test_a_reference_to_something_that_is_not_in_the_file_is_refused():
    for change, sentence in [
        (lambda file: file["settlements"][0].update(claim="erp:inv-3"), "no claims but its own"),
        (lambda file: file["debtors"][0].update(liable_for=["erp:inv-1"]), "a liable debtor"),
        (lambda file: file["documents"].pop(), "must have its document"),
        (lambda file: file["claims"].append(file["claims"][0]), "stands in a file once"),
    ]:
        file = served(build())
        change(file)
        with pytest.raises(ValidationError, match=sentence):
            CaseFile.model_validate_json(json.dumps(file))


def test_rate_periods_may_neither_overlap_nor_miscount_nor_run_past_the_day():
    for where, change, sentence in [
        (("periods", 1), {"first_day": "2026-02-11", "days": 26}, "in order and apart"),
        (("periods", 1), {"days": 24}, "days must count"),
        ((), {"accrued_to": "2026-03-07"}, "after the day of accrual"),
        ((), {"first_day": "2026-01-19"}, "begin with its first rate period"),
    ]:
        file = served(build())
        spot = file["claims"][0]["interest"]
        for step in where:
            spot = spot[step]
        spot.update(change)
        with pytest.raises(ValidationError, match=sentence):
            CaseFile.model_validate_json(json.dumps(file))


def test_a_refusal_names_no_value():
    file = served(build())
    file["totals"]["open"]["amount"] = "999.99"
    with pytest.raises(ValidationError) as caught:
        CaseFile.model_validate_json(json.dumps(file))
    assert "Velallinen" not in str(caught.value)
    assert "999.99" not in str(caught.value)


def test_events_of_another_case_are_refused():
    with pytest.raises(ValueError, match="do not make this case"):
        build(case=Case.replay("case-1", EVENTS[:-1]))


def test_a_claim_without_its_interest_is_refused():
    with pytest.raises(ValueError, match="not given"):
        build(interest={"erp:inv-1": INTEREST["erp:inv-1"]})


def test_a_complete_file_lacks_nothing():
    assert casefile.missing(build()) == ()


def test_what_a_partner_cannot_work_without_is_named_by_its_path():
    party = PARTY.model_copy(update={"name": " ", "addresses": (), "kind": "company"})
    creditor = CREDITOR.model_copy(update={"accounts": ()})
    cut = {"erp:inv-1": INTEREST["erp:inv-1"].model_copy(update={"unknown_from": date(2026, 3, 9)})}
    soon = {"erp:inv-2": NO_INTEREST.model_copy(update={"unknown_from": date(2026, 1, 31)})}
    file = build(party=party, creditor=creditor, interest=cut | soon)
    assert casefile.missing(file) == (
        "creditor.account",
        "debtors.0.name",
        "debtors.0.addresses",
        "debtors.0.business_id",
        "claims.1.interest",
    )
    assert file.claims[1].interest.accrued_to == date(2026, 1, 30)


def test_a_claim_of_no_known_class_needs_a_description():
    other = [
        event.model_copy(update={"claim": event.claim.model_copy(update={"claim_class": "other"})})
        if isinstance(event, ClaimJoined)
        else event
        for event in EVENTS
    ]
    assert casefile.missing(
        build(events=other, papers={"erp:inv-1": Papers(description="Huolto")})
    ) == ("claims.1.description",)


def test_a_protected_address_never_leaves_the_hub():
    party = PARTY.model_copy(
        update={"addresses": (ADDRESS.model_copy(update={"protected": True}),)}
    )
    file = build(party=party)
    assert "Salakuja" not in file.model_dump_json()
    assert casefile.missing(file) == ("debtors.0.addresses",)


def test_an_agreed_rate_is_named_as_the_contracts():
    assert build().claims[0].interest.basis == "statutory"
    joined = EVENTS[JOINED]
    claim = joined.claim.model_copy(update={"agreed_rate": "9.50"})
    events = [*EVENTS]
    events[JOINED] = joined.model_copy(update={"claim": claim})
    agreed = build(events=events)
    assert agreed.claims[0].interest.basis == "contract"
    assert build().claims[1].interest.basis == "none"


def test_interest_of_the_law_itself_fits_into_the_file():
    case = Case.replay("case-1", EVENTS)
    interest = {
        name: accrue(
            load("FI"),
            capacity="consumer",
            natural_person=True,
            due=case.claims[name].claim.due,
            balances=ledger.balances(case.claims[name]),
            to=date(2026, 3, 8),
            agreed_rate=None,
        )
        for name in HANDED
    }
    file = build(interest=interest)
    assert file.totals.interest == interest["erp:inv-1"].total + interest["erp:inv-2"].total
    assert file.totals.interest.amount > 0
    assert casefile.missing(file) == ()


def test_danish_interest_of_thirty_days_a_month_adds_up_and_a_wrong_count_is_refused():
    # 30E/360 gives the lone 31st of a half-year's edge no day at all.
    late = accrue(
        load("DK"),
        capacity="consumer",
        natural_person=True,
        due=date(2024, 1, 16),
        balances=((date(2024, 1, 16), Money.of("7500.00", "DKK")),
                  (date(2024, 3, 30), Money.of("5000.00", "DKK")),
                  (date(2024, 3, 31), Money.of("2500.00", "DKK"))),
        to=date(2024, 4, 10),
        agreed_rate=None,
    )  # fmt: skip
    found = file_interest(late, date(2024, 4, 10), None)
    assert (found.day_count, found.accrued) == ("30E/360", late.total)
    assert [one.days for one in found.periods] == [74, 0, 10]
    with pytest.raises(ValidationError, match="days must count"):
        FileInterest.model_validate(found.model_dump() | {"day_count": "ACT/365"})


def test_an_earlier_partners_answer_is_told_in_the_chronology():
    answered = PartnerAnswered(at=at(3, 8), message="evt-1", accepted=False, code="TOO_EARLY")
    last = build(events=[*EVENTS, answered]).chronology[-1]
    assert (last.kind, last.id, last.code, last.claims) == (
        "partner_answered", "evt-1", "TOO_EARLY", HANDED,
    )  # fmt: skip


def test_an_iban_with_wrong_check_digits_is_no_account():
    with pytest.raises(ValidationError, match="check digits"):
        BankAccount(iban="FI2112345600000786")


def test_the_creditors_day_is_that_of_its_zone():
    assert CREDITOR.today(datetime(2026, 3, 8, 22, 30, tzinfo=UTC)) == date(2026, 3, 9)
    with pytest.raises(ValidationError, match="a time zone is written like"):
        Creditor(**(CREDITOR.model_dump() | {"zone": "Europe/Nowhere"}))


def test_what_was_paid_of_interest_and_fees_is_told_and_not_in_the_totals():
    before = build()
    charged = next(one for one in before.claims if one.fees.amount > 0)
    paid = ExtrasPaid(
        at=EVENTS[-1].at, payment="bank:9", claim=charged.id, interest=charged.interest.accrued,
        fees=charged.fees, over=before.totals.fees - before.totals.fees, on=before.as_of,
    )  # fmt: skip
    events = [*EVENTS, paid]
    after = build(events=events)
    told = next(one for one in served(after)["claims"] if one["id"] == charged.id)
    assert told["fees_paid"] == told["fees"]
    assert after.totals.fees == before.totals.fees - charged.fees
    assert after.totals.interest == before.totals.interest - charged.interest.accrued
    assert after.chronology[-1].kind == "extras_paid"


def test_a_claim_that_came_from_another_case_brings_its_money_notices_and_story():
    taken = absorbing(Case.replay("case-1", EVENTS), at(3, 8))
    stored = [EVENTS[0], taken]
    moved = build(
        events=stored, case=Case.replay("case-2", stored),
        story=[EVENTS[0], *told_of(EVENTS, taken), taken],
    )  # fmt: skip

    assert moved.model_copy(update={"case_id": "case-1"}) == build()
