"""The replay: what it reads of a foreign history, how it moves it, and that it can go on."""

import json
import os
import re
import signal
from datetime import date, timedelta
from decimal import Decimal

import pytest
from rich.console import Console

from infra.local import history_file
from infra.local.bookings import Bookings, Position
from infra.local.checkpoint import Shelf, scan
from infra.local.history_file import HistoryError, told
from infra.local.replay import Plan, clear, replay, run, standing, through
from infra.local.replay_process import Interrupt, only_one
from infra.local.replay_progress import Pace

HEADER = (
    "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,"
    "Disputed,SettledDate,PaperlessBill,DaysToSettle,DaysLate"
)
GOOD = "391,A-1,4/6/2013,0001,1/2/2013,2/1/2013,55.94,No,1/15/2013,Paper,13,0"


@pytest.fixture
def file(tmp_path):
    def write(*lines, header=HEADER):
        path = tmp_path / "history.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    return write


def changed(column, value, number="0002"):
    """A good row with one cell changed."""
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    return ",".join({**cells, "invoiceNumber": number, column: value}.values())


# -- reading -----------------------------------------------------------------------------------


def test_a_row_is_read_with_american_dates_and_an_exact_amount(file):
    (entry,) = history_file.read(file(GOOD)).entries
    assert (entry.issued, entry.due, entry.settled) == (
        date(2013, 1, 2), date(2013, 2, 1), date(2013, 1, 15),
    )  # fmt: skip
    assert (entry.row, entry.customer, entry.number) == (2, "A-1", "0001")
    assert entry.amount == Decimal("55.94")
    assert entry.disputed is False


def test_an_invoice_without_a_settled_date_stays_unpaid(file):
    (entry,) = history_file.read(file(changed("SettledDate", ""))).entries
    assert entry.settled is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("InvoiceDate", "13/2/2013"),
        ("DueDate", "2/30/2013"),
        ("DueDate", "2013-02-01"),
        ("DueDate", "1/1/2013"),
        ("SettledDate", "1/1/2013"),
        ("SettledDate", "1/15/13"),
        ("InvoiceAmount", "55,94"),
        ("InvoiceAmount", "1,055.94"),
        ("InvoiceAmount", "-5.00"),
        ("InvoiceAmount", "0.00"),
        ("InvoiceAmount", "5.001"),
        ("InvoiceAmount", "1e3"),
        ("InvoiceAmount", ""),
        ("Disputed", "maybe"),
        ("customerID", "a b@c"),
        ("invoiceNumber", ""),
        ("DaysToSettle", "14"),
    ],
)
def test_a_broken_cell_keeps_its_row_out_and_names_row_and_column(file, column, value):
    history = history_file.read(
        file(GOOD, changed(column, f'"{value}"'), changed("PaperlessDate", "", "0003"))
    )
    assert [one.row for one in history.entries] == [2, 4]
    (reject,) = history.rejects
    assert (reject.row, reject.column) == (3, column)
    assert told(reject).startswith(f"row 3, column {column}: ")


def test_a_repeated_invoice_number_is_kept_out_and_names_the_first_row(file):
    history = history_file.read(file(GOOD, GOOD))
    assert told(history.rejects[0]) == "row 3, column invoiceNumber: stands in row 2 already"


def test_rows_with_too_few_or_too_many_cells_are_kept_out(file):
    short, long = (
        "391,A-1,4/6/2013,0002,1/2/2013",
        changed("PaperlessDate", "", "0003") + ",surplus",
    )
    history = history_file.read(file(GOOD, short, "", long))
    assert [(one.row, one.column) for one in history.rejects] == [(3, "DueDate"), (5, "")]


