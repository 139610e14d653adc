"""The key grammar of the one table: every key is made here, and only for a tenant.

Partition keys start with ``T#<tenant>#``, so that no id of one tenant can name a row of another.
Ids hold no ``#``. The due index holds ids only. ``hub_keys`` names what belongs to no tenant,
``connection_keys`` and ``partner_keys`` what stands beside a connection. Rows:

    CASE#<case>      HEAD | EV#<version> | SNAP#<version> | MONEY#<movement>#<claim>
    INV#<invoice>    FACT | PAY#<id> | CRN#<id> | ALLOC#<payment> | WAIT#<payment> | NOTE#<row>
    MON#<payment>    FACT | PAYMENT | REV#<reversal>       (money as a bank or provider saw it)
    DAY#<day>        RECON                                 (its money is to be reconciled)
    LOOK#<digest>    INV#<id> | CRN#<id> | DEBTOR#<id> | MON#<id>     (what money finds them by)
    LOOK#<digest>    IDENTITY       (who first had a business id, or a name, address and e-mail)
    TERMS#<conn>     FACT           ROUTING#rules    FACT          (what partners take)
    REMIT#<hash>     FACT           LOOK#<digest>    REMIT#<hash>  (a remittance, by its amount)
    QUARANTINE#<instant and hash>   FACT   (a partner's report that a person must look at)
    DRIFT#<hash>     FACT           DRIFTRUN#<conn>  FACT          (what is apart; each comparison)
    PARTY#<party>    FACT           DEBTOR#<party>   OPEN#<unit>   (the debtor's open case)
    DEBTOR#<party>   COUNTS | MERGED#<alias>     (what counts across his cases, and who is the same)
    DEBTOR#<party>   LIABLE#<case>               (whose claims somebody owes beside their debtor)
    CONN#<id>        CONN | GRANT | CONSENT | BACKFILL | SPENT       (and what is kept beside it)
    POLICY#<id>      V#<version> | ACTIVE
    CREDITOR         CREDITOR       CONTROL          CONTROL       (switches)
    CROSS#<month>#<case>-<version>  CROSS   (contacts that money or a dispute crossed)
    FEEDS            FEEDS          (the money feeds, and what the creditor asks of its sources)
    OVERRIDES        OVERRIDES      DEBTOR#<party>   OVERRIDES     (what is kinder than the policy)
    OVERRIDE#<hash>  OVERRIDE       (each that ever was, for replays)
    LETTERS#own      FACT           LETTER#<hash>    FACT           (a creditor's own sentences;
    SEEN#<hash>      FACT            beside a case, what counted for a debtor: both for replays)
    write_back#settings FACT        write_back#accounts FACT   (what the ERP gets back, and where)
    EXPIRY#<conn>    FACT           RUN#days         FACT  (what runs out; cases started by day)
    POSTING#<key>    FACT           (what was proposed to the books, once for ever)
    PREVIEW#<id>     PREVIEW        (what was asked of the days ahead, due until it is answered)
    OUT#<act>        OUT            EV#<source>#<id> RAW           TASK#<task>  TASK
    HOOK#<conn>#<id> RAW            LINK#<claim>     LINK#<connection and amount>
    SENT#<conn>:<day>  <instant>#<n>#<act>  (attempts)     KEY#<conn>:<key>  FACT
    READ#<case>      <instant>#<n>  (who read a case file)         CONN#<id>  ENDPOINT | READS#<day>
    AUDIT#<day>      <instant>#<n>  (who changed or read what)     LOOKS#<day>  (who saw whom)
    ENDED#<case>     FACT           RETAIN#rules     FACT  (what is over one day, by whose word)
    LEGAL#<held>     FACT           (what is kept for a court)
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from shared.errors import NotFound

SHARDS = 4

_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ID = re.compile(r"[^\s#\x00-\x1f]{1,200}")

Key = dict[str, str]


@dataclass(frozen=True, slots=True)
class Tenant:
    """A creditor's id: lower-case letters, digits and dashes."""

    id: str

    def __post_init__(self) -> None:
        # "hub" is where the installation keeps secrets of its own.
        if not _TENANT.fullmatch(self.id) or self.id == "hub":
            raise NotFound("no such tenant")


def _key(tenant: Tenant, kind: str, ids: tuple[str, ...], sort: str) -> Key:
    for one in ids:
        if not _ID.fullmatch(one):
            raise NotFound("no such id")
    return {"pk": "#".join(("T", tenant.id, kind, *ids)), "sk": sort}


