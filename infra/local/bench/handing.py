"""Handing over: case files a second and their size, and what each collector costs to import.

The reference of a file is the standard library's JSON of the same bytes, once out and once in.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from lxml import etree

import connectors
from infra.local.bench import noticing
from infra.local.bench.figures import Figure, Target
from shared.domain import casefile_xml
from shared.domain.casefile_v1 import CaseFile
from tests.bench.imports import REFERENCE, measure

GROUP = "Hand-over to a collection partner (pure; one core)"
IMPORTS = "Import CPU of a collector (fresh interpreter, valid bytecode)"
XSD = Path(__file__).parents[3] / "docs" / "partner" / "casefile.v1.xsd"
# What one message that arrives at once asks of DynamoDB; a test counts it.
DELIVERY = {"GetItem": 4, "Query": 2, "PutItem": 1, "UpdateItem": 2, "TransactWriteItems": 1}
_FILES = 100
_BEST_OF = 3
_RUNS = 3


def figures() -> list[Figure]:
    """Case files a second, their bytes, what a message costs, and the collectors' imports."""
    return [*files(), *messages(), *collectors()]


def messages() -> list[Figure]:
    """Calls of one message, and the sweeps that it waits for."""
    return [
        Figure(
            group=GROUP, name="AWS calls to tell a partner of a payment",
            value=sum(DELIVERY.values()), unit="calls", target=Target("at most", 10),
            words=", ".join(f"{count} {call}" for call, count in DELIVERY.items()),
        ),
        *noticing.figures(GROUP),
    ]  # fmt: skip


def files(count: int = _FILES, best_of: int = _BEST_OF) -> list[Figure]:
    """One case of two claims with its notices: built from events, written, read and validated."""
    # The very case that the tests hold to the cent.
    build = import_module("tests.domain.test_casefile").build
    schema, file = etree.XMLSchema(etree.fromstring(XSD.read_bytes())), build()
    body, paper = file.model_dump_json().encode(), casefile_xml.render(file)

    def as_json() -> object:
        return CaseFile.model_validate_json(build().model_dump_json())

    def as_xml() -> None:
        schema.assertValid(etree.fromstring(casefile_xml.render(file)))

    def least() -> object:
        return json.loads(json.dumps(json.loads(body)))

    least_s = _best(least, count, best_of)
    return [
        Figure(
            group=GROUP, name="build a case file, write it, read it, enforce its sums",
            value=1 / _best(as_json, count, best_of), unit="files a second",
            reference="json.loads and dumps of the same bytes", reference_value=1 / least_s,
            # A creditor hands over some thousands on its worst day.
            target=Target("at least", 20.0),
        ),
        Figure(
            group=GROUP, name="the same file as XML, validated by the published XSD",
            value=1 / _best(as_xml, count, best_of), unit="files a second",
            target=Target("at least", 20.0),
        ),
        Figure(group=GROUP, name="size as JSON", value=len(body), unit="bytes",
               reference="size as XML", reference_value=len(paper)),
    ]  # fmt: skip


def collectors(runs: int = _RUNS) -> list[Figure]:
    """What importing each collector costs, beside the AWS client that its function needs anyway."""
    names = [one for one in connectors.names() if one.startswith("collectors.")]
    rows = measure([f"connectors.{one}" for one in names], runs)
    return [
        Figure(
            group=IMPORTS, name=name, value=row["cpu_ms"], unit="ms",
            reference=f"import boto3; {REFERENCE}", reference_value=rows[0]["cpu_ms"],
            words=f"{row['third_party']} third-party modules",
            note=f"Imports: the median of {runs} interpreters each, in turns with the reference.",
        )
        for name, row in zip(names, rows[1:], strict=True)
    ]  # fmt: skip


def _best(work: Callable[[], object], count: int, best_of: int) -> float:
    """CPU seconds of one piece of work, of the best round."""
    rounds = []
    for _ in range(best_of):
        began = time.process_time()
        for _ in range(count):
            work()
        rounds.append(time.process_time() - began)
    return min(rounds) / count
