"""A real SOAP service on 127.0.0.1: it checks login and schema as a partner's server would.

What comes in is read with lxml alone and held against the published WSDL's own schemas, so that
zeep is not checked by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lxml import etree

from shared.domain import casefile_xml
from tests.connectors.stub_server import RawServer, ok

ENV = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
OWN = "urn:dunlin:partner:1"
NS = {"e": ENV, "w": WSSE, "t": OWN, "f": casefile_xml.NAMESPACE}
WSDL = Path(__file__).parents[2] / "connectors" / "collectors" / "soap" / "partner.v1.wsdl"


def schema() -> etree.XMLSchema:
    """The schema in the WSDL, with the case file's beside it."""

    class Beside(etree.Resolver):
        def resolve(self, url, pubid, context):
            if url.endswith("casefile.v1.xsd"):
                return self.resolve_string(casefile_xml.xsd().encode(), context)
            return None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Beside())
    root = etree.fromstring(WSDL.read_bytes(), parser)
    inner = root.find(".//{http://www.w3.org/2001/XMLSchema}schema")
    return etree.XMLSchema(etree.fromstring(etree.tostring(inner), parser))


class SoapServer(RawServer):
    """``answer(operation, body element)`` gives the answer's inner XML, or raises ``Faulty``."""

    def __init__(self, answer: Callable[[str, etree._Element], str], check=None) -> None:
        super().__init__(self._answered)
        self.schema, self.heard, self.logins = check, [], []
        self._answer_to = answer
        self.address = f"{self.origin}/soap"

    def _answered(self, request: bytes) -> list[bytes]:
        envelope = etree.fromstring(request.partition(b"\r\n\r\n")[2])
        (body,) = envelope.find("e:Body", NS)
        if self.schema is not None:
            self.schema.assertValid(body)
        login = [envelope.findtext(f".//w:{name}", "", NS) for name in ("Username", "Password")]
        self.logins.append(tuple(login))
        name = etree.QName(body).localname
        self.heard.append((name, body))
        try:
            return [said(self._answer_to(name, body))]
        except Faulty as fault:
            return [said(fault.xml, status="500 Internal Server Error")]


class Faulty(Exception):
    def __init__(self, code: str, *, retryable: bool | None = None, kind: str = "Server") -> None:
        super().__init__(code)
        detail = ""
        if retryable is not None:
            detail = (
                f'<detail><t:PartnerFault xmlns:t="{OWN}"><t:code>{code}</t:code>'
                f"<t:message>secret words</t:message><t:retryable>{str(retryable).lower()}"
                "</t:retryable></t:PartnerFault></detail>"
            )
        self.xml = (
            f"<e:Fault><faultcode>e:{kind}</faultcode><faultstring>secret words</faultstring>"
            f"{detail}</e:Fault>"
        )


def said(inner: str, *, status: str = "200 OK") -> bytes:
    body = f'<e:Envelope xmlns:e="{ENV}" xmlns:t="{OWN}"><e:Body>{inner}</e:Body></e:Envelope>'
    return ok(body.encode(), status=status, headers="Content-Type: text/xml\r\n")


def receipt(operation: str, status: str, *, partner_case: str = "", code: str = "") -> str:
    own = f"<t:partnerCaseId>{partner_case}</t:partnerCaseId>" if partner_case else ""
    why = f"<t:reasonCode>{code}</t:reasonCode>" if code else ""
    return (
        f"<t:{operation}Response><t:receipt><t:caseId>case-1</t:caseId><t:status>{status}"
        f"</t:status>{own}{why}</t:receipt></t:{operation}Response>"
    )
