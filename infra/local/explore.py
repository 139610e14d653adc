"""A stack to explore: started, set up and left running by `make up`, stopped by `make down`."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from infra.local import cast, setup
from infra.local.course import Course
from infra.local.demo import PROVIDER, installation
from infra.local.hub import Hub
from infra.local.stack import Stack
from infra.local.stripe import Stripe
from infra.local.timelapse import TimeLapse

FOLDER = Path("out/up")
_ACCESS = FOLDER / "access.json"
# The second of them approves what the first asks for.
_PEOPLE = ("manager", "administrator")
_READY_SECONDS = 1_800
# So many probes in a row must fail before the stack counts as ended.
_MISSED = 12
# The stack is left to explore when the first debtors have been reminded, unless it is to be later.
SHOWN = date(2026, 3, 20)
# What has come in these last days is left to whoever explores: tasks, and money to match.
_LEFT = timedelta(days=4)


def up(port: int = 0, until: date = SHOWN) -> int:
    """Start ERP, hub and partner in the background, and print how to reach them.

    The creditor has lived ``until`` a day then: from the demo's first day to its last.
    """
    console = Console()
    if (FOLDER / "pid").exists() and _alive(int((FOLDER / "pid").read_text())):
        console.print("One runs already; [bold]make down[/bold] stops it.")
        if _ACCESS.exists():
            _show(console)
        return 1
    # Each start is a new world: the books of the one before hold its invoices already.
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700, parents=True)
    log = (FOLDER / "up.log").open("ab")
    keeper = subprocess.Popen(
        [sys.executable, "-m", "infra.local.explore", str(port), str(until)],
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


def keep(port: int, until: date) -> None:
    """Hold everything running until a signal comes; the body of the background process."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    people = cast.Cast()
    with (
        Stripe.start(PROVIDER) as stripe,
        installation(
            FOLDER, cast.FIRST, cast.START_LINE, port=port, fill=people.populate, provider=stripe,
        ) as world,
    ):  # fmt: skip
        feeds = (setup.BANK, setup.STRIPE, setup.ERP)
        lapse = TimeLapse(world.hub, ZoneInfo(setup.ZONE), feeds, world.partner.idle)
        course = Course(world, people, until - _LEFT)
        course.begun.begin()
        lapse.until(until, course.live, course.next_event)
        _begin_sweeping(world.hub)
        running, partner = world.hub.stack, world.hub.credentials("partner")
        access = {
            "console": {
                "url": world.hub.outputs["ConsoleUrl"],
                "people": {role: _person(world.hub, role) for role in _PEOPLE},
            },
            "api": world.hub.api,
            "token": world.hub.token(),
            "second_token": world.hub.second_token(),
            "operator_token": world.hub.token("operator"),
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
        while _answers(running):
            time.sleep(1)


def _begin_sweeping(hub: Hub) -> None:
    """From here on the hub works by itself, as it does where it is deployed: each minute."""
    client = hub.stack.client("scheduler")
    for listed in client.list_schedules()["Schedules"]:
        one = client.get_schedule(Name=listed["Name"], GroupName=listed["GroupName"])
        kept = ("Name", "GroupName", "ScheduleExpression", "Target", "FlexibleTimeWindow")
        client.update_schedule(**{name: one[name] for name in kept}, State="ENABLED")


def _person(hub: Hub, role: str) -> dict[str, str]:
    """A person who can sign in to the console: name and password."""
    password = f"Aa1-{secrets.token_urlsafe(12)}"
    hub.person(role, role, password)
    return {"name": role, "password": password}


def _answers(running: Stack) -> bool:
    """Whether the stack still answers: on a busy machine, or after its sleep, a probe may fail."""
    for _ in range(_MISSED):
        if running.is_running():
            return True
        time.sleep(1)
    return False


def _show(console: Console) -> None:
    access = json.loads(_ACCESS.read_text())
    manager, administrator = (access["console"]["people"][role] for role in _PEOPLE)
    console.print(f"console  {access['console']['url']}")
    console.print(
        f"         sign in as {administrator['name']}, password {administrator['password']}, or as"
        f" {manager['name']}, password {manager['password']}",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    console.print(f"API      {access['api']}")
    console.print(f"token    {access['token'][:24]}...  (whole in {_ACCESS})", highlight=False)
    console.print(
        f"ERP      {access['erp']}  database {access['erp_database']}, user {access['erp_user']}"
    )
    console.print(f"partner  {access['partner']}")
    console.print("\nTry (second_token is another person's, operator_token an operator's):")
    console.print(
        f"  export DUNLIN_URL='{access['api']}'\n"
        "  export DUNLIN_TOKEN=$(python3 -c "
        f"\"import json; print(json.load(open('{_ACCESS}'))['token'])\")\n"
        f"  {_python()} -m tools.dunlin tasks list\n"
        '  curl -H "Authorization: Bearer $DUNLIN_TOKEN" "$DUNLIN_URL/v1/cases"',
        soft_wrap=True, highlight=False,
    )  # fmt: skip


def _python() -> str:
    """The interpreter as it is typed from the repository's folder."""
    here = Path.cwd()
    python = Path(sys.executable)
    return str(python.relative_to(here)) if python.is_relative_to(here) else str(python)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep(int(sys.argv[1]), date.fromisoformat(sys.argv[2]))
