"""What the conformance suite needs of a connector's fixture folder, and the replay of its answers.

A connector is held to the suite by its folder ``tests/connectors/<family>/<name>/`` alone:

``connection.json``
    ``{"config": {...}, "secrets": {...}, "now": "2026-03-02T12:00:00Z", "cursor": null,
    "open_items": ["<invoice id>", ...], "empty": "[]", "message": {...},
    "answers": {"429": {...}}}``.
    Only ``config`` is needed; ``{origin}`` in its texts becomes the address of the replaying
    server. Secrets are invented. ``empty`` is the body with which the vendor lists nothing.
    ``message`` is what of the message a channel needs otherwise (a phone number, an address).
    ``answers`` are error answers in the vendor's own form, by the suite's names, where a bare
    status does not occur (null: that case cannot be produced). An ERP that answers over HTTP names
    ``error inside`` there: the HTTP 200 that is an error (null: this vendor has none). ``token`` is
    the access token that the hub would lend.
``*.http.json``
    Recorded answers: ``[{"request": {"method", "path", "params"?, "body"?},
    "response": {"status", "headers"?, "body"}}, ...]``. ``path`` may carry its query; ``params``
    adds to it (a value may be a list). A ``body`` that is not a text stands for its JSON. Equal
    requests are answered in the recorded order, and the last answer repeats; a request that was
    not recorded fails the test. ``source`` beside ``request`` says which sample or specification an
    answer was made of.
``stories/<name>/``
    For an incremental ERP ``row_moves`` and ``equal_stamps``: the folders ``1`` and ``2`` hold the
    recorded answers (``*.http.json``) of two pulls, the second of which begins at the first one's
    cursor, and ``expected.json`` the ids that each gives, ``[[...], [...]]``. ``story.json`` has
    ``{"now": ["2026-03-02T12:00:00Z", ...]}`` where they are not at the folder's own instant. Where
    they are told by a connector's own test, ``connection.json`` names it: ``"stories":
    {"row_moves": "tests/.../test_x.py::test_name"}``.
``connection.json``, for what an ERP may do beside the pull
    ``"backfill": "2020-01-01"`` (the day from which the recorded years begin) and ``"documents":
    {"<id>": true, "<id>": false}`` (which invoices have a PDF). ``read`` is asked for the invoices
    of ``open_items``.
``replay.py``
    In place of ``*.http.json`` where recordings are kept in a form of their own:
    ``exchanges() -> [...]`` in the form above.
``case.json``
    For a collector that takes only some cases (one currency): the case file that is handed over, in
    place of the golden one. In ``connection.json``, ``absent`` is the id of a case that the partner
    answers not to have, ``login`` the path at which a token is fetched (answered as recorded while
    everything else fails), and ``answers`` may hold ``refused``: how the vendor says no within an
    answer that is otherwise good, or in its own form.
``expected.json``
    For a collector that is polled: what ``poll`` gives, page by page (without it and ``absent``,
    its own tests ask what it reports and finds). For an ERP: what ``pull``
    gives, ``[{"fact": "Party", ...}, ...]`` in order. Written by
    ``python -m tests.connectors.conformance <name>``, to be read before it is kept.
``clients.py``
    Where an AWS service is the counterpart: ``clients(origin, state) -> {name: client}``, ``state``
    being ``recorded``, ``empty`` (the source suddenly lists nothing) or ``failing`` (the client
    must call ``origin``, which answers with errors).
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import connectors
from connectors.contract import Connection, HandOver, Message, Receipt
from connectors.contract_collectors import CaseMessage
from shared.domain.casefile_v1 import CaseFile
from tests.connectors.stub_server import RawServer, ok

HERE = Path(__file__).parent
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# The case file that is handed over, and an announcement.
FILE = CaseFile.model_validate_json((HERE.parent / "golden" / "casefile_v1_full.json").read_bytes())
CASE = HandOver(
    case_id="case-1", version=1, creditor="tenant-1", country="FI", open="120.00", currency="EUR",
    as_of=date(2026, 3, 2), href="https://hub.example/v1/partner/cases/case-1",
)  # fmt: skip
# What each message to a partner says, in the names that the hub uses.
TOLD: dict[str, dict[str, Any]] = {
    "case.amended": {},
    "case.withdrawn": {"claims": ["erp:inv-1"], "reason": "credited"},
    "case.held": {"claims": ["erp:inv-1"], "reason": "dispute", "state": "d1"},
    "case.resumed": {"claims": ["erp:inv-1"]},
    "payment.direct": {
        "claim": "erp:inv-1", "movement": "erp:pay-9", "date": "2026-03-01",
        "amount": "100.00", "currency": "EUR",
    },
    "payment.reversed": {
        "claim": "erp:inv-1", "movement": "erp:back-9", "date": "2026-03-01",
        "amount": "100.00", "currency": "EUR",
    },
    "credit_note.applied": {
        "claim": "erp:inv-1", "movement": "erp:cn-9", "date": "2026-03-01",
        "amount": "20.00", "currency": "EUR",
    },
    "plan.agreed": {"claims": ["erp:inv-1"], "plan": "p1"},
    "question.answered": {"question": "q1", "answer": "continue"},
    "settlement.confirmed": {"remittance": "r1"},
}  # fmt: skip
MESSAGE = Message(
    to="canary.person@example.com", subject="Reminder", text="Hello", language="fi",
    tags={"tenant": "tenant-1"},
)  # fmt: skip


@dataclass
class Fixture:
    """One connector's folder."""

    name: str
    folder: Path = field(init=False)
    settings: dict[str, Any] = field(init=False)
    renewed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.folder = HERE.joinpath(*self.name.split("."))
        page = self.folder / "connection.json"
        shown = f"tests/connectors/{'/'.join(self.name.split('.'))}"
        if not page.is_file():
            pytest.fail(
                f"{self.name} has no recorded answers: add the folder {shown}/ with "
                "connection.json, *.http.json and expected.json, as "
                "tests/connectors/conformance.py describes",
                pytrace=False,
            )
        self.settings = json.loads(page.read_text())

    @property
    def family(self) -> str:
        return self.name.split(".")[0]

    @property
    def now(self) -> datetime:
        return self.moment(None)

    def moment(self, text: str | None) -> datetime:
        """The instant of a text; the folder's own without one."""
        own = text or self.settings.get("now")
        return datetime.fromisoformat(own) if own else NOW

    @property
    def message(self) -> Message:
        """What is sent through a channel."""
        return Message.model_validate({**MESSAGE.model_dump(), **self.settings.get("message", {})})

    @property
    def file(self) -> CaseFile:
        """The case file that is handed over."""
        own = self.folder / "case.json"
        return CaseFile.model_validate_json(own.read_bytes()) if own.is_file() else FILE

    @property
    def case(self) -> HandOver:
        """The announcement of the case file."""
        file = self.file
        return HandOver(
            case_id=file.case_id, version=file.file_version, creditor=file.creditor.id,
            country=file.country, open=str(file.totals.open.amount), currency=file.currency,
            as_of=file.as_of, href=f"https://hub.example/v1/partner/cases/{file.case_id}",
        )  # fmt: skip

    def told(self, kind: str) -> CaseMessage:
        """A message about the case; the partner has told its own number."""
        data = {**TOLD[kind], **self.settings.get("told", {}).get(kind, {})}
        return CaseMessage.model_validate(
            {
                "type": kind, "case_id": self.file.case_id, "at": self.now, "data": data,
                "partner_case": self.settings.get("partner_case", "P-7"),
            }
        )  # fmt: skip

    @property
    def personal(self) -> set[str]:
        """Names, addresses and contacts of the case file: never in an error or a log line."""
        people = self.file.debtors
        found = {one.name for one in people}
        for one in people:
            found |= {*one.emails, *one.phones}
            found |= {line for address in one.addresses for line in address.lines}
        return found

    def submitted(self, connector: Any, key: str = "act-1") -> Receipt:
        """The case handed over under a key."""
        return connector.submit(self.case, key=key, now=self.now, file=self.file)

    def exchanges(self) -> list[dict[str, Any]]:
        own = self._module("replay")
        if own is not None:
            return list(own.exchanges())
        return _recorded(self.folder)

    def connection(self, origin: str, state: str = "recorded") -> Connection:
        """A connection whose counterpart is the server at ``origin``."""
        text = json.dumps(self.settings["config"]).replace("{origin}", origin)
        return Connection(
            id="conn-1",
            config=connectors.spec(self.name).config.model_validate(json.loads(text)),
            secrets=self.settings.get("secrets", {}),
            private_targets=frozenset({origin}),
            clients=self._clients(origin, state),
            token=self.token,
        )

    def token(self, stale: str = "") -> str:
        """The door of the token that the hub lends; a stale one is renewed."""
        self.renewed += bool(stale)
        return f"{self.settings.get('token', 'lent-token')}{'.again' if stale else ''}"

    @contextmanager
    def replayed(self, folder: Path | None = None) -> Iterator[Any]:
        """The connector before its recorded counterpart; an unrecorded request fails at the end.

        ``folder`` holds the recorded answers of one pull of a story.
        """
        replay = Replay(self.exchanges() if folder is None else _recorded(folder))
        with RawServer(replay) as server:
            yield connectors.connect(self.name, self.connection(server.origin))
        assert not replay.unexpected, f"{self.name} asked what was not recorded"

    @property
    def speaks_through_a_client(self) -> bool:
        """Whether an AWS client, and not our doors, reads the counterpart's bytes."""
        return (self.folder / "clients.py").is_file()

    def produces(self, case: str) -> bool:
        """Whether this counterpart can give the answer ``case`` of the suite's tables."""
        return self.settings.get("answers", {}).get(case, ...) is not None

    @contextmanager
    def answered(self, case: str, answer: bytes, state: str = "failing") -> Iterator[Any]:
        """The connector before a counterpart that gives every request the same bytes."""
        own = self.settings.get("answers", {}).get(case)
        given = answer if own is None else _answer(own)
        login, recorded = self.settings.get("login"), Replay(self.exchanges())

        def reply(request: bytes) -> list[bytes]:
            path = request.split(b" ")[1].decode().partition("?")[0]
            return recorded(request) if path == login else [given]

        with RawServer(reply) as server:
            yield connectors.connect(self.name, self.connection(server.origin, state))

    def _clients(self, origin: str, state: str) -> dict[str, Any]:
        own = self._module("clients")
        return dict(own.clients(origin, state)) if own is not None else {}

    def _module(self, name: str) -> Any:
        """The folder's own module of that name, None without one."""
        path = self.folder / f"{name}.py"
        if not path.is_file():
            return None
        found = importlib.util.spec_from_file_location(f"{name} of {self.name}", path)
        assert found is not None
        assert found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        return module


