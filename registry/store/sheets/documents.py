"""A parsed JSON or YAML document to a sheet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.kernel.text import counted
from registry.store.sheets.encodings import Encoding
from registry.store.sheets.flattening import flat, text_of, unfolded
from registry.store.sheets.rows import row_of
from registry.store.sheets.shapes import Limits, Record, Row, Sheet, SheetRefused

_NO_RECORDS = "The file holds no records. Give a list of objects, one per system."


def sheet_of(
    kind: str,
    document: Any,
    encoding: Encoding,
    limits: Limits,
    *,
    sheet: str | None,
    said: Sequence[str] = (),
) -> Sheet:
    """A sheet of the document's records. Raises SheetRefused when it holds none."""
    records, names, taken = unfolded(document, sheet)
    if len(records) > limits.rows:
        raise SheetRefused(f"The file has more than {limits.rows:,} records. Split it into smaller files.")
    columns = columns_of((record for record in records if isinstance(record, Mapping)), limits)
    if not columns:
        raise SheetRefused(_NO_RECORDS)
    warnings = [*encoding.warnings, *said]
    if taken is not None and len(names) > 1:
        others = ", ".join(f"“{name}”" for name in names[:10] if name != taken)
        warnings.append(f"Only the list “{taken}” is read; the file also holds {others}.")
    if isinstance(document, Mapping) and taken is None:
        warnings.append("The file holds no list of records and is read as one record.")
    rows = _rows(records, columns, limits)
    return Sheet(kind, columns, rows, encoding.name, None, names, None, tuple(warnings), sheet=taken)


def columns_of(records: Iterator[Mapping[str, Any]], limits: Limits) -> tuple[str, ...]:
    """Every field name in the order of first appearance."""
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(flat(record, limits)))
        if len(names) > limits.columns:
            raise SheetRefused(
                f"The records have more than {limits.columns:,} different fields, which is more than are read. "
                "Check that the file is a list of records of one kind."
            )
    return tuple(names)


def document_row(
    number: int, item: Any, columns: Sequence[str], limits: Limits, line: int | None = None
) -> Row:
    """One record as a row; anything that is no object is a row refused with the reason."""
    if isinstance(item, Mapping):
        cells = flat(item, limits)
        return row_of(Record(number, [cells.get(column, "") for column in columns], line), columns, limits)
    said = f"This entry is not an object with named fields but {_named(item)}."
    return row_of(Record(number, [text_of(item)], line, ((said, True),)), columns, limits)


def _rows(records: Sequence[Any], columns: Sequence[str], limits: Limits) -> Iterator[Row]:
    for number, item in enumerate(records, start=1):
        if item is None or item == {}:
            continue
        yield document_row(number, item, columns, limits)


def _named(item: Any) -> str:
    if isinstance(item, list):
        return f"a list of {counted(len(item), 'value')}"
    return "a plain value"


def too_many_values(count: int, limits: Limits) -> None:
    """Refuse a document of more values than memory is meant for."""
    if count > limits.document_values:
        raise SheetRefused(
            f"The file holds more than {limits.document_values:,} values. Split it, or save it as CSV."
        )
