"""Identities: what makes two debtors one is proposed; what moves is the same before and after."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.case import Case
from shared.domain.debtor import counts_of
from shared.domain.events import (
    CaseClosed,
    ClaimsParted,
    Held,
    NoticeReturned,
    Parked,
    PartnerClosed,
    read_event,
    write_event,
)
from shared.domain.identity import (
    absorbing,
    keys_of,
    leaving,
    movable,
    quiet,
    same_steps,
    told_of,
    untouched,
)
from shared.domain.model import Address, Party
from shared.domain.money import total
from shared.domain.policy import Step
from shared.errors import Conflict, Refused
from tests.domain.casebook import (
    answered,
    ask_of,
    asked,
    case_of,
    charged,
    day,
    eur,
    handed,
    joined,
    more,
    on,
    opened,
    paid,
    policy,
    reminded,
    reminder,
)  # fmt: skip
from tests.domain.statebook import euros, told


def home(line="Katu 1", **of):
    return Address(lines=(line,), postal_code="00100", city="Helsinki", country="FI", **of)


def person(name="Aino Esimerkki", **of):
    fields = {"id": "erp:d1", "version": "1", "kind": "person", "name": name, "country": "FI",
              "emails": ("Aino@post.example",), "addresses": (home(),)}  # fmt: skip
    return Party(**(fields | of))


def company(number, country="FI"):
    return person("Nordic Oy", kind="company", business_id=number, country=country)


# --- proposals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (company("1234567-1"), company("FI12345671"), True),
        (company("DK12345678", "DK"), company("12 34 56 78", "DK"), True),
        (company("NO 923 609 016 MVA", "NO"), company("923609016", "NO"), True),
        (company("1234567-1"), company("1234567-1", "SE"), False),
        (company("0000000-0"), company("0000000-0"), False),
        (person(), person("esimerkki, AINO", emails=("aino@post.example",)), True),
        (person(), person("Eino Esimerkki"), False),
        (person(), person(emails=("other@post.example",)), False),
        (person(), person(addresses=(home("Katu 2"),)), False),
        (person(addresses=(home(protected=True),)),) * 2 + (False,),
        (person(emails=()), person(emails=()), False),
        (person(kind="estate"), person(), False),
    ],
)
def test_what_two_records_of_one_debtor_share(one, other, same):
    assert bool(set(keys_of(one)) & set(keys_of(other))) is same


# --- moving a case -----------------------------------------------------------------------------


def move(source, target, when="03-01"):
    """Both cases after the move, by what would be stored of its events."""
    taken = absorbing(source, on(when))
    after = more(target, read_event(write_event(taken)))
    gone = more(source, *(read_event(write_event(one)) for one in leaving(source, "c1", on(when))))
    return gone, after


def source(*events):
    return Case.replay("c2", [opened(debtor="erp:cust-8"), *case_of_events(events)])


def case_of_events(events):
    found = []
    for one in events:
        found.extend(one if isinstance(one, list) else [one])
    return found


def test_claims_move_with_their_level_payment_dates_and_fees():
    before = source(
        joined("b"), reminded("y1", "01-20", "b", deadline="02-02", **charged(name="b"))
    )
    gone, after = move(before, case_of(joined("a")))
    assert after.claims["erp:b"] == before.claims["erp:b"]
    assert after.standing("erp:b") == before.standing("erp:b")
    assert after.fees_of("erp:b") == eur("5.00")
    assert (gone.closed, gone.claims, gone.successor) == (True, {}, "c1")
    assert counts_of(gone) is None
    # The mail's own event may come later: the notice is the survivor's now.
    returned = more(after, NoticeReturned(at=on("03-02"), act="y1", code="bounce"))
    assert returned.claims["erp:b"].level == 0
    assert not returned.fees_of("erp:b")


def test_holds_of_the_whole_case_and_open_questions_rest_their_own_claims_only():
    before = source(
        joined("b"), joined("x"), Held(at=on("01-20"), hold="h1", reason="person"),
        asked("t1", "no_address", "01-20"),
    )  # fmt: skip
    _, after = move(before, case_of(joined("a")))
    assert {hold.claim for hold in after.holds.values()} == {"erp:b", "erp:x"}
    assert set(after.tasks["t1"].claims) == {"erp:b", "erp:x"}
    assert ask_of(after, "02-18").claims == ("erp:a",)
    assert "t1" not in more(after, answered("t1", "continue", "03-02")).tasks


def test_what_a_person_has_answered_is_not_asked_again():
    said = [asked("t1", "below_minimum", "01-20", "b"), answered("t1", "continue", "01-21")]
    _, after = move(source(joined("b"), said), case_of(joined("a")))
    assert after.answers["t1"].answer == "continue"


def test_states_of_the_same_name_stay_two():
    mine = told(case_of(joined("a")), "01-20", "promise", "call-1", day="2026-01-25")
    theirs = source(joined("b"))
    theirs = told(theirs, "01-20", "promise", "call-1", day="2026-01-26", amount=euros("10.00"))
    _, after = move(theirs, mine)
    assert sorted(one.claims for one in after.states.promises.values()) == [("erp:a",), ("erp:b",)]
    assert all(name == one.id for name, one in after.states.promises.items())


def test_holds_of_the_same_name_stay_two():
    mine = more(
        case_of(joined("a")), Held(at=on("01-20"), hold="call-1", claim="erp:a", reason="person")
    )
    theirs = source(
        joined("b"), Held(at=on("01-20"), hold="call-1", claim="erp:b", reason="person")
    )
    _, after = move(theirs, mine)
    assert {hold.claim for hold in after.holds.values()} == {"erp:a", "erp:b"}
    assert all(name == one.id for name, one in after.holds.items())


def test_a_claim_is_in_one_case():
    with pytest.raises(Conflict):
        move(source(joined("a")), case_of(joined("a")))
    with pytest.raises(Conflict):
        more(case_of(joined("a"), joined("b")),
             ClaimsParted(at=on("03-01"), into="c9", claims=("erp:a",), whole=True))  # fmt: skip


def test_the_story_of_a_case_file_has_what_was_said_under_the_other_name():
    hold = Held(at=on("01-20"), hold="h1", reason="person")
    events = [opened(), joined("b"), hold, *reminded("y1", "01-21", "b", deadline="02-02")]
    taken = absorbing(Case.replay("c2", events), on("03-01"))
    story = told_of([*events, CaseClosed(at=on("03-01"), why="merged")], taken)
    kinds = [one.kind for one in story]
    assert kinds == ["claim_joined", "held", "reminder_intended", "act_sent"]
    assert story[1].claim == "erp:b"


PLAN = {"count": 2, "first": "2026-01-25", "every": "week", "agreed": True}


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (case_of(joined(), reminder("x1", "01-20", deadline="02-01")), "act_in_flight"),
        (told(case_of(joined()), "01-20", "propose_plan", **PLAN), "plan_in_force"),
        (told(case_of(joined()), "01-20", "dispute", claim="erp:a", ground="price"),
         "dispute_open"),
        (case_of(joined(), handed("x1", "01-20")), "with_partner"),
        (case_of(joined(), handed("x1", "01-20"),
                 PartnerClosed(at=on("01-25"), message="m1", code="UNTRACEABLE")),
         "known_to_partner"),
        (case_of(joined(), Parked(at=on("01-20"), why="failed")), "parked"),
        (case_of(*(joined(f"n{number}") for number in range(81))), "too_many_claims"),
    ],
)  # fmt: skip
def test_what_is_not_sound_is_refused_with_a_sentence(case, code):
    with pytest.raises(Refused) as no:
        movable(case, day("01-21"))
    assert no.value.code == code
    assert no.value.sentence.endswith(".")


def test_a_plan_that_has_ended_and_a_plain_case_may_move():
    planned = told(case_of(joined()), "01-20", "propose_plan", **PLAN)
    with pytest.raises(Refused):
        movable(planned, day("01-21"))
    assert movable(told(planned, "01-21", "cancel_plan", "k2", plan="k1"), day("01-21")) is None
    assert quiet(case_of(joined(), handed("x1", "01-20")), day("01-21")) is None


def test_a_level_means_the_same_in_both_cases_or_nothing_moves():
    same_steps(policy(), policy(version=2))
    with pytest.raises(Refused) as no:
        same_steps(policy(), policy(Step(id="r1", action="remind", after=3, since="due")))
    assert no.value.code == "policy_differs"


@pytest.mark.parametrize(
    "told_of_it",
    [
        reminded("x1", "01-20", "a", "b", deadline="02-01"),
        asked("t1", "no_address", "01-20", "b"),
        Held(at=on("01-20"), hold="h1", claim="erp:b", reason="person"),
    ],
)
def test_only_claims_that_nobody_was_told_of_leave_a_case_again(told_of_it):
    case = case_of(joined("a"), joined("b"))
    untouched(case, ["erp:b"])
    with pytest.raises(Refused) as no:
        untouched(more(case, told_of_it), ["erp:b"])
    assert no.value.code == "contacted"
    with pytest.raises(Refused):
        untouched(case, ["erp:zz"])


# --- whatever happened before ------------------------------------------------------------------

STEPS = st.lists(
    st.sampled_from(["remind", "fee", "pay", "reverse", "hold", "promise"]), max_size=6
)


def lived(name, case_id, steps):
    """A case of one claim to which a few things happened, one a week."""
    case = Case.replay(case_id, [opened(), joined(name)])
    for number, step in enumerate(steps, start=1):
        when = on("02-01", hour=number)
        act = f"{case_id}-{number}"
        match step:
            case "remind" | "fee":
                fee = charged(name=name) if step == "fee" else {}
                case = more(case, reminded(act, "02-02", name, deadline="02-12", **fee))
            case "pay":
                case = more(case, paid(act, "02-01", "10.00", name))
            case "hold":
                case = more(case, Held(at=when, hold="h", claim=f"erp:{name}", reason="other"))
            case "promise" if case.states is None:
                case = told(case, "02-02", "promise", "k", day="2026-02-09", amount=euros("5.00"))
            case _:
                pass
    return case


@given(STEPS, STEPS)
@settings(max_examples=40, deadline=None)
def test_balances_fees_and_counts_are_the_same_and_no_act_is_repeated(mine, theirs):
    one, other = lived("a", "c1", mine), lived("b", "c2", theirs)
    gone, after = move(other, one)
    both = {**one.claims, **other.claims}
    assert after.claims == both
    for name, case in (("erp:a", one), ("erp:b", other)):
        assert after.fees_of(name) == case.fees_of(name)
        assert after.standing(name) == case.standing(name)
    owed = [state.open for state in both.values()]
    assert total([one.open for one in after.claims.values()], "EUR") == total(owed, "EUR")
    counts = [counts_of(case) for case in (one, other)]
    merged = counts_of(after)
    assert sorted(merged.fees) == sorted(day_ for one_ in counts for day_ in one_.fees)
    assert sorted(merged.promises) == sorted(day_ for one_ in counts for day_ in one_.promises)
    answer = ask_of(after, "03-02")
    acts = {*one.notices, *other.notices}
    assert getattr(answer, "act", None) not in acts
    assert read_event(write_event(absorbing(other, on("03-01")))) == absorbing(other, on("03-01"))
    assert gone.open_claims() == []
