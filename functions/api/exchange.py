"""One HTTP exchange: API Gateway's event becomes a request, an answer or a problem goes back.

Problems are RFC 9457 ``application/problem+json``: a fixed sentence, a stable ``code``, and for
bad input the paths of the ``fields`` at fault, never their values.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.api.access import may
from functions.api.noting import noted
from shared.cloud import principals
from shared.cloud.keys import Tenant
from shared.cloud.principals import Principal
from shared.cloud.runtime import logger
from shared.errors import Conflict, HubError, NotFound, Refused, Retry

# What the plan of an error means to a caller: status, code, sentence.
PLANS: tuple[tuple[type[HubError], int, str, str], ...] = (
    (NotFound, 404, "not_found", "There is nothing here."),
    (Conflict, 409, "conflict", "It has changed meanwhile: look at it again."),
    (Retry, 503, "busy", "Try again in a moment."),
    (Refused, 422, "refused", "The other side does not accept this."),
)


class Problem(Exception):
    """An answer that is no success. ``fields`` says where the input is at fault, ``more`` adds."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        fields: Sequence[Mapping[str, str]] = (),
        **more: Any,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.code = code
        self.body = {
            "type": f"urn:dunlin:problem:{code}",
            "title": title,
            "status": status,
            "code": code,
            "fields": list(fields),
            **more,
        }


@dataclass(frozen=True, slots=True)
class Request:
    """A call of an authorized principal. Header names are in lower case; ``body`` is undecoded."""

    route: str
    principal: Principal
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def tenant(self) -> Tenant:
        """The caller's tenant, the only one that the call may touch."""
        return self.principal.tenant


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: ``body`` is plain JSON, or bytes that go out as they are."""

    body: Mapping[str, Any] | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Answer]


def respond(event: Mapping[str, Any], work: Handler) -> dict[str, Any]:
    """Read the request, check its scope, do the work, and answer in API Gateway's format 2.0."""
    route = str(event.get("routeKey", ""))
    try:
        answer = work(_request(event, route))
    except Problem as problem:
        return _refused(route, problem)
    except HubError as error:
        return _refused(route, planned(error))
    except Exception as error:  # noqa: BLE001 - a caller gets no trace and no message of a bug
        logger.error("broken", extra={"route": route, "error": type(error).__name__})
        return _sent(
            Problem(
                500, "broken", "The hub made a mistake, and it has been noted: try again later."
            )
        )
    logger.info("answered", extra={"route": route, "status": answer.status})
    text = answer.body.decode() if isinstance(answer.body, bytes) else json.dumps(answer.body)
    return {
        "statusCode": answer.status,
        "headers": {
            "content-type": "application/json",
            "cache-control": "no-store",
            **answer.headers,
        },
        "body": text,
    }


def routed(event: Mapping[str, Any], handlers: Mapping[str, Handler]) -> dict[str, Any]:
    """Answer by the handler of the request's route (``GET /v1/cases/{id}``), or with a 404."""

    def work(request: Request) -> Answer:
        handle = handlers.get(request.route)
        if handle is None:
            raise Problem(404, "not_found", "There is nothing here.")
        return noted(handle, request)

    return respond(event, work)


def allowed(principal: Principal, route: str) -> None:
    """Raises ``Problem`` 403 where a principal's side or scopes do not open a route."""
    if not may(principal, route):
        raise Problem(403, "no_scope", "Your rights do not allow this.")


def _request(event: Mapping[str, Any], route: str) -> Request:
    context = event.get("requestContext", {}).get("authorizer", {}).get("lambda") or {}
    try:
        principal = principals.of_context(context)
    except NotFound:
        raise Problem(401, "no_token", "A valid token is needed.") from None
    allowed(principal, route)
    return Request(
        route=route,
        principal=principal,
        path=event.get("pathParameters") or {},
        query=event.get("queryStringParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=_body(event),
    )


def _body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Problem(400, "bad_body", "The body cannot be decoded.") from None


def planned(error: HubError) -> Problem:
    """What a failure of ours means to a caller."""
    for kind, status, code, title in PLANS:
        if isinstance(error, kind):
            return Problem(status, code, title)
    return Problem(
        502, "unreadable", "What is stored, or what the other side answered, cannot be read."
    )


def _refused(route: str, problem: Problem) -> dict[str, Any]:
    extra = {"route": route, "status": problem.status, "code": problem.code}
    logger.info("refused", extra=extra)
    return _sent(problem)


def _sent(problem: Problem) -> dict[str, Any]:
    return {
        "statusCode": problem.status,
        "headers": {"content-type": "application/problem+json", "cache-control": "no-store"},
        "body": json.dumps(problem.body),
    }
