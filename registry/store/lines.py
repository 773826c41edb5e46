"""Whether a text stands as a line of a file of any size: looked for where it lies, so that no process holds the file in memory."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

# As Have I Been Pwned publishes its passwords: the SHA-1 in hexadecimal and how often it was met, in the order of the hashes.
_DIGEST: Final = re.compile(rb"[0-9A-Fa-f]{40}(?::\d+)?\r?(?:\n|\Z)")
_DIGITS: Final = 40
_LOOKED_AT: Final = 256


class Unsorted(OSError):
    """A file of hashes that is not in their order, so that nothing would be found in it."""


def stands_in(place: Path, text: str) -> bool:
    """Whether the text is a line of the file, or its SHA-1 is where the file holds those. Raises OSError where there is no file."""
    with _opened(place) as data:
        if _DIGEST.match(data):
            # Not for security: it is what such files are published in.
            digest = hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
            return _holds_sorted(data, digest.upper().encode())
        return _holds_line(data, text.encode("utf-8", "surrogatepass"))


def refuse_unsorted(place: Path) -> None:
    """Raise Unsorted where hashes do not follow one another, as far as a few hundred of them tell; OSError where there is no file."""
    with _opened(place) as data:
        if not _DIGEST.match(data):
            return
        found = [_key(data, _start(data, len(data) * part // _LOOKED_AT, 0)) for part in range(_LOOKED_AT)]
        if found != sorted(found) or not all(_DIGEST.match(key) for key in found):
            raise Unsorted(f"{place} holds SHA-1 hashes that are not in their order: sort its lines.")


@contextmanager
def _opened(place: Path) -> Iterator[mmap | bytes]:
    with place.open("rb") as file:
        if not file.read(1):
            yield b""
            return
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            yield data


def _holds_line(data: mmap | bytes, line: bytes) -> bool:
    at = data.find(line)
    while at >= 0:
        end = at + len(line)
        begins = at == 0 or data[at - 1 : at] == b"\n"
        if begins and (end == len(data) or data[end : end + 1] == b"\n" or data[end : end + 2] == b"\r\n"):
            return True
        at = data.find(line, at + 1)
    return False


def _holds_sorted(data: mmap | bytes, wanted: bytes) -> bool:
    low, high = 0, len(data)
    while low < high:
        middle = (low + high) // 2
        start = _start(data, middle, low)
        key = _key(data, start)
        if key == wanted:
            return True
        if key > wanted:
            high = start
        else:
            end = data.find(b"\n", middle)
            low = end + 1 if end >= 0 else len(data)
    return False


def _start(data: mmap | bytes, at: int, low: int) -> int:
    """Where the line begins that holds this place; `low` is where some line before it does."""
    return max(low, data.rfind(b"\n", low, at) + 1)


def _key(data: mmap | bytes, start: int) -> bytes:
    return data[start : start + _DIGITS].upper()
