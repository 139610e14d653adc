"""A hub in this process, on the embedded stack, with its books and a difficult partner."""

from __future__ import annotations

import functools
from datetime import datetime, time
from zlib import crc32

import pytest

from infra.local import clock, setup
from infra.local.deploy import deploy
from infra.local.hub import ROOT
from tests.faults import books as bookkeeping
from tests.faults.deployed import Deployed
from tests.faults.machine import QUEUES, ZONE, Machine
from tests.faults.partner import Partner

_PASS = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'


@pytest.fixture(scope="session")
def surroundings(embedded, admin):
    """What a machine needs of AWS beside its own table and queues."""
    region = {"LocationConstraint": embedded.region}
    for bucket in ("inbox", "documents"):
        admin("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=region)
    mail = admin("sesv2")
    mail.create_email_identity(EmailIdentity="creditor.example")
    mail.create_configuration_set(ConfigurationSetName="mail")
    role = admin("iam").create_role(RoleName="machine", AssumeRolePolicyDocument="{}")
    return admin("stepfunctions").create_state_machine(
        name="dunning", definition=_PASS, roleArn=role["Role"]["Arn"]
    )["stateMachineArn"]


@pytest.fixture
def machine(request, process, admin, wire, surroundings, tmp_path, monkeypatch):
    """A hub of one creditor, at nine on the morning of the first day."""
    # Shards and turns hang on a creditor's id: each test has its own, the same in every run.
    tenant = f"nordic{crc32(request.node.nodeid.encode())}"
    sqs = admin("sqs")
    queues = {name: sqs.create_queue(QueueName=f"{tenant}-{name}")["QueueUrl"] for name in QUEUES}
    for name, url in queues.items():
        monkeypatch.setenv(f"{name.upper()}_QUEUE", url)
    for name, value in {
        "OUTBOUND": "on", "DOCUMENTS": "documents", "INBOX_BUCKET": "inbox",
        "DUNNING": surroundings, "SECRET_PREFIX": tenant, "API_URL": "https://api.example",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    morning = datetime.combine(bookkeeping.BEGIN, time(9), tzinfo=ZONE)
    clock.begin(tmp_path / "clock", morning)
    return Machine(process, admin, wire, queues, tenant)


@pytest.fixture(scope="session")
def standing_partner():
    """A partner at one address, which the deployed hubs may call although it is on this machine."""
    with Partner(bookkeeping.SECRET) as peer:
        yield peer


@pytest.fixture(scope="session")
def hubs(embedded, standing_partner):
    """This repository's template, deployed once with each type of workflow."""
    morning = datetime.combine(bookkeeping.BEGIN, time(9), tzinfo=ZONE)
    clock.begin(embedded.clock_file, morning)

    @functools.cache
    def deployed(workflow):
        parameters = {
            "Stage": "local", "Outbound": "on", "DunningWorkflowType": workflow,
            "Schedules": "DISABLED", "PrivateTargets": standing_partner.origin,
            "ClockFile": str(embedded.clock_file),
        }  # fmt: skip
        name = f"hub-{workflow.lower()}"
        return deploy(embedded, ROOT / "template.yaml", name=name, parameters=parameters)

    return deployed


@pytest.fixture(params=["STANDARD", "EXPRESS"])
def deployed(request, machine, hubs, standing_partner, monkeypatch):
    """The machine's sweep starts executions of the deployed workflow, on the deployed table."""
    outputs = hubs(request.param)
    for name, value in {
        "TABLE": outputs["TableName"], "DUNNING": outputs["DunningMachine"],
        "DOCUMENTS": outputs["DocumentsBucket"], "INBOX_BUCKET": outputs["InboxBucket"],
        "SECRET_PREFIX": f"hub-{request.param.lower()}",
        "DUNLIN_CLOCK_FILE": str(machine.stack.clock_file),
        "PRIVATE_TARGETS": standing_partner.origin,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    machine.clock_file = machine.stack.clock_file
    machine.bucket, machine.mail_set = outputs["InboxBucket"], outputs["MailSet"]
    return Deployed(machine, outputs, request.param)


@pytest.fixture
def books(machine):
    return bookkeeping.Books(machine)


@pytest.fixture
def partner(monkeypatch):
    """A partner that verifies, remembers what it took, and answers as it is told."""
    with Partner(bookkeeping.SECRET) as peer:
        monkeypatch.setenv("PRIVATE_TARGETS", peer.origin)
        yield peer


@pytest.fixture
def with_partner(books, partner):
    """The books, with a policy whose second step is the hand-over."""
    books.settle_in(bookkeeping.FIRM_FIRST, endpoint=partner.endpoint)
    assert books.row(setup.PARTNER)["list_id"] == setup.PARTNER
    return books
