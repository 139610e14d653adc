"""The JSON door: the one place where JSON bytes from outside become values, and ours become bytes.

Numbers with a point are ``Decimal``, never float. What JSON readers disagree about is refused:
repeated names, NaN, exponents, lone surrogates, text that is not UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from shared.errors import Unreadable

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
# Longer than any id or amount; reading a number costs the square of its length.
_MAX_DIGITS = 40
_BOM = b"\xef\xbb\xbf"


def read_json(body: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text: dict, list, str, int, Decimal, bool or None.

    One leading UTF-8 byte order mark is dropped (RFC 8259 section 8.1). Raises ``Unreadable`` with
    a fixed sentence that holds neither a position nor a value.
    """
    if len(body) > max_bytes:
        _unreadable("the JSON text is too large")
    try:
        text = body.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None:
        _unreadable("the JSON text is not UTF-8")
    # The parser's own error quotes the document, so it must not be chained to ours.
    try:
        value = _PARSER.decode(text)
        fault = ""
    except Unreadable as error:
        fault = str(error)
    except (ValueError, RecursionError):
        fault = "the text is not JSON"
    if fault:
        _unreadable(fault)
    _check(value, max_depth)
    return value


def write_json(value: object) -> bytes:
    """Compact UTF-8 JSON of plain values, in their order.

    A ``Decimal`` becomes a plain JSON number with its own digits. Raises ``TypeError`` for a float
    and for anything else that is not plain.
    """
    return _text(value).encode()


def _text(value: object) -> str:
    match value:
        case None | bool() | str() | int():
            return json.dumps(value, ensure_ascii=False)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case Mapping():
            if not all(isinstance(name, str) for name in value):
                raise TypeError("a JSON name is a text")
            inner = (f"{_text(name)}:{_text(item)}" for name, item in value.items())
            return "{" + ",".join(inner) + "}"
        case list() | tuple():
            return "[" + ",".join(_text(item) for item in value) + "]"
        case _:
            raise TypeError("this kind of value has no JSON form")


def _check(value: object, max_depth: int) -> None:
    """Walk level by level: bounds the depth and refuses text that no encoding can hold."""
    level, depth = [value], 0
    while level:
        below: list[object] = []
        for item in level:
            match item:
                case dict():
                    below.extend(item)
                    below.extend(item.values())
                case list():
                    below.extend(item)
                case str() if not item.isascii():
                    if any("\ud800" <= char <= "\udfff" for char in item):
                        _unreadable("the JSON text holds half a character")
        level, depth = below, depth + 1
        if depth > max_depth + 1:
            _unreadable("the JSON text is nested too deeply")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _unreadable("the JSON text repeats a name")
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > _MAX_DIGITS or "e" in text.lower():
        _unreadable("the JSON text holds a number with an exponent or too many digits")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        _unreadable("the JSON text holds a number with an exponent or too many digits")
    return int(text)


def _constant(_: str) -> NoReturn:
    _unreadable("the JSON text holds NaN or an infinity")


def _unreadable(sentence: str) -> NoReturn:
    raise Unreadable(sentence)


_PARSER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_constant,
)
