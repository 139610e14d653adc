"""The payer's page in a real browser: from the link to promise, plan and objection."""

from __future__ import annotations

import itertools

import pytest

from shared.cloud import clock, keys, payer_links, sealing, table
from shared.cloud.keys import Tenant
from shared.domain.explain import content_hash
from shared.domain.policy import Policy
from tests.functions.payers import NUMBER, know
from tests.functions.world import POLICY, load, open_case, remind, settle_in

# Below the link, once it is open.
PAGES = ("", "/pay", "/promise", "/plan", "/dispute", "/person", "/details")
WIDTHS = (320, 768, 1280)
MOST_BYTES, MOST_REQUESTS = 100_000, 4
CANARY = '"><img src=x onerror=alert(1)>'
_NUMBERS = itertools.count(1)


@pytest.fixture
def invited(process, hub, monkeypatch):
    """Makes a debtor of a creditor of its own, who was reminded; the path of the link."""
    monkeypatch.setenv("TABLE", hub.table)
    monkeypatch.setenv("SECRET_PREFIX", "dunlin")
    monkeypatch.setenv("PAYER_URL", "https://hub.example")
    sealing._key.cache_clear()

    def make():
        tenant, case = Tenant(f"payer-{next(_NUMBERS)}"), f"c{next(_NUMBERS)}"
        settle_in(tenant)
        policy = Policy.model_validate({**POLICY, "process": {"agreed_plan": 6}})
        row = {"body": policy.model_dump_json(), "hash": content_hash(policy)}
        table.put({**keys.policy(tenant, "standard", 1), **row})
        know(tenant)
        open_case(tenant, case)
        act = f"{case}-friendly-0123456789ab"
        remind(tenant, case, act)
        to, now = "aino@example.org", clock.wall()
        table.transact(payer_links.made(tenant, "erp:d1", case, act, to, now))
        return f"/p/{payer_links.token(tenant, 'erp:d1', case, act)}", tenant, case

    yield make
    sealing._key.cache_clear()


def enter(one, path):
    assert one.open(path) == 200
    one.page.fill("#f-fact", NUMBER)
    one.page.click("main button")
    one.page.wait_for_selector("#claims")


def test_a_payer_with_a_phone_and_no_scripts_objects_promises_and_leaves(
    visitor, invited, tmp_path
):
    path, tenant, case = invited()
    one = visitor(java_script_enabled=False, viewport={"width": 320, "height": 640})
    enter(one, path)
    page = one.page
    page.click(f"a[href='{path}/dispute']")
    page.select_option("#f-claim", "1")
    page.select_option("#f-ground", "wrong_amount")
    page.fill("#f-words", CANARY)
    proof = tmp_path / "kuitti.pdf"
    proof.write_bytes(b"%PDF-1.7 proof")
    page.set_input_files("#f-file", proof)
    page.click("main button")
    page.wait_for_selector(".notice.good")
    page.click(f"a[href='{path}/promise']")
    page.fill("#f-day", page.get_attribute("#f-day", "min"))
    page.click("main button")
    page.wait_for_selector(".notice.good")
    with page.expect_download() as saved:
        page.click(f"form[action='{path}/statement'] button")
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    page.click(".leave button")
    page.wait_for_selector("#f-fact")

    states = load(tenant, case).states
    assert [one.claim for one in states.disputes.values()] == ["erp:1"]
    assert [one.claims for one in states.promises.values()] == [("erp:2",)]


def test_a_plan_is_chosen_with_the_keyboard_alone(visitor, invited):
    path, tenant, case = invited()
    one = visitor()
    enter(one, path)
    page = one.page
    for wanted in (f"{path}/plan", f"{path}/plan/2/"):
        page.focus(f"a[href^='{wanted}']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{wanted}*")
    page.focus("main button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice.good")

    (plan,) = load(tenant, case).states.plans.values()
    assert (plan.agreed, len(plan.instalments)) == (True, 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_at_any_width(visitor, invited, scheme):
    path, *_ = invited()
    one = visitor(color_scheme=scheme)
    one.open(path)
    assert one.violations() == []
    enter(one, path)
    for below in PAGES:
        for width in WIDTHS:
            one.page.set_viewport_size({"width": width, "height": 900})
            assert one.open(path + below) == 200
            one.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
            assert one.violations() == [], f"{below} at {width}"
            assert one.overflows() <= 0, f"{below} at {width}"


def test_a_first_look_costs_little(visitor, invited):
    path, *_ = invited()
    one = visitor()
    enter(one, path)
    for below in PAGES:
        one.requests.clear()
        one.open(path + below)
        ours = [request for request in one.requests if not request.url.startswith("data:")]
        assert len(ours) <= MOST_REQUESTS, below
        assert sum(len(request.response().body()) for request in ours) <= MOST_BYTES, below
