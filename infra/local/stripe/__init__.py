"""The demo's payment provider: a double of Stripe's API in a process of its own, and its driver."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import requests

from infra.local.stripe.server import STORIES, Config

_ROOT = Path(__file__).parents[3]
_START_SECONDS = 30


class StripeError(RuntimeError):
    """The double did not start, or refused an order."""


class Stripe:
    """The running process, as its driver sees it; ends with the ``with`` block or the driver.

    Whatever a payer, a bank or the creditor does there is ``tell("pay", amount=12000,
    metadata={"reference": "..."})``: the names are methods of ``account.Account``.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int, token: str) -> None:
        self._process = process
        self._token = token
        self.origin = f"http://127.0.0.1:{port}"

    @classmethod
    def start(cls, config: Config) -> Stripe:
        """Start the process. Raises ``StripeError``."""
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.stripe"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if process.stdin is None or process.stdout is None:
            raise StripeError("the double has no pipes")
        # The key and the token pass where no list of processes shows them.
        process.stdin.write(json.dumps(asdict(config)).encode() + b"\n")
        process.stdin.flush()
        ready = select.select([process.stdout], [], [], _START_SECONDS)[0]
        line = process.stdout.readline() if ready else b""
        stripe = cls(process, int(line or b"0"), config.control_token)
        if not line:
            stripe.stop()
            raise StripeError("the double of Stripe did not start")
        return stripe

    def tell(self, story: str, **order: Any) -> dict[str, Any]:
        """Let something happen at the provider; the object that came of it."""
        if story not in STORIES:
            raise StripeError("there is no such story")
        return self._control(story, order)

    def set_clock(self, now: int) -> None:
        """Let the double live at ``now`` (seconds since 1970)."""
        self._control("clock", {"now": now})

    def deliver(self, url: str, secret: str, since: int = 0) -> list[int]:
        """Send all events but the first ``since`` to an endpoint; the statuses of its answers."""
        statuses: list[int] = self._control(
            "deliver", {"url": url, "secret": secret, "since": since}
        )["statuses"]
        return statuses

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

    def _control(self, verb: str, order: dict[str, Any]) -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                f"{self.origin}/control/{verb}",
                json=order,
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=600,
            )
        if answer.status_code != 200:
            raise StripeError(f"the double refused {verb}")
        told: dict[str, Any] = answer.json()
        return told
