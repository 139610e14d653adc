"""Settings as a form: what is drawn and sent back untouched is what was stored, of every kind."""

from __future__ import annotations

import pytest

import connectors
from functions.console.setting_fields import fields, values

SPECS = {name: connectors.spec(name).config.model_json_schema() for name in connectors.names()}


def sent(drawn):
    """What a browser sends of a drawn form that nobody touched."""
    said = {}
    for one in drawn:
        said |= sent(one.parts)
        for row in one.rows:
            said |= sent(row)
        if one.kind == "tick":
            said |= {one.name: "yes"} if one.value else {}
        elif one.kind == "choice":
            said[one.name] = one.value or one.options[0]
        elif one.kind not in {"group", "rows"}:
            said[one.name] = one.value
    return said


@pytest.mark.parametrize("name", SPECS)
def test_every_setting_of_every_connector_has_a_field_of_its_own(name):
    drawn = fields(SPECS[name], {}, "config")
    assert {one.key for one in drawn} == set(SPECS[name].get("properties", {}))
    assert not any(one.changed for one in drawn)
    said = sent(drawn)
    assert all(one.startswith("config.") for one in said)
    # Untouched, a form says the defaults alone, and no entry of a list.
    again = values(SPECS[name], said, "config")
    defaults = {key: one.get("default") for key, one in SPECS[name]["properties"].items()}
    for key, value in again.items():
        assert value == defaults[key] or key in SPECS[name]["required"] or value in ([], False)


STORED = {
    "banks.camt": {
        "bucket": "inbox", "prefix": "nordic/", "accounts": [
            {"account": "FI2112345600000785", "aliases": ["BGNR:50501055"], "country": "FI",
             "details": "camt.054", "compare_sums": False, "numbered": True,
             "payouts": [{"provider": "stripe", "payer": "STRIPE", "payer_account": "",
                          "text": ""}]},
            {"account": "SE4550000000058398257466", "aliases": [], "country": "SE",
             "details": "camt.054",
             "compare_sums": True, "numbered": True, "payouts": []},
        ],
    },
    "channels.letter": {
        "bucket": "inbox", "prefix": "nordic/", "service": "economy", "delivery_days": 3,
        "price": {"amount": "0.89", "currency": "EUR"}, "duplex": False,
        "window": {"left_mm": 20.5, "top_mm": 45, "width_mm": 90, "height_mm": 45},
    },
    "erp.tryton": {"url": "https://tryton.example", "database": "books", "dunning": False},
}  # fmt: skip


@pytest.mark.parametrize("name", STORED)
def test_a_form_that_nobody_touched_says_the_settings_that_are_stored(name):
    model = connectors.spec(name).config
    stored = model.model_validate(STORED[name]).model_dump(mode="json")
    again = values(SPECS[name], sent(fields(SPECS[name], stored, "config")), "config")
    assert model.model_validate(again).model_dump(mode="json") == stored


def test_an_empty_envelope_window_is_none_and_a_half_filled_one_is_a_fault():
    schema = SPECS["channels.letter"]
    said = sent(fields(schema, {}, "config"))
    assert "window" not in values(schema, said, "config")
    assert "price" not in values(schema, said, "config")
    said["config.price.amount"] = "0.89"
    assert values(schema, said, "config")["price"] == {"amount": "0.89"}


def test_a_list_grows_by_one_entry_and_an_entry_that_is_emptied_is_gone():
    schema = SPECS["channels.sms"]
    senders = [{"country": "FI", "identity": "Nordic", "state": "not_needed"}]
    (drawn,) = [one for one in fields(schema, {"senders": senders}, "config",
                                      more="config.senders") if one.kind == "rows"]  # fmt: skip
    assert len(drawn.rows) == 2
    said = sent((drawn,))
    assert values(schema, said, "config")["senders"] == senders
    said["config.senders.1.identity"] = "Other"
    assert values(schema, said, "config")["senders"][1]["identity"] == "Other"


def test_a_number_that_is_none_goes_on_as_it_was_typed():
    said = {"config.company": " many ", "config.overlap_minutes": "15"}
    assert values(SPECS["erp.tryton"], said, "config")["company"] == "many"
    assert values(SPECS["erp.tryton"], said, "config")["overlap_minutes"] == 15
