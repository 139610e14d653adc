"""The console's policies: the ladder, the draft in its form, versions, and which is active."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from functions.console.ladder import drawn
from functions.console.policy_changes import changes
from functions.console.policy_fields import cap_fields, draft_of, drafted, groups, step_fields
from functions.pages.words import CONSOLE, words
from shared.cloud import keys, table
from shared.domain.casefile_rights import Mandate
from shared.domain.explain import content_hash
from shared.domain.policy import ContactCap, Policy, Step
from tests.functions.world import NORDIC, POLICY, know_counterparts

CANARY = "<script>alert(1)</script>"
FULL = Policy.model_validate({
    **POLICY,
    "name": CANARY,
    "caps": [{"most": 3, "days": 30, "kind": "sms"}, {"most": 9, "days": 90}],
    "process": {"offered_plan": 6, "agreed_plan": 2, "on_broken": "go_on",
                "least_instalment": {"amount": "25.00", "currency": "EUR"}},
    "extras": {"allocation": ["principal", "costs", "interest"], "residual": "waive",
               "waive_below": {"amount": "3.00", "currency": "EUR"}},
    "hand_over": {"service": "collection", "mandate": {"legal": True, "plan_months": 6}},
    "fee_clause": True,
})  # fmt: skip


def store(policy: Policy, number: int) -> Policy:
    kept = policy.model_copy(update={"version": number})
    table.put({
        **keys.policy(NORDIC, kept.id, number), "body": kept.model_dump_json(),
        "hash": content_hash(kept), "list_in": keys.listing(NORDIC, "POLICY"),
        "list_id": f"{kept.id}/{number:04d}",
    })  # fmt: skip
    return kept


@pytest.fixture
def world(console):
    know_counterparts(NORDIC)
    store(Policy.model_validate(POLICY), 1)
    store(FULL, 2)
    return console


def sent(browser) -> dict[str, str]:
    """The fields of the draft's form as a browser would send them."""
    (form,) = browser.page.xpath("//form[contains(@class, 'policy')]")
    return {name: text for name, text in form.fields.items() if text is not None}


def test_without_a_policy_the_page_says_what_to_do(console):
    table.transact([table.delete_write(keys.policy(NORDIC, "standard", 1))])
    table.transact([table.delete_write(keys.active_policy(NORDIC))])
    page = console("manager").open("/console/policies")
    assert "There is no policy yet" in page.main
    assert page.page.xpath("//a[@href='/console/policies/new']")
    assert not console("viewer").open("/console/policies").page.xpath("//main//a[@class='button']")


def test_a_version_is_shown_as_a_ladder_and_as_a_table_of_the_same_days(world):
    page = world("viewer").open("/console/policies").open("/console/policies/standard/2")
    assert page.page.xpath("//h1")[0].text == CANARY
    # Eight days, sixteen more, twenty-one more; two waits of the law.
    for text in ("day 8", "day 24", "day 45", "513/1999 5 §"):
        assert text in page.main
    assert len(page.page.xpath("//svg//circle")) == 3
    assert len(page.page.xpath("//svg//rect[@class='wait']")) == 2
    assert not page.page.xpath("//main//form")


def test_a_form_that_nobody_touched_says_the_policy_that_it_was_made_of(world):
    browser = world("manager").open("/console/policies/standard/2/edit")
    again = Policy.model_validate(drafted(sent(browser)))
    assert again == FULL.model_copy(update={"version": 3})


