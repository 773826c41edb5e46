"""Which character parts the cells of a text file: comma, semicolon, tab or bar."""

import csv
import re
from collections import Counter
from collections.abc import Sequence

_DELIMITERS = (",", ";", "\t", "|")
_STATED = re.compile(r"sep=([,;\t|])\s*")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def stated_delimiter(first_line: str) -> str | None:
    """The delimiter Excel writes into a first line `sep=;`, or None."""
    found = _STATED.fullmatch(first_line)
    return found.group(1) if found else None


def delimiter_of(lines: Sequence[str], filename: str = "") -> str:
    """The delimiter that parts these lines most evenly; a file of one column counts as comma-separated."""
    preferred = "\t" if filename.lower().endswith((".tsv", ".tab")) else ","
    order = sorted(_DELIMITERS, key=lambda delimiter: delimiter != preferred)
    # max() keeps the first of equals, so the file name decides only when the text does not.
    return max(order, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: Sequence[str], delimiter: str) -> float:
    """The share of records that have the commonest width of two or more, twice as much if the first one has it."""
    widths = _widths(lines, delimiter)
    common = Counter(width for width in widths if width > 1).most_common(1)
    if not common:
        return 0.0
    width, count = common[0]
    return count / len(widths) * (2 if widths[0] == width else 1)


def _widths(lines: Sequence[str], delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        widths.extend(len(record) for record in csv.reader(lines, delimiter=delimiter) if record)
    except csv.Error:
        return widths or [0]
    # The sample may end inside a record; the last one is only trusted when it is alone.
    return widths[:-1] if len(widths) > 1 else widths or [0]
