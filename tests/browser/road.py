"""The road of the first hour by what its pages offer: creditor, books, mail, policy, a reminder.

What happens beside the administrator is done as it would be: the bookkeeper drops a file.
"""

from __future__ import annotations

from time import monotonic
from zoneinfo import ZoneInfo

from infra.local.hub import MAIL_DOMAIN, TENANT
from infra.local.setup import ZONE
from infra.local.timelapse import TimeLapse

BOOKS = """number;customer;name;kind;email;issued;due;total;open
1001;C1;Aino <b>Esimerkki</b>;person;aino@debtor.example;2026-02-10;2026-03-05;120,00;120,00
1002;C2;Leipomo Esimerkki Oy;company;leipomo@debtor.example;2026-02-12;2026-03-06;80,00;80,00
1003;C3;Eino Esimerkki;person;eino@debtor.example;2026-03-01;2026-03-31;55,00;55,00
"""
COLUMNS = {
    "invoice_number": "number", "customer_number": "customer", "customer_name": "name",
    "kind": "kind", "email": "email", "issued": "issued", "due": "due", "total": "total",
    "open": "open",
}  # fmt: skip


def walk(one, hub):
    """From the empty hub that ``one`` has signed in to, to the first reminder that left."""
    began, time = monotonic(), TimeLapse(hub, ZoneInfo(ZONE), ("books",))
    assert one.says("Nothing is set up yet")
    one.follow("Begin the first hour")
    creditor(one)
    books(one, hub)
    email(one, hub)
    policy(one)
    time.live(time.today())
    one.go("Cases")
    assert one.says("Aino <b>Esimerkki</b>")
    doors(one)
    time.settle()
    reminder(one)
    time.settle()
    one.seconds = monotonic() - began


def step(one, words):
    """On from the list of steps, by what one of them says."""
    if not one.page.url.partition("?")[0].endswith("/console/first-hour"):
        one.go("First hour")
    one.follow(words)


def creditor(one):
    step(one, "To the creditor's profile")
    one.fill(
        profile__name="Saaristo Tarvike Oy", profile__business_id="1234567-1",
        profile__address__lines="Rantakatu 1", profile__address__postal_code="20100",
        profile__address__city="Turku", profile__email=f"laskutus@{MAIL_DOMAIN}",
        profile__sender=f"laskutus@{MAIL_DOMAIN}", profile__accounts__0__iban="FI7944052020036082",
    )  # fmt: skip
    one.press("Save")
    assert one.page.url.startswith(f"{one.origin}/console/first-hour")


def books(one, hub):
    step(one, "Choose the books")
    one.follow("Connect Open items from CSV or XLSX files")
    columns = {f"config__mapping__columns__{name}": head for name, head in COLUMNS.items()}
    one.fill(
        id="books", start_line="2026-01-01", config__bucket=hub.outputs["InboxBucket"],
        config__prefix=f"{TENANT}/", config__mode="full", config__mapping__currency="EUR",
        config__mapping__country="FI", config__mapping__date_format="YYYY-MM-DD",
        config__mapping__decimal_mark=",", config__mapping__claim_class="goods", **columns,
    )  # fmt: skip
    one.press("Make the connection")
    # The books arrive, as the bookkeeper would export them.
    hub.stack.client("s3").put_object(
        Bucket=hub.outputs["InboxBucket"], Key=f"{TENANT}/books/inbox/open.csv", Body=BOOKS.encode()
    )
    begin_to_use(one)


def email(one, hub):
    step(one, "Choose a channel")
    one.follow("Connect E-mail (Amazon SES)")
    one.fill(
        id="email", config__sender=f"laskutus@{MAIL_DOMAIN}",
        config__sender_name="Saaristo Tarvike Oy", config__configuration_set=hub.outputs["MailSet"],
    )  # fmt: skip
    one.press("Make the connection")
    begin_to_use(one)


def begin_to_use(one):
    one.press("Test it")
    one.press("Begin to use it")


def policy(one):
    step(one, "To the policies")
    one.follow("New policy")
    one.fill(id="standard", steps__0__channels__0="email")
    one.press("Save as version 1")
    assert one.page.get_attribute("[name='name']", "aria-invalid") == "true"
    one.fill(name="Friendly first")
    one.press("Save as version 1")
    one.press("Use it for new cases")


def doors(one):
    step(one, "To the rules")
    one.press("Put these rules")
    step(one, "Read the letters")
    one.press("Approve these letters")
    step(one, "To the switches")
    one.fill(outbound="on")
    one.press("Save")


def reminder(one):
    step(one, "To the proposals")
    one.follow_first("main tbody a")
    one.press("Approve")
    assert one.says("Answered.")
