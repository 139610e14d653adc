"""Debtors through the API: a person makes two one, and nothing of their claims is lost."""

from __future__ import annotations

import json

import pytest

from functions import admin, book, receive_mail_event
from functions.touching import resume
from shared.cloud import clock, debtor_rows, keys, outbox, table, tasks
from shared.cloud.store import Store
from shared.domain.events import (
    ActSent,
    CaseClosed,
    HandOverIntended,
    Held,
    PersonAnswered,
    PersonAsked,
    ReminderIntended,
)
from shared.domain.model import Address, Allocation, CreditNote, Party
from tests.functions.money import connected, invoice, run, stated, take, work
from tests.functions.world import NORDIC, NOW, answer, call, eur, sample

ONE, TWO = "erp:d1", "erp:d2"


def party(own, **of):
    place = Address(lines=("Katu 1",), postal_code="00100", city="Helsinki", country="FI")
    fields = {
        "id": own, "version": "1", "kind": "person", "name": "Aino Esimerkki", "country": "FI",
        "emails": ("aino@post.example",), "addresses": (place,),
    }  # fmt: skip
    return Party(**(fields | of))


@pytest.fixture
def world(aws):
    """Two debtors of one name, with an overdue invoice each in a case of its own."""
    connected("erp")
    tell(party(ONE), party(TWO, name="Eino Esimerkki"), invoice("1"), invoice("2"))


def tell(*page):
    take(*page, feed="erp")
    work()


def give(verb, debtor, **body):
    route = f"POST /v1/debtors/{{id}}/{verb}"
    event = call(route, path={"id": debtor}, body={"reason": "same_person", **body})
    return answer(admin.handler(event, None))


def merge(debtor=TWO, into=ONE):
    return give("merge", debtor, into=into)


def case_of(number):
    """The case in which an invoice's claim is now."""
    return Store(NORDIC).load(table.get(keys.invoice(NORDIC, f"erp:{number}"))["case_id"]).case


def remind(case, act, *, on="2026-03-01", fee=None):
    """A reminder about the first claim of a case that went out."""
    claim = next(iter(case.claims))
    intent = ReminderIntended(
        at=NOW, act=act, step="friendly", claims=(claim,), channel="email", tone="friendly",
        language="fi", deadline="2026-03-17", document="d", content_hash="0" * 64, fee=fee,
        fee_claim=claim if fee else None, fee_rule="FI-C-REM" if fee else None,
    )  # fmt: skip
    store = Store(NORDIC)
    out = outbox.intend(
        NORDIC, act, kind="reminder", case=case.id, connection="email", content_hash="0" * 64,
        due_at=NOW,
    )  # fmt: skip
    loaded = store.append(store.load(case.id), [intent], due_at=NOW, also=[out])
    store.append(loaded, [ActSent(at=NOW, act=act, on=on)], due_at=NOW)


def told():
    page, _ = table.query_index("listing", keys.listing(NORDIC, "TASK"), limit=100)
    return [tasks.read(NORDIC, row["list_id"]) for row in page]


# --- a rule proposes ---------------------------------------------------------------------------


def test_a_person_is_asked_once_whether_two_records_are_one_debtor(world, rows, logged):
    tell(party("erp:d3"))
    tell(party("erp:d3", version="2", phones=("+358 40 1",)))
    (task,) = told()
    assert task["why"] == "same_debtor"
    (why,) = json.loads(task["body"])
    assert why["facts"] == {"debtor": ONE, "other": "erp:d3"}
    assert merge("erp:d3", ONE)[0] == 200
    assert told() == []
    # Personal data is in the party's own row and nowhere else.
    stray = [row for row in rows() if "#PARTY#" not in row["pk"] and "simerkki" in str(row)]
    assert [row["pk"] for row in stray if "CREDITOR" not in row["pk"]] == []
    assert "Esimerkki" not in logged()


def test_many_who_share_a_number_are_not_all_asked_about(world):
    for number in range(3, 15):
        tell(party(f"erp:d{number}", kind="company", business_id="1234567-1"))
    assert len([one for one in told() if one["why"] == "same_debtor"]) == 5


def test_a_number_that_was_corrected_is_the_next_ones_to_have(world):
    first = party("erp:d3", kind="company", business_id="1234567-1")
    tell(first)
    tell(first.model_copy(update={"version": "2", "business_id": "7654321-2"}))
    tell(party("erp:d4", kind="company", business_id="1234567-1"))
    assert told() == []


# --- a person merges ---------------------------------------------------------------------------


