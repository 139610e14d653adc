"""Authorize: a bearer token becomes a principal, or the call is refused without a reason."""

from __future__ import annotations

from typing import Any

from functions.api.access import may
from functions.api.tokens import Forged, verify
from shared.cloud import principals
from shared.cloud.principals import Principal
from shared.cloud.runtime import logger
from shared.errors import HubError, NotFound


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API REQUEST authorizer, payload 2.0, simple response."""
    route = str(event.get("routeKey", ""))
    try:
        principal = _principal(event)
        code = "allowed" if may(principal, route) else "no_scope"
    except Forged as error:
        code = error.code
    except NotFound:
        code = "no_principal"
    except HubError as error:
        code = type(error).__name__
    logger.info("authorized", extra={"route": route, "code": code})
    if code != "allowed":
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": principal.context()}


def _principal(event: dict[str, Any]) -> Principal:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    bearer = verify(str(headers.get("authorization", "")))
    found = principals.find(bearer.subject)
    return found if bearer.scopes is None else found.limited(bearer.scopes)
