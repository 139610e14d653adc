"""Letters: what they must say, what they may never say, and how they look."""

from __future__ import annotations

import os
import re
from datetime import date
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest

from shared.domain import law as legal
from shared.domain.explain import content_hash
from shared.domain.formats import LANGUAGES
from shared.domain.giro import Giro
from shared.domain.interest import accrue
from shared.domain.law_facts import ClaimFacts
from shared.domain.layout import Code, Paragraph
from shared.domain.letter import compose, contradictions, missing, render
from shared.domain.letter_input import (
    LetterAccount,
    LetterCreditor,
    LetterDebtor,
    LetterInput,
    LetterItem,
    LetterPlan,
    LetterTotals,
)
from shared.domain.money import Money, total
from shared.domain.own_texts import OwnTexts, name_of

GOLDEN = Path(__file__).parent.parent / "golden" / "letters"
EVERY = list(product(LANGUAGES, ("friendly", "neutral", "firm")))
CREDITOR = LetterCreditor(
    name="Kuikka Oy",
    business_id="1234567-1",
    lines=("Satamakatu 4", "00160 Helsinki"),
    email="laskutus@kuikka.example",
    phone="09 123 4567",
)
PERSON = LetterDebtor(name="Maija Meikäläinen", customer_number="5001")
COMPANY = LetterDebtor(name="Rantasipi Rakennus Oy", lines=("Telakkatie 9", "20100 Turku"))


def euro(text):
    return Money.of(text, "EUR")


def item(number="10023", **changes):
    facts = {
        "number": number,
        "issued": date(2026, 10, 1),
        "due": date(2026, 10, 15),
        "total": euro("1250.00"),
        "open": euro("1250.00"),
        "interest": euro("0.00"),
        "fee_now": euro("0.00"),
        "fees_before": euro("0.00"),
        "days_late": 22,
        "reference": "868516259619897",
    }
    return LetterItem.model_validate({**facts, **changes})


NOT_DUE = item(
    "10031",
    total=euro("99.00"),
    open=euro("99.00"),
    due=date(2026, 11, 30),
    days_late=0,
    not_due=True,
)


def letter(*items, **changes):
    items = items or (item(),)
    due = [one for one in items if not one.not_due]
    currency = items[0].open.currency
    principal = total([one.open for one in due], currency)
    interest = total([one.interest for one in due], currency)
    fees = total([one.fee_now + one.fees_before for one in due], currency)
    facts = {
        "language": "en",
        "tone": "friendly",
        "capacity": "consumer",
        "law": "FI",
        "creditor": CREDITOR,
        "debtor": PERSON,
        "items": items,
        "totals": LetterTotals(
            principal=principal, interest=interest, fees=fees, due=principal + interest + fees
        ),
        "interest_until": date(2026, 11, 6),
        "today": date(2026, 11, 6),
        "deadline": date(2026, 11, 23),
        "account": LetterAccount(iban="FI7944052020036082", bic="OKOYFIHH"),
        "next_step": "reminder",
        "next_step_on": date(2026, 11, 24),
    }
    return LetterInput.model_validate({**facts, **changes})


# In July the rate of its second half is not known yet: interest reaches to the end of June.
IN_JUNE = {"issued": date(2026, 6, 3), "due": date(2026, 6, 17)}
RATE_UNKNOWN = {
    "today": date(2026, 7, 9), "interest_open": True, "interest_until": date(2026, 6, 30),
    "deadline": date(2026, 7, 24), "next_step_on": date(2026, 7, 27),
}  # fmt: skip


def story(language, tone):
    """One telling situation for each tone, the same in every language."""
    if tone == "friendly":
        return letter(item(), language=language, tone=tone, interest_until=None)
    if tone == "neutral":
        part_paid = item(
            open=euro("1000.00"), interest=euro("3.38"), fee_now=euro("5.00"), reference="13013",
            **IN_JUNE,
        )  # fmt: skip
        one_day = item(
            "10040", issued=date(2026, 6, 24), due=date(2026, 7, 8), days_late=1,
            total=euro("80.00"), open=euro("80.00"),
        )  # fmt: skip
        not_due = NOT_DUE.model_copy(update={"due": date(2026, 7, 31)})
        return letter(part_paid, one_day, not_due, language=language, tone=tone, **RATE_UNKNOWN)
    return letter(
        item(interest=euro("7.91"), fees_before=euro("12.00")),
        language=language,
        tone=tone,
        capacity="business",
        debtor=COMPANY,
        next_step="hand_over",
    )


