"""Previews through the API: the days ahead, another policy, and what became of what was seen."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.api.pages import page
from functions.api.policies import Choice
from shared.cloud import audit, clock, hub_keys, keys, law_rows, preview_rows, table
from shared.cloud.preview_rows import Preview
from shared.cloud.runtime import enqueue
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain import preview_plain
from shared.domain.creditor import Creditor
from shared.domain.events import ClaimJoined
from shared.domain.explain import Record
from shared.domain.picture import picture
from shared.domain.preview_happened import happened, outcomes
from shared.errors import HubError, NotFound

_SVG = {"content-type": "image/svg+xml"}


class NewPreview(Record):
    """What to look at.

    ``next``: the coming ``days``. ``move``: the same under another stored ``policy``, beside what
    binds each case. ``since``: what that policy would have done from the day ``since`` to today.
    """

    kind: Literal["next", "move", "since"] = "next"
    days: int = Field(default=60, ge=1, le=400)
    policy: Choice | None = None
    since: date | None = None


def post_preview(request: Request) -> Answer:
    """Begin a preview; its pages come one after the other."""
    new, tenant = read(request, NewPreview), request.tenant
    _coherent(request, new)
    zone, now = _zone(request), clock.now()
    today = now.astimezone(zone).date()
    start, last = now, today + timedelta(days=new.days - 1)
    if new.since is not None:
        if new.since > today:
            raise invalid(fault("since", "in_future", "the first day must be in the past"))
        start, last = datetime.combine(new.since, time(0), tzinfo=zone).astimezone(UTC), today
    preview = Preview(
        id=f"p{secrets.token_hex(8)}", kind=new.kind, start=start, made=now, last=last,
        policy=None if new.policy is None else (new.policy.id, new.policy.version),
    )  # fmt: skip
    facts = {"preview": preview.id, "kind": new.kind}
    entry = audit.entry(tenant, request.principal.client, "preview_begun", facts)
    table.transact([preview_rows.begun(tenant, preview, now), entry])
    enqueue("preview", [{"tenant": tenant.id, "preview": preview.id}])
    return Answer({"preview": preview.id}, status=202)


def get_previews(request: Request) -> Answer:
    """The previews that there are, a page at a time."""
    found, more = page(request, "PREVIEW", keys.preview)
    return Answer({"previews": [_head(preview_rows.of_row(row)) for row in found], **more})


def get_preview(request: Request) -> Answer:
    """What was asked, how far it has come, and the sums of all pages so far."""
    preview = _read(request)
    sums = _page(request, preview, len(preview.pages) - 1) if preview.pages else {}
    totals, against = sums.get("totals"), sums.get("against")
    return Answer({
        **_head(preview),
        "totals": totals,
        "against": against if preview.policy is not None else None,
    })  # fmt: skip


def get_cases(request: Request) -> Answer:
    """One page of the cases (``?page=``, from 0): acts of each, why it rests, what changes."""
    preview = _read(request)
    number = _number(request, preview)
    stored = _page(request, preview, number)
    return Answer({"cases": stored["cases"], "unread": stored["unread"], **_next(preview, number)})


def get_picture(request: Request) -> Answer:
    """Contacts and hand-overs by day and segment, as an SVG."""
    preview = _read(request)
    if not preview.pages:
        raise NotFound("no page of the preview is there yet")
    totals = _page(request, preview, len(preview.pages) - 1)["totals"]
    first = preview.start.astimezone(_zone(request)).date()
    title = f"Contacts and hand-overs, {first} to {preview.last}"
    return Answer(picture(totals["days"], first, preview.last, title).encode(), headers=_SVG)


def get_outcome(request: Request) -> Answer:
    """What became of what one page of cases showed, by today (``?page=``, from 0).

    ``unread`` are cases that are not there or cannot be read now: one that nobody opened in the
    end, for example.
    """
    preview = _read(request)
    if preview.kind != "next":
        raise Problem(
            409, "not_ahead", "Only a preview of coming days can be compared with what happened."
        )
    number, zone = _number(request, preview), _zone(request)
    until = min(clock.now().astimezone(zone).date(), preview.last)
    counts: Counter[str] = Counter()
    told, unread = list[dict[str, Any]](), list[str]()
    law = table.get(hub_keys.law())
    for row in _page(request, preview, number)["cases"]:
        try:
            found = _became(request, preview, row, until, zone, law)
        except HubError:
            unread.append(row["case"])
            continue
        counts.update(one["verdict"] for one in found)
        told += [{"case": row["case"], **one} for one in found]
    more = _next(preview, number)
    return Answer({"until": until.isoformat(), "counts": dict(sorted(counts.items())),
                   "acts": told, "unread": unread, **more})  # fmt: skip


def _became(
    request: Request,
    preview: Preview,
    row: dict[str, Any],
    until: date,
    zone: ZoneInfo,
    law: Row | None,
) -> list[dict[str, Any]]:
    store = Store(request.tenant)
    events = store.events(row["case"])
    if not events and row["version"] > 1:
        raise NotFound("no such case")
    since_then = events[row["version"] :] if events else []
    pack = law_rows.in_force(law, row["country"]).pack
    acts = happened(row["case"], events, zone, pack)
    fresh = len(happened(row["case"], events[: row["version"]], zone, pack))
    foreseen = [preview_plain.read_act(one, row["currency"]) for one in row["acts"]]
    had = [one.claim.id for one in events[: row["version"]] if isinstance(one, ClaimJoined)]
    found = outcomes(foreseen, since_then, acts[fresh:], until, zone, had)
    return [preview_plain.outcome(one) for one in found]


def _coherent(request: Request, new: NewPreview) -> None:
    faults = []
    if (new.kind == "next") == (new.policy is not None):
        faults.append(
            fault(
                "policy",
                "not_with_kind",
                "a move or a look back needs a policy, no other preview takes one",
            )
        )
    if (new.kind == "since") != (new.since is not None):
        faults.append(
            fault(
                "since",
                "not_with_kind",
                "a look back needs its first day, no other preview takes one",
            )
        )
    if new.policy is not None:
        key = keys.policy(request.tenant, new.policy.id, new.policy.version)
        if table.get(key) is None:
            faults.append(fault("policy", "unknown", "no such policy is stored"))
    if faults:
        raise invalid(*faults)


def _head(preview: Preview) -> dict[str, Any]:
    policy = preview.policy
    return {
        "id": preview.id,
        "kind": preview.kind,
        "made": clock.stamp(preview.made),
        "start": clock.stamp(preview.start),
        "last": preview.last.isoformat(),
        "policy": None if policy is None else {"id": policy[0], "version": policy[1]},
        "state": preview.state,
        "pages": len(preview.pages),
        "inputs": preview.hash,
    }


def _read(request: Request) -> Preview:
    return preview_rows.read(request.tenant, request.path["id"])


def _page(request: Request, preview: Preview, number: int) -> dict[str, Any]:
    return preview_rows.document(request.tenant, preview.pages[number])


def _number(request: Request, preview: Preview) -> int:
    text = request.query.get("page", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Problem(400, "bad_page", "A page is a whole number from 0 on.")
    if int(text) >= len(preview.pages):
        raise NotFound("no such page")
    return int(text)


def _next(preview: Preview, number: int) -> dict[str, int | None]:
    more = number + 1 < len(preview.pages)
    return {"page": number, "next": number + 1 if more else None}


def _zone(request: Request) -> ZoneInfo:
    row = table.get(keys.creditor(request.tenant))
    if row is None:
        raise NotFound("the creditor has no profile")
    return ZoneInfo(Creditor.model_validate_json(row["body"]).zone)
