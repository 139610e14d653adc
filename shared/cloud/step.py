"""One run of the dunning machine: read the case under its claim token, ask, write the answer."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shared.cloud import (
    clock,
    debtor_rows,
    first_day_rows,
    hub_keys,
    keys,
    law_rows,
    override_rows,
    sources,
    table,
    tasks,
)
from shared.cloud.control import barrier
from shared.cloud.keys import Key, Tenant
from shared.cloud.store import Loaded, Store, Token
from shared.cloud.table import Row, Write
from shared.domain.arming import held_back, unarmed
from shared.domain.carriers import Carriers
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.debtor import ALONE, Debtor
from shared.domain.decide import AnyDecision, Ask, Done, HandOver, Remind, Rest, decide
from shared.domain.events import (
    ActWithheld,
    CaseClosed,
    CaseEvent,
    Decided,
    PersonAsked,
)
from shared.domain.explain import Reason, canonical, content_hash
from shared.domain.freshness import Stale
from shared.domain.law import LawPack
from shared.domain.model import AddressKind
from shared.domain.overrides import waived
from shared.domain.policy import Policy
from shared.domain.replaying import ENGINE, NOT_SIGNED, UNSIGNED, costly, unsigned
from shared.errors import Conflict, NotFound

# How long an act whose INTENT is written may take before others look after it.
ACT_LEASE = timedelta(minutes=15)
# How long a case waits when its facts are known to be behind or its feed is stale.
BEHIND = timedelta(minutes=3)
# A withheld act is looked at again the next day.
WITHHELD = timedelta(days=1)
# Why every act of a connection waits: somebody else still duns for its claims, since that day.
OTHERS_REMIND, OTHERS_SINCE = "others_remind", "others_since"
# Conditions on facts in one transaction, which holds 100 writes.
_MOST_CHECKS = 80


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed case with all that a decision about it needs."""

    store: Store
    token: Token
    loaded: Loaded
    creditor: Creditor
    policy: Policy
    policy_hash: str
    law: LawPack
    now: datetime
    # Who stands for the law pack; empty while nobody does.
    sign_off: str = ""
    # The overrides that the policy stands under, and the language that they ask for.
    kinder: tuple[Reason, ...] = ()
    language: str | None = None
    # By which segment and agreements they were found (canonical JSON); empty without overrides.
    reached: str = ""
    # Where a contact does not go by its first channel: how the debtor can be reached (``Reach``).
    reach: str = ""
    # What the channels need on whose kinds hours or caps hang (``Reach.kinds``).
    kinds: Mapping[str, AddressKind] = field(default_factory=dict)
    # The steps that wait for a person's yes in the first days, whatever the policy says.
    held: tuple[str, ...] = ()

    @property
    def case(self) -> Case:
        """The case as it was read."""
        return self.loaded.case

    @property
    def tenant(self) -> Tenant:
        """Whose case it is."""
        return self.store.tenant

    @property
    def local_now(self) -> datetime:
        """Business time in the creditor's zone."""
        return clock.local(self.now, self.creditor.zone)

    @property
    def debtor(self) -> Debtor:
        """What counts for the debtor beside this case, as it was read with it."""
        return debtor_rows.beside(
            self.loaded.row(keys.debtor(self.tenant, self.case.debtor)), self.case.id
        )

    @property
    def connection(self) -> Row:
        """The connection that the case's facts come from."""
        row = self.loaded.row(keys.connection(self.tenant, self.case.connection))
        if row is None:
            raise NotFound("the case's connection is gone")
        return row

    def decision(self, case: Case | None = None) -> AnyDecision:
        """The answer to the one question, for the case as read or as it has become."""
        case = case or self.case
        known = Carriers(needs=self.kinds)
        return decide(case, self.policy, self.law, self.local_now, self.debtor, carriers=known)

    def behind(self) -> bool:
        """Whether a fact of one of the case's claims has come in that is not booked yet.

        An invoice in a case is marked from the moment something changes until it is booked, also
        while the sweep's claim on it runs.
        """
        for claim in json.loads(self.loaded.head["refs"]):
            row = self.loaded.row(keys.invoice(self.tenant, claim))
            if row is not None and "due_at" in row:
                return True
        return False

    def abreast(self, claims: Sequence[str]) -> list[Write]:
        """That no fact of these claims waits to be booked: conditions of an INTENT.

        So what was committed before the INTENT stops the act, whoever reads when.
        """
        keys_of = [keys.invoice(self.tenant, claim) for claim in claims[:_MOST_CHECKS]]
        return [table.absent_write(key, "due_at") for key in keys_of if self.loaded.row(key)]

    def waits_for(self) -> tuple[Stale, ...]:
        """The sources that are not fresh: the case's ERP and every money feed of the creditor."""
        known = self.loaded.row(keys.feeds(self.tenant))
        gate, country = self.creditor.gate, self.creditor.country
        return sources.waited_for(self.connection, known, gate, country, self.now)

    def fresh(self) -> bool:
        """Whether every source is known as far as it can be."""
        return not self.waits_for()

    def barrier(self, address: str = "") -> str | None:
        """Why an act must stay in, or None."""
        hub = self.loaded.row(hub_keys.control())
        control = self.loaded.row(keys.control(self.tenant))
        source = self.loaded.row(keys.connection(self.tenant, self.case.connection)) or {}
        if OTHERS_SINCE in source:
            return OTHERS_REMIND
        if self.debtor.restricted:
            return "restricted"
        return barrier(hub, control, self.case.debtor, address)

    def decided(self, decision: AnyDecision) -> Decided:
        """The decision as an event, with its reasons and the hashes of all that it looked at."""
        plain = decision.model_dump(mode="json", exclude={"because"})
        inputs = {
            "case_version": str(self.case.version),
            "policy": self.policy_hash,
            "law": self.law.hash,
            "law_sign_off": self.sign_off or NOT_SIGNED,
            "engine": ENGINE,
            "now": self.local_now.isoformat(),
            "zone": self.creditor.zone,
            "fresh_as_of": str(self.connection.get("fresh_as_of", "")),
            **sources.seen(self.loaded.row(keys.feeds(self.tenant))),
        }
        debtor = self.debtor
        if debtor != ALONE:
            inputs["debtor"] = content_hash(debtor)
        if self.reached:
            inputs["reached"] = self.reached
        if self.reach:
            inputs["reach"] = self.reach
        elif self.kinds:
            inputs["kinds"] = canonical(dict(self.kinds)).decode()
        if self.held:
            inputs["held"] = ",".join(self.held)
        because = (*self.kinder, *decision.because)
        return Decided(at=self.now, decision=plain, because=because, inputs=inputs)

    def unsigned(self, decision: Remind | HandOver) -> str | None:
        """Why an act that costs the debtor money waits: nobody signed off the law pack."""
        costs = costly(decision, self.case, self.law, self.local_now.date())
        return UNSIGNED if costs and not self.sign_off else None

    def append(
        self,
        events: Sequence[CaseEvent],
        *,
        due_at: datetime | None,
        also: Sequence[Write] = (),
    ) -> Run:
        """Write under the claim token; the run goes on with the case as it has become.

        With a decision goes what counted for the debtor, by its hash, in the same transaction.
        """
        if any(isinstance(one, Decided) for one in events):
            also = [*also, *debtor_rows.seen(self.tenant, self.debtor)]
        loaded = self.store.append(self.loaded, events, due_at=due_at, token=self.token, also=also)
        token = replace(self.token, version=loaded.case.version, attempt=0)
        return replace(self, loaded=loaded, token=token)

    def settle(self, decision: Rest | Done) -> None:
        """Record an answer that touches nobody."""
        match decision:
            case Rest():
                self.append([self.decided(decision)], due_at=decision.until)
            case Done():
                closed = CaseClosed(at=self.now, why=decision.why)
                self.append([self.decided(decision), closed], due_at=None)

    def ask(self, question: Ask) -> None:
        """Give the case to a person: the task and the event in one transaction."""
        asked = PersonAsked(
            at=self.now, task=question.task, why=question.why, claims=question.claims
        )
        write = tasks.task_write(
            self.tenant, question.task, self.case.id, question.why, question.claims,
            question.because,
        )  # fmt: skip
        # The question holds its own claims; the others go on when their steps come.
        rest = self.after(self.case.apply(asked))
        self.append([self.decided(question), asked], due_at=rest, also=[write])

    def withhold(self, decision: Remind | HandOver, why: str) -> None:
        """Record an act that a switch kept in; it is looked at again the next day."""
        if why == UNSIGNED:
            decision = self._unsigned(decision)
        kept = ActWithheld(
            at=self.now, step=decision.step, action=decision.kind, claims=decision.claims, why=why
        )
        self.append([self.decided(decision), kept], due_at=self.now + WITHHELD)

    def _unsigned(self, decision: Remind | HandOver) -> Remind | HandOver:
        """The decision with what it waits for; the tenant's people are asked once a pack."""
        why = unsigned(self.law.hash)
        task = f"{UNSIGNED}-{self.law.hash[:16]}"
        with contextlib.suppress(Conflict):
            table.transact([tasks.task_write(self.tenant, task, "", UNSIGNED, (), (why,))])
        return decision.model_copy(update={"because": (*decision.because, why)})

    def wait(self) -> None:
        """Come back in a few minutes; nothing is recorded, for nothing was decided."""
        self.append([], due_at=self.now + BEHIND)

    def after(self, case: Case) -> datetime | None:
        """When a case that has just changed is due next: its own answer, asked at once."""
        answer = self.decision(case)
        return answer.until if isinstance(answer, Rest) else self.now


