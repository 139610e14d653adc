"""The account examined: quotas, mail and text messages, as AWS itself tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import HubError
from tools.ops.findings import Finding, note, ok, unseen, wrong
from tools.ops.place import Place

# Functions that may run at once: the queues' own bounds in infra/compute.yaml together, and as much
# again for the API. A new account begins with 10
# (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
CONCURRENCY = 100
# A sweep starts 5,000 runs of about six transitions a minute, where so much is due.
STARTS, TRANSITIONS = 85, 500
# Mails a second with which 10,000 letters are gone in an hour.
MAIL_RATE = 3


def looked(what: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What an examination finds; what the place does not know or allow is unseen, not wrong."""
    try:
        return list(look())
    except (ClientError, BotoCoreError, HubError, LookupError, ValueError) as error:
        code = type(error).__name__
        if isinstance(error, ClientError):
            code = error.response["Error"].get("Code", code)
        return [unseen(f"{what} cannot be seen from here ({code})")]


def quotas(place: Place) -> Iterator[Finding]:
    """How many functions may run at once."""
    said = place.client("lambda").get_account_settings()
    most = int(said["AccountLimit"]["ConcurrentExecutions"])
    text = f"{most} functions may run at once"
    if most >= CONCURRENCY:
        yield ok(text)
    else:
        ask = f"Lambda, Concurrent executions: {CONCURRENCY} or more, now {most}"
        yield wrong(f"{text}, and the hub's queues alone may use more", ask)


def step_quotas(place: Place) -> Iterator[Finding]:
    """What Step Functions refills a second, by the names that the Service Quotas list has."""
    pages = place.client("service-quotas").get_paginator("list_service_quotas")
    found = {
        one["QuotaName"]: one["Value"]
        for page in pages.paginate(ServiceCode="states")
        for one in page["Quotas"]
    }
    for words, wanted in (("StartExecution", STARTS), ("StateTransition", TRANSITIONS)):
        rates = {
            name: value
            for name, value in found.items()
            if words.lower() in name.replace(" ", "").lower() and "rate" in name.lower()
        }
        if not rates:
            yield unseen(f"the rate of {words} is not in the list of Service Quotas")
        for name, value in sorted(rates.items()):
            if value >= wanted:
                yield ok(f"{name}: {value:.0f}")
            else:
                ask = f"Step Functions, {name}: {wanted} or more, now {value:.0f}"
                yield note(f"{name} is {value:.0f}: a herd takes longer", ask)


def mail(place: Place) -> Iterator[Finding]:
    """Whether the account may write to anybody, how much, and as whom."""
    ses = place.client("sesv2")
    account = ses.get_account()
    if account.get("ProductionAccessEnabled"):
        yield ok("mail may go to anybody (production access)")
    else:
        ask = (
            "SES: production access. Say that only reminders to the creditor's own customers go out"
        )
        yield wrong("mail goes to verified addresses alone (SES sandbox)", ask)
    if not account.get("SendingEnabled", False):
        yield wrong("AWS has paused the account's mail: read its e-mail and the SES console")
    quota = account.get("SendQuota", {})
    day, rate = quota.get("Max24HourSend", 0), quota.get("MaxSendRate", 0)
    text = f"{day:.0f} mails a day, {rate:.0f} a second"
    if rate >= MAIL_RATE:
        yield ok(text)
    else:
        yield note(text, f"SES, sending rate: {MAIL_RATE} a second or more, now {rate:.0f}")


def domain(place: Place) -> Iterator[Finding]:
    """Whether letters are signed as the domain that they come from (DKIM)."""
    name = place.parameters.get("MailDomain", "-")
    if name == "-":
        yield note(
            "MailDomain is not set: the senders' domains are registered elsewhere, or not yet"
        )
        return
    said = place.client("sesv2").get_email_identity(EmailIdentity=name)
    state = said.get("DkimAttributes", {}).get("Status", "NOT_STARTED")
    if said.get("VerifiedForSendingStatus") and state == "SUCCESS":
        yield ok(f"{name} is verified and signs (DKIM)")
    else:
        yield wrong(
            f"{name} is not ready to send (DKIM {state}): enter its CNAME records in the DNS"
        )


def texts(place: Place, countries: Sequence[str]) -> Iterator[Finding]:
    """Whether text messages may go to each country where a creditor sends them (ISO codes)."""
    if not countries:
        yield ok("no creditor sends text messages")
        return
    sms = place.client("pinpoint-sms-voice-v2")
    tier = _named(sms.describe_account_attributes()["AccountAttributes"], "ACCOUNT_TIER", "Value")
    if tier == "PRODUCTION":
        yield ok("text messages may go to anybody")
    else:
        yield wrong("text messages are in the sandbox", "End User Messaging SMS: production access")
    limits = sms.describe_spend_limits()["SpendLimits"]
    most = _named(limits, "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit")
    yield note(f"at most {most} USD of text messages a month; beyond it they stop without a word")
    senders = sms.describe_sender_ids()["SenderIds"]
    numbers = sms.describe_phone_numbers()["PhoneNumbers"]
    ready = {one["IsoCountryCode"] for one in (*senders, *numbers)}
    for country in countries:
        if country in ready:
            yield ok(f"{country}: a sender is there")
        else:
            ask = f"End User Messaging SMS: a registered sender id or number for {country}"
            yield wrong(f"{country}: no sender id and no number", ask)


def _named(rows: Sequence[Any], name: str, field: str) -> Any:
    return next((one.get(field) for one in rows if one.get("Name") == name), None)
