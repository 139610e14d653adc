"""What goes to a partner over SFTP: which file an act becomes, and how far it has gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from connectors.collectors.sftp_file.incoming import Incoming
from connectors.collectors.sftp_file.settings import Config
from connectors.collectors.sftp_file.wire import OWNER, Host, TransferFailed, UnderWay, Wire
from connectors.contract import Finding, HandOver, Receipt
from connectors.contract_collectors import CaseMessage, ReportPage
from connectors.json_door import read_json, write_json
from connectors.numbered import Numbered
from connectors.partner_csv import WORDS, Head, case_csv, case_xml, word_csv
from connectors.s3_folder import S3Folder, not_begun
from shared.domain.casefile_v1 import CaseFile
from shared.errors import HubError, Reconnect

Kind = Literal["CASE", "CORR"]
# Files that one call sends; a longer queue goes on with the next.
_MOST = 5
_KINDS = {"CASE": "new_cases", "CORR": "corrections"}


class SftpPartner:
    """One partner's server, behind one Transfer connector."""

    def __init__(self, config: Config, folder: S3Folder, wire: Wire, incoming: Incoming) -> None:
        self._config, self._folder, self._wire = config, folder, wire
        self._incoming = incoming

    def test(self) -> Sequence[Finding]:
        """Look at the staging folder, at whose connector it is with which keys, and at the server.

        The server of somebody else's connector is left alone.
        """
        found = [self._test_folder(), *self._test_connector()]
        return (*found, self._test_server()) if all(one.ok for one in found) else tuple(found)

    def submit(
        self,
        case: HandOver,  # noqa: ARG002 - the file says all that the announcement does
        *,
        key: str,
        now: datetime,
        file: CaseFile,
    ) -> Receipt:
        """Send a file of one case under ``key`` (``now``: wall time, for its name).

        received: file and ``.done`` lie at the partner's; its receipt file says later whether the
        case is taken. unknown: the transfer has not ended or failed; the same key goes on where it
        stopped, and never makes a second file. ``reference`` is the file's name.
        """
        return self._case(key, now, file)

    def tell(
        self, message: CaseMessage, *, key: str, now: datetime, file: CaseFile | None = None
    ) -> Receipt:
        """Send a correction; ``case.amended`` sends the case anew, in its higher version.

        A message that no record has a word for is rejected as ``not_supported``.
        """
        if message.type == "case.amended" and file is not None:
            return self._case(key, now, file)
        if message.type not in WORDS:
            return Receipt(outcome="rejected", code="not_supported")
        return self._send("CORR", key, now, "csv", lambda head: word_csv(head, message))

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:
        """The partner's files since ``cursor``: see ``Incoming.poll``."""
        return self._incoming.poll(cursor, now=now)

    def _case(self, key: str, now: datetime, file: CaseFile) -> Receipt:
        """Send a case, in whichever version, in the form that the partner reads."""
        render, suffix = (case_xml, "xml") if self._config.cases == "xml" else (case_csv, "csv")
        return self._send("CASE", key, now, suffix, lambda head: render(head, file))

    def _send(
        self, kind: Kind, key: str, now: datetime, suffix: str, render: Callable[[Head], bytes]
    ) -> Receipt:
        stream = Numbered(self._folder, shown=f"numbers/{kind}/", hidden=f"hub/{kind}/")
        # Two creditors may have one partner, and one folder of its server.
        whose = self._config.creditor

        def staged(number: int) -> dict[str, Any]:
            made = now.astimezone(UTC)
            name = f"{kind}_{whose}_{made:%Y%m%dT%H%M%SZ}_{number:06d}.{suffix}"
            head = Head(
                batch=key, seq=number, made=made, sender=whose, receiver=self._config.partner,
                kind=_KINDS[kind],
            )  # fmt: skip
            body = render(head)
            # Below the key, so that another worker who tries this number writes elsewhere.
            place = f"staged/{hashlib.sha256(key.encode()).hexdigest()[:32]}/{name}"
            media: Literal["text/csv", "application/xml"] = (
                "application/xml" if suffix == "xml" else "text/csv"
            )
            self._folder.put(place, body, media)
            self._folder.put(f"{place}.done", b"", "text/plain")
            sha256 = hashlib.sha256(body).hexdigest()
            return {"name": name, "place": place, "bytes": len(body), "sha256": sha256}

        try:
            self._wire.own(whose)
            manifest = stream.take(key, staged)
        except HubError as error:
            return not_begun(error)
        return self._through(kind, stream, manifest["seq"], manifest["name"])

    def _through(self, kind: Kind, stream: Numbered, number: int, name: str) -> Receipt:
        """Send what has not gone of a stream up to a number. It has that number: no way back."""
        try:
            done = int(self._folder.get(f"hub/{kind}/sent") or b"0")
            for one in range(done + 1, number + 1):
                if one > done + _MOST:
                    return Receipt(outcome="unknown", code="under_way", after=60)
                self._one(kind, one, str(stream.read(one)["place"]))
                self._folder.put(f"hub/{kind}/sent", str(one).encode(), "text/plain")
        except UnderWay:
            return Receipt(outcome="unknown", code="under_way", after=60)
        except TransferFailed:
            return Receipt(outcome="unknown", code="transfer_failed")
        except HubError:
            return Receipt(outcome="unknown", code="not_connected")
        return Receipt(outcome="received", reference=name)

    def _one(self, kind: Kind, number: int, place: str) -> None:
        """Send a file and then its ``.done``, going on with transfers that were begun before."""
        noted = f"hub/{kind}/transfers/{number:06d}.json"
        begun: dict[str, str] = read_json(self._folder.get(noted) or b"{}")
        for what, path in (("file", place), ("done", f"{place}.done")):
            if begun.get(what) == "sent":
                continue
            if what not in begun:
                begun[what] = self._wire.send(path, self._config.outgoing)
                self._folder.put(noted, write_json(begun), "application/json")
            try:
                self._wire.sent(begun[what])
            except (TransferFailed, Reconnect):
                # Failed, or no longer known: the next attempt sends it again, the same bytes.
                del begun[what]
                self._folder.put(noted, write_json(begun), "application/json")
                raise
            begun[what] = "sent"
            self._folder.put(noted, write_json(begun), "application/json")

    def _test_folder(self) -> Finding:
        try:
            self._folder.put("staged/.writable", b"", "text/plain")
        except HubError:
            text = "The staging folder cannot be written: check the bucket and its policy."
            return Finding(check="bucket", ok=False, text=text)
        return Finding(check="bucket", ok=True, text="The staging folder can be written.")

    def _test_connector(self) -> tuple[Finding, ...]:
        try:
            host = self._wire.host()
        except HubError:
            text = "AWS Transfer Family knows no such connector, or denies it to the hub."
            return (Finding(check="host_keys", ok=False, text=text),)
        return (self._test_owner(host), self._test_keys(host))

    def _test_owner(self, host: Host) -> Finding:
        if host.creditor != self._config.creditor:
            text = (
                f"The connector is not known to be this creditor's: whoever made it tags it with "
                f"{OWNER} and the creditor's id."
            )
            return Finding(check="owner", ok=False, text=text)
        return Finding(check="owner", ok=True, text="The connector is tagged as this creditor's.")

    def _test_keys(self, host: Host) -> Finding:
        if not host.trusted_keys:
            text = (
                "No host key is pinned: get the public host key of the partner's server by another"
                " way than the network, and enter it in the connector's trusted host keys."
            )
            return Finding(check="host_keys", ok=False, text=text)
        return Finding(check="host_keys", ok=True, text="The partner's host key is pinned.")

    def _test_server(self) -> Finding:
        try:
            good = self._wire.greets()
        except HubError:
            good = False
        text = "The partner's server lets the connector in." if good else (
            "The partner's server does not let the connector in: check address, user, key and "
            "host key in AWS Transfer Family."
        )  # fmt: skip
        return Finding(check="server", ok=good, text=text)
