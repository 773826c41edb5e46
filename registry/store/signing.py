"""An Ed25519 key in a file that only the service reads, and whether a signature is that of a public key (RFC 8032)."""

import os
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


class SigningKey:
    """The secret half of a key. It is shown by nothing: what leaves it are its public half and signatures."""

    def __init__(self, secret: Ed25519PrivateKey) -> None:
        self._secret = secret

    @classmethod
    def new(cls) -> Self:
        """A key that nobody has had before."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key in a file. Raises ValueError for what is no Ed25519 key in PEM, OSError where it cannot be read."""
        try:
            secret = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} holds no signing key that can be read without a password") from error
        if not isinstance(secret, Ed25519PrivateKey):
            raise ValueError(f"{path} holds a key of another kind than Ed25519")  # noqa: TRY004 - of a file
        return cls(secret)

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public half."""
        return self._secret.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, 64 bytes; the same each time."""
        return self._secret.sign(message)

    def write(self, path: Path) -> None:
        """Keep the key in a new file that its owner alone may read. Raises FileExistsError where there is one already."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = self._secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        try:
            draft.write_bytes(text)
            # A link, not a rename: of two processes that make a key at once, the slower finds that of the other.
            os.link(draft, path)
        finally:
            draft.unlink()


def is_signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature is that of the public key over the message; no for whatever is no key and no signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
