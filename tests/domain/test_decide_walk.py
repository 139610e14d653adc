"""Whatever happens to a debtor in half a year, no rule of the house or of the law is broken."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.answers import words
from shared.domain.case import Case
from shared.domain.decisions import Ask, Done, HandOver, Remind, Rest
from shared.domain.events import (
    ActFailed,
    ActPassed,
    ActUnknown,
    CaseClosed,
    CaseEvent,
    ClaimFlagged,
    Held,
    NoticeReturned,
    PartnerAnswered,
    Released,
)  # fmt: skip
from shared.errors import Conflict
from tests.domain.casebook import (
    answered,
    ask_of,
    asked,
    case_of,
    eur,
    handed,
    joined,
    more,
    on,
    paid,
    policy,
    reminder,
    sent,
)  # fmt: skip

FIRST = date(2026, 1, 16)
DAYS = 120
RULES = policy()
# More acts than this on one day would be a loop.
MOST_A_DAY = 4

# What befalls the case on a day, and what becomes of the acts of that day.
FATES = st.sampled_from(["sent", "sent", "sent", "failed", "unknown", "returned"])
TROUBLES = st.sampled_from(
    ["invoice", "payment", "part", "flag", "unflag", "hold", "release", "no", "yes", "refusal"]
)
DIARY = st.dictionaries(st.integers(0, DAYS), st.tuples(TROUBLES, FATES), max_size=60)
# What becomes of the acts of all other days, in turn.
WEATHER = st.sampled_from([["sent"], ["sent", "failed", "unknown", "returned", "sent"]])


@given(DIARY, WEATHER)
def test_no_debtor_is_wronged_on_any_road(diary, weather):
    walk = Walk()
    walk.tell(joined("a"))
    for offset in range(DAYS):
        trouble, fate = diary.get(offset, (None, weather[offset % len(weather)]))
        walk.live(FIRST + timedelta(days=offset), trouble, fate)

    contacts = [
        notice.on for notice in walk.case.notices.values()
        if notice.action == "remind" and notice.state == "sent" and notice.on
    ]  # fmt: skip
    assert all((later - one).days >= 7 for one, later in pairwise(contacts))
    for name in walk.case.claims:
        charged = [
            notice.on for notice in walk.case.notices.values()
            if notice.fee_claim == name and notice.state == "sent" and notice.on
        ]  # fmt: skip
        # KKV/378: fourteen full days between charged acts, and from the due date.
        assert all((later - one).days > 14 for one, later in pairwise(charged))
        assert all((one - walk.case.claims[name].claim.due).days > 14 for one in charged)


class Walk:
    """One case through its days, with every answer carried out as the machine would."""

    def __init__(self) -> None:
        self.case = case_of()
        self.number = 0

    def tell(self, *events: CaseEvent) -> None:
        try:
            self.case = more(self.case, events)
        except Conflict:
            # It can no longer follow on what the case is: a closed case takes no invoice.
            return

    def live(self, today: date, trouble: str | None, fate: str) -> None:
        text = today.strftime("%m-%d")
        if trouble is not None:
            self.number += 1
            self.befall(text, trouble)
        for _ in range(MOST_A_DAY):
            answer = ask_of(self.case, text, rules=RULES)
            if isinstance(answer, Rest):
                return
            self.carry_out(answer, today, text, fate)
        assert isinstance(ask_of(self.case, text, rules=RULES), Rest)

    def befall(self, text: str, trouble: str) -> None:
        name, at = f"n{self.number}", on(text)
        claims = self.case.open_claims()
        first = claims[0].claim.id if claims else "erp:a"
        match trouble:
            case "invoice":
                self.tell(joined(name, at=text, due=text))
            case "payment" | "part":
                amount = "40.00" if trouble == "part" else "100.00"
                self.tell(paid(name, text, amount, first[4:]))
            case "flag" | "unflag":
                flags = ("disputed",) if trouble == "flag" else ()
                self.tell(ClaimFlagged(at=at, claim=first, do_not_dun=flags))
            case "hold":
                self.tell(Held(at=at, hold=name, claim=first, reason="dispute"))
            case "release":
                self.tell(*(Released(at=at, hold=hold) for hold in self.case.holds))
            case "refusal":
                self.tell(PartnerAnswered(at=at, message=name, accepted=False))
            case _:
                self.say(text, 0 if trouble == "yes" else 1)

    def say(self, text: str, which: int) -> None:
        """A person answers every open question, and what became of an act, alike."""
        for task, one in list(self.case.tasks.items()):
            self.tell(answered(task, words(task, one.why)[which], text))
        pending = self.case.pending()
        if pending is not None and pending.state == "unknown":
            task = f"{pending.act}-unknown"
            self.tell(answered(task, words(task, "")[which], text))

    def carry_out(self, answer: object, today: date, text: str, fate: str) -> None:
        match answer:
            case Remind():
                self.judge(answer, today)
                names = [claim[4:] for claim in answer.claims]
                intent = reminder(
                    answer.act, text, *names, step=answer.step, fee=answer.fee,
                    fee_claim=answer.fee_claim, deadline=answer.deadline.strftime("%m-%d"),
                )  # fmt: skip
                self.tell(intent, *_outcome(answer.act, text, today, fate, weighs=bool(answer.fee)))
            case HandOver():
                self.judge(answer, today)
                names = [claim[4:] for claim in answer.claims]
                intent, gone = handed(answer.act, text, *names)
                lost = ActFailed(at=on(text), act=answer.act, code="rejected")
                self.tell(intent, lost if fate == "failed" else gone)
            case Ask():
                assert answer.task not in {*self.case.tasks, *self.case.answers}
                names = [claim[4:] for claim in answer.claims]
                self.tell(asked(answer.task, answer.why, text, *names))
            case Done():
                assert not self.case.open_claims()
                self.tell(CaseClosed(at=on(text), why=answer.why))

    def judge(self, answer: Remind | HandOver, today: date) -> None:
        """Nobody is touched about what is paid, disputed, held, at the partner or still in time."""
        also = answer.also if isinstance(answer, Remind) else ()
        assert answer.act not in self.case.notices
        assert self.case.pending() is None
        for name in (*answer.claims, *also):
            state = self.case.claims[name]
            assert state.open > eur("1.00")
            assert not state.do_not_dun
            assert not state.with_partner
            assert not any(hold.covers(name, today) for hold in self.case.holds.values())
            assert not any(name in task.claims for task in self.case.tasks.values())
        for name in answer.claims:
            deadline = self.case.standing(name).last_deadline
            assert deadline is None or deadline < today
        if isinstance(answer, Remind) and answer.fee:
            assert answer.fee_claim in answer.claims
        if isinstance(answer, HandOver):
            _judge_hand_over(self.case, answer, today)


def _judge_hand_over(case: Case, answer: HandOver, today: date) -> None:
    for name in answer.claims:
        given = [one.on for one in case.notices_of(name) if one.on]
        assert given
        assert all((today - day).days > 14 for day in given)


def _outcome(act: str, text: str, today: date, fate: str, *, weighs: bool) -> list[CaseEvent]:
    at = on(text)
    match fate:
        case "failed":
            return [ActFailed(at=at, act=act, code="rejected")]
        case "returned":
            return [sent(act, text), NoticeReturned(at=at, act=act, code="bounced")]
        case "unknown":
            unknown = ActUnknown(at=at, act=act)
            # A friendly notice is let be; one with a fee waits for a person.
            return [unknown] if weighs else [unknown, ActPassed(at=at, act=act, on=today)]
        case _:
            return [sent(act, text)]
