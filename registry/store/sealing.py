"""A seal: texts that only this installation can read again, for what has to be stored and must not be read by others."""

import base64
from datetime import datetime
from enum import StrEnum
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LONGEST: Final = 100_000


class Purpose(StrEnum):
    """What is sealed. Each has a key of its own: what was sealed for one is no text at all for any other."""

    HALFWAY = "halfway through a sign-in"
    ENROLMENT = "offer of a second step"
    # Secrets of second steps were kept under this name before others had one of their own, and have to be read again.
    SECOND_STEP = "people"
    PROVIDER_TOKEN = "token of a provider"  # noqa: S105 - a name
    WEBHOOK = "webhook"
    KEPT_ANSWER = "answer of a request"


class Seal:
    """Encrypts and signs with a key drawn from the installation's secret, one for each purpose (HKDF, RFC 5869).

    Whoever replaces the secret makes what was sealed before unreadable.
    """

    def __init__(self, secret: str, purpose: Purpose) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=purpose.value.encode()).derive(secret.encode())
        self._box = Fernet(base64.urlsafe_b64encode(key))

    def sealed(self, text: str, at: datetime) -> str:
        """The text, unreadable to others, with the instant it was sealed."""
        return self._box.encrypt_at_time(text.encode(), int(at.timestamp())).decode("ascii")

    def opened(
        self, sealed: str, *, at: datetime | None = None, seconds: int = 0, is_ours: bool = False
    ) -> str | None:
        """What was sealed; None for anything else, or where `at` is more than so many seconds after it was sealed.

        What comes from elsewhere is not looked at where it is longer than anything that is handed out; what `is_ours`, is.
        """
        if (len(sealed) > _LONGEST and not is_ours) or not sealed.isascii():
            return None
        try:
            if at is None:
                return self._box.decrypt(sealed).decode()
            return self._box.decrypt_at_time(sealed, seconds, int(at.timestamp())).decode()
        except InvalidToken:
            return None


def seals_from(secret: str) -> dict[Purpose, Seal]:
    """The seal of each purpose, drawn from the installation's secret."""
    return {purpose: Seal(secret, purpose) for purpose in Purpose}
