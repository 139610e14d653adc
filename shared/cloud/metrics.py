"""Metrics: figures that leave a function as lines of its log, with no call to any service.

Format: Amazon CloudWatch embedded metric format 0
(docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
"""

from __future__ import annotations

import json

from shared.cloud import clock

NAMESPACE = "Dunlin"


def count(name: str, value: int, **dimensions: str) -> None:
    """Add to a figure, as a whole and apart by each of ``dimensions`` (words, never ids)."""
    if not value:
        return
    described = {
        "Namespace": NAMESPACE,
        "Dimensions": [[], *([one] for one in sorted(dimensions))],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    at = int(clock.wall().timestamp() * 1000)
    line = {
        "_aws": {"Timestamp": at, "CloudWatchMetrics": [described]}, **dimensions, name: value,
    }  # fmt: skip
    print(json.dumps(line), flush=True)  # noqa: T201 - the format is read from standard output