def test_a_merge_moves_the_open_case_with_its_steps_and_fees(world, rows):
    before = case_of(2)
    remind(before, f"{before.id}-friendly-1", fee=eur("5.00"))
    before = case_of(2)
    status, body = merge()
    after, left = case_of(2), Store(NORDIC).load(before.id).case
    assert (status, body["moved"]) == (200, [{"case": before.id, "into": case_of(1).id}])
    assert after.id == case_of(1).id
    assert after.debtor == ONE
    assert after.claims["erp:2"] == before.claims["erp:2"]
    assert after.fees_of("erp:2") == eur("5.00")
    assert (left.closed, left.successor) == (True, after.id)
    facts = [json.loads(row["facts"]) for row in rows() if row.get("what") == "debtor_merged"]
    assert facts == [{"debtor": TWO, "into": ONE, "why": "same_person"}]
    # One case, and one set of counts: what the moved one added counts through the survivor's.
    row = table.get(keys.debtor(NORDIC, ONE))
    assert {k: v for k, v in row.items() if k[:2] == "c_"} == debtor_rows.rebuilt([after])


def test_a_merge_said_twice_changes_nothing_more(world, rows):
    merge()
    version = case_of(1).version
    assert merge() == (200, {"debtor": TWO, "into": ONE, "moved": []})
    assert case_of(1).version == version
    assert sum(row.get("what") == "debtor_merged" for row in rows()) == 1


def test_the_next_invoice_of_the_alias_joins_the_survivors_case(world):
    merge()
    tell(invoice("3", debtor=TWO))
    assert set(case_of(3).claims) == {"erp:1", "erp:2", "erp:3"}


def test_a_survivor_without_a_case_gets_one_under_the_same_terms(world):
    tell(party("erp:d3", name="Aina Esimerkki"))
    before = case_of(2)
    assert merge(TWO, "erp:d3")[0] == 200
    after = case_of(2)
    assert (after.debtor, after.policy, after.id != before.id) == ("erp:d3", before.policy, True)
    tell(invoice("3", debtor="erp:d3"))
    assert set(case_of(3).claims) == {"erp:2", "erp:3"}


def test_money_for_a_moved_claim_is_booked_once_where_the_claim_is(world):
    tell(stated("p1", "40.00", "2"), invoice("2", "60.00"))
    merge()
    tell(stated("p2", "60.00", "2"), invoice("2", "0.00"))
    state = case_of(2).claims["erp:2"]
    assert state.open == eur("0.00")
    assert [one.paper for one in state.movements] == ["erp:p1", "erp:p2"]


def test_a_letter_that_comes_back_after_the_merge_counts_for_the_survivor(world):

    act = f"{case_of(2).id}-friendly-1"
    remind(case_of(2), act)
    merge()
    event = sample("receive_mail_event_bounced")
    event["detail"]["mail"]["tags"] |= {"tenant": ["nordic"], "act": [act]}
    receive_mail_event.handler(event, None)
    assert case_of(2).notices[act].state == "returned"


def test_an_open_question_moves_with_its_case_and_can_be_answered(world):

    store, case = Store(NORDIC), case_of(2)
    asked = PersonAsked(at=NOW, task="t1", why="no_address", claims=("erp:2",))
    write = tasks.task_write(NORDIC, "t1", case.id, "no_address", ("erp:2",), ())
    store.append(store.load(case.id), [asked], due_at=NOW, also=[write])
    merge()
    event = call("POST /v1/tasks/{id}/answer", path={"id": "t1"}, body={"answer": "continue"})
    assert answer(admin.handler(event, None))[0] == 200
    assert case_of(2).tasks == {}


def test_the_aliases_of_an_alias_follow(world):
    tell(party("erp:d3", name="Aina Esimerkki"))
    merge(TWO, ONE)
    assert merge(ONE, "erp:d3")[0] == 200
    assert debtor_rows.survivors(NORDIC, [ONE, TWO, "erp:d3"]) == {
        ONE: "erp:d3", TWO: "erp:d3",
    }  # fmt: skip
    assert case_of(1).id == case_of(2).id
    assert merge(TWO, ONE)[1]["code"] == "is_alias"


def test_what_is_not_sound_changes_nothing(world):
    case, store = case_of(2), Store(NORDIC)
    intent = HandOverIntended(
        at=NOW, act="h1", step="partner", claims=("erp:2",), partner="partner", file_version=1,
        document="d", content_hash="0" * 64,
    )  # fmt: skip
    loaded = store.append(store.load(case.id), [intent], due_at=NOW)
    assert merge()[1]["code"] == "act_in_flight"
    store.append(loaded, [ActSent(at=NOW, act="h1", on="2026-03-02")], due_at=NOW)
    status, body = merge()
    assert (status, body["code"]) == (409, "with_partner")
    assert body["title"] == "Something is with a partner: call it back first."
    assert debtor_rows.survivors(NORDIC, [TWO]) == {}
    assert merge(ONE, ONE)[1]["code"] == "same_debtor"
    assert merge(TWO, "erp:d9")[0] == 404


