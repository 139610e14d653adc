"""Any text is looked through, compared and matched: in no time, and money is never made or lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.iban import holds_iban, is_iban
from shared.domain.references import (
    canonical,
    is_checked,
    is_fi_reference,
    is_fik_id,
    is_kid,
    is_ocr_reference,
    is_rf_reference,
    printed_reference,
)
from shared.domain.references_found import found
from tests.domain import test_matching_properties as properties

_PIECES = st.sampled_from([
    "viite", "OCR", "KID", "ref.", "lasku", "INV-", "+71<", "+", "<", "RF18", "FI79", "4405 2020",
    "13013", "86851 62596 19897", "0", "00", "1", "-", "/", ".", ",", " ", "\n", "EUR", "12,50",
    "20.11.2026", "puh", "+358", "٣", "ß", "\u00a0", "|",
])  # fmt: skip


@given(st.text(max_size=200) | st.lists(_PIECES, max_size=60).map("".join))
def fuzz_any_text(text: str) -> None:
    tokens = found(text)
    assert len(tokens) <= 40
    assert all(canonical(one.token) == one.token for one in tokens)
    holds_iban(text)


@given(st.text(max_size=40) | st.text("0123456789RF-+<ABÅ٣² ", max_size=40))
def fuzz_any_reference(text: str) -> None:
    for check in (is_fi_reference, is_rf_reference, is_ocr_reference, is_kid, is_checked, is_iban):
        check(text)
    is_fik_id("71", text)
    printed_reference(text)
    form = canonical(text)
    assert form is None or canonical(form) == form


fuzz_order = properties.test_the_order_of_the_candidates_says_nothing
fuzz_money = properties.test_money_is_never_made_or_lost_and_never_booked_beyond_what_is_owed
fuzz_keys = properties.test_whatever_is_booked_is_found_by_an_equal_key
fuzz_exact = properties.test_an_exact_answer_stands_whatever_else_is_found
