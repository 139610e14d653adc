"""The pages on which a payer says something: a day, a plan, an objection, how to be reached."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from functions import payer_acts
from functions.pages.answers import Page
from functions.payer_pages.sitting import Answering, Sitting
from functions.uploads import MOST_BYTES, upload
from shared.domain.formats import LANGUAGES
from shared.domain.money import Money
from shared.domain.payer_view import PayerView
from shared.errors import Refused

_GROUNDS = (
    "not_received", "defective", "wrong_amount", "already_paid", "not_mine", "other",
)  # fmt: skip
_NAMES = {
    "fi": "Suomi", "sv": "Svenska", "nb": "Norsk", "da": "Dansk", "de": "Deutsch", "en": "English",
}  # fmt: skip
_DETAILS = ("email", "phone", "address")
_AMOUNT = re.compile(r"\d{1,9}(?:[.,]\d{1,2})?")
_LONGEST = 4_000


def promise(sitting: Sitting, faults: dict[str, str] | None = None) -> Page:
    """The day by which everything is paid."""
    view = payer_acts.shown(sitting.case)
    if "promise" in view.refused or view.kind != "open":
        return sitting.went()
    today, last = (
        payer_acts.comes_to(sitting.case, view.promisable, day)
        for day in (view.today, view.last_promise or view.today)
    )
    about = _numbers(view, view.promisable)
    return sitting.page(
        "promise", view=view, about=about, today=today, last=last, faults=faults
    )  # fmt: skip


def promised(sitting: Sitting) -> Page:
    """Take a promise."""
    try:
        payer_acts.promise(sitting.payer, date.fromisoformat(sitting.fields.get("day", "")))
    except ValueError:
        return promise(sitting, {"day": "no_bad_day"})
    except Refused as no:
        return promise(sitting, {"day": sitting.why(no)})
    return sitting.went(done="promise")


def plans(sitting: Sitting, faults: dict[str, str] | None = None) -> Page:
    """The grid of payment plans."""
    found = payer_acts.plans(sitting.case)
    if not found:
        return sitting.went()
    counts = dict.fromkeys(one.count for one in found)
    grid = [(count, [one for one in found if one.count == count]) for count in counts]
    return sitting.page("plan", grid=grid, faults=faults)


def plan(sitting: Sitting) -> Page:
    """One plan with every sum, before anybody agrees."""
    wanted = (sitting.at["count"], sitting.at["first"])
    for one in payer_acts.plans(sitting.case):
        if (str(one.count), one.first.isoformat()) == wanted:
            about = _numbers(payer_acts.shown(sitting.case), one.claims)
            return sitting.page("plan_one", offer=one, about=about)
    return sitting.went("/plan")


def planned(sitting: Sitting) -> Page:
    """Agree to a plan, or ask for it."""
    try:
        count, first = int(sitting.at["count"]), date.fromisoformat(sitting.at["first"])
        chosen = payer_acts.choose_plan(sitting.payer, count, first)
    except ValueError:
        return sitting.went("/plan")
    except Refused as no:
        if payer_acts.done_before(sitting.payer):
            return sitting.went(done="plan")
        return plans(sitting, {"plan": sitting.why(no)})
    return sitting.went(done="plan" if chosen.at_once else "asked")


def offered(sitting: Sitting) -> Page:
    """Agree to a plan that the creditor offered."""
    try:
        payer_acts.agree(sitting.payer, sitting.fields.get("plan", ""))
    except Refused as no:
        return sitting.page("sorry", status=409, why="busy", faults={"plan": sitting.why(no)})
    return sitting.went(done="plan")


def dispute(sitting: Sitting, faults: dict[str, str] | None = None) -> Page:
    """What is wrong with which claim."""
    view = payer_acts.shown(sitting.case)
    claims = _contestable(sitting, view)
    if not claims:
        return sitting.went()
    grounds = [(one, sitting.words(f"ground_{one}")) for one in _GROUNDS]
    return sitting.page("dispute", view=view, claims=claims, grounds=grounds, faults=faults)


def disputed(sitting: Sitting) -> Page:
    """Take an objection with its words and its file."""
    view, said = payer_acts.shown(sitting.case), sitting.fields
    names = dict(enumerate((one.id for one in view.claims), start=1))
    faults = dict[str, str]()
    number = said.get("claim", "")
    claim = names.get(int(number)) if number.isdecimal() and len(number) < 6 else None
    if claim is None:
        faults["claim"] = "no_choice"
    if said.get("ground") not in _GROUNDS:
        faults["ground"] = "no_choice"
    text = said.get("words", "").strip()
    if not text or len(text) > _LONGEST:
        faults["words"] = "no_words"
    amount, fine = _amount(said.get("amount", ""), view.currency)
    if not fine:
        faults["amount"] = "no_bad_amount"
    body = sitting.files.get("file", b"")
    file = upload(body) if 0 < len(body) <= MOST_BYTES else None
    if body and file is None:
        faults["file"] = "no_file"
    if faults or claim is None:
        return dispute(sitting, faults)
    try:
        payer_acts.dispute(
            sitting.payer, claim, amount, said["ground"], text, (file,) if file else ()
        )
    except Refused as no:
        return dispute(sitting, {"amount": sitting.why(no)})
    return sitting.went(done="dispute")


def person(sitting: Sitting, faults: dict[str, str] | None = None) -> Page:
    """Ask for a person."""
    return sitting.page("person", faults=faults)


def asked(sitting: Sitting) -> Page:
    """Give the question to a person."""
    text, reach = sitting.fields.get("words", "").strip(), sitting.fields.get("reach", "").strip()
    if not text or len(text) > _LONGEST:
        return person(sitting, {"words": "no_words"})
    return _told(sitting, "person", {"words": text, "reach": reach[:200]})


def details(sitting: Sitting, faults: dict[str, str] | None = None) -> Page:
    """How the payer is reached, and in which language."""
    languages = [(one, _NAMES[one]) for one in LANGUAGES]
    spoken = sitting.case.run.language or sitting.language
    return sitting.page("details", faults=faults, languages=languages, spoken=spoken)


def corrected(sitting: Sitting) -> Page:
    """Give what is to be corrected to a person: the books are the source's own."""
    wanted = {name: sitting.fields.get(name, "").strip()[:500] for name in _DETAILS}
    said = {name: text for name, text in wanted.items() if text}
    if not said:
        return details(sitting, {"email": "no_details"})
    return _told(sitting, "contact", said)


