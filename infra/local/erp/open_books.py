"""Opens a creditor's books in a new Tryton database; runs inside Tryton's own environment.

Usage: ``python open_books.py <config file> <database> <first year> <last year>``. It knows what an
ERP administrator sets up once: company, chart of accounts, fiscal years, payment term, payment
method, dunning procedures with a fee, an accountant, and a reader and a writer with least rights
whose application keys the hub uses. It holds no password: the launcher sets those on each start.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from proteus import Model, config  # type: ignore[import-not-found]
from trytond.modules.account.tests.tools import (  # type: ignore[import-not-found]
    create_chart,
    create_fiscalyear,
    get_accounts,
)
from trytond.modules.company.tests.tools import (  # type: ignore[import-not-found]
    create_company,
    get_company,
)

COMPANY = "Esimerkki Oy"
# Valid by its check digit, which Tryton verifies (python-stdnum fi.ytunnus).
COMPANY_BUSINESS_ID = "2077474-0"
COUNTRIES = {
    "FI": "Finland", "SE": "Sweden", "NO": "Norway", "DK": "Denmark", "EE": "Estonia",
    "DE": "Germany", "NL": "Netherlands", "US": "United States",
}  # fmt: skip
# What the hub's reader may see. Every other model is closed to it: Tryton leaves a model without
# an access record open to every user, so a closed one needs a record that says so.
READABLE = (
    "account.account", "account.account.type", "account.dunning", "account.dunning.level",
    "account.dunning.procedure", "account.invoice", "account.invoice.line",
    "account.invoice-account.move.line", "account.journal", "account.move", "account.move.line",
    "account.move.reconciliation", "company.company", "country.country", "country.subdivision",
    "currency.currency", "ir.lang", "party.address", "party.category", "party.contact_mechanism",
    "party.identifier", "party.party", "party.party-party.category",
    "party.party.dunning_procedure", "party.party.lang",
)  # fmt: skip
# What the hub's writer may see and do beside that. A note on an invoice needs the right to write
# the invoice (trytond ir/resource.py); a posted one is closed to changes by Tryton itself.
WRITER_READS = (*READABLE, "account.fiscalyear", "account.period", "ir.note")
CREATABLE = ("account.move", "account.move.line", "ir.note")
WRITABLE = ("account.invoice",)


def main(config_file: str, database: str, first: int, last: int) -> None:
    """Set up the whole creditor; raises what Tryton raises."""
    config.set_trytond(f"sqlite:///{database}", config_file=config_file)
    company_with_chart()
    open_fiscal_years(first, last)
    create_countries()
    create_categories()
    create_swedish()
    create_payment_ways()
    print_plain_invoices()
    create_dunning()
    create_users()


def company_with_chart() -> None:
    """Create the creditor with its currency, address, business id and chart of accounts."""
    currency = Model.get("currency.currency")(
        name="Euro", symbol="€", code="EUR", numeric_code="978", rounding=Decimal("0.01")
    )
    currency.save()
    rate = Model.get("currency.currency.rate")(
        date=date(2000, 1, 1), rate=Decimal(1), currency=currency
    )
    rate.save()
    party = Model.get("party.party")(name=COMPANY)
    identifier = party.identifiers.new()
    identifier.type, identifier.code = "fi_ytunnus", COMPANY_BUSINESS_ID
    party.save()
    create_company(party=party, currency=currency)
    company = get_company()
    # Without this Tryton refuses to cancel a posted customer invoice: it must be credited.
    company.cancel_invoice_out = True
    company.save()
    create_chart(company)


def open_fiscal_years(first: int, last: int) -> None:
    """Open one fiscal year per calendar year; numbers are ``<year>00001`` and ``C<year>00001``."""
    types = Model.get("ir.sequence.type")
    strict = Model.get("ir.sequence.strict")
    (invoice_type,) = types.find([("name", "=", "Invoice")], limit=1)
    company = get_company()
    for year in range(first, last + 1):
        fiscal = create_fiscalyear(company, (date(year, 1, 1), date(year, 12, 31)))
        fiscal.start_date, fiscal.end_date = date(year, 1, 1), date(year, 12, 31)
        invoices, credit_notes = (
            strict(name=name, prefix=name, padding=5, sequence_type=invoice_type, company=company)
            for name in (str(year), f"C{year}")
        )
        for sequence in (invoices, credit_notes):
            sequence.save()
        (row,) = fiscal.invoice_sequences
        row.out_invoice_sequence = row.in_invoice_sequence = invoices
        row.out_credit_note_sequence = row.in_credit_note_sequence = credit_notes
        fiscal.save()
        fiscal.click("create_period")


def create_countries() -> None:
    """Create the countries that addresses may name (Tryton starts with none)."""
    country = Model.get("country.country")
    for code, name in COUNTRIES.items():
        country(name=name, code=code).save()


def create_categories() -> None:
    """Create the two party categories that tell consumers from businesses.

    A Tryton party has no such field of its own; installations tell them by category.
    """
    for name in ("Consumer", "Business"):
        Model.get("party.category")(name=name).save()


def create_swedish() -> None:
    """Create the language that Tryton does not ship, so that customers can have it."""
    Model.get("ir.lang")(
        name="Swedish", code="sv", date="%Y-%m-%d", decimal_point=",", thousands_sep=" ",
        grouping="[3, 3, 0]", mon_decimal_point=",", mon_thousands_sep=" ",
        mon_grouping="[3, 3, 0]",
    ).save()  # fmt: skip


def create_payment_ways() -> None:
    """Create the payment term, the payment method and the bank statements' journal.

    The one term is "remainder at once", counted from the invoice's payment term date, so that any
    due date can be set on an invoice without a term of its own.
    """
    term = Model.get("account.invoice.payment_term")(name="On the due date")
    term.lines.new(type="remainder")
    term.save()
    cash = get_accounts(get_company())["cash"]
    (journal,) = Model.get("account.journal").find([("code", "=", "CASH")])
    Model.get("account.invoice.payment.method")(
        name="Bank", journal=journal, debit_account=cash, credit_account=cash
    ).save()
    (statements,) = Model.get("account.journal").find([("type", "=", "statement")])
    company = get_company()
    Model.get("account.statement.journal")(
        name="Bank", journal=statements, currency=company.currency, company=company,
        validation="number_of_lines", account=cash,
    ).save()  # fmt: skip


def print_plain_invoices() -> None:
    """Let Tryton print invoices as one line of text.

    It prints each invoice when it is posted. Its own OpenDocument layout costs about 0.1 s of CPU,
    more than all bookkeeping of that invoice; nobody reads the print here.
    """
    (report,) = Model.get("ir.action.report").find([("report_name", "=", "account.invoice")])
    report.template_extension, report.extension = "txt", "txt"
    report.report_content_custom = b"${record.number} ${record.total_amount}\n"
    report.save()


def create_dunning() -> None:
    """Create Tryton's own procedures: the usual one with a fee, and one without any level.

    A party whose procedure has no level is never dunned by Tryton: that is the ERP's way to say
    "do not dun this customer". For one invoice it is ``account.dunning.blocked``.
    """
    accounts = get_accounts(get_company())
    (revenue_journal,) = Model.get("account.journal").find([("code", "=", "REV")])
    fee = Model.get("account.dunning.fee")(
        name="Reminder fee", product=fee_product(accounts["revenue"]), journal=revenue_journal,
        compute_method="list_price",
    )  # fmt: skip
    fee.save()
    procedures = Model.get("account.dunning.procedure")
    usual = procedures(name="Usual")
    for days, level_fee in ((5, None), (20, fee), (40, None)):
        level = usual.levels.new()
        level.overdue, level.fee = timedelta(days), level_fee
    usual.save()
    procedures(name="Do not dun").save()
    configuration = Model.get("account.configuration")(1)
    configuration.default_dunning_procedure = usual
    configuration.save()


def fee_product(revenue: Any) -> Any:
    """Create the service that carries the reminder fee; answers its product record."""
    category = Model.get("product.category")(
        name="Services", accounting=True, account_revenue=revenue
    )
    category.save()
    (unit,) = Model.get("product.uom").find([("name", "=", "Unit")])
    template = Model.get("product.template")(
        name="Reminder fee", type="service", default_uom=unit, list_price=Decimal(5),
        account_category=category,
    )  # fmt: skip
    template.save()
    return template.products[0]


def create_users() -> None:
    """Create the accountant and the hub's reader and writer, all still without a password."""
    users, groups = Model.get("res.user"), Model.get("res.group")
    accountant = users(name="Accountant", login="accountant")
    names = ["Accounting", "Party Administration", "Dunning", "Statement"]
    for group in groups.find([("name", "in", names)]):
        accountant.groups.append(group)
    # A click on "yes, though it is due in the past" is a record; bulk loading writes many at once.
    (accounting,) = groups.find([("name", "=", "Accounting")])
    Model.get("ir.model.access")(
        model="res.user.warning", group=accounting, perm_read=True, perm_create=True
    ).save()
    reader = users(name="Hub reader", login="hub-reader")
    reader.groups.append(hub_group("Hub reader", READABLE))
    writer = users(name="Hub writer", login="hub-writer")
    writer.groups.append(hub_group("Hub writer", WRITER_READS, CREATABLE, WRITABLE))
    for user in (accountant, reader, writer):
        user.companies.append(get_company())
        user.company = user.companies[0]
        user.save()


def hub_group(
    name: str, readable: tuple[str, ...], creatable: tuple[str, ...] = (),
    writable: tuple[str, ...] = (),
) -> Any:  # fmt: skip
    """Create a group that may do to each model what is listed here and nothing else."""
    group = Model.get("res.group")(name=name)
    group.save()
    access = Model.get("ir.model.access")
    rows = [
        {
            "model": model.name, "group": group.id, "perm_read": model.name in readable,
            "perm_create": model.name in creatable, "perm_write": model.name in writable,
        }
        for model in Model.get("ir.model").find([])
    ]  # fmt: skip
    access._proxy.create(rows, config.get_config().context)
    return group


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
