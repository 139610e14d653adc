"""A stack to explore: started, set up and left running by `make up`, stopped by `make down`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from infra.local import cast, setup
from infra.local.demo import installation
from infra.local.timelapse import TimeLapse

FOLDER = Path("out/up")
_ACCESS = FOLDER / "access.json"
_READY_SECONDS = 600
# The stack is left to explore when the first debtors have been reminded.
_SHOWN = date(2026, 3, 20)


def up(port: int = 0) -> int:
    """Start ERP, hub and partner in the background, and print how to reach them."""
    console = Console()
    if (FOLDER / "pid").exists() and _alive(int((FOLDER / "pid").read_text())):
        console.print("One runs already; [bold]make down[/bold] stops it.")
        if _ACCESS.exists():
            _show(console)
        return 1
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    _ACCESS.unlink(missing_ok=True)
    log = (FOLDER / "up.log").open("ab")
    keeper = subprocess.Popen(
        [sys.executable, "-m", "infra.local.explore", str(port)],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    (FOLDER / "pid").write_text(str(keeper.pid))
    with console.status("Starting the ERP, the embedded stack and the partner"):
        deadline = time.monotonic() + _READY_SECONDS
        while not _ACCESS.exists():
            if keeper.poll() is not None or time.monotonic() > deadline:
                console.print(f"It did not start: see {FOLDER / 'up.log'}")
                return 1
            time.sleep(0.2)
    _show(console)
    return 0


def down() -> int:
    """Stop what `make up` started."""
    console = Console()
    file = FOLDER / "pid"
    if not file.exists() or not _alive(int(file.read_text())):
        file.unlink(missing_ok=True)
        console.print("Nothing runs.")
        return 0
    pid = int(file.read_text())
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    file.unlink(missing_ok=True)
    _ACCESS.unlink(missing_ok=True)
    console.print("Stopped.")
    return 0


def keep(port: int) -> None:
    """Hold everything running until a signal comes; the body of the background process."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    people = cast.Cast()
    with installation(
        FOLDER, cast.FIRST, cast.START_LINE, port=port, schedules="ENABLED", fill=people.populate
    ) as world:
        lapse = TimeLapse(world.hub, ZoneInfo(setup.ZONE), (setup.ERP,), world.partner.idle)
        lapse.until(_SHOWN, people.live, people.next_event)
        running, partner = world.hub.stack, world.hub.credentials("partner")
        access = {
            "api": world.hub.api,
            "token": world.hub.token(),
            "erp": world.erp.url,
            "erp_database": world.erp.database,
            "erp_user": world.erp.user,
            "erp_password": world.erp.password,
            "partner": world.partner.origin,
            "partner_client": dict(zip(("id", "secret"), partner, strict=True)),
            "partner_scope": world.hub.scope("partner"),
            "token_url": running.token_url,
            "environment": running.environment(),
        }
        descriptor = os.open(_ACCESS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(access, file, indent=1)
        while running.is_running():
            time.sleep(1)


def _show(console: Console) -> None:
    access = json.loads(_ACCESS.read_text())
    console.print(f"API      {access['api']}")
    console.print(f"token    {access['token'][:24]}...   (whole in {_ACCESS}, as all secrets)")
    console.print(
        f"ERP      {access['erp']}  database {access['erp_database']}, user {access['erp_user']}"
    )
    console.print(f"partner  {access['partner']}")
    console.print("\nTry:")
    console.print(
        f"  TOKEN=$(python3 -c \"import json; print(json.load(open('{_ACCESS}'))['token'])\")\n"
        f"  curl -H \"Authorization: Bearer $TOKEN\" '{access['api']}/v1/cases'",
        soft_wrap=True,
    )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep(int(sys.argv[1]))
