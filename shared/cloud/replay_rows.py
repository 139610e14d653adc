"""What stored decisions rested on, read back by the hashes that they name, to replay them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from shared.cloud import hub_keys, keys, law_rows, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.debtor import ALONE, Debtor
from shared.domain.events import CaseEvent, Decided
from shared.domain.explain import content_hash
from shared.domain.law import LawPack
from shared.domain.overrides import Override, Overrides
from shared.domain.policy import Policy
from shared.domain.replaying import Again, World, again, decisions, reached
from shared.errors import NotFound

_OVERRIDE = "policy.override"


@dataclass(slots=True)
class Tally:
    """How many stored decisions were made again, and which came out otherwise."""

    decisions: int = 0
    different: list[tuple[str, int]] = field(default_factory=list)

    def count(self, past: Past, case: str, events: Sequence[CaseEvent]) -> None:
        """Replay all decisions of a case. Raises ``NotFound`` for an input that is gone."""
        for one in past.replayed(case, events):
            self.decisions += 1
            if not one.same:
                self.different.append((case, one.version))

    def sentence(self) -> str:
        """The count in words."""
        return f"{self.decisions} stored decisions replayed, {len(self.different)} differences"


class Past:
    """The inputs of one creditor's stored decisions.

    ``read`` gives a row by its key; what is the same for many decisions is read once.
    """

    def __init__(self, tenant: Tenant, read: Callable[[Key], Row | None] = table.get) -> None:
        self._tenant = tenant
        self._read = read
        self._policy = lru_cache(maxsize=64)(self._policy_of)
        self._pack = lru_cache(maxsize=16)(self._pack_of)
        self._override = lru_cache(maxsize=256)(self._override_of)
        self._zone = lru_cache(maxsize=1)(self._zone_of)

    def world(self, case: Case, stored: Decided) -> World:
        """What a decision about a case rested on. Raises ``NotFound`` for an input that is gone."""
        if case.policy is None:
            raise NotFound("the case has no policy")
        seen = stored.inputs
        named = [one.facts["hash"] for one in stored.because if one.rule == _OVERRIDE]
        segment, agreements = reached(seen.get("reached", ""))
        found = [self._override(one) for one in named]
        if segment is not None and not any(one.kind == "debtor" for one in found):
            # A debtor's override that only says where the debtor belongs is named by nothing.
            found.append(Override(kind="debtor", target=case.debtor, segment=segment))
        return World(
            policy=self._policy(case.policy.id, case.policy.version, seen["policy"]),
            law=self._pack(seen["law"]),
            zone=seen.get("zone") or self._zone(),
            overrides=Overrides(found=tuple(found)),
            agreements=agreements,
            debtor=self._debtor(seen.get("debtor", "")),
        )

    def replayed(self, case: str, events: Sequence[CaseEvent]) -> Iterator[Again]:
        """Every stored decision of a case, made again. Raises ``NotFound``."""
        for before, stored in decisions(case, events):
            yield again(before, stored, self.world(before, stored))

    def _row(self, key: Key) -> Row:
        row = self._read(key)
        if row is None:
            raise NotFound("an input of a stored decision is gone")
        return row

    def _policy_of(self, name: str, version: int, digest: str) -> Policy:
        row = self._row(keys.policy(self._tenant, name, version))
        policy = Policy.model_validate_json(row["body"])
        if row["hash"] != digest:
            raise NotFound("the policy of a stored decision is another now")
        return policy

    def _pack_of(self, digest: str) -> LawPack:
        pack = law_rows.shipped(digest)
        return pack or law_rows.texts_of(self._row(hub_keys.law_pack(digest))).read()

    def _override_of(self, digest: str) -> Override:
        body = self._row(keys.override(self._tenant, digest))["body"]
        return Override.model_validate_json(body)

    def _debtor(self, digest: str) -> Debtor:
        if not digest:
            return ALONE
        body = self._row(keys.fact(self._tenant, "SEEN", digest))["body"]
        debtor = Debtor.model_validate_json(body)
        if content_hash(debtor) != digest:
            raise NotFound("what counted for the debtor is another now")
        return debtor

    def _zone_of(self) -> str:
        body = self._row(keys.creditor(self._tenant))["body"]
        return Creditor.model_validate_json(body).zone