def _recorded(folder: Path) -> list[dict[str, Any]]:
    pages = sorted(folder.glob("*.http.json"))
    return [exchange for page in pages for exchange in json.loads(page.read_text())]


class Replay:
    """Answers requests by what was recorded for them."""

    def __init__(self, exchanges: list[dict[str, Any]]) -> None:
        self.unexpected: list[str] = []
        self._left = list(exchanges)
        self._last: list[dict[str, Any]] = []

    def __call__(self, request: bytes) -> list[bytes]:
        head, _, body = request.partition(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        for pool in (self._left, self._last):
            for exchange in pool:
                if _matches(exchange["request"], method, target, body):
                    self._used(exchange)
                    return [_answer(exchange["response"])]
        self.unexpected.append(f"{method} {target}")
        return [ok(b"not recorded", status="599 Not Recorded")]

    def _used(self, exchange: dict[str, Any]) -> None:
        if exchange in self._left:
            self._left.remove(exchange)
            same = [each for each in self._last if each["request"] == exchange["request"]]
            for each in same:
                self._last.remove(each)
            self._last.append(exchange)


def _matches(recorded: dict[str, Any], method: str, target: str, body: bytes) -> bool:
    wanted, asked = urlsplit(recorded["path"]), urlsplit(target)
    pairs = parse_qsl(wanted.query, keep_blank_values=True)
    for name, value in recorded.get("params", {}).items():
        values = value if isinstance(value, list) else [value]
        pairs += [(name, str(each)) for each in values]
    if (recorded["method"], wanted.path) != (method, asked.path):
        return False
    if sorted(pairs) != sorted(parse_qsl(asked.query, keep_blank_values=True)):
        return False
    text = recorded.get("body")
    if text is None:
        return True
    return body.decode() == text if isinstance(text, str) else json.loads(body) == text


def _answer(recorded: dict[str, Any]) -> bytes:
    body = recorded.get("body", "")
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    skipped = {"content-length", "transfer-encoding", "content-encoding", "connection"}
    headers = recorded.get("headers", {}).items()
    lines = "".join(f"{name}: {text}\r\n" for name, text in headers if name.lower() not in skipped)
    return ok(data, status=f"{recorded['status']} Recorded", headers=lines)


def plain(facts: Any) -> list[dict[str, Any]]:
    """Facts in the form of ``expected.json``."""
    return [{"fact": type(fact).__name__, **fact.model_dump(mode="json")} for fact in facts]


def polled(fixture: Fixture, connector: Any) -> list[dict[str, Any]]:
    """What a poll gives, page by page, in the form of ``expected.json``."""
    pages = connector.poll(fixture.settings.get("cursor"), now=fixture.now)
    return [page.model_dump(mode="json", exclude_defaults=True) for page in pages]


def write_expected(name: str) -> None:
    """Write ``expected.json`` of a connector from what it makes of its recordings now."""
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        if fixture.family == "collectors":
            facts = polled(fixture, connector)
        else:
            pages = list(connector.pull(fixture.settings.get("cursor"), now=fixture.now))
            facts = plain(fact for page in pages for fact in page.facts)
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    (fixture.folder / "expected.json").write_text(f"{text}\n")


if __name__ == "__main__":
    write_expected(sys.argv[1])
