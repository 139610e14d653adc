"""What is asked of Tryton: the records of each feed, and the fields that are read of them.

Only what the hub needs: no identifier of a person, no line of an invoice, no other journal.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.erp.tryton.cursor import Feed

MODELS: dict[Feed, str] = {
    "customers": "party.party",
    "invoices": "account.invoice",
    "payments": "account.move.line",
}

# Public numbers of companies; a person's identifier is never asked for.
BUSINESS_IDS = (
    "fi_ytunnus", "fi_alv", "fi_associationid", "se_orgnr", "se_vat", "no_orgnr", "no_mva",
    "dk_cvr", "ee_registrikood", "ee_kmkr", "de_handelsregisternummer", "de_vat", "nl_btw",
    "eu_vat",
)  # fmt: skip

# Begins the key that notes and vouchers of the hub carry; no person types it.
OWN = "[dunlin:"

# The journals of money that came in or was given back.
MONEY = ("cash", "statement")

_PARTY = (
    "write_date", "create_date", "name", "code", "lang.code", "categories.name",
    "addresses.street", "addresses.postal_code", "addresses.city", "addresses.country.code",
    "contact_mechanisms.type", "contact_mechanisms.value",
)  # fmt: skip
_PARTY_DUNNING = ("dunning_procedure.levels",)
# Of a line that settles: the rest of its reconciliation tells which invoices it settles.
_SETTLING = (
    "debit", "credit", "second_currency.code", "amount_second_currency", "invoice_payments",
    "reconciliation.lines.debit", "reconciliation.lines.credit",
    "reconciliation.lines.amount_second_currency", "reconciliation.lines.move.date",
    "reconciliation.lines.move.origin", "reconciliation.lines.move.journal.type",
    "reconciliation.lines.invoice_payments",
)  # fmt: skip
_INVOICE = (
    "write_date", "number", "party", "invoice_date", "state", "currency.code", "total_amount",
    "amount_to_pay", "customer_payment_reference", "reference", "description",
    "cancel_move.origin", "lines_to_pay.maturity_date", "lines_to_pay.reconciliation",
    "payment_lines.debit", "payment_lines.credit", "payment_lines.amount_second_currency",
    "payment_lines.move.journal.type", "payment_lines.move.description",
    "reconciliation_lines.debit", "reconciliation_lines.credit",
    "reconciliation_lines.amount_second_currency", "reconciliation_lines.move.journal.type",
    "reconciliation_lines.move.description",
    *(f"lines_to_pay.{field}" for field in _SETTLING),
)  # fmt: skip
_OPEN_ITEM = ("state", "currency.code", "amount_to_pay", "party.code", "lines_to_pay.debit")
_OPEN_ITEM_DUNNING = ("party.dunning_procedure.levels",)
_INVOICE_DUNNING = ("lines_to_pay.dunnings.blocked",)
_PAYMENT = (
    "write_date", "create_date", "party", "move.date", "account.company.currency.code", *_SETTLING,
)  # fmt: skip


# Records whose change counts as one of the feed: paths, empty for the record itself. Tryton writes
# an invoice whenever a payment, credit or reconciliation touches it, but not when it is blocked,
# and not when a payment that is linked to it is cancelled: its line alone is written then.
_WATCHED: dict[Feed, tuple[str, ...]] = {
    "customers": ("", "addresses.", "contact_mechanisms.", "identifiers."),
    "invoices": ("", "payment_lines."),
    "payments": ("", "invoice_payments."),
}
_BLOCK = "move.lines.dunnings."


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of one company; ``dunning`` says whether module account_dunning is active."""

    company: int
    dunning: bool

    def domain(self, feed: Feed) -> list[object]:
        """Which records the feed is about."""
        match feed:
            case "customers":
                return [["active", "in", [True, False]]]
            case "invoices":
                return [
                    ["type", "=", "out"], ["company", "=", self.company], ["number", "!=", None],
                    ["state", "in", ["posted", "paid", "cancelled"]],
                ]  # fmt: skip
            case "payments":
                return [
                    ["account.type.receivable", "=", True], ["move.company", "=", self.company],
                    ["move.state", "=", "posted"], ["credit", ">", 0],
                    ["move.journal.type", "in", list(MONEY)],
                    ["OR", ["move.description", "=", None],
                     ["move.description", "not like", f"%{OWN}%"]],
                ]  # fmt: skip

    def free_payments(self, parties: list[int]) -> list[object]:
        """Which payments of some parties settle no invoice."""
        return [
            *self.domain("payments"), ["party", "in", parties],
            ["reconciliation", "=", None], ["invoice_payments", "=", None],
        ]  # fmt: skip

    def fields(self, feed: Feed) -> tuple[str, ...]:
        """What is read of each record."""
        match feed:
            case "customers":
                return _PARTY + (_PARTY_DUNNING if self.dunning else ())
            case "invoices":
                return _INVOICE + (_INVOICE_DUNNING if self.dunning else ())
            case "payments":
                return _PAYMENT

    def watched(self, feed: Feed) -> tuple[str, ...]:
        """Paths of the records whose change counts as one of the feed."""
        block = (_BLOCK,) if self.dunning and feed == "invoices" else ()
        return _WATCHED[feed] + block

    @property
    def open_item(self) -> tuple[str, ...]:
        """What proves the balance of an invoice."""
        return _OPEN_ITEM + (_INVOICE_DUNNING + _OPEN_ITEM_DUNNING if self.dunning else ())
