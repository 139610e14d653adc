from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from connectors import connect
from connectors.collectors.inkassomaegleren import Config
from connectors.contract import Connection
from connectors.contract_collectors import CaseMessage
from shared.domain.casefile_xml import plain_text
from tests.connectors.conformance import CASE, FILE, Fixture
from tests.connectors.fake_s3 import FakeS3
from tests.connectors.soap_server import Faulty, SoapServer

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HERE = Path(__file__).parent / "inkassomaegleren"
DANISH = Fixture("collectors.inkassomaegleren").file
NS = {"t": "urn:example:service", "d": "urn:example:acts"}
DIRECT = CaseMessage(
    type="payment.direct", case_id="case-1", at=NOW,
    data={
        "claim": "erp:inv-1", "movement": "m-1", "date": "2026-03-01", "amount": "5.00",
        "currency": "DKK",
    },
)  # fmt: skip


def partner(server: SoapServer, *, files=("service.wsdl", "xsd0.xsd")):
    s3 = FakeS3()
    for name in files:
        s3.drop(f"im/{name}", (HERE / name).read_bytes())
    config = Config(address=server.address, bucket="books", folder="im/", case_type=3)
    given = Connection(
        "conn-1", config, {"token": "t0k"}, frozenset({server.origin}), clients={"s3": s3}
    )
    return connect("collectors.inkassomaegleren", given)


def done(operation: str, _) -> str:
    return f'<{operation}Response xmlns="urn:example:service"/>'


def test_a_case_becomes_an_import_in_the_order_of_the_description():
    with SoapServer(done) as server:
        said = partner(server).submit(CASE, key="act-1", now=NOW, file=DANISH)
    assert said.outcome == "received"
    ((operation, body),) = server.heard
    assert (operation, body.findtext("t:token", None, NS)) == ("ImportActDirect", "t0k")
    act = body.find("t:actImport", NS)
    assert act.findtext("d:caseReferenceId", None, NS) == DANISH.case_id
    debts = act.findall("d:debts/d:Debt", NS)
    assert [one.findtext("d:principal", None, NS) for one in debts] == [
        str(claim.open.amount) for claim in DANISH.claims
    ]
    assert [one.findtext("d:name", None, NS) for one in act.findall("d:debtors/d:Debtor", NS)] == [
        plain_text(one.name) for one in DANISH.debtors
    ]
    # WCF reads elements in alphabetical order and drops what comes late.
    for one in (*debts, *act.findall("d:debtors/d:Debtor", NS)):
        names = [etree.QName(child).localname for child in one]
        assert names == sorted(names, key=str.lower)


def test_a_direct_payment_becomes_a_deposit():
    with SoapServer(done) as server:
        assert partner(server).tell(DIRECT, key="t-1", now=NOW).outcome == "received"
        credit = DIRECT.model_copy(update={"type": "credit_note.applied"})
        assert partner(server).tell(credit, key="t-2", now=NOW).code == "not_supported"
    ((_, body),) = server.heard
    assert body.findtext("t:caseReferenceId", None, NS) == "case-1"
    assert body.findtext("t:deposit/d:Amount", None, NS) == "5.00"
    assert body.findtext("t:deposit/d:DepositDate", None, NS) == "2026-03-01"


def test_another_currency_and_split_liability_are_refused_before_anything_is_sent():
    split = DANISH.model_copy(
        update={"debtors": (DANISH.debtors[0].model_copy(update={"liable_for": ("x",)}),)}
    )
    with SoapServer(done) as server:
        one = partner(server)
        assert one.submit(CASE, key="a", now=NOW, file=FILE).code == "CURRENCY_UNSUPPORTED"
        assert one.submit(CASE, key="a", now=NOW, file=split).code == "SCHEMA_INVALID"
        assert server.heard == []


@pytest.mark.parametrize(("kind", "outcome"), [("Client", "rejected"), ("Server", "unknown")])
def test_a_fault_of_the_service_leaves_the_case_unknown_unless_it_was_our_words(kind, outcome):
    def fails(*_):
        raise Faulty("x", kind=kind)

    with SoapServer(fails) as server:
        said = partner(server).submit(CASE, key="act-1", now=NOW, file=DANISH)
    assert said.outcome == outcome


def test_a_folder_without_the_schema_fails_the_connection_test_and_is_never_fetched_for():
    with SoapServer(done) as server:
        assert [finding.ok for finding in partner(server).test()] == [True]
        assert [finding.ok for finding in partner(server, files=["service.wsdl"]).test()] == [False]
        assert server.connections == 0