def test_a_draft_survives_every_button_and_a_check_names_step_section_and_what_is_lawful(world):
    browser = world("manager").open("/console/policies/standard/2/edit")
    fields = {**sent(browser), "steps.2.after": "3", "steps.1.after": "x1", "name": "Harsh"}
    browser.send("/console/policies", {**fields, "do": "check"})
    assert browser.status == 422
    assert "a whole number is expected" in browser.main
    assert sent(browser)["steps.1.after"] == "x1"

    browser.send("/console/policies", {**fields, "steps.1.after": "16", "do": "check"})
    assert browser.status == 422
    (fault,) = browser.page.xpath("//*[@id='e-steps.2.after']")
    assert "513/1999 5 §" in fault.text
    assert "from day 15 after it" in fault.text
    assert browser.page.xpath("//a[@href='#f-steps.2.after']")
    assert browser.page.xpath("//svg//g[contains(@class, 'early')]")
    assert table.get(keys.policy(NORDIC, "standard", 3)) is None


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_what_the_law_says_beside_a_field_is_told_in_the_language_of_the_page(world, language):
    browser = world("manager", language=language).open("/console/policies/standard/2/edit")
    browser.send("/console/policies", {**sent(browser), "steps.2.after": "3", "do": "check"})
    (fault,) = browser.page.xpath("//*[@id='e-steps.2.after']")
    assert "513/1999 5 §" in fault.text_content()
    assert fault.xpath(".//*[@lang='en']") == []


def test_the_law_speaks_while_one_edits_before_anybody_asks(world):
    browser = world("manager").open("/console/policies/standard/2/edit")
    assert browser.page.xpath("//svg//rect[@class='wait']")
    browser.send("/console/policies", {**sent(browser), "steps.2.after": "3", "do": "add"})
    assert browser.status == 200
    assert "513/1999 5 §" in browser.main
    # The new step stands before the hand-over, which is the fourth by now.
    assert browser.page.xpath("//a[@href='#f-steps.3.after']")


@pytest.mark.parametrize("do", ["check", "save"])
def test_a_form_that_says_nonsense_is_shown_again_and_stores_nothing(world, do):
    browser = world("manager").open("/console/policies/standard/2/edit")
    form = sent(browser)
    for nonsense in (
        {"version": "x"}, {"law": "XX"}, {"id": "a/../b"}, {"currency": "E"}, {"steps.0.id": ""},
        {"caps.0.most": "x"}, {"name": ""}, {"steps.1.after": ""}, {"steps.2.action": ""},
        {"extras.allocation": "a-b"}, {"tolerance": "1e9"},
    ):  # fmt: skip
        assert browser.send("/console/policies", {**form, "do": do, **nonsense}).status == 422
    assert browser.send("/console/policies", {**form, "do": "up.x"}).status == 200
    assert browser.send("/console/policies", {"do": do}).status in (404, 422)
    assert browser.send("/console/policies", {"do": "add"}).status == 200
    assert table.get(keys.policy(NORDIC, "standard", 3)) is None


def test_the_currency_follows_the_law_and_the_sums_are_looked_at_before_they_are_saved(world):
    browser = world("manager").open("/console/policies/new")
    form = {**sent(browser), "id": "svensk", "name": "Svensk", "law": "SE", "tolerance": "7.00"}
    browser.send("/console/policies", {**form, "do": "save"})
    assert table.get(keys.policy(NORDIC, "svensk", 1)) is None
    assert "the sums are in SEK" in browser.main
    again = sent(browser)
    # The sum that nobody had touched is small in crowns; the other one is as it was typed.
    assert (again["currency"], again["minimum"], again["tolerance"]) == ("SEK", "200.00", "7.00")
    browser.send("/console/policies", {**again, "do": "check"})
    assert "the sums are in" not in browser.main
    browser.send("/console/policies", {**sent(browser), "currency": "EUR", "law": "NO"})
    # Somebody chose another currency than that of the law: it stays.
    assert sent(browser)["currency"] == "EUR"


@pytest.mark.parametrize(("pressed", "order"), [
    ("up.1", ["firm", "friendly", "partner"]), ("down.0", ["firm", "friendly", "partner"]),
    ("remove.0", ["firm", "partner"]), ("add", ["friendly", "firm", "step_4", "partner"]),
    ("up.0", ["friendly", "firm", "partner"]), ("remove.77", ["friendly", "firm", "partner"]),
    ("nonsense.1", ["friendly", "firm", "partner"]),
])  # fmt: skip
def test_a_step_is_added_moved_and_taken_out_by_buttons_alone(world, pressed, order):
    browser = world("manager").open("/console/policies/standard/1/edit")
    browser.send("/console/policies", {**sent(browser), "do": pressed})
    steps = drafted(sent(browser))["steps"]
    assert [step["id"] for step in steps] == order
    assert steps[0]["since"] == "due"


