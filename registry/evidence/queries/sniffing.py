"""What a file is, found out from its bytes: read once, unpacked never further than its list of contents."""

import codecs
import json
import struct
import zipfile
import zlib
from pathlib import Path

from registry.evidence.rules import files as rules
from registry.evidence.rules.files import FileType, Part, Shape, Unwelcome

_CHUNK = 1 << 20
_LONGEST_LIST = 1_000_000
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
        return _text(place)
    return FileType(found)


def _text(place: Path) -> FileType:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        with place.open("rb") as file:
            while chunk := file.read(_CHUNK):
                rules.refuse_untextual(decoder.decode(chunk))
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as reason:
        raise Unwelcome(rules.NOT_UTF_8) from reason
    return FileType.JSON if _is_json(place) else FileType.TEXT


def _is_json(place: Path) -> bool:
    text = place.read_bytes().removeprefix(codecs.BOM_UTF8).strip()
    if not text.startswith((b"{", b"[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _document(place: Path, tail: bytes) -> FileType:
    if not rules.ends_as_zip(tail):
        raise Unwelcome(rules.DAMAGED)
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
    return rules.told_by_content_types(text)


def _part(info: zipfile.ZipInfo) -> Part:
    packing = info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    locked = bool(info.flag_bits & 1)
    return Part(info.filename, info.file_size, info.compress_size, is_locked=locked, is_common=packing)
