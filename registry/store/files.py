"""Blobs by SHA-256, written once, never overwritten, readable by the service alone."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from registry.kernel import clock
from registry.kernel.errors import Refusal

_FOLDER = "files"
_CHUNK = 1 << 20
_DIGEST_SIGNS = frozenset("0123456789abcdef")


class FileTooLarge(Refusal):
    """More bytes arrived than one file may have."""


class FileDamaged(Refusal):
    """What is kept under a digest is not what the digest promises."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was kept: the SHA-256 of the bytes, and how many they are."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that has arrived and is not kept yet: where it is, its SHA-256, and how many bytes it has."""

    path: Path
    sha256: str
    size: int


class Files:
    """The blobs under one data folder, or in one room of it. Whoever keeps a digest decides how long its blob is needed.

    A room has blobs of its own: what one feature sweeps out, another one's are not among.
    """

    def __init__(self, data_dir: str | os.PathLike[str], room: str = "") -> None:
        self._folder = Path(data_dir) / _FOLDER / room

    def keep(self, stream: IO[bytes], *, limit: int) -> Stored:
        """Store everything the stream gives. Raises FileTooLarge past `limit` bytes; then nothing stays.

        On return the bytes and their names are on the disk, so that no row ever speaks of a file that a power cut took.
        """
        with self.drafted(stream, limit=limit) as draft:
            place = self._place_for(draft)
            # A rename is whole or not at all, so no reader ever meets half a file; equal bytes may replace equal bytes.
            draft.path.replace(place)
            self._hold(place)
            return Stored(draft.sha256, draft.size)

    @contextmanager
    def drafted(self, stream: IO[bytes], *, limit: int) -> Iterator[Draft]:
        """Everything the stream gives, in a file to be looked at; gone after the block unless it was kept.

        Raises FileTooLarge past `limit` bytes; then nothing stays.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{secrets.token_hex(8)}"
        try:
            stored = _copied(stream, draft, limit)
            yield Draft(draft, stored.sha256, stored.size)
        finally:
            draft.unlink(missing_ok=True)

    def keep_once(self, draft: Draft) -> Stored:
        """Keep a draft for good, as surely as keep(). What is there already stays; raises FileDamaged where it is not the same."""
        place = self._place_for(draft)
        try:
            # A link is made or refused in one step, so of two who keep the same at once neither overwrites the other.
            os.link(draft.path, place)
        except FileExistsError:
            if not self.is_whole(draft.sha256):
                says = "The registry holds this file already, but it is damaged there. Tell an administrator: registry evidence verify names it."
                raise FileDamaged(says) from None
        self._hold(place)
        return Stored(draft.sha256, draft.size)

    def is_whole(self, sha256: str) -> bool:
        """Whether the bytes of this digest are here and are what it promises."""
        if not self.has(sha256):
            return False
        with self.path(sha256).open("rb") as kept:
            return hashlib.file_digest(kept, "sha256").hexdigest() == sha256

    def sweep_drafts(self, *, older_than: float) -> int:
        """Delete what arrived that many seconds ago and was never kept: its request died. Gives back how many."""
        since, swept = clock.now().timestamp() - older_than, 0
        for draft in self._folder.glob(".[0-9a-f]*"):
            try:
                if draft.is_file() and draft.stat().st_mtime < since:
                    draft.unlink()
                    swept += 1
            except FileNotFoundError:
                continue
        return swept

    def _hold(self, place: Path) -> None:
        for folder in (place.parent, self._folder):
            _write_through(folder)

    def _place_for(self, draft: Draft) -> Path:
        place = self.path(draft.sha256)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        return place

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

    def clear(self) -> None:
        """Delete the room with everything in it; harmless when it is gone."""
        shutil.rmtree(self._folder, ignore_errors=True)

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


def _write_through(folder: Path) -> None:
    """Have the names in a folder on the disk, and not only in the memory of the machine."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
