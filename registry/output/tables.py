"""Rows to CSV, guarded against formula injection."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

Cell = str | int | float | bool | None

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take as the start of a formula, full-width forms included (OWASP, CSV Injection)."""

_GUARD: Final = "'"
_BYTE_ORDER_MARK: Final = "\ufeff"


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as CSV (RFC 4180) in UTF-8 with a byte order mark, so that spreadsheets read it as UTF-8.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; so does text that already begins with
    an apostrophe, so that reading the file back with `unguarded` gives every cell exactly as it was. Numbers stay
    numbers, True and False are "yes" and "no", None is an empty cell. Raises ValueError for a row of another length.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(cell) for cell in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells under {len(header)} headings")
        writer.writerow([_written(cell) for cell in row])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode("utf-8", "replace")


def guarded(text: str) -> str:
    """The text as it may stand in a spreadsheet cell."""
    return _GUARD + text if text.lstrip(" ").startswith((*_STARTS_A_FORMULA, _GUARD)) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given. A file written elsewhere loses an apostrophe only where one guards."""
    if text.startswith(_GUARD) and text[1:].lstrip(" ").startswith((*_STARTS_A_FORMULA, _GUARD)):
        return text[1:]
    return text


def _written(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return guarded(cell) if isinstance(cell, str) else cell
