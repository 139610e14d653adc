"""The whole case file: every group that a partner or an authority needs, as JSON and as XML."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from lxml import etree
from pydantic import ValidationError

from shared.domain import casefile, casefile_xml
from shared.domain.casefile_rights import Mandate, papers_of
from shared.domain.casefile_v1 import CaseFile
from shared.domain.events import DueMoved, PaymentReversed, PaymentSighted
from shared.domain.extras_events import ExtrasPaid
from shared.domain.lawpack import load
from shared.domain.model import Agreement, Invoice, Party, Period, Vat
from shared.domain.plan_events import (
    Instalment,
    PlanAgreed,
    PlanEnded,
    PlanProposed,
    PromiseEnded,
    PromiseMade,
)
from shared.domain.state_events import (
    CircumstanceNoted,
    Disputed,
    DisputeSettled,
    LiableNamed,
    StopRequested,
    StopWithdrawn,
)
from tests.domain.test_casefile import ADDRESS, EVENTS, HANDED, at, build, eur, served, unsaid

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "casefile_v1_full.json"
PARTNER = ROOT / "docs" / "partner"
XSD = etree.XMLSchema(etree.fromstring((PARTNER / "casefile.v1.xsd").read_bytes()))
JSON = jsonschema.Draft202012Validator(
    json.loads((PARTNER / "casefile.v1.schema.json").read_text())
)
NS = {"f": casefile_xml.NAMESPACE}

FIRST, OTHER = "erp:inv-1", "erp:inv-3"
STATES = [
    PaymentSighted(
        at=at(3, 7), payment="erp:pay-1", claim=FIRST, seen_as="bank:7", received=date(2026, 2, 11),
    ),
    PaymentReversed(
        at=at(3, 7), reversal="erp:back-1", payment="erp:pay-1", claim=FIRST, amount=eur("20.00"),
        on=date(2026, 3, 6), code="AC04",
    ),
    ExtrasPaid(
        at=at(3, 7), payment="bank:9", claim=FIRST, interest=eur("1.00"), fees=eur("2.00"),
        over=eur("0.00"), on=date(2026, 3, 7),
    ),
    DueMoved(at=at(3, 7), claim=FIRST, due=date(2026, 1, 19), before=date(2026, 1, 18)),
    LiableNamed(at=at(3, 7), claim=FIRST, party="erp:cust-7", role="guarantor"),
    Disputed(
        at=at(3, 7), dispute="d1", claim=FIRST, amount=eur("40.00"), ground="quality",
        source="debtor", on=date(2026, 3, 5), answer_by=date(2026, 3, 19),
    ),
    DisputeSettled(
        at=at(3, 7), dispute="d1", outcome="rejected", on=date(2026, 3, 6),
        resumes_on=date(2026, 3, 8),
    ),
    Disputed(
        at=at(3, 7), dispute="d2", claim=OTHER, amount=None, ground="quality", source="debtor",
        on=date(2026, 3, 5), answer_by=date(2026, 3, 19),
    ),
    PromiseMade(
        at=at(3, 7), promise="p1", claims=(FIRST, OTHER), amount=eur("50.00"), on=date(2026, 2, 20),
        day=date(2026, 2, 25), holds_to=date(2026, 2, 28),
    ),
    PromiseEnded(at=at(3, 7), promise="p1", outcome="broken"),
    PlanProposed(
        at=at(3, 7), plan="plan-1", claims=(FIRST,),
        instalments=(
            Instalment(due=date(2026, 2, 1), amount=eur("420.00")),
            Instalment(due=date(2026, 3, 1), amount=eur("400.00")),
        ),
        answer_by=date(2026, 3, 20), clearing_days=3, grace_days=14, new_claims="dun",
        on_broken="go_on",
    ),
    PlanAgreed(at=at(3, 7), plan="plan-1"),
    PlanEnded(at=at(3, 7), plan="plan-1", outcome="broken"),
    StopRequested(at=at(3, 7), stop="s1", claims=(FIRST,), on=date(2026, 3, 6), section="4 c §"),
    StopWithdrawn(at=at(3, 7), stop="s1"),
    CircumstanceNoted(
        at=at(3, 7), circumstance="c1", what="guardian", effective=date(2026, 1, 1),
        authority_number="DVV 12/2026", contact="erp:cust-7",
    ),
]  # fmt: skip
GUARANTOR = Party(
    id="erp:cust-7", version="1", kind="company", name="Takaaja & Pojat <Oy>\x0b", country="FI",
    business_id="7654321-2", business_id_scheme="FI_YTUNNUS", addresses=(ADDRESS,),
)  # fmt: skip
AGREEMENT = Agreement(id="erp:agr-1", debtor="erp:cust-9", reminder_fee_clause=date(2025, 1, 1))
PAPERS = {
    FIRST: papers_of(
        Invoice(
            id=FIRST, version="1", number="2026-1", debtor="erp:cust-9", issued=date(2026, 1, 5),
            due=date(2026, 1, 19), total=eur("1255.00"), open=eur("800.00"),
            description="Huolto 1/2026",
            delivered=Period(first_day=date(2025, 12, 1), last_day=date(2025, 12, 31)),
            vat=(Vat(rate="25.5", net=eur("1000.00"), tax=eur("255.00")),),
            original_creditor="Alkuperäinen Oy",
        ),
        AGREEMENT,
    ),
}  # fmt: skip


def whole(**changes) -> CaseFile:
    given = {
        "events": [*EVENTS, *STATES],
        "papers": PAPERS,
        "beside": {"erp:cust-7": GUARANTOR},
        "law": load("FI"),
        "mandate": Mandate(legal=True, settlement_floor=80, plan_months=12),
    }
    return build(**(given | changes))


def spoilt(change) -> dict:
    file = served(whole())
    change(file)
    return file


def test_the_whole_file_is_as_it_was_and_both_schemas_accept_it():
    file = whole()
    golden = json.loads(GOLDEN.read_text())
    assert served(file) == golden
    assert CaseFile.model_validate(golden) == file
    JSON.validate(golden)
    XSD.assertValid(etree.fromstring(casefile_xml.render(file)))


def test_both_published_schemas_are_those_of_the_model():
    assert (PARTNER / "casefile.v1.xsd").read_text() == casefile_xml.xsd()
    assert JSON.schema == casefile.schema()


@pytest.mark.parametrize("made", [build, whole, lambda: build(claims=("erp:inv-2",))])
def test_the_xml_says_the_same_amounts_as_the_json_and_is_the_same_twice(made):
    file = made()
    text = casefile_xml.render(file)
    tree = etree.fromstring(text)
    XSD.assertValid(tree)
    assert casefile_xml.render(CaseFile.model_validate_json(file.model_dump_json())) == text
    money = [f"{one.text} {one.get('currency')}" for one in tree.iter() if one.get("currency")]
    assert money == list(amounts(served(file)))


def amounts(value: object):
    match value:
        case {"amount": str(amount), "currency": str(currency)} if len(value) == 2:
            yield f"{amount} {currency}"
        case dict():
            for inner in value.values():
                yield from amounts(inner)
        case list():
            for inner in value:
                yield from amounts(inner)


def test_a_name_keeps_its_characters_and_loses_only_those_that_no_xml_can_hold():
    tree = etree.fromstring(casefile_xml.render(whole()))
    assert tree.xpath("f:debtors/f:debtor/f:name/text()", namespaces=NS) == [
        "Veikko Velallinen",
        "Takaaja & Pojat <Oy>",
    ]


@pytest.mark.parametrize(
    "path", ["f:totals", "f:claims", "f:creditor/f:name", "f:claims/f:claim/f:open"]
)
def test_the_xsd_refuses_a_file_that_lacks_what_every_file_has(path):
    tree = etree.fromstring(casefile_xml.render(whole()))
    gone = tree.find(path, NS)
    gone.getparent().remove(gone)
    assert not XSD.validate(tree)


def test_states_are_told_of_the_files_claims_alone():
    states = whole().states
    assert [(one.id, one.state) for one in states.disputes] == [("d1", "rejected")]
    assert [(one.claims, one.outcome) for one in states.promises] == [((FIRST,), "broken")]
    assert [(one.stage, len(one.instalments)) for one in states.plans] == [("broken", 2)]
    assert states.stops == ()
    assert [(one.what, one.authority_number) for one in states.circumstances] == [
        ("guardian", "DVV 12/2026")
    ]
    assert OTHER not in whole().model_dump_json()


def test_a_payment_is_told_with_its_sightings_what_it_settled_and_what_was_taken_back():
    told = {(one.id, one.claim): one for one in whole().payments}
    assert list(told) == [("erp:pay-1", FIRST), ("erp:pay-2", "erp:inv-2"), ("bank:9", FIRST)]
    first = told["erp:pay-1", FIRST]
    assert (first.principal, first.reversed, first.seen_as) == (
        eur("200.00"), eur("20.00"), ("bank:7",),
    )  # fmt: skip
    beside = told["bank:9", FIRST]
    assert (beside.principal, beside.interest, beside.fees, beside.booked) == (
        eur("0.00"), eur("1.00"), eur("2.00"), None,
    )  # fmt: skip


def test_a_claim_lapses_against_each_liable_party_on_its_own_terms():
    found = {one.party: one for one in whole().claims[0].limitation}
    assert set(found) == {"erp:cust-9", "erp:cust-7"}
    # 728/2003 4 §: three years from the due date (a notice starts them anew, 10 §).
    assert found["erp:cust-9"].lapses_on > date(2029, 1, 19)
    assert "728/2003" in found["erp:cust-9"].section
    assert {one.party for one in whole().claims[1].limitation} == {"erp:cust-9"}


def test_a_returned_notice_says_so_and_one_that_left_names_its_carriers_number():
    proofs = {one.act: one.proof for one in whole().notices}
    assert (proofs["act-5"].what, proofs["act-5"].code) == ("returned", "bounced")
    assert (proofs["act-1"].what, proofs["act-1"].on) == ("accepted", date(2026, 2, 2))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda file: file["claims"][0]["vat"][0]["tax"].update(amount="255.01"),
            "the VAT by rate",
        ),
        (
            lambda file: file["payments"][0]["reversed"].update(amount="20.01"),
            "settled by payments",
        ),
        (lambda file: file["payments"][0].update(claim=OTHER), "no claims but its own"),
        (lambda file: file["states"]["disputes"][0].update(claim=OTHER), "no claims but its own"),
        (lambda file: file["states"]["plans"][0].update(claims=[OTHER]), "no claims but its own"),
        (lambda file: file["agreements"].clear(), "every agreement"),
        (lambda file: file["claims"][0]["limitation"][0].update(party="x"), "liable parties alone"),
    ],
)
def test_a_whole_file_that_disagrees_with_itself_cannot_be_made(change, sentence):
    with pytest.raises(ValidationError, match=sentence):
        CaseFile.model_validate(spoilt(change))


def test_a_file_that_knows_less_says_less_and_nothing_else():
    less = served(build(events=[*EVENTS, *STATES], beside={"erp:cust-7": GUARANTOR}))
    for one in less["claims"]:
        one.pop("description")
    assert not list(unsaid(less, served(whole()), ""))
    assert not {"agreements", "mandate"} & set(less)
    assert set(HANDED) == {one["id"] for one in less["claims"]}