def test_debtors_of_two_books_are_not_merged(world):
    connected("crm")
    take(party("crm:1"), feed="crm")
    assert merge("crm:1", ONE)[1]["code"] == "other_source"


def test_kinder_terms_of_a_debtor_are_not_lost_unseen(world):
    body = json.dumps([{"kind": "debtor", "target": TWO, "terms": {"fee": "none"}}])
    table.put({**keys.debtor_overrides(NORDIC, TWO), "body": body, "version": 1})
    assert merge()[1]["code"] == "has_overrides"


def test_a_merge_needs_a_reason_in_a_word(world):
    assert give("merge", TWO, into=ONE, reason="Aino called")[0] == 422


# --- and splits again --------------------------------------------------------------------------


def test_a_split_leaves_what_was_contacted_and_gives_later_invoices_back(world):
    remind(case_of(2), f"{case_of(2).id}-friendly-1")
    merge()
    status, body = give("split", TWO)
    assert (status, body["moved"]) == (200, [])
    assert case_of(2).id == case_of(1).id
    tell(invoice("3", debtor=TWO))
    assert case_of(3).debtor == TWO
    assert set(case_of(3).claims) == {"erp:3"}
    assert give("split", TWO)[1]["code"] == "not_merged"


def test_claims_that_nobody_was_told_of_leave_with_the_split(world):
    merge()
    status, body = give("split", TWO, claims=["erp:2"])
    assert status == 200
    assert case_of(2).debtor == TWO
    assert set(case_of(1).claims) == {"erp:1"}
    assert body["moved"] == [{"case": case_of(1).id, "into": case_of(2).id}]
    tell(stated("p1", "100.00", "2"), invoice("2", "0.00"))
    assert case_of(2).claims["erp:2"].open == eur("0.00")
    # Back again, as one: the claim is where it was, and the story goes round once.
    assert merge()[0] == 200
    kinds = [one.kind for one in Store(NORDIC).history(case_of(1).id)]
    assert kinds.count("case_opened") == 1


@pytest.mark.parametrize(("claim", "code"), [("erp:2", "contacted"), ("erp:1", "not_its_claim")])
def test_what_was_contacted_or_is_not_its_own_does_not_leave(world, claim, code):
    remind(case_of(2), f"{case_of(2).id}-friendly-1")
    merge()
    assert give("split", TWO, claims=[claim])[1]["code"] == code
    assert debtor_rows.survivors(NORDIC, [TWO]) == {TWO: ONE}


# --- what counts and what is owed --------------------------------------------------------------


def note(number, left, *, debtor=ONE):
    used = 100 - left
    parts = (Allocation(invoice="erp:9", amount=eur(f"{used}.00")),) if used else ()
    return CreditNote(
        id=f"erp:k{number}", version=str(left), number=f"K{number}", debtor=debtor,
        issued="2026-02-01", total=eur("100.00"), allocations=parts,
    )  # fmt: skip


def credits_of(debtor=ONE):
    found = debtor_rows.beside(table.get(keys.debtor(NORDIC, debtor)), "none").credits
    return sorted((one.id, str(one.amount.amount)) for one in found)


def test_what_the_books_have_not_allocated_is_known_until_they_do(world):
    cash = stated("p7", "30.00").model_copy(update={"debtor": ONE, "allocations": ()})
    tell(note(1, 100), cash)
    assert credits_of() == [("erp:k1", "100.00"), ("erp:p7", "30.00")]
    tell(note(1, 40))
    assert credits_of() == [("erp:k1", "40.00"), ("erp:p7", "30.00")]
    tell(note(1, 0))
    assert credits_of() == [("erp:p7", "30.00")]


def test_credits_of_an_alias_are_the_survivors_whenever_they_come(world):
    tell(note(1, 100, debtor=TWO))
    merge()
    tell(note(2, 50, debtor=TWO))
    assert credits_of() == [("erp:k1", "100.00"), ("erp:k2", "50.00")]
    tell(note(1, 0, debtor=TWO))
    assert credits_of() == [("erp:k2", "50.00")]


