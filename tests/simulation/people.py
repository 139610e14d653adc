"""People who talk to the hub through its doors: the creditor's clerk, and the partner's."""

from __future__ import annotations

import json
from datetime import UTC

from botocore.exceptions import ClientError

from infra.local import setup
from shared.errors import HubError
from tests.functions.world import call
from tests.simulation.aws import Killed

# What a caller sees as a server's error: it calls again.
_FAILED = (Killed, ClientError, HubError)


def is_payout(payment):
    """Whether a payment of the books is what the partner paid out: such have names of their own."""
    return payment.startswith("erp:pr")


class Clerk:
    """Gives commands about claims, and answers the questions that only a person can end."""

    def __init__(self, world):
        self.world, self.hub, self.tenant = world, world.hub, world.tenant
        # What each command made, by number and kind, for the command that ends it.
        self.given, self.count = {}, 0
        # The days after which the partner lets go, by recall; and those that the hub said yes to.
        self.recalls, self.called_back = {}, []

    def command(self, number, what, given):
        """A command about a claim, where it is in a case; again when the hub dies of it."""
        case = self.world.judge.case_of(f"erp:{number}")
        if case is None:
            return
        self._strangers(case)
        self.count += 1
        body = {"id": f"cmd{self.count}", "reason": "by_phone", "type": what, **given}
        for _ in range(3):
            status, said = self.ask("POST /v1/cases/{id}/commands", {"id": case}, body)
            if status < 500:
                break
        self.world.tell(f"the clerk says {what} of {number}: {status} {said.get('type', '')}")
        if status == 200:
            self.given[number, what] = body["id"]

    def recall(self, number, lag):
        """Take a claim back from the partner, whatever the price that nobody knows."""
        claim = f"erp:{number}"
        case = self.world.judge.there.get(claim)
        if case is None:
            return
        self.count += 1
        name = f"rc{self.count}"
        self.recalls[name] = lag
        body = {
            "id": name, "reason": "customer_kept", "claims": [claim], "confirmed": {"price": None},
        }  # fmt: skip
        for _ in range(3):
            status, said = self.ask("POST /v1/cases/{id}/recall", {"id": case}, body)
            if status < 500:
                break
        self.world.tell(f"the clerk takes {number} back: {status} {said.get('code', '')}")
        if status == 202:
            self.called_back.append((name, claim))

    def _strangers(self, case):
        """No other creditor reaches a case, whatever it knows of its name."""
        for other in self.hub.worlds.values():
            if other is not self.world and case not in other.judge.diaries:
                status, _ = other.clerk.ask("GET /v1/cases/{id}", {"id": case}, None)
                if status not in {404, 500}:
                    self.world.judge.say("a stranger reaches a case", f"{case[:6]}: {status}")

    def ends(self, number, what, ended, field, **given):
        """A command that ends what an earlier one made, if that was carried out."""
        if (number, ended) in self.given:
            self.command(number, what, {field: self.given[number, ended], **given})

    def ask(self, route, path, body):
        """One call of the admin API: status and body; 500 when the function died."""
        event = call(route, tenant=self.tenant.id, role="administrator", path=path, body=body)
        try:
            answer = self.hub.invoke("Admin", event)
        except _FAILED:
            return 500, {}
        return answer["statusCode"], json.loads(answer["body"])

    def see_to(self, partner):
        """Once a day: what only a person can end, and what keeps everything in. Others may wait."""
        for row in self.world.judge.tasks():
            why, task, word = row["why"], row["list_id"], self._word(row, partner)
            if word:
                status, _ = self.ask("POST /v1/tasks/{id}/answer", {"id": task}, {"answer": word})
                self.world.tell(f"the clerk answers {word} to {task}: {status}")
            elif why == "source_suspicious":
                for name in (setup.ERP, setup.BANK):
                    self.ask("POST /v1/connections/{id}/confirm", {"id": name}, {})
                self.world.tell(f"the clerk confirms what {task} asks")
            elif task.startswith("halted-"):
                status, _ = self.ask("POST /v1/fuses/lift", {}, {})
                self.world.tell(f"the clerk lifts {why}: {status}")

    def _word(self, row, partner):
        """What is true: of an act of unknown fate, of a payment; acts and claims go on."""
        why, task = row["why"], row["list_id"]
        if task.endswith("-unknown"):
            act = task.removesuffix("-unknown")
            went = self.hub.aws.mails[self.tenant.id, act] or act in partner.told
            return "sent" if went else "not_sent"
        if why == "whose_payment":
            paid = json.loads(row["body"])[0]["facts"]["what"]
            return "leave" if is_payout(paid) else "continue"
        if why in {"back_from_partner", "hand_over_without_notice"}:
            return "continue"
        return "approved" if why.startswith("approve_") else None


class Reporter:
    """The partner's clerk: reports on cases, each the same until the hub says yes."""

    def __init__(self, world):
        self.world, self.hub, self.tenant, self.said = world, world.hub, world.tenant, []

    def report(self, case, what, data):
        """A new report; whether the hub has it, and its number."""
        at = self.hub.now.astimezone(UTC).isoformat()
        number = len(self.said)
        self.said.append({"id": f"r{number}", "type": what, "timestamp": at, "data": data})
        return self.again(case, number), number

    def again(self, case, number):
        """The same report once more; whether the hub has it now."""
        body = self.said[number]
        route, path = "POST /v1/partner/cases/{id}/events", {"id": case}
        return self._posted(route, path, body, f"{body['type']} of {case[:6]}")

    def remit(self, advice):
        """A remittance is announced, or announced again; whether the hub has it now."""
        what = f"{advice['id']} pays {advice['total']['amount']} out"
        return self._posted("POST /v1/partner/remittances", {}, advice, what)

    def _posted(self, route, path, body, what):
        event = call(
            route, tenant=self.tenant.id, role="partner", path=path, body=body,
            headers={"idempotency-key": body["id"]}, connection=setup.PARTNER,
            scopes=["events:write"],
        )  # fmt: skip
        try:
            status = self.hub.invoke("ReceivePartner", event)["statusCode"]
        except _FAILED:
            status = 500
        self.world.tell(f"the partner says {what}: {status}")
        if status // 100 == 2:
            self.world.judge.reported(body["id"])
        return status // 100 == 2
