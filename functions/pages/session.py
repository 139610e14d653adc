"""Sessions of the console: signed in at the user pool (code flow with PKCE), kept in one cookie.

The cookie is sealed: it says who signed in, when, and the token that every form of the session
bears. What a person may do is read from the principal's row at each visit, never from the cookie.
Sources: RFC 7636 (PKCE), and for the pool's pages
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from functions.api.tokens import Forged, verify
from functions.pages.answers import cookie
from shared.cloud import clock, sealing, sign_outs
from shared.cloud.principals import Principal
from shared.errors import NotFound, Retry

SESSION, ASKED = "__Host-dunlin", "__Host-dunlin-asked"
# A working day; and the time that a person has at the pool's page.
GOOD_FOR, ANSWER_WITHIN = timedelta(hours=10), timedelta(minutes=10)
SIGNED_IN = "/console/signed-in"
_SCOPES = "openid aws.cognito.signin.user.admin"
_TIMEOUT_SECONDS = 5
_MOST_BYTES = 65_536


class _Stays(urllib.request.HTTPRedirectHandler):
    """The code goes to the pool's own address and is sent on to no other."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: an answer that leads elsewhere is no token."""


_pool = urllib.request.build_opener(_Stays)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, since when (wall time), and the token that the session's forms bear."""

    client: str
    since: datetime
    csrf: str = field(repr=False)

    def bears(self, csrf: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(csrf.encode(), self.csrf.encode())


def question(to: str, now: datetime) -> tuple[str, str]:
    """The pool's page to sign in at, and the cookie that knows the answer to it.

    ``to`` is the address below the console to go on to. ``now`` is wall time, as everywhere here.
    """
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code", "client_id": os.environ["CONSOLE_CLIENT"], "scope": _SCOPES,
        "redirect_uri": _redirect_uri(), "state": state, "code_challenge": challenge,
        "code_challenge_method": "S256",
    }  # fmt: skip
    kept = {
        "state": state,
        "verifier": verifier,
        "to": to,
        "until": clock.stamp(now + ANSWER_WITHIN),
    }
    sealed = sealing.seal(json.dumps(kept), ASKED)
    line = cookie(ASKED, sealed, seconds=int(ANSWER_WITHIN.total_seconds()))
    return f"{os.environ['SIGN_IN_URL']}/oauth2/authorize?{urlencode(query)}", line


def answered(
    query: Mapping[str, str], cookies: Mapping[str, str], now: datetime
) -> tuple[str, tuple[str, ...]]:
    """Where to go on to, and the session's cookies, by what the pool sent a person back with.

    Raises ``NotFound`` where this browser asked nothing, or too long ago, and where the pool or
    the principals know nobody; ``Retry`` when the pool does not answer.
    """
    kept = json.loads(sealing.unseal(cookies.get(ASKED, ""), ASKED) or "{}")
    good = kept and hmac.compare_digest(query.get("state", "").encode(), kept["state"].encode())
    if not good or kept["until"] < clock.stamp(now) or not query.get("code"):
        raise NotFound("nobody was asked to sign in")
    try:
        bearer = verify(f"Bearer {_token(query['code'], kept['verifier'])}")
    except Forged:
        raise NotFound("the pool's token is not good") from None
    # A token that sets a limit of its own was made for a tool.
    if bearer.scopes is not None:
        raise NotFound("nobody signed in")
    sign_outs.signed_in(bearer.subject, now)
    return kept["to"], (begun(bearer.subject, now), cookie(ASKED, "", seconds=0))


def begun(client: str, now: datetime) -> str:
    """The cookie of a session that begins now."""
    since = now.isoformat(timespec="microseconds")
    said = {"client": client, "since": since, "csrf": secrets.token_urlsafe(24)}
    sealed = sealing.seal(json.dumps(said), SESSION)
    return cookie(SESSION, sealed, seconds=int(GOOD_FOR.total_seconds()))


def of(cookies: Mapping[str, str], now: datetime) -> tuple[Session, Principal]:
    """The session of a visit and who that is by now. Raises ``NotFound`` for none."""
    text = sealing.unseal(cookies.get(SESSION, ""), SESSION)
    if text is None:
        raise NotFound("no such session")
    said = json.loads(text)
    since = datetime.fromisoformat(said["since"])
    if now >= since + GOOD_FOR:
        raise NotFound("no such session")
    return Session(said["client"], since, said["csrf"]), sign_outs.signed_in(said["client"], since)


def ended(session: Session, now: datetime) -> str:
    """Sign a person out everywhere; the cookie that is left of it."""
    sign_outs.sign_out(session.client, now)
    return cookie(SESSION, "", seconds=0)


def left_url() -> str:
    """The pool's own page that ends its session too, so that nobody else goes on as this one."""
    query = {
        "client_id": os.environ["CONSOLE_CLIENT"],
        "logout_uri": f"{os.environ['CONSOLE_URL']}/console/signed-out",
    }
    return f"{os.environ['SIGN_IN_URL']}/logout?{urlencode(query)}"


def _redirect_uri() -> str:
    return f"{os.environ['CONSOLE_URL']}{SIGNED_IN}"


def _token(code: str, verifier: str) -> str:
    body = {
        "grant_type": "authorization_code", "client_id": os.environ["CONSOLE_CLIENT"],
        "code": code, "redirect_uri": _redirect_uri(), "code_verifier": verifier,
    }  # fmt: skip
    # The pool's own address from our configuration, never one that a visitor named.
    asked = urllib.request.Request(  # noqa: S310
        f"{os.environ['SIGN_IN_URL']}/oauth2/token",
        data=urlencode(body).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    try:
        with _pool.open(asked, timeout=_TIMEOUT_SECONDS) as answer:
            told: Any = json.loads(answer.read(_MOST_BYTES))
        return str(told["access_token"])
    except urllib.error.HTTPError:
        raise NotFound("the pool did not take the code") from None
    except (OSError, ValueError, KeyError):
        raise Retry("the user pool did not answer") from None
