"""The embedded stack is reachable for us alone, starts once, and deploys what changed."""

import hashlib
import socket
from pathlib import Path

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from infra.local import clock
from infra.local import stack as local
from infra.local.deploy import DeployError, deploy
from infra.local.guard import TOKEN_HEADER
from infra.local.package import archive, load
from tests.local.deployed import TEMPLATE, Deployed

pytestmark = pytest.mark.stack


def attack(deployed: Deployed, headers: dict[str, str], method: str = "GET") -> requests.Response:
    """A request that would succeed without the named headers."""
    url = deployed.stack.api_url(deployed.outputs["Api"]) + "/v1/cases/c-1"
    return requests.request(
        method, url, timeout=5, headers={"Authorization": "Bearer good", **headers}
    )


def test_the_request_of_the_attacks_succeeds_without_them(deployed: Deployed) -> None:
    answer = attack(deployed, {"Sec-Fetch-Site": "none"})
    assert answer.status_code == 201
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Host": "attacker.example"},
        {"Host": "127.0.0.1"},
        {"Host": "0a1b2c3d.execute-api.localhost.attacker.example"},
    ],
)
def test_a_web_page_is_refused(deployed: Deployed, headers: dict[str, str]) -> None:
    assert attack(deployed, headers).status_code == 403


def test_a_preflight_is_refused_and_gets_no_cors_headers(deployed: Deployed) -> None:
    answer = attack(
        deployed,
        {"Origin": "https://attacker.example", "Access-Control-Request-Method": "POST"},
        "OPTIONS",
    )
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_page_cannot_make_a_function(deployed: Deployed) -> None:
    answer = requests.post(
        f"{deployed.stack.endpoint}/2015-03-31/functions",
        data="{}",
        timeout=5,
        headers={"Origin": "https://attacker.example", "Content-Type": "text/plain"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("access_key", ["test", "000000000000", "AKIAIOSFODNN7EXAMPLE"])
def test_a_key_of_another_start_is_refused(deployed: Deployed, access_key: str) -> None:
    client = boto3.Session(access_key, "test", region_name=local.REGION).client(
        "dynamodb", endpoint_url=deployed.stack.endpoint
    )
    with pytest.raises(ClientError) as error:
        client.list_tables()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_signature_with_the_wrong_secret_is_refused(deployed: Deployed) -> None:
    client = boto3.Session(deployed.stack.access_key, "x" * 40, region_name=local.REGION).client(
        "dynamodb", endpoint_url=deployed.stack.endpoint
    )
    with pytest.raises(ClientError) as error:
        client.list_tables()
    assert error.value.response["Error"]["Code"] == "InvalidSignatureException"


def test_a_roles_secret_cannot_be_computed_from_its_name(deployed: Deployed) -> None:
    """What the emulator would have issued without our patch."""
    key = deployed.invoke("EchoFunction", {})[1]["key"]
    found = deployed.client("lambda").get_function(FunctionName=deployed.outputs["EchoFunction"])
    role = f"{found['Configuration']['FunctionArn']}:{found['Configuration']['Role']}"
    digest = hashlib.sha256(role.encode()).hexdigest()
    assert key == f"ASIA{digest[:16].upper()}"
    secret, token = (
        hashlib.sha256(f"{part}:{digest}".encode()).hexdigest() for part in ("secret", "token")
    )
    client = boto3.Session(key, secret, token, region_name=local.REGION).client(
        "sts", endpoint_url=deployed.stack.endpoint
    )
    with pytest.raises(ClientError):
        client.get_caller_identity()


def test_the_emulators_own_endpoints_need_the_local_token(deployed: Deployed) -> None:
    url = f"{deployed.stack.endpoint}/_ministack/reset"
    for headers in ({}, {TOKEN_HEADER: "guess"}):
        assert requests.post(url, headers=headers, timeout=5).status_code == 403
    assert "messages" in deployed.stack.inspect("ses/messages")


def test_an_unsigned_call_is_refused(deployed: Deployed) -> None:
    assert requests.get(deployed.stack.endpoint, timeout=5).status_code == 403


def test_it_listens_on_the_loopback_address_only(deployed: Deployed) -> None:
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.2", deployed.stack.port)) != 0


def test_a_second_start_says_that_one_runs(deployed: Deployed) -> None:
    directory = Path(deployed.stack.directory)
    with pytest.raises(local.StackError, match=f"already runs .* at {deployed.stack.endpoint}"):
        local.start(directory)
    assert local.find(directory) == deployed.stack


def test_a_taken_port_is_named(tmp_path: Path, deployed: Deployed) -> None:
    with pytest.raises(local.StackError, match=f"port {deployed.stack.port} cannot be used"):
        local.start(tmp_path, deployed.stack.port)


def test_keys_are_in_a_file_that_others_cannot_read(deployed: Deployed) -> None:
    file = Path(deployed.stack.directory) / "stack.json"
    assert file.stat().st_mode & 0o077 == 0


def test_a_changed_parameter_reaches_the_next_invocation(deployed: Deployed) -> None:
    deploy(deployed.stack, TEMPLATE, name="probe", parameters={"Greeting": "moi"})
    assert deployed.invoke("EchoFunction", {})[1]["greeting"] == "moi"
    again = deploy(deployed.stack, TEMPLATE, name="probe")
    assert deployed.invoke("EchoFunction", {})[1]["greeting"] == "hello"
    assert again == deployed.outputs


def test_a_failed_deployment_names_the_resource(deployed: Deployed, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources: {Odd: {Type: 'AWS::CloudWatch::CompositeAlarm', Properties: {AlarmRule: x}}}"
    )
    with pytest.raises(DeployError, match="CompositeAlarm"):
        deploy(deployed.stack, template, name="odd")


def test_equal_code_is_packaged_to_equal_bytes(tmp_path: Path) -> None:
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "a.py").write_text("x = 1")
    first = archive(tmp_path, ("functions",))
    (tmp_path / "functions" / "__pycache__").mkdir()
    (tmp_path / "functions" / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"x")
    assert archive(tmp_path, ("functions",)) == first


def test_short_function_forms_are_read_as_their_long_ones(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text('a: !Ref X\nb: !GetAtt X.Arn.Y\nc: !If [OnAws, !Sub "${X}", 2012-10-17]\n')
    assert load(file) == {
        "a": {"Ref": "X"},
        "b": {"Fn::GetAtt": ["X", "Arn.Y"]},
        "c": {"Fn::If": ["OnAws", {"Fn::Sub": "${X}"}, "2012-10-17"]},
    }


def test_business_time_moves_forward_only(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    assert clock.read(file) == 0
    assert clock.advance(file, 86_400) == 86_400
    assert clock.advance(file, 60) == 86_460
    with pytest.raises(ValueError, match="forward"):
        clock.advance(file, -1)
    assert clock.read(file) == 86_460
