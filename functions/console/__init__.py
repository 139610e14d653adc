"""Console: the pages of a creditor's people over the API, and who may see them.

A visit without a session is sent to sign in; a form without the session's token changes nothing.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from functions.api.exchange import Handler, Problem, planned
from functions.console import pages
from functions.pages import session
from functions.pages.answers import Page, cookie, kept_file, redirect, sent
from functions.pages.desk import BASE, PASSING, Desk
from functions.pages.render import FOLDER, address, asset, render
from functions.pages.routes import found
from functions.pages.visit import Visit, of_event, own_origin, with_parts
from functions.pages.words import CHOSEN, CONSOLE, choose, of_visitor, words
from shared.cloud import clock
from shared.cloud.runtime import logger
from shared.domain.formats import Language
from shared.errors import HubError, NotFound

_FILE = "GET /pages/{file}"
_YEAR = 365 * 24 * 3600
_KINDS = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
_FILES = ("dunlin.css", "dunlin.svg")
# Of an address that is kept in a cookie while somebody signs in: browsers take 4 kB of those.
_LONGEST = 1_000


def visited(event: dict[str, Any], handlers: dict[str, Handler]) -> dict[str, Any]:
    """Answer a browser's visit, in API Gateway's format 2.0."""
    route = str(event.get("routeKey", ""))
    language: Language = CONSOLE[0]
    try:
        if route == _FILE:
            return sent(_file(str((event.get("pathParameters") or {}).get("file", ""))))
        visit = with_parts(of_event(event, BASE), event)
        language = of_visitor(visit.cookies, visit.headers.get("accept-language", ""))
        page = _answer(visit, language, handlers)
    except Problem as problem:
        page = _sorry(problem, language)
    except HubError as error:
        page = _sorry(planned(error), language)
    except Exception as error:  # noqa: BLE001 - a visitor gets no trace and no message of a bug
        # Where it broke, without the message: that may quote what a visitor typed.
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        extra = {"route": route, "error": type(error).__name__, "where": where}
        logger.error("broken", extra=extra)
        title = "The hub made a mistake, and it has been noted: try again later."
        page = _sorry(Problem(500, "broken", title), language)
    logger.info("visited", extra={"route": route, "status": page.status})
    return sent(page)


def _answer(visit: Visit, language: Language, handlers: dict[str, Handler]) -> Page:
    now = clock.wall()
    if visit.method == "GET" and visit.path in _OPEN:
        return _OPEN[visit.path](visit, language)
    try:
        kept, principal = session.of(visit.cookies, now)
    except NotFound:
        return _sign_in(visit) if visit.method == "GET" else _over(language)
    desk = Desk(visit, principal, kept, language, handlers, pages.rooms)
    try:
        return _at_desk(desk, now)
    except Problem as problem:
        return _refused(desk, problem)
    except HubError as error:
        return _refused(desk, planned(error))


def _at_desk(desk: Desk, now: datetime) -> Page:
    visit = desk.visit
    if visit.method == "POST":
        _own(desk)
        if visit.path == "/sign-out":
            return _leaves(desk.language, session.ended(desk.session, now))
        if visit.path == "/language":
            return _spoken(visit)
    hit = found(pages.ROUTES, visit.method, visit.path)
    if hit is None:
        raise Problem(404, "not_found", "There is nothing here.")
    answering, path = hit
    return answering(replace(desk, path=path))


def _own(desk: Desk) -> None:
    """Raises ``Problem`` 403 unless a page of this session sent the form."""
    if not own_origin(desk.visit, os.environ["CONSOLE_URL"]) or not desk.session.bears(
        desk.form.get("csrf", "")
    ):
        raise Problem(403, "foreign_form", "The form is not of this session: open the page anew.")


def _sign_in(visit: Visit) -> Page:
    """To the pool's page, and back to where the look was going."""
    query = {name: text for name, text in visit.query.items() if name not in PASSING}
    to = address(visit.place, query)
    url, kept = session.question(to if len(to) <= _LONGEST else "", clock.wall())
    return redirect(url, cookies=(kept,))


def _over(language: Language) -> Page:
    """To whom a form came without a session: nothing was changed, and where one signs in.

    No redirect: a browser lets no form of ours lead to the pool (``form-action``).
    """
    return Page(render("console/session_over.html", words(language, "common")), 403)


def _came_back(visit: Visit, language: Language) -> Page:
    try:
        to, cookies = session.answered(visit.query, visit.cookies, clock.wall())
    except NotFound as error:
        # A fixed sentence of ours: which step failed, and of nobody's.
        logger.warning("not_signed_in", extra={"why": str(error)})
        t = words(language, "common")
        return Page(render("console/not_signed_in.html", t), 403)
    return redirect(f"{BASE}{to}", cookies=cookies)


def _leaves(language: Language, ended: str) -> Page:
    """Signed out here, and on to the pool, which ends its own session and leads back.

    A page that leads on by itself and no redirect: see ``_over``.
    """
    pool = session.left_url()
    html = render("console/signed_out.html", words(language, "common"), pool=pool)
    return Page(html, cookies=(ended,), headers={"refresh": f"0; url={pool}"})


def _left(_: Visit, language: Language) -> Page:
    """Where the pool leads back to."""
    return Page(render("console/signed_out.html", words(language, "common"), pool=None))


def _spoken(visit: Visit) -> Page:
    """Another language from now on, and back to the page where it was chosen."""
    chosen = choose([visit.form.get("language")], CONSOLE)
    back = visit.form.get("back", "")
    safe = back if back.startswith(f"{BASE}/") and "\\" not in back else BASE
    return redirect(safe, cookies=(cookie(CHOSEN, chosen, seconds=_YEAR),))


def _file(name: str) -> Page:
    for one in _FILES:
        if asset(one) == f"/pages/{name}":
            return kept_file((FOLDER / one).read_bytes(), _KINDS[one.rpartition(".")[2]])
    raise Problem(404, "not_found", "There is nothing here.")


def _refused(desk: Desk, problem: Problem) -> Page:
    """What did not work, within the console: its menu leads on."""
    return desk.page(
        "sorry", status=problem.status, problem=problem.body, layout="console/layout.html"
    )


def _sorry(problem: Problem, language: Language) -> Page:
    layout = "console/plain.html"
    html = render("console/sorry.html", words(language, "common"), problem=problem.body,
                  layout=layout)  # fmt: skip
    return Page(html, problem.status)


_OPEN = {"/signed-in": _came_back, "/signed-out": _left}