def soon(*items, **changes):
    due = date(2026, 11, 11)
    items = items or (item(due=due, days_late=0, pay_by=due),)
    last = max(one.pay_by for one in items if not one.not_due)
    facts = {"letter": "due_soon", "interest_until": None, "deadline": last}
    return letter(*items, **{**facts, **changes})


def soon_story(language, tone):
    """One invoice for a person; two with days of their own, and a later one, for a business."""
    if tone == "friendly":
        return soon(language=language, tone=tone)
    one, two = date(2026, 11, 9), date(2026, 11, 11)
    first = item(due=date(2026, 11, 7), days_late=0, pay_by=one, reference="13013")
    second = item(
        "10040", total=euro("80.00"), open=euro("80.00"), due=two, days_late=0, pay_by=two
    )
    return soon(
        first, second, NOT_DUE, language=language, tone=tone, capacity="business", debtor=COMPANY
    )


def charges_story(language, tone):
    """A person who paid one invoice late; a business with two, one of them with a fixed sum."""
    said = {"letter": "charges", "next_step": "none", "next_step_on": None, "language": language}
    days = {"interest_from": date(2026, 10, 16), "interest_to": date(2026, 11, 3)}
    none = euro("0.00")
    one = item(
        open=none, days_late=0, interest=euro("6.18"), fees_before=euro("5.00"), **days,
        charged_on=(date(2026, 10, 30),), reference="13013",
    )  # fmt: skip
    if tone != "firm":
        return letter(one, tone=tone, **said)
    one = one.model_copy(update={"interest": euro("6.83")})
    two = item("10040", total=euro("80.00"), open=none, days_late=0, interest=euro("0.44"), **days)
    return letter(one, two, tone=tone, capacity="business", debtor=COMPANY, **said)


def instalment_story(language, tone):
    """A person's instalment, the earlier one short; a part of one; a business's over two claims."""
    plan = LetterPlan(
        number=2, count=4, due=date(2026, 10, 30), days_late=7, amount=euro("250.00"),
        rest=euro("750.50"), on_broken="ask",
    )  # fmt: skip
    said = {
        "letter": "instalment", "next_step": "none", "next_step_on": None, "interest_until": None,
        "language": language, "plan": plan, "deadline": date(2026, 11, 18),
    }  # fmt: skip
    bare = {"days_late": 0, "issued": date(2026, 7, 31), "due": date(2026, 8, 14)}
    if tone == "friendly":
        one = item(open=euro("250.50"), later=euro("500.00"), **bare)
        return letter(one, tone=tone, **said)
    if tone == "neutral":
        said["plan"] = plan.model_copy(update={"rest": euro("650.00")})
        one = item(open=euro("150.00"), later=euro("500.00"), **bare)
        return letter(one, tone=tone, **said)
    more = {"on_broken": "go_on", "rest": euro("750.00"), "others": euro("99.00")}
    said["plan"] = plan.model_copy(update=more)
    one = item(open=euro("100.00"), **bare)
    two = item("10040", open=euro("150.00"), later=euro("401.00"), reference="13013", **bare)
    return letter(one, two, tone=tone, capacity="business", debtor=COMPANY, **said)


# At home: the country's language, money, account, and what its bank agreed to; a reference of each;
# the fee of a reminder, and the interest of thirteen days in June (no Danish rate is known).
HOME = {
    "SE": (
        "sv", "SEK", "1234566", "60.00", "3.56",
        Giro(iban="SE4550000000058398257466", bankgiro="9912346", ocr="check_digit"),
    ),
    "NO": (
        "nb", "NOK", "123456782", "37.50", "4.27", Giro(iban="NO9386011117947", kid=(10,)),
    ),
    "DK": (
        "da", "DKK", "000000000000018", "100.00", "0.00",
        Giro(iban="DK5000400440116243", fik_kind="71", fik_creditor="81234567"),
    ),
}  # fmt: skip


