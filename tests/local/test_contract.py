"""The emulator behaves, with our patches, as Dunlin's code expects AWS to behave."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from botocore.exceptions import ClientError

from tests.local.deployed import Deployed, eventually

pytestmark = pytest.mark.stack


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


# DynamoDB ---------------------------------------------------------------------------------------


def key(name: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "CONTRACT"}, "sk": {"S": name}}


def test_a_cancelled_transaction_names_the_reason_of_each_item(deployed: Deployed) -> None:
    table, client = deployed.outputs["Table"], deployed.client("dynamodb")
    client.put_item(TableName=table, Item={**key("taken"), "version": {"N": "7"}})
    put = {"TableName": table, "ConditionExpression": "attribute_not_exists(pk)"}
    with pytest.raises(client.exceptions.TransactionCanceledException) as error:
        client.transact_write_items(
            TransactItems=[
                {"Put": {**put, "Item": key("new")}},
                {
                    "Put": {
                        **put,
                        "Item": key("taken"),
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
            ]
        )
    first, second = error.value.response["CancellationReasons"]
    assert first["Code"] == "None"
    assert (second["Code"], second["Item"]["version"]) == ("ConditionalCheckFailed", {"N": "7"})
    assert "Item" not in client.get_item(TableName=table, Key=key("new"))


def test_a_transaction_with_a_used_token_is_applied_once(deployed: Deployed) -> None:
    table, client = deployed.outputs["Table"], deployed.client("dynamodb")
    add = [
        {
            "Update": {
                "TableName": table,
                "Key": key("sum"),
                "UpdateExpression": "ADD n :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        }
    ]
    for _ in range(2):
        client.transact_write_items(TransactItems=add, ClientRequestToken="token-1")
    assert client.get_item(TableName=table, Key=key("sum"))["Item"]["n"] == {"N": "1"}


def test_a_conditional_update_returns_the_new_item_and_a_refused_one_the_old(
    deployed: Deployed,
) -> None:
    table, client = deployed.outputs["Table"], deployed.client("dynamodb")
    client.put_item(TableName=table, Item={**key("head"), "version": {"N": "1"}})
    update = {
        "TableName": table,
        "Key": key("head"),
        "UpdateExpression": "SET version = :next",
        "ConditionExpression": "version = :seen",
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ExpressionAttributeValues": {":seen": {"N": "1"}, ":next": {"N": "2"}},
    }
    assert client.update_item(**update)["Attributes"]["version"] == {"N": "2"}
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as error:
        client.update_item(**update)
    assert error.value.response["Item"]["version"] == {"N": "2"}


def test_the_index_gives_due_rows_in_order_and_keys_only(deployed: Deployed) -> None:
    table, client = deployed.outputs["Table"], deployed.client("dynamodb")
    for name, due in (("b", "2026-02-02"), ("a", "2026-02-01"), ("c", "2026-02-03")):
        client.put_item(
            TableName=table,
            Item={**key(name), "shard": {"S": "3"}, "due_at": {"S": due}, "secret": {"S": "x"}},
        )
    rows = client.query(
        TableName=table,
        IndexName="due",
        KeyConditionExpression="#s = :s AND due_at <= :d",
        ExpressionAttributeNames={"#s": "shard"},
        ExpressionAttributeValues={":s": {"S": "3"}, ":d": {"S": "2026-02-02"}},
    )["Items"]
    assert [row["sk"]["S"] for row in rows] == ["a", "b"]
    assert all("secret" not in row for row in rows)


def test_the_table_has_a_stream_and_cannot_be_deleted(deployed: Deployed) -> None:
    table, client = deployed.outputs["Table"], deployed.client("dynamodb")
    assert client.describe_table(TableName=table)["Table"]["StreamSpecification"] == {
        "StreamEnabled": True,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    with pytest.raises(ClientError) as error:
        client.delete_table(TableName=table)
    assert code(error) == "ValidationException"


# Lambda -----------------------------------------------------------------------------------------


def test_an_exception_is_reported_by_its_class_name_and_the_worker_survives_it(
    deployed: Deployed,
) -> None:
    kind, error = deployed.invoke("FailFunction", {"error": "Conflict"})
    assert (kind, error["errorType"], error["errorMessage"]) == (
        "Unhandled",
        "Conflict",
        "as asked",
    )
    pids = {deployed.invoke("Echo", {})[1]["pid"] for _ in range(3)}
    assert len(pids) == 1


def test_a_handler_that_exits_ends_its_worker_only(deployed: Deployed) -> None:
    assert deployed.invoke("FailFunction", {"exit": True})[1]["errorType"] == "SystemExit"
    assert deployed.invoke("FailFunction", {"error": "Retry"})[1]["errorType"] == "Retry"


def test_a_handler_is_stopped_at_its_timeout(deployed: Deployed) -> None:
    kind, error = deployed.invoke("SpinFunction", {})
    assert (kind, error["errorType"]) == ("Unhandled", "Sandbox.Timedout")


def test_each_function_has_its_own_environment_and_credentials(deployed: Deployed) -> None:
    outer, inner = (deployed.invoke(name, {})[1] for name in ("EchoFunction", "Echo"))
    assert outer["key"] != inner["key"]
    assert (outer["greeting"], inner["greeting"]) == ("hello", None)
    assert outer["clock"] == str(deployed.stack.clock_file)


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "expected"),
    [
        ("dynamodb", "get_item", {"Key": {"pk": {"S": "TENANT#a"}, "sk": {"S": "x"}}}, "allowed"),
        (
            "dynamodb",
            "delete_item",
            {"Key": {"pk": {"S": "TENANT#a"}, "sk": {"S": "x"}}},
            "AccessDeniedException",
        ),
        (
            "dynamodb",
            "query",
            {
                "IndexName": "due",
                "KeyConditionExpression": "#s = :s",
                "ExpressionAttributeNames": {"#s": "shard"},
                "ExpressionAttributeValues": {":s": {"S": "0"}},
            },
            "allowed",
        ),
        (
            "dynamodb",
            "query",
            {"KeyConditionExpression": "pk = :s", "ExpressionAttributeValues": {":s": {"S": "0"}}},
            "AccessDeniedException",
        ),
        ("s3", "put_object", {"Bucket": "Inbox", "Key": "k"}, "AccessDenied"),
        ("s3", "get_object", {"Bucket": "Inbox", "Key": "k"}, "NoSuchKey"),
        ("sqs", "receive_message", {"QueueUrl": "Queue"}, "AccessDenied"),
        ("secretsmanager", "get_secret_value", {"SecretId": "Secret"}, "allowed"),
        (
            "secretsmanager",
            "put_secret_value",
            {"SecretId": "Secret", "SecretString": "x"},
            "AccessDeniedException",
        ),
        ("ssm", "get_parameters_by_path", {"Path": "/"}, "AccessDeniedException"),
    ],
)
def test_a_role_does_what_its_policy_allows_and_nothing_else(
    deployed: Deployed,
    service: str,
    operation: str,
    arguments: dict[str, object],
    expected: str,
) -> None:
    filled = {name: deployed.outputs.get(str(value), value) for name, value in arguments.items()}
    if service == "dynamodb":
        filled["TableName"] = deployed.outputs["Table"]
    before = len(deployed.stack.denials())
    _, answer = deployed.invoke(
        "LimitedFunction", {"service": service, "operation": operation, "arguments": filled}
    )
    assert answer == expected
    assert len(deployed.stack.denials()) - before == int(expected.startswith("AccessDenied"))


def row(tenant: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"TENANT#{tenant}"}, "sk": {"S": "rights"}}


def due(shard: str) -> dict[str, object]:
    return {
        "IndexName": "due", "KeyConditionExpression": "#s = :s AND due_at <= :d",
        "ExpressionAttributeNames": {"#s": "shard"},
        "ExpressionAttributeValues": {":s": {"S": shard}, ":d": {"S": "0"}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "rows", "others"),
    [
        ("get_item", {"Key": row("a")}, {"Key": row("b")}),
        ("put_item", {"Item": row("a1")}, {"Item": row("b")}),
        ("put_item", {"Item": row("a1")}, {"Item": row("a#closed")}),
        ("batch_get_item", [row("a"), row("a2")], [row("a"), row("b")]),
        ("transact_write_items", [row("a3")], [row("a4"), row("b")]),
        ("transact_write_items", [row("a3")], [row("a4"), row("a#closed")]),
        ("query", due("0"), due("1")),
    ],
)
def test_a_role_that_is_bound_to_some_rows_reaches_no_other(
    deployed: Deployed, operation: str, rows: object, others: object
) -> None:
    table, said = deployed.outputs["Table"], list[object]()
    for wanted in (rows, others):
        match operation, wanted:
            case "batch_get_item", list(keys):
                arguments: dict[str, object] = {"RequestItems": {table: {"Keys": keys}}}
            case "transact_write_items", list(items):
                puts = [{"Put": {"TableName": table, "Item": one}} for one in items]
                arguments = {"TransactItems": puts}
            case _, one:
                arguments = {"TableName": table, **dict(one)}  # type: ignore[call-overload]
        event = {"service": "dynamodb", "operation": operation, "arguments": arguments}
        said.append(deployed.invoke("LimitedFunction", event)[1])
    assert said == ["allowed", "AccessDeniedException"]
    found = deployed.client("dynamodb").batch_get_item(
        RequestItems={table: {"Keys": [row("b"), row("a#closed"), row("a4")]}}
    )
    assert found["Responses"][table] == []


@pytest.mark.parametrize(
    ("sender", "expected"),
    [("dunning@billing.example", "allowed"), ("dunning@other.example", "AccessDeniedException")],
)
def test_a_role_sends_mail_as_its_identity_only(
    deployed: Deployed, sender: str, expected: str
) -> None:
    letter = {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": ["payer@home.example"]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    }
    event = {"service": "sesv2", "operation": "send_email", "arguments": letter}
    assert deployed.invoke("LimitedFunction", event)[1] == expected


# Step Functions ---------------------------------------------------------------------------------


def test_catch_matches_an_error_by_name(deployed: Deployed) -> None:
    found = deployed.execute("FailMachine", {"error": "Conflict"})
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"caught": "Conflict"})


def test_retry_matches_an_error_by_name(deployed: Deployed) -> None:
    found = deployed.execute("CountMachine", {"key": "retry", "succeed_at": 2})
    assert json.loads(found["output"]) == {"seen": 2, "done": True}


def test_an_error_without_a_name_of_its_own_is_caught_with_its_cause(deployed: Deployed) -> None:
    output = json.loads(deployed.execute("FailMachine", {"error": "other"})["output"])
    assert (output["error"], output["cause"]["errorMessage"]) == ("ValueError", "as asked")


@pytest.mark.parametrize("machine", ["CountMachine", "EchoMachine"])
def test_a_used_execution_name_is_refused(deployed: Deployed, machine: str) -> None:
    """On AWS an EXPRESS name may be used again: names protect nothing, so code must bear both."""
    machines = deployed.client("stepfunctions")
    start = {
        "stateMachineArn": deployed.outputs[machine],
        "name": "c-1-1",
        "input": '{"key": "name", "succeed_at": 1}',
    }
    machines.start_execution(**start)
    with pytest.raises(ClientError) as error:
        machines.start_execution(**start)
    assert code(error) == "ExecutionAlreadyExists"


def test_an_express_machine_runs_and_answers_in_one_call(deployed: Deployed) -> None:
    found = deployed.client("stepfunctions").start_sync_execution(
        stateMachineArn=deployed.outputs["EchoMachine"], input='{"a": 1}'
    )
    assert json.loads(found["output"])["event"] == {"a": 1}


# Queues, schedules, buckets ---------------------------------------------------------------------


def test_only_the_reported_message_comes_again_and_ends_in_the_dead_letter_queue(
    deployed: Deployed,
) -> None:
    for body in ("good-1", "poison-1", "good-2"):
        deployed.client("sqs").send_message(QueueUrl=deployed.outputs["Queue"], MessageBody=body)
    assert deployed.bodies("Dead") == ["poison-1"]
    rows = deployed.client("dynamodb").query(
        TableName=deployed.outputs["Table"],
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "MESSAGE"}},
    )["Items"]
    assert [row["sk"]["S"] for row in rows] == ["good-1", "good-2"]


def test_a_schedule_that_is_due_sends_its_input(deployed: Deployed) -> None:
    assert json.loads(deployed.bodies("Timed")[0]) == {"shard": 0}


def test_a_file_put_in_the_inbox_is_announced(deployed: Deployed) -> None:
    deployed.client("s3").put_object(Bucket=deployed.outputs["Inbox"], Key="in/a.csv", Body=b"x")
    (event,) = [
        found
        for body in deployed.bodies("Drops")
        if (found := json.loads(body)).get("source") == "aws.s3"
    ]
    assert event["detail"]["object"]["key"] == "in/a.csv"


def test_a_presigned_link_reads_one_object_and_not_after_a_change(deployed: Deployed) -> None:
    store, bucket = deployed.client("s3"), deployed.outputs["Inbox"]
    store.put_object(Bucket=bucket, Key="link", Body=b"letter")
    link = store.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "link"}, ExpiresIn=60
    )
    assert requests.get(link, timeout=5).content == b"letter"
    assert requests.get(link.replace("/link", "/other"), timeout=5).status_code == 403


def test_encryption_is_bound_to_its_context(deployed: Deployed) -> None:
    keys = deployed.client("kms")
    sealed = keys.encrypt(
        KeyId=deployed.outputs["Key"], Plaintext=b"token", EncryptionContext={"tenant": "a"}
    )["CiphertextBlob"]
    assert (
        keys.decrypt(CiphertextBlob=sealed, EncryptionContext={"tenant": "a"})["Plaintext"]
        == b"token"
    )
    with pytest.raises(keys.exceptions.InvalidCiphertextException):
        keys.decrypt(CiphertextBlob=sealed, EncryptionContext={"tenant": "b"})


# HTTP API and tokens ----------------------------------------------------------------------------


def test_the_authorizer_decides_and_hands_on_the_principal(deployed: Deployed) -> None:
    url = deployed.stack.api_url(deployed.outputs["Api"]) + "/v1/cases/c-1?a=1"
    assert requests.get(url, timeout=5).status_code == 401
    bad, good = (
        requests.get(url, timeout=5, headers={"Authorization": f"Bearer {token}"})
        for token in ("bad", "good")
    )
    assert bad.status_code == 403
    assert (good.status_code, good.headers["x-probe"]) == (201, "yes")
    seen = good.json()
    assert (seen["route"], seen["raw"]) == ("GET /v1/cases/{case}", "/v1/cases/c-1")
    assert (seen["path"], seen["query"]) == ({"case": "c-1"}, {"a": "1"})
    assert seen["authorizer"] == {"tenant": "t-1", "n": 1}


def test_a_webhook_keeps_its_bytes(deployed: Deployed) -> None:
    url = deployed.stack.api_url(deployed.outputs["Api"]) + "/hooks/stripe/main"
    text = requests.post(
        url,
        data='{"a":  1, "ä": 2}'.encode(),
        timeout=5,
        headers={"Content-Type": "application/json"},
    ).json()
    assert (text["base64"], text["body"]) == (False, '{"a":  1, "ä": 2}')
    binary = requests.post(
        url, data=b"\x00\xff", timeout=5, headers={"Content-Type": "application/octet-stream"}
    ).json()
    assert (binary["base64"], base64.b64decode(binary["body"])) == (True, b"\x00\xff")


def test_an_unknown_route_is_not_found(deployed: Deployed) -> None:
    url = deployed.stack.api_url(deployed.outputs["Api"])
    assert requests.get(url + "/nowhere", timeout=5).status_code == 404


def test_a_client_gets_a_token_for_its_scopes_only(deployed: Deployed) -> None:
    pool, client = deployed.outputs["Users"], deployed.outputs["Client"]
    secret = deployed.client("cognito-idp").describe_user_pool_client(
        UserPoolId=pool, ClientId=client
    )["UserPoolClient"]["ClientSecret"]
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "=="))
        for part in deployed.stack.access_token(client, secret, "dunlin/admin").split(".")[:2]
    )
    assert (claims["client_id"], claims["scope"], claims["token_use"]) == (
        client,
        "dunlin/admin",
        "access",
    )
    assert claims["iss"] == f"https://cognito-idp.{deployed.stack.region}.amazonaws.com/{pool}"
    keys = requests.get(deployed.stack.jwks_url(pool), timeout=5).json()["keys"]
    assert header["kid"] in {found["kid"] for found in keys}
    for used, scope in (("wrong", "dunlin/admin"), (secret, "dunlin/partner")):
        refused = requests.post(
            deployed.stack.token_url,
            auth=(client, used),
            timeout=5,
            data={"grant_type": "client_credentials", "scope": scope},
        )
        assert refused.status_code == 400


# Mail -------------------------------------------------------------------------------------------


def test_a_letter_is_kept_as_sent_and_its_delivery_is_announced_with_its_tags(
    deployed: Deployed,
) -> None:
    mail = deployed.client("sesv2")
    letter = {
        "FromEmailAddress": "Acme <dunning@billing.example>",
        "Destination": {"ToAddresses": ["payer@home.example"]},
        "Content": {
            "Simple": {
                "Subject": {"Data": "Maksumuistutus"},
                "Body": {"Text": {"Data": "Hyvä asiakas"}},
                "Headers": [{"Name": "X-Act", "Value": "a-1"}],
            }
        },
        "ConfigurationSetName": deployed.outputs["Mail"],
        "EmailTags": [{"Name": "act", "Value": "a-1"}],
    }
    number = mail.send_email(**letter)["MessageId"]
    (kept,) = [found for found in deployed.stack.letters() if found.message_id == number]
    assert (kept.subject, kept.text, kept.to) == (
        "Maksumuistutus",
        "Hyvä asiakas",
        ("payer@home.example",),
    )
    assert (kept.headers, kept.tags) == ({"X-Act": "a-1"}, {"act": "a-1"})
    events = [json.loads(body) for body in deployed.bodies("Drops", 2)]
    assert [event["eventType"] for event in events if "eventType" in event] == ["Send", "Delivery"]
    assert events[-1]["mail"]["tags"]["act"] == ["a-1"]
    with pytest.raises(ClientError) as error:
        mail.send_email(**{**letter, "FromEmailAddress": "x@foreign.example"})
    assert code(error) == "MessageRejected"


# What only AWS has, and where the emulator keeps logs -------------------------------------------


def test_a_resource_under_a_false_condition_is_left_out(deployed: Deployed) -> None:
    names = {
        found["AlarmName"]
        for found in deployed.client("cloudwatch").describe_alarms()["MetricAlarms"]
    }
    assert any("DeadAlarm" in name for name in names)
    resources = deployed.client("cloudformation").describe_stack_resources(StackName="probe")
    assert "OnlyOnAws" not in {found["LogicalResourceId"] for found in resources["StackResources"]}


def test_what_a_function_prints_is_in_its_log_group_with_its_retention(deployed: Deployed) -> None:
    deployed.invoke("EchoFunction", {})
    group = f"/aws/lambda/{deployed.outputs['EchoFunction']}"
    logs = deployed.client("logs")
    (described,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert described["retentionInDays"] == 30
    messages = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    assert any(message.startswith("echo ") for message in messages)


def test_a_new_schedule_fires_and_deletes_itself(deployed: Deployed) -> None:
    schedules = deployed.client("scheduler")
    (target,) = [
        schedules.get_schedule(Name=found["Name"])["Target"]
        for found in schedules.list_schedules()["Schedules"]
    ]
    soon = datetime.now(UTC) + timedelta(seconds=1)
    schedules.create_schedule(
        Name="once",
        ScheduleExpression=f"at({soon:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={**target, "Input": '{"shard": 9}'},
    )
    assert any(json.loads(body) == {"shard": 9} for body in deployed.bodies("Timed"))
    eventually(
        lambda: "once" not in {found["Name"] for found in schedules.list_schedules()["Schedules"]}
    )
