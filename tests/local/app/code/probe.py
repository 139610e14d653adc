"""The handlers of the contract template: each does one thing that Dunlin's functions rely on."""

import functools
import json
import os
import sys

import boto3


class Conflict(Exception):
    """Stands for the error of the same name in shared.errors."""


class Retry(Exception):
    """Stands for the error of the same name in shared.errors."""


@functools.cache
def client(service):
    return boto3.client(service)


def echo(event, context):
    print("echo", context.aws_request_id)
    return {
        "event": event,
        "pid": os.getpid(),
        "function": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "key": os.environ["AWS_ACCESS_KEY_ID"],
        "greeting": os.environ.get("GREETING"),
        "clock": os.environ.get("DUNLIN_CLOCK_FILE"),
        "millis": context.get_remaining_time_in_millis(),
    }


def silent(event, context):
    return 1


def fail(event, context):
    error = {"Conflict": Conflict, "Retry": Retry}.get(event.get("error"), ValueError)
    if event.get("exit"):
        sys.exit(3)
    raise error("as asked")


def spin(event, context):
    while True:
        pass


def count(event, context):
    """One failure, then success, per key."""
    answer = client("dynamodb").update_item(
        TableName=os.environ["TABLE"],
        Key={"pk": {"S": event["key"]}, "sk": {"S": "count"}},
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    seen = int(answer["Attributes"]["n"]["N"])
    if seen < event.get("succeed_at", 2):
        raise Retry("not yet")
    return {"seen": seen}


def consume(event, context):
    """Store good messages, report the ones called "poison"."""
    failures = []
    for record in event["Records"]:
        if record["body"].startswith("poison"):
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        client("dynamodb").put_item(
            TableName=os.environ["TABLE"],
            Item={"pk": {"S": "MESSAGE"}, "sk": {"S": record["body"]}},
        )
    return {"batchItemFailures": failures}


def overreach(event, context):
    """Do what the role does not allow, and return the error code."""
    try:
        getattr(client(event["service"]), event["operation"])(**event["arguments"])
    except client(event["service"]).exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"


def authorize(event, context):
    token = event["headers"].get("authorization", "")
    print(json.dumps({"authorizer": token}))
    return {"isAuthorized": token.startswith("Bearer good"), "context": {"tenant": "t-1", "n": 1}}


def route(event, context):
    authorizer = event["requestContext"].get("authorizer", {}).get("lambda")
    return {
        "statusCode": 201,
        "headers": {"x-probe": "yes"},
        "body": json.dumps(
            {
                "route": event["routeKey"],
                "raw": event["rawPath"],
                "path": event.get("pathParameters"),
                "query": event.get("queryStringParameters"),
                "body": event.get("body"),
                "base64": event["isBase64Encoded"],
                "authorizer": authorizer,
                "headers": event["headers"],
            }
        ),
    }
