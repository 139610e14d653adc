"""The main job from end to end: a real ERP, the deployed template, and a partner's own process."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from lxml import etree

from infra.local import setup, three_sides
from infra.local.cast import Cast
from infra.local.demo import Installation, installation
from infra.local.erp.books import Books
from infra.local.erp.entries import Customer, NewInvoice
from infra.local.hub import ApiError, Hub
from infra.local.timelapse import TimeLapse
from shared.domain import casefile_xml
from shared.domain.casefile_v1 import CaseFile
from tests.e2e import canary

XSD = etree.XMLSchema(etree.fromstring(casefile_xml.xsd().encode()))

pytestmark = [pytest.mark.stack, pytest.mark.tryton]

FIRST, LAST = date(2026, 3, 2), date(2026, 4, 20)
ISSUED, DUE = date(2026, 2, 10), date(2026, 2, 26)  # friendly on 6 March, firm on 23 March


@dataclass
class Erased:
    """What became of the one debtor who was exported and then erased."""

    export: dict[str, bytes]
    refused: str
    answer: dict[str, Any]
    before: list[str]
    after: list[str]
    retention: dict[str, Any]


@dataclass
class Lived:
    """What is left of the seven weeks."""

    cases: dict[str, dict[str, Any]]
    tasks: list[dict[str, Any]]
    letters: list[Any]
    journal: list[dict[str, Any]]
    files: list[dict[str, Any]]
    drift: dict[str, Any]
    notes: dict[str, list[str]]
    unwritten: list[Any]
    leaks: list[str]
    marked: int
    erased: Erased
    denials: list[str]

    def of(self, debtor: str) -> dict[str, Any]:
        """The case of a debtor by the customer's name."""
        return self.cases[debtor]

    def kinds(self, debtor: str) -> list[str]:
        return [event["kind"] for event in self.of(debtor)["timeline"]]

    def sent_to(self, debtor: str) -> list[Any]:
        return [letter for letter in self.letters if f"{debtor.lower()}@payer.example" in letter.to]


class World:
    """Five customers with one invoice each, and what they do."""

    names = ("Early", "Friendly", "Crossed", "Never", "Direct")

    def __init__(self) -> None:
        self.cast = Cast()
        self.ids: dict[str, int] = {}
        self.invoices: dict[str, int] = {}

    def fill(self, books: Books) -> None:
        people = [
            Customer(
                name=name, street="Testikatu 1", postal_code="00100", city="Helsinki",
                language="en", email=f"{name.lower()}@payer.example",
            )
            for name in self.names
        ]  # fmt: skip
        customers = books.create_customers(people)
        self.ids = dict(zip(self.names, customers, strict=True))
        posted = books.post_invoices(
            [NewInvoice(customer=one, issued=ISSUED, due=DUE, amount=Decimal("120.00"),
                        description="Goods") for one in customers]
        )  # fmt: skip
        invoice = {name: one.id for name, one in zip(self.names, posted, strict=True)}
        self.invoices = invoice
        pay, at = books.pay, self.cast.at
        at(date(2026, 3, 3), lambda: pay(invoice["Early"], date(2026, 3, 3)))
        at(date(2026, 3, 10), lambda: pay(invoice["Friendly"], date(2026, 3, 10), Decimal(20)))
        at(date(2026, 3, 12), lambda: pay(invoice["Friendly"], date(2026, 3, 12)))
        at(date(2026, 3, 25), lambda: pay(invoice["Crossed"], date(2026, 3, 23)))
        at(date(2026, 4, 14), lambda: pay(invoice["Direct"], date(2026, 4, 14)))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    world = World()
    folder = tmp_path_factory.mktemp("main-job")
    with installation(folder, FIRST, ISSUED, fill=world.fill) as everything:
        hub = everything.hub
        setup.write_back(hub)
        lapse = TimeLapse(hub, ZoneInfo(setup.ZONE), (setup.ERP,), everything.partner.idle)
        world.cast.at(date(2026, 4, 15), lambda: _partner_collects(everything, world))
        lapse.until(LAST, world.cast.live, world.cast.next_event)
        drift = three_sides.compared(hub, lapse)
        found = [hub.call("GET", f"/v1/cases/{one['id']}")
                 for one in hub.call("GET", "/v1/cases")["cases"]]  # fmt: skip
        by_party = {f"erp:{number}": name for name, number in world.ids.items()}
        marks = ["payer.example", "Testikatu"]
        leaks = canary.leaks(hub, [*marks, *canary.secrets(hub)])
        marked = canary.parties(hub, marks[0])
        yield Lived(
            cases={by_party[case["debtor"]]: case for case in found},
            tasks=hub.call("GET", "/v1/tasks")["tasks"],
            letters=hub.stack.letters(),
            journal=everything.partner.journal(),
            files=[json.loads(file.read_text()) for file in everything.partner.files()],
            drift=drift,
            notes={name: everything.books.notes(one) for name, one in world.invoices.items()},
            unwritten=hub.call("GET", "/v1/write-back/preview")["writes"],
            leaks=leaks,
            marked=marked,
            erased=_erased(hub, lapse, world),
            denials=hub.stack.denials(),
        )


