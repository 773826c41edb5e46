"""Runs in a process of its own, with little memory and time: a workbook on standard input to JSON lines on standard output.

A workbook with one cell in its last corner asks for terabytes, and the reader's way of failing then is to end the whole
process. Here that ends nothing but this one.
"""

import datetime as dt
import io
import json
import sys
from typing import Any

import python_calamine


def main(sheet: str, memory: int, written: int) -> None:
    """Write one line about the workbook, one per row, and a last line that says all was read. Limits are in bytes."""
    _limit(memory, written)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    except python_calamine.PasswordError:
        return _write({"refused": "password"})
    except python_calamine.CalamineError:
        return _write({"refused": "damaged"})
    names = [
        each.name for each in workbook.sheets_metadata if each.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    visible = [each.name for each in workbook.sheets_metadata if each.name in names and not _hidden(each)]
    chosen = _chosen(workbook, names, visible, sheet)
    if chosen is None:
        return _write({"refused": "no sheet" if sheet else "no cells", "sheets": names})
    name, found = chosen
    _write({"sheets": names, "sheet": name, "hidden": [each for each in names if each not in visible]})
    for row in found.iter_rows():
        _write(_texts(row))
    return _write({"end": True})


def _limit(memory: int, written: int) -> None:
    try:
        import resource  # noqa: PLC0415 -- absent outside Unix, where the process still stands apart
    except ImportError:
        return
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        resource.setrlimit(kind, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))


def _hidden(sheet: python_calamine.SheetMetadata) -> bool:
    return bool(sheet.visible != python_calamine.SheetVisibleEnum.Visible)


def _chosen(
    workbook: python_calamine.CalamineWorkbook, names: list[str], visible: list[str], wanted: str
) -> tuple[str, python_calamine.CalamineSheet] | None:
    """The sheet asked for, else the first visible one that holds anything."""
    if wanted:
        exact = [name for name in names if name == wanted] or [
            n for n in names if n.casefold() == wanted.casefold()
        ]
        return (exact[0], workbook.get_sheet_by_name(exact[0])) if exact else None
    for name in visible or names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is not None:
            return name, sheet
    return None


def _texts(row: list[Any]) -> list[str]:
    texts = [_text(cell) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text(cell: Any) -> str:
    """A cell as a person reads it: numbers without a needless ".0", dates as ISO."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _write(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
