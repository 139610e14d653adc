"""Overrides: the nearest word holds, and no word makes a policy harder on a debtor."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.law import check_policy, load
from shared.domain.lawcheck_parts import plan
from shared.domain.money import Money
from shared.domain.overrides import (
    CasePolicy,
    ClaimRef,
    Override,
    Overrides,
    Terms,
    bind,
    effective,
    strangers,
    waived,
)
from shared.domain.policy import Policy

FI = load("FI")
POLICY = Policy.model_validate(
    {
        "id": "standard", "version": 1, "name": "Standard", "law": "FI", "payment_days": 10,
        "tolerance": {"amount": "1.00", "currency": "EUR"},
        "minimum": {"amount": "20.00", "currency": "EUR"},
        "partner": "partner",
        "steps": [
            {"id": "soft", "action": "remind", "after": 8, "since": "due"},
            {"id": "look", "action": "ask", "after": 12, "since": "due"},
            {"id": "firm", "action": "remind", "after": 24, "since": "due", "tone": "firm",
             "fee": "statutory"},
            {"id": "out", "action": "hand_over", "after": 20, "since": "previous"},
        ],
    }
)  # fmt: skip
EUR50 = Money.of("50.00", "EUR")


def override(kind, target="x", segment=None, **terms):
    return Override(kind=kind, target=target, terms=Terms(**terms), segment=segment)


ALL = Overrides(
    found=(
        override("creditor", "nordic", tone="neutral", language="sv", payment_days=12),
        override("segment", "vip", tone="friendly", fee="none", extra_days={"soft": 3}),
        override("segment", "other", do_not_hand_over=True),
        override("debtor", "d1", segment="vip", payment_days=14),
        override("agreement", "a1", payment_days=21, channel="post"),
        override("invoice", "i1", tone="firm", do_not_hand_over=True),
    )
)


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        (None, ("friendly", "sv", 14, None, None)),
        (ClaimRef(claim="i2"), ("friendly", "sv", 14, None, None)),
        (ClaimRef(claim="i2", agreement="a1"), ("friendly", "sv", 21, "post", None)),
        (ClaimRef(claim="i1", agreement="a1"), ("firm", "sv", 21, "post", True)),
    ],
)
def test_the_nearest_word_holds_and_silence_leaves_it_to_the_next(ref, said):
    terms, _ = ALL.terms(ref)
    spoken = (terms.tone, terms.language, terms.payment_days, terms.channel)
    assert (*spoken, terms.do_not_hand_over) == said
    assert terms.fee == "none"


def test_a_segment_binds_only_the_debtors_that_belong_to_it():
    stranger = Overrides(found=tuple(one for one in ALL.found if one.kind != "debtor"))
    terms, sources = stranger.terms()
    assert terms.fee is None
    assert [one.kind for one in sources] == ["creditor"]


def test_a_claim_with_terms_of_its_own_has_a_policy_of_its_own_and_all_are_named_by_hash():
    refs = [ClaimRef(claim="i1"), ClaimRef(claim="i2")]
    bound, because = bind(POLICY, ALL, refs)

    assert [step.id for step in bound.terms("i1").steps] == ["soft", "look", "firm"]
    assert [step.id for step in bound.terms("i2").steps] == ["soft", "look", "firm", "out"]
    assert bound.terms("i2") is bound
    assert bound.payment_days == 14
    named = {(one.facts["kind"], one.facts["target"]) for one in because}
    assert named == {("creditor", "nordic"), ("segment", "vip"), ("debtor", "d1"),
                     ("invoice", "i1")}  # fmt: skip
    assert all(len(one.facts["hash"]) == 64 for one in because)


def test_without_overrides_the_policy_is_the_very_same():
    assert bind(POLICY, Overrides(), [ClaimRef(claim="i1")]) == (POLICY, ())
    assert POLICY.terms("i1") is POLICY


def test_extra_days_move_what_follows_so_that_no_gap_shrinks():
    later = effective(POLICY, Terms(extra_days={"soft": 10, "firm": 2}))
    assert [one.day for one in plan(later)] == [18, 22, 36, 56]


def test_a_held_step_needs_a_persons_leave():
    held = effective(POLICY, Terms(hold_steps=("firm", "look")))
    assert [step.automation for step in held.steps] == [
        "automatic", "propose", "propose", "automatic",
    ]  # fmt: skip


def test_a_policy_of_the_hand_over_alone_asks_a_person():
    alone = POLICY.model_copy(update={"steps": POLICY.steps[3:]})
    (step,) = effective(alone, Terms(do_not_hand_over=True)).steps
    assert (step.id, step.action) == ("out", "ask")


def test_no_fee_is_left_in_any_claims_policy_when_fees_are_waived():
    bound, _ = bind(POLICY, Overrides(found=ALL.found[5:]), [ClaimRef(claim="i1")])
    bare = waived(bound)
    assert isinstance(bare, CasePolicy)
    fees = [step.fee for one in (bare, bare.terms("i1")) for step in one.steps]
    assert set(fees) == {"none"}
    assert bare.terms("i1") is not bare


def test_what_the_policy_does_not_know_is_named_by_its_path():
    strange = strangers(
        POLICY,
        Terms(hold_steps=("firm", "nope"), extra_days={"gone": 1}, minimum=Money.of("1", "SEK")),
    )
    assert set(strange) == {"hold_steps.1", "extra_days.gone", "minimum"}


@pytest.mark.parametrize(
    "harder", [{"fee": "statutory"}, {"extra_days": {"soft": -1}}, {"payment_days": 0}]
)
def test_an_override_cannot_even_say_what_is_harder(harder):
    with pytest.raises(ValidationError):
        Terms(**harder)


TERMS = st.builds(
    Terms,
    hold_steps=st.none() | st.just(("firm",)) | st.just(("soft", "out")),
    tone=st.none() | st.sampled_from(["friendly", "neutral", "firm"]),
    fee=st.none() | st.just("none"),
    minimum=st.none() | st.just(EUR50) | st.just(Money.of("1.00", "EUR")),
    extra_days=st.none()
    | st.dictionaries(
        st.sampled_from(["soft", "look", "firm", "out", "unknown"]),
        st.integers(min_value=0, max_value=120),
    ),
    do_not_hand_over=st.none() | st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(terms=TERMS, days=st.none() | st.integers(min_value=1, max_value=60))
def test_an_override_is_never_harder_and_a_lawful_policy_stays_lawful(terms, days):
    changed = effective(POLICY, terms.model_copy(update={"payment_days": days}))

    assert changed.payment_days >= POLICY.payment_days
    assert changed.minimum >= POLICY.minimum
    before = plan(POLICY)
    for old, new in zip(before, plan(changed), strict=False):
        assert old.step.id == new.step.id
        assert new.day >= old.day
        assert new.since_contact is None or new.since_contact >= (old.since_contact or 0)
        assert new.step.fee in {"none", old.step.fee}
        assert new.step.automation in {old.step.automation, "propose"}
        assert new.step.action in {old.step.action, "ask"}
    assert len(changed.steps) <= len(before)
    assert check_policy(FI, POLICY) == ()
    lawful = effective(POLICY, terms)
    assert check_policy(FI, lawful) == ()