def _erased(hub: Hub, lapse: TimeLapse, world: World) -> Erased:
    """One who has paid asks for everything, and to be forgotten; a night of retention follows."""
    mark, path = ["friendly@payer.example"], f"/v1/debtors/erp:{world.ids['Friendly']}"
    link = hub.call("POST", f"{path}/export", {})
    with zipfile.ZipFile(io.BytesIO(requests.get(link["url"], timeout=10).content)) as file:
        export = {name: file.read(name) for name in file.namelist()}
    hold = {"held": True, "reason": "suit_filed"}
    hub.call("POST", f"{path}/legal-hold", hold)
    with pytest.raises(ApiError) as refusal:
        hub.call("POST", f"{path}/erasure", {"reason": "asked_by_the_person"})
    hub.call("POST", f"{path}/legal-hold", hold | {"held": False})
    before = canary.left(hub, mark)
    answer = hub.call("POST", f"{path}/erasure", {"reason": "asked_by_the_person"})
    after = canary.left(hub, mark)
    table = hub.call("GET", "/v1/retention")["table"]
    hub.call("PUT", "/v1/retention", {"state": "on", "table": table, "name": "Lea Laki"})
    lapse.until(LAST + timedelta(days=1), lambda _: None, lambda _: None)
    retention = hub.call("GET", "/v1/retention/preview")
    return Erased(export, refusal.value.problem["code"], answer, before, after, retention)


def _partner_collects(everything: Installation, world: World) -> None:
    """The partner reports what the debtor who never paid us has paid to it."""
    for file in everything.partner.files():
        case = json.loads(file.read_text())
        if case["debtors"][0]["name"] == "Never":
            everything.partner.pay(case["case_id"], received="2026-04-14")


def test_who_pays_before_the_first_step_never_becomes_a_case(lived: Lived) -> None:
    assert set(lived.cases) == {"Friendly", "Crossed", "Never", "Direct"}
    assert lived.sent_to("Early") == []


def test_who_pays_after_the_friendly_word_gets_no_second_letter_and_no_fee(lived: Lived) -> None:
    assert len(lived.sent_to("Friendly")) == 1
    assert lived.kinds("Friendly").count("payment_allocated") == 2
    claim = lived.of("Friendly")["claims"][0]
    assert (claim["open"], claim["fees"]) == ("0.00", "0.00")


def test_the_second_reminder_carries_the_statutory_fee_of_five_euros(lived: Lived) -> None:
    firm = [one for one in lived.of("Never")["notices"].values() if one["step"] == "firm"]
    assert [notice["fee"] for notice in firm] == [{"amount": "5.00", "currency": "EUR"}]
    assert "5.00" in lived.sent_to("Never")[1].text


