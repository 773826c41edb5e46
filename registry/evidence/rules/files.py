"""Which files are taken as evidence, told by their bytes alone, and by what names they are shown."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FILE_NAME_LIMIT: Final = 200
# As much of a file's beginning and end as says what it is.
HEAD: Final = 4_096
TAIL: Final = 66_000
# No browser or reader looks further than this for what could make it take a file for another kind.
_LOOKED_AT: Final = 1_536
MOST_PARTS: Final = 5_000
# In bytes: MOST_PARTS with names longer than any office program gives.
MOST_DIRECTORY: Final = 1_000_000
MOST_UNPACKED: Final = 500_000_000
MOST_RATIO: Final = 200
_RATIO_MATTERS_FROM: Final = 10_000_000
_LONGEST_EXTENSION: Final = 10

WELCOME: Final = "Taken are PDF, PNG and JPEG, text in UTF-8 (plain, CSV, Markdown, JSON), and XLSX and DOCX without macros."
MARKUP: Final = (
    f"This is HTML, SVG or XML, which can carry programs, so it is not taken. Print it as PDF. {WELCOME}"
)
ARCHIVE: Final = f"This is an archive. Unpack it and send the files inside. {WELCOME}"
OLD_OFFICE: Final = f"This is an Office file of the old kind. Save it as XLSX, DOCX or PDF. {WELCOME}"
UNKNOWN: Final = f"What kind of file this is cannot be told. {WELCOME}"
DAMAGED: Final = "The file is damaged or cut off: its end is missing. Save it again and send that."
TWO_IN_ONE: Final = (
    "This file is of two kinds at once, so that programs would disagree on what it is. Print it as PDF anew."
)
NOT_UTF_8: Final = (
    "This text is not in UTF-8, or holds characters that no text has. Save it as UTF-8 and send that."
)
MACROS: Final = (
    "This document carries macros or controls. Save it without them, as XLSX or DOCX, or print it as PDF."
)
PROGRAM: Final = f"This is a program, and programs are not taken. {WELCOME}"
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
BOMB: Final = "This document would unpack to far more than it should. It is not taken. Print it as PDF."


def refuse_programs(head: bytes) -> None:
    """Raise Unwelcome for a program: to call it a text that is badly written would mislead."""
    if b"\0" in head and head.startswith(_PROGRAMS):
        raise Unwelcome(PROGRAM)


class FileType(StrEnum):
    """What a file is, found out from its bytes."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    TEXT = "text"
    JSON = "json"
    XLSX = "xlsx"
    DOCX = "docx"


