"""References: published vectors, what each scheme's check digit catches, one form to compare."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.references import (
    canonical,
    fi_reference,
    fik_id,
    fik_line,
    is_checked,
    is_fi_reference,
    is_fik_id,
    is_kid,
    is_ocr_reference,
    is_rf_reference,
    kid,
    ocr_reference,
    printed_reference,
    rf_reference,
)

ROOT = Path(__file__).parents[2]
DIGITS = "0123456789"
BASES = st.from_regex(r"[1-9][0-9]{3,17}", fullmatch=True)

MADE = [
    (fi_reference, "123", "1232"),
    (fi_reference, "1301", "13013"),
    (fi_reference, "123456", "1234561"),
    (fi_reference, "86851625961989", "868516259619897"),
    (fi_reference, "55958224329467", "559582243294671"),
    (fi_reference, "999999999999", "9999999999994"),
    (fi_reference, "1234567890123456789", "12345678901234567894"),
    (rf_reference, "868516259619897", "RF09868516259619897"),
    (rf_reference, "559582243294671", "RF06559582243294671"),
    (rf_reference, "1234561", "RF341234561"),
    (rf_reference, "0000013013", "RF8413013"),
    (ocr_reference, "12345", "123455"),
    (ocr_reference, "749557", "7495575"),
    (lambda base: ocr_reference(base, length_digit=True), "12345", "1234574"),
    (lambda base: ocr_reference(base, length_digit=True), "12345678", "1234567806"),
    (lambda base: ocr_reference(base, length_digit=True), "1234567890", "123456789023"),
    (lambda base: kid(base, 10), "12345678", "123456782"),
    (lambda base: kid(base, 10), "021229103830", "0212291038306"),
    (lambda base: kid(base, 11), "12345678", "123456785"),
    (lambda base: kid(base, 11), "000053", "0000531"),
    (lambda base: kid(base, 11), "6", "6-"),
    (lambda base: kid(base, 11), "37", "37-"),
    (lambda base: fik_id("71", int(base)), "1", "000000000000018"),
    (lambda base: fik_id("71", int(base)), "40000", "000000000400002"),
    (lambda base: fik_id("75", int(base)), "123456", "0000000001234566"),
    (lambda base: fik_id("04", int(base)), "1", "0000000000000018"),
]


@pytest.mark.parametrize(("make", "base", "reference"), MADE)
def test_each_scheme_makes_its_published_references(make, base, reference):
    assert make(base) == reference
    assert is_checked(reference)


def test_every_vector_of_the_fact_file_holds():
    path = Path(os.environ.get("DUNLIN_SHARED", ROOT.parent / "shared"))
    path = path / "specs" / "vectors" / "reference_vectors.json"
    if not path.exists():
        pytest.skip("the vectors are not at hand")
    told = json.loads(path.read_text())
    made = [
        *((fi_reference(one["base"]), one["ref"]) for one in told["fi_viitenumero"]),
        *((rf_reference(one["fi"]), one["rf"]) for one in told["fi_to_rf"]),
        *((ocr_reference(one["base"]), one["ref"]) for one in told["se_ocr_luhn"]),
        *(
            (ocr_reference(one["base"], length_digit=True), one["ref"])
            for one in told["se_ocr_length_digit"]
        ),
        *((kid(one["base"], 10), one["kid"]) for one in told["no_kid_mod10"]),
        *((kid(one["base"], 11), one["kid"]) for one in told["no_kid_mod11"]),
        *((kid(one["base"], 11), one["kid"]) for one in told["no_kid_mod11_minus"]),
        *((fik_id("71", one["n"]), one["id"]) for one in told["dk_fik71"]),
        *((fik_id("75", one["n"]), one["id"]) for one in told["dk_fik75"]),
    ]
    assert [one for one, _ in made] == [expected for _, expected in made]
    sample = told["no_kid_official_nets_sample"]
    assert all(map(is_fi_reference, told["fi_official_refs_valid"]))
    assert all(map(is_rf_reference, told["rf_valid"]))
    assert not any(map(is_rf_reference, told["rf_invalid"]))
    assert all(map(is_ocr_reference, told["se_ocr_official_bgmax_sample_valid"]))
    assert all(is_kid(one, (11,)) for one in sample["mod11"])
    assert all(is_kid(one, (10,)) for one in sample["mod10"])


@pytest.mark.parametrize("base", ["12", "12345678901234567890", "12a4", "", "١٢٣٤"])
def test_a_finnish_reference_has_3_to_19_ascii_digits_before_its_check(base):
    with pytest.raises(ValueError, match="3 to 19 digits"):
        fi_reference(base)


@pytest.mark.parametrize(
    "make",
    [
        lambda: rf_reference("Ä1"),
        lambda: ocr_reference("1" * 25),
        lambda: ocr_reference("1" * 24, length_digit=True),
        lambda: kid("12a", 10),
        lambda: kid("١٢", 11),
        lambda: fik_id("71", 10**14),
        lambda: fik_id("71", -1),
        lambda: fik_line("71", "19", "81234567"),
        lambda: fik_line("71", "18", "812345"),
    ],
)
def test_what_a_scheme_cannot_bear_is_refused(make):
    with pytest.raises(ValueError, match=r"reference|KID|slip"):
        make()


@pytest.mark.parametrize(
    "text", ["RF19539007547034", "RF00539007547034", "RF18539007547035", "RF18"]
)
def test_an_rf_reference_with_wrong_check_digits_is_refused(text):
    assert not is_rf_reference(text)


@pytest.mark.parametrize(
    ("text", "level", "lengths", "taken"),
    [
        ("anything goes", "soft", (), True),
        ("1" * 26, "soft", (), False),
        ("123455", "check_digit", (), True),
        ("123456", "check_digit", (), False),
        ("1234574", "variable_length", (), True),
        ("12345674", "variable_length", (), False),
        ("123455", "fixed_length", (6, 8), True),
        ("123455", "fixed_length", (7, 8), False),
    ],
)
def test_a_swedish_bank_takes_what_was_agreed(text, level, lengths, taken):
    assert is_ocr_reference(text, level, lengths) is taken


def test_a_norwegian_agreement_fixes_modulus_and_length():
    assert is_kid("123456782", (10,), (9,))
    assert not is_kid("123456782", (11,))
    assert not is_kid("123456782", (10,), (8, 10))
    assert is_kid("23-", (11,))
    assert not is_kid("23-", (10,))


def test_a_danish_id_is_right_without_its_zeros_and_prints_its_code_line():
    assert is_fik_id("71", "18")
    assert not is_fik_id("71", "19")
    assert not is_fik_id("71", "1234567890123452")
    assert fik_line("71", "18", "81234567") == "+71<000000000000018+81234567<"


@given(BASES, st.data())
def test_one_wrong_digit_never_passes_any_check(base, data):
    made = {
        is_fi_reference: fi_reference(base),
        is_rf_reference: rf_reference(base),
        is_ocr_reference: ocr_reference(base),
        lambda text: is_kid(text, (10,)): kid(base, 10),
        lambda text: is_kid(text, (11,)): kid(base, 11),
    }
    for check, reference in made.items():
        at = data.draw(st.integers(2 if reference.startswith("RF") else 0, len(reference) - 1))
        wrong = data.draw(st.sampled_from([one for one in DIGITS if one != reference[at]]))
        assert check(reference)
        assert not check(reference[:at] + wrong + reference[at + 1 :])


def _swapped(reference: str, at: int) -> str:
    return reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]


@given(BASES, st.data())
def test_swapped_neighbours_pass_only_where_the_scheme_says_so(base, data):
    """RF and MOD11 see every swap; Luhn all but 0 and 9; the Finnish check all but five apart."""
    at = data.draw(st.integers(0, len(base) - 2))
    a, b = int(base[at]), int(base[at + 1])
    rf = rf_reference(base)
    assert is_rf_reference(rf[:4] + _swapped(rf[4:], at)) is (a == b)
    assert is_kid(_swapped(kid(base, 11), at), (11,)) is (a == b)
    assert is_ocr_reference(_swapped(ocr_reference(base), at)) is (a == b or {a, b} == {0, 9})
    assert is_fi_reference(_swapped(fi_reference(base), at)) is (abs(a - b) in {0, 5})


@pytest.mark.parametrize(
    ("printed", "form"),
    [
        ("86851 62596 19897", "868516259619897"),
        ("00000868516259619897", "868516259619897"),
        ("RF09 8685 1625 9619 897", "868516259619897"),
        ("rf09868516259619897", "868516259619897"),
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("RF18000539007547034", "RF18539007547034"),
        ("RF712348231", "RF712348231"),
        ("RF71002348231", "RF712348231"),
        ("RF19539007547034", "RF19539007547034"),
        ("0000531", "531"),
        ("000023-", "23-"),
        ("000000000000018", "18"),
        ("+71<000000000000018+81234567<", "18"),
        ("+75<0000000000000018 +81234567<", "18"),
        ("12345-6789", "123456789"),
        ("2026/17", "202617"),
        ("INV-2026-00017", "INV202600017"),
        ("NOTPROVIDED", None),
        ("Matti Meikäläinen", None),
        ("0000", None),
        ("", None),
        ("1" * 61, None),
    ],
)
def test_one_form_for_every_print_of_a_reference(printed, form):
    assert canonical(printed) == form


@given(BASES, st.integers(0, 3), st.integers(1, 6))
def test_print_form_and_scheme_prefix_never_change_what_is_compared(base, zeros, size):
    for reference in (fi_reference(base), ocr_reference(base), kid(base, 10), kid(base, 11)):
        padded = "0" * zeros + reference
        grouped = " ".join(padded[i : i + size] for i in range(0, len(padded), size))
        assert canonical(padded) == canonical(grouped) == canonical(reference) == reference
    finnish = fi_reference(base)
    assert canonical(rf_reference(finnish)) == finnish


@given(st.text(max_size=80))
def test_a_form_of_comparison_is_short_plain_and_stable(text):
    form = canonical(text)
    if form is not None:
        assert len(form) <= 35
        assert form.isascii()
        assert form.rstrip("-").isalnum()
        assert canonical(form) == form


def test_references_are_printed_as_people_type_them():
    assert printed_reference("868516259619897") == "86851 62596 19897"
    assert printed_reference("000013013") == "13013"
    assert printed_reference("1234561") == "12 34561"
    assert printed_reference("RF8413013") == "RF84 1301 3"
    assert printed_reference("2026/17") == "2026/17"
