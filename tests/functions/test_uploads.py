"""A form with a file is read as a browser sends it; a file is what its first bytes say."""

from __future__ import annotations

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.api.exchange import Problem
from functions.uploads import MOST_BYTES, parts_of, upload


def sent(fields, files):
    made = requests.Request("POST", "https://h.example", data=fields, files=files).prepare()
    return made.body, made.headers["content-type"]


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=5), st.text(max_size=40), max_size=4),
    st.binary(min_size=1, max_size=200),
)
@settings(max_examples=40, deadline=None)
def test_fields_and_files_come_back_as_they_were_sent(fields, content):
    found = parts_of(*sent(fields, {"file": ("Laskut ja kuitit.pdf", content)}))

    assert dict(found.fields) == fields
    assert found.files == {"file": content}


def test_a_form_without_a_chosen_file_has_none():
    body, kind = sent({"a": "1"}, {"file": ("", b"")})

    assert parts_of(body, kind).files == {}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "multipart/form-data", 400),
        (b"", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nnothing\r\n--x--", "multipart/form-data; boundary=x", 400),
        (b'--x\r\nC: form-data; name="a"\r\n\r\n1', "multipart/form-data; boundary=x", 400),
        (b"--x" + b"\r\n--x" * 60 + b"--", "multipart/form-data; boundary=x", 400),
        (b"x" * (MOST_BYTES + 50_000), "multipart/form-data; boundary=x", 413),
        (
            b'--x\r\nC: form-data; name="a"\r\n\r\n' + b"1" * 30_000 + b"\r\n--x--",
            "multipart/form-data; boundary=x",
            413,
        ),
    ],
)
def test_what_is_no_form_of_ours_is_refused(body, kind, status):
    with pytest.raises(Problem) as caught:
        parts_of(body, kind)

    assert caught.value.status == status


@pytest.mark.parametrize(
    ("first", "end"),
    [
        (b"%PDF-1.7\n", ".pdf"),
        (b"\xff\xd8\xff\xe0", ".jpg"),
        (b"\x89PNG\r\n\x1a\n", ".png"),
        (b"<svg onload=alert(1)>", None),
        (b"<html>%PDF-", None),
        (b"PK\x03\x04", None),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_only_pictures_and_pdf_are_taken(first, end):
    found = upload(first + b"x")

    assert (found.end if found else None) == end