def test_a_split_gives_the_alias_its_own_credits_back(world):
    tell(note(1, 100, debtor=TWO))
    merge()
    tell(note(2, 50, debtor=TWO), note(3, 20, debtor=ONE))
    assert give("split", TWO)[0] == 200
    assert credits_of(ONE) == [("erp:k3", "20.00")]
    assert credits_of(TWO) == [("erp:k1", "100.00"), ("erp:k2", "50.00")]
    # What the books then allocate is taken from where it is.
    tell(note(1, 0, debtor=TWO))
    assert credits_of(TWO) == [("erp:k2", "50.00")]


def tell_case(number, **body):
    event = call(
        "POST /v1/cases/{id}/commands",
        path={"id": case_of(number).id},
        body={"reason": "told", **body},
    )
    return answer(admin.handler(event, None))[0]


def decision_on(number):
    return resume(Store(NORDIC), case_of(number).id, NOW).decision()


def test_a_circumstance_binds_the_debtors_other_cases_until_it_has_ended(world):
    tell(invoice("3", debtor=ONE, capacity="business"))
    assert case_of(3).id != case_of(1).id
    noted = {"type": "circumstance", "circumstance": "vulnerable", "effective": "2026-02-20"}
    assert tell_case(1, id="k1", **noted) == 200
    asked = decision_on(3)
    assert (asked.kind, asked.why) == ("ask", "circumstance_vulnerable")
    head = table.get(keys.head(NORDIC, case_of(3).id))
    assert head["due_at"] == clock.stamp(NOW)
    # It outlives its case, binds the next one, and is ended where it was told.
    store = Store(NORDIC)
    store.append(store.load(case_of(1).id), [CaseClosed(at=NOW, why="nothing_open")], due_at=None)
    assert decision_on(3).why == "circumstance_vulnerable"
    assert tell_case(1, id="k2", type="end_circumstance", circumstance="k1") == 200
    assert decision_on(3).kind == "remind"


def test_a_person_lets_a_claim_go_on_in_its_own_case(world):
    tell(invoice("3", debtor=ONE, capacity="business"))
    tell_case(1, id="k1", type="circumstance", circumstance="vulnerable", effective="2026-02-20")
    asked = decision_on(3)
    run = resume(Store(NORDIC), case_of(3).id, NOW)
    said = [
        PersonAsked(at=NOW, task=asked.task, why=asked.why, claims=asked.claims),
        PersonAnswered(at=NOW, task=asked.task, answer="continue", by="console"),
    ]
    run.store.append(run.loaded, said, due_at=NOW)
    assert decision_on(3).kind == "remind"
    assert decision_on(1).kind == "ask"


def test_a_case_counts_from_its_events_and_nothing_else(world):
    remind(case_of(1), f"{case_of(1).id}-friendly-1", fee=eur("5.00"))
    store = Store(NORDIC)
    held = Held(at=NOW, hold="h1", reason="person")
    store.append(store.load(case_of(1).id), [held], due_at=NOW)
    row = table.get(keys.debtor(NORDIC, ONE))
    counts = {name: body for name, body in row.items() if name.startswith("c_")}
    assert counts == debtor_rows.rebuilt([case_of(1)])
    assert '"fees":["2026-03-01"]' in next(iter(counts.values()))


def test_a_booking_that_meets_a_merge_is_done_again(world):
    row = table.get(keys.invoice(NORDIC, "erp:2"))
    old = row["case_id"]
    merge()
    table.update(keys.invoice(NORDIC, "erp:2"), set_={"case_id": old})
    body = {"tenant": "nordic", "invoice": "erp:2"}
    record = {"messageId": "m", "body": json.dumps(body)}
    failed = book.handler({"Records": [record]}, None)["batchItemFailures"]
    assert failed == [{"itemIdentifier": "m"}]
    table.update(keys.invoice(NORDIC, "erp:2"), set_={"case_id": case_of(1).id})
    run(book, [body])


def test_a_closed_case_that_money_taken_back_reopens_follows_its_debtor(world):
    before = case_of(2)
    tell(invoice("2", version="2", open=eur("0.00")))
    store = Store(NORDIC)
    store.append(store.load(before.id), [CaseClosed(at=NOW, why="nothing_open")], due_at=None)
    assert merge() == (200, {"debtor": TWO, "into": ONE, "moved": []})
    assert case_of(2).id == before.id

    # The bank takes the money back: the books state the old balance again.
    tell(invoice("2", version="3"))

    after, left = case_of(2), store.load(before.id).case
    assert (after.id, after.debtor) == (case_of(1).id, ONE)
    assert set(after.claims) == {"erp:1", "erp:2"}
    assert after.claims["erp:2"].open == eur("100.00")
    assert (left.closed, left.successor) == (True, after.id)
    assert "due_at" not in table.get(keys.invoice(NORDIC, "erp:2"))
