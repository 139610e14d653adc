"""The JSON door: exact numbers in, exact numbers out, and no text that readers disagree about."""

from __future__ import annotations

import json
import traceback
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.json_door import read_json, write_json
from shared.errors import Unreadable


def test_numbers_keep_their_digits():
    value = read_json(b'{"a": 0.10, "b": 12345678901234567890, "c": -0.00, "d": [true, null]}')
    assert value == {"a": Decimal("0.10"), "b": 12345678901234567890, "c": 0, "d": [True, None]}
    assert str(value["a"]) == "0.10"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"a":1,"a":1}', "repeats"), (b'{"x":{"a":1,"\\u0061":2}}', "repeats"),
        (b"NaN", "NaN"), (b"[-Infinity]", "NaN"), (b"1e3", "exponent"), (b"1.0E-2", "exponent"),
        (b"1" * 41, "digits"), (b"0." + b"1" * 41, "digits"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"), (b'"\xe4"', "UTF-8"), (b'"\xed\xa0\x80"', "UTF-8"),
        (b'"\\ud800"', "half a character"), (b'{"\\udc00":1}', "half a character"),
        (b"", "not JSON"), (b"{", "not JSON"), (b"{} {}", "not JSON"), (b"[1,]", "not JSON"),
        (b'"a\x00b"', "not JSON"), (b"<html>", "not JSON"), (b"{'a':1}", "not JSON"),
        (b"[" * 100_000, "not JSON"), (b"[" * 66 + b"]" * 66, "deep"),
        (b'{"a":' * 66 + b"1" + b"}" * 66, "deep"), (b" " * 5_000_001, "large"),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "not JSON"),
    ],
)  # fmt: skip
def test_what_readers_disagree_about_is_unreadable(body, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read_json(body)


def test_one_byte_order_mark_is_dropped():
    assert read_json(b"\xef\xbb\xbf{}") == {}


def test_the_error_shows_nothing_of_the_document():
    name = "Canary"
    with pytest.raises(Unreadable) as caught:
        read_json(f'{{"name": "{name}", }}'.encode())
    assert caught.value.__context__ is None
    assert name not in "".join(traceback.format_exception(caught.value))


def test_a_pair_of_surrogates_is_one_character():
    assert read_json(b'"\\ud83d\\ude00"') == "\U0001f600"


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**18), 10**18)
        | st.text()
        | st.decimals(-(10**9), 10**9, places=2),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=12,
    )
)
def test_what_is_written_reads_back_the_same(value):
    assert read_json(write_json(value)) == value


def test_the_written_form_is_compact_and_any_reader_takes_it():
    written = write_json({"amount": Decimal("1E+2"), "name": "Mäki", "tags": ("a",)})
    assert written == '{"amount":100,"name":"Mäki","tags":["a"]}'.encode()
    assert json.loads(written)["amount"] == 100


@pytest.mark.parametrize("value", [1.5, {"a": 1.5}, {1: "a"}, Decimal("NaN"), b"x", {1}])
def test_a_value_without_a_plain_form_is_not_written(value):
    with pytest.raises(TypeError):
        write_json(value)