_EXTENSIONS: Final[Mapping[FileType, tuple[str, ...]]] = {
    FileType.PDF: ("pdf",),
    FileType.PNG: ("png",),
    FileType.JPEG: ("jpg", "jpeg"),
    FileType.TEXT: ("txt", "csv", "tsv", "md", "markdown", "log", "text"),
    FileType.JSON: ("json", "txt"),
    FileType.XLSX: ("xlsx",),
    FileType.DOCX: ("docx",),
}
# A name that ends so promises what the file is not, if its bytes say that it is one of those taken.
_PROMISES: Final = (
    frozenset({"html", "htm", "xhtml", "svg", "xml", "zip", "exe", "js", "gz", "7z", "rar"})
    | frozenset({"xls", "doc", "xlsm", "docm", "xlsb"})
    | frozenset(end for ends in _EXTENSIONS.values() for end in ends)
)
_MARKUP: Final = (b"<!doctype", b"<html", b"<script", b"<svg", b"<body", b"<iframe", b"<?xml")
_MARKUP_IN_BINARY: Final = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<body", b"<iframe")
_ARCHIVES: Final = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
# What programs leave behind the end of a file, and every reader passes over.
_BLANK: Final = b"\x00\t\n\r "
_ZIP: Final = b"PK\x03\x04"
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_END_SIZE: Final = 22
_LOCATOR: Final = b"PK\x06\x07"
_LOCATOR_SIZE: Final = 20
_LONG_END: Final = b"PK\x06\x06"
_LONG_END_SIZE: Final = 56
_UNTEXTUAL: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_MAIN: Final = (
    (b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", FileType.XLSX),
    (b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", FileType.DOCX),
)
# Where the parts of a document lie: what stands elsewhere was put there by no office program.
_FOLDERS: Final[Mapping[FileType, str]] = {FileType.XLSX: "xl/", FileType.DOCX: "word/"}
_SHARED: Final = ("_rels/", "docProps/", "docMetadata/", "customXml/", "_xmlsignatures/", "[trash]/")
_LISTS: Final = ("[Content_Types].xml", "_rels/.rels")
_ACTIVE: Final = (b"macroenabled", b"vbaproject", b"activex", b"macrosheet")


class Unwelcome(ValueError):
    """A file that is not taken; the argument is the sentence that says why and what to do."""


class Shape(StrEnum):
    """What must be looked into further: the whole text, or the parts of an archive. Other files are known by their ends."""

    TEXT = "text"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an archive, as the archive declares it; sizes in bytes.

    `is_common` says that it is packed as office documents are: not at all, or deflated.
    """

    name: str
    size: int
    packed: int
    is_locked: bool = False
    is_common: bool = True


def told_by_ends(head: bytes, tail: bytes) -> FileType | Shape:
    """What a file is by its first and last bytes. Raises Unwelcome.

    `head` is its first HEAD bytes, `tail` its last TAIL. What another program could take for something else is
    refused: a file of one kind with markup at its beginning or an archive at its end.
    """
    if head.startswith(_ZIP):
        return Shape.ZIP
    if head.startswith(_OLE):
        raise Unwelcome(OLD_OFFICE)
    if head.startswith((*_ARCHIVES, b"PK")):
        raise Unwelcome(ARCHIVE)
    kind = _binary_kind(head, tail)
    if kind is None:
        _refuse_markup(head)
        return Shape.TEXT
    if any(mark in head[:_LOOKED_AT].lower() for mark in _MARKUP_IN_BINARY):
        raise Unwelcome(TWO_IN_ONE)
    return kind


def _binary_kind(head: bytes, tail: bytes) -> FileType | None:
    # Each with the end it must have: a file that is cut off proves nothing, and one that goes on may be two.
    if head.startswith(b"%PDF-"):
        return _whole(FileType.PDF, tail, tail.rstrip(_BLANK).endswith(b"%%EOF"))
    if head.startswith(_PNG):
        return _whole(FileType.PNG, tail, tail.endswith(_PNG_END))
    if head.startswith(b"\xff\xd8\xff"):
        return _whole(FileType.JPEG, tail, tail.rstrip(_BLANK).endswith(b"\xff\xd9"))
    return None


def _whole(kind: FileType, tail: bytes, ends_well: bool) -> FileType:
    # Unpacking programs look for the end of an archive anywhere here, whatever stands behind it.
    if _ZIP_END in tail:
        raise Unwelcome(TWO_IN_ONE)
    if not ends_well:
        raise Unwelcome(DAMAGED)
    return kind


def _refuse_markup(head: bytes) -> None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:_LOOKED_AT].lower()
    if text.startswith(b"<") or any(mark in text for mark in _MARKUP):
        raise Unwelcome(MARKUP)
    if b"%pdf-" in text:
        raise Unwelcome(TWO_IN_ONE)


def ends_as_zip(tail: bytes) -> bool:
    """Whether a file ends in the directory of an archive, so that an unpacking program would open it."""
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) < at + _ZIP_END_SIZE:
        return False
    comment = int.from_bytes(tail[at + 20 : at + _ZIP_END_SIZE], "little")
    return at + _ZIP_END_SIZE + comment == len(tail)


def refuse_directory(tail: bytes) -> None:
    """Hold the list of an archive's parts, as its end declares it, to what one of an office document may take.

    `tail` ends as an archive does. Raises Unwelcome before anything else of the archive is read.
    """
    at = tail.rfind(_ZIP_END)
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    long_at = at - _LOCATOR_SIZE - _LONG_END_SIZE
    if tail[max(0, at - _LOCATOR_SIZE) : at].startswith(_LOCATOR):
        # The end of a large archive stands before the ordinary one, and is what counts.
        if long_at < 0 or not tail[long_at:].startswith(_LONG_END):
            raise Unwelcome(DAMAGED)
        size = int.from_bytes(tail[long_at + 40 : long_at + 48], "little")
    if size > MOST_DIRECTORY:
        raise Unwelcome(BOMB)


def refuse_untextual(text: str) -> None:
    """Raise Unwelcome for a piece of text with characters that no text has."""
    if _UNTEXTUAL.search(text):
        raise Unwelcome(NOT_UTF_8)


def refuse_parts(parts: Sequence[Part]) -> None:
    """Hold an archive to what an office document may declare. Raises Unwelcome; nothing has been unpacked yet."""
    names = [part.name for part in parts]
    if "[Content_Types].xml" not in names:
        raise Unwelcome(ARCHIVE)
    unpacked = sum(part.size for part in parts)
    packed = max(1, sum(part.packed for part in parts))
    too_dense = unpacked > _RATIO_MATTERS_FROM and unpacked / packed > MOST_RATIO
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or too_dense:
        raise Unwelcome(BOMB)
    if any(part.is_locked for part in parts):
        raise Unwelcome("This document is locked with a password. Save it without one and send that.")
    if not all(part.is_common for part in parts):
        raise Unwelcome(DAMAGED)
    if len(set(names)) != len(names) or any(_leads_out(name) for name in names):
        raise Unwelcome(DAMAGED)
    if any(mark.decode() in name.lower() for name in names for mark in _ACTIVE):
        raise Unwelcome(MACROS)


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or "\x00" in name


def told_by_content_types(text: bytes) -> FileType:
    """Which document an archive is, by its list of content types. Raises Unwelcome."""
    lowered = text.lower()
    if any(mark in lowered for mark in _ACTIVE):
        raise Unwelcome(MACROS)
    if b"<!doctype" in lowered or b"<!entity" in lowered:
        raise Unwelcome(UNKNOWN)
    found = [kind for main, kind in _MAIN if main in lowered]
    if len(found) != 1:
        raise Unwelcome(ARCHIVE if not found else TWO_IN_ONE)
    return found[0]


def refuse_layout(names: Sequence[str], kind: FileType) -> None:
    """Raise Unwelcome for an archive that only calls itself a document: without its parts, or with others beside them."""
    folder = _FOLDERS[kind]
    known = all(name in _LISTS or name.startswith((folder, *_SHARED)) for name in names)
    whole = _LISTS[1] in names and any(name.startswith(folder) and name.endswith(".xml") for name in names)
    if not (known and whole):
        raise Unwelcome(ARCHIVE)


def refuse_name(raw: str) -> None:
    """Raise Unwelcome for a name that was made to do something, not to name something."""
    if _UNTEXTUAL.search(raw) or "\n" in raw or "\r" in raw:
        raise Unwelcome(
            "The file's name holds characters that no name has. Rename the file and send it again."
        )
    if ".." in re.split(r"[/\\]", raw):
        raise Unwelcome("The file's name leads out of its folder. Rename the file and send it again.")
    if len(raw) > FILE_NAME_LIMIT:
        raise Unwelcome(
            f"The file's name has more than {FILE_NAME_LIMIT} characters. Shorten it and send it again."
        )


def refuse_promise(name: str, kind: FileType) -> None:
    """Raise Unwelcome where a name ends as that of another kind of file: whoever opens it would be misled."""
    end = _extension(name)
    if end in _PROMISES and end not in _EXTENSIONS[kind]:
        says = f"The file is named .{end}, but what it holds is {said(kind)}. Name it for what it is and send it again."
        raise Unwelcome(says)


def shown_name(raw: str, kind: FileType) -> str:
    """The name as it is shown and downloaded: without folders and signs that nobody sees, ending as its kind does."""
    flat = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    seen = "".join(sign for sign in flat if unicodedata.category(sign)[0] != "C" and sign not in '"<>|:*?')
    name = " ".join(seen.split()).strip(". ") or "file"
    ends = _EXTENSIONS[kind]
    name = name if _extension(name) in ends else f"{name}.{ends[0]}"
    stem, _, end = name.rpartition(".")
    return f"{stem[: FILE_NAME_LIMIT - len(end) - 1]}.{end}"


def _extension(name: str) -> str:
    end = name.rpartition(".")[2].lower() if "." in name else ""
    return end if len(end) <= _LONGEST_EXTENSION else ""


def said(kind: FileType) -> str:
    """A kind of file in words."""
    return "text" if kind is FileType.TEXT else kind.value.upper()
