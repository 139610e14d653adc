"""Take consent: a person comes back from a vendor; the code becomes the connection's grant.

``GET /v1/authorised`` has no authorizer: the state, good once and for ten minutes, proves whose
question is answered. A grant for another company than that of the settings is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from functions.pages.answers import Page, sent
from functions.pages.render import render
from functions.pages.words import of_visitor, words
from shared.cloud import clock, keys, table
from shared.cloud.runtime import logger
from shared.domain.formats import Language
from shared.errors import HubError, NotFound

_LONGEST = 4_000


class Outcome(NamedTuple):
    """How a return ended: the status, the key of its words, and of which connection it was."""

    status: int
    how: str
    connection: str = ""


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0. A page that leads back; what went wrong stands on the connection."""
    try:
        outcome = _answered(event.get("queryStringParameters") or {})
    except NotFound:
        outcome = Outcome(404, "unknown")
    except HubError as error:
        logger.warning("consent_failed", extra={"error": type(error).__name__})
        outcome = Outcome(502, "failed")
    except Exception as error:  # noqa: BLE001 - a stranger gets no trace and no message of a bug
        logger.error("broken", extra={"error": type(error).__name__})
        outcome = Outcome(500, "failed")
    t = words(_language(event), "common", "consent")
    html = render("console/consent.html", t, how=outcome.how, connection=outcome.connection)
    # The address of this very page holds what the vendor sent along.
    return sent(Page(html, outcome.status, headers={"referrer-policy": "no-referrer"}))


def _language(event: Mapping[str, Any]) -> Language:
    pairs = (str(line).partition("=") for line in event.get("cookies") or ())
    headers = {name.lower(): str(text) for name, text in (event.get("headers") or {}).items()}
    cookies = {name.strip(): text for name, _, text in pairs}
    return of_visitor(cookies, headers.get("accept-language", ""))


def _answered(query: Mapping[str, str]) -> Outcome:
    from shared.cloud import consents

    state, code = query.get("state", ""), query.get("code", "")
    if not state or len(state) > _LONGEST or len(code) > _LONGEST:
        raise NotFound("no state came back")
    question = consents.take(state, clock.wall())
    name = question.connection
    if not code:
        _noted(question, "the consent was not given")
        return Outcome(400, "denied", name)
    try:
        fault = _kept(question, code)
    except HubError as error:
        _noted(question, str(error))
        logger.warning("consent_failed", extra={"error": type(error).__name__})
        return Outcome(502, "failed", name)
    _noted(question, fault)
    return Outcome(409, "wrong", name) if fault else Outcome(200, "taken", name)


def _kept(question: Any, code: str) -> str:
    """Redeem the code and keep the grant; why not, when it is for another company."""
    import connectors
    from connectors.contract_erp import Asked
    from functions.api.authorising import redirect_uri
    from functions.wiring import bound, connection_row
    from shared.cloud import grants

    row = connection_row(question.tenant, question.connection)
    grant: Any = connectors.grant(row["connector"], bound(question.tenant, row))
    asked = Asked(question.state, redirect_uri(), question.verifier)
    granted = grant.redeem(code, asked, now=clock.wall())
    finding = grant.company(granted.access, now=clock.wall())
    if not finding.ok:
        return str(finding.text)
    grants.replace(question.tenant, question.connection, granted)
    return ""


def _noted(question: Any, fault: str) -> None:
    """Write down on the connection how it ended, and in the trail who had asked for it."""
    from shared.cloud import audit

    fields = {"authorised_at": clock.stamp(clock.wall())} if not fault else {}
    key = keys.connection(question.tenant, question.connection)
    told = table.update_write(
        key,
        set_={**fields, **({"authorise_error": fault} if fault else {})},
        remove=() if fault else ("authorise_error",),
        condition="attribute_exists(pk)",
    )
    what = "authorisation_failed" if fault else "authorised"
    facts = {"connection": question.connection}
    table.transact([told, audit.entry(question.tenant, question.by, what, facts)])
    logger.info(what, extra=facts)
