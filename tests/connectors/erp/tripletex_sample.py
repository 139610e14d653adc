"""A small company in Tripletex, record by record, in the shapes of the vendor's OpenAPI 2.72.00.

Fields and their meaning: schemas ``Invoice``, ``Customer``, ``Posting``, ``CloseGroup`` and
``Reminder`` there, and the vendor's FAQ on payments. All values are invented.
"""

NOK, EUR = {"id": 1, "code": "NOK"}, {"id": 5, "code": "EUR"}
SOURCE = "openapi 2.72.00: ListResponseInvoice, ListResponsePosting, ListResponseCloseGroup"


def customer(number, name, **more):
    """A customer; ``more`` replaces what is usual."""
    address = {
        "addressLine1": "Storgata 1",
        "addressLine2": "",
        "postalCode": "0155",
        "city": "Oslo",
        "country": {"id": 161, "isoAlpha2Code": "NO"},
    }
    return {
        "id": number, "version": 3, "name": name, "organizationNumber": "", "customerNumber":
        10000 + number, "isPrivateIndividual": False, "isFactoring": False, "language": "NO",
        "email": "", "invoiceEmail": "", "overdueNoticeEmail": "", "phoneNumber": "",
        "phoneNumberMobile": "", "postalAddress": address, "physicalAddress": None,
        "category1": None, "category2": None, "category3": None,
        "isAutomaticSoftReminderEnabled": False, "isAutomaticReminderEnabled": False,
        "isAutomaticNoticeOfDebtCollectionEnabled": False, "changed": "2026-01-01T00:00:00",
        **more,
    }  # fmt: skip


def invoice(number, of, amount, left, **more):
    """An invoice whose voucher is its number + 5000; ``more`` replaces what is usual."""
    return {
        "id": number, "version": 1, "invoiceNumber": number + 8000, "invoiceDate": "2026-09-01",
        "invoiceDueDate": "2026-09-15", "customer": of, "kid": "", "amount": amount,
        "amountCurrency": amount, "amountOutstanding": left, "amountCurrencyOutstanding": left,
        "amountOutstandingTotal": left, "currency": NOK, "isCreditNote": False,
        "isCredited": False, "creditedInvoice": 0, "isCharged": True,
        "voucher": {"id": number + 5000}, "postings": [], "reminders": [], **more,
    }  # fmt: skip


def posting(number, invoice_row, amount, on, **more):
    """A posting of an invoice on the receivable account."""
    kind = "OUTGOING_INVOICE_CUSTOMER_POSTING" if amount > 0 else "INCOMING_PAYMENT_OPPOSITE"
    return {
        "id": number, "version": 0, "date": on, "amount": amount, "amountCurrency": amount,
        "currency": invoice_row["currency"], "type": kind, "customer": invoice_row["customer"],
        "invoiceNumber": str(invoice_row["invoiceNumber"]), "closeGroup": None,
        "voucher": invoice_row["voucher"] if amount > 0 else {"id": number + 90000},
        "account": {"id": 9, "number": 1500}, **more,
    }  # fmt: skip


def group(number, on, *postings):
    """A close group; its postings point to it."""
    for one in postings:
        one["closeGroup"] = {"id": number}
    return {"id": number, "version": 0, "date": on, "postings": list(postings)}


def reminder(number, kind, on, **more):
    """A reminder of Tripletex's own."""
    return {
        "id": number, "version": 0, "reminderDate": on, "charge": 0.0, "chargeCurrency": 0.0,
        "totalCharge": 0.0, "interests": 0.0, "interestRate": 12.5, "termOfPayment": None,
        "currency": NOK, "type": kind, **more,
    }  # fmt: skip


def company():
    """All records of the company, by the lists in which they stand."""
    fjord = customer(
        55, "Fjord Handel AS", organizationNumber="999 888 777", language="EN",
        overdueNoticeEmail="purring@fjord.example", invoiceEmail="a@fjord.example;b@fjord.example",
        email="a@fjord.example", phoneNumber="+47 22 00 00 00",
    )  # fmt: skip
    # What a private individual's number field holds may be a national id.
    kari = customer(
        56, "Kari Prøve", isPrivateIndividual=True, organizationNumber="01017012345",
        email="kari@prove.example", phoneNumberMobile="+47 900 00 000",
    )  # fmt: skip
    sold = customer(57, "Solgt Fordring AB", isFactoring=True, postalAddress={
        "addressLine1": "Gatan 2", "addressLine2": "", "postalCode": "111 22",
        "city": "Stockholm", "country": {"id": 199, "isoAlpha2Code": "SE"}})  # fmt: skip
    partly = invoice(
        2147, fjord, 1250.0, 250.0, kid="1004 50000 0017", amountOutstandingTotal=320.0, version=4,
        reminders=[reminder(301, "REMINDER", "2026-09-30", charge=70.0, chargeCurrency=70.0,
                            interests=3.1, termOfPayment="2026-10-14")],
    )  # fmt: skip
    handed = invoice(2148, kari, 500.0, 500.0, reminders=[
        reminder(302, "SOFT_REMINDER", "2026-09-18", termOfPayment="2026-09-25"),
        reminder(303, "NOTICE_OF_DEBT_COLLECTION", "2026-09-28", chargeCurrency=35.0,
                 termOfPayment="2026-10-12"),
        reminder(304, "DEBT_COLLECTION", "2026-10-03"),
    ])  # fmt: skip
    foreign = invoice(2149, fjord, 11500.0, 0.0, amountCurrency=1000.0, currency=EUR)
    credited = invoice(2150, fjord, 800.0, 0.0, isCredited=True)
    note = invoice(2151, fjord, -800.0, 0.0, isCreditNote=True, creditedInvoice=2150)
    nothing = invoice(2152, fjord, 0.0, 0.0)
    undated = invoice(2153, fjord, 90.0, 90.0, invoiceDueDate=None)
    factored = invoice(2154, sold, 75.5, 75.5)
    less = invoice(2155, fjord, -100.0, -100.0)
    over = invoice(2156, kari, 300.0, -50.0)
    rows = [partly, handed, foreign, credited, note, nothing, undated, factored, less, over]
    own = [
        posting(one["id"] * 10, one, one["amountCurrency"], "2026-09-01",
                type="OUTGOING_INVOICE_CUSTOMER_POSTING", voucher=one["voucher"])
        for one in rows
    ]  # fmt: skip
    paid = [
        posting(21471, partly, -1000.0, "2026-10-05"),
        posting(21491, foreign, -1000.0, "2026-10-02"),
        posting(21501, credited, -800.0, "2026-10-01", type=None, voucher=note["voucher"]),
        posting(21561, over, -350.0, "2026-10-04"),
    ]
    groups = [
        group(881, "2026-10-02", own[2], paid[1]),
        group(882, "2026-10-01", own[3], own[4]),
    ]
    paid[2]["closeGroup"] = {"id": 882}
    unplaced = posting(30001, partly, -60.0, "2026-10-05", invoiceNumber="")
    postings = [*own, *paid, unplaced]
    for one in rows:
        numbers = {str(one["invoiceNumber"])}
        one["postings"] = [each for each in postings if each["invoiceNumber"] in numbers]
    return {
        "customers": [fjord, kari, sold], "invoices": rows, "postings": postings,
        "groups": groups, "reminders": [each for one in rows for each in one["reminders"]],
    }  # fmt: skip
