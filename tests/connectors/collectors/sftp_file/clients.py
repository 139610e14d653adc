"""Real clients of S3 and AWS Transfer Family that talk to the replaying server."""

from tests.connectors.aws_doubles import clients_of


def clients(origin, state):
    assert state in {"recorded", "failing"}
    return clients_of(origin, "s3", "transfer")