def letters(sitting: Sitting) -> Page:
    """Write in another language from the next message on."""
    for language in LANGUAGES:
        if language == sitting.fields.get("letters"):
            try:
                payer_acts.speak(sitting.payer, language)
            except Refused as no:
                return details(sitting, {"letters": sitting.why(no)})
            return sitting.went(done="letters")
    return details(sitting, {"letters": "no_choice"})


def _told(sitting: Sitting, about: payer_acts.About, said: dict[str, str]) -> Page:
    try:
        payer_acts.tell(sitting.payer, about, said)
    except Refused as no:
        why = sitting.why(no)
        if about == "person":
            return person(sitting, {"words": why})
        return details(sitting, {"email": why})
    return sitting.went(done="person" if about == "person" else "details")


def _numbers(view: PayerView, claims: tuple[str, ...]) -> str:
    """The invoices that something is about, as a reader names them."""
    return ", ".join(one.number for one in view.claims if one.id in claims)


def _contestable(sitting: Sitting, view: PayerView) -> list[tuple[str, str]]:
    """The claims of which something can be contested, by their place on the page."""
    t = sitting.words
    return [
        (str(number), t("invoice", number=one.number))
        for number, one in enumerate(view.claims, start=1)
        if view.kind != "neutral" and one.standing not in {"paid", "contested"}
    ]


def _amount(text: str, currency: str) -> tuple[Money | None, bool]:
    """An amount as people type it; None for all of it, and whether it could be read."""
    plain = re.sub(r"[\s\u00a0]|€|[A-Za-z]", "", text)
    if not plain:
        return None, not text.strip()
    if not _AMOUNT.fullmatch(plain):
        return None, False
    try:
        return Money.round(Decimal(plain.replace(",", ".")), currency), True
    except (InvalidOperation, ValueError):
        return None, False


ROUTES: dict[str, Answering] = {
    "GET /promise": promise,
    "POST /promise": promised,
    "GET /plan": plans,
    "GET /plan/{count}/{first}": plan,
    "POST /plan/{count}/{first}": planned,
    "POST /offer": offered,
    "GET /dispute": dispute,
    "POST /dispute": disputed,
    "GET /person": person,
    "POST /person": asked,
    "GET /details": details,
    "POST /details": corrected,
    "POST /letters": letters,
}
