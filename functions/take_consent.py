"""Take consent: a person comes back from a vendor; the code becomes the connection's grant.

``GET /v1/authorised`` has no authorizer: the state, good once and for ten minutes, proves whose
question is answered. A grant for another company than that of the settings is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.cloud import clock, keys, table
from shared.cloud.runtime import logger
from shared.errors import HubError, NotFound

_DONE = "The connection is authorised. Close this page, then test and enable the connection."
_UNKNOWN = "This answer belongs to no open question. Begin again: authorise the connection anew."
_DENIED = "The consent was not given. Nothing was changed."
_WRONG = "The consent is for another company, or could not be checked. Nothing was kept."
_FAILED = "The vendor did not hand over a token. Begin again in a moment."
_LONGEST = 4_000


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0. A page of one sentence; what went wrong stands on the connection."""
    try:
        status, text = _answered(event.get("queryStringParameters") or {})
    except NotFound:
        status, text = 404, _UNKNOWN
    except HubError as error:
        logger.warning("consent_failed", extra={"error": type(error).__name__})
        status, text = 502, _FAILED
    except Exception as error:  # noqa: BLE001 - a stranger gets no trace and no message of a bug
        logger.error("broken", extra={"error": type(error).__name__})
        status, text = 500, _FAILED
    return {
        "statusCode": status,
        "headers": {
            "content-type": "text/plain; charset=utf-8",
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        },
        "body": text,
    }


def _answered(query: Mapping[str, str]) -> tuple[int, str]:
    from shared.cloud import consents

    state, code = query.get("state", ""), query.get("code", "")
    if not state or len(state) > _LONGEST or len(code) > _LONGEST:
        raise NotFound("no state came back")
    question = consents.take(state, clock.wall())
    if not code:
        _noted(question, "the consent was not given")
        return 400, _DENIED
    try:
        fault = _kept(question, code)
    except HubError as error:
        _noted(question, str(error))
        raise
    _noted(question, fault)
    return (409, _WRONG) if fault else (200, _DONE)


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
