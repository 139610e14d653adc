"""Calls that wait together: in the order asked, the first error told, none alone in a thread."""

from __future__ import annotations

import threading

import pytest

from connectors.at_once import AT_ONCE, at_once


def test_ten_calls_wait_together_and_answer_in_the_order_asked():
    meet = threading.Barrier(AT_ONCE, timeout=10)

    def call(number):
        meet.wait()  # nobody goes on before all ten are there
        return number * 2

    assert at_once(call, range(2 * AT_ONCE)) == [number * 2 for number in range(2 * AT_ONCE)]


def test_the_first_error_in_the_order_asked_is_the_one_that_is_raised():
    def call(number):
        if number in {3, 7}:
            raise ValueError(str(number))
        return number

    with pytest.raises(ValueError, match="3"):
        at_once(call, range(9))


def test_one_call_needs_no_thread():
    assert at_once(lambda _: threading.current_thread(), [1]) == [threading.current_thread()]
    assert at_once(lambda _: None, []) == []
