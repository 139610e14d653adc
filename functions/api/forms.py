"""Bodies of requests: JSON read through the one door, then checked against a model, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.json_door import read_json
from functions.api.exchange import Problem, Request
from shared.errors import Unreadable

_MAX_BYTES = 1_000_000
# The parameters by which a listing is read page by page.
PAGING = frozenset({"limit", "cursor"})

Model = TypeVar("Model", bound=BaseModel)

# What a model says of itself; anything else in a fault's context may come from the caller.
_BOUNDS = ("expected", "expected_tags", "ge", "gt", "le", "lt", "max_length", "min_length",
           "pattern")  # fmt: skip
STRANGE: Final = "there is no field of this name here"
# By pydantic's code, or by what stands before its first underscore.
_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "this is missing",
    "extra_forbidden": STRANGE,
    "literal_error": "one of {expected} is expected",
    "union_tag_invalid": "one of {expected_tags} is expected",
    "union_tag_not_found": "the field that names the kind is missing",
    "string_pattern_mismatch": "a text of the form {pattern} is expected",
    "string_too_short": "too short: {min_length} characters at least",
    "string_too_long": "too long: {max_length} characters at most",
    "too_short": "too few: {min_length} at least",
    "too_long": "too many: {max_length} at most",
    "greater_than_equal": "at least {ge} is expected",
    "greater_than": "more than {gt} is expected",
    "less_than_equal": "at most {le} is expected",
    "less_than": "less than {lt} is expected",
    "string": "a text is expected",
    "int": "a whole number is expected",
    "bool": "true or false is expected",
    "date": "a day is expected, as YYYY-MM-DD",
    "datetime": "an instant is expected, as YYYY-MM-DDTHH:MM:SSZ",
    "timezone": "an instant with its time zone is expected, as YYYY-MM-DDTHH:MM:SSZ",
    "decimal": "a number is expected",
    "dict": "an object is expected",
    "model": "an object is expected",
    "list": "a list is expected",
    "tuple": "a list is expected",
}

# What a form of text is in words, by its pattern; one that is not here is shown as it is.
_FORMS: Final[Mapping[str, str]] = {
    r"^[A-Z]{2}$": "two capital letters are expected, such as FI",
    r"^[A-Z]{3}$": "three capital letters are expected, such as EUR",
    r"^[a-z]{2}$": "two small letters are expected, such as fi",
    r"^[a-z][a-z0-9_]{0,39}$": (
        "small letters a to z, digits and _ are expected, a letter first, 40 characters at most"
    ),
    r"^[a-z][a-z0-9_-]{0,39}$": (
        "small letters a to z, digits, - and _ are expected, a letter first, 40 characters at most"
    ),
    r"^[a-z][a-z0-9_-]{0,59}$": (
        "small letters a to z, digits, - and _ are expected, a letter first, 60 characters at most"
    ),
    r"^\d+(\.\d+)?$": "a number such as 8.50 is expected",
    r"^[0-9]{1,12}(\.[0-9]{1,3})?$": "an amount such as 1234.50 is expected",
    r"^-?[0-9]{1,2}(\.[0-9]{1,4})?$": "a rate in per cent such as 2.50 is expected",
    r"^[^\s#\x00-\x1f]+$": "neither blanks nor # may stand here",
    r"^[^\s@<>,;\"]+@[^\s@<>,;\"]+$": "an e-mail address is expected",
    r"^([^\s@<>,;\"]+@[^\s@<>,;\"]+)?$": "an e-mail address is expected",
    r"^[0-9+() -]*$": "a telephone number is expected",
    r"^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$": "a host is expected, such as pay.example.com",
    r"^https?://[^\s]{3,300}$": "an address that begins with https:// is expected",
    r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$": "an IBAN is expected, without blanks",
    r"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$": "a BIC of 8 or 11 characters is expected",
    r"^[0-9]{7,8}$": "7 or 8 digits are expected",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$": (
        "letters, digits and . _ - are expected, 20 characters at most"
    ),
    r"^(0[1-9]|1[0-2])-[0-3][0-9]$": "month and day are expected, such as 12-31",
}


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


def asked(request: Request, model: type[Model]) -> Model:
    """The parameters of a query as a ``model``, beside those of paging.

    Raises ``Problem`` 400 with every parameter at fault.
    """
    said = {name: text for name, text in request.query.items() if name not in PAGING}
    try:
        return model.model_validate(said)
    except ValidationError as error:
        title = "Some of the filters are not acceptable."
        raise Problem(400, "bad_query", title, fields=faults(error, "")) from None


def checked(model: type[Model], value: Any, within: str = "") -> Model:
    """A value as a ``model``; ``within`` is the path of the value in the body."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(*faults(error, within)) from None


def invalid(*fields: dict[str, str]) -> Problem:
    """The problem of input that is well formed but not acceptable."""
    return Problem(422, "invalid", "Some fields are not acceptable.", fields=fields)


def fault(path: str, code: str, text: str) -> dict[str, str]:
    """One field at fault: its path (``steps.2.after``), a code, and a fixed sentence."""
    return {"path": path, "code": code, "text": text}


def faults(error: ValidationError, within: str) -> list[dict[str, str]]:
    """Paths, codes and sentences: our own validators', or made of the model's own bounds.

    Pydantic's messages may quote the input and do not pass.
    """
    found = []
    for one in error.errors(include_url=False, include_input=False):
        path = ".".join([*([within] if within else []), *(str(part) for part in one["loc"])])
        bounds = one.get("ctx", {})
        cause = bounds.get("error")
        ours = isinstance(cause, Exception)
        text = str(cause) if ours else _sentence(one["type"], bounds)
        found.append(fault(path, one["type"], text))
    return found


def _sentence(code: str, bounds: Mapping[str, object]) -> str:
    """What is asked of a field, by the code of its fault and the bounds of the model alone."""
    kind = code if code in _SENTENCES else code.partition("_")[0]
    known = {name: bounds[name] for name in _BOUNDS if name in bounds}
    if "expected" in known:
        # A list reads in every language of the console; pydantic puts an "or" into it.
        known["expected"] = str(known["expected"]).replace(" or ", ", ")
    if (told := _FORMS.get(str(known.get("pattern")))) is not None:
        return told
    if kind == "string_too_short" and known.get("min_length") == 1:
        return "this must not be empty"
    return _SENTENCES.get(kind, "this is not acceptable").format(**known)
