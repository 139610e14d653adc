"""Health: how a connection is, in one of nine words, from all that is known of it."""

from __future__ import annotations

from typing import Final, Literal

from shared.domain.explain import Record

# ``ok``: used, and well. ``pending``: made, and not used yet. ``needs_auth``: its login is refused.
# ``needs_consent``: somebody's consent at the vendor is absent or over. ``missing_settings``: a
# setting or secret was never stored. ``rate_limited``: the vendor asked us to come less often.
# ``degraded``: used, and not all is well. ``failing``: it brings nothing. ``disabled``: a person
# ended its use.
Word = Literal[
    "ok", "pending", "needs_auth", "needs_consent", "missing_settings", "rate_limited", "degraded",
    "failing", "disabled",
]  # fmt: skip

# Why the last call failed, beside its error: what is absent, or that we came too often.
Cause = Literal["login", "consent", "settings", "throttled", "other"]

# With these nothing comes any more until a person has done something.
PERSONS: Final[frozenset[Word]] = frozenset(
    {"needs_auth", "needs_consent", "missing_settings", "failing"}
)
# From best to worst; what a person chose (pending, disabled) is neither.
_ORDER: Final[tuple[Word, ...]] = (
    "ok", "rate_limited", "degraded", "failing", "missing_settings", "needs_consent", "needs_auth",
)  # fmt: skip
# So many attempts one after the other have failed before it is said to bring nothing.
_ATTEMPTS = 4
_AUTH: Final[Word] = "needs_auth"
_LACKS: Final[dict[Cause, Word]] = {"consent": "needs_consent", "settings": "missing_settings"}


class Known(Record):
    """What a connection's row says.

    ``state`` is its place in life (pending, tested, enabled, degraded, failing, needs_auth,
    disabled), ``cause`` why the last call failed (None: it did not), ``attempts`` how many have
    failed one after the other. ``suspicious``: it brings far less than usual. ``late``: what it
    promised is not there. ``consent_over``: the day of its consent has passed. ``refused`` of
    ``rows`` could not be read last time.
    """

    state: str
    cause: Cause | None = None
    attempts: int = 0
    suspicious: bool = False
    late: bool = False
    consent_over: bool = False
    rows: int = 0
    refused: int = 0


def word(known: Known) -> Word:
    """How a connection is.

    >>> word(Known(state="degraded", cause="throttled"))
    'rate_limited'
    """
    if known.state == "disabled":
        return "disabled"
    if known.state == "needs_auth":
        return "needs_consent" if known.consent_over else _LACKS.get(known.cause or "other", _AUTH)
    if known.state in {"pending", "tested"}:
        return "missing_settings" if known.cause == "settings" else "pending"
    if known.state == "failing" or (known.cause is not None and known.attempts >= _ATTEMPTS):
        return "failing"
    if known.cause == "throttled":
        return "rate_limited"
    return "degraded" if _troubled(known) else "ok"


def worse(before: Word, after: Word) -> bool:
    """Whether a connection in use has become worse; what a person chose is neither."""
    return (
        after in _ORDER and after != "ok" and (before not in _ORDER or _rank(before) < _rank(after))
    )


def _troubled(known: Known) -> bool:
    """Whether one that is in use has failed last time, or brought what cannot be all."""
    unread = known.refused > 0 and 2 * known.refused >= known.rows
    failed = known.cause is not None or known.state == "degraded"
    return failed or known.suspicious or known.late or unread


def _rank(one: Word) -> int:
    return _ORDER.index(one)
