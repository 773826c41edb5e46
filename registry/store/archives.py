"""Archives: many parts in one file that says by its own SHA-256 whether a single byte of it has changed.

The file is a ZIP that any tool opens. Its comment, the last 64 characters, is the SHA-256 of everything before.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final, Self

from registry.kernel.errors import Refusal

_SEAL: Final = 64
_CHUNK: Final = 1 << 20
_QUICK: Final = 1


class ArchiveRefused(Refusal):
    """The file is not an archive that was written whole and has stayed as it was; the message says why."""


class ArchiveWriter:
    """A new archive, readable by its owner alone, that is there whole or not at all. Never written over another file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}.part")

    def __enter__(self) -> Self:
        if self._path.exists():
            raise ArchiveRefused(f"{self._path.name} is there already. Name a new file.")
        handle = os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: IO[bytes] = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK)
        return self

    def add(self, name: str, pieces: Iterable[bytes]) -> str:
        """Write one part as its pieces come; gives back its SHA-256."""
        digest = hashlib.sha256()
        with self._zip.open(name, "w", force_zip64=True) as part:
            for piece in pieces:
                digest.update(piece)
                part.write(piece)
        return digest.hexdigest()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._zip.comment = b"0" * _SEAL
            self._zip.close()
            if kind is None:
                self._seal()
                os.fsync(self._file.fileno())
                # A link is refused where a name is taken, also by somebody who was quicker.
                os.link(self._draft, self._path)
        except FileExistsError as error:
            raise ArchiveRefused(f"{self._path.name} is there already. Name a new file.") from error
        finally:
            self._file.close()
            self._draft.unlink(missing_ok=True)

    def _seal(self) -> None:
        self._file.flush()
        seal = _digest_before_seal(self._file)
        self._file.seek(-_SEAL, os.SEEK_END)
        self._file.write(seal)
        self._file.flush()


class ArchiveReader:
    """An archive whose every byte was found to be as it was written."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises ArchiveRefused for anything else, before any of it is believed."""
        file.seek(0, os.SEEK_END)
        if file.tell() <= _SEAL:
            raise ArchiveRefused("This is no backup: it is too short for one.")
        found = _digest_before_seal(file)
        file.seek(-_SEAL, os.SEEK_END)
        said = file.read(_SEAL)
        if said != found:
            raise ArchiveRefused(
                "This is no backup, or it was changed or cut off: the SHA-256 at its end is not that of its content."
            )
        self.seal = said.decode("ascii")
        try:
            self._zip = zipfile.ZipFile(file)
        except zipfile.BadZipFile as error:
            raise ArchiveRefused(f"This is no backup: {error}.") from error

    @property
    def names(self) -> frozenset[str]:
        """The names of the parts."""
        return frozenset(self._zip.namelist())

    def open(self, name: str) -> IO[bytes]:
        """One part, to be read once. Raises ArchiveRefused where there is none."""
        try:
            return self._zip.open(name)
        except KeyError as error:
            raise ArchiveRefused(f"The backup lacks a part: {name}.") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of one part."""
        with self.open(name) as part:
            yield from part


def _digest_before_seal(file: IO[bytes]) -> bytes:
    file.seek(0, os.SEEK_END)
    left, digest = file.tell() - _SEAL, hashlib.sha256()
    file.seek(0)
    while left:
        piece = file.read(min(_CHUNK, left))
        digest.update(piece)
        left -= len(piece)
    return digest.hexdigest().encode("ascii")
