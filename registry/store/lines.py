"""Whether a text stands as a line of a file of any size: looked for where it lies, so that no process holds the file in memory."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# As Have I Been Pwned publishes its passwords: the SHA-1 in hexadecimal and how often it was met, in the order of the hashes.
_DIGEST: Final = re.compile(rb"[0-9A-Fa-f]{40}(?::\d+)?\r?(?:\n|\Z)")
_DIGITS: Final = 40
_KEY: Final = re.compile(rb"[0-9A-F]{40}")
# More than a digest and how often it was met.
_LINE: Final = 128
_BLOCK: Final = 1 << 20
_LOOKED_AT: Final = 256


class Unsorted(OSError):
    """A file of hashes that is not in their order, so that nothing would be found in it."""


def stands_in(place: Path, text: str) -> bool:
    """Whether the text is a line of the file, or its SHA-1 is where the file holds those. Raises OSError where there is no file."""
    with _opened(place) as data:
        if data.holds_digests:
            # Not for security: it is what such files are published in.
            digest = hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
            return _holds_sorted(data, digest.upper().encode())
        return _holds_line(data, text.encode("utf-8", "surrogatepass"))


def refuse_unsorted(place: Path) -> None:
    """Raise Unsorted where hashes do not follow one another, as far as a few hundred of them tell; OSError where there is no file."""
    with _opened(place) as data:
        if not data.holds_digests:
            return
        found = [data.line_around(data.size * part // _LOOKED_AT)[1] for part in range(_LOOKED_AT)]
        if found != sorted(found) or not all(map(_KEY.fullmatch, found)):
            raise Unsorted(f"{place} holds SHA-1 hashes that are not in their order: sort its lines.")


class _Held:
    """An open file, read piece by piece where it is needed.

    Not mapped into memory: a file that is written over while a map of it is read kills the process that reads.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    def read(self, at: int, count: int) -> bytes:
        return os.pread(self._descriptor, count, at)

    @property
    def holds_digests(self) -> bool:
        return _DIGEST.match(self.read(0, _LINE)) is not None

    def line_around(self, at: int) -> tuple[int, bytes, int]:
        """Where the line begins that holds this place, its first forty signs in capitals, and where the next one begins."""
        begins = max(0, at - _LINE)
        piece = self.read(begins, 2 * _LINE)
        start = piece.rfind(b"\n", 0, at - begins) + 1
        end = piece.find(b"\n", at - begins)
        next_one = begins + end + 1 if end >= 0 else self.size
        return begins + start, piece[start : start + _DIGITS].upper(), next_one


@contextmanager
def _opened(place: Path) -> Iterator[_Held]:
    with place.open("rb") as file:
        yield _Held(file.fileno())


def _holds_line(data: _Held, line: bytes) -> bool:
    wanted, at, piece = (b"\n" + line + b"\n", b"\n" + line + b"\r\n"), 0, b"\n"
    while block := data.read(at, _BLOCK):
        at += len(block)
        piece += block
        if any(each in piece for each in wanted):
            return True
        # As much as may be the beginning of it.
        piece = piece[-len(line) - 2 :]
    return any(each in piece + b"\n" for each in wanted)


def _holds_sorted(data: _Held, wanted: bytes) -> bool:
    low, high = 0, data.size
    while low < high:
        start, key, after = data.line_around((low + high) // 2)
        if key == wanted:
            return True
        if key > wanted:
            high = start
        else:
            low = after
    return False
