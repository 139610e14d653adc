"""Bearer tokens: signed by the user pool for this API, not expired, and of the right use.

Claims as Amazon Cognito documents them for access tokens:
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt

from shared.cloud.runtime import is_local

# The identifier of the API's resource server: scopes in tokens are "dunlin/cases:read".
RESOURCE_SERVER = "dunlin"
# What a person's token carries when it came from a sign-in and not from a grant to some client.
_SIGNED_IN = "aws.cognito.signin.user.admin"
_BEARER = re.compile(r"[Bb]earer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)")
_LONGEST = 8192
# Seconds by which the pool's clock may be ahead of ours.
_LEEWAY = 5
_TIMEOUT_SECONDS = 3


class Forged(Exception):
    """A token that is not good; ``code`` is for our own log."""

    def __init__(self, code: str) -> None:
        super().__init__("the token is not good")
        self.code = code


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose token it is, and the scopes that it grants: None when it sets no limit of its own."""

    subject: str
    scopes: frozenset[str] | None


def verify(authorization: str) -> Bearer:
    """The bearer of an ``Authorization`` header. Raises ``Forged``.

    The key comes from the pool named by ``JWKS_URL`` alone, the algorithm is RS256 alone, whatever
    the token's own header says; issuer is ``ISSUER``; times are wall time.
    """
    found = _BEARER.fullmatch(authorization) if len(authorization) <= _LONGEST else None
    if found is None:
        raise Forged("no_bearer")
    token = found[1]
    try:
        claims = jwt.decode(
            token,
            _pool(os.environ["JWKS_URL"]).get_signing_key_from_jwt(token),
            algorithms=["RS256"],
            issuer=os.environ["ISSUER"],
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "iss", "sub"], "verify_aud": False},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise Forged(type(error).__name__) from None
    return _bearer(claims)


def _bearer(claims: Mapping[str, Any]) -> Bearer:
    subject, client = claims["sub"], claims.get("client_id")
    if claims.get("token_use") != "access" or not isinstance(client, str):
        raise Forged("not_an_access_token")
    words = str(claims.get("scope", "")).split()
    prefix = f"{RESOURCE_SERVER}/"
    ours = frozenset(word.removeprefix(prefix) for word in words if word.startswith(prefix))
    # A machine's token has its client as subject and says itself what it may do. A person who has
    # signed in may do what the person's principal may.
    person = subject != client and _SIGNED_IN in words
    return Bearer(subject, None if person and not ours else ours)


@lru_cache(maxsize=1)
def _pool(url: str) -> jwt.PyJWKClient:
    """The pool's keys, kept in this process; unknown key ids ask twice a minute at most."""
    if not url.startswith("https://") and not is_local():
        raise Forged("keys_not_https")
    return jwt.PyJWKClient(url, timeout=_TIMEOUT_SECONDS)
