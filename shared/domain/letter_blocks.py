"""The order of a reminder: which sentence, table and detail follows which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.domain.formats import amount_text, date_text
from shared.domain.layout import (
    Amounts,
    Block,
    Code,
    Details,
    Group,
    Heading,
    Lines,
    Link,
    Paragraph,
    Row,
)
from shared.domain.letter_input import LetterInput, LetterItem
from shared.domain.letter_instalment import about, outlook, words
from shared.domain.money import Money
from shared.domain.payment_slip import Slip, account_fields, slip
from shared.domain.wording import Wording, one_line


def subject(letter: LetterInput, wording: Wording) -> str:
    """The subject line: the creditor, and the invoice where there is just one."""
    return _Writer(letter, wording).subject()


def sms(letter: LetterInput, wording: Wording) -> str:
    """The short message: who writes, about which invoice, and one way to answer; no amount."""
    return _Writer(letter, wording).sms()


def letter_blocks(letter: LetterInput, wording: Wording) -> tuple[Block, ...]:
    """The whole letter. It starts with names and places: a mail program previews those lines."""
    return tuple(_Writer(letter, wording).blocks())


@dataclass(frozen=True, slots=True)
class _Writer:
    letter: LetterInput
    wording: Wording

    def subject(self) -> str:
        items = self.letter.due_items
        key = "subject_one" if len(items) == 1 else "subject_many"
        return self._say(
            key, creditor_name=self.letter.creditor.name, invoice_number=items[0].number
        )

    def sms(self) -> str:
        items, creditor = self.letter.due_items, self.letter.creditor
        return self._say(
            "sms_one" if len(items) == 1 else "sms_many",
            creditor_name=creditor.name,
            invoice_number=items[0].number,
            contact=creditor.phone or creditor.email,
        )

    def blocks(self) -> Iterator[Block]:
        yield from self._letterhead()
        yield Heading(self._say("heading"), level=1)
        yield Paragraph(self._say("greeting"))
        many = len(self.letter.due_items) > 1
        yield Paragraph(self._dated("opening_many" if many else "opening_one"))
        yield from about(self.letter, self._say)
        yield self._amounts()
        if note := self._interest_note():
            yield Paragraph(note)
        if any(one.disputed for one in self.letter.due_items):
            yield Paragraph(self._say("disputed_rests"))
        yield from self._payment()
        yield from self._not_due()
        yield Paragraph(self._say("paid"))
        yield from outlook(self.letter, self._say)
        if self.letter.next_step != "none":
            yield Paragraph(self._dated(f"next_{self.letter.next_step}"))
        if self.letter.next_step_for:
            each = (self._say("item", invoice_number=one) for one in self.letter.next_step_for)
            yield Paragraph(self._say("next_only", invoices=", ".join(each)))
        if self.letter.charges_alone:
            yield Paragraph(self._say("nothing_follows"))
        if self.letter.next_step == "hand_over" and any(one.disputed for one in self.letter.items):
            yield Paragraph(self._say("disputed_stays"))
        yield from self._help()
        yield Lines((self._say("closing"), one_line(self.letter.creditor.name)))

    def _help(self) -> Iterator[Block]:
        """What a debtor can do who cannot or will not pay, and how to reach the creditor."""
        yield Heading(self._say("help_heading"))
        yield Paragraph(self._dated("difficulty"))
        yield Paragraph(self._dated("dispute"))
        if self.letter.acts_are_free:
            yield Paragraph(self._say("acts_are_free"))
        if self.letter.page:
            yield Link(self._say("online"), self.letter.page)
            yield Code("qr", self.letter.page, self._say("online_code"))
        yield Paragraph(self._say("contact", contact=self._contact()))

    def _letterhead(self) -> Iterator[Block]:
        creditor, debtor = self.letter.creditor, self.letter.debtor
        sender = [creditor.name, *creditor.lines]
        if creditor.business_id:
            sender.append(f"{self._say('business_id')} {creditor.business_id}")
        yield Lines(tuple(map(one_line, sender)))
        yield Lines(tuple(map(one_line, (debtor.name, *debtor.lines))))
        facts = [f"{self._say('date')} {self._day(self.letter.today)}"]
        if debtor.customer_number:
            facts.append(f"{self._say('customer_number')} {debtor.customer_number}")
        yield Lines(tuple(map(one_line, facts)))

    def _amounts(self) -> Amounts:
        items = self.letter.due_items
        totals, rows = self.letter.totals, []
        if len(items) > 1:
            rows = [
                Row(self._say(key), self._money(amount))
                for key, amount in (
                    ("all_principal", totals.principal),
                    ("all_interest", totals.interest),
                    ("all_fees", totals.fees),
                    ("all_compensation", totals.compensation),
                )
                if amount
            ]
        rows.append(Row(self._say("total"), self._money(totals.due), strong=True))
        head = (self._say("breakdown"), self._say("amount"))
        return Amounts(head, tuple(self._group(item) for item in items), tuple(rows))

    def _group(self, item: LetterItem) -> Group:
        dates = self._say("item_dates", issued=self._day(item.issued), due=self._day(item.due))
        late = "late_one" if item.days_late == 1 else "late_many"
        days = f", {self._say(late, days_late=str(item.days_late))}" if item.days_late else ""
        title = self._say("item", invoice_number=item.number)
        return Group(title, dates + days, tuple(self._item_rows(item)))

    def _item_rows(self, item: LetterItem) -> Iterator[Row]:
        if item.total != item.open:
            yield Row(self._say("row_total"), self._money(item.total))
            yield from self._left_out(item)
        yield Row(self._say("row_open"), self._money(item.open))
        if item.interest:
            yield Row(self._interest(item), self._money(item.interest))
        if item.fees_before:
            yield Row(self._fees_before(item), self._money(item.fees_before))
        if item.fee_now:
            yield Row(self._say("row_fee_now"), self._money(item.fee_now))
        if item.compensation:
            label = self._say("row_compensation", section=self.letter.compensation_section)
            yield Row(label, self._money(item.compensation))
        if len(self.letter.due_items) > 1 and item.payable() != item.open:
            yield Row(self._say("row_item_total"), self._money(item.payable()))

    def _interest(self, item: LetterItem) -> str:
        until = self.letter.interest_until
        if self.letter.charges_alone:
            until = item.interest_to
        first = self._day(item.interest_from or item.due)
        return self._say("row_interest", interest_from=first, interest_until=self._day(until))

    def _fees_before(self, item: LetterItem) -> str:
        days = ", ".join(self._day(day) for day in item.charged_on)
        return self._say("row_fees_before", charged_on=days)

    def _left_out(self, item: LetterItem) -> Iterator[Row]:
        """What of the invoice is not asked for: paid or credited, or contested by the debtor."""
        nothing = Money.zero(item.open.currency)
        settled = item.open - item.total
        settled += (item.disputed or nothing) + (item.later or nothing)
        if settled:
            yield Row(self._say("row_settled"), self._money(settled))
        if item.disputed:
            yield Row(self._say("row_disputed"), self._money(-item.disputed))
        if item.later:
            yield Row(self._say("row_later"), self._money(-item.later))

    def _interest_note(self) -> str:
        if not self.letter.interest_open:
            return ""
        if self.letter.interest_until is None:
            return self._say("interest_open")
        return self._say(
            "interest_open_after", interest_until=self._day(self.letter.interest_until)
        )

    def _payment(self) -> Iterator[Block]:
        items = self.letter.due_items
        rows = [Row(self._say("payee"), one_line(self.letter.creditor.name))]
        rows += [
            Row(self._say(name), one_line(value))
            for name, value in account_fields(self.letter.account)
        ]
        deadline = Row(self._say("pay_by"), self._day(self.letter.deadline), strong=True)
        yield Heading(self._say("payment_details"))
        if self.letter.reference or len(items) == 1:
            amount = self.letter.totals.due
            total = Row(self._say("total"), self._money(amount), strong=True)
            made = self._slip(items, self.letter.reference or items[0].reference, amount)
            yield Details((*rows, total, deadline, *self._slip_rows(made)))
            yield from self._codes(made)
            return
        yield Details((*rows, *(() if self.letter.due_soon else (deadline,))))
        yield Paragraph(self._say("own_references"))
        for item in items:
            amount = item.payable()
            label = self._say("item", invoice_number=item.number)
            title = Row(label, self._money(amount), strong=True)
            own = (Row(self._say("pay_by"), self._day(item.pay_by)),) if item.pay_by else ()
            made = self._slip((item,), item.reference, amount)
            yield Details((title, *own, *self._slip_rows(made)))
            yield from self._codes(made)

    def _slip(self, items: tuple[LetterItem, ...], reference: str | None, amount: Money) -> Slip:
        numbers = ", ".join(item.number for item in items)
        return slip(
            self.letter.account,
            reference,
            payee=one_line(self.letter.creditor.name),
            amount=amount,
            pay_by=(items[0].pay_by if len(items) == 1 else None) or self.letter.deadline,
            message=self._say("payment_message", invoice_number=numbers),
        )

    def _slip_rows(self, made: Slip) -> Iterator[Row]:
        for name, value in made.fields:
            yield Row(self._say(name), one_line(value))

    def _codes(self, made: Slip) -> Iterator[Block]:
        if made.bar_code:
            yield Code("code128", made.bar_code, self._say("bar_code"))
        if made.qr:
            yield Code("qr", made.qr, self._say("qr_code"))

    def _not_due(self) -> Iterator[Block]:
        items = self.letter.not_due_items
        if not items:
            return
        yield Heading(self._say("not_due_heading"))
        yield Paragraph(self._say("not_due_note"))
        rows = tuple(
            Row(
                self._say("not_due_item", invoice_number=item.number, due=self._day(item.due)),
                self._money(item.open),
            )
            for item in items
        )
        yield Amounts((self._say("breakdown"), self._say("amount")), rows=rows)

    def _contact(self) -> str:
        creditor = self.letter.creditor
        ways = [way for way in (creditor.email, creditor.phone) if way]
        return f" {self._say('or')} ".join(ways)

    def _dated(self, key: str) -> str:
        deadline, then = self._day(self.letter.deadline), self._day(self.letter.next_step_on)
        return self._say(key, deadline=deadline, next_step_on=then, **words(self.letter))

    def _say(self, key: str, **values: str) -> str:
        return self.wording.say(key, formal=self.letter.capacity != "consumer", **values)

    def _day(self, day: date | None) -> str:
        country = self.letter.creditor.country
        return date_text(day, self.letter.language, country) if day else ""

    def _money(self, amount: Money) -> str:
        return amount_text(amount, self.letter.language)
