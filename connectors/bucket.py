"""Settings of a folder of an S3 bucket: how a bucket and a folder in it may be named.

Bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

# What the bucket is for is each connector's own to say, by a description of the field.
BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]

OwnFolder = Annotated[
    str,
    Field(
        pattern=r"^([A-Za-z0-9_-]+/)*$",
        max_length=200,
        description="Folder in the bucket, which begins with the creditor's id; below it the "
        "connection has one of its own.",
    ),
]
