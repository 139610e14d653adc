"""Uploads: fields and files of a form that a browser sent as multipart/form-data (RFC 7578).

A file is taken by what its first bytes are, never by what it says of itself, and its name is
forgotten: it is the payer's own word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from functions.api.exchange import Problem

# The platform takes 6 MB in all, and the body comes to it in base64.
MOST_BYTES: Final = 4_000_000
_MOST_PARTS = 40
_MOST_TEXT = 20_000
_BOUNDARY = re.compile(r'boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70}?)"?\s*(?:;|$)')
_NAME = re.compile(rb'[;\s]name="([^"\r\n]{1,100})"')
# Kinds that a photograph or a scan has, by their first bytes: ISO 32000-1 7.5.2, ISO/IEC 10918-1
# B.1.1.3, and the PNG specification 5.2.
_KINDS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", ".pdf"), (b"\xff\xd8\xff", ".jpg"), (b"\x89PNG\r\n\x1a\n", ".png"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """A file: its bytes, and the ending (``.pdf``) that they deserve."""

    body: bytes = field(repr=False)
    end: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The text fields of a form by name, and its files by name."""

    fields: Mapping[str, str] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)


def parts_of(body: bytes, content_type: str) -> Parts:
    """The parts of a form. Raises ``Problem`` 400 for what is none, 413 for too much."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise Problem(400, "bad_body", "The form cannot be read.")
    if len(body) > MOST_BYTES + _MOST_TEXT * 2:
        raise Problem(413, "too_large", "The file is larger than 4 MB.")
    line = b"--" + found.group(1).encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + line)
    if len(pieces) < 2 or len(pieces) > _MOST_PARTS or not pieces[-1].startswith(b"--"):
        raise Problem(400, "bad_body", "The form cannot be read.")
    fields, files = dict[str, str](), dict[str, bytes]()
    for piece in pieces[1:-1]:
        _take(piece, fields, files)
    return Parts(fields, files)


def upload(body: bytes) -> Upload | None:
    """A file by its first bytes; None for a kind that is not taken (only PDF, JPEG and PNG are)."""
    for first, end in _KINDS:
        if body.startswith(first):
            return Upload(body, end)
    return None


def _take(piece: bytes, fields: dict[str, str], files: dict[str, bytes]) -> None:
    head, gap, content = piece.partition(b"\r\n\r\n")
    named = _NAME.search(head)
    if not gap or named is None:
        raise Problem(400, "bad_body", "The form cannot be read.")
    name = named.group(1).decode("utf-8", "replace")
    if b"filename" in head.lower():
        # Without a file chosen a browser sends an empty one.
        if content:
            files[name] = content
    elif len(content) <= _MOST_TEXT:
        fields[name] = content.decode("utf-8", "replace")
    else:
        raise Problem(413, "too_large", "The text is longer than 20,000 characters.")
