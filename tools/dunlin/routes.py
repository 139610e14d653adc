"""The commands that are one call each: their words, their route, and what they ask and show."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """``words`` as typed, the ``route`` that it calls, and a sentence of help.

    ``options`` go into the query of a GET and into the body of anything else; those with a ``!``
    must be said. ``file``: the body is a JSON file; ``sheet``: it is a CSV file, and the options
    go into the query. ``rows`` is the field of the answer that holds the entries of a listing,
    ``columns`` what is shown of each (none: every plain field).
    """

    words: str
    route: str
    help: str
    options: tuple[str, ...] = ()
    file: bool = False
    sheet: bool = False
    rows: str = ""
    columns: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """The verb of the route."""
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path of the route, with names in braces."""
        return self.route.partition(" ")[2]

    @property
    def places(self) -> list[str]:
        """The names that the path holds, in their order."""
        return re.findall(r"\{(\w+)\}", self.path)


_CASE = ("id", "debtor", "state", "country", "step", "open", "open_claims", "next_due")
_MONTH = ("month!",)
_WAITING = ("id", "state", "words", "by", "at", "expires_at")
_C = Command

# What each subject is about, as the first help shows it.
SUBJECTS = {
    "connections": "sources, channels and partners: make, test, enable, and how they are",
    "policies": "what is done when: check, store, activate; the first day",
    "cases": "who owes what and why: search, tell, hold, recall",
    "tasks": "what waits for a person's answer",
    "payments": "money that came, and what it is for",
    "debtors": "merge and split customers; a person's rights",
    "privacy": "retention, legal holds, recipients",
    "partners": "terms, what a partner was not told, what it paid out",
    "routing": "which partner gets what",
    "write-back": "what goes into the books",
    "letters": "sentences of letters, and previews",
    "law": "packs, sheets and rates",
    "reports": "figures of a month; what does not add up",
    "approvals": "what waits for a second person",
    "audit": "who did what, and who looked",
    "control": "the switches of this creditor: stop, go, outbound, fuses",
    "creditor": "the profile",
    "overrides": "what is kinder than the policy",
    "hub": "the switches of all creditors, and operators' approvals and trail",
}

