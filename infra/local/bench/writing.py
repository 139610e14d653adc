"""Letters: how many a second are written as a mail and as a page, and what importing them costs.

The letters are those of the gallery: five countries, each tone, an instalment, a contested part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from infra.local.bench.figures import Figure, Target
from shared.domain.letter import render
from shared.domain.letter_input import LetterInput
from tests.bench.imports import REFERENCE, measure
from tools import letter_gallery

GROUP = "Letters (pure; one core)"
IMPORTS = "Import CPU of the letters (fresh interpreter, valid bytecode)"
MODULES = ("shared.domain.letter", "shared.domain.letter_pdf")
_BEST_OF = 5
_TIMES = 5
_RUNS = 3


def figures() -> list[Figure]:
    """Letters a second beside the JSON of what they say, their size, and the imports."""
    return [*letters(), *imports()]


def letters(times: int = _TIMES, best_of: int = _BEST_OF) -> list[Figure]:
    """Every letter of the gallery, ``times`` over: as text and HTML, and as a PDF."""
    written = list(letter_gallery.inputs())
    plain = [letter for _, _, letter in written]
    pages = [letter_gallery.pdf(country, letter) for _, country, letter in written]
    as_json = _best(lambda: [_again(one) for one in plain], len(plain), times, best_of)
    mail = _best(lambda: [render(one) for one in plain], len(plain), times, best_of)
    paper = _best(
        lambda: [letter_gallery.pdf(country, one) for _, country, one in written],
        len(plain), times, best_of,
    )  # fmt: skip
    note = f"Letters: {len(plain)} of the gallery, CPU time, the best of {best_of} rounds."
    return [
        Figure(
            GROUP, "mails, text and HTML", 1 / mail, "per CPU s", "their input as JSON, out and in",
            1 / as_json, Target("at least", 200), note=note,
        ),
        # A creditor of a hundred thousand cases writes some thousands on its worst day.
        Figure(
            GROUP, "pages, tagged PDF", 1 / paper, "per CPU s", "mails", 1 / mail,
            Target("at least", 20),
        ),
        Figure(
            GROUP, "size of a PDF, on average", _mean([len(one) for one in pages]) / 1024, "KiB",
            "the mail of the same letter", _mean([_size(one) for one in plain]) / 1024,
        ),
    ]  # fmt: skip


def imports(runs: int = _RUNS) -> list[Figure]:
    """What each kind of letter loads, beside the AWS client that its function needs anyway."""
    reference, *rows = measure(MODULES, runs)
    return [
        Figure(
            IMPORTS, row["module"], row["cpu_ms"], "ms", f"import boto3; {REFERENCE}",
            reference["cpu_ms"], Target("at most", 1.5, of="ratio"),
            words=f"{row['third_party']} third-party modules",
            note=f"Imports: the median of {runs} interpreters each, in turns with the reference.",
        )
        for row in rows
    ]  # fmt: skip


def _again(letter: LetterInput) -> LetterInput:
    return LetterInput.model_validate_json(letter.model_dump_json())


def _size(letter: LetterInput) -> int:
    made = render(letter)
    return len((made.text + made.html).encode())


def _mean(sizes: Sequence[int]) -> float:
    return sum(sizes) / len(sizes)


def _best(work: Callable[[], object], letters: int, times: int, best_of: int) -> float:
    """CPU seconds of one letter, of the best round."""
    rounds = []
    for _ in range(best_of):
        began = time.process_time()
        for _ in range(times):
            work()
        rounds.append(time.process_time() - began)
    return min(rounds) / times / letters
