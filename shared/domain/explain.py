"""Reasons: why a decision, a fee or a refusal is what it is, in a form that can be replayed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen fact: unknown fields are refused and values never show up in error texts."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def absent(value: object) -> bool:
    """Whether a field is left out of what is stored: rows of before it stay as they were."""
    return value is None


class Reason(Record):
    """One rule that took part in a decision.

    ``rule`` is the rule's stable id (``FI-C-REM``, ``policy.step``), ``section`` the statute or
    document it stands in (empty for the hub's own rules), ``text`` a fixed English sentence, and
    ``facts`` the inputs that it looked at, as texts (ISO dates, plain decimals, ids). No fact is
    personal data: ids and amounts only.
    """

    rule: str
    text: str
    section: str = ""
    facts: dict[str, str] = {}


def canonical(value: Any) -> bytes:
    """The one JSON text of a plain value: sorted keys, no blanks, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def content_hash(value: BaseModel | Mapping[str, Any] | bytes) -> str:
    """SHA-256 (hex) of the canonical form; the name by which inputs are kept and replayed."""
    if isinstance(value, bytes):
        data = value
    elif isinstance(value, BaseModel):
        data = canonical(value.model_dump(mode="json"))
    else:
        data = canonical(value)
    return hashlib.sha256(data).hexdigest()
