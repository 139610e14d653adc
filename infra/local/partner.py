"""The demo's collection partner: an HTTP process of its own that implements docs/partner.

    python -m infra.local.partner --config file.json

``Partner.start`` runs it for a driver, who may let it report payments or answer badly.
"""

from __future__ import annotations

import argparse
import json
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import requests

from infra.local.partner_desk import Failed
from infra.local.partner_server import HOOK, ROOT, Config, PartnerServer

_START_SECONDS = 30


class Partner:
    """The running process, as its driver sees it; ends with the ``with`` block or the driver."""

    def __init__(
        self, process: subprocess.Popen[bytes], port: int, token: str, folder: Path
    ) -> None:
        self._process = process
        self._token = token
        self._folder = folder
        self.origin = f"http://127.0.0.1:{port}"
        self.endpoint = self.origin + HOOK

    @classmethod
    def start(cls, config: Config, folder: Path) -> Partner:
        """Start the process with its files below ``folder``; raises ``Failed`` if it cannot."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / "partner.json"
        config.write(file)
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.partner", "--config", str(file), "--leash"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        pipe = process.stdout
        ready = pipe is not None and select.select([pipe], [], [], _START_SECONDS)[0]
        line = pipe.readline() if pipe is not None and ready else b""
        partner = cls(process, json.loads(line or b"0"), config.control_token, folder)
        if not line:
            partner.stop()
            raise Failed("the partner's process did not start")
        return partner

    def pay(self, case_id: str, **order: str) -> dict[str, str]:
        """Let the partner report a payment; see ``Desk.pay``. Raises ``Failed``."""
        answer = self._control("pay", {"case_id": case_id, **order})
        if answer.status_code != 200:
            raise Failed(str(answer.json().get("why", "")) if answer.content else "refused")
        reported: dict[str, str] = answer.json()
        return reported

    def report(self, case_id: str, kind: str, data: dict[str, Any]) -> None:
        """Let the partner report something of a case; see ``Desk.report``. Raises ``Failed``."""
        answer = self._control("report", {"case_id": case_id, "type": kind, "data": data})
        if answer.status_code != 200:
            raise Failed(str(answer.json().get("why", "")) if answer.content else "refused")

    def answer_with(self, *modes: str) -> None:
        """Change how the next deliveries are answered; the last mode stays."""
        if self._control("modes", list(modes)).status_code != 204:
            raise Failed("unknown mode of the partner")

    def journal(self) -> list[dict[str, Any]]:
        """All that the partner noted so far, oldest first."""
        file = self._folder / "journal.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def idle(self) -> bool:
        """Whether every case that was announced has been answered."""
        lines = self.journal()
        announced = {
            line["message"]
            for line in lines
            if line["what"] == "received" and line["type"] == "case.submitted"
        }
        ends = {"case_accepted", "case_rejected", "failed"}
        return len(announced) <= sum(line["what"] in ends for line in lines)

    def files(self) -> list[Path]:
        """The case files that it keeps."""
        return sorted((self._folder / "cases").glob("*.json"))

    def stop(self) -> None:
        """End the process and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _control(self, verb: str, order: object) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                f"{self.origin}/control/{verb}",
                json=order,
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=60,
            )


def main() -> None:
    """Serve until SIGTERM, or with ``--leash`` until standard input is closed."""
    parser = argparse.ArgumentParser(description="The demo's collection partner.")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--leash", action="store_true")
    options = parser.parse_args()
    server = PartnerServer(Config.read(options.config), options.config.parent)

    def end(*_: object) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if options.leash:
        threading.Thread(target=_wait_for_the_end_of_input, args=(end,), daemon=True).start()
    print(server.server_address[1], flush=True)
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        server.server_close()


def _wait_for_the_end_of_input(end: Callable[[], None]) -> None:
    sys.stdin.read()
    end()


if __name__ == "__main__":
    main()