def test_a_payment_that_crossed_the_letter_takes_its_fee_back(lived: Lived) -> None:
    credited = [e for e in lived.of("Crossed")["timeline"] if e["kind"] == "fee_credited"]
    assert [event["why"] for event in credited] == ["crossed"]
    assert credited[0]["amount"] == {"amount": "5.00", "currency": "EUR"}


def test_what_stays_unpaid_is_handed_over_with_a_valid_file_and_accepted(lived: Lived) -> None:
    words = [line["what"] for line in lived.journal]
    assert words.count("case_accepted") == 2
    assert "schema_invalid" not in words
    assert "signature_rejected" not in words
    for name in ("Never", "Direct"):
        assert lived.of(name)["partner_state"] == "accepted"
    assert len(lived.files) >= 2
    for file in lived.files:
        XSD.assertValid(etree.fromstring(casefile_xml.render(CaseFile.model_validate(file))))


def test_a_payment_to_the_partner_is_booked_and_never_echoed(lived: Lived) -> None:
    assert lived.of("Never")["claims"][0]["open"] == "0.00"
    case = lived.of("Never")["id"]
    told = [line for line in lived.journal if line.get("type") == "payment.direct"]
    assert not any(line["message"].startswith(case) for line in told)


def test_a_payment_to_us_after_the_hand_over_is_told_to_the_partner(lived: Lived) -> None:
    case = lived.of("Direct")["id"]
    told = [line for line in lived.journal if line.get("type") == "payment.direct"]
    assert [line["message"].startswith(case) for line in told] == [True]


def test_books_hub_and_partner_end_with_no_drift(lived: Lived) -> None:
    assert (lived.drift["count"], lived.drift["drift"]) == (0, [])
    (partner,) = lived.drift["partners"]
    assert (partner["agreed"], partner["lag"]) == (2, 0)
    assert partner["money"]["EUR"] == {"received": "120.00", "remitted": "0.00", "held": "120.00"}


def test_the_books_bear_a_note_of_each_step_once_and_nothing_waits(lived: Lived) -> None:
    said = [note.split(" [dunlin:")[0] for note in lived.notes["Never"]]
    assert [text.split(" sent ")[0] for text in said[:2]] == [
        "Dunlin: Reminder 1", "Dunlin: Reminder 2",
    ]  # fmt: skip
    assert [text.startswith("Dunlin: With collection partner partner") for text in said].count(
        True
    ) == 1
    assert len(set(lived.notes["Never"])) == len(lived.notes["Never"])
    assert lived.notes["Early"] == []
    assert lived.unwritten == []


def test_every_step_explains_itself_with_a_section_and_its_inputs(lived: Lived) -> None:
    decided = [e for e in lived.of("Never")["timeline"] if e["kind"] == "decided"]
    touched = [e for e in decided if e["decision"]["kind"] in {"remind", "hand_over"}]
    assert [event["decision"]["kind"] for event in touched] == ["remind", "remind", "hand_over"]
    for event in touched:
        assert {"policy", "law", "case_version", "now"} <= set(event["inputs"])
        assert event["because"]
    assert any("513/1999" in reason["section"] for e in touched for reason in e["because"])


def test_no_role_lacked_a_permission_and_nobody_was_asked_in_vain(lived: Lived) -> None:
    assert lived.denials == []
    assert lived.tasks == []


def test_no_debtor_and_no_secret_stands_where_it_has_no_business(lived: Lived) -> None:
    assert lived.leaks == []
    # The marks are there, or this would prove nothing.
    assert lived.marked == len(World.names)


def test_whoever_asks_gets_everything_and_is_then_forgotten(lived: Lived) -> None:
    erased = lived.erased
    told = json.loads(erased.export["data.json"])
    assert told["parties"][0]["emails"] == ["friendly@payer.example"]
    assert any(name.startswith("documents/letters/") for name in erased.export)
    assert erased.refused == "must_stay"
    assert erased.answer["erased"]["parties"] == 1
    assert erased.before != []
    assert erased.after == []
    assert {one["gone"] for one in erased.retention["classes"]} == {0}
