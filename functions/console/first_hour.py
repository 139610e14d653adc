"""First hour: the road from an empty hub to the first approved reminder, and its checklist.

Each step and point leads to where it is done. What has to be there first is said, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from functions.api.exchange import Problem
from functions.console.beginning import maybe, went_out
from functions.console.connections import family_of
from functions.console.staff import staff
from functions.console.typed import sum_of
from functions.pages.answers import Page, download
from functions.pages.desk import Answering, Desk, fields_of
from functions.pages.render import address

_MONEY = frozenset({"banks", "payments"})
_LIVE = frozenset({"enabled", "degraded", "failing"})
# Where each point of the checklist is seen to, below the console.
_PLACES = {
    "ageing": "/first-hour#compare", "accounts": "/connections", "stop_button": "/switches",
    "test_payment": "/first-hour#test", "policy": "/policies", "law_pack": "/law",
    "channels": "/connections?family=channels", "letters": "/first-hour/letters",
    "start_lines": "/connections?family=erp", "arming": "/first-hour/arming",
    "four_eyes": "/first-hour/creditor", "nobody_else": "/connections?family=erp",
}  # fmt: skip
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the road: its name, whether it is done, and where it is done."""

    name: str
    done: bool
    place: str


def road(desk: Desk, problem: Problem | None = None) -> Page:
    """The steps with the next one marked, and below them each point with its evidence."""
    control = desk.ask("GET /v1/control").body
    rows = desk.ask("GET /v1/connections", query={"limit": "100"}).body["connections"]
    profile, policy = maybe(desk, "GET /v1/creditor"), maybe(desk, "GET /v1/policies/active")
    checklist = None
    asked = {"test_invoice": desk.query["test_invoice"]} if desk.query.get("test_invoice") else {}
    if profile and policy:
        checklist = desk.ask("GET /v1/first-day/checklist", query=asked).body
    steps = list(_steps(desk, profile, policy, rows, control, checklist))
    following = next((one.name for one in steps if not one.done), "")
    return desk.page(
        "first_hour", "first_hour", status=problem.status if problem else 200,
        books_alone=any(one.name == "bank" and one.done for one in steps) and not any(
            family_of(one) in _MONEY and one["state"] in _LIVE for one in rows
        ),
        steps=steps, following=following, checklist=checklist, places=_PLACES,
        proof={one["name"]: list(_told(one["evidence"])) for one in (checklist or _NONE)["points"]},
        problem=problem.body if problem else None, faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def compare(desk: Desk) -> Page:
    """Lay the ledger beside the books, from the beginning or where it stopped."""
    total = sum_of(desk.form.get("erp_total", ""))
    said = {"erp_total": total and total["amount"], "go_on": "go_on" in desk.form}
    try:
        body = {name: value for name, value in said.items() if value}
        told = desk.ask("POST /v1/first-day/ageing", body=body)
    except Problem as problem:
        if problem.status != 422:
            raise
        return road(desk, problem)
    return desk.went("/first-hour", told, done="compared")


_NONE: dict[str, Any] = {"points": []}


def _steps(
    desk: Desk, profile: Any, policy: Any, rows: list[dict[str, Any]],
    control: Mapping[str, Any], checklist: Any,
) -> Iterator[Step]:  # fmt: skip
    def used(*families: str) -> bool:
        return any(family_of(one) in families and one["state"] in _LIVE for one in rows)

    arming = maybe(desk, "GET /v1/first-day/arming") if policy else None
    ready = checklist is not None and checklist["ready"]
    opened = control["outbound"] != "off" and not control["observe"] and not control["stopped"]
    land = profile["country"] if profile else None

    def offers(family: str) -> str:
        return address("/connectors", family=family, country=land)

    yield Step("creditor", bool(profile), "/first-hour/creditor")
    yield Step("books", used("erp"), offers("erp"))
    # Where the books may say who has paid, the road goes on, as the checklist lets it.
    gate = (profile or {}).get("gate", {})
    believed = bool(profile) and gate.get("erp_is_the_bank", True) and used("erp")
    yield Step("bank", believed or used(*_MONEY), offers("banks"))
    yield Step("channel", used("channels"), offers("channels"))
    yield Step("policy", bool(policy), "/policies")
    yield Step("arming", arming is not None, "/first-hour/arming")
    yield Step("letters", _holds(checklist, "letters"), "/first-hour/letters")
    yield Step("checklist", ready, "/first-hour#points")
    yield Step("open", opened, "/switches")
    yield Step("approve", went_out(arming), "/tasks?why=approve_remind")


def _holds(checklist: Any, name: str) -> bool:
    return checklist is not None and any(
        one["ok"] for one in checklist["points"] if one["name"] == name
    )


def _told(evidence: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Evidence as lines of a name and a text; what stands within is named by its path."""
    if isinstance(evidence, Mapping) and evidence.keys() == {"amount", "currency"}:
        yield name, f"{evidence['amount']} {evidence['currency']}"
    elif isinstance(evidence, Mapping):
        for key, value in evidence.items():
            yield from _told(value, f"{name} {key}".strip())
    elif isinstance(evidence, list) and evidence and isinstance(evidence[0], Mapping):
        for number, value in enumerate(evidence[:_MOST_SHOWN]):
            yield from _told(value, f"{name} {number + 1}")
    elif isinstance(evidence, list):
        yield name, ", ".join(str(one) for one in evidence)
    elif isinstance(evidence, bool):
        yield name, "yes" if evidence else "no"
    else:
        yield name, "" if evidence is None else str(evidence)


def letters(desk: Desk, problem: Problem | None = None) -> Page:
    """The letters that the policy sends, each as it would read, and the button that approves."""
    told = needed(desk, "GET /v1/first-day/checklist")
    if isinstance(told, Page):
        return told
    (point,) = (one for one in told["points"] if one["name"] == "letters")
    samples = [(place, _sample(desk, place)) for place in point["evidence"]["letters"]]
    approved = point["evidence"]["approved"]
    return desk.page(
        "first_hour_letters", "first_hour", status=problem.status if problem else 200,
        hash=point["evidence"]["hash"], approved=approved, samples=samples,
        staff=staff(desk, [approved["by"]] if approved else []),
        problem=problem.body if problem else None,
    )  # fmt: skip


def _sample(desk: Desk, place: str) -> Any:
    language, letter, tone = place.split("/")
    wish = {"language": language, "letter": letter, "tone": tone}
    return desk.ask("POST /v1/letters/preview", body=wish).body


def approve_letters(desk: Desk) -> Page:
    """Stand for the letters as they were shown."""
    try:
        told = desk.ask("POST /v1/first-day/letters", body={"hash": desk.form.get("hash", "")})
    except Problem as problem:
        return letters(desk, problem)
    return desk.went("/first-hour/letters", told, done="letters")


def assessment(desk: Desk) -> Page:
    """The practice until now in figures, by section."""
    told = needed(desk, "GET /v1/first-day/assessment")
    if isinstance(told, Page):
        return told
    sections = dict.fromkeys(one["section"] for one in told["figures"])
    groups = [
        (name, [one for one in told["figures"] if one["section"] == name]) for name in sections
    ]
    return desk.page("first_hour_assessment", "first_hour", told=told, groups=groups)


def assessment_csv(desk: Desk) -> Page:
    """The same figures as a file."""
    told = desk.ask("GET /v1/first-day/assessment", query={"format": "csv"})
    return download(told.raw, "text/csv; charset=utf-8", "assessment.csv")


def observed(desk: Desk) -> Page:
    """What the hub would have done beside what the creditor did, with a filter (``verdict``)."""
    told = needed(desk, "GET /v1/first-day/observed")
    if isinstance(told, Page):
        return told
    verdict = desk.query.get("verdict", "")
    acts = [one for one in told["acts"] if verdict in {"", one["verdict"]}]
    return desk.page(
        "first_hour_observed", "first_hour", told=told, acts=acts[:_MOST_SHOWN], of=len(acts),
    )  # fmt: skip


def notices(desk: Desk, told: Any = None, problem: Problem | None = None) -> Page:
    """The form that takes over what others did before, and what became of a sheet."""
    rows = desk.ask("GET /v1/connections", query={"limit": "100"}).body["connections"]
    books = [one["id"] for one in rows if family_of(one) == "erp"]
    return desk.page(
        "first_hour_notices", "first_hour", status=problem.status if problem else 200,
        books=books, told=told, problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def take_notices(desk: Desk) -> Page:
    """Take a sheet over, a file or pasted; the page itself answers: again it changes nothing."""
    query = {name: desk.form.get(name, "") for name in ("connection", "delimiter")}
    sheet = desk.visit.files.get("file") or desk.form.get("sheet", "").encode()
    try:
        told = desk.ask("POST /v1/imports/notices", query=query, raw=(sheet, "text/csv"))
    except Problem as problem:
        return notices(desk, problem=problem)
    return notices(desk, told.body)


def needed(desk: Desk, route: str) -> Any:
    """What a route answers; without a profile or policy the page that says what comes first."""
    for wanted, lacks in (("GET /v1/creditor", "profile"), ("GET /v1/policies/active", "policy")):
        if maybe(desk, wanted) is None:
            return desk.page("first_hour_needs", "first_hour", lacks=lacks)
    return desk.ask(route).body


ROUTES: dict[str, Answering] = {
    "GET /first-hour": road,
    "POST /first-hour/compare": compare,
    "GET /first-hour/letters": letters,
    "POST /first-hour/letters": approve_letters,
    "GET /first-hour/assessment": assessment,
    "GET /first-hour/assessment.csv": assessment_csv,
    "GET /first-hour/observed": observed,
    "GET /first-hour/notices": notices,
    "POST /first-hour/notices": take_notices,
}
