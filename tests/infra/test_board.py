"""What ops look at: alarms, dashboard and saved queries name what the code really writes."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

from infra.local.package import _Loader

ROOT = Path(__file__).resolve().parents[2]
OPS = yaml.load((ROOT / "infra/ops.yaml").read_text(), Loader=_Loader)  # noqa: S506 - a safe loader
ALARMS = {k: v for k, v in OPS["Resources"].items() if v["Type"] == "AWS::CloudWatch::Alarm"}
QUERIES = {k: v for k, v in OPS["Resources"].items() if v["Type"] == "AWS::Logs::QueryDefinition"}

# What Lambda and Powertools write of themselves beside a line's own fields.
# docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html (JSON),
# docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
GIVEN = {
    "@timestamp", "@log", "message", "level", "timestamp", "type",
    "record.metrics.durationMs", "record.metrics.maxMemoryUsedMB",
}  # fmt: skip
WORDS = {
    "fields", "filter", "stats", "sort", "limit", "by", "as", "in", "like", "and", "or", "not",
    "asc", "desc", "count", "max", "latest", "bin", "ispresent", "1h", "5m",
}  # fmt: skip


def calls():
    """Every call in the code of the product."""
    for package in ("functions", "shared", "connectors"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield node, getattr(node.func.value, "id", ""), node.func.attr


def strings(node):
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def written():
    """Metric names with their dimensions, log messages, and the fields beside a message."""
    metrics, messages, fields = {}, set(), set()
    for node, owner, called in calls():
        named = node.args[0] if node.args else None
        # A figure whose name is put together elsewhere can stand on no alarm.
        if (owner, called) == ("metrics", "count") and isinstance(named, ast.Constant):
            metrics[named.value] = {word.arg for word in node.keywords}
        if owner == "logger" and called in {"info", "warning", "error"} and node.args:
            messages |= strings(node.args[0])
            for word in node.keywords:
                fields |= strings(word.value) if word.arg == "extra" else set()
        if owner == "logger" and called == "append_context_keys":
            fields |= {word.arg for word in node.keywords}
    return metrics, messages, fields


METRICS, MESSAGES, FIELDS = written()


def test_there_are_at_most_forty_alarms_and_each_tells_somebody():
    assert 30 < len(ALARMS) <= 40
    for name, alarm in ALARMS.items():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}], name
        assert "TreatMissingData" in alarm["Properties"], name


OURS = [name for name, one in ALARMS.items() if one["Properties"]["Namespace"] == "Dunlin"]


@pytest.mark.parametrize("name", OURS)
def test_an_alarm_watches_a_figure_that_the_code_counts(name):
    asked = ALARMS[name]["Properties"]
    known = METRICS[asked["MetricName"]]
    assert {one["Name"] for one in asked.get("Dimensions", [])} <= known


def board():
    (text,) = OPS["Resources"]["Board"]["Properties"]["DashboardBody"].values()
    return text


def test_the_dashboard_shows_what_happened_what_waits_money_and_health():
    widgets = json.loads(board())["widgets"]
    headings = [
        one["properties"]["markdown"].removeprefix("## ")
        for one in widgets
        if one["type"] == "text"
    ]
    assert headings == ["What happened", "What waits", "Money", "Health"]
    assert set(re.findall(r"\$\{(\w+)\}", board())) <= set(OPS["Parameters"])


def test_the_dashboard_shows_figures_that_the_code_counts():
    shown = []
    for widget in json.loads(board())["widgets"]:
        before = []
        for metric in widget["properties"].get("metrics", []):
            if isinstance(metric[0], dict):
                continue
            row = metric
            if row[0] == "...":
                row = [*before[: len(before) - len(row) + 1], *row[1:]]
            row = [before[at] if word == "." else word for at, word in enumerate(row)]
            before = row
            if row[0] == "Dunlin":
                shown.append(row[1])
                assert set(row[2::2]) <= METRICS[row[1]], row
    assert len(set(shown)) > 12


def test_each_dead_letter_queue_stands_on_the_dashboard():
    names = [one for one in OPS["Parameters"] if one.endswith("DeadName")]
    assert len(names) > 10
    assert all(f"${{{one}}}" in board() for one in names)


@pytest.mark.parametrize("name", QUERIES)
def test_a_saved_query_asks_for_fields_and_messages_that_are_written(name):
    query = QUERIES[name]["Properties"]["QueryString"]
    quoted = set(re.findall(r'"([^"]+)"', query))
    bare = set(re.findall(r"[@\w.]+", re.sub(r'"[^"]*"', "", query)))
    named = set(re.findall(r"\bas (\w+)", query))
    unknown = {one for one in bare - WORDS - GIVEN - named if not one.isdigit()}
    assert unknown <= FIELDS | set(METRICS), name
    if "message" in bare:
        said = quoted - {"ERROR", "WARNING", "INFO", "CASE-ID", "sent", "platform.report"}
        assert said <= MESSAGES, name


def test_a_saved_query_looks_into_log_groups_that_are_handed_on():
    outer = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506 - safe
    handed = outer["Resources"]["Ops"]["Properties"]["Parameters"]
    assert set(handed) == set(OPS["Parameters"])
    assert len(QUERIES) >= 10
    for query in QUERIES.values():
        assert query["Condition"] == "OnAws"
        (groups,) = query["Properties"]["LogGroupNames"]["Fn::Split"][1].values()
        assert groups in handed
