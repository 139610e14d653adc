"""The SOAP door: the one way in which a connector calls another system's SOAP service.

zeep builds the envelopes and reads the answers; it never touches the network or the disk itself. A
WSDL and its schemas are bytes that the caller hands over, and what they import is looked up among
these by its file's name. Document types, entities and whatever would be fetched are refused. Each
call goes through the HTTP door, to the address of the settings and never to that of the WSDL.

Importing zeep costs 0.2 s (most of it lxml and requests, 30 MB), so only what calls imports this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import zeep
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault as ZeepFault
from zeep.helpers import serialize_object
from zeep.wsdl import Document
from zeep.wsse.username import UsernameToken

from connectors.http import Answer, Door, raise_for
from shared.domain.casefile_xml import plain_text
from shared.errors import HubError, Refused, Unreadable

# Where bundled files seem to lie; nothing is ever read there.
_SHELF = "/bundled/"
_MAX_FILE = 2_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# zeep's own annotations are half done.
_client: Any = zeep.Client
_token: Any = UsernameToken
_plain: Any = serialize_object
_parsed: Any = Document
_SETTINGS = zeep.Settings(
    strict=True, forbid_dtd=True, forbid_external=True, forbid_entities=True, force_https=True,
    xml_huge_tree=False,
)  # fmt: skip
# Statuses under which a fault may stand in the body (SOAP 1.1 section 6.2, and what servers do).
_FAULTS = frozenset({400, 500})


class SoapFault(Exception):
    """The service answered with a fault: ``code`` is Client, Server or its own.

    ``detail`` holds the texts of the fault's one detail element by name.
    """

    def __init__(self, code: str, detail: Mapping[str, str]) -> None:
        super().__init__("the service answered with a fault")
        self.code, self.detail = code, detail


class Login(NamedTuple):
    """A WS-Security UsernameToken; the password goes as text, under https."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Service:
    """A WSDL among its schemas, by file name: ``main`` is the one that is opened."""

    main: str
    files: tuple[tuple[str, bytes], ...]


