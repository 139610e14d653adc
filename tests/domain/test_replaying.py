"""A stored decision follows again, byte for byte, from the case before it and its named inputs."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from shared.domain.case import Case
from shared.domain.channels import Reach, routed
from shared.domain.decide import decide
from shared.domain.decisions import Ask
from shared.domain.events import Decided
from shared.domain.explain import Reason
from shared.domain.overrides import Override, Overrides, Terms
from shared.domain.policy import Step
from shared.domain.replaying import ENGINE, World, again, decisions, unsigned
from tests.domain.casebook import FI, eur, joined, local, opened, paid, policy, reminded

WORLD = World(policy=policy(), law=FI, zone="Europe/Helsinki")


def decided(case, now, answer, because=None, **inputs):
    told = answer.because if because is None else because
    seen = {"case_version": str(case.version), "now": now.isoformat(), "law_sign_off": "signed"}
    plain = answer.model_dump(mode="json", exclude={"because"})
    return Decided(at=now, decision=plain, because=told, inputs=seen | inputs)


def begun(*events):
    return Case.replay("c1", [opened(), joined(), *events])


def test_every_decision_of_a_case_comes_out_the_same():
    events = [opened(), joined()]
    for when in ("01-18", "01-20", "02-16"):
        case, now = Case.replay("c1", events), local(when)
        answer = decide(case, WORLD.policy, FI, now)
        events += [decided(case, now, answer), paid(f"p{when}", when, "10.00")]

    made = [again(case, one, WORLD) for case, one in decisions("c1", events)]

    assert [one.version for one in made] == [2, 4, 6]
    assert all(one.same for one in made)
    dearer = [events[0], joined(total="90.00"), *events[2:]]
    told = list(decisions("c1", dearer))
    kinder = replace(WORLD, policy=policy(tolerance=eur("99.00")))
    assert not any(again(case, one, kinder).same for case, one in told)


def test_a_rest_ends_at_the_hour_of_the_creditors_zone_across_the_change_of_the_clocks():
    """On 28 March the clocks are two hours ahead, on 31 March three."""
    case = Case.replay("c1", [opened(), joined(due="03-28")])
    now = local("03-27")
    stored = decided(case, now, decide(case, WORLD.policy, FI, now))

    assert again(case, stored, WORLD).same
    assert not again(case, stored, replace(WORLD, zone="Etc/GMT-2")).same


def test_what_the_touch_found_is_taken_as_given_and_nothing_else():
    case, now = begun(), local("01-20")
    act = decide(case, WORLD.policy, FI, now)
    lacks = unsigned("x")
    question = Ask(task=f"{act.act}-no_address", why="no_address", claims=act.claims)

    stored = decided(case, now, question, (lacks, *act.because))
    other = question.model_copy(update={"claims": ("erp:z",)})

    assert again(case, stored, WORLD).same
    assert not again(case, decided(case, now, other, act.because), WORLD).same


def test_a_contact_by_another_channel_is_found_again_by_what_was_known_of_the_debtor():
    way = policy(Step(id="r1", action="remind", after=3, since="due", channels=("email", "post")))
    world, case, now = replace(WORLD, policy=way), begun(), local("01-20")
    reach = Reach(needs={"email": "email", "post": "postal"}, known=("postal",))
    answer = routed(case, way, FI, now, reach)

    assert answer.channels == ("post",)
    stored = decided(case, now, answer, reach=reach.model_dump_json())
    assert again(case, stored, world).same
    assert not again(case, decided(case, now, answer), world).same


def test_a_hand_over_that_the_partner_does_not_take_is_a_question_with_its_own_reasons():
    events = [opened(), joined()]
    for number, (when, deadline) in enumerate(
        [("01-19", "02-02"), ("02-03", "02-17"), ("02-18", "03-04")], start=1
    ):
        events += reminded(f"x{number}", when, deadline=deadline, step=f"r{number}")
    case, now = Case.replay("c1", events), local("03-09")
    act = decide(case, WORLD.policy, FI, now)
    question = Ask(task=f"{act.act}-partner_terms", why="partner_terms", claims=act.claims)

    terms = Reason(rule="partner.terms", text="the partner takes no such claim")

    assert act.kind == "hand_over"
    assert again(case, decided(case, now, question, (terms,)), WORLD).same


def test_an_act_without_a_signature_says_so_again():
    case, now = begun(), local("01-20")
    act = decide(case, WORLD.policy, FI, now)
    kept = (*act.because, unsigned(FI.hash))

    assert again(case, decided(case, now, act, kept, law_sign_off="none"), WORLD).same
    wrong = (*act.because, unsigned("another"))
    assert not again(case, decided(case, now, act, wrong, law_sign_off="none"), WORLD).same


def test_overrides_bind_again_by_segment_and_agreement():
    segment = Override(kind="segment", target="vip", terms=Terms(tone="friendly"))
    member = Override(kind="debtor", target="erp:cust-9", segment="vip")
    agreement = Override(kind="agreement", target="erp:a1", terms=Terms(extra_days={"r1": 9}))
    bound = replace(
        WORLD, overrides=Overrides(found=(segment, member, agreement)),
        agreements=(("erp:a", "erp:a1"),),
    )  # fmt: skip
    case, now = begun(), local("01-20")
    under, kinder = bound.binding(case, signed=True)
    answer = decide(case, under, FI, now)
    stored = decided(case, now, answer, (*kinder, *answer.because))

    assert len(kinder) == 2
    assert again(case, stored, bound).same
    assert not again(case, stored, replace(bound, agreements=())).same


def test_the_engine_is_the_products_version():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")

    assert tomllib.loads(text)["project"]["version"] == ENGINE
