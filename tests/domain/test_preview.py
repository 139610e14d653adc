"""Previews: the walk asks the one question and nothing else; totals add up over any cut."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from shared.domain.case import Case
from shared.domain.channels import Reach
from shared.domain.decide import decide
from shared.domain.events import Held
from shared.domain.ledger_truth import Truth
from shared.domain.policy import Step
from shared.domain.preview import Terms, joining, walk
from shared.domain.preview_plain import act, read_act
from shared.domain.preview_totals import Totals, read
from shared.domain.routing import Routing, Rule
from tests.domain.casebook import (
    FI,
    HELSINKI,
    STEPS,
    asked,
    case_of,
    day,
    eur,
    handed,
    joined,
    local,
    more,
    on,
    opened,
    paid,
    policy,
    reminded,
)
from tests.domain.test_ledger import invoice

TERMS = Terms(policy(), FI, HELSINKI)


def told(found):
    return [(act.on.isoformat()[5:], act.kind, act.step or act.why) for act in found.acts]


def ahead(case, start="01-19", last="12-31", terms=TERMS, joins=()):
    return walk(case, terms, local(start), day(last), joins)


def test_a_case_nobody_pays_goes_through_every_step_to_the_hand_over():
    found = ahead(case_of(joined()))

    assert told(found) == [
        ("01-19", "remind", "r1"),
        ("02-03", "remind", "r2"),
        ("02-18", "remind", "r3"),
        ("03-05", "hand_over", "out"),
    ]
    assert [act.fee for act in found.acts[:3]] == [None, eur("5.00"), eur("5.00")]
    assert found.acts[3].amount == eur("100.00")
    assert found.rests == "with_partner"


def test_the_leaps_find_what_asking_every_day_finds():
    """The oracle asks the one question at ten each morning and acts through events of its own."""
    case, acts, now = case_of(joined(), joined("b", due="01-30", at="01-19")), [], local("01-19")
    while now.date() <= day("04-30"):
        answer = decide(case, TERMS.policy, FI, now)
        when = now.date().isoformat()[5:]
        names = [claim.removeprefix("erp:") for claim in getattr(answer, "claims", ())]
        if answer.kind == "remind":
            charge = {"fee": answer.fee, "fee_claim": answer.fee_claim, "step": answer.step}
            until = answer.deadline.isoformat()[5:]
            case = more(case, reminded(answer.act, when, *names, deadline=until, **charge))
        elif answer.kind == "hand_over":
            case = more(case, handed(answer.act, when, *names))
        else:
            now += timedelta(days=1)
            continue
        acts.append((when, answer.kind, answer.step))
    first = case_of(joined(), joined("b", due="01-30", at="01-19"))

    assert told(ahead(first, last="04-30")) == acts
    assert len(acts) >= 6


def test_nothing_lies_beyond_the_last_day():
    assert told(ahead(case_of(joined()), last="02-03")) == [
        ("01-19", "remind", "r1"),
        ("02-03", "remind", "r2"),
    ]


def test_a_case_goes_on_from_what_has_happened():
    case = case_of(joined(), reminded("n1", "01-19", deadline="01-29"))
    assert told(ahead(case, "01-25"))[0] == ("02-03", "remind", "r2")


@pytest.mark.parametrize(
    ("events", "rests"),
    [
        ([paid("p1", "01-20", "100.00")], "nothing_open"),
        ([Held(at=on("01-20"), hold="h", reason="person", until=None)], "held"),
        ([asked("t", "no_address", "01-20")], "waits_for_person"),
    ],
    ids=["paid", "held", "asked"],
)
def test_who_rests_says_why(events, rests):
    found = ahead(case_of(joined(), *events), "01-20", "02-10")
    assert (found.acts, found.rests) == ((), rests)


def test_a_hold_with_a_day_ends_within_the_preview():
    held = Held(at=on("01-20"), hold="h", reason="person", until=date(2026, 2, 1))
    assert told(ahead(case_of(joined(), held), "01-20"))[0] == ("02-02", "remind", "r1")


def test_a_proposal_counts_as_approved_at_once_and_a_step_by_hand_stays_with_the_person():
    careful = policy(
        STEPS[0].model_copy(update={"automation": "propose"}),
        Step(id="call", action="ask", after=15, since="previous"),
    )
    found = ahead(case_of(joined()), terms=Terms(careful, FI, HELSINKI))
    assert told(found) == [
        ("01-19", "ask", "approve_remind"),
        ("01-19", "remind", "r1"),
        ("02-03", "ask", "step_call"),
    ]
    assert found.rests == "waits_for_person"


def test_invoices_join_on_their_day_as_booking_lets_them():
    new = Case.replay("c2", [opened(at=on("01-10"))])
    found = ahead(new, "01-10", "02-20", joins=[joining(Truth(invoice()), day("01-19"), HELSINKI)])
    assert told(found)[0] == ("01-19", "remind", "r1")
    assert found.acts[0].claims == ("erp:a",)
    assert (
        ahead(new, "01-10", "01-18", joins=[joining(Truth(invoice()), day("01-19"), HELSINKI)]).acts
        == ()
    )


def test_the_same_case_gives_the_same_walk():
    assert ahead(case_of(joined())) == ahead(case_of(joined()))


def test_totals_add_up_by_day_and_segment_however_the_cases_are_cut():
    walks = [
        ahead(case_of(joined())),
        ahead(case_of(joined(total="30.00"))),
        ahead(case_of(joined(), paid("p1", "01-20", "100.00")), "01-20"),
    ]
    whole, part = Totals(), Totals()
    for one in walks:
        whole.add(one)
    part.add(walks[0])
    part = read(part.plain())
    part.add(walks[1])
    part.add(walks[2])

    assert part == whole
    plain = whole.plain()
    (sums,) = plain["sums"]
    assert (sums["contacts"], sums["fees"], sums["hand_overs"], sums["handed"]) == (
        6, "20.00", 2, "130.00",
    )  # fmt: skip
    assert sum(row["contacts"] for row in plain["days"]) == 6
    assert plain["cases"] == 3
    assert sum(plain["rests"].values()) == 3


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        walk(case_of(joined()), TERMS, datetime(2026, 1, 19), day("02-01"))  # noqa: DTZ001


NEEDS = {"mail": "email", "post": "postal"}


def by_way(*known, days=7, **more):
    """The usual terms by mail or else by post, for a debtor who is known so."""
    steps = [one.model_copy(update={"channels": ("mail", "post")}) for one in STEPS[:3]]

    def reach(on_):
        return Reach(needs=NEEDS, known=known, days={"mail": 1, "post": days}, kinds=NEEDS)

    return Terms(policy(*steps, STEPS[3]), FI, HELSINKI, reach=reach, **more)


def acted(terms):
    acts = ahead(case_of(joined()), terms=terms).acts
    return [(one.on.isoformat()[5:], one.channel) for one in acts]


def test_a_contact_goes_by_the_way_that_is_known_and_the_next_waits_for_the_post():
    mailed, posted = acted(by_way("email", "postal")), acted(by_way("postal"))
    slow = acted(by_way("postal", days=20))

    assert [channel for _, channel in mailed] == ["mail"] * 3 + ["agency"]
    assert [channel for _, channel in posted] == ["post"] * 3 + ["agency"]
    assert [channel for _, channel in slow] == ["post"] * 3 + ["agency"]
    days = [[when for when, _ in one] for one in (mailed, posted, slow)]
    assert days == sorted(days)
    assert days[1] != days[2]


def test_a_text_message_is_no_notice_from_which_the_law_counts():
    """By letter the fee waits fifteen days for the first word; a text message is no such word."""
    fees = []
    for channel, known in (("text", "phone"), ("mail", "email")):
        first = STEPS[0].model_copy(update={"channels": (channel,)})
        second = STEPS[1].model_copy(update={"channels": ("mail",), "after": 5})
        needs = {"text": "phone", "mail": "email"}
        reach = Reach(needs=needs, known=(known, "email"), days={"text": 1, "mail": 1}, kinds=needs)
        terms = Terms(policy(first, second, STEPS[3]), FI, HELSINKI, reach=lambda _, r=reach: r)
        fees.append(ahead(case_of(joined()), terms=terms, last="02-02").acts[1].fee)
    assert fees == [eur("5.00"), None]


def test_a_debtor_whom_no_channel_reaches_is_a_persons():
    found = ahead(case_of(joined()), terms=by_way())

    assert [(one.kind, one.why) for one in found.acts] == [("ask", "no_address")]
    assert found.rests == "waits_for_person"


def test_a_hand_over_goes_where_the_rules_send_it_and_says_when_nobody_takes_it():
    rule = Rule(id="all", partner="other", capacities=("consumer",))
    sent, gone = (
        ahead(
            case_of(joined()),
            terms=by_way("email", routing=Routing(rules=(rule,)), draining=full),
        )
        for full in (frozenset(), frozenset({"other", "agency"}))
    )

    assert (sent.acts[-1].channel, sent.acts[-1].kept) == ("other", "")
    assert (gone.acts[-1].channel, gone.acts[-1].kept) == ("agency", "partner_draining")


def test_what_costs_the_debtor_money_says_that_nobody_signed_the_law_off():
    found = ahead(case_of(joined()), terms=by_way("email", signed=False))
    counted = Totals()
    counted.add(found)

    assert [one.kept for one in found.acts] == ["", "law_unsigned", "law_unsigned", "law_unsigned"]
    assert read(counted.plain()).plain()["kept"] == {"law_unsigned": 3}
    again = [read_act(act(one), "EUR") for one in found.acts]
    assert again == list(found.acts)
    assert "kept" not in act(found.acts[0])
