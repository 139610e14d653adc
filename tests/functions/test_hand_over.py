"""A hand-over whose case file cannot be made is a question to a person, no endless failure."""

from __future__ import annotations

from dataclasses import replace

from functions import placing
from shared.cloud import clock, keys, step, table
from shared.cloud.store import Store, Token
from shared.domain.model import Party
from tests.functions.world import CASE, NORDIC, open_case

CLAIMS = ("erp:1",)


def run():
    store = Store(NORDIC)
    loaded = store.load(CASE, beside=[keys.party(NORDIC, "erp:d1")])
    token = Token(CASE, loaded.head["version"], loaded.head["attempt"], loaded.head["snap"])
    return step.frame(store, token, loaded, clock.now())


def test_a_file_whose_parts_disagree_is_none_and_nobody_reads_of_the_debtor(aws, caplog):
    open_case(NORDIC)
    party = Party(id="erp:d1", version="1", kind="person", name="Veikko", country="FI")
    table.put({**keys.party(NORDIC, "erp:d1"), "body": party.model_dump_json()})
    now = run()
    # The events that are stored do not make this case.
    other = now.loaded.case.model_copy(update={"partner_case": "theirs"})

    theirs = replace(now, loaded=replace(now.loaded, case=other))
    judged = placing.judge(theirs, CLAIMS, placing.place(theirs, CLAIMS, "partner"))

    assert judged.file is None
    assert [one.name for one in judged.checks if not one.ok and one.name == "file_agrees"]
    assert "Veikko" not in caplog.text