def test_a_saved_draft_is_the_next_version_and_a_taken_number_says_so(world):
    one, other = world("manager", person="a"), world("manager", person="b")
    for browser in (one, other):
        browser.open("/console/policies/standard/2/edit")
    one.send("/console/policies", {**sent(one), "payment_days": "16", "do": "save"})
    assert "Saved." in one.main
    stored = json.loads(table.get(keys.policy(NORDIC, "standard", 3))["body"])
    assert stored["payment_days"] == 16
    other.send("/console/policies", {**sent(other), "payment_days": "18", "do": "save"})
    assert other.status == 422
    assert "take the next number" in other.main
    assert sent(other)["payment_days"] == "18"


def test_a_new_policy_begins_with_one_reminder_and_small_sums_and_asks_for_its_name(world):
    browser = world("manager").open("/console/policies/new")
    assert [sent(browser)[name] for name in ("tolerance", "minimum")] == ["5.00", "20.00"]
    assert len(browser.page.xpath("//svg//circle")) == 1
    browser.send("/console/policies", {**sent(browser), "do": "check"})
    faulty = {one.get("id") for one in browser.page.xpath("//*[@aria-invalid]")}
    assert faulty == {"f-id", "f-name"}
    fields = {**sent(browser), "id": "kind", "name": "Kind", "tolerance": "1,50", "minimum": "20"}
    browser.send("/console/policies", {**fields, "do": "save"})
    assert json.loads(table.get(keys.policy(NORDIC, "kind", 1))["body"])["tolerance"] == {
        "amount": "1.50", "currency": "EUR",
    }  # fmt: skip


def test_a_connection_that_is_not_there_is_told_apart_from_the_law(console):
    store(Policy.model_validate(POLICY), 1)
    page = console("manager").open("/console/policies/standard/1")
    assert "The law refuses this" not in page.main
    assert "no connection has this id" in page.main


def test_two_versions_tell_what_changes_in_words(world):
    page = world("viewer").open("/console/policies/standard/2/compare?with=1")
    rows = [" ".join(row.text_content().split()) for row in page.page.xpath("//tbody/tr")]
    assert "Longest plan that a payer is offered, instalments 12 6" in rows
    assert "Our agreements name a reminder fee No Yes" in rows
    assert "The two versions say the same." in world("viewer").open(
        "/console/policies/standard/1/compare"
    ).main  # fmt: skip


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["Step second: new step|\u2013|Yes", "Step friendly: its place|place 1|place 2",
            "Step firm: Days|16|20", "Step firm: Counted from|the step before|the due date",
            "Step partner: taken out|Yes|\u2013"]),
    ("fi", ["Vaihe firm: Päiviä|16|20"]), ("sv", ["Steg partner: borttaget|Ja|\u2013"]),
])  # fmt: skip
def test_changed_steps_are_told_in_the_language_of_the_page(world, language, words):
    base = Policy.model_validate(POLICY)
    friendly, firm, _ = base.steps
    steps = (
        firm.model_copy(update={"since": "due", "after": 20}),
        friendly.model_copy(update={"after": 30}),
        friendly.model_copy(update={"id": "second", "after": 50}),
    )
    store(base.model_copy(update={"steps": steps}), 4)
    page = world("viewer", language=language).open("/console/policies/standard/4/compare?with=1")
    rows = ["|".join(" ".join(cell.text_content().split()) for cell in row)
            for row in page.page.xpath("//tbody/tr")]  # fmt: skip
    assert set(words) <= set(rows)


