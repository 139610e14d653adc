"""A collection partner over SFTP: numbered CSV or XML files out, and its files back.

A file is staged in S3, takes the next number of its kind (``CASE``, ``CORR``) for ever, and is sent
by AWS Transfer Family's SFTP connector, followed by an empty ``<name>.done``. The files of a kind
leave in the order of their numbers: one that has not gone through stops those after it. What comes
back is read in the same order, and a file counts whole or not at all.
"""

from __future__ import annotations

import time

from connectors.collectors.sftp_file.incoming import Incoming
from connectors.collectors.sftp_file.partner import SftpPartner
from connectors.collectors.sftp_file.settings import SPEC, Config
from connectors.collectors.sftp_file.wire import Wire
from connectors.contract import Connection
from connectors.s3_folder import S3Folder

__all__ = ["SPEC", "Config", "connect"]


def connect(connection: Connection) -> SftpPartner:
    """The partner of a connection, reached through its ``transfer`` and ``s3`` clients."""
    config = Config.model_validate(connection.config.model_dump())
    root = f"{config.prefix}{connection.id}/"
    folder = S3Folder(connection.clients["s3"], config.bucket, root)
    wire = Wire(connection.clients["transfer"], config.connector, folder, time.sleep)
    return SftpPartner(config, folder, wire, Incoming(config, folder, wire))
