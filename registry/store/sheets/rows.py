"""Records to rows: cells under their columns, and everything that is wrong with a row said."""

import re
from collections.abc import Iterable, Iterator, Sequence

from registry.kernel.text import counted
from registry.store.sheets.shapes import Limits, Record, Row, SheetRefused, Trouble, shown

_LOST = "\ufffd"
# Blank rows are passed over, but not without end.
_TIMES_BLANK = 10
# What no database and no document can carry: control characters except tab and line end, lone surrogates, non-characters.
_UNSTORABLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def rows_of(
    records: Iterable[Record], columns: Sequence[str], heading_row: int | None, limits: Limits
) -> Iterator[Row]:
    """Rows below the headings, blank ones left out. Raises SheetRefused past the row limit."""
    count = 0
    for record in records:
        if heading_row is not None and record.number <= heading_row:
            continue
        if not any(cell.strip() for cell in record.cells) and not record.flaws:
            if record.number > limits.rows * _TIMES_BLANK:
                raise SheetRefused(
                    f"The file holds {record.number:,} lines and hardly any text. Delete the blank ones."
                )
            continue
        count += 1
        if count > limits.rows:
            raise SheetRefused(f"The file has more than {limits.rows:,} rows. Split it into smaller files.")
        yield row_of(record, columns, limits)


def row_of(record: Record, columns: Sequence[str], limits: Limits) -> Row:
    """One row, with its cells cleaned and counted against the columns."""
    troubles = [Trouble(record.number, "", "", message, refuses) for message, refuses in record.flaws]
    troubles += _width_troubles(record, columns)
    cells: dict[str, str] = {}
    for column, raw in zip(columns, [*record.cells, *[""] * len(columns)], strict=False):
        cells[column], found = _cell(record.number, column, raw, limits)
        troubles += found
    return Row(record.number, cells, tuple(troubles), record.line)


def _width_troubles(record: Record, columns: Sequence[str]) -> list[Trouble]:
    beyond = [cell for cell in record.cells[len(columns) :] if cell.strip()]
    if beyond:
        said = (
            f"The row has {counted(len(record.cells), 'cell')} where the headings name {counted(len(columns), 'column')}. "
            "Put quotation marks around text that contains the delimiter, or name the further columns."
        )
        return [Trouble(record.number, "", shown(beyond[0]), said, refuses=True)]
    if len(record.cells) < len(columns) and not any(refuses for _, refuses in record.flaws):
        said = (
            f"The row ends after {counted(len(record.cells), 'cell')} of {len(columns)}; "
            "the missing cells are taken as blank."
        )
        return [Trouble(record.number, "", shown(record.cells[-1] if record.cells else ""), said)]
    return []


def _cell(number: int, column: str, raw: str, limits: Limits) -> tuple[str, list[Trouble]]:
    if len(raw) > limits.cell_characters:
        said = (
            f"The cell holds {len(raw):,} characters; at most {limits.cell_characters:,} fit. "
            "Shorten the text or check for an unclosed quotation mark."
        )
        return "", [Trouble(number, column, shown(raw), said, refuses=True)]
    # Nearly every cell is printable as it stands; only the others are looked at closely.
    if raw.isprintable() and _LOST not in raw:
        return raw, []
    if "\0" in raw:
        said = "The cell holds a NUL character, which cannot be stored. Remove it and import again."
        return "", [Trouble(number, column, shown(raw.replace("\0", "")), said, refuses=True)]
    return _storable(number, column, raw)


def _storable(number: int, column: str, raw: str) -> tuple[str, list[Trouble]]:
    troubles = []
    if lost := raw.count(_LOST):
        verb = "shows" if lost == 1 else "show"
        said = f"{counted(lost, 'character')} in this cell could not be recovered and {verb} as {_LOST}."
        troubles.append(Trouble(number, column, shown(raw), said))
    text, replaced = _UNSTORABLE.subn(_LOST, raw)
    if replaced:
        found = _UNSTORABLE.search(raw)
        point = ord(found.group()) if found else 0
        said = (
            f"{counted(replaced, 'control character')} (U+{point:04X}) cannot be stored and became {_LOST}."
        )
        troubles.append(Trouble(number, column, shown(text), said))
    return text, troubles
