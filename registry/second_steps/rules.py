"""Time-based one-time codes (RFC 6238 over RFC 4226), and the codes for when the device is lost."""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

# What every authenticator application does without being told; others are ignored by some of them.
DIGITS: Final = 6
STEP_SECONDS: Final = 30
# What typing and the way take, by RFC 6238, section 5.2: one step, and none that is still to come.
_STEPS_BACK: Final = 1
_SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
LONGEST_TYPED: Final = 40
ENROL_SECONDS: Final = 900
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LETTERS: Final = 24


def new_secret() -> str:
    """A secret of 160 bits, as authenticator applications take it: in base32 (RFC 4226, section 4, R6)."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_of(at: datetime) -> int:
    """The number of the half minute an instant lies in."""
    return int(at.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """The six digits of one half minute."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_matching(secret: str, typed: str, at: datetime, last: int | None) -> int | None:
    """The half minute whose code was typed: this one or the one before, and later than the `last` that was used.

    A code opens once (section 5.2). Both are compared whatever the first says, in constant time.
    """
    now, found = step_of(at), None
    text = tidy(typed).encode("ascii", "replace")
    for step in range(now - _STEPS_BACK, now + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), text) and (last is None or step > last):
            found = step
    return found


def tidy(typed: str) -> str:
    """What was typed without the spaces and dashes that make it readable, in small letters."""
    return "".join(each for each in typed[:LONGEST_TYPED].lower() if each not in " -\t")


def enrolment_uri(secret: str, account: str, issuer: str) -> str:
    """What the picture says: the address by which an authenticator application takes a secret (Key Uri Format)."""
    label = quote(f"{issuer}:{account}", safe="@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def grouped(secret: str) -> str:
    """A secret in groups of four, for those who type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Ten codes of 24 letters and digits that are not mistaken for one another, each of 118 bits (ASVS 6.5.2: 112 at least)."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(_RECOVERY_LETTERS // 4))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_digest(typed: str) -> str:
    """What is kept of a recovery code: its SHA-256. It has as much to guess as a key has, so that is enough;
    those of before, of sixteen letters, are read as well.
    """
    return hashlib.sha256(tidy(typed).encode("utf-8", "replace")).hexdigest()


def is_secret(text: str) -> bool:
    """Whether a text is a secret of ours."""
    try:
        return len(base64.b32decode(text)) == _SECRET_BYTES
    except (binascii.Error, ValueError):
        return False
