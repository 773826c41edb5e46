"""Blobs by SHA-256, written once, never overwritten, readable by the service alone."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from registry.kernel.errors import Refusal

_FOLDER = "files"
_CHUNK = 1 << 20
_DIGEST_SIGNS = frozenset("0123456789abcdef")


class FileTooLarge(Refusal):
    """More bytes arrived than one file may have."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was kept: the SHA-256 of the bytes, and how many they are."""

    sha256: str
    size: int


class Files:
    """The blobs under one data folder. Whoever keeps a digest decides how long its blob is needed."""

    def __init__(self, data_dir: str | os.PathLike[str]) -> None:
        self._folder = Path(data_dir) / _FOLDER

    def keep(self, stream: IO[bytes], *, limit: int) -> Stored:
        """Store everything the stream gives. Raises FileTooLarge past `limit` bytes; then nothing stays."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{secrets.token_hex(8)}"
        try:
            stored = _copied(stream, draft, limit)
            place = self.path(stored.sha256)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            # A rename is whole or not at all, so no reader ever meets half a file; equal bytes may replace equal bytes.
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        return stored

    def path(self, sha256: str) -> Path:
        """Where the bytes of this digest are. Raises ValueError for what is no digest."""
        if len(sha256) != 64 or not set(sha256) <= _DIGEST_SIGNS:
            raise ValueError("not a SHA-256")
        return self._folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return self.path(sha256).is_file()

    def drop(self, sha256: str) -> None:
        """Delete the bytes; harmless when they are gone."""
        self.path(sha256).unlink(missing_ok=True)

    def kept(self) -> Iterator[tuple[str, float]]:
        """Every blob with the instant it was written, in seconds since 1970."""
        for place in sorted(self._folder.glob("[0-9a-f][0-9a-f]/*")):
            if len(place.name) == 64:
                yield place.name, place.stat().st_mtime


def _copied(stream: IO[bytes], place: Path, limit: int) -> Stored:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise FileTooLarge(
                    f"The file has more than {limit / 1e6:,.0f} MB. Split it into smaller files."
                )
            digest.update(chunk)
            kept.write(chunk)
        kept.flush()
        os.fsync(kept.fileno())
    return Stored(digest.hexdigest(), size)