def test_changes_of_steps_are_told_by_step():
    before = Policy.model_validate(POLICY)
    steps = list(before.steps)
    steps[1] = steps[1].model_copy(update={"after": 20})
    extra = steps[0].model_copy(update={"id": "second", "after": 15})
    after = before.model_copy(update={"steps": (steps[1], extra, steps[2])})
    told = [
        (one.step, one.what, one.setting and one.setting.path) for one in changes(before, after)
    ]
    assert told == [
        ("firm", "field", "after"), ("second", "added", None), ("friendly", "removed", None),
    ]  # fmt: skip


def test_a_version_becomes_that_of_new_cases_or_waits_for_a_second_person(world):
    browser = world("manager").open("/console/policies/standard/2").press("Use it for new cases")
    assert "New cases get this version from now on." in browser.main
    assert table.get(keys.active_policy(NORDIC))["version"] == 2

    table.put({**keys.control(NORDIC), "outbound": "on", "opened": "2026-03-01"})
    browser.open("/console/policies/standard/1")
    browser.send("/console/policies/standard/1/activate", {}, follow=False)
    assert browser.headers["location"].startswith("/console/approvals/")
    assert table.get(keys.active_policy(NORDIC))["version"] == 2


@pytest.mark.parametrize("role", ["viewer", "clerk", "auditor"])
def test_who_may_not_write_policies_sees_no_button_and_changes_nothing(world, role):
    browser = world(role).open("/console/policies/standard/2")
    assert browser.status == 200
    assert not browser.page.xpath("//main//button")
    browser.send("/console/policies/standard/2/activate", {})
    assert browser.status == 403
    browser.send("/console/policies", {"id": "standard", "version": "3", "do": "save"})
    assert browser.status == 403


def test_a_policy_of_another_creditor_is_not_there(world):
    twin = world("manager", person="twin", tenant="twin")
    for path in ("", "/edit", "/compare"):
        assert twin.open(f"/console/policies/standard/2{path}").status == 404
    for number in ("7", "x", "-1", "99999"):
        browser = world("manager").open(f"/console/policies/standard/{number}")
        assert browser.status == 404
        assert browser.send(f"/console/policies/standard/{number}/activate", {}).status in (
            403,
            404,
        )


def test_the_labels_of_a_ladder_lie_on_no_other():
    steps = [{"id": f"s{n}", "action": "remind", "after": after, "since": "due"}
             for n, after in enumerate((1, 2, 3, 30, 31, 60))]  # fmt: skip
    ladder = drawn(Policy.model_validate({**POLICY, "steps": steps, "partner": None}))
    placed = [(one.middle, one.y) for one in ladder.rungs]
    for at, (x, y) in enumerate(placed):
        assert 0 < x < ladder.width
        assert 0 < y < ladder.axis
        assert all(y != other_y or abs(x - other) >= 130 for other, other_y in placed[at + 1 :])


@pytest.mark.parametrize("language", CONSOLE)
def test_every_setting_and_every_choice_has_its_words(language):
    t = words(language, "common", "policies")
    settings: list[Any] = [one for found in groups().values() for one in found]
    for one in settings:
        assert t(f"set_{one.word}")
    for one in step_fields().values():
        assert t(f"f_{one.path}")
    for one in (*settings, *step_fields().values()):
        for option in one.options:
            assert not option or t(f"o_{one.path.rpartition('.')[2]}_{option}")


def test_the_form_has_every_field_of_a_policy():
    def leaves(model, path=""):
        for name, field in model.model_fields.items():
            inner = field.annotation
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from leaves(inner, f"{path}{name}.")
            else:
                yield path + name

    apart = {"id", "version", "steps", "caps", "hand_over.mandate"}
    shown = {one.path for name, found in groups().items() if name != "mandate" for one in found}
    assert shown == set(leaves(Policy)) - apart
    assert {*step_fields(), "channels", "letter"} == set(Step.model_fields)
    assert set(cap_fields()) == set(ContactCap.model_fields)
    mandate = {one.path.rpartition(".")[2] for one in groups()["mandate"]}
    assert mandate == set(Mandate.model_fields)


def test_a_draft_leaves_nothing_of_a_policy_out():
    assert Policy.model_validate(draft_of(FULL)) == FULL