def head(tenant: Tenant, case: str) -> Key:
    """The HEAD row of a case."""
    return _key(tenant, "CASE", (case,), "HEAD")


def event(tenant: Tenant, case: str, version: int) -> Key:
    """The event that made a case reach ``version``."""
    return _key(tenant, "CASE", (case,), f"EV#{version:08d}")


def snapshot(tenant: Tenant, case: str, version: int) -> Key:
    """The snapshot of a case at ``version``."""
    return _key(tenant, "CASE", (case,), f"SNAP#{version:08d}")


def money(tenant: Tenant, case: str, movement: str, claim: str) -> Key:
    """The money key: a movement is booked on a claim once, for ever."""
    return _key(tenant, "CASE", (case,), f"MONEY#{plain(movement)}#{plain(claim)}")


def invoice(tenant: Tenant, invoice_id: str) -> Key:
    """An invoice as its source states it."""
    return _key(tenant, "INV", (invoice_id,), "FACT")


def movement(tenant: Tenant, invoice_id: str, kind: str, movement_id: str) -> Key:
    """A movement beside the invoice that it settles.

    The books' payment (``PAY``) or credit note (``CRN``), what the hub booked of a payment
    (``ALLOC``), money that waits and could be for it (``WAIT``), or a notice of others (``NOTE``).
    """
    return _key(tenant, "INV", (invoice_id,), f"{kind}#{plain(movement_id)}")


def party(tenant: Tenant, party_id: str) -> Key:
    """A debtor's personal data."""
    return _key(tenant, "PARTY", (party_id,), "FACT")


def fact(tenant: Tenant, kind: str, fact_id: str) -> Key:
    """Any other fact: a source's by kind (``PAY``, ``CRN``, ``AGR``), or by its hash (``SEEN``)."""
    return _key(tenant, kind, (fact_id,), "FACT")


def sighting(tenant: Tenant, payment: str) -> Key:
    """Money as one feed saw it; its id is the money key for ever."""
    return _key(tenant, "MON", (payment,), "FACT")


def payment(tenant: Tenant, payment_id: str) -> Key:
    """What became of that money."""
    return _key(tenant, "MON", (payment_id,), "PAYMENT")


def follower(tenant: Tenant, payment_id: str, reversal: str) -> Key:
    """A reversal, reinstatement or refund beside the receipt that it follows."""
    return _key(tenant, "MON", (payment_id,), f"REV#{plain(reversal)}")


def lookup(tenant: Tenant, digest: str, kind: str, found: str) -> Key:
    """That an invoice, credit note, ``DEBTOR`` or receipt (``MON``) is found by a hashed key."""
    return _key(tenant, "LOOK", (digest,), f"{kind}#{plain(found)}")


def identity(tenant: Tenant, digest: str) -> Key:
    """Which debtor first had a hashed key of identity."""
    return _key(tenant, "LOOK", (digest,), "IDENTITY")


def money_day(tenant: Tenant, day: str) -> Key:
    """A day on which money came in (ISO), due for its reconciliation."""
    return _key(tenant, "DAY", (day,), "RECON")


def ended(tenant: Tenant, case: str) -> Key:
    """That a case has closed, and so how long what it rests on is kept."""
    return _key(tenant, "ENDED", (case,), "FACT")


def open_case(tenant: Tenant, debtor: str, unit: str) -> Key:
    """Which case of a debtor is open for a unit (law, capacity, currency, and policy's choice)."""
    return _key(tenant, "DEBTOR", (debtor,), f"OPEN#{unit}")


def liable_in(tenant: Tenant, party_id: str, case: str) -> Key:
    """That somebody owes claims of a case beside its debtor."""
    return _key(tenant, "DEBTOR", (party_id,), f"LIABLE#{plain(case)}")


def debtor(tenant: Tenant, party_id: str) -> Key:
    """What counts for a debtor across cases, and whose alias the debtor is."""
    return _key(tenant, "DEBTOR", (party_id,), "COUNTS")


def merged(tenant: Tenant, party_id: str, alias: str) -> Key:
    """That a debtor has an alias."""
    return _key(tenant, "DEBTOR", (party_id,), f"MERGED#{plain(alias)}")


def connection(tenant: Tenant, connection_id: str) -> Key:
    """A connection's settings and health."""
    return _key(tenant, "CONN", (connection_id,), "CONN")


def policy(tenant: Tenant, policy_id: str, version: int) -> Key:
    """One version of a policy."""
    return _key(tenant, "POLICY", (policy_id,), f"V#{version:04d}")


