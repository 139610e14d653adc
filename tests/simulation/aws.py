"""An AWS of one process: each call goes over one wire, is watched, disturbed and answered there.

The table is ``infra.local.memory_table``, which is held against the embedded stack. Beside it
stand the few operations of S3, SQS, SES, Secrets Manager and Step Functions that the hub uses. A
call is answered before it leaves the process, so that client, parameters and errors are the SDK's.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict

from botocore.exceptions import ConnectionClosedError

from infra.local.memory_table import MemoryTable

TABLE = "dunlin"


class Killed(BaseException):
    """The process is gone: no handler of an error runs."""


class Answer:
    """What botocore reads of a response beside its parsed body."""

    def __init__(self, status):
        self.status_code, self.headers = status, {}


class Failure(Exception):
    """What a service refuses, by its code."""

    def __init__(self, code, status=400):
        super().__init__(code)
        self.code, self.status = code, status


class Wire:
    """All AWS calls of this process. ``hub`` is whoever lives here now, one seed at a time."""

    def __init__(self, session):
        self.hub, self.table = None, MemoryTable(TABLE)
        session.events.register("before-parameter-build", self._keep)
        session.events.register("before-call", self._before)
        # The narrower name is called first, and the table answers under it, last of all.
        session.events.register("before-call.dynamodb", self._before)
        session.events.register("after-call", self._after)

    @staticmethod
    def _keep(params, context, **_):
        context["asked"] = params

    def _before(self, model, context, **_):
        service = model.service_model.service_name
        refused = self.hub.disturb("before", f"{service}:{model.name}")
        if refused is not None:
            return Answer(400), {"Error": {"Code": refused, "Message": refused}}
        if service == "dynamodb":
            return None  # the table answers, behind us
        try:
            said = self.hub.aws.answer(service, model.name, context["asked"])
        except Failure as failure:
            error = {"Code": failure.code, "Message": failure.code}
            return Answer(failure.status), {"Error": error}
        return Answer(200), said

    def _after(self, http_response, model, context, **_):
        service = model.service_model.service_name
        if service == "dynamodb" and http_response.status_code < 300:
            self.hub.wrote(context["asked"])
        self.hub.disturb("after", f"{service}:{model.name}")


class Services:
    """What stands beside the table: documents, mail, secrets, and what was sent and started."""

    def __init__(self, hub):
        self._hub = hub
        self.objects, self.secrets, self.names = {}, {}, set()
        # How often mail was taken, by creditor and act.
        self.mails = defaultdict(int)

    def answer(self, service, operation, asked):
        return getattr(self, f"_{service}_{operation}".lower())(asked)

    def _s3_putobject(self, asked):
        body = asked["Body"]
        # The SDK may have made a file of it.
        kept = body if isinstance(body, bytes) else body.getvalue()
        self.objects[asked["Bucket"], asked["Key"]] = kept
        return {}

    def _s3_getobject(self, asked):
        try:
            body = self.objects[asked["Bucket"], asked["Key"]]
        except KeyError:
            raise Failure("NoSuchKey", 404) from None
        return {"Body": io.BytesIO(body)}

    def _secretsmanager_getsecretvalue(self, asked):
        raise Failure("ResourceNotFoundException")

    def _sqs_sendmessagebatch(self, asked):
        for entry in asked["Entries"]:
            self._hub.enqueue(
                asked["QueueUrl"].rpartition("/")[2], json.loads(entry["MessageBody"])
            )
        return {"Successful": [{"Id": one["Id"]} for one in asked["Entries"]]}

    def _stepfunctions_startexecution(self, asked):
        if asked["name"] in self.names:
            raise Failure("ExecutionAlreadyExists")
        self.names.add(asked["name"])
        self._hub.start(json.loads(asked["input"]))
        return {"executionArn": asked["name"], "startDate": self._hub.now}

    def _sesv2_sendemail(self, asked):
        tags = {one["Name"]: one["Value"] for one in asked["EmailTags"]}
        world = self._hub.worlds[tags["tenant"]]
        how = world.mail
        if how == "throttled":
            raise Failure("TooManyRequestsException", 429)
        self.mails[tags["tenant"], tags["act"]] += 1
        world.took_mail(tags["act"], asked["Destination"]["ToAddresses"][0], asked["Content"])
        if how == "silent":
            raise ConnectionClosedError(endpoint_url="https://email.example")
        return {"MessageId": f"m-{sum(self.mails.values())}"}
