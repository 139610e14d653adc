"""Ask: give a case to a person, with the question and its reasons."""

from __future__ import annotations

from typing import Any

from functions import carriers
from shared.cloud.runtime import logger
from shared.domain.decide import Ask


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Step Functions: read again, decide again, and write the task if the question still stands."""
    run = carriers.begin(event)
    decision = run.decision()
    if isinstance(decision, Ask) and decision.task == event["act"]:
        run.ask(decision)
        logger.info("asked", extra={"case": run.case.id, "why": decision.why})
        return {"done": "asked"}
    run.wait()
    return {"done": "changed"}
