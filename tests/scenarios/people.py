"""People: what a debtor says and what somebody at the creditor's does, as commands to the case."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from shared.domain.command_forms import Command
from shared.domain.commands import apply
from shared.domain.events import PersonAnswered
from shared.errors import Refused
from tests.scenarios.narration import told
from tests.scenarios.scene import Scene

_FORMS: TypeAdapter[Command] = TypeAdapter(Command)


class People(Scene):
    """The verbs of a story's people; a state is named by the word that the story gives it."""

    told = 0

    def disputes(
        self, number: str, amount: str | None = None, *, ground: str = "wrong_price"
    ) -> None:
        """The debtor disputes one invoice, or an amount of it."""
        self.commands("dispute", "dispute", claim=f"erp:{number}", ground=ground,
                      amount=amount and self._amount(amount))  # fmt: skip

    def answers(self) -> None:
        """The debtor has our answer to the latest dispute."""
        self.commands("answer_dispute", dispute=self._latest("disputes"))

    def settles(self, outcome: str) -> None:
        """The latest dispute is accepted, rejected or withdrawn."""
        self.commands("settle_dispute", dispute=self._latest("disputes"), outcome=outcome)

    def promises(self, amount: str, by: str) -> None:
        """The debtor promises an amount by a day."""
        self.commands("promise", "promise", amount=self._amount(amount), day=by)

    def settlement(self, amount: str, by: str) -> None:
        """An amount by a day is accepted in full payment."""
        self.commands("settlement", "settlement", amount=self._amount(amount), day=by)

    def plan(self, count: int, first: str, *, agreed: bool = True, **more: Any) -> None:
        """A payment plan is offered, and by default agreed at once."""
        self.commands("propose_plan", "plan", count=count, first=first, agreed=agreed, **more)

    def agrees(self) -> None:
        """The debtor agrees to the plan."""
        self.commands("agree_plan", plan=self._latest("plans"))

    def asks_to_stop(self) -> None:
        """The debtor asks in a letter that collecting stop."""
        self.commands("stop_request", "stop")

    def notes(self, circumstance: str, effective: str, **more: str) -> None:
        """Somebody notes a circumstance of the debtor."""
        self.commands("circumstance", circumstance, circumstance=circumstance,
                      effective=effective, **more)  # fmt: skip

    def ends(self) -> None:
        """The circumstance that was noted last has ended."""
        self.commands("end_circumstance", circumstance=self._latest("circumstances"))

    def refuses(self, channel: str) -> None:
        """The debtor does not want to be reached by a channel."""
        self.commands("refuse_channel", channel=channel)

    def restores(self, channel: str) -> None:
        """The debtor agrees to a channel again."""
        self.commands("restore_channel", channel=channel)

    def holds(self, until: str | None = None) -> None:
        """Somebody lets the whole case rest."""
        self.commands("hold", "hold", until=until)

    def releases(self) -> None:
        """Somebody ends the hold."""
        self.commands("release", hold=next(iter(self.case.holds)))

    def extends(self, number: str, due: str) -> None:
        """The debtor gets a later due date."""
        self.commands("extension", claim=f"erp:{number}", due=due)

    def writes_off(self, number: str, kind: str) -> None:
        """The creditor lets an invoice go."""
        self.commands("write_off", claim=f"erp:{number}", kind=kind)

    def says(self, word: str, about: str = "") -> None:
        """A person answers the open question, or the one that was asked ``about`` something."""
        (task,) = (one for one, found in self.case.tasks.items() if about in found.why)
        self.append([PersonAnswered(at=self.at(), task=task, answer=word, by="principal-7")])

    def commands(self, what: str, name: str = "", **fields: Any) -> None:
        """Any command, given at ten in the morning; a refusal is told with its sentence."""
        self.told += 1
        given = {key: value for key, value in fields.items() if value is not None}
        form = {"id": f"{name or what}-{self.told}", "reason": "debtor_called", "type": what}
        command = _FORMS.validate_python(form | given)
        try:
            events = apply(self.case, command, by="principal-7", policy=self.policy,
                           law=self.law, now=self.now())  # fmt: skip
        except Refused as refused:
            print(f"{told(self.today)}  refused: {refused.sentence}")
            return
        self.append(events)

    def _amount(self, text: str) -> dict[str, str]:
        return {"amount": text, "currency": self.law.currency}

    def _latest(self, kind: str) -> str:
        names: list[str] = list(getattr(self.case.states, kind))
        return names[-1]
