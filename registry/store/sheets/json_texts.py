"""JSON and JSON lines to a sheet, numbers kept as they are written."""

import json
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from typing import Any

from registry.store.sheets.documents import columns_of, document_row, sheet_of, too_many_values
from registry.store.sheets.encodings import Encoding, decoded
from registry.store.sheets.headings import distinct
from registry.store.sheets.rows import row_of
from registry.store.sheets.shapes import Limits, Record, Row, Sheet, SheetRefused
from registry.store.sheets.sources import Source


class _Objects:
    """Keeps a name given twice in one object, which JSON readers drop without a word."""

    def __init__(self, limits: Limits) -> None:
        self.repeated = 0
        self._most = limits.columns

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                self.repeated += 1
                if self.repeated > self._most:
                    raise SheetRefused("The file gives the same field names over and over in one object.")
            found[distinct(name, found)] = value
        return found


def json_sheet(source: Source, encoding: Encoding, sheet: str | None, limits: Limits) -> Sheet:
    """A sheet of a JSON document, or of JSON lines when the text turns out to be those."""
    text = decoded(source, encoding)
    too_many_values(sum(text.count(mark) for mark in "{[,"), limits)
    objects = _Objects(limits)
    try:
        document = _parsed(text, objects)
    except json.JSONDecodeError as reason:
        if reason.msg == "Extra data" and _is_object(text.lstrip().partition("\n")[0]):
            return json_lines_sheet(source, encoding, limits)
        raise SheetRefused(f"The file is not valid JSON (line {reason.lineno}: {reason.msg}).") from reason
    except RecursionError as reason:
        raise SheetRefused("The JSON is nested too deeply to be a list of records.") from reason
    said = (
        ("A field name is given twice in one object; the second is called “name (2)”.",)
        if objects.repeated
        else ()
    )
    return sheet_of("json", document, encoding, limits, sheet=sheet, said=said)


def json_lines_sheet(source: Source, encoding: Encoding, limits: Limits) -> Sheet:
    """A sheet of JSON lines, read twice: for the field names, then for the rows."""
    items = (item for _, item, _ in _items(source, encoding, limits))
    columns = columns_of((item for item in items if isinstance(item, Mapping)), limits)
    if not columns:
        raise SheetRefused("No line of the file is a JSON object. Give one object per line.")
    rows = _line_rows(source, encoding, columns, limits)
    return Sheet("jsonl", columns, rows, encoding.name, None, (), None, encoding.warnings)


def _line_rows(source: Source, encoding: Encoding, columns: tuple[str, ...], limits: Limits) -> Iterator[Row]:
    for count, (number, item, line) in enumerate(_items(source, encoding, limits)):
        if count >= limits.rows:
            raise SheetRefused(f"The file has more than {limits.rows:,} lines. Split it into smaller files.")
        if isinstance(item, _Unread):
            record = Record(number, [line], number, ((f"The line is not valid JSON ({item.reason}).", True),))
            yield row_of(record, columns, limits)
        else:
            yield document_row(number, item, columns, limits, number)


class _Unread:
    def __init__(self, reason: str) -> None:
        self.reason = reason


def _items(source: Source, encoding: Encoding, limits: Limits) -> Iterator[tuple[int, Any, str]]:
    with TextIOWrapper(source.open(), encoding.name, encoding.errors, newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            text = line.strip()
            if not text:
                continue
            too_many_values(sum(text.count(mark) for mark in "{[,"), limits)
            try:
                yield number, _parsed(text, _Objects(limits)), text
            except json.JSONDecodeError as reason:
                yield number, _Unread(reason.msg), text
            except RecursionError:
                yield number, _Unread("nested too deeply"), text


def _parsed(text: str, objects: _Objects) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=objects)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