def begin(event: Mapping[str, Any], beside: Sequence[Key] = ()) -> Run:
    """The run that an execution's input names. Raises ``Conflict`` when its claim has lapsed."""
    tenant = Tenant(event["tenant"])
    token = Token(event["case"], event["version"], event["attempt"], event["snapshot"])
    store = Store(tenant)
    loaded = store.load(token.case, snapshot=token.snapshot, beside=beside)
    head = loaded.head
    if head["version"] != token.version or head["attempt"] != token.attempt:
        raise Conflict("the claim of this run is no longer in force")
    return frame(store, token, loaded, clock.now())


def frame(store: Store, token: Token, loaded: Loaded, now: datetime) -> Run:
    """A run around a case that is loaded already."""
    tenant, head = store.tenant, loaded.head
    policy = loaded.row(keys.policy(tenant, head["policy"], head["policy_version"]))
    creditor = loaded.row(keys.creditor(tenant))
    if policy is None or creditor is None:
        raise NotFound("the creditor has no profile or the case's policy is gone")
    force = law_rows.in_force(loaded.row(hub_keys.law()), loaded.case.law)
    overrides = override_rows.found(tenant, loaded.case.debtor, loaded)
    stored = Policy.model_validate_json(policy["body"])
    bound, kinder = override_rows.bound(tenant, loaded, stored, overrides)
    if not force.signed and bound.unsigned_law == "no_fee":
        bound = waived(bound)
    reached = override_rows.reached(tenant, loaded, overrides) if kinder else ""
    rules = loaded.row(first_day_rows.rules_key(tenant))
    held = first_day_rows.held(tenant, rules, bound, overrides.segment)
    if held:
        bound, kinder = held_back(bound, held), (*kinder, unarmed(held))
    return Run(
        store=store,
        token=token,
        loaded=loaded,
        creditor=Creditor.model_validate_json(creditor["body"]),
        policy=bound,
        policy_hash=policy["hash"],
        law=force.pack,
        now=now,
        sign_off=force.sign_off,
        kinder=kinder,
        language=overrides.terms()[0].language,
        reached=reached,
        held=held,
    )
