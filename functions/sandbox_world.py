"""The invented world of a sandbox: its creditor, a debtor who owes, the hand-over, and the wipe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from functions.case_files import build
from functions.placing import announcement
from functions.speaking import Said, spoken
from functions.touching import outcome, resume
from functions.wiring import connect
from shared.cloud import (
    clock,
    delivery_rows,
    documents,
    drift_rows,
    keys,
    outbox,
    partner_keys,
    remittance_rows,
    table,
)
from shared.cloud.keys import Key, Tenant
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.events import CaseOpened, Claim, ClaimJoined, HandOverIntended, PolicyRef
from shared.domain.explain import content_hash
from shared.domain.model import Invoice, Party
from shared.domain.money import Money
from shared.domain.policy import Policy

_BOOKS, _CLAIM, _DEBTOR = "sandbox", "sandbox:1", "sandbox:d1"
# How many days of attempts a wipe looks through.
_DAYS = 31
_CREDITOR = {
    "name": "Sandbox Oy",
    "business_id": "1234567-1",
    "business_id_scheme": "FI_YTUNNUS",
    "address": {"lines": ["Katu 1"], "postal_code": "00100", "city": "Helsinki", "country": "FI"},
    "country": "FI",
    "zone": "Europe/Helsinki",
    "language": "fi",
    "email": "sandbox@sandbox.example",
    "sender": "sandbox@sandbox.example",
    "accounts": [{"iban": "FI2112345600000785"}],
    "vat_registered": True,
}
_POLICY = {
    "id": "sandbox",
    "version": 1,
    "name": "Sandbox",
    "law": "FI",
    "payment_days": 14,
    "tolerance": {"amount": "5.00", "currency": "EUR"},
    "minimum": {"amount": "20.00", "currency": "EUR"},
    "steps": [
        {"id": "friendly", "action": "remind", "after": 8, "since": "due"},
        {"id": "partner", "action": "hand_over", "after": 21, "since": "previous"},
    ],
}


def settle_in(tenant: Tenant, partner: str) -> None:
    """An invented creditor with a policy; nothing but words to the partner ever leaves."""
    creditor = Creditor.model_validate({**_CREDITOR, "id": tenant.id})
    policy = Policy.model_validate({**_POLICY, "partner": partner})
    table.put({**keys.creditor(tenant), "body": creditor.model_dump_json()})
    table.put({
        **keys.policy(tenant, policy.id, policy.version),
        "body": policy.model_dump_json(),
        "hash": content_hash(policy),
    })  # fmt: skip
    table.put({**keys.control(tenant), "outbound": "off"})


def hand_over(tenant: Tenant, case: str, partner: Row, amount: str, days: int) -> str:
    """Open an invented case and give it to the partner; returns what became of it (a word)."""
    now = clock.now()
    due = now.date() - timedelta(days=days)
    invoice = _invoice(amount, due)
    table.put({
        **keys.invoice(tenant, _CLAIM), "body": invoice.model_dump_json(),
        "open": str(invoice.open.amount), "conn": _BOOKS,
    })  # fmt: skip
    table.put({**keys.party(tenant, _DEBTOR), "body": _debtor().model_dump_json(), "conn": _BOOKS})
    opened = CaseOpened(
        at=now, debtor=_DEBTOR, connection=_BOOKS, policy=PolicyRef(id="sandbox", version=1),
        law="FI", capacity="business", currency="EUR",
    )  # fmt: skip
    joined = ClaimJoined(at=now, claim=_claim(invoice))
    tag = table.put_write({
        **keys.fact(tenant, "SANDBOX", case),
        "list_in": keys.listing(tenant, "SANDBOX"), "list_id": case,
    })  # fmt: skip
    # Without a day on which it is due: no step of the machine ever looks at an invented case.
    Store(tenant).open(case, [opened, joined], due_at=None, also=[tag])
    return _submit(tenant, case, partner)


def _submit(tenant: Tenant, case: str, partner: Row) -> str:
    run = resume(Store(tenant), case, clock.now())
    file = build(run, (_CLAIM,))
    body, act = file.model_dump_json().encode(), f"{case}-partner"
    name, digest = f"case-files/{act}.json", content_hash(body)
    documents.put(tenant, name, body, "application/json")
    notice, connection = announcement(run, file), keys.id_of(partner["pk"])
    intent = HandOverIntended(
        at=run.now, act=act, step="partner", claims=(_CLAIM,), partner=connection,
        file_version=file.file_version, document=name, content_hash=digest,
    )  # fmt: skip
    row = outbox.intend(
        tenant, act, kind="hand_over", case=case, connection=connection, content_hash=digest,
        due_at=run.now + timedelta(minutes=5), document=name,
        message=notice.model_dump(mode="json"),
    )  # fmt: skip
    run.store.append(run.loaded, [intent], due_at=None, also=[row])
    said, connector = Said(act, outbox.SUBMITTED, case, 1), connect(tenant, partner)
    receipt = spoken(
        tenant,
        partner,
        said,
        lambda: connector.submit(notice, key=act, now=clock.wall(), file=file),
    )
    return outcome(resume(run.store, case, clock.now()), act, receipt)


def wipe(tenant: Tenant, partner: str) -> int:
    """Delete what invented cases left; returns how many cases went.

    Only cases that the sandbox made bear its tag. Reports and Idempotency-Keys stay: a key is
    never used twice, not even for another try.
    """
    cases = _cases(tenant)
    gone = [key for case in cases for key in _rows_of(tenant, case)]
    acts = {f"{case}-partner" for case in cases}
    today = clock.now().date()
    for back in range(_DAYS):
        day = today - timedelta(days=back)
        for row in delivery_rows.of_day(tenant, partner, day, limit=10_000):
            if row["case"] in cases:
                acts.add(keys.id_of(row["sk"]))
                gone.append({"pk": row["pk"], "sk": row["sk"]})
    acts |= {f"{case}-amend" for case in cases}
    gone += [keys.outbox(tenant, act) for act in sorted(acts)]
    gone += [*remittance_rows.keys_of(tenant, partner), *drift_rows.keys_of(tenant, partner)]
    gone += [keys.invoice(tenant, _CLAIM), keys.party(tenant, _DEBTOR)]
    gone += [{"pk": keys.party(tenant, _DEBTOR)["pk"].replace("PARTY", "DEBTOR"), "sk": "COUNTS"}]
    table.batch_put([], list({(one["pk"], one["sk"]): one for one in gone}.values()))
    return len(cases)


def _cases(tenant: Tenant) -> list[str]:
    found: list[str] = []
    after: Row | None = None
    while True:
        listing = keys.listing(tenant, "SANDBOX")
        rows, after = table.query_index("listing", listing, limit=100, after=after)
        found += [row["list_id"] for row in rows]
        if after is None:
            return found


def _rows_of(tenant: Tenant, case: str) -> Iterator[Key]:
    for pk in (
        keys.head(tenant, case)["pk"],
        keys.fact(tenant, "SANDBOX", case)["pk"],
        partner_keys.case_read(tenant, case, "-", "-")["pk"],
    ):
        for row in table.query(pk, "-", "~"):
            yield {"pk": row["pk"], "sk": row["sk"]}
            if row["sk"].startswith("TELL#"):
                yield keys.outbox(tenant, row["act"])


def _invoice(amount: str, due: date) -> Invoice:
    money = Money(Decimal(amount), "EUR")
    return Invoice(
        id=_CLAIM, version="1", number="S-1", debtor=_DEBTOR, issued=due - timedelta(days=14),
        sent=due - timedelta(days=14), due=due, total=money, open=money, capacity="business",
        claim_class="goods", description="Invented goods", reference="RF18539007547034",
    )  # fmt: skip


def _claim(invoice: Invoice) -> Claim:
    return Claim(
        id=invoice.id, number=invoice.number, total=invoice.total, open=invoice.open,
        issued=invoice.issued, sent=invoice.sent, due=invoice.due, reference=invoice.reference,
        capacity="business", natural_person=False, claim_class="goods",
    )  # fmt: skip


def _debtor() -> Party:
    return Party.model_validate({
        "id": _DEBTOR,
        "version": "1",
        "kind": "company",
        "name": "Keksitty Asiakas Oy",
        "country": "FI",
        "language": "fi",
        "business_id": "2345678-2",
        "business_id_scheme": "FI_YTUNNUS",
        "emails": ["asiakas@sandbox.example"],
        "addresses": [_CREDITOR["address"]],
    })  # fmt: skip
