"""An installation is found by its stack, and what hinders that is one sentence."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

from tools.ops.line import main
from tools.ops.place import Account, Gone, Place, of

_OUTPUTS = {"BookDead": "u", "BookQueue": "u", "EventsDeadName": "n"}


class Refusing:
    """An account whose CloudFormation answers every question with a fault."""

    def __init__(self, fault):
        self.fault = fault

    def client(self, _):
        return self

    def describe_stacks(self, **_):
        raise self.fault

    get_queue_attributes = get_queue_url = describe_stacks


def refusal(code):
    return ClientError({"Error": {"Code": code, "Message": "-"}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (refusal("ValidationError"), "There is no stack hub in this account and region."),
        (refusal("AccessDenied"), "AWS refused to show the stack hub: AccessDenied"),
        (NoCredentialsError(), "AWS cannot be asked: Unable to locate credentials"),
        (NoRegionError(), "AWS cannot be asked: You must specify a region."),
    ],
    ids=["none", "denied", "no credentials", "no region"],
)
def test_a_stack_that_cannot_be_found_is_answered_with_what_to_do(fault, said):
    with pytest.raises(Gone) as gone:
        of("hub", Refusing(fault), embedded=False)
    assert str(gone.value) == said


def test_a_terminal_without_a_region_gets_a_sentence_and_no_traceback(monkeypatch, capsys):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr(Account, "client", lambda *_: (_ for _ in ()).throw(NoRegionError()))
    assert main(["--stack", "hub", "doctor"]) == 1
    assert capsys.readouterr().err == "AWS cannot be asked: You must specify a region.\n"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (refusal("AccessDenied"), "AWS refused it: AccessDenied\n"),
        (EndpointConnectionError(endpoint_url="http://hub"), "AWS cannot be asked: Could not"),
    ],
    ids=["denied", "away"],
)
def test_what_fails_half_way_is_one_sentence_and_no_trace(fault, said, capsys):
    place = Place("hub", Refusing(fault), _OUTPUTS, {}, embedded=False)

    assert main(["redrive"], place) == 1
    assert capsys.readouterr().err.startswith(said)
