"""Rows to CSV, guarded against formula injection, and to workbooks."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO, Any, Final

from xlsxwriter import Workbook

Cell = str | int | float | bool | date | None

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take as the start of a formula, full-width forms included (OWASP, CSV Injection)."""

_GUARD: Final = "'"
_SHEET_WIDTH: Final = 22


def as_of(
    day: date | None, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
    """A table as of a past day, with that day in front of every row; as it is without one.

    What is copied out of such a file still says of when it is, and a program reads it as any other column.
    """
    if day is None:
        return header, rows
    return ["As of", *header], ([day, *row] for row in rows)


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as one CSV text in UTF-8 with a byte order mark; see `write_csv`."""
    file = io.BytesIO()
    write_csv(file, header, rows)
    return file.getvalue()


def write_csv(
    file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]], *, marked: bool = True
) -> int:
    """Write the rows as CSV (RFC 4180) in UTF-8 as they come, and say how many there were.

    With `marked`, a byte order mark makes spreadsheets read it as UTF-8. Text that a spreadsheet would run as a
    formula gets an apostrophe in front; so does text that already begins with an apostrophe, so that reading the file
    back with `unguarded` gives every cell exactly as it was. Numbers stay numbers, dates are written as 2026-11-30,
    True and False are "yes" and "no", None is an empty cell. Raises ValueError for a row of another length.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig" if marked else "utf-8", errors="replace", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(cell) for cell in header])
    count = 0
    for row in rows:
        _refuse_length(header, row)
        writer.writerow([_written(cell) for cell in row])
        count += 1
    text.flush()
    # The file is the caller's to close.
    text.detach()
    return count


def write_xlsx(file: IO[bytes], title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write the rows as a workbook of one sheet, a row in memory at a time, and say how many there were.

    Text stays text: it never becomes a formula, a number or a link. Dates are dates. Raises ValueError for a row of
    another length.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with Workbook(file, options) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, _SHEET_WIDTH)
        bold = book.add_format({"bold": True})
        for place, heading in enumerate(header):
            sheet.write_string(0, place, heading, bold)
        count = 0
        for count, row in enumerate(rows, start=1):
            _refuse_length(header, row)
            for place, cell in enumerate(row):
                _put(sheet, count, place, cell)
        sheet.autofilter(0, 0, count, len(header) - 1)
    return count


def _put(sheet: Any, row: int, place: int, cell: Cell) -> None:
    if isinstance(cell, bool):
        sheet.write_string(row, place, "yes" if cell else "no")
    elif isinstance(cell, str):
        sheet.write_string(row, place, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell)
    elif cell is not None:
        sheet.write_number(row, place, cell)


def _refuse_length(header: Sequence[str], row: Sequence[Cell]) -> None:
    if len(row) != len(header):
        raise ValueError(f"a row has {len(row)} cells under {len(header)} headings")


def guarded(text: str) -> str:
    """The text as it may stand in a spreadsheet cell."""
    return _GUARD + text if text.lstrip(" ").startswith((*_STARTS_A_FORMULA, _GUARD)) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given. A file written elsewhere loses an apostrophe only where one guards."""
    if text.startswith(_GUARD) and text[1:].lstrip(" ").startswith((*_STARTS_A_FORMULA, _GUARD)):
        return text[1:]
    return text


def _written(cell: Cell) -> str | int | float:
    if isinstance(cell, date):
        return cell.isoformat()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return guarded(cell) if isinstance(cell, str) else cell
