"""What a file is, found out from its bytes: read once, unpacked never further than its list of contents."""

import codecs
import json
import struct
import zipfile
import zlib
from pathlib import Path

from registry.evidence.rules import files as rules
from registry.evidence.rules import pictures
from registry.evidence.rules.files import FileType, Part, Shape, Unwelcome

_CHUNK = 1 << 20
_LONGEST_LIST = 1_000_000
# The longest that JSON has besides texts and numbers: an escaped sign, or "false".
_LONGEST_WORD = 8
# What reading a damaged archive raises; ValueError for names that are not in the encoding they declare.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    ValueError,
)


def type_of(place: Path) -> FileType:
    """What kind of file this is. Raises Unwelcome with the sentence that says why it is not taken."""
    with place.open("rb") as file:
        head = file.read(rules.HEAD)
        size = file.seek(0, 2)
        file.seek(max(0, size - rules.TAIL))
        tail = file.read(rules.TAIL)
    found = rules.told_by_ends(head, tail)
    if found is Shape.ZIP:
        return _document(place, tail)
    if found is Shape.TEXT:
        rules.refuse_programs(head)
        return _text(place, tail)
    _refuse_huge(place, head, FileType(found))
    return FileType(found)


def _refuse_huge(place: Path, head: bytes, kind: FileType) -> None:
    if kind is FileType.PNG:
        pictures.refuse_huge_png(head)
    elif kind is FileType.JPEG:
        with place.open("rb") as file:

            def read(at: int, most: int) -> bytes:
                file.seek(at)
                return file.read(most)

            pictures.refuse_huge_jpeg(read)


def _text(place: Path, tail: bytes) -> FileType:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        with place.open("rb") as file:
            while chunk := file.read(_CHUNK):
                rules.refuse_untextual(decoder.decode(chunk))
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as reason:
        raise Unwelcome(rules.NOT_UTF_8) from reason
    return FileType.JSON if _is_json(place, tail) else FileType.TEXT


def _is_json(place: Path, tail: bytes) -> bool:
    """Whether a text is JSON: all of it, or, where it is long, as much of its beginning as is looked at, and its end."""
    with place.open("rb") as file:
        begins = file.read(_CHUNK)
        goes_on = bool(file.read(1))
    if not tail.rstrip().endswith((b"}", b"]")):
        return False
    text = begins.removeprefix(codecs.BOM_UTF8).decode(errors="ignore").strip()
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError as reason:
        # Cut off where the chunk ends: inside a text, or at most a few signs into what cannot be told yet.
        cut = reason.msg.startswith("Unterminated") or reason.pos > len(text) - _LONGEST_WORD
        return goes_on and cut
    except (ValueError, RecursionError):
        return False
    return not goes_on


def _document(place: Path, tail: bytes) -> FileType:
    if not rules.ends_as_zip(tail):
        raise Unwelcome(rules.DAMAGED)
    # The list of parts is read whole when the archive is opened, so its size is asked first.
    rules.refuse_directory(tail)
    try:
        with zipfile.ZipFile(place) as archive:
            parts = archive.infolist()
            rules.refuse_parts([_part(each) for each in parts])
            # What the archive declares may be a lie: no more is unpacked than such a list ever has.
            with archive.open("[Content_Types].xml") as listed:
                text = listed.read(_LONGEST_LIST + 1)
    except Unwelcome:
        raise
    except _DAMAGED as reason:
        raise Unwelcome(rules.DAMAGED) from reason
    if len(text) > _LONGEST_LIST:
        raise Unwelcome(rules.BOMB)
    kind = rules.told_by_content_types(text)
    rules.refuse_layout([each.filename for each in parts], kind)
    return kind


def _part(info: zipfile.ZipInfo) -> Part:
    packing = info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    locked = bool(info.flag_bits & 1)
    return Part(info.filename, info.file_size, info.compress_size, is_locked=locked, is_common=packing)
