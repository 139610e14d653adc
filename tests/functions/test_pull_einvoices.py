"""E-invoices through the hub: stored once, held when in doubt, no touch before a bank speaks."""

from __future__ import annotations

import pytest

from shared.cloud import runtime, sources
from shared.domain.freshness import Gate
from tests.connectors.erp.test_einvoice_files import ACCOUNT, NOTE, SAME, UBL
from tests.functions.pulling import enabled, pulled, stated
from tests.functions.world import NOW


@pytest.fixture
def drop(aws):
    """Drops a file into the folder of an enabled connection."""
    s3 = runtime.client("s3")
    s3.create_bucket(
        Bucket="einvoices", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    config = {
        "bucket": "einvoices", "prefix": "nordic/", "sellers": ["1234567-1"],
        "accounts": [ACCOUNT], "country": "FI",
    }  # fmt: skip
    enabled("erp.einvoice_files", config)

    def put(name, text):
        s3.put_object(Bucket="einvoices", Key=f"nordic/erp/inbox/{name}", Body=text.encode())

    return put


def test_an_invoice_in_two_formats_is_stored_once_and_no_one_is_touched_without_a_bank(drop):
    drop("1.xml", UBL)
    row = pulled()
    assert (stated("26-0101")["open"], stated("26-0101")["status"]) == ("250.50", "partly_paid")

    believing = Gate(erp_is_the_bank=True)
    waits = sources.waited_for(row, None, believing, "FI", NOW)
    assert [one.why for one in waits] == ["no_money_feed"]

    drop("2.xml", SAME)
    row = pulled()
    assert (row["rows_seen"], row["rows_new"], row["rows_changed"]) == (1, 0, 0)


def test_an_invoice_in_doubt_is_held_until_its_credit_note_can_be_read(drop):
    drop("1.xml", UBL)
    drop("2.xml", NOTE.replace(">381<", ">999<"))
    assert pulled()["rows_refused"] == 1
    assert "missing" in stated("26-0101")

    drop("3.xml", NOTE)
    pulled()
    assert "missing" not in stated("26-0101")
    assert stated("26-0101")["open"] == "200.30"
