"""Standard Webhooks 1.0.0: what is signed, and everything that must not pass."""

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from connectors.signing import secret_bytes, secret_text, sign, verify
from shared.errors import Unreadable

ROOT = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = secret_text(bytes(range(32)))
# (id, seconds, body, signature): the first is the upstream project's own test vector.
_DATA = b'"data":{"case_id":"01JD5Z8V1M3Q8C2Y7T0K9R4WXA","partner_case_id":"5000001"}'
VECTORS = [
    (
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "evt_01JD5ZB2N7F6H9S3D1G8J5P0QE",
        1795255200,
        b'{"type":"case.accepted","timestamp":"2026-11-21T10:00:00Z",%b}' % _DATA,
        "v1,wQSN4Yp4ihwkLjY8KA/sK8hLvlq3keJpxrFQ82l701Q=",
    ),
]
ID, SECONDS, BODY, SIGNATURE = VECTORS[0]
NOW = datetime.fromtimestamp(SECONDS, UTC)
HEADERS = {
    "webhook-id": ID,
    "webhook-timestamp": str(SECONDS),
    "webhook-signature": SIGNATURE,
}


@pytest.mark.parametrize(("message_id", "seconds", "body", "signature"), VECTORS)
def test_the_published_vectors(message_id, seconds, body, signature):
    now = datetime.fromtimestamp(seconds, UTC)
    headers = sign([SECRET], message_id=message_id, now=now, body=body)
    assert headers == {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature,
    }
    assert verify([SECRET], headers, body, now) == message_id


def test_the_vectors_are_those_of_the_shared_material():
    folder = Path(os.environ.get("DUNLIN_SHARED", ROOT.parent / "shared"))
    file = folder / "specs" / "partners" / "webhook-vectors.json"
    if not file.exists():
        pytest.skip("the shared specs are not beside the repository")
    stored = json.loads(file.read_text())
    assert stored["secret"] == SECRET
    found = [
        (one["id"], one["timestamp"], one["body"].encode(), one["signature"])
        for one in stored["vectors"]
    ]
    assert found == VECTORS


@given(st.text(max_size=200), st.binary(min_size=24, max_size=64))
def test_the_standards_own_library_accepts_what_we_sign(text, random):
    body = text.encode()
    secret = secret_text(random)
    now = datetime.now(UTC)
    headers = sign([secret], message_id="msg_1", now=now, body=body)
    Webhook(secret).verify(body, headers, json_parse=False)
    theirs = Webhook(secret).sign("msg_1", now.replace(microsecond=0), text)
    assert theirs == headers["webhook-signature"]


@given(st.binary(max_size=100), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_refused(body, place, mask):
    body = body + b"\x00"
    headers = sign([SECRET], message_id="msg_1", now=NOW, body=body)
    changed = bytearray(body)
    changed[place % len(body)] ^= mask
    with pytest.raises(Unreadable, match="no signature"):
        verify([SECRET], headers, bytes(changed), NOW)


def test_while_a_secret_is_rotated_both_sides_may_hold_either():
    both = sign([SECRET, OTHER], message_id=ID, now=NOW, body=BODY)
    assert len(both["webhook-signature"].split(" ")) == 2
    assert verify([SECRET], both, BODY, NOW) == verify([OTHER], both, BODY, NOW) == ID
    old = sign([SECRET], message_id=ID, now=NOW, body=BODY)
    assert verify([OTHER, SECRET], old, BODY, NOW) == ID


def test_another_secret_is_refused():
    with pytest.raises(Unreadable, match="no signature"):
        verify([OTHER], HEADERS, BODY, NOW)


def test_a_message_of_another_id_or_time_does_not_borrow_a_signature():
    for change in ({"webhook-id": "msg_2"}, {"webhook-timestamp": str(SECONDS + 1)}):
        with pytest.raises(Unreadable, match="no signature"):
            verify([SECRET], HEADERS | change, BODY, NOW)


@pytest.mark.parametrize("off", [-301, 301, -86_400, 86_400])
def test_a_stale_or_future_timestamp_is_refused(off):
    with pytest.raises(Unreadable, match="older or newer than five minutes"):
        verify([SECRET], HEADERS, BODY, NOW + timedelta(seconds=off))


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_five_minutes_of_clock_difference_pass(off):
    assert verify([SECRET], HEADERS, BODY, NOW + timedelta(seconds=off)) == ID


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": ""},
        {"webhook-id": "msg.1"},
        {"webhook-id": "msg 1"},
        {"webhook-id": "m" * 201},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "1614265330.5"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "١٦١"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v2," + SIGNATURE[3:]},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": " ".join(["v1,AAAA"] * 16 + [SIGNATURE])},
    ],
)
def test_malformed_headers_are_refused(change):
    with pytest.raises(Unreadable):
        verify([SECRET], HEADERS | change, BODY, NOW)


def test_a_missing_header_is_refused_and_a_name_matches_in_any_case():
    for name in HEADERS:
        with pytest.raises(Unreadable):
            verify([SECRET], {k: v for k, v in HEADERS.items() if k != name}, BODY, NOW)
    assert verify([SECRET], {k.title(): v for k, v in HEADERS.items()}, BODY, NOW) == ID


def test_without_a_secret_nothing_is_signed_or_believed():
    with pytest.raises(ValueError, match="at least one secret"):
        sign([], message_id=ID, now=NOW, body=BODY)
    with pytest.raises(Unreadable):
        verify([], HEADERS, BODY, NOW)


def test_an_id_with_a_dot_is_never_signed():
    with pytest.raises(ValueError, match="message id"):
        sign([SECRET], message_id="a.b", now=NOW, body=BODY)


@pytest.mark.parametrize(
    "text",
    ["", "whsec_", "whsec_!!!!", "whsec_" + base64.b64encode(bytes(23)).decode(), "whsec_ä"],
)
def test_a_malformed_secret_is_named_without_its_text(text):
    with pytest.raises(ValueError, match="24 to 64 bytes") as caught:
        secret_bytes(text)
    assert len(text) < 8 or text not in str(caught.value)


def test_a_secret_has_24_to_64_bytes():
    assert secret_bytes(secret_text(bytes(24))) == bytes(24)
    assert secret_bytes(secret_text(bytes(64)).removeprefix("whsec_")) == bytes(64)
    for size in (0, 23, 65):
        with pytest.raises(ValueError, match="24 to 64"):
            secret_text(bytes(size))


def test_receivers_import_no_heavy_package_with_it():
    heavy = "{'pydantic', 'requests', 'boto3'}"
    code = f"import sys, connectors.signing; print({heavy} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert run.stdout.strip() == "set()"
