"""What an error of the AWS SDK says: of a message that was being sent, and of any other call.

A connector imports no SDK, so the errors are known by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connectors.contract import Receipt

# Errors that come before the request is on its way. Every other transport error may hide a message
# that was taken.
BEFORE_SENDING = frozenset({
    "EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError",
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
})  # fmt: skip


class SdkError(NamedTuple):
    """An error's class names, and what the service answered; ``status`` is 0 without an answer."""

    kinds: frozenset[str]
    answered: bool
    code: str
    status: int


def said_by(error: Exception) -> SdkError:
    """What the SDK's error says. Raises ``error`` itself when it is not the SDK's."""
    if not type(error).__module__.startswith("botocore"):
        raise error
    answer = getattr(error, "response", None)
    answered = isinstance(answer, dict)
    own: dict[str, Any] = answer if isinstance(answer, dict) else {}
    return SdkError(
        kinds=frozenset(kind.__name__ for kind in type(error).__mro__),
        answered=answered,
        code=str(own.get("Error", {}).get("Code", "")),
        status=int(own.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)),
    )


def receipt_of(
    error: Exception, answered: Callable[[Mapping[str, Any]], Receipt]
) -> Receipt | None:
    """The receipt for an SDK error; ``answered`` reads what the service itself answered.

    None for an error that is not the SDK's.
    """
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "ClientError" in kinds:
        return answered(getattr(error, "response", {}))
    if "ParamValidationError" in kinds:
        return Receipt(outcome="rejected", code="message_refused")
    if kinds & BEFORE_SENDING:
        return Receipt(outcome="retry")
    if kinds & {"BotoCoreError", "HTTPClientError"}:
        return Receipt(outcome="unknown")
    return None


def asked_to_wait(response: Mapping[str, Any]) -> int | None:
    """The seconds of an answer's ``Retry-After``, None without one."""
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    wait = str(headers.get("retry-after", ""))
    return int(wait) if re.fullmatch(r"[0-9]{1,5}", wait) else None


def by_status(response: Mapping[str, Any]) -> Receipt:
    """What an answer of no known code means: a refusal, or a failure that tells nothing."""
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if 400 <= status < 500:
        return Receipt(outcome="rejected", code="message_refused")
    # A server's failure says nothing about the message that it may have queued before failing.
    return Receipt(outcome="unknown")
