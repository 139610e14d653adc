from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lxml import etree

from connectors import connect
from connectors.collectors.soap import Config
from connectors.contract import Connection
from connectors.contract_collectors import CaseMessage
from shared.domain import casefile_xml
from shared.errors import Retry, Unreadable
from tests.connectors.conformance import CASE, FILE
from tests.connectors.soap_server import NS, Faulty, SoapServer, receipt, schema

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SCHEMA = schema()
DIRECT = CaseMessage(
    type="payment.direct", case_id="case-1", partner_case="77", at=NOW,
    data={
        "claim": "erp:inv-1", "movement": "m-1", "date": "2026-03-01", "amount": "5.00",
        "currency": "EUR", "sequence": 9,
    },
)  # fmt: skip


def partner(server: SoapServer):
    config = Config(partner="P", address=server.address, user="hub")
    given = Connection("conn-1", config, {"password": "s3cret"}, frozenset({server.origin}))
    return connect("collectors.soap", given)


def answering(answer) -> SoapServer:
    return SoapServer(answer, SCHEMA)


def accepts(operation: str, _) -> str:
    return receipt(operation, "accepted", partner_case="77")


def fails(fault: Faulty):
    def answer(*_):
        raise fault

    return answer


def test_a_case_goes_as_the_published_xml_under_our_key_and_login():
    with answering(accepts) as server:
        said = partner(server).submit(CASE, key="act-1", now=NOW, file=FILE)

    assert (said.outcome, said.reference) == ("accepted", "77")
    assert server.logins == [("hub", "s3cret")]
    ((operation, body),) = server.heard
    assert (operation, body.findtext("t:idempotencyKey", None, NS)) == ("SubmitCase", "act-1")
    # The same tree as the XML that the hub serves: names, order, texts and currencies.
    assert tree(body.find("f:case_file", NS)) == tree(etree.fromstring(casefile_xml.render(FILE)))


def tree(element) -> tuple:
    name = etree.QName(element).localname
    text = "" if len(element) else (element.text or "")
    if name in {"created_at", "at"}:  # the same instant may be written with Z or +00:00
        text = datetime.fromisoformat(text).isoformat()
    return (name, text, dict(element.attrib), [tree(child) for child in element])


def test_money_and_rest_have_operations_of_their_own():
    held = CaseMessage(
        type="case.held", case_id="case-1", at=NOW,
        data={"claims": ["c-1", "c-2"], "reason": "dispute", "until": "2026-04-01"},
    )  # fmt: skip
    with answering(accepts) as server:
        one = partner(server)
        assert one.tell(DIRECT, key="t-1", now=NOW).outcome == "accepted"
        assert one.tell(held, key="t-2", now=NOW).outcome == "accepted"
        assert one.tell(
            DIRECT.model_copy(update={"type": "plan.agreed"}), key="t-3", now=NOW
        ).code == "not_supported"  # fmt: skip

    (paid, rest) = [body for _, body in server.heard]
    assert [name for name, _ in server.heard] == ["ReportPayment", "ControlCase"]
    amount = paid.find("t:amount", NS)
    assert (amount.text, amount.get("currency")) == ("5.00", "EUR")
    assert paid.findtext("t:movementId", None, NS) == "m-1"
    assert [one.text for one in rest.findall("t:claimId", NS)] == ["c-1", "c-2"]
    assert rest.findtext("t:until", None, NS) == "2026-04-01"


FAULTS = {
    "a code of ours": (Faulty("TOO_EARLY", retryable=False), "rejected", "TOO_EARLY"),
    "a code of theirs": (Faulty("E-77", retryable=False), "rejected", "OTHER"),
    "not now": (Faulty("BUSY", retryable=True), "retry", "fault"),
    "our mistake": (Faulty("x", kind="Client"), "rejected", "OTHER"),
    "a server that broke": (Faulty("x"), "unknown", "fault"),
}


@pytest.mark.parametrize(("fault", "outcome", "code"), FAULTS.values(), ids=FAULTS)
def test_a_fault_says_what_to_do_next(fault, outcome, code):
    with answering(fails(fault)) as server:
        said = partner(server).submit(CASE, key="act-1", now=NOW, file=FILE)
    assert (said.outcome, said.code) == (outcome, code)
    assert "secret words" not in repr(said)


def test_a_partner_is_asked_whether_it_has_a_case():
    with answering(lambda name, _: receipt(name, "unknown")) as server:
        assert partner(server).find("case-1", now=NOW).code == "not_found"
        assert [finding.ok for finding in partner(server).test()] == [True]
    with answering(lambda name, _: receipt(name, "received", partner_case="77")) as server:
        assert partner(server).find("case-1", now=NOW).reference == "77"


def test_an_answer_of_another_schema_is_unknown():
    with answering(lambda *_: "<t:SubmitCaseResponse/>") as server:
        said = partner(server).submit(CASE, key="act-1", now=NOW, file=FILE)
    assert said.outcome == "unknown"


def events(after: str, cursor: str, *inner: str, more: bool) -> str:
    return (
        f"<t:FetchEventsResponse>{''.join(inner)}<t:nextCursor>{cursor}</t:nextCursor>"
        f"<t:more>{str(more).lower()}</t:more></t:FetchEventsResponse>"
    )


def event(own: str, kind: str, data: dict) -> str:
    return (
        f"<t:event><t:id>{own}</t:id><t:type>{kind}</t:type>"
        f"<t:timestamp>2026-03-02T14:00:00Z</t:timestamp><t:caseId>case-1</t:caseId>"
        f"<t:data>{json.dumps(data)}</t:data></t:event>"
    )


REMITTANCE = {
    "id": "r-1", "currency": "EUR", "value_date": "2026-03-31", "bank_reference": "RF18",
    "total": {"amount": "90.00", "currency": "EUR"},
    "lines": [{"category": "principal", "amount": {"amount": "90.00", "currency": "EUR"}}],
}  # fmt: skip


def test_events_are_fetched_answer_by_answer_from_the_cursor():
    def answer(_, body):
        after = body.findtext("t:cursor", "", NS)
        if after == "":
            accepted = event("p-1", "case.accepted", {"partner_case_id": "77"})
            return events(after, "c1", accepted, event("p-2", "case.new", {}), more=True)
        assert after == "c1"
        paid = f"<t:remittance>{json.dumps(REMITTANCE)}</t:remittance>"
        off = paid.replace("90.00", "90.01", 1)
        return events(after, "c2", paid, off, more=False)

    with answering(answer) as server:
        pages = list(partner(server).poll(None, now=NOW))
    assert [page.cursor for page in pages] == ["c1", "c2"]
    assert [one.message.id for one in pages[0].reports] == ["p-1"]
    assert [error.row for error in pages[0].refused] == ["e3b0c44298fc:event-2"]
    assert [one.id for one in pages[1].remittances] == ["r-1"]
    assert [error.row[13:] for error in pages[1].refused] == ["remittance-2"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(Faulty("BUSY", retryable=True), Retry), (Faulty("NO", retryable=False), Unreadable)],
)
def test_a_fault_while_events_are_fetched_is_named(fault, kind):
    with answering(fails(fault)) as server, pytest.raises(kind):
        list(partner(server).poll("c1", now=NOW))
