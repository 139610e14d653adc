"""The errors of the hub, each named by what its caller must do.

Messages are fixed sentences with ids, field paths and codes. They never carry a value that
came from outside, so they can be logged and shown.
"""

from typing import Literal


class HubError(Exception):
    """A failure that the hub has a plan for; the subclass names the plan."""


class Retry(HubError):
    """Try the same call again later: throttled, timed out, or the other side is down.

    ``after`` is the wait in seconds that the other side asked for, or None when it said nothing.
    ``throttled`` says that it is well and that we asked too often.
    """

    def __init__(self, message: str, *, after: int | None = None, throttled: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.throttled = throttled


class Reconnect(HubError):
    """The credential no longer works: an administrator must connect the system again.

    ``lacks`` says what of it: the ``login`` itself, somebody's ``consent`` at the vendor, or
    ``settings`` that were never stored.
    """

    def __init__(
        self, message: str, *, lacks: Literal["login", "consent", "settings"] = "login"
    ) -> None:
        super().__init__(message)
        self.lacks = lacks


class Refused(HubError):
    """The other side understood the request and said no; a person reads ``code`` and ``sentence``.

    ``code`` is a short canonical word, ``sentence`` the other side's own words (never logged).
    """

    def __init__(self, message: str, *, code: str = "refused", sentence: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.sentence = sentence


class Unreadable(HubError):
    """What arrived cannot be trusted or parsed: it is kept raw, and an alarm is raised."""


class Conflict(HubError):
    """Somebody else moved first: what was read is no longer true, so the act must not happen."""


class NotFound(HubError):
    """The id is unknown, or belongs to another tenant; the two are never told apart."""
