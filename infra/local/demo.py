"""The demo: a creditor's first sixty days with the hub, against a real ERP and a real partner."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from infra.local import calls, cast, clock, setup, stack, three_sides
from infra.local.bank import Bank
from infra.local.cast import Cast
from infra.local.course import Course
from infra.local.decisions import replayed
from infra.local.erp.books import Books
from infra.local.erp.server import Tryton
from infra.local.hub import TENANT, Hub, install
from infra.local.partner import Partner
from infra.local.payers import Payers
from infra.local.report import collect, page, summary, terminal
from infra.local.stripe import Stripe
from infra.local.stripe.server import Config as Provider
from infra.local.timelapse import TimeLapse

OUT = Path("out/demo")
# The payment provider of the demo: a twin of Stripe.
PROVIDER = Provider(
    account="acct_demo", key="rk_test_" + secrets.token_hex(12), control_token=secrets.token_hex(16)
)


@dataclass(frozen=True)
class Installation:
    """Everything that runs: the ERP, the stack with the hub on it, and the partner."""

    erp: Tryton
    books: Books
    hub: Hub
    partner: Partner
    folder: Path
    payers: Payers | None = None


@contextmanager
def installation(
    folder: Path,
    first: date,
    start_line: date,
    *,
    port: int = 0,
    fill: Callable[[Books], object] = lambda _: None,
    provider: Stripe | None = None,
) -> Iterator[Installation]:
    """Start ERP, embedded stack and partner, and set the creditor up through the admin API.

    ``fill`` puts the first day's invoices into the books: a connection test asks for some.
    With a ``provider`` the hub is connected to it, and to a bank account that it pays out to.
    """
    zone = ZoneInfo(setup.ZONE)
    with Tryton.start(folder / "erp") as erp, stack.running(folder / "stack", port) as running:
        books = Books.open(erp)
        fill(books)
        clock.begin(running.clock_file, datetime.combine(first, clock_time(8, 30), tzinfo=zone))
        world = setup.World(erp, setup.free_port(), provider.origin if provider else None)
        hub = install(
            running,
            private_targets=world.private_targets,
        )
        secret = setup.webhook_secret()
        with setup.start_partner(hub, world, secret, folder / "partner") as partner:
            setup.configure(hub, erp, partner, secret, start_line, setup.WITH_PAPER)
            payers = None if provider is None else _money(hub, provider, first)
            yield Installation(erp, books, hub, partner, folder, payers)


def _money(hub: Hub, stripe: Stripe, first: date) -> Payers:
    """Open the bank account and the provider's, and connect the hub to both."""
    secret = "whsec_" + secrets.token_urlsafe(24)
    bank = Bank(setup.deliver_statement(hub))
    payers = Payers(hub, bank, stripe, secret, setup.ERP)
    payers.open(first)
    stripe.tell("listen", url=payers.webhook)
    setup.connect_money(hub, stripe.origin, PROVIDER.key, secret, PROVIDER.account)
    return payers


def run(port: int = 0, console: Console | None = None) -> int:
    """Live through the demo's sixty days; prints the summary and where everything lies."""
    console = console or Console()
    began = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(mode=0o700, parents=True)
    console.print("[bold]Dunlin[/bold]: sixty days of a creditor's receivables\n")
    with _progress(console) as progress:
        job = progress.add_task("Starting the ERP, the embedded stack and the partner", total=None)
        people = Cast()
        with (
            Stripe.start(PROVIDER) as stripe,
            installation(
                OUT, cast.FIRST, cast.START_LINE, port=port, fill=people.populate, provider=stripe
            ) as world,
        ):
            setup.write_back(world.hub)
            feeds = (setup.BANK, setup.STRIPE, setup.ERP)
            lapse = TimeLapse(world.hub, ZoneInfo(setup.ZONE), feeds, world.partner.idle)
            span = (cast.LAST - cast.FIRST).days + 1
            progress.update(job, total=span)
            course = Course(world, people)
            course.begun.begin()
            _live(lapse, course, lambda day: progress.update(
                job, completed=(day - cast.FIRST).days + 1,
                description=f"Living {day:%a %d %b %Y}: {len(world.hub.stack.letters())} letters",
            ))  # fmt: skip
            progress.update(job, completed=span, description="Sixty days lived")
            drift = three_sides.compared(world.hub, lapse)
            close(world, lapse, cast.FIRST, cast.LAST, console)
            console.print(three_sides.sentence(drift))
            course.tell(console)
    console.print(f"Done in {time.monotonic() - began:.0f} seconds.")
    return 0


