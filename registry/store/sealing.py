"""Secrets that have to be used again, kept encrypted with a key derived from the installation's own."""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class SealBroken(ValueError):
    """What was sealed cannot be opened: the key is another, or the text was changed."""


def seal(key: str, purpose: str, secret: str) -> str:
    """The secret encrypted and bound to its purpose (AES-256-GCM, the key by HKDF-SHA256), as text."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher(key, purpose).encrypt(nonce, secret.encode(), purpose.encode())
    return base64.b64encode(nonce + sealed).decode("ascii")


def opened(key: str, purpose: str, sealed: str) -> str:
    """The secret again. Raises SealBroken."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return (
            _cipher(key, purpose).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        )
    except (InvalidTag, binascii.Error, ValueError) as broken:
        raise SealBroken("the secret was sealed with another key, or changed") from broken


def _cipher(key: str, purpose: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=f"registry {purpose}".encode()).derive(key.encode())
    return AESGCM(derived)