def active_policy(tenant: Tenant) -> Key:
    """Which policy version new cases get."""
    return _key(tenant, "POLICY", ("default",), "ACTIVE")


def creditor(tenant: Tenant) -> Key:
    """The creditor's own profile."""
    return _key(tenant, "CREDITOR", (), "CREDITOR")


def feeds(tenant: Tenant) -> Key:
    """What is known of the creditor's money feeds, and what it asks of its sources."""
    return _key(tenant, "FEEDS", (), "FEEDS")


def charge(tenant: Tenant, name: str) -> Key:
    """What the ERP should invoice of one claim, for one way of invoicing it."""
    return _key(tenant, "CHARGE", (name,), "CHARGE")


def crossings(tenant: Tenant, month: str, name: str) -> Key:
    """Contacts of a month that turned out to be crossed, by the append that shows it."""
    return _key(tenant, "CROSS", (month, name), "CROSS")


def control(tenant: Tenant) -> Key:
    """The creditor's switches."""
    return _key(tenant, "CONTROL", (), "CONTROL")


def outbox(tenant: Tenant, act: str) -> Key:
    """An act on its way out."""
    return _key(tenant, "OUT", (act,), "OUT")


def inbox(tenant: Tenant, source: str, event_id: str) -> Key:
    """A received event, raw."""
    return _key(tenant, "EV", (source, event_id), "RAW")


def hook(tenant: Tenant, connection_id: str, event_id: str) -> Key:
    """A webhook as it came: each event a partition of its own, so that none is a hot one."""
    return _key(tenant, "HOOK", (connection_id, event_id), "RAW")


def payment_link(tenant: Tenant, claim: str, key: str) -> Key:
    """The payment link of a claim for one amount at one provider."""
    return _key(tenant, "LINK", (claim,), f"LINK#{plain(key)}")


def preview(tenant: Tenant, preview_id: str) -> Key:
    """A preview: what was asked, and how far its work has come."""
    return _key(tenant, "PREVIEW", (preview_id,), "PREVIEW")


def task(tenant: Tenant, task_id: str) -> Key:
    """A task for a person."""
    return _key(tenant, "TASK", (task_id,), "TASK")


def audit(tenant: Tenant, at: str, n: str) -> Key:
    """What somebody did at an instant (its text, UTC); ``n`` keeps two in one second apart."""
    return _key(tenant, "AUDIT", (at[:10],), f"{plain(at)}#{plain(n)}")


def law_watch(tenant: Tenant, country: str) -> Key:
    """The due row by which a tenant's people learn in time that a rate is missing."""
    return _key(tenant, "LAW", (country,), "WATCH")


def overrides(tenant: Tenant) -> Key:
    """The overrides of the creditor itself and of its segments."""
    return _key(tenant, "OVERRIDES", (), "OVERRIDES")


def debtor_overrides(tenant: Tenant, debtor: str) -> Key:
    """The overrides of one debtor, its agreements and its invoices."""
    return _key(tenant, "DEBTOR", (debtor,), "OVERRIDES")


def override(tenant: Tenant, digest: str) -> Key:
    """One override by its content hash, as a decision named it; never changed or deleted."""
    return _key(tenant, "OVERRIDE", (digest,), "OVERRIDE")


def listing(tenant: Tenant, kind: str) -> str:
    """The partition of the listing index that holds a tenant's rows of a kind."""
    return f"T#{tenant.id}#{kind}"


def due_shard(pk: str) -> str:
    """The due index partition of a row: stable, and spread by the row's own key."""
    return f"S#{zlib.crc32(pk.encode()) % SHARDS}"


def tenant_of(pk: str) -> Tenant:
    """The tenant that a partition key belongs to. Raises ``NotFound`` for a key of no tenant."""
    parts = pk.split("#", 2)
    if len(parts) != 3 or parts[0] != "T":
        raise NotFound("no such row")
    return Tenant(parts[1])


def id_of(pk: str) -> str:
    """The last id in a partition key."""
    return pk.rsplit("#", 1)[1]


def kind_of(pk: str) -> str:
    """What kind of row a partition key names (``CASE``, ``INV``, ``CONN``, ``OUT``, ``EV``)."""
    return pk.split("#", 3)[2]


def plain(one: str) -> str:
    """A part of a key, proven to hold no ``#`` and no space. Raises ``NotFound``."""
    if not _ID.fullmatch(one):
        raise NotFound("no such id")
    return one
