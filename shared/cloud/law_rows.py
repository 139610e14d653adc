"""Law packs as rows: which one is in force, the texts of all that ever were, who signed them off.

Law is the installation's, not a tenant's. A pack's name is the hash of its two texts, rules and
rates. Where no row says otherwise the pack that ships with the hub is in force.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources

from shared.cloud import clock, hub_keys, table
from shared.cloud.runtime import is_local
from shared.cloud.table import Row, Write
from shared.domain.lawpack import COUNTRIES, LawPack, load, read_pack
from shared.errors import NotFound

# A pack and its rates (some 30 kB) stand in one row, which holds 400 kB.
MOST_BYTES = 250_000
# Who signs on the embedded stack, where no debtor is real.
LOCAL = "local stage"
SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Texts:
    """The two TOML texts of a country's pack."""

    country: str
    pack: str
    rates: str

    def read(self) -> LawPack:
        """The pack, checked whole. Raises ``ValueError``."""
        return read_pack(self.country, self.pack, self.rates)

    def kept(self, digest: str) -> Write:
        """The row that keeps the texts for ever; the same hash is the same row."""
        row = {"country": self.country, "pack": self.pack, "rates": self.rates}
        return table.put_write({**hub_keys.law_pack(digest), **row}, condition=None)


@dataclass(frozen=True, slots=True)
class InForce:
    """The pack that binds acts now; ``sign_off`` says who stands for it, or is empty."""

    pack: LawPack
    sign_off: str

    @property
    def signed(self) -> bool:
        """Whether an act that costs a debtor money may rest on it."""
        return bool(self.sign_off)


def in_force(row: Row | None, country: str) -> InForce:
    """The pack that the state row (``hub_keys.law``) names for a country, or the shipped one.

    It costs no call once this process knows the pack. The embedded stack signs for itself; no
    other stage ever does. Raises ``ValueError`` for a country without a pack, ``NotFound`` when
    the texts of the pack in force are gone.
    """
    state = State.of(row)
    digest = state.active.get(country)
    pack = load(country) if digest is None else stored(digest)
    if pack.hash in state.signed:
        return InForce(pack, SIGNED)
    return InForce(pack, LOCAL if is_local() else "")


def current(country: str) -> InForce:
    """The pack in force now, by one read. Raises ``ValueError``, ``NotFound``."""
    return in_force(table.get(hub_keys.law()), country)


@lru_cache(maxsize=32)
def stored(digest: str) -> LawPack:
    """Any pack that was ever stored or shipped, by its hash. Raises ``NotFound``."""
    return texts(digest).read()


def texts(digest: str) -> Texts:
    """The texts of a pack. Raises ``NotFound``."""
    key = hub_keys.law_pack(digest)
    pack = shipped(digest)
    if pack is not None:
        return _shipped(pack.country)
    row = table.get(key)
    if row is None:
        raise NotFound("no such law pack")
    return texts_of(row)


def shipped(digest: str) -> LawPack | None:
    """The pack of a hash, when it is one that ships with this release."""
    packs = (load(country) for country in COUNTRIES)
    return next((pack for pack in packs if pack.hash == digest), None)


def texts_of(row: Row) -> Texts:
    """The texts that a pack's row keeps."""
    return Texts(row["country"], row["pack"], row["rates"])


@lru_cache(maxsize=1)
def keep_shipped() -> None:
    """Keep the texts of this release for ever, once a process: a decision may be asked of later."""
    packs = {load(country).hash: _shipped(country) for country in COUNTRIES}
    there = {pk for pk, _ in table.batch_get([hub_keys.law_pack(digest) for digest in packs])}
    new = [one.kept(digest) for digest, one in packs.items()
           if hub_keys.law_pack(digest)["pk"] not in there]  # fmt: skip
    if new:
        table.transact(new)


@dataclass(frozen=True, slots=True)
class State:
    """What the state row says: the hash in force by country, the hashes that were signed off."""

    active: Mapping[str, str]
    signed: tuple[str, ...]
    version: int

    @classmethod
    def of(cls, row: Row | None) -> State:
        """Read a row; without one nothing was ever changed."""
        if row is None:
            return cls({}, (), 0)
        return cls(json.loads(row["active"]), tuple(json.loads(row["signed"])), row["version"])

    @classmethod
    def read(cls) -> State:
        """The state as it stands."""
        return cls.of(table.get(hub_keys.law()))

    def moved(self, *, active: Mapping[str, str] | None = None, sign: str = "") -> Write:
        """The state after a change; a ``Conflict`` when somebody else changed it meanwhile."""
        signed = [*self.signed, *([sign] if sign and sign not in self.signed else [])]
        return table.update_write(
            hub_keys.law(),
            set_={
                "active": json.dumps({**self.active, **(active or {})}, sort_keys=True),
                "signed": json.dumps(signed),
                "version": self.version + 1,
            },
            condition="version = :seen" if self.version else "attribute_not_exists(pk)",
            values={"seen": self.version} if self.version else None,
        )


def _shipped(country: str) -> Texts:
    folder = resources.files("shared.rules")
    rules = (folder / f"{country.lower()}.toml").read_text(encoding="utf-8")
    return Texts(country, rules, (folder / "rates.toml").read_text(encoding="utf-8"))


def sign_off_row(digest: str, *, name: str, role: str, note: str, by: str, at: datetime) -> Write:
    """Who signed a pack off, in what role and why; the latest word stands."""
    row = {"name": name, "role": role, "note": note, "by": by, "at": clock.stamp(at)}
    return table.put_write({**hub_keys.law_note(digest, "sign-off"), **row}, condition=None)


def signature(digest: str) -> Row | None:
    """The sign-off of a pack, if there is one."""
    return table.get(hub_keys.law_note(digest, "sign-off"))
