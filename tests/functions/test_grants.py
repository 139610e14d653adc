"""The hub's keeping of tokens: renewed by one, sealed, never lost to a kill between two steps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.cloud import clock, connection_keys, grants, runtime, sealing, table
from shared.cloud.grants import Keeper
from shared.domain.grant import Granted, Kept
from shared.errors import Conflict, Reconnect, Retry
from tests.functions.world import NORDIC, NOW, TWIN

KEY = connection_keys.grant(NORDIC, "erp")


class Killed(BaseException):
    """The function died at this very place."""


class Vendor:
    """A vendor whose refresh token rotates at each use and dies with it (Fortnox)."""

    def __init__(self, *, grace=False, credentials=False):
        self.alive, self.number, self.asked = "refresh-0", 0, []
        self.grace, self.credentials = grace, credentials
        self.dies = None

    def __call__(self, kept: Kept) -> Granted:
        self.asked.append(kept)
        if self.dies == "before the call":
            raise Killed
        if not kept.refresh and not (self.credentials and kept.subject):
            raise Reconnect("nobody has authorised the connection yet")
        known = {self.alive, f"refresh-{self.number - 1}" if self.grace else self.alive}
        if kept.refresh and kept.refresh not in known:
            raise Reconnect("the grant is spent")
        self.number += 1
        self.alive = f"refresh-{self.number}"
        if self.dies == "after the call":
            raise Killed
        until = clock.wall() + timedelta(hours=1)
        return Granted(f"access-{self.number}", until, self.alive)


@pytest.fixture
def granted(aws):
    """A consent that was given: its token is good for an hour."""
    runtime.client("secretsmanager").create_secret(
        Name="dunlin-secret-prefix/hub/token-key", SecretString="an invented secret for tokens"
    )
    sealing._key.cache_clear()
    grants.replace(
        NORDIC, "erp", Granted("access-0", NOW + timedelta(hours=1), "refresh-0", "29302")
    )
    yield
    sealing._key.cache_clear()


@pytest.fixture
def later(monkeypatch):
    """Moves the wall clock on."""

    def move(**wait):
        moment = clock.wall() + timedelta(**wait)
        monkeypatch.setattr(clock, "wall", lambda: moment)

    return move


def test_a_good_token_is_handed_over_without_asking_the_vendor(granted):
    vendor = Vendor()

    assert [Keeper(NORDIC, "erp", vendor)() for _ in range(2)] == ["access-0", "access-0"]
    assert vendor.asked == []


def test_a_token_in_its_last_minute_or_refused_is_renewed_with_what_was_kept(granted, later):
    vendor = Vendor()
    keeper = Keeper(NORDIC, "erp", vendor)
    assert keeper(stale="access-0") == "access-1"
    later(minutes=59, seconds=1)

    assert keeper() == "access-2"
    assert Keeper(NORDIC, "erp", vendor)() == "access-2"
    assert vendor.asked == [Kept("refresh-0", "29302"), Kept("refresh-1", "29302")]
    assert table.get(KEY)["generation"] == 3


def test_tokens_are_sealed_and_good_for_their_own_place_alone(granted, rows):
    assert "access-0" not in str(rows())
    assert "refresh-0" not in str(rows())
    stolen = table.get(KEY)
    table.put({**stolen, **connection_keys.grant(TWIN, "erp")})
    table.put({**stolen, **connection_keys.grant(NORDIC, "erp2")})

    for tenant, connection in ((TWIN, "erp"), (NORDIC, "erp2")):
        with pytest.raises(Reconnect):
            Keeper(tenant, connection, Vendor())()


def test_a_first_token_is_fetched_where_none_was_kept(granted):
    keeper = Keeper(NORDIC, "keys", lambda _: Granted("session-1", NOW + timedelta(hours=9)))

    assert keeper() == "session-1"
    assert table.get(connection_keys.grant(NORDIC, "keys"))["generation"] == 1


def test_of_many_who_renew_at_once_one_asks_and_the_others_get_its_token(granted, later):
    vendor, others = Vendor(), []

    def meanwhile(kept):
        # While the vendor is asked, three more functions want the token.
        for _ in range(3):
            try:
                others.append(Keeper(NORDIC, "erp", vendor)(stale="access-0"))
            except Retry as error:
                others.append(error.after)
        return vendor(kept)

    assert Keeper(NORDIC, "erp", meanwhile)(stale="access-0") == "access-1"
    assert others == [5, 5, 5]
    assert Keeper(NORDIC, "erp", vendor)(stale="access-0") == "access-1"
    assert len(vendor.asked) == 1


def test_while_another_renews_a_token_in_its_last_minute_still_serves(granted, later):
    later(minutes=59, seconds=30)
    seen = []

    def meanwhile(_):
        seen.append(Keeper(NORDIC, "erp", Vendor())())
        return Granted("access-1", clock.wall() + timedelta(hours=1), "refresh-1")

    Keeper(NORDIC, "erp", meanwhile)()

    assert seen == ["access-0"]


@pytest.mark.parametrize(
    ("dies", "vendor", "token"),
    [
        ("before the call", Vendor(), "access-1"),
        ("after the call", Vendor(grace=True), "access-2"),
        ("after the call", Vendor(credentials=True), "access-2"),
    ],
    ids=["before", "after, the vendor has grace", "after, by client credentials"],
)
def test_a_kill_around_the_call_loses_no_grant(granted, later, dies, vendor, token):
    vendor.dies = dies
    with pytest.raises(Killed):
        Keeper(NORDIC, "erp", vendor)(stale="access-0")
    vendor.dies = None
    with pytest.raises(Retry):
        Keeper(NORDIC, "erp", vendor)(stale="access-0")
    later(seconds=91)

    assert Keeper(NORDIC, "erp", vendor)(stale="access-0") == token


def test_a_kill_before_the_write_of_a_vendor_without_mercy_says_what_happened(granted, later):
    vendor = Vendor()
    vendor.dies = "after the call"
    with pytest.raises(Killed):
        Keeper(NORDIC, "erp", vendor)(stale="access-0")
    vendor.dies = None
    later(seconds=91)

    with pytest.raises(Reconnect, match="lost"):
        Keeper(NORDIC, "erp", vendor)(stale="access-0")


def test_a_kill_after_the_write_leaves_the_new_grant(granted, monkeypatch):
    vendor, store = Vendor(), grants.store

    def killed(*args):
        store(*args)
        raise Killed

    monkeypatch.setattr(grants, "store", killed)
    with pytest.raises(Killed):
        Keeper(NORDIC, "erp", vendor)(stale="access-0")
    monkeypatch.setattr(grants, "store", store)

    assert Keeper(NORDIC, "erp", vendor)(stale="access-0") == "access-1"
    assert Keeper(NORDIC, "erp", vendor)(stale="access-1") == "access-2"


def test_a_renewal_slower_than_its_lease_still_keeps_the_only_live_refresh_token(granted, later):
    vendor = Vendor()

    def slow(kept):
        answer = vendor(kept)
        later(seconds=91)
        with pytest.raises(Reconnect):
            Keeper(NORDIC, "erp", vendor)(stale="access-0")
        return answer

    assert Keeper(NORDIC, "erp", slow)(stale="access-0") == "access-1"
    assert Keeper(NORDIC, "erp", vendor)(stale="access-1") == "access-2"


def test_what_fails_again_and_again_waits_longer_until_new_secrets_come(granted, later):
    asked = []

    def refused(kept):
        asked.append(kept)
        raise Reconnect("the client id or secret is refused")

    for _ in range(4):
        with pytest.raises(Reconnect):
            Keeper(NORDIC, "erp", refused)(stale="access-0")
    with pytest.raises(Retry) as caught:
        Keeper(NORDIC, "erp", refused)(stale="access-0")
    assert (len(asked), caught.value.after) == (4, 60)

    grants.retry_now(NORDIC, "erp")
    assert Keeper(NORDIC, "erp", Vendor())(stale="access-0") == "access-1"
    assert "tries" not in table.get(KEY)


def test_an_older_grant_never_replaces_a_newer_one(granted):
    with pytest.raises(Conflict):
        grants.store(NORDIC, "erp", Granted("late", NOW, "late"), seen=0)
