"""The payer's pages: who may see them, and which one answers.

Until the second fact was given every link shows the same form and gets the same answer, whether it
is anybody's or not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from functions import payer_access, payer_acts
from functions.api.exchange import Problem, planned
from functions.pages.answers import Page, cookie, sent
from functions.pages.routes import found
from functions.pages.visit import Visit, of_event, own_origin, with_parts
from functions.pages.words import choose, wished
from functions.payer_pages import looking, saying, session
from functions.payer_pages.sitting import Answering, Sitting
from shared.cloud import clock
from shared.cloud.runtime import logger
from shared.domain.formats import LANGUAGES, Language
from shared.domain.notice import languages_of
from shared.domain.payer_view import neutral
from shared.errors import HubError

_BASE = "/p"
_LANGUAGE = "__Host-dunlin-payer-language"
_YEAR = 365 * 24 * 3600
_TOKEN = re.compile(r"[a-z2-7]{1,64}")
_ROUTES: dict[str, Answering] = {**looking.ROUTES, **saying.ROUTES}
_NOBODYS = "-"
_WHY = {403: "foreign", 404: "not_found", 409: "busy", 413: "too_large", 503: "busy"}


def visited(event: dict[str, Any]) -> dict[str, Any]:
    """Answer a browser's visit, in API Gateway's format 2.0."""
    route, language = str(event.get("routeKey", "")), _spoken({}, event)
    token = _NOBODYS
    try:
        visit = of_event(event, _BASE)
        language = _spoken(visit.cookies, event)
        token = _token(visit)
        visit = with_parts(visit, event)
        rest = visit.path.removeprefix("/").partition("/")[2]
        page = _answer(Sitting(visit, token, f"/{rest}", language))
    except Problem as problem:
        page = _sorry(problem.status, token, language)
    except HubError as error:
        page = _sorry(planned(error).status, token, language)
    except Exception as error:  # noqa: BLE001 - a visitor gets no trace and no message of a bug
        logger.error("broken", extra={"route": route, "error": type(error).__name__})
        page = _sorry(500, token, language)
    logger.info("visited", extra={"route": route, "status": page.status})
    return sent(page)


def _answer(sitting: Sitting) -> Page:
    now, path = clock.wall(), sitting.path
    post = sitting.visit.method == "POST"
    if post and not own_origin(sitting.visit, os.environ["PAYER_URL"]):
        raise Problem(403, "foreign_form", "The form is not of this page: open it anew.")
    if post and path == "/language":
        chosen = choose([sitting.fields.get("language")], LANGUAGES)
        return sitting.went(cookies=(cookie(_LANGUAGE, chosen, seconds=_YEAR),))
    kept = session.of(sitting.visit.cookies, now)
    opened = payer_access.again(sitting.token, kept.digest, now) if kept.digest else None
    if opened is None:
        return _outside(sitting)
    sitting = replace(sitting, session=kept, opened=opened, language=_own(sitting, opened))
    return _inside(sitting)


def _outside(sitting: Sitting) -> Page:
    """Whoever has not given the second fact: the form that asks for it, and its answer."""
    if sitting.visit.method == "GET":
        return sitting.page("ask", back=False) if sitting.path == "/" else sitting.went()
    if sitting.path != "/":
        return sitting.went()
    now = clock.wall()
    opened = payer_access.unlock(sitting.token, sitting.fields.get("fact", ""), now)
    if opened is None:
        return sitting.page("ask", back=False, status=403, faults={"fact": "ask_wrong"})
    return sitting.went(cookies=(session.begun(opened.found.digest, now),))


def _inside(sitting: Sitting) -> Page:
    """Whoever may see the case: its pages, and its forms that bear the session's own mark."""
    post = sitting.visit.method == "POST"
    if post and not sitting.session.bears(sitting.fields.get("csrf", "")):
        if sitting.path == "/":
            return sitting.went()
        raise Problem(403, "foreign_form", "The form is not of this session: open the page anew.")
    if post and sitting.path == "/leave":
        return sitting.went(cookies=(session.ended(),))
    if sitting.path != "/" and neutral(payer_acts.stand(sitting.case), sitting.case.party):
        return sitting.went()
    hit = found(_ROUTES, sitting.visit.method, sitting.path)
    if hit is None:
        raise Problem(404, "not_found", "There is nothing here.")
    answering, at = hit
    return answering(replace(sitting, at=at))


def _token(visit: Visit) -> str:
    """The token of an address; what is none is asked for the second fact as any other."""
    said = unquote(visit.path.removeprefix("/").partition("/")[0]).strip().lower()
    return said if _TOKEN.fullmatch(said) else _NOBODYS


def _spoken(cookies: Mapping[str, str], event: Mapping[str, Any]) -> Language:
    """The language that was chosen here before, or else that of the browser."""
    headers = {name.lower(): str(text) for name, text in (event.get("headers") or {}).items()}
    accept = headers.get("accept-language", "")
    return choose([cookies.get(_LANGUAGE), *wished(accept)], ("en", *LANGUAGES))


def _own(sitting: Sitting, opened: payer_access.Opened) -> Language:
    """The language that was chosen here, or else that in which the payer is written to."""
    if _LANGUAGE in sitting.visit.cookies:
        return sitting.language
    run = opened.run
    return languages_of(opened.party, run.creditor, (run.language,))[0]


def _sorry(status: int, token: str, language: Language) -> Page:
    """What went wrong, in words, and the way back to the payer's own page."""
    sitting = Sitting(Visit("GET", "/", {}, {}, {}, {}, {}), token, "/", language)
    return sitting.page("sorry", status=status, back=False, why=_WHY.get(status, "broken"))
