"""Sealing: short-lived secrets in rows, AES-256-GCM under the stack's own secret.

What is sealed is bound to its place: moved to another row it cannot be opened.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache

from shared.cloud.runtime import client

_NONCE = 12


def seal(plain: str, place: str) -> str:
    """A text that only this stack can open, and only as that of ``place``."""
    # Loaded where it is used: most cold starts seal nothing.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_key()).encrypt(nonce, plain.encode(), place.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(text: str, place: str) -> str | None:
    """What was sealed for ``place``, None when it was not sealed for it by this stack."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = base64.b64decode(text, validate=True)
        return AESGCM(_key()).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
    except (InvalidTag, ValueError, binascii.Error):
        return None


def derived(label: str) -> bytes:
    """A key of 32 bytes for one purpose, made of the stack's own secret and its ``label``."""
    return hmac.new(_key(), label.encode(), hashlib.sha256).digest()


@lru_cache(maxsize=1)
def _key() -> bytes:
    """The stack's own random secret as a key; read once a process."""
    name = f"{os.environ['SECRET_PREFIX']}/hub/token-key"
    answer = client("secretsmanager").get_secret_value(SecretId=name)
    return hashlib.sha256(str(answer["SecretString"]).encode()).digest()