class SoapDoor:
    """One service at one address (``https://host/path``), called as one user.

    ``private_targets``, ``total_seconds`` and ``max_bytes`` are as for ``connectors.http.Door``.
    Raises ``Refused`` (``target_refused``) for an address that is none, and ``Unreadable`` for a
    WSDL that cannot be read without fetching something.
    """

    def __init__(
        self,
        service: Service,
        address: str,
        *,
        login: Login | None,
        private_targets: frozenset[str] = frozenset(),
        total_seconds: float = 30,
        max_bytes: int = 5_000_000,
    ) -> None:
        parts = urlsplit(address)
        if parts.fragment or parts.username is not None:
            raise Refused("the address has a fragment or a user name", code="target_refused")
        door = Door(
            f"{parts.scheme}://{parts.netloc}", private_targets=private_targets,
            total_seconds=total_seconds, max_bytes=max_bytes,
            secrets=() if login is None else (login.password,),
        )  # fmt: skip
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._wire = _Wire(door, path)
        document = _document(service)
        client = _client(
            document,
            wsse=None if login is None else _token(*login),
            transport=self._wire,
            settings=_SETTINGS,
        )
        name, self._binding = next(iter(document.bindings.items()))
        self._service = client.create_service(name, address)

    def __repr__(self) -> str:
        return f"SoapDoor({self._wire.door.origin})"

    def call(self, operation: str, fields: Mapping[str, Any], *, now: datetime) -> Any:
        """Call one operation; its answer as plain values (dict, list, str, Decimal, date, bool).

        ``now`` (wall time) reads a Retry-After. Raises ``SoapFault``; ``Unanswered``, ``Retry``,
        ``Reconnect``, ``Refused`` and ``Unreadable`` as the HTTP door does; ``Refused``
        (``request_invalid``) before anything is sent when the fields do not fit the schema.
        """
        self._wire.begin(now)
        # Raised after the handlers have ended: zeep's errors quote the document.
        fault: Exception
        try:
            return _plain(self._service[operation](**_writable(fields)), dict)
        except ZeepFault as error:
            fault = SoapFault(*_read_fault(error))
        except HubError as error:
            fault = error
        except (ZeepError, etree.LxmlError, ValueError, TypeError, AttributeError, KeyError):
            fault = (
                Unreadable("the answer is not of the service's schema")
                if self._wire.answered
                else Refused("the request does not fit the schema", code="request_invalid")
            )
        raise fault

    def parameters(self, operation: str) -> Mapping[str, frozenset[str]]:
        """What an operation takes: each parameter with the names of the fields inside it.

        Raises ``Unreadable`` when the description has no such operation.
        """
        inside = self._body(operation)
        return {name: frozenset(_children(one.type)) for name, one in inside.items()}

    def shaped(self, operation: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields, each list wrapped as the description wraps it (``{"Debtor": [...]}``)."""
        inside = self._body(operation)
        return {name: _shaped(inside[name], value) for name, value in fields.items()}

    def _body(self, operation: str) -> dict[str, Any]:
        try:
            return _children(self._binding.get(operation).input.body.type)
        except (ZeepError, ValueError, KeyError, AttributeError):
            found = None
        raise Unreadable("the service description has no such operation") from found


class _Wire:
    """What zeep takes for its transport: one POST through the door, and no loading at all."""

    def __init__(self, door: Door, path: str) -> None:
        self.door, self._path = door, path
        self.answered, self._now = False, _EPOCH

    def begin(self, now: datetime) -> None:
        """Forget the call before."""
        self.answered, self._now = False, now

    def load(self, url: str) -> bytes:  # noqa: ARG002 - zeep's signature
        """Nothing is loaded while a call is made."""
        raise Unreadable("the answer refers to something that would have to be fetched")

    def post_xml(self, _address: str, envelope: Any, headers: Mapping[str, str]) -> _Response:
        """Send an envelope; a status that bears no fault is the error that names what to do."""
        body = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
        answer = self.door.call("POST", self._path, headers=dict(headers), body=body)
        self.answered = True
        if not (answer.status in _FAULTS and _is_xml(answer)):
            raise_for(answer, now=self._now, expects="anything")
            if not _is_xml(answer):
                raise Unreadable("a web page (login page?) came where an envelope was expected")
        return _Response(answer)


class _Response:
    """What zeep reads of an answer."""

    encoding = "utf-8"

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.content, self.headers = answer.status, answer.body, answer.headers


class _Shelf:
    """The transport with which a WSDL is read: files by name, and nothing else in the world."""

    def __init__(self, service: Service) -> None:
        self._files = dict(service.files)

    def load(self, url: str) -> bytes:
        """A bundled file. Raises ``Unreadable``."""
        name = url.removeprefix(_SHELF)
        body = self._files.get(name)
        if body is None or len(body) > _MAX_FILE:
            raise Unreadable("the service description needs a file that is not bundled")
        return _at_home(body, self._files)


@lru_cache(maxsize=4)
def _document(service: Service) -> Any:
    """The parsed WSDL; parsing takes longer than a call, so it is kept for the process's life."""
    found = None
    try:
        found = _parsed(_SHELF + service.main, _Shelf(service), settings=_SETTINGS)
    except Unreadable:
        raise
    except (ZeepError, etree.LxmlError, ValueError, TypeError, AttributeError, KeyError):
        found = None
    if found is None or not found.bindings:
        raise Unreadable("the service description cannot be read")
    return found


def _at_home(body: bytes, files: Mapping[str, bytes]) -> bytes:
    """A description whose imports name bundled files, wherever they pointed to before."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.LxmlError:
        root = None
    if root is None or root.getroottree().docinfo.doctype:
        raise Unreadable("the service description is not XML, or holds a document type")
    for element in root.iter("{*}import", "{*}include", "{*}redefine"):
        for attribute in ("schemaLocation", "location"):
            if attribute in element.attrib:
                element.set(attribute, _SHELF + _file_of(element.get(attribute), files))
    return bytes(etree.tostring(root))


def _file_of(location: str, files: Mapping[str, bytes]) -> str:
    """The bundled file that a location means: by its last part, or ``?xsd=xsd0`` as xsd0.xsd."""
    parts = urlsplit(location)
    names = [parts.path.rpartition("/")[2]]
    for kind in ("xsd", "wsdl"):
        names += [f"{one}.{kind}" for one in parse_qs(parts.query).get(kind, ())]
    for name in reversed(names):
        if name in files:
            return name
    raise Unreadable("the service description needs a file that is not bundled")


def _children(kind: Any) -> dict[str, Any]:
    """The elements inside a type by name; none in a plain one."""
    return dict(getattr(kind, "elements", ()))


def _shaped(element: Any, value: Any) -> Any:
    inside = _children(element.type)
    if isinstance(value, dict):
        return {name: _shaped(inside[name], one) for name, one in value.items() if name in inside}
    if not isinstance(value, list):
        return value
    if element.accepts_multiple or len(inside) != 1:
        return [_shaped(element, one) for one in value]
    ((name, item),) = inside.items()
    return {name: [_shaped(item, one) for one in value]}


def _writable(value: Any) -> Any:
    """The same fields without the characters that no XML can hold, whatever wrote them."""
    match value:
        case str():
            return plain_text(value)
        case dict():
            return {name: _writable(one) for name, one in value.items()}
        case list():
            return [_writable(one) for one in value]
        case _:
            return value


def _read_fault(error: ZeepFault) -> tuple[str, dict[str, str]]:
    code = str(error.code or "").rpartition(":")[2]
    parts = [] if error.detail is None else list(error.detail)
    inner = list(parts[0]) if parts else []
    return code, {etree.QName(one).localname: (one.text or "").strip() for one in inner}


def _is_xml(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "text/xml").partition(";")[0].strip().lower()
    return kind in {"text/xml", "application/soap+xml", "application/xml"} and bool(answer.body)
