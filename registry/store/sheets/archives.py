"""Zip files looked over before a workbook reader opens them: size unpacked, parts, ratio, declared entities."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from registry.store.sheets.shapes import Limits, SheetRefused

_CHUNK = 1 << 20
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_RATIO_MATTERS_FROM = 10_000_000
_DAMAGED = (
    "The workbook is damaged and cannot be unpacked. Open it in a spreadsheet, save it again and import that."
)


def kind_of_archive(stream: BinaryIO, limits: Limits) -> str:
    """What a zip file holds: "xlsx", "xlsb" or "ods". Raises SheetRefused for bombs, entities, damage and other archives."""
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_size(archive, limits)
            kind = _kind(archive)
            for part in archive.infolist():
                _check_part(archive, part)
            return kind
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as reason:
        raise SheetRefused(_DAMAGED) from reason
    except RuntimeError as reason:
        raise SheetRefused(
            "The workbook is protected by a password. Save it without one and import that."
        ) from reason


def _check_size(archive: zipfile.ZipFile, limits: Limits) -> None:
    parts = archive.infolist()
    if len(parts) > limits.parts:
        raise SheetRefused(f"The workbook has {len(parts):,} parts; at most {limits.parts:,} are unpacked.")
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    too_dense = unpacked > _RATIO_MATTERS_FROM and unpacked / packed > limits.unpacked_ratio
    if unpacked > limits.unpacked_bytes or too_dense:
        raise SheetRefused(
            f"The workbook would unpack to {unpacked / 1e6:,.0f} MB, which is more than is read from one file. "
            "Save only the sheet that is needed, or as CSV."
        )


def _kind(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names or any(name.lower() == "xl/workbook.xml" for name in names):
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names and archive.read("mimetype")[:60].startswith(
        b"application/vnd.oasis.opendocument.spreadsheet"
    ):
        return "ods"
    raise SheetRefused("This is a zip archive, but not a workbook. Unpack it and import the file inside.")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Entities multiply text; no spreadsheet program writes any."""
    if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
        return
    tail = b""
    for chunk in _chunks(archive, part):
        joined = tail + chunk
        if any(declaration in joined for declaration in _DECLARATIONS):
            raise SheetRefused(
                "The workbook declares XML entities, which no spreadsheet program writes. It is not read. "
                "Open it in a spreadsheet, save it again and import that."
            )
        tail = joined[-len(_DECLARATIONS[0]) :]


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