def _live(lapse: TimeLapse, course: Course, shown: Any) -> None:
    def happenings(day: date) -> None:
        course.live(day)
        shown(day)

    lapse.until(cast.LAST, happenings, course.next_event)


def close(
    world: Installation,
    lapse: TimeLapse,
    first: date,
    last: date,
    console: Console,
    kind: Literal["demo", "replay"] = "demo",
) -> dict[str, Any]:
    """Write letters, case files and the report; print the closing table and the paths."""
    hub, out = world.hub, world.folder
    letters = _write_letters(hub, out / "letters")
    files = _write_case_files(world, out / "case-files")
    book = collect(hub.stack, hub.table, TENANT, first=first, last=last, zone=setup.ZONE)
    figures = summary(book, world.payers.really() if world.payers else None)
    steps = calls.per_step(calls.read(Path(hub.stack.directory)))
    report = out / "report.html"
    links = {**letters, **files}
    report.write_text(page(book, figures, steps, kind=kind, links=links), encoding="utf-8")
    (out / "summary.json").write_text(
        json.dumps(figures, default=str, indent=1, ensure_ascii=False), encoding="utf-8"
    )
    terminal(figures, console, steps, lived=lapse.days)
    months = _write_months(hub, out, first, last)
    console.print(f"\n{replayed(hub.stack, hub.table, TENANT).sentence()}")
    console.print(f"\n{len(letters)} letters as sent   {out / 'letters'}")
    console.print(f"{len(files)} case files           {out / 'case-files'}")
    console.print(f"report                 {report.resolve()}")
    console.print(f"{len(months)} monthly reports      {months[-1].resolve()}")
    for denial in hub.stack.denials():
        console.print(f"[red]a role lacked a permission[/red]: {denial[:300]}")
    return figures


def _write_letters(hub: Hub, folder: Path) -> dict[str, str]:
    """The letters as files; their paths beside the report, by act."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = {}
    for number, letter in enumerate(hub.stack.letters(), start=1):
        act = letter.tags.get("act", "letter")
        path = folder / f"{number:04d}-{act}.html"
        path.write_text(letter.html or letter.text, encoding="utf-8")
        head = f"To: {', '.join(letter.to)}\nSubject: {letter.subject}\n\n"
        path.with_suffix(".txt").write_text(head + letter.text, encoding="utf-8")
        written[act] = f"{folder.name}/{path.name}"
    return written


def _write_months(hub: Hub, out: Path, first: date, last: date) -> list[Path]:
    """The figures of each month, as page and as CSV; the paths of the pages."""
    pages, month = [], first.replace(day=1)
    while month <= last:
        name = month.isoformat()[:7]
        sheet = out / f"month-{name}.html"
        sheet.write_text(hub.page(f"/v1/reports/month/{name}"), encoding="utf-8")
        table = hub.page(f"/v1/reports/month/{name}.csv")
        sheet.with_suffix(".csv").write_text(table, encoding="utf-8", newline="")
        pages.append(sheet)
        month = (month + timedelta(days=31)).replace(day=1)
    return pages


def _write_case_files(world: Installation, folder: Path) -> dict[str, str]:
    """The case files as the partner keeps them; their paths beside the report, by act."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    announced = {
        line["message"].split("-", 1)[0]: line["message"]
        for line in world.partner.journal()
        if line["what"] == "received" and line["type"] == "case.submitted"
    }
    written = {}
    for file in world.partner.files():
        shutil.copy(file, folder / file.name)
        written[announced.get(file.stem, file.stem)] = f"{folder.name}/{file.name}"
    return written


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        console=console,
    ) as progress:  # fmt: skip
        yield progress
