"""XLSX, XLS and ODS to records, read by a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from registry.kernel.text import counted, listed
from registry.store.sheets.shapes import Limits, Record, SheetRefused
from registry.store.sheets.sources import Source

_CHILD = Path(__file__).with_name("workbook_child.py")
_SAVE_AGAIN = "Open it in a spreadsheet, save it again as XLSX or CSV and import that."
_REFUSALS = {
    "password": "The workbook is protected by a password. Save it without one and import that.",
    "damaged": f"The workbook is damaged or in a form that is not read. {_SAVE_AGAIN}",
    "no cells": "The workbook holds no cells. Check that this is the right file.",
}


class Workbook:
    """The chosen sheet of a workbook: its rows as text, and the names of all sheets."""

    def __init__(self, source: Source, sheet: str | None, limits: Limits) -> None:
        self._lines = _read_apart(source, sheet or "", limits)
        about = self._about(sheet)
        self.sheet: str = about["sheet"]
        self.sheet_names: tuple[str, ...] = tuple(about["sheets"])
        self.hidden: tuple[str, ...] = tuple(about.get("hidden", ()))
        self.warnings = self._said(sheet)

    def _about(self, wanted: str | None) -> dict[str, Any]:
        about: dict[str, Any] = json.loads(self._lines[0])
        reason = about.get("refused")
        if reason == "no sheet":
            names = listed([f"“{name}”" for name in about["sheets"][:20]], "or")
            raise SheetRefused(f"There is no sheet “{wanted}” in this workbook. Choose {names}.")
        if reason is not None:
            raise SheetRefused(_REFUSALS[reason])
        return about

    def _said(self, wanted: str | None) -> tuple[str, ...]:
        others = [name for name in self.sheet_names if name != self.sheet]
        if wanted or not others:
            return ()
        more = listed([f"“{name}”" for name in others[:10]])
        return (
            f"Only the sheet “{self.sheet}” is read; the workbook also has {counted(len(others), 'sheet')}: {more}.",
        )

    def records(self) -> Iterator[Record]:
        """Every row from the first, blank ones too, all of the sheet's width."""
        width = max((len(json.loads(line)) for line in self._lines[1:-1]), default=0)
        for number, line in enumerate(self._lines[1:-1], start=1):
            cells = json.loads(line)
            yield Record(number, cells + [""] * (width - len(cells)))


def _read_apart(source: Source, sheet: str, limits: Limits) -> list[bytes]:
    # An isolated interpreter sees neither the working directory nor the user's own packages; the file comes by pipe.
    command = [
        sys.executable,
        "-I",
        str(_CHILD),
        sheet,
        str(limits.reader_memory_bytes),
        str(limits.unpacked_bytes),
    ]
    with source.open() as data, tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:
        _copy(data, given)
        try:
            ended = subprocess.run(  # noqa: S603 -- our own script; the file is data on its standard input
                command,
                stdin=given,
                stdout=taken,
                stderr=subprocess.DEVNULL,
                timeout=limits.reader_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as reason:
            raise SheetRefused(f"Reading the workbook takes too long. {_SAVE_AGAIN}") from reason
        except (OSError, ValueError) as reason:
            raise SheetRefused(
                f"The workbook cannot be read here ({reason}). Save it as CSV and import that."
            ) from reason
        lines = _lines_of(taken)
    # A reader that panics, is stopped by its limits or is cut short never writes its last line.
    if ended.returncode != 0 or not lines or not lines[-1].startswith((b'{"end"', b'{"refused"')):
        raise SheetRefused(
            "The workbook needs more memory or time than one file may take, or is damaged. "
            "Delete empty rows and columns at its edges, or save the sheet as CSV."
        )
    return lines


def _copy(data: BinaryIO, given: Any) -> None:
    while chunk := data.read(1 << 20):
        given.write(chunk)
    given.flush()
    given.seek(0)


def _lines_of(taken: Any) -> list[bytes]:
    taken.seek(0)
    text: bytes = taken.read()
    return text.splitlines()
