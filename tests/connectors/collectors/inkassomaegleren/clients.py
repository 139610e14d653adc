"""A real S3 client that talks to the replaying server."""

from tests.connectors.aws_doubles import clients_of


def clients(origin, state):
    assert state in {"recorded", "failing"}
    return clients_of(origin, "s3")
