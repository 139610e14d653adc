"""Tripletex's webhooks and its connection test: what proves a delivery, what a person is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest

from connectors.contract import Delivery
from connectors.erp.tripletex import Config, connect, webhook
from shared.errors import Reconnect, Refused, Unreadable
from tests.connectors.erp import tripletex_sample as sample
from tests.connectors.erp.test_tripletex import fetched, served

SECRET = "hook-secret-1"
BODY = b'{"subscriptionId":7,"event":"closeGroup.delete","id":881,"value":null}'
# Made with: printf 'evt-1&<body>' | openssl dgst -sha512 -hmac hook-secret-1 -binary | base64
SIGNED = "atl45Qboe0WG1A5Aq3bdrjehww8Oyo+VXLUwhtiJIKGRnSeXRKru0CqzcWZJSxYv2rpo6YSSZ61aFxe1NuPnAw=="


def delivery(body=BODY, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery(
        body=body, headers={"idempotency-key": "evt-1", "x-request-signature": SIGNED} | named
    )


def test_a_signed_delivery_asks_for_a_pull_and_bears_its_own_key():
    hook = webhook.hook_of(SECRET, delivery())
    assert (hook.event, hook.signed, hook.fetch) == ("evt-1", True, ("changes",))


@pytest.mark.parametrize(
    "told",
    [
        delivery(BODY.replace(b"881", b"882")),
        delivery(idempotency_key="evt-2"),
        delivery(x_request_signature=SIGNED[:-4]),
        delivery(x_request_signature=""),
        delivery(x_request_signature="ø"),
    ],
)
def test_what_its_secret_did_not_sign_is_refused(told):
    with pytest.raises(Refused) as caught:
        webhook.hook_of(SECRET, told)
    assert caught.value.code == "bad_signature"


def test_without_a_secret_nothing_is_proven():
    with pytest.raises(Reconnect):
        webhook.hook_of("", delivery())


@pytest.mark.parametrize(
    ("body", "fetch"),
    [
        (b'{"event":"closeGroup.create","id":1,"value":{}}', ("changes",)),
        (b'{"event":"invoice.charged","id":1,"value":{}}', ("changes",)),
        (b'{"event":"product.create","id":1,"value":{}}', ()),
    ],
)
def test_only_an_event_of_the_books_asks_for_a_pull(body, fetch):
    assert webhook.hook_of(SECRET, delivery(body, x_request_signature=signed(body))).fetch == fetch


@pytest.mark.parametrize("body", [b"[]", b'{"event":7}', b"{"])
def test_a_signed_delivery_that_is_no_event_is_unreadable(body):
    with pytest.raises(Unreadable):
        webhook.hook_of(SECRET, delivery(body, x_request_signature=signed(body)))


def signed(body):
    """The signature of a body under the key evt-1."""
    found = hmac.new(SECRET.encode(), b"evt-1&" + body, hashlib.sha512).digest()
    return base64.b64encode(found).decode()


# -- the connection test -------------------------------------------------------------------------


def looked(rows=None, turn=None, **settings):
    """What the connection test says, by check."""
    with served(rows or sample.company(), **settings) as (erp, books):
        if turn is not None:
            turn(books)
        return {one.check: (one.ok, one.text) for one in erp.test()}


def test_books_that_are_as_they_should_be_pass_every_check():
    rows = sample.company()
    rows["reminders"] = []
    said = looked(rows)
    assert [*said] == [
        "tokens", "company", "read_customers", "read_invoices", "read_postings",
        "read_close_groups", "own_dunning", "agency",
    ]  # fmt: skip
    assert all(ok for ok, _ in said.values())
    assert "no customer is set" in said["own_dunning"][1]
    assert "no claim" in said["agency"][1]


def test_another_company_is_said_and_nothing_else_is_asked():
    said = looked(turn=lambda books: books.company.update(organizationNumber="910000222"))
    assert [*said] == ["tokens", "company"]
    assert not said["company"][0]
    assert "another company" in said["company"][1]


def test_a_session_that_the_hub_refused_for_its_company_is_said_so():
    with served() as (erp, books):
        books.company = {"id": 4711, "organizationNumber": "910000222"}
        plain = erp._connection
        lent = replace(plain, token=lambda stale="": fetched(books, erp).access)
        said = {one.check: one.text for one in connect(lent).test()}
    assert [*said] == ["tokens", "company"]
    assert "another company" in said["company"]


@pytest.mark.parametrize(
    ("hidden", "check"),
    [
        ("customers", "read_customers"), ("invoices", "read_invoices"),
        ("postings", "read_postings"), ("groups", "read_close_groups"),
    ],
)  # fmt: skip
def test_what_the_token_may_not_see_is_named(hidden, check):
    rows = sample.company()
    rows[hidden] = []
    said = looked(rows)
    assert [name for name, (ok, _) in said.items() if not ok] == [check]
    assert "right" in said[check][1]


def test_receivables_on_another_account_are_not_seen():
    assert not looked(receivables_from=1510, receivables_to=1519)["read_postings"][0]


def test_own_dunning_and_an_agency_are_told():
    rows = sample.company()
    rows["customers"][0]["isAutomaticReminderEnabled"] = True
    said = looked(rows)
    assert "switch them off" in said["own_dunning"][1]
    assert "agency" in said["agency"][1]


def test_refused_tokens_are_a_matter_of_the_login():
    body = {"status": 401, "code": 3000, "message": "no"}
    said = looked(turn=lambda books: setattr(books, "answer", lambda *_: ("401 No", body)))
    assert [*said] == ["tokens", "login"]
    assert "employee token" in said["login"][1]


@pytest.mark.parametrize(
    "settings",
    [
        {"environment": "sandbox", "origin": "https://tripletex.no"},
        {"environment": "production", "origin": "https://api-test.tripletex.tech"},
        {"environment": "sandbox", "receivables_from": 1600, "receivables_to": 1500},
        {"environment": "sandbox", "organization_number": "12"},
    ],
)
def test_settings_that_contradict_themselves_are_refused(settings):
    with pytest.raises(ValueError, match=r"organization_number|environment|account"):
        Config.model_validate({"organization_number": "910000111", **settings})
