"""A seal: texts that only this installation can read again, for what has to be stored and must not be read by others."""

import base64
from datetime import datetime
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LONGEST: Final = 100_000


class Seal:
    """Encrypts and signs with a key drawn from the installation's secret, one for each purpose (HKDF, RFC 5869).

    Whoever replaces the secret makes what was sealed before unreadable.
    """

    def __init__(self, secret: str, purpose: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())
        self._box = Fernet(base64.urlsafe_b64encode(key))

    def sealed(self, text: str, at: datetime) -> str:
        """The text, unreadable to others, with the instant it was sealed."""
        return self._box.encrypt_at_time(text.encode(), int(at.timestamp())).decode("ascii")

    def opened(self, sealed: str, *, at: datetime | None = None, seconds: int = 0) -> str | None:
        """What was sealed; None for anything else, or where `at` is more than so many seconds after it was sealed."""
        if len(sealed) > _LONGEST or not sealed.isascii():
            return None
        try:
            if at is None:
                return self._box.decrypt(sealed).decode()
            return self._box.decrypt_at_time(sealed, seconds, int(at.timestamp())).decode()
        except InvalidToken:
            return None
