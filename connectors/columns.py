"""The saved column mapping of an open-items statement: which header holds which field."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from connectors.cells import DateFormat, DecimalMark
from connectors.sheet_door import Delimiter, Encoding
from shared.domain.model import Capacity, ClaimClass


class Columns(BaseModel):
    """The header text, in the creditor's file, of each of our fields; absent = not in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invoice_number: str = Field(description="Invoice number, unique in the file.")
    customer_number: str = Field(description="The customer's number in the books.")
    customer_name: str = Field(description="The customer's full name.")
    issued: str = Field(description="Invoice date.")
    due: str = Field(description="Due date.")
    total: str = Field(description="Invoice total with VAT; negative for a credit note.")
    open: str = Field(description="What is unpaid today, without fees and interest.")
    currency: str | None = Field(None, description="Currency code (ISO 4217) of the row.")
    sent: str | None = Field(None, description="Day on which the invoice was sent.")
    reference: str | None = Field(None, description="Payment reference printed on the invoice.")
    description: str | None = Field(None, description="What was sold, in a few words.")
    state: str | None = Field(None, description="The books' own status word, kept for people.")
    capacity: str | None = Field(
        None, description="Who owes: consumer, business, public or unknown."
    )
    kind: str | None = Field(
        None, description="The customer: person, company, public, estate or unknown."
    )
    business_id: str | None = Field(None, description="A company's public registration number.")
    language: str | None = Field(None, description="Two-letter language code of the customer.")
    email: str | None = Field(None, description="E-mail addresses, apart by comma or semicolon.")
    phone: str | None = Field(None, description="One phone number.")
    address: str | None = Field(None, description="Street address, one line.")
    postal_code: str | None = Field(None, description="Postal code.")
    city: str | None = Field(None, description="City.")
    country: str | None = Field(None, description="Two-letter country code of the customer.")
    do_not_dun: str | None = Field(
        None, description="Any text other than 0 or FALSE keeps the invoice from being dunned."
    )
    fee_agreed: str | None = Field(
        None, description="Day on which a reminder fee was agreed with the customer."
    )
    agreed_rate: str | None = Field(
        None, description="Agreed late interest in per cent a year, as 8.5 or 8,5."
    )
    delivered_from: str | None = Field(
        None, description="First day of the delivery; the only one where no last day is given."
    )
    delivered_to: str | None = Field(None, description="Last day of the delivery.")
    vat_rate: str | None = Field(None, description="VAT in per cent, as 25.5 or 25,5; one a row.")
    vat_amount: str | None = Field(None, description="The VAT that is part of the total.")
    original_creditor: str | None = Field(
        None, description="Who was owed before the invoice was assigned to the creditor."
    )
    payment_date: str | None = Field(None, description="Day of the latest payment.")
    payment_amount: str | None = Field(None, description="Amount of the latest payment.")


class StatementMapping(BaseModel):
    """How the creditor's files are to be read. What is not declared here is never guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: Columns = Field(description="Our field -> the header text in the file.")
    date_format: DateFormat | None = Field(
        None, description="Order of day, month and year; without it ambiguous dates are refused."
    )
    decimal_mark: DecimalMark | None = Field(
        None, description="Decimal point or comma; without it ambiguous amounts are refused."
    )
    currency: str | None = Field(
        None, description="Currency (ISO 4217) of rows without one; without it they are refused."
    )
    country: str = Field(
        pattern=r"^[A-Z]{2}$", description="Country (two letters) of customers without one."
    )
    encoding: Encoding = Field("utf-8", description="Character encoding of CSV files.")
    delimiter: Delimiter = Field(";", description="What stands between two cells of a CSV file.")
    sheet: str | None = Field(
        None, description="Name of the sheet of XLSX files; needed when there are several."
    )
    capacity: Capacity = Field(
        "unknown", description="Who owes, where the file does not say; unknown is protected most."
    )
    claim_class: ClaimClass = Field("other", description="What the invoices are for, by law.")