def test_rejects_are_written_with_their_fault_before_their_own_cells(file, tmp_path):
    target = tmp_path / "rejects.csv"
    history_file.write_rejects(history_file.read(file(GOOD, changed("Disputed", "?"))), target)
    header, row = target.read_text(encoding="utf-8").splitlines()
    assert header == f"row,column,fault,{HEADER}"
    assert row.startswith("3,Disputed,is neither Yes nor No,391,A-1,")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "lacks the columns customerID"),
        (HEADER.replace("DueDate", "Due").encode() + b"\n", "lacks the column DueDate"),
        (HEADER.encode() + b"\n", "has no row that can be used"),
        (HEADER.encode() + b"\n" + changed("Disputed", "?").encode(), "row 2, column Disputed"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(tmp_path, content, says):
    path = tmp_path / "history.csv"
    path.write_bytes(content)
    with pytest.raises(HistoryError, match=says):
        history_file.read(path)


def test_the_command_says_what_is_wrong_and_leaves_with_2(tmp_path, capsys):
    assert run(tmp_path / "absent.csv", console=Console(width=200)) == 2
    assert "cannot be read" in capsys.readouterr().out


def test_a_history_longer_than_the_books_is_refused(file, capsys, tmp_path):
    path = file(GOOD, changed("InvoiceDate", "1/2/1990").replace(",13,0", ",,"))
    assert run(path, folder=tmp_path / "out", console=Console(width=200)) == 2
    assert "spans more years than the ERP's books: 2011 to now" in capsys.readouterr().out


def test_what_was_kept_of_another_file_is_not_given_up_unasked(file, tmp_path, capsys):
    kept = tmp_path / "out" / "checkpoint" / "000001"
    kept.mkdir(parents=True)
    position = Position("the hash of another file", date(2026, 3, 2)).plain()
    state = {"instant": "2026-03-02T06:00:00+00:00", "position": position}
    (kept / "state.json").write_text(json.dumps(state), encoding="utf-8")
    (kept.parent / "CURRENT").write_text(kept.name, encoding="utf-8")
    assert run(file(GOOD), folder=tmp_path / "out", console=Console(width=200)) == 2
    assert "another file, as far as 2026-03-02. Say --fresh" in capsys.readouterr().out
    assert Shelf(kept.parent).latest() is not None


# -- moving ------------------------------------------------------------------------------------


def test_dates_move_by_whole_weeks_to_the_last_days_whose_rates_are_known(file):
    history, weeks = history_file.read(file(GOOD)).shifted(date(2026, 6, 30))
    (entry,) = history.entries
    assert weeks == 702
    assert entry.settled == date(2026, 6, 30)
    assert entry.settled.weekday() == date(2013, 1, 15).weekday()
    assert (entry.settled - entry.issued).days == 13
    assert (entry.due - entry.issued).days == 30


def test_the_last_day_is_never_after_the_last_known_rate(file):
    for day in range(1, 15):
        row = changed("DaysToSettle", "").replace("1/15/2013", f"2/{day}/2013")
        history, _ = history_file.read(file(row)).shifted(date(2026, 6, 30))
        assert timedelta(0) <= date(2026, 6, 30) - history.last < timedelta(weeks=1)


# -- one at a time, Ctrl-C, pace ---------------------------------------------------------------


def test_two_replays_do_not_share_a_folder(tmp_path):
    with only_one(tmp_path) as first, only_one(tmp_path) as second:
        assert (first, second) == (True, False)


def test_the_first_interrupt_asks_and_the_second_ends():
    with Interrupt() as interrupt:
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupt.asked
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_time_left_counts_what_this_sitting_did(monkeypatch):
    pace = Pace(total=400, done=100, days=10, invoices=50, began=1000.0)
    monkeypatch.setattr("infra.local.replay_progress.time.monotonic", lambda: 1060.0)
    assert pace.text(220, 40, 110) == "1.0 invoices/s  0.5 days/s  about 1:30 left"


def test_a_position_survives_being_written_down():
    position = Position("abc", date(2026, 3, 2), 4, 1.5, {"A-1": 7}, {2: 11})
    assert Position.read(json.loads(json.dumps(position.plain()))) == position


# -- going on ----------------------------------------------------------------------------------

# Few days, so that few are lived: two on which invoices are issued, three on which money comes in.
MONDAY = date(2013, 1, 7)
PAID = (MONDAY + timedelta(days=14), MONDAY + timedelta(days=41), MONDAY + timedelta(days=80))


def small_history(path):
    """Sixty invoices of ten customers: paid in time, after one reminder, after two, or never."""
    rows = []
    for number in range(60):
        issued = MONDAY + timedelta(weeks=number % 2)
        cells = {
            "customerID": f"C-{number % 10}",
            "invoiceNumber": f"{number:04d}",
            "InvoiceDate": american(issued),
            "DueDate": american(issued + timedelta(days=30)),
            "InvoiceAmount": f"{20 + number}.{number:02d}",
            "Disputed": "Yes" if number % 15 == 4 else "No",
            "SettledDate": american(PAID[number % 3]) if number % 10 < 8 else "",
        }
        rows.append(",".join(cells.values()))
    path.write_text("\n".join([",".join(cells), *rows]), encoding="utf-8")
    return history_file.read(path).shifted(date(2026, 6, 30))[0]


def american(day):
    return f"{day.month}/{day.day}/{day.year}"


class Kept(Shelf):
    """A shelf whose first checkpoint is the only one."""

    def save(self, world, position):
        return self.latest() or super().save(world, position)


class PlanOnce(Plan):
    @property
    def shelf(self):
        return Kept(self.folder / "checkpoint")


_LINK = re.compile(r"https?://\S+/p/\S+")


def outcome(folder):
    """The closing figures, and every letter with its address.

    The payer's link hangs on the stack's own secret, which each start makes anew.
    """
    texts = [path.read_text(encoding="utf-8") for path in (folder / "letters").glob("*.txt")]
    letters = [_LINK.sub("the payer's page", text) for text in texts]
    files = sorted(path.name for path in (folder / "case-files").glob("*.json"))
    return json.loads((folder / "summary.json").read_text()), sorted(letters), files


def lasting(rows):
    """Rows without what each start makes anew: principals, addresses, the trail of new secrets."""
    kept = {}
    for row in rows:
        pk, sk = row["pk"]["S"], row["sk"]["S"]
        if not pk.startswith("PRINCIPAL#") and "#AUDIT#" not in pk:
            kept[pk, sk] = {name: value for name, value in row.items() if name != "config"}
    return kept


def documents(hub):
    client, bucket = hub.stack.client("s3"), hub.outputs["DocumentsBucket"]
    listed = client.list_objects_v2(Bucket=bucket).get("Contents", ())
    return {
        one["Key"]: client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
        for one in listed
    }


@pytest.mark.stack
@pytest.mark.tryton
def test_a_run_that_goes_on_from_a_checkpoint_ends_as_one_that_never_stopped(tmp_path):
    console = Console(quiet=True)
    plan = PlanOnce(small_history(tmp_path / "small.csv"), "source", tmp_path / "run", every=8)
    assert replay(plan, None, console) == 0
    whole = outcome(plan.folder)
    assert len(whole[1]) >= 5, "a history without letters proves nothing"
    assert whole[2], "nor does one without a hand-over"

    # As after a kill: what was lived since the checkpoint lies in the folder, and is not used.
    saved = plan.shelf.latest()
    assert saved.position["days"] == 8
    kept = [json.loads(line) for line in (saved.folder / "table.jsonl").read_text().splitlines()]
    bookings = Bookings(plan.history, Position.read(saved.position))
    clear(plan, keep_checkpoint=True)
    with standing(plan, saved, bookings) as world:
        assert lasting(scan(world.hub)) == lasting(kept)
        assert len(documents(world.hub)) == len(world.hub.stack.letters()) > 0
        assert through(plan, bookings, world, console) == 0
    assert outcome(plan.folder) == whole
