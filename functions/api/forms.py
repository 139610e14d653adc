"""Bodies of requests: JSON read through the one door, then checked against a model, all at once."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.json_door import read_json
from functions.api.exchange import Problem, Request
from shared.errors import Unreadable

_MAX_BYTES = 1_000_000

Model = TypeVar("Model", bound=BaseModel)


def json_of(request: Request) -> Any:
    """The JSON value of a body. Raises ``Problem`` 413 or 400."""
    if len(request.body) > _MAX_BYTES:
        raise Problem(413, "too_large", "The body is larger than 1 MB.")
    try:
        return read_json(request.body)
    except Unreadable as error:
        raise Problem(400, "bad_json", f"The body cannot be read: {error}.") from None


def read(request: Request, model: type[Model]) -> Model:
    """The body as a ``model``. Raises ``Problem`` 413, 400, or 422 with every field at fault."""
    return checked(model, json_of(request))


def checked(model: type[Model], value: Any, within: str = "") -> Model:
    """A value as a ``model``; ``within`` is the path of the value in the body."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(*_faults(error, within)) from None


def invalid(*fields: dict[str, str]) -> Problem:
    """The problem of input that is well formed but not acceptable."""
    return Problem(422, "invalid", "Some fields are not acceptable.", fields=fields)


def fault(path: str, code: str, text: str = "") -> dict[str, str]:
    """One field at fault: its path (``steps.2.after``), a code, and a fixed sentence."""
    return {"path": path, "code": code, "text": text}


def _faults(error: ValidationError, within: str) -> list[dict[str, str]]:
    """Paths and codes. Only our own validators' sentences pass: pydantic's may quote the input."""
    found = []
    for one in error.errors(include_url=False, include_input=False):
        path = ".".join([*([within] if within else []), *(str(part) for part in one["loc"])])
        cause = one.get("ctx", {}).get("error")
        found.append(fault(path, one["type"], str(cause) if cause is not None else ""))
    return found
