"""The expressions of DynamoDB that the hub writes: conditions, updates and key conditions.

A subset on purpose, and anything outside it is refused: comparisons, ``BETWEEN``, ``IN``, ``AND``,
``OR``, ``NOT``, parentheses, ``attribute_exists`` and ``attribute_not_exists``; ``SET`` to a value,
``REMOVE``, and ``ADD`` of a number. Sources: the Amazon DynamoDB Developer Guide, "Condition and
filter expressions, operators, and functions" and "Using update expressions".
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

# A value as the service speaks it: {"S": "text"}, {"N": "7"}, {"BOOL": true}.
Typed = dict[str, Any]
Item = dict[str, Typed]
Names = Mapping[str, str]
Test = Callable[[Item, Names, Mapping[str, Typed]], bool]
Operand = Callable[[Item, Names, Mapping[str, Typed]], Typed | None]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[#:]?\w+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Unsupported(Exception):
    """An expression outside the subset; the text names the part."""


@lru_cache(maxsize=1024)
def condition(text: str) -> Test:
    """The test that a condition makes of an item (empty where there is none)."""
    tokens = _Tokens(text)
    test = _either(tokens)
    tokens.end()
    return test


def changed(item: Item, text: str, names: Names, values: Mapping[str, Typed]) -> Item:
    """The item after an update expression, as a new one."""
    after = dict(item)
    for clause, parts in _clauses(text):
        field = _name(parts[0], names)
        match clause, parts[1:]:
            case "SET", ("=", value):
                after[field] = values[value]
            case "REMOVE", ():
                after.pop(field, None)
            case "ADD", (value,):
                before = Decimal(after.get(field, {"N": "0"})["N"])
                after[field] = {"N": str(before + Decimal(values[value]["N"]))}
            case _:
                raise Unsupported(f"{clause} {' '.join(parts)}")
    return after


@lru_cache(maxsize=1024)
def _clauses(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: list[tuple[str, tuple[str, ...]]] = []
    pieces = re.split(r"\b(SET|REMOVE|ADD)\b", text)
    for clause, body in zip(pieces[1::2], pieces[2::2], strict=True):
        found.extend((clause, tuple(_TOKEN.findall(part))) for part in body.split(","))
    if pieces[0].strip() or not found:
        raise Unsupported(text)
    return tuple(found)


class _Tokens:
    """The words of an expression, read once from left to right."""

    def __init__(self, text: str) -> None:
        self._left = list(reversed(_TOKEN.findall(text)))

    def peek(self) -> str:
        return self._left[-1] if self._left else ""

    def take(self, *wanted: str) -> str:
        word = self._left.pop() if self._left else ""
        if wanted and word.upper() not in wanted:
            raise Unsupported(word or "the end")
        return word

    def end(self) -> None:
        if self._left:
            raise Unsupported(self._left[-1])

    def while_(self, word: str) -> Iterator[None]:
        while self.peek().upper() == word:
            self.take()
            yield


def _either(tokens: _Tokens) -> Test:
    tests = [_both(tokens), *(_both(tokens) for _ in tokens.while_("OR"))]
    return lambda *it: any(test(*it) for test in tests)


def _both(tokens: _Tokens) -> Test:
    tests = [_one(tokens), *(_one(tokens) for _ in tokens.while_("AND"))]
    return lambda *it: all(test(*it) for test in tests)


def _one(tokens: _Tokens) -> Test:
    word = tokens.take()
    if word.upper() == "NOT":
        inner = _one(tokens)
        return lambda *it: not inner(*it)
    if word == "(":
        inside = _either(tokens)
        tokens.take(")")
        return inside
    if word in {"attribute_exists", "attribute_not_exists"}:
        tokens.take("(")
        field, there = tokens.take(), word == "attribute_exists"
        tokens.take(")")
        return lambda item, names, _: (_name(field, names) in item) is there
    return _comparison(_operand(word), tokens)


def _comparison(left: Operand, tokens: _Tokens) -> Test:
    sign = tokens.take("BETWEEN", "IN", *_COMPARE)
    if sign.upper() == "IN":
        return _membership(left, tokens)
    right = _operand(tokens.take())
    if sign.upper() != "BETWEEN":
        return lambda *it: _holds(sign, left(*it), right(*it))
    tokens.take("AND")
    upper = _operand(tokens.take())
    return lambda *it: _holds(">=", left(*it), right(*it)) and _holds("<=", left(*it), upper(*it))


def _membership(left: Operand, tokens: _Tokens) -> Test:
    tokens.take("(")
    among = [_operand(tokens.take()), *(_operand(tokens.take()) for _ in tokens.while_(","))]
    tokens.take(")")
    return lambda *it: any(_holds("=", left(*it), one(*it)) for one in among)


def _operand(word: str) -> Operand:
    if word.startswith(":"):
        return lambda _, __, values: values[word]
    return lambda item, names, _: item.get(_name(word, names))


def _holds(sign: str, left: Typed | None, right: Typed | None) -> bool:
    """A missing attribute, or one of another type, only ever differs."""
    if left is None or right is None or left.keys() != right.keys():
        return sign == "<>"
    (kind,) = left
    if kind == "N":
        return _COMPARE[sign](Decimal(left[kind]), Decimal(right[kind]))
    if kind == "S":
        # Texts are ordered by their UTF-8 bytes.
        return _COMPARE[sign](left[kind].encode(), right[kind].encode())
    return _COMPARE[sign](left[kind], right[kind])


def _name(word: str, names: Names) -> str:
    return names[word] if word.startswith("#") else word
