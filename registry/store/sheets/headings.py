"""Which row holds the headings, and a distinct name for every column."""

import re
from collections import Counter
from collections.abc import Container, Sequence

from registry.store.sheets.shapes import Limits, Record, SheetRefused

SAMPLE = 60
_LONGEST_HEADING = 200
_FOLLOWING = 12
_NUMBER = re.compile(r"[\s\d.,:/%€$£+-]+")
# Marks that print nothing: byte order mark, zero-width space and joiners, soft hyphen.
_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060\u00ad]")


def heading_of(records: Sequence[Record]) -> tuple[int | None, bool]:
    """The place of the headings among the first records, and whether they look like headings.

    The first row whose cells are mostly short, distinct and no numbers, and that names most columns the rows below
    it fill, so title lines above are passed over. Without such a row, the first that is not blank.
    """
    filled = [place for place, record in enumerate(records) if not _blank(record)]
    for place in filled:
        if _is_heading(
            records[place].cells, [each.cells for each in records[place + 1 : place + 1 + _FOLLOWING]]
        ):
            return place, True
    return (filled[0], False) if filled else (None, False)


def column_names(cells: Sequence[str], limits: Limits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A distinct name for each column, and what had to be said: an empty heading becomes "column 3"."""
    if len(cells) > limits.columns:
        raise SheetRefused(
            f"The headings name {len(cells):,} columns; at most {limits.columns:,} are read. "
            "Leave out the columns that are not needed."
        )
    names: dict[str, None] = {}
    warnings: list[str] = []
    for place, cell in enumerate(cells, start=1):
        heading = tidy(cell)[:_LONGEST_HEADING]
        name = distinct(heading or f"column {place}", names)
        if not heading:
            warnings.append(f"Column {place} has no heading and is called “{name}”.")
        elif name != heading:
            warnings.append(
                f"The heading “{heading}” appears more than once; column {place} is called “{name}”."
            )
        names[name] = None
    return tuple(names), tuple(warnings)


def tidy(heading: str) -> str:
    """A heading without byte order marks, line ends and doubled spaces."""
    return " ".join(_INVISIBLE.sub("", heading).split())


def distinct(name: str, taken: Container[str]) -> str:
    """The name, with a number after it when it is taken: "Name", "Name (2)"."""
    if name not in taken:
        return name
    count = 2
    while f"{name} ({count})" in taken:
        count += 1
    return f"{name} ({count})"


def _blank(record: Record) -> bool:
    return not any(cell.strip() for cell in record.cells)


def _is_heading(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    headings = [tidy(cell) for cell in cells]
    named = [heading for heading in headings if heading]
    if not named or any(len(heading) > _LONGEST_HEADING for heading in named):
        return False
    worded = sum(1 for heading in named if not _NUMBER.fullmatch(heading))
    if worded < len(named) * 0.8 or len(set(named)) * 2 <= len(named):
        return False
    return _names_what_follows(headings, below)


def _names_what_follows(headings: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether most columns that most rows below fill have a heading."""
    filled = Counter(place for cells in below for place, cell in enumerate(cells) if cell.strip())
    used = {place for place, count in filled.items() if count * 2 > len(below)} or set(filled)
    named = {place for place, heading in enumerate(headings) if heading}
    return len(named & used) >= len(used) * 0.6
