"""Hours and caps by what a channel is: paper waits for no electronic hours, each kind has caps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.carriers import Carriers
from shared.domain.channels import Reach, routed
from shared.domain.debtor import Debtor, counts_of
from shared.domain.decide import decide
from shared.domain.law import load
from shared.domain.lawpack import LawPack
from shared.domain.policy import ContactCap
from tests.domain.casebook import FI, STEPS, case_of, day, joined, local, more, policy, reminded

NEEDS = {"mail": "email", "text": "phone", "post": "postal"}
KNOWN = Carriers(needs=NEEDS)
FRESH = case_of(joined())
SUNDAY, MIDNIGHT = "01-25", "2026-01-24T22:00:00+00:00"


def by(*channels, **terms):
    steps = [one.model_copy(update={"channels": channels}) for one in STEPS[:3]]
    return policy(*steps, STEPS[3], **terms)


def answer(case, when, terms, clock="10:00", carriers=KNOWN, debtor=None):
    beside = [debtor] if debtor else []
    return decide(case, terms, FI, local(when, clock), *beside, carriers=carriers)


@pytest.mark.parametrize("channel", ["mail", "text", "elsewhere"])
def test_what_reaches_a_screen_waits_for_the_hours_of_contact(channel):
    for when, clock in ((SUNDAY, "10:00"), ("01-20", "07:59"), ("01-20", "20:00")):
        assert answer(FRESH, when, by(channel), clock).why == "contact_window"
    assert answer(FRESH, "01-20", by(channel), "08:00").kind == "remind"


def test_a_letter_on_paper_leaves_at_any_hour_of_any_day():
    for when, clock in ((SUNDAY, "00:00"), ("01-20", "23:59"), ("01-20", "08:00")):
        assert answer(FRESH, when, by("post"), clock).kind == "remind"
    # Whoever knows nothing of the channels lets a letter wait as well.
    assert answer(FRESH, SUNDAY, by("post"), carriers=Carriers()).why == "contact_window"


def test_a_rest_before_a_letter_ends_with_its_day_and_not_with_the_hours():
    # Due on 22 January, three days: the step comes on a Sunday.
    case = case_of(joined(due="01-22"))

    assert answer(case, "01-20", by("post")).until.isoformat() == MIDNIGHT
    assert answer(case, "01-20", by("mail")).until.isoformat() == "2026-01-26T06:00:00+00:00"


def test_a_letter_goes_while_a_hand_over_waits_for_its_hours():
    case = case_of(joined("a"), joined("b", due="03-05", at="03-10"),
                   reminded("x1", "01-20", deadline="02-02"))  # fmt: skip
    terms = policy(STEPS[0].model_copy(update={"channels": ("post",)}), STEPS[3])

    night, morning = (answer(case, "03-10", terms, clock) for clock in ("03:00", "09:00"))
    assert (night.kind, night.claims) == ("remind", ("erp:b",))
    assert (morning.kind, morning.claims) == ("hand_over", ("erp:a",))


def test_a_pack_may_hold_letters_to_its_hours():
    (only,) = [rule for one in FI.windows.values() for rule in one][:1]
    index = {key: tuple(replace(one, letters=True) for one in some)
             for key, some in FI.windows.items()}  # fmt: skip
    strict: LawPack = replace(load("FI"), windows=index)

    assert not only.letters
    rest = decide(FRESH, by("post"), strict, local(SUNDAY), carriers=KNOWN)
    assert rest.why == "contact_window"


def test_where_the_letter_cannot_go_the_mail_after_it_waits_for_its_hours():
    reach = Reach(needs=NEEDS, known=("email",), kinds=NEEDS)
    rest = routed(FRESH, by("post", "mail"), FI, local(SUNDAY), reach)
    goes = routed(FRESH, by("post", "mail"), FI, local("01-26", "08:00"), reach)

    assert (rest.why, rest.until.isoformat()) == ("contact_window", "2026-01-26T06:00:00+00:00")
    assert rest.because[0].facts["why"] == "no_address"
    assert (goes.kind, goes.channels) == ("remind", ("mail",))


ONCE = (ContactCap(most=1, days=60, kind="email"),)
MAILED = case_of(joined(), reminded("x1", "01-20", deadline="02-02", channel="mail"))


def test_a_cap_of_a_kind_binds_and_counts_that_kind_alone():
    held = answer(MAILED, "02-06", by("mail", caps=ONCE))

    assert [one.rule for one in held.because] == ["policy.caps"]
    assert held.until.date() == day("03-23")
    assert answer(MAILED, "02-06", by("post", caps=ONCE)).kind == "remind"
    letters = (ContactCap(most=1, days=60, kind="letter"),)
    assert answer(MAILED, "02-06", by("mail", caps=letters)).kind == "remind"
    posted = more(MAILED, *reminded("x2", "02-06", deadline="02-20", step="r2", channel="post"))
    assert answer(posted, "03-02", by("mail", caps=ONCE)).because[0].rule == "policy.caps"
    assert answer(posted, "03-02", by("post", caps=letters)).because[0].rule == "policy.caps"


def test_contacts_of_other_cases_count_by_the_channel_that_they_went_by():
    fresh, counts = case_of(joined("b", due="02-16", at="02-19")), counts_of(MAILED)
    unnamed = counts.model_copy(update={"channels": ()})

    def rule(terms, kept):
        found = answer(fresh, "02-23", terms, debtor=Debtor(cases=(kept,)))
        return found.because[0].rule if found.kind == "rest" else found.kind

    letters = (ContactCap(most=1, days=60, kind="letter"),)
    assert rule(by("mail", caps=ONCE), counts) == "policy.caps"
    assert rule(by("post", caps=letters), counts) == "remind"
    # What was kept before the channel was noted counts for every kind.
    assert rule(by("post", caps=letters), unnamed) == "policy.caps"


def test_a_cap_without_a_kind_is_stored_as_before():
    assert ContactCap(most=1, days=7).model_dump(mode="json") == {"most": 1, "days": 7}
