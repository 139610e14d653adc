"""Personal values by their mark: a forgotten record has none, and still reads as before."""

from __future__ import annotations

import pytest

from shared.domain.casefile_v1 import CaseFile
from shared.domain.letter import Letter
from shared.domain.model import Address, Party
from shared.domain.personal import forgotten, holders, marked, without_contact
from shared.domain.sighting import Payer

PLACE = Address(lines=("Katu 1",), postal_code="00100", city="Helsinki", country="FI")
PERSON = Party(
    id="erp:1", version="3", kind="person", name="Aino Esimerkki", language="fi", country="FI",
    business_id="1234567-1", business_id_scheme="FI_YTUNNUS", emails=("aino@example.test",),
    phones=("+358401234567",), addresses=(PLACE, PLACE), customer_number="77",
    do_not_dun=("disputed",),
)  # fmt: skip


def test_a_forgotten_person_is_an_id_a_country_and_what_the_law_needs() -> None:
    assert forgotten(PERSON) == Party(
        id="erp:1", version="3", kind="person", name="", language="fi", country="FI",
        addresses=(Address(lines=(), country="FI"),) * 2, do_not_dun=("disputed",),
    )  # fmt: skip
    assert forgotten(forgotten(PERSON)) == forgotten(PERSON)


def test_a_company_keeps_its_public_number() -> None:
    company = PERSON.model_copy(update={"kind": "company"})
    assert forgotten(company).business_id == "1234567-1"
    assert forgotten(company).name == ""


def test_a_payer_without_name_and_account_has_no_number_either() -> None:
    assert forgotten(Payer(name="Aino", account="FI00", business_id="1234567-1")) == Payer()


def test_who_owes_nothing_keeps_the_name_and_no_way_to_be_reached() -> None:
    quiet = without_contact(PERSON)
    assert (quiet.name, quiet.emails, quiet.phones, quiet.addresses) == (
        "Aino Esimerkki", (), (), (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Party, {"Party", "Address"}),
        (Letter, {"Letter"}),
        (CaseFile, {"Address", "FileDebtor", "NationalId", "FileClaim"}),
    ],
)
def test_what_holds_personal_values_is_found_at_any_depth(model: type, names: set[str]) -> None:
    assert {one.__name__ for one in holders(model)} == names
    assert marked(Address) == ("lines", "postal_code", "city")
