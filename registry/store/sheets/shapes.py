"""What reading a file gives: a sheet, its rows, what is wrong with a row, and the limits it is held to."""

from collections.abc import Iterator
from dataclasses import dataclass

from registry.kernel.errors import Refusal

_SHOWN_CHARACTERS = 80


class SheetRefused(Refusal):
    """A whole file that is not read; `says` tells what is wrong and what to do, in plain words."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold. The cell limit is Excel's own; the others keep one upload from filling the machine."""

    file_bytes: int = 50_000_000
    rows: int = 200_000
    columns: int = 1_000
    cell_characters: int = 32_767
    # Values in a JSON or YAML document: each costs about a hundred bytes of memory however short it is written.
    document_values: int = 3_000_000
    yaml_bytes: int = 10_000_000
    # Workbooks and other zip archives, which unpack to more than they weigh.
    unpacked_bytes: int = 300_000_000
    unpacked_ratio: int = 200
    parts: int = 5_000
    reader_memory_bytes: int = 1_500_000_000
    reader_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing wrong with one row. A trouble that `refuses` makes the row unusable; any other is only to be told."""

    row: int
    column: str
    value: str
    message: str
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its number as a spreadsheet shows it, its cells by column, and what is wrong with it."""

    number: int
    cells: dict[str, str]
    problems: tuple[Trouble, ...] = ()
    line: int | None = None

    @property
    def refused(self) -> bool:
        """Whether anything found makes the row unusable."""
        return any(trouble.refuses for trouble in self.problems)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file opened for reading. `rows` can be walked once and may raise SheetRefused on the way.

    `number` of a row counts as a spreadsheet does, headings and blank lines included; in JSON and YAML it is the
    item's place in the list. `line` is the line of a text file the row begins on. `sheet` is the worksheet or list
    that is read, one of `sheet_names`; those a spreadsheet program would not show are also in `hidden_sheets`.
    """

    kind: str
    columns: tuple[str, ...]
    rows: Iterator[Row]
    encoding: str | None
    dialect: str | None
    sheet_names: tuple[str, ...]
    heading_row: int | None
    warnings: tuple[str, ...]
    hidden_sheets: tuple[str, ...] = ()
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One raw record before its cells are matched to columns; `flaws` are messages, with whether each refuses the row."""

    number: int
    cells: list[str]
    line: int | None = None
    flaws: tuple[tuple[str, bool], ...] = ()


def shown(value: str) -> str:
    """A cell's text on one line, short enough for a message."""
    flat = " ".join(value[: _SHOWN_CHARACTERS * 4].split())
    return flat if len(flat) <= _SHOWN_CHARACTERS else flat[: _SHOWN_CHARACTERS - 1] + "…"