def home_story(country):
    """A consumer's last reminder, the rate not yet known: the invoice contested in part stays."""
    language, currency, reference, fee, interest, giro = HOME[country]

    def money(text):
        return Money.of(text, currency)

    none = money("0.00")
    claim = item(
        total=money("1000.00"), open=money("1000.00"), interest=money(interest),
        fee_now=money(fee), fees_before=none, reference=reference, **IN_JUNE,
    )  # fmt: skip
    contested = item(
        "10040", issued=date(2026, 6, 24), due=date(2026, 7, 8), days_late=1,
        total=money("500.00"), open=money("250.00"), disputed=money("250.00"),
        interest=none, fee_now=none, fees_before=none, reference=None,
    )  # fmt: skip
    known = {} if claim.interest else {"interest_until": None}
    return letter(
        claim,
        contested,
        language=language,
        law=country,
        tone="firm",
        creditor=CREDITOR.model_copy(update={"country": country}),
        account=LetterAccount(iban=giro.iban, giro=giro),
        next_step="hand_over",
        next_step_for=("10023",),
        **{**RATE_UNKNOWN, **known},
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hand_over_that_is_not_for_every_invoice_names_those_that_it_is_for(language):
    both = letter(item(), item("10040"), language=language, next_step="hand_over")
    one = both.model_copy(update={"next_step_for": ("10040",)})
    (said,) = set(render(one).text.splitlines()) - set(render(both).text.splitlines())
    assert "10040" in said
    assert "10023" not in said


@pytest.mark.parametrize(
    ("name", "made"),
    [
        *((f"{language}_{tone}", story(language, tone)) for language, tone in EVERY),
        *(
            (f"{language}_due_soon_{tone}", soon_story(language, tone))
            for language, tone in product(LANGUAGES, ("friendly", "firm"))
        ),
        *(
            (f"{language}_charges_{tone}", charges_story(language, tone))
            for language, tone in EVERY
        ),
        *(
            (f"{language}_instalment_{tone}", instalment_story(language, tone))
            for language, tone in EVERY
        ),
        *((f"home_{country}", home_story(country)) for country in sorted(HOME)),
    ],
)
def test_each_language_and_tone_reads_as_agreed(name, made):
    sent = render(made)
    path = GOLDEN / f"{name}.txt"
    said = f"Subject: {sent.subject}\n\n{sent.text}"
    if "GOLDEN_WRITE" in os.environ:
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("made", [story("en", "neutral"), *map(home_story, sorted(HOME))])
def test_the_agreed_letters_take_fee_and_interest_from_the_law(made):
    pack, currency = legal.load(made.law), made.totals.due.currency
    for one in made.due_items:
        interest = accrue(
            pack, capacity="consumer", natural_person=True, due=one.due,
            balances=((one.due, one.open),), to=made.today, agreed_rate=None,
        )  # fmt: skip
        facts = ClaimFacts(
            capacity="consumer", natural_person=True, claim_class="goods", principal=one.total,
            due=one.due, invoice_sent=one.issued, notices=(), fees=Money.zero(currency),
            fee_clause=one.issued, arose=one.issued,
        )  # fmt: skip
        fee = legal.reminder_fee(pack, facts, made.today).amount or Money.zero(currency)
        assert (one.interest, interest.unknown_from is not None) == (interest.total, True)
        assert one.fee_now in {fee, Money.zero(currency)}


class Page(HTMLParser):
    """Collects the tags, attributes and the visible text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)

    def text(self):
        return " ".join(" ".join(self.words).split(" ")).split()


@pytest.mark.parametrize(("language", "tone"), EVERY)
def test_the_html_says_all_that_the_text_says(language, tone):
    sent = render(story(language, tone))
    shown = set(Page(sent.html).text())
    ruler = {line for line in sent.text.splitlines() if set(line) <= set("=-")}
    said = {word.rstrip(":") for word in sent.text.split() if word not in ruler}
    assert said - {word.rstrip(":") for word in shown} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_fetches_and_tracks_nothing_and_names_its_language(language):
    page = Page(render(story(language, "firm")).html)
    assert not {"img", "script", "link", "a", "style", "iframe", "form"} & set(page.tags)
    assert not {"src", "href", "background", "onload"} & {name for name, _ in page.attributes}
    assert ("lang", language) in page.attributes
    assert {"col", "row", "rowgroup"} <= {v for name, v in page.attributes if name == "scope"}
    assert all("url(" not in (value or "") for _, value in page.attributes)


@pytest.mark.parametrize(("language", "tone"), EVERY)
def test_neither_subject_nor_preview_tells_of_a_debt_or_an_amount(language, tone):
    sent = render(story(language, tone))
    preview = sent.subject + sent.text[:60]
    assert "€" not in preview
    for word in ("perin", "velk", "maksumuist", "skuld", "indriv", "debt", "collect", "overdue"):
        assert word not in preview.lower()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"creditor": CREDITOR.model_copy(update={"name": " "})}, "creditor.name"),
        ({"creditor": CREDITOR.model_copy(update={"lines": ()})}, "creditor.lines"),
        (
            {"creditor": CREDITOR.model_copy(update={"email": "", "phone": ""})},
            "creditor.contact",
        ),
        ({"debtor": LetterDebtor()}, "debtor.name"),
        ({"items": (NOT_DUE,)}, "items"),
        ({"items": (item(number=""),)}, "items[0].number"),
        ({"account": LetterAccount()}, "account.iban"),
        ({"deadline": None}, "deadline"),
        ({"next_step_on": None}, "next_step_on"),
    ],
)
def test_a_letter_without_a_required_fact_is_refused_by_its_path(changes, path):
    lacking = letter().model_copy(update=changes)
    assert missing(lacking) == (path,)
    with pytest.raises(ValueError, match="the letter lacks") as refusal:
        render(lacking)
    assert path in str(refusal.value)


def test_interest_is_not_charged_without_the_day_that_it_reaches():
    charged = letter(item(interest=euro("1.00")), interest_until=None)
    assert missing(charged) == ("interest_until",)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (
            letter().model_copy(update={"totals": letter(item(), item("2")).totals}),
            "totals.principal",
        ),
        (
            letter(item(fee_now=euro("5.00"))).model_copy(update={"totals": letter().totals}),
            "totals.fees",
        ),
        (letter(item(), NOT_DUE.model_copy(update={"fee_now": euro("5.00")})), "items[1].fee_now"),
        (letter(item(due=date(2026, 11, 6))), "items[0].not_due"),
        (letter(item(), NOT_DUE.model_copy(update={"due": date(2026, 11, 5)})), "items[1].not_due"),
        (letter(item(days_late=21)), "items[0].days_late"),
        (letter(item(), NOT_DUE.model_copy(update={"days_late": 1})), "items[1].days_late"),
        (letter(item(interest=euro("-1.00"))), "items[0].interest"),
        (letter(item(), deadline=date(2026, 11, 6)), "deadline"),
        (letter(item(), next_step_on=date(2026, 11, 23)), "next_step_on"),
        (letter(item(), next_step="hand_over", next_step_for=("10040",)), "next_step_for"),
        (letter(item(), next_step_for=("10023",)), "next_step_for"),
        (letter(item(), interest_until=date(2026, 11, 7)), "interest_until"),
        (letter(item(), account=LetterAccount(iban="FI7944052020036028")), "account.iban"),
        (letter(item(open=euro("0.00"))), "items[0].open"),
        (letter(item(open=euro("1250.01"))), "items[0].open"),
        (
            letter(item(), debtor=LetterDebtor(name="X, pay FI58 1017 1000 0001 22")),
            "debtor.name",
        ),
        (letter(item("FI5810171000000122")), "items[0].number"),
    ],
)
def test_a_letter_that_contradicts_itself_is_refused_by_its_path(wrong, path):
    assert path in contradictions(wrong)
    with pytest.raises(ValueError, match="contradicts itself"):
        render(wrong)


def test_days_late_count_from_the_banking_day_on_which_the_law_has_a_claim_fall_due():
    """After a Saturday; on Christmas Eve banks are open in Germany and closed in Finland."""
    saturday = {"due": date(2026, 10, 31)}
    assert contradictions(letter(item(**saturday, days_late=4))) == ()
    assert contradictions(letter(item(**saturday, days_late=6))) == ("items[0].days_late",)
    days = {"today": date(2026, 12, 29), "deadline": date(2027, 1, 12)}
    days |= {"next_step_on": date(2027, 1, 13)}
    five, one = (item(due=date(2026, 12, 24), days_late=late) for late in (5, 1))
    assert [contradictions(letter(each, **days, law="DE")) == () for each in (five, one)] == [1, 0]
    assert [contradictions(letter(each, **days, law="FI")) == () for each in (five, one)] == [0, 1]


def test_a_second_currency_is_refused_before_anything_is_added():
    kronor = Money.of("10.00", "SEK")
    mixed = letter().model_copy(update={"items": (item(), item("2", open=kronor))})
    assert contradictions(mixed) == ("items[1].open",)


def test_refusals_show_paths_and_no_values():
    with pytest.raises(ValueError, match="contradicts itself") as refusal:
        render(letter(item(), debtor=LetterDebtor(name="Salainen FI58 1017 1000 0001 22")))
    assert "Salainen" not in str(refusal.value)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (soon(today=date(2026, 11, 12)), "deadline"),
        (soon(next_step="hand_over"), "next_step"),
        (soon(item(pay_by=date(2026, 11, 11))), "items[0].days_late"),
        (
            soon(item(days_late=0, due=date(2026, 11, 7), pay_by=date(2026, 11, 7))),
            "items[0].pay_by",
        ),
        (
            soon(item(days_late=0, interest=euro("1.00"), pay_by=date(2026, 11, 11))),
            "items[0].not_due",
        ),
    ],
)
def test_a_letter_before_the_due_date_asks_for_nothing_that_is_late(wrong, path):
    assert path in contradictions(wrong)
    assert contradictions(soon(today=date(2026, 11, 11))) == ()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"plan": {"due": date(2026, 11, 6)}}, "plan"),
        ({"plan": {"number": 5}}, "plan"),
        ({"plan": {"rest": euro("750.49")}}, "plan"),
        ({"plan": {"rest": euro("750.51")}}, "plan"),
        ({"plan": {"others": euro("10.00")}}, "plan"),
        ({"plan": {"days_late": 6}}, "plan"),
        ({"plan": {"due": date(2026, 10, 29)}}, "plan"),
        ({"items": {"later": None}}, "plan"),
        ({"plan": {"amount": euro("0.00")}}, "plan"),
        ({"plan": {"rest": Money.of("750.00", "SEK")}}, "plan"),
        ({"letter": "reminder"}, "plan"),
        ({"next_step": "hand_over", "next_step_on": date(2026, 11, 24)}, "next_step"),
        ({"items": {"fee_now": euro("5.00")}}, "items[0].not_due"),
        ({"items": {"days_late": 22}}, "items[0].days_late"),
        ({"items": {"not_due": True}}, "items[0].not_due"),
    ],
)
def test_a_letter_about_an_instalment_asks_for_nothing_but_what_is_late_of_it(changes, path):
    right = instalment_story("en", "friendly")
    plan = right.plan.model_copy(update=changes.pop("plan", {}))
    items = (right.items[0].model_copy(update=changes.pop("items", {})),)
    wrong = right.model_copy(update={**changes, "plan": plan, "items": items})
    assert path in contradictions(wrong)
    assert contradictions(right) == ()


def test_the_last_instalment_says_nothing_of_others_that_could_be_missed():
    made = instalment_story("en", "friendly")
    last = made.plan.model_copy(update={"number": 4, "rest": made.totals.due})
    items = (made.items[0].model_copy(update={"later": None}),)
    text = " ".join(render(made.model_copy(update={"plan": last, "items": items})).text.split())
    assert "This reminder costs you nothing. If the amount" in text
    assert "other instalments stay as agreed. If another one" in " ".join(render(made).text.split())


def test_a_letter_about_an_instalment_names_it():
    nameless = instalment_story("en", "friendly").model_copy(update={"plan": None})
    assert missing(nameless) == ("plan",)


def test_claims_that_are_not_due_stand_apart_and_in_no_total():
    sent = render(letter(item(), NOT_DUE))
    before, after = sent.text.split("Invoices that are not yet due")
    assert "10031" not in before
    assert "€99.00" in after
    assert "Total to pay: €1,250.00" in " ".join(before.split())


def test_markup_in_a_name_is_text_in_the_html():
    sent = render(letter(item(), debtor=LetterDebtor(name='<script>alert("x")</script>')))
    assert "<script" not in sent.html
    assert "&lt;script&gt;" in sent.html
    assert "script" not in Page(sent.html).tags


def test_a_name_with_line_breaks_cannot_forge_a_line():
    forged = "Acme\r\nAccount (IBAN): 1\u2028Please pay by: never\u202e"
    sent = render(letter(item(), debtor=LetterDebtor(name=forged)))
    assert "Acme Account (IBAN): 1 Please pay by: never\n" in sent.text
    assert sum(line.startswith("Account (IBAN)") for line in sent.text.splitlines()) == 1
    assert "\u202e" not in sent.text + sent.html


def test_a_number_with_line_breaks_cannot_forge_a_header_or_a_line():
    forged = item("7\r\nBcc: all@example.com")
    sent = render(letter(forged, creditor=CREDITOR.model_copy(update={"name": "Kuikka\nOy"})))
    assert sent.subject == "About invoice 7 Bcc: all@example.com \u2013 Kuikka Oy"
    assert not any(line.startswith("Bcc") for line in sent.text.splitlines())


def test_braces_in_a_value_are_not_filled_in_again():
    sent = render(letter(item("{deadline}")))
    assert "Invoice {deadline}" in sent.text


def test_the_bar_code_stands_beside_a_valid_reference_on_a_finnish_account_only():
    code = "479440520200360820012500000000000868516259619897261123"
    assert code in render(letter()).text
    swedish = LetterAccount(iban="SE4550000000058398257466")
    assert "Virtual bar code" not in render(letter(item(), account=swedish)).text


def test_a_reference_that_a_finnish_bank_would_refuse_becomes_a_message():
    text = render(letter(item(reference="2026/17"))).text
    assert "Reference" not in text
    assert "Message:" in text
    swedish = LetterAccount(iban="SE4550000000058398257466")
    assert "2026/17" in render(letter(item(reference="2026/17"), account=swedish)).text


def test_one_reference_for_all_makes_one_payment():
    both = (item(), item("10040", reference="13013"))
    separate = render(letter(*both)).text
    assert "paid separately" in separate
    together = render(letter(*both, reference="1234561")).text
    assert "paid separately" not in together
    assert "12 34561" in together
    assert "86851" not in together


def test_interest_of_an_unknown_rate_is_announced_and_not_guessed():
    unknown = letter(item(), interest_open=True, interest_until=None)
    assert "Statutory late interest is added to this." in render(unknown).text
    partly = " ".join(render(letter(item(), interest_open=True)).text.split())
    assert "for the time after 6 November 2026 is added" in partly


def test_without_a_next_step_none_is_announced():
    text = render(letter(item(), next_step="none", next_step_on=None)).text
    assert "remind you again" not in text
    assert "agency" not in text


def test_a_disputed_part_is_said_to_stay_where_the_rest_goes_on():
    part = item(open=euro("1000.00"), disputed=euro("250.00"))
    assert "disputed part is not passed on" in render(letter(part, next_step="hand_over")).text
    assert "disputed part is not passed on" not in render(letter(part)).text


@pytest.mark.parametrize(("language", "tone"), EVERY)
def test_no_letter_says_that_nothing_came_where_a_part_is_paid(language, tone):
    nothing_came = {
        "fi": "saaneet maksua|on yhä maksamatta",
        "sv": "någon betalning|ännu obetald",
        "nb": "mottatt betalingen|nedenfor er betalt[.]",
        "da": "modtaget betalingen|endnu ikke betalt",
        "de": "Ihre Zahlung|noch nicht bezahlt",
        "en": "your payment|still unpaid",
    }
    part = item(open=euro("1000.00"))
    for items in ((part,), (part, item("10024"))):
        made = compose(letter(*items, language=language, tone=tone)).blocks
        _, opening, *_ = (one.text for one in made if isinstance(one, Paragraph))
        assert not re.search(nothing_came[language], opening)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_amounts_of_a_table_end_in_one_column_in_plain_text(language):
    text = render(charges_story(language, "firm")).text
    table = text[: text.index("\n---")].splitlines()
    ends = {len(line) for line in table if re.search(r"  \S*€", line) or line.endswith("\u00a0€")}
    assert len(ends) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dispute_stops_the_contested_part_and_a_contested_part_rests(language):
    words = {
        "fi": ("Riitautettua osaa koskevat", "Emme pyydä sitä nyt"),
        "sv": ("den bestridda delen", "inte att den betalas nu"),
        "nb": ("den bestridte delen", "ikke om betaling for den nå"),
        "da": ("den bestridte del", "ikke om betaling af den nu"),
        "de": ("zum bestrittenen Teil", "fordern ihn derzeit nicht"),
        "en": ("the contested part", "do not ask for it now"),
    }
    stops, rests = words[language]
    part = item(open=euro("1000.00"), disputed=euro("250.00"))
    plain = " ".join(render(letter(language=language)).text.split())
    assert stops in plain
    assert rests not in plain
    assert rests in " ".join(render(letter(part, language=language)).text.split())


@pytest.mark.parametrize(("language", "tone"), EVERY)
def test_a_short_message_names_who_writes_and_how_to_answer_and_tells_of_no_debt(language, tone):
    makers = (story, soon_story, instalment_story)
    for made in (maker(language, tone) for maker in makers):
        sms = render(made).sms
        assert "Kuikka Oy" in sms
        assert "09 123 4567" in sms
        assert len(sms) <= 160
        assert not re.search(
            r"€|EUR|1.?250|1.?09\d|collect|debt|inkasso|indriv|perin", sms, re.IGNORECASE
        )


def test_without_a_phone_a_short_message_names_the_email():
    silent = CREDITOR.model_copy(update={"phone": ""})
    assert "laskutus@kuikka.example" in render(letter(creditor=silent)).sms


def test_two_languages_stand_one_after_the_other_in_one_letter():
    both = story("fi", "firm").model_copy(update={"second_language": "sv"})
    sent, page = render(both), Page(render(both).html)
    finnish, swedish = render(story("fi", "firm")), render(story("sv", "firm"))
    assert sent.text == f"{finnish.text}\n{'=' * 72}\n\n{swedish.text}"
    assert sent.subject == f"{finnish.subject} / {swedish.subject}"
    assert sent.sms == f"{finnish.sms}\n{swedish.sms}"
    assert [value for name, value in page.attributes if name == "lang"] == ["fi", "fi", "sv"]
    assert page.tags.count("div") == sent.html.count("</div>")


def test_codes_to_scan_are_for_paper_alone():
    codes = [one for one in compose(letter()).blocks if isinstance(one, Code)]
    assert [one.kind for one in codes] == ["code128", "qr"]
    sent = render(letter())
    assert codes[1].payload.splitlines()[0] == "BCD"
    assert "BCD" not in sent.text + sent.html


def test_the_sentences_that_a_letter_was_made_with_are_named_by_their_hash():
    sentences = {"paid": "Maksettu jo? Kiitos."}
    own = OwnTexts({"fi/reminder/firm": sentences, "sv/reminder/firm": {"paid": "Tack."}})
    assert render(story("en", "firm"), own).wording == ()
    assert render(story("fi", "firm"), own).wording == (name_of("fi/reminder/firm", sentences),)
    both = story("fi", "firm").model_copy(update={"second_language": "sv"})
    assert len(set(render(both, own).wording)) == 2


def test_consumers_are_addressed_in_person_and_everyone_else_formally():
    assert "kanssasi" in render(story("fi", "friendly")).text
    formal = story("fi", "friendly").model_copy(update={"capacity": "unknown"})
    assert "kanssasi" not in render(formal).text
    assert "ottakaa" in render(formal).text


def test_the_hash_names_exactly_the_content():
    first, again = render(letter()), render(letter())
    assert first == again
    assert first.hash == content_hash(first.model_dump(exclude={"hash"}))
    assert first.hash != render(letter(item("10024"))).hash


def test_a_creditors_own_text_replaces_ours_in_both_forms():
    own = OwnTexts({"fi/reminder/firm": {"paid": "Maksettu jo? Kiitos."}})
    business = story("fi", "firm")
    assert "Maksettu jo? Kiitos." in render(business, own).text
    assert "Tämä muistutus on silloin aiheeton" not in render(business, own).text
