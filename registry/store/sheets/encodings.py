"""Which characters a text file's bytes mean: byte order mark, then UTF-8, else a stated guess."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from registry.kernel.text import counted
from registry.store.sheets.shapes import SheetRefused
from registry.store.sheets.sources import Source

_CHUNK = 1 << 20
# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a person may say a file is written in, by Python's name for it.
ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252 (Western Europe)",
    "latin-1": "Latin-1 (ISO 8859-1)",
    "iso8859-15": "Latin-9 (ISO 8859-15)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp850": "Code page 850 (DOS)",
    "mac_roman": "Mac Roman",
    "utf-16": "UTF-16",
}
_LOST = "\ufffd"
_ESCAPED = re.compile("[\udc80-\udcff]")
_BEYOND = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to decode a file, and what has to be said about it."""

    name: str
    errors: str = "strict"
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Seen:
    broken: int = 0
    lost: int = 0
    beyond_ascii: int = 0
    nul: bool = False


def encoding_of(source: Source) -> Encoding:
    """Read the file once and decide. Raises SheetRefused for a file that is not text."""
    marked = next((name for mark, name in _MARKS if source.head(4).startswith(mark)), None)
    name = marked or _without_mark(source.head(4_096)) or "utf-8"
    seen = _seen_as(source, name)
    if seen.nul:
        raise SheetRefused(
            "The file holds NUL characters, so it is not a text file. "
            "Save it again as CSV (UTF-8) or as an Excel workbook."
        )
    if seen.broken == 0:
        guessed = () if marked or name == "utf-8" else (_guess(name),)
        return Encoding(name, "strict", guessed + _lost(seen.lost))
    if marked is None and name == "utf-8" and seen.beyond_ascii <= seen.broken:
        return _single_byte(source)
    said = (
        f"{counted(seen.broken, 'place')} in the file could not be read as {name.removesuffix('-sig').upper()} "
        f"and {'shows' if seen.broken == 1 else 'show'} as {_LOST}."
    )
    return Encoding(name, "replace", (said, *_lost(seen.lost)))


def stated_encoding(source: Source, name: str) -> Encoding:
    """The encoding a person chose, with a word on what it cannot read. Raises SheetRefused for one that is not known."""
    if name not in ENCODINGS:
        raise SheetRefused(f"The encoding “{name}” is not known here. Choose one of the list.")
    decoder = codecs.getincrementaldecoder("utf-8-sig" if name == "utf-8" else name)(errors="replace")
    lost = 0
    with source.open() as stream:
        for chunk in _chunks(stream):
            text = _piece(decoder, chunk, name)
            lost += text.count(_LOST)
            if "\0" in text:
                raise SheetRefused(
                    f"Read as {ENCODINGS[name]}, the file holds NUL characters. Choose another."
                )
    said = f"Read as {ENCODINGS[name]}, {counted(lost, 'place')} in the file cannot be read."
    return Encoding("utf-8-sig" if name == "utf-8" else name, "replace", (said,) if lost else ())


def decoded(source: Source, encoding: Encoding) -> str:
    """The whole text; for formats that cannot be read piece by piece."""
    with source.open() as stream:
        return stream.read().decode(encoding.name, encoding.errors)


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: in Western text every other byte is NUL."""
    pairs = len(head) // 2
    if pairs >= 4 and head[1::2].count(0) > pairs * 0.6 and 0 not in head[0::2]:
        return "utf-16-le"
    if pairs >= 4 and head[0::2].count(0) > pairs * 0.6 and 0 not in head[1::2]:
        return "utf-16-be"
    return None


def _seen_as(source: Source, name: str) -> _Seen:
    # Under surrogateescape every byte that is no UTF-8 becomes one of U+DC80 to U+DCFF, so what this reader cannot
    # read is told apart from the U+FFFD the file's writer left behind.
    errors = "surrogateescape" if name.startswith("utf-8") else "strict"
    decoder = codecs.getincrementaldecoder(name)(errors=errors)
    seen = _Seen()
    with source.open() as stream:
        for chunk in _chunks(stream):
            _count(seen, _piece(decoder, chunk, name))
    return seen


def _piece(decoder: codecs.IncrementalDecoder, chunk: bytes, name: str) -> str:
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeError as reason:
        raise SheetRefused(
            f"The file looks like {name.upper()} but is damaged. Save it again as UTF-8 and import that."
        ) from reason


def _count(seen: _Seen, text: str) -> None:
    seen.nul = seen.nul or "\0" in text
    if text.isascii():
        return
    seen.lost += text.count(_LOST)
    seen.broken += len(_ESCAPED.findall(text))
    seen.beyond_ascii += len(_BEYOND.findall(text))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
    yield b""


def _single_byte(source: Source) -> Encoding:
    """Windows-1252 leaves five bytes undefined; a file that uses them can only be Latin-1."""
    undefined = b"\x81\x8d\x8f\x90\x9d"
    with source.open() as stream:
        for chunk in _chunks(stream):
            if chunk.translate(None, undefined) != chunk:
                return Encoding("latin-1", "strict", (_guess("latin-1"),))
    return Encoding("cp1252", "strict", (_guess("cp1252"),))


def _guess(name: str) -> str:
    known = {"cp1252": "Windows-1252 (cp1252)", "latin-1": "Latin-1"}.get(name, name.upper())
    return (
        f"The file does not say its encoding and was read as {known}. "
        "If letters look wrong, save it as UTF-8 and import it again."
    )


def _lost(count: int) -> tuple[str, ...]:
    if count == 0:
        return ()
    were = (
        "was already lost before this file was written and shows"
        if count == 1
        else ("were already lost before this file was written and show")
    )
    return (f"{counted(count, 'character')} {were} as {_LOST}.",)
