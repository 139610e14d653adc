"""The customer's copy of a description out of S3, and the service's answer to an import."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
LISTED = (
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>books</Name>'
    "<IsTruncated>false</IsTruncated>{}</ListBucketResult>"
)
ENTRY = (
    "<Contents><Key>im/{}</Key><LastModified>2026-03-01T00:00:00.000Z</LastModified>"
    '<ETag>"1"</ETag><Size>1</Size></Contents>'
)
ANSWER = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    '<ImportActDirectResponse xmlns="urn:example:service"/></e:Body></e:Envelope>'
)


def exchanges():
    names = ["service.wsdl", "xsd0.xsd"]
    listing = LISTED.format("".join(map(ENTRY.format, names)))
    path = "/books?list-type=2&prefix=im%2F&encoding-type=url"
    yield _exchange("GET", path, listing)
    for name in names:
        yield _exchange("GET", f"/books/im/{name}", (HERE / name).read_text())
    yield _exchange("POST", "/Import.svc", ANSWER)


def _exchange(method: str, path: str, body: str) -> dict:
    response = {"status": 200, "headers": {"Content-Type": "text/xml"}, "body": body}
    return {"request": {"method": method, "path": path}, "response": response}
