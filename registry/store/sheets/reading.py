"""read(): what kind of file it is, and the reader for that kind."""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import PurePath

from registry.store.sheets import dialects
from registry.store.sheets.archives import kind_of_archive
from registry.store.sheets.encodings import encoding_of, stated_encoding
from registry.store.sheets.headings import SAMPLE, column_names, heading_of
from registry.store.sheets.json_texts import json_lines_sheet, json_sheet
from registry.store.sheets.naming import misnamed
from registry.store.sheets.rows import rows_of
from registry.store.sheets.separated import SeparatedText
from registry.store.sheets.shapes import Limits, Record, Row, Sheet, SheetRefused
from registry.store.sheets.sources import Source
from registry.store.sheets.workbooks import Workbook
from registry.store.sheets.yaml_texts import yaml_sheet

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What people choose by mistake, by its first bytes.
_OTHER_KINDS = (
    (b"PK\x05\x06", "an empty zip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "an RTF document"),
)
_JSON = frozenset({".json"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_YAML = frozenset({".yaml", ".yml"})
_SEPARATED = frozenset({".csv", ".tsv", ".tab", ".txt", ".psv"})
_READ = "CSV, XLSX, XLS, ODS, JSON, JSON lines and YAML are read"


def read(
    path_or_bytes: bytes | str | os.PathLike[str],
    filename: str = "",
    *,
    sheet: str | None = None,
    heading_row: int | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> Sheet:
    """Open a file as a sheet. Text files are streamed: their rows are read while they are walked.

    `sheet` names a worksheet, or the list to take from a JSON or YAML object; `heading_row` is the row that holds the
    headings, counted as a spreadsheet counts; `encoding` is what a text file is written in, guessed when it is not
    said. A file is read by what it holds; where its name says otherwise, the first of the warnings tells.
    Raises SheetRefused for a whole file that is not read, here or while
    the rows are walked, and nothing else whatever the bytes are.
    """
    limits = limits or Limits()
    source = Source(path_or_bytes, limits)
    name = filename or ("" if isinstance(path_or_bytes, bytes | bytearray) else os.fspath(path_or_bytes))
    suffix = PurePath(name).suffix.lower()
    head = source.head(512)
    if head.startswith((_ZIP, _OLE)):
        opened = _workbook(source, head, sheet, heading_row, limits)
    else:
        _refuse_other_kinds(head)
        opened = _text(source, head, name, sheet, heading_row, encoding, limits)
    return replace(opened, warnings=(*misnamed(suffix, opened), *opened.warnings))


def _text(
    source: Source,
    head: bytes,
    name: str,
    sheet: str | None,
    heading_row: int | None,
    encoding: str | None,
    limits: Limits,
) -> Sheet:
    found = stated_encoding(source, encoding) if encoding else encoding_of(source)
    suffix = PurePath(name).suffix.lower()
    if suffix in _YAML:
        return yaml_sheet(source, found, sheet, limits)
    if suffix in _JSON_LINES:
        return json_lines_sheet(source, found, limits)
    if suffix in _JSON or (
        suffix not in _SEPARATED and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    ):
        return json_sheet(source, found, sheet, limits)
    text = SeparatedText(source, found, name, limits)
    return _tabular(
        text,
        heading_row,
        limits,
        kind="tsv" if text.delimiter == "\t" else "csv",
        encoding=found.name,
        dialect=dialects.NAMES[text.delimiter],
        said=found.warnings,
    )


def _workbook(
    source: Source, head: bytes, sheet: str | None, heading_row: int | None, limits: Limits
) -> Sheet:
    kind = "xls"
    if head.startswith(_ZIP):
        with source.open() as stream:
            kind = kind_of_archive(stream, limits)
    workbook = Workbook(source, sheet, limits)
    return _tabular(
        workbook,
        heading_row,
        limits,
        kind=kind,
        sheet_names=workbook.sheet_names,
        hidden=workbook.hidden,
        taken=workbook.sheet,
        said=workbook.warnings,
    )


def _tabular(
    text: SeparatedText | Workbook,
    heading_row: int | None,
    limits: Limits,
    *,
    kind: str,
    encoding: str | None = None,
    dialect: str | None = None,
    sheet_names: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
    taken: str | None = None,
    said: tuple[str, ...] = (),
) -> Sheet:
    heading, about = _heading(text, heading_row)
    columns, named = column_names(heading.cells, limits)
    rows = _rows(text, columns, heading.number, limits)
    warnings = (*said, *about, *named)
    number = heading.number
    return Sheet(kind, columns, rows, encoding, dialect, sheet_names, number, warnings, hidden, taken)


def _heading(text: SeparatedText | Workbook, heading_row: int | None) -> tuple[Record, tuple[str, ...]]:
    if heading_row is not None:
        for record in text.records():
            if record.number == heading_row and any(cell.strip() for cell in record.cells):
                return record, ()
        raise SheetRefused(f"Row {heading_row} is blank or missing, so it cannot hold the headings.")
    sample = list(islice(text.records(), SAMPLE))
    place, looks_right = heading_of(sample)
    if place is None:
        raise SheetRefused(
            f"The first {SAMPLE} rows of the file are blank. Check that this is the right file."
        )
    heading = sample[place]
    said = tuple(f"Row {heading.number}, the headings: {message}" for message, _ in heading.flaws)
    if not looks_right:
        taken = f"No row looks like headings; row {heading.number} was taken. Say which row holds them."
        return heading, (*said, taken)
    above = sum(1 for record in sample[:place] if any(cell.strip() for cell in record.cells))
    if above == 0:
        return heading, said
    stand = "row above them is" if above == 1 else "rows above them are"
    return heading, (*said, f"The headings are in row {heading.number}; {above} {stand} not read as data.")


def _rows(
    text: SeparatedText | Workbook, columns: tuple[str, ...], heading: int, limits: Limits
) -> Iterator[Row]:
    records = text.records(len(columns)) if isinstance(text, SeparatedText) else text.records()
    yield from rows_of(records, columns, heading, limits)


def _refuse_other_kinds(head: bytes) -> None:
    for mark, kind in _OTHER_KINDS:
        if head.startswith(mark):
            raise SheetRefused(f"This is {kind}. {_READ}.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise SheetRefused(f"This is a web page, perhaps a sign-in page saved in place of the file. {_READ}.")
    if start.startswith(b"<?xml"):
        raise SheetRefused(f"This is an XML file. {_READ}; save it as one of these.")
