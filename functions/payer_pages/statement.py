"""The statement: every claim of a case with its payments, interest and fees, on paper (PDF)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from functions.pages.words import Words
from functions.payer_access import Opened
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.formats import amount_text, date_text
from shared.domain.layout import Amounts, Block, Group, Heading, Lines, Paragraph, Row
from shared.domain.letter_pdf import letter_pdf
from shared.domain.money import Money
from shared.domain.money import total as total_of
from shared.domain.payer_claims import PayerClaim
from shared.domain.payer_view import PayerView

# Money of the debtor that lowered a claim.
_PAYMENTS = frozenset({"payment", "partner", "unexplained"})


def statement(view: PayerView, opened: Opened, t: Words) -> bytes:
    """The statement of a view as a tagged PDF in the language of the words."""
    blocks = tuple(_blocks(view, opened.run.case, opened.run.creditor, t))
    title = t("statement_title", day=date_text(view.today, t.language))
    # Whoever has the link and the second fact learns no address from it.
    with suppress(ValueError):
        name = (opened.party.name,)
        return letter_pdf(blocks, language=t.language, title=title, address=name)
    # A name that is too long for an envelope's window, or has a character without a glyph.
    return letter_pdf(blocks, language=t.language, title=title, address=(view.today.isoformat(),))


def _blocks(view: PayerView, case: Case, creditor: Creditor, t: Words) -> Iterator[Block]:
    day = date_text(view.today, t.language)
    place = f"{creditor.address.postal_code} {creditor.address.city}".strip()
    yield Lines((creditor.name, *creditor.address.lines, place))
    yield Lines(("",))
    yield Lines((t("statement_date", day=day),))
    yield Heading(t("statement_title", day=day), level=1)
    yield Paragraph(t("statement_note"))
    groups = tuple(_group(one, case, t) for one in view.claims)
    owed = [one.total for one in view.claims if one.partner is None]
    total = total_of(owed, view.currency)
    rows = (Row(t("statement_total"), _money(total, t), strong=True),)
    yield Amounts((t("breakdown"), t("amount")), groups, rows)
    yield Paragraph(t("sums_note"))
    ways = [one for one in (creditor.name, creditor.email, creditor.phone) if one]
    yield Lines((" · ".join(ways),))


def _group(claim: PayerClaim, case: Case, t: Words) -> Group:
    dates = t(
        "invoice_dates", issued=date_text(claim.issued, t.language),
        due=date_text(claim.due, t.language),
    )  # fmt: skip
    note = f"{dates}. {t(f'is_{claim.standing}')}"
    rows = (*_principal(claim, case, t), *_costs(claim, t))
    total = Row(t("total"), _money(claim.total, t), strong=True)
    return Group(t("invoice", number=claim.number), note, (*rows, total))


def _principal(claim: PayerClaim, case: Case, t: Words) -> Iterator[Row]:
    """The invoice and what lowered it, payment by payment."""
    yield Row(t("invoiced"), _money(claim.invoiced, t))
    told = Money.zero(claim.paid.currency)
    for one in case.claims[claim.id].movements:
        if one.kind in _PAYMENTS and one.lowered:
            told += one.lowered
            day = date_text(one.on, t.language)
            yield Row(t("statement_paid_on", day=day), _money(-one.lowered, t))
    if claim.paid != told:
        yield Row(t("paid"), _money(told - claim.paid, t))
    for key, amount in (("credited", claim.credited), ("let_go", claim.let_go),
                        ("left_alone", claim.contested)):  # fmt: skip
        if amount:
            yield Row(t(key), _money(-amount, t))


def _costs(claim: PayerClaim, t: Words) -> Iterator[Row]:
    """Interest rate by rate, fees notice by notice, and what of them is settled."""
    for accrual in claim.accruals:
        words = t(
            "accrual", first=date_text(accrual.first, t.language),
            last=date_text(accrual.last, t.language), days=accrual.days,
            rate=accrual.rate.replace(".", "." if t.language == "en" else ","),
            principal=_money(accrual.principal, t), amount=_money(accrual.amount, t),
        )  # fmt: skip
        yield Row(f"{t('interest')}: {words}", _money(accrual.amount, t))
    for charge in claim.charges:
        day = date_text(charge.on, t.language)
        words = t("charge", day=day, amount=_money(charge.amount, t))
        yield Row(f"{words} {charge.section}".strip(), _money(charge.amount, t))
    if claim.compensation:
        label = f"{t('compensation')} {claim.compensation_section}".strip()
        yield Row(label, _money(claim.compensation, t))
    if claim.extras_paid:
        words = t("extras_paid", amount=_money(claim.extras_paid, t))
        yield Row(words, _money(-claim.extras_paid, t))


def _money(amount: Money, t: Words) -> str:
    return amount_text(amount, t.language)