COMMANDS = (
    _C("connections list", "GET /v1/connections", "every connection and how it is",
       rows="connections", columns=("id", "connector", "state", "health.word", "health.error",
                                    "fresh_as_of", "complete_through")),
    _C("connections catalogue", "GET /v1/connectors", "the connectors that there are",
       rows="connectors", columns=("name", "title", "countries", "verified", "secrets")),
    _C("connections show", "GET /v1/connections/{id}", "one connection"),
    _C("connections create", "POST /v1/connections", "make a connection", file=True),
    _C("connections settings", "PUT /v1/connections/{id}", "replace its settings", file=True),
    _C("connections secrets", "PUT /v1/connections/{id}/secrets", "replace secrets", file=True),
    _C("connections test", "POST /v1/connections/{id}/test", "let the connector look"),
    _C("connections enable", "POST /v1/connections/{id}/enable", "begin to use it", ("confirm",)),
    _C("connections disable", "POST /v1/connections/{id}/disable", "stop using it"),
    _C("connections sync", "POST /v1/connections/{id}/sync", "read it now"),
    _C("connections refused", "GET /v1/connections/{id}/refused", "rows that could not be read",
       rows="rows", columns=("row", "field", "text")),
    _C("connections confirm", "POST /v1/connections/{id}/confirm", "what looked odd is right"),
    _C("connections authorise", "POST /v1/connections/{id}/authorise", "ask for consent"),
    _C("connections backfill", "POST /v1/connections/{id}/backfill", "read the years before",
       ("since!",)),
    _C("connections others-ended", "POST /v1/connections/{id}/others-ended", "nobody else duns"),
    _C("connections expiries", "GET /v1/connections/expiries", "what runs out, soonest first",
       rows="expiries"),
    _C("connections store-expiries", "PUT /v1/connections/{id}/expiries", "replace the known days",
       file=True),
    _C("policies list", "GET /v1/policies", "stored versions", rows="policies",
       columns=("id", "version", "name", "law", "active", "hash")),
    _C("policies show", "GET /v1/policies/{id}/{version}", "one version"),
    _C("policies check", "POST /v1/policies/check", "is it lawful; nothing is stored", file=True),
    _C("policies store", "PUT /v1/policies/{id}", "store a version", file=True),
    _C("policies activate", "PUT /v1/policies/active", "give new cases a version",
       ("id!", "version!")),
    _C("policies active", "GET /v1/policies/active", "the version that new cases get"),
    _C("policies arming", "GET /v1/first-day/arming", "which steps go by themselves"),
    _C("policies arm", "PUT /v1/first-day/arming", "replace the arming", file=True),
    _C("policies checklist", "GET /v1/first-day/checklist", "the first day, point by point",
       ("test_invoice",), rows="points", columns=("name", "ok", "to_do", "evidence")),
    _C("policies compare", "POST /v1/first-day/ageing", "the ledger beside the books (checklist)",
       ("erp_total", "go_on")),
    _C("policies assessment", "GET /v1/first-day/assessment", "what the books hold, before a word",
       ("format",)),
    _C("policies observed", "GET /v1/first-day/observed", "what would have gone out"),
    _C("policies import-notices", "POST /v1/imports/notices", "what was sent before (CSV)",
       ("connection!", "delimiter"), sheet=True),
    _C("cases list", "GET /v1/cases", "cases; by a filter (--open-from 0) also state and amount",
       ("debtor", "invoice", "state", "country", "step", "open_from", "open_to"),
       rows="cases", columns=_CASE),
    _C("cases show", "GET /v1/cases/{id}", "one case as it stands"),
    _C("cases timeline", "GET /v1/cases/{id}/timeline", "what happened, oldest first",
       rows="timeline", columns=("version", "at", "kind", "words")),
    _C("cases explain", "GET /v1/cases/{id}/explain", "why this, why now, what next", ("at",)),
    _C("cases support", "GET /v1/cases/{id}/support", "one screen for whoever talks", ("at",)),
    _C("cases hand-over", "GET /v1/cases/{id}/hand-over", "what a hand-over would need"),
    _C("cases documents", "GET /v1/cases/{id}/documents/{act}", "links to what an act sent"),
    _C("cases reads", "GET /v1/cases/{id}/reads", "who read the case file", rows="reads"),
    _C("cases link", "POST /v1/cases/{id}/payment-links", "where a claim can be paid",
       ("claim!", "connection")),
    _C("cases hold", "POST /v1/cases/{id}/hold", "let it rest", ("reason!", "until", "claim")),
    _C("cases legal-hold", "POST /v1/cases/{id}/legal-hold", "keep all for a court",
       ("held!", "reason!")),
    _C("cases release", "POST /v1/cases/{id}/release", "end a hold", ("hold!",)),
    _C("tasks list", "GET /v1/tasks", "what is asked of people",
       ("state", "why", "assignee", "overdue"), rows="tasks",
       columns=("id", "why", "case", "answer_by", "overdue", "assignee", "answers")),
    _C("tasks show", "GET /v1/tasks/{id}", "one task with its reasons"),
    _C("tasks letter", "GET /v1/tasks/{id}/letter", "the letter that a yes would send"),
    _C("tasks answer", "POST /v1/tasks/{id}/answer", "answer by an offered word", ("answer!",)),
    _C("tasks assign", "POST /v1/tasks/{id}/assign", "say who sees to it (null: nobody)",
       ("to!",)),
    _C("tasks counts", "GET /v1/reports/tasks", "how many are open, overdue, nobody's"),
    _C("payments list", "GET /v1/payments", "money that waits or has no place", ("state",),
       rows="payments"),
    _C("payments show", "GET /v1/payments/{id}", "one payment, with proposals"),
    _C("payments proposals", "GET /v1/proposals", "waiting money and what it may be for",
       rows="payments", columns=("payment", "booked", "amount", "task")),
    _C("payments accept", "POST /v1/payments/{id}/accept", "match as proposed",
       ("proposal!", "reason!")),
    _C("payments unmatch", "POST /v1/payments/{id}/unmatch", "take a match back", ("reason!",)),
    _C("payments match", "POST /v1/payments/{id}/match", "match by hand", file=True),
    _C("debtors names", "GET /v1/debtors", "who ids are", ("ids!",), rows="debtors"),
    _C("debtors show", "GET /v1/debtors/{id}", "what the books say of one"),
    _C("debtors merge", "POST /v1/debtors/{id}/merge", "two are one", ("into!", "reason!")),
    _C("debtors split", "POST /v1/debtors/{id}/split", "they are two after all", ("reason!",)),
    _C("debtors erasure", "GET /v1/debtors/{id}/erasure", "what an erasure would do"),
    _C("debtors erase", "POST /v1/debtors/{id}/erasure", "erase a person", ("reason!",)),
    _C("debtors known-again", "POST /v1/debtors/{id}/known-again", "a customer again",
       ("reason!",)),
    _C("debtors links", "GET /v1/debtors/{id}/payer-links", "links to the payer's page",
       rows="links", columns=("id", "case", "made_at", "expires_at", "ended")),
    _C("debtors revoke-links", "POST /v1/debtors/{id}/payer-links/revoke", "end those links",
       ("reason!", "link")),
    _C("debtors export", "POST /v1/debtors/{id}/export", "everything about a person"),
    _C("debtors restrict", "POST /v1/debtors/{id}/restriction", "nothing goes out",
       ("restricted!", "reason!")),
    _C("debtors hold", "POST /v1/debtors/{id}/legal-hold", "keep all for a court",
       ("held!", "reason!")),
    _C("privacy holds", "GET /v1/legal-holds", "what is kept for a court", rows="holds",
       columns=("kind", "held", "reason", "by", "since")),
    _C("privacy recipients", "GET /v1/recipients", "who gets debtors' data", rows="recipients"),
    _C("privacy retention", "GET /v1/retention", "how long what is kept", rows="classes"),
    _C("privacy preview", "GET /v1/retention/preview", "what the night would delete",
       rows="classes"),
    _C("privacy enforce", "PUT /v1/retention", "delete by the table that was read, or not",
       ("state!", "table", "name")),
    _C("partners list", "GET /v1/partners", "collection partners", rows="partners"),
    _C("partners terms", "GET /v1/partners/{connection}/terms", "what a partner takes"),
    _C("partners outbox", "GET /v1/partners/{connection}/outbox", "what it was not told yet",
       rows="messages"),
    _C("partners redrive", "POST /v1/partners/{connection}/outbox/{act}/redrive",
       "send a message that failed once more"),
    _C("partners quarantine", "GET /v1/partners/{connection}/quarantine",
       "what it reported and nobody could use", rows="reports",
       columns=("id", "type", "case", "fault", "since")),
    _C("partners report", "GET /v1/partners/{connection}/quarantine/{id}", "one report as it came"),
    _C("partners take", "POST /v1/partners/{connection}/quarantine/{id}/take",
       "read it again, now that what was wrong is mended", ("reason!",)),
    _C("partners dismiss", "POST /v1/partners/{connection}/quarantine/{id}/dismiss",
       "let nothing become of it", ("reason!",)),
    _C("partners remittances", "GET /v1/partners/{connection}/remittances", "what it paid out",
       rows="remittances"),
    _C("partners client-money", "GET /v1/partners/{connection}/client-money",
       "what it has received and not paid out"),
    _C("partners store-terms", "PUT /v1/partners/{connection}/terms", "replace terms", file=True),
    _C("partners reopen", "POST /v1/partners/{connection}/reads/reopen", "let it read again"),
    _C("routing show", "GET /v1/routing", "which partner gets what"),
    _C("routing store", "PUT /v1/routing", "replace the rules", file=True),
    _C("write-back show", "GET /v1/write-back", "the switch and the accounts"),
    _C("write-back store", "PUT /v1/write-back", "replace the switch", file=True),
    _C("write-back accounts", "PUT /v1/write-back/accounts", "replace the accounts", file=True),
    _C("write-back preview", "GET /v1/write-back/preview", "what waits to be written",
       rows="writes"),
    _C("write-back release", "POST /v1/write-back/release", "let the first 25 be written"),
    _C("write-back postings", "GET /v1/write-back/postings", "a month's postings",
       ("month!", "format")),
    _C("letters list", "GET /v1/letters", "letters, and which have own sentences",
       rows="letters"),
    _C("letters show", "GET /v1/letters/{language}/{letter}/{tone}", "the sentences of one"),
    _C("letters preview", "POST /v1/letters/preview", "a letter with invented claims",
       ("language!", "letter", "tone", "capacity", "second_language")),
    _C("letters store", "PUT /v1/letters/{language}/{letter}/{tone}", "replace own sentences",
       file=True),
    _C("letters reset", "DELETE /v1/letters/{language}/{letter}/{tone}",
       "the shipped sentences stand again"),
    _C("letters approve", "POST /v1/first-day/letters", "these sentences were read (checklist)",
       ("hash!",)),
    _C("law show", "GET /v1/law/{country}", "the pack in force (operators)"),
    _C("law sheet", "GET /v1/law/{country}/sheet", "every rule, rate and source"),
    _C("law propose", "POST /v1/law/packs", "a candidate, checked (operators)",
       ("country!", "text!")),
    _C("law diff", "GET /v1/law/packs/{hash}/diff", "what a candidate changes (operators)",
       ("against",)),
    _C("law preview", "POST /v1/law/packs/{hash}/preview", "what a candidate would change"),
    _C("law sign-off", "POST /v1/law/packs/{hash}/sign-off", "stand for a pack (operators)",
       ("name!", "role!", "note")),
    _C("law activate", "PUT /v1/law/{country}/active", "put a pack in force (operators)",
       ("hash!", "previewed!")),
    _C("law rate", "PUT /v1/law/{country}/rates", "a half-year's reference rate (operators)",
       file=True),
    _C("reports month", "GET /v1/reports/month/{month}", "a month's figures (2026-03.csv: CSV)"),
    _C("reports deviations", "GET /v1/reports/deviations", "what people decided", _MONTH),
    _C("reports discipline", "GET /v1/reports/discipline", "both in one: people's and punctuality",
       _MONTH),
    _C("reports today", "GET /v1/reports/today", "what happened since the day began",
       rows="entries", columns=("at", "case", "what", "words")),
    _C("reports punctuality", "GET /v1/reports/punctuality", "acts against their day", _MONTH),
    _C("reports crossings", "GET /v1/reports/crossings", "contacts that money crossed", _MONTH),
    _C("reports charges", "GET /v1/reports/charges", "what the ERP should invoice", ("state",),
       rows="charges"),
    _C("reports drift", "GET /v1/reports/drift", "what the three sides disagree on", ("partner",),
       rows="drift"),
    _C("reports reconciliation", "GET /v1/reports/reconciliation", "a day's money", ("day!",)),
    _C("approvals list", "GET /v1/approvals", "what waits for a second person", rows="approvals",
       columns=_WAITING),
    _C("approvals show", "GET /v1/approvals/{id}", "one request"),
    _C("approvals approve", "POST /v1/approvals/{id}/approve", "carry it out, for two"),
    _C("approvals reject", "POST /v1/approvals/{id}/reject", "let it be"),
    _C("audit list", "GET /v1/audit", "who did what", ("who", "object", "from", "to", "kind"),
       rows="lines", columns=("at", "who", "what", "facts")),
    _C("control show", "GET /v1/control", "the switches"),
    _C("control fuses", "GET /v1/fuses", "what the fuses keep in"),
    _C("control lift", "POST /v1/fuses/lift", "go on after a halt", ("halted!", "reason!")),
    _C("creditor show", "GET /v1/creditor", "the profile"),
    _C("creditor store", "PUT /v1/creditor", "replace the profile", file=True),
    _C("overrides list", "GET /v1/overrides", "what is kinder than the policy",
       ("kind", "debtor"), rows="overrides", columns=("kind", "target", "debtor", "segment")),
    _C("overrides show", "GET /v1/overrides/{kind}/{id}", "that of one target"),
    _C("overrides store", "PUT /v1/overrides/{kind}/{id}", "replace it", file=True),
    _C("hub show", "GET /v1/hub/control", "the kill switch of all (operators)"),
    _C("hub reconciled", "POST /v1/hub/reconciled", "open after a restore",
       ("epoch!", "reason!")),
    _C("hub approvals", "GET /v1/hub/approvals", "what waits for a second operator",
       rows="approvals", columns=_WAITING),
    _C("hub audit", "GET /v1/hub/audit", "who did what, of operators",
       ("who", "object", "from", "to"), rows="lines", columns=("at", "who", "what", "facts")),
    _C("hub approval", "GET /v1/hub/approvals/{id}", "one request among operators"),
    _C("hub approve", "POST /v1/hub/approvals/{id}/approve", "carry it out, for two operators"),
    _C("hub reject", "POST /v1/hub/approvals/{id}/reject", "let it be"),
)  # fmt: skip
