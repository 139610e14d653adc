"""The gate: each condition of a hand-over is named, with its law and with what helps."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from shared.domain.case import Case
from shared.domain.decide import HandOver, decide
from shared.domain.events import Held, PartnerClosed
from shared.domain.handover_gate import Facts, barred, gate
from shared.domain.handover_gate_rules import HandOverRules
from shared.domain.handover_gate_terms import Offer, PartnerTerms
from shared.domain.policy import Step
from shared.domain.question import Question
from shared.domain.state_events import CircumstanceNoted, Disputed
from tests.domain.casebook import (
    FI,
    STEPS,
    answered,
    asked,
    charged,
    eur,
    handed,
    joined,
    local,
    on,
    opened,
    policy,
    reminded,
)
from tests.domain.test_casefile import build

TOLD = [
    opened(),
    joined(),
    *reminded("m1", "01-20", deadline="01-30"),
    *reminded("m2", "02-09", deadline="02-23", step="r2", **charged()),
    *reminded("m3", "03-02", deadline="03-16", step="r3"),
]
CLAIMS = ("erp:a",)
SIGNED = {"contract": {"state": "signed", "on": "2026-01-01"}}
READY = local("03-20")
FILE = build()


def question(*more, now=READY, events=TOLD, **terms):
    case = Case.replay("case-1", [*events, *more])
    return Question(case, policy(**terms), FI, now, now.date())


def facts(service="collection", **known) -> Facts:
    terms = known.pop("terms", None)
    if terms is not None:
        terms = PartnerTerms.model_validate({**SIGNED, **terms})
    return Facts(service=service, **({"file": FILE} | known), terms=terms)


def unmet(asked, known=None, claims=CLAIMS) -> set[str]:
    return {one.name for one in gate(asked, claims, known or facts()) if not one.ok}


def test_what_decide_hands_over_meets_every_condition():
    asked = question()
    assert isinstance(decide(asked.case, asked.policy, FI, READY), HandOver)
    checks = gate(asked, CLAIMS, facts(terms={}, offer=Offer(eligible=True)))
    assert not [one for one in checks if not one.ok]
    assert {"law_wait", "not_lapsed", "data", "contract", "eligible"} <= {
        one.name for one in checks
    }


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        (question(now=local("03-16")), facts(), {"law_wait"}),
        (question(events=TOLD[:4]), facts(), {"last_step"}),
        (question(events=TOLD[:2]), facts(), {"last_step", "law_wait"}),
        (question(Held(at=on("03-17"), hold="h", reason="person")), facts(), {"case_free"}),
        (
            question(
                Disputed(
                    at=on("03-17"), dispute="d", claim="erp:a", amount=None, ground="quality",
                    source="debtor", on=date(2026, 3, 17), answer_by=date(2026, 3, 31),
                )
            ),
            facts(), {"claim_free"},
        ),
        (
            question(
                CircumstanceNoted(
                    at=on("03-17"), circumstance="c", what="bankruptcy",
                    effective=date(2026, 3, 17),
                )
            ),
            facts(), {"claim_free"},
        ),
        (question(*handed("h1", "03-18")), facts(), {"not_with_partner", "last_step"}),
        (question(minimum=eur("100.01")), facts(), {"minimum"}),
        (question(now=local("07-20")), facts(), {"rate_known"}),
        (question(), facts(lacking=("debtors.0.addresses",)), {"data"}),
        (question(), facts(file=None), {"file_agrees"}),
    ],
)  # fmt: skip
def test_an_unmet_condition_of_law_or_hub_is_named_and_decide_agrees(asked, known, expected):
    assert unmet(asked, known) == expected
    if not known.lacking and known.file is not None:
        assert not isinstance(decide(asked.case, asked.policy, FI, asked.now), HandOver)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"services": ["surveillance"]}, "service"),
        ({"countries": ["SE"]}, "country"),
        ({"currencies": ["SEK"]}, "currency"),
        ({"capacities": ["business"]}, "capacity"),
        ({"classes": ["rent"]}, "claim_class"),
        ({"minimum": {"amount": "100.01", "currency": "EUR"}}, "amount"),
        ({"maximum": {"amount": "99.99", "currency": "EUR"}}, "amount"),
        ({"maximum": {"amount": "900.00", "currency": "SEK"}}, "amount"),
        ({"required": ["claim.delivered"]}, "required"),
        ({"required": ["debtor.national_id"]}, "required"),
        ({"contract": {"state": "pending"}}, "contract"),
        ({"contract": {"state": "signed", "on": "2026-03-21"}}, "contract"),
        ({"draining": True}, "draining"),
        ({"after_due": {"consumer": 63}}, "partner_wait"),
        ({"after_notice": {"consumer": 18}}, "partner_wait"),
    ],
)
def test_a_partners_own_condition_bars_alone_and_one_notch_less_does_not(terms, expected):
    found = barred(gate(question(), CLAIMS, facts(terms=terms)))
    assert {one.name for one in found} == {expected}
    assert all(one.to_do and one.reason().text == one.why for one in found)


@pytest.mark.parametrize(
    "terms",
    [
        {"minimum": {"amount": "100.00", "currency": "EUR"}},
        {"maximum": {"amount": "100.00", "currency": "EUR"}},
        {"contract": {"state": "signed", "on": "2026-03-20"}},
        {"after_due": {"consumer": 62, "business": 180}},
        {"after_notice": {"consumer": 17}},
        {"required": ["claim.reference", "claim.description", "debtor.email"]},
        {},
    ],
)
def test_a_partners_limits_count_themselves_in_and_its_waits_are_full_days(terms):
    assert not barred(gate(question(), CLAIMS, facts(terms=terms)))


def test_a_wait_names_the_first_day_on_which_the_partner_takes_it():
    found = barred(gate(question(), CLAIMS, facts(terms={"after_notice": {"consumer": 21}})))
    assert [(one.remedy, one.until) for one in found] == [("wait", date(2026, 3, 24))]


def test_what_the_law_says_is_cited_and_its_day_is_named():
    found = {one.name: one for one in gate(question(now=local("03-16")), CLAIMS, facts())}
    assert "513/1999" in found["law_wait"].section
    assert found["law_wait"].until == date(2026, 3, 17)


# --- services -----------------------------------------------------------------------------------

REMINDS = HandOverRules(service="reminder_and_collection")
OFFERED = {"services": ["reminder_and_collection", "surveillance"]}


def to_remind(*events, now, after=1):
    """A case of a policy whose first step gives the claim to a partner that reminds itself."""
    terms = policy(Step(id="out", action="hand_over", after=after, since="due"), hand_over=REMINDS)
    return Question(Case.replay("case-1", [*TOLD[:2], *events]), terms, FI, now, now.date())


def test_a_partner_that_reminds_itself_has_the_claim_once_it_is_overdue_and_decide_agrees():
    """Due on Friday 16 January: the partner may have it from Saturday, and keeps its own waits."""
    known = facts(service="reminder_and_collection", terms=OFFERED)
    for when, expected in (("01-16", {"law_wait"}), ("01-17", set())):
        asked = to_remind(now=local(when), after=0)
        decided = decide(asked.case, asked.policy, FI, local(when))
        assert unmet(asked, known) == expected
        assert isinstance(decided, HandOver) is not expected
    (wait,) = [one for one in gate(asked, CLAIMS, known) if one.name == "law_wait"]
    assert ("513/1999" in wait.section, "keeps the wait" in wait.why) == (True, True)


def test_a_payment_date_that_we_named_is_over_before_the_partner_reminds():
    told = reminded("m1", "01-20", deadline="01-30")
    out = Step(id="out", action="hand_over", after=1, since="previous")
    case = Case.replay("case-1", [*TOLD[:2], *told])
    for when, expected in (("01-30", {"law_wait"}), ("01-31", set())):
        terms, now = policy(STEPS[0], out, hand_over=REMINDS), local(when)
        checked = Question(case, terms, FI, now, now.date())
        assert unmet(checked, facts("reminder_and_collection", terms=OFFERED)) == expected


@pytest.mark.parametrize("service", ["reminder_and_collection", "surveillance"])
def test_a_service_that_no_terms_name_is_a_persons(service):
    """Nobody would remind, or watch, where the partner does not: silence is no contract."""
    for terms in (None, {}):
        found = barred(gate(question(), CLAIMS, facts(service, terms=terms)))
        assert ("service", "person") in {(one.name, one.remedy) for one in found}
    assert barred(gate(question(), CLAIMS, facts("collection", terms=None))) == ()


def test_a_claim_is_watched_after_a_collection_or_by_a_persons_word():
    watches = facts("surveillance", terms=OFFERED)
    ended = [*handed("h1", "03-18"), PartnerClosed(at=on("03-19"), message="m", code="NO_ASSETS")]
    said = [
        asked("t", "not_collected_before", "03-18", "a"), answered("t", "continue", "03-18"),
    ]  # fmt: skip

    assert unmet(question(), watches) == {"not_collected_before"}
    assert "not_collected_before" not in unmet(question(*ended), watches)
    assert unmet(question(*said), watches) == set()


def test_a_partner_that_says_no_beforehand_bars_with_its_code():
    found = barred(gate(question(), CLAIMS, facts(offer=Offer(eligible=False, code="MINOR"))))
    assert [(one.name, one.facts) for one in found] == [("eligible", {"code": "MINOR"})]


def test_unmet_conditions_come_first_and_name_no_personal_value():
    checks = gate(question(), CLAIMS, facts(terms={"required": ["debtor.business_id"]}))
    assert [one.ok for one in checks] == sorted(one.ok for one in checks)
    text = " ".join(one.model_dump_json() for one in checks)
    assert checks[0].facts["fields"] == "debtors.0.business_id"
    assert "Velallinen" not in text


def test_the_price_is_the_first_of_the_list_that_fits():
    prices = [
        {"service": "collection", "up_to": {"amount": "100.00", "currency": "EUR"},
         "price": {"amount": "5.00", "currency": "EUR"}},
        {"service": "collection", "price": {"amount": "9.00", "currency": "EUR"}},
    ]  # fmt: skip
    terms = PartnerTerms.model_validate({"prices": prices})
    assert [terms.price_of("collection", eur(one)) for one in ("100.00", "100.01")] == [
        eur("5.00"), eur("9.00"),
    ]  # fmt: skip
    assert terms.price_of("surveillance", eur("1.00")) is None


@pytest.mark.parametrize(
    "terms",
    [
        {"contract": {"state": "signed"}},
        {"currencies": ["ZZZ"]},
        {"countries": ["fi"]},
        {"minimum": {"amount": "5.00", "currency": "EUR"},
         "maximum": {"amount": "4.00", "currency": "EUR"}},
        {"minimum": {"amount": "-5.00", "currency": "EUR"}},
        {"required": ["debtor.salary"]},
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_are_refused(terms):
    with pytest.raises(ValidationError):
        PartnerTerms.model_validate(terms)


def test_a_policy_that_says_nothing_of_hand_overs_is_stored_as_before():
    assert "hand_over" not in policy(*STEPS).model_dump()
    mandated = HandOverRules.model_validate({"mandate": {"legal": True}})
    assert policy(*STEPS, hand_over=mandated).model_dump()["hand_over"]["mandate"]["legal"]
