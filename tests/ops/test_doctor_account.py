"""The doctor reads what AWS says of an account, and says what to ask for, in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from tools.ops import doctor_account
from tools.ops.findings import told
from tools.ops.place import Gone, Place, find

READY = {
    "ProductionAccessEnabled": True, "SendingEnabled": True,
    "SendQuota": {"Max24HourSend": 50_000, "MaxSendRate": 14},
}  # fmt: skip


def place(parameters=None, **clients):
    """An installation whose account answers as given: a client is its calls by name."""
    made = {
        name: SimpleNamespace(**{call: lambda said=said, **_: said for call, said in calls.items()})
        for name, calls in clients.items()
    }
    account = SimpleNamespace(client=lambda name: made[name.replace("-", "_")])
    return Place("hub", account, {}, parameters or {}, embedded=False)


def levels(findings):
    return [one.level for one in findings]


@pytest.mark.parametrize(
    ("most", "level"), [(10, "wrong"), (99, "wrong"), (100, "ok"), (1000, "ok")]
)
def test_a_new_account_is_told_to_ask_for_more_functions_at_once(most, level):
    limit = {"AccountLimit": {"ConcurrentExecutions": most}}
    (found,) = doctor_account.quotas(place(**{"lambda": {"get_account_settings": limit}}))
    assert found.level == level
    assert bool(found.ask) == (level == "wrong")
    assert str(most) in found.text


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, ["ok", "ok"]),
        ({"ProductionAccessEnabled": False}, ["wrong", "ok"]),
        ({"SendingEnabled": False}, ["ok", "wrong", "ok"]),
        ({"SendQuota": {"Max24HourSend": 200, "MaxSendRate": 1}}, ["ok", "note"]),
    ],
)
def test_mail_in_the_sandbox_paused_or_slow_is_said(change, wanted):
    found = list(doctor_account.mail(place(sesv2={"get_account": READY | change})))
    assert levels(found) == wanted


@pytest.mark.parametrize(
    ("identity", "level"),
    [
        ({"VerifiedForSendingStatus": True, "DkimAttributes": {"Status": "SUCCESS"}}, "ok"),
        ({"VerifiedForSendingStatus": True, "DkimAttributes": {"Status": "PENDING"}}, "wrong"),
        ({"VerifiedForSendingStatus": False}, "wrong"),
    ],
)
def test_a_domain_that_does_not_sign_is_wrong(identity, level):
    here = place({"MailDomain": "creditor.example"}, sesv2={"get_email_identity": identity})
    assert levels(doctor_account.domain(here)) == [level]


def test_text_messages_are_looked_at_country_by_country():
    sms = {
        "describe_account_attributes": {
            "AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": "SANDBOX"}]
        },
        "describe_spend_limits": {
            "SpendLimits": [{"Name": "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": 1}]
        },
        "describe_sender_ids": {"SenderIds": [{"IsoCountryCode": "FI"}]},
        "describe_phone_numbers": {"PhoneNumbers": []},
    }
    found = list(doctor_account.texts(place(pinpoint_sms_voice_v2=sms), ["FI", "SE"]))
    assert levels(found) == ["wrong", "note", "ok", "wrong"]
    asked = [line for line in told(found) if line.startswith("- ")]
    assert len(asked) == 2
    assert "for SE" in asked[1]
    assert levels(doctor_account.texts(place(), [])) == ["ok"]


def test_quotas_of_step_functions_are_found_by_their_names():
    quotas = [
        {"QuotaName": "StartExecution throttle token refill rate per second", "Value": 150},
        {"QuotaName": "StartExecution throttle bucket size", "Value": 800},
        {"QuotaName": "StateTransition throttle token refill rate per second", "Value": 100},
    ]
    pages = SimpleNamespace(paginate=lambda **_: [{"Quotas": quotas}])
    account = SimpleNamespace(client=lambda _: SimpleNamespace(get_paginator=lambda _: pages))
    found = list(doctor_account.step_quotas(Place("hub", account, {}, {}, embedded=False)))
    assert levels(found) == ["ok", "note"]
    assert "500 or more, now 100" in found[1].ask


def test_what_may_not_be_looked_at_is_unseen_and_not_wrong():
    def refused():
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetAccount")

    (found,) = doctor_account.looked("the account's mail", refused)
    assert (found.level, found.text) == (
        "unseen", "the account's mail cannot be seen from here (AccessDenied)",
    )  # fmt: skip


def test_without_a_stack_that_runs_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Gone, match="make up"):
        find()
