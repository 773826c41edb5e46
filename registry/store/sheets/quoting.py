"""Reading a line whose quotation marks are not doubled as CSV asks."""

from collections.abc import Sequence


def tolerant(line: str, delimiter: str, width: int | None) -> list[str] | None:
    """The cells of a line with stray quotation marks, or None when no reading gives the expected width.

    Two readings are tried. A quotation mark closes a cell only before a delimiter or the end, so `"say "a", please"`
    keeps its inner marks; or else a cell whose opening mark closes too early is plain text, so `"Smart" Search` keeps
    both.
    """
    text = line.rstrip("\r\n")
    for reading in (_closed_by_delimiter(text, delimiter), _plain_when_broken(text, delimiter)):
        if reading is not None and (width is None or len(reading) == width):
            return reading
    return None


def over_lines(lines: Sequence[str], delimiter: str, width: int) -> list[str] | None:
    """The cells of several lines read as one record with stray quotation marks, or None unless the width is right."""
    cells = _closed_by_delimiter("".join(lines).rstrip("\r\n"), delimiter)
    return cells if cells is not None and len(cells) == width else None


def split_plainly(line: str, delimiter: str) -> list[str]:
    """The cells of a line in which quotation marks mean nothing."""
    return line.rstrip("\r\n").split(delimiter)


def _closed_by_delimiter(text: str, delimiter: str) -> list[str] | None:
    cells, at = [], 0
    while True:
        if text.startswith('"', at):
            end = _closing(text, at + 1, delimiter)
            if end is None:
                return None
            cells.append(text[at + 1 : end].replace('""', '"'))
            at = end + 1
        else:
            end = text.find(delimiter, at)
            cells.append(text[at:] if end < 0 else text[at:end])
            at = len(text) if end < 0 else end
        if at >= len(text):
            return cells
        at += 1


def _plain_when_broken(text: str, delimiter: str) -> list[str] | None:
    cells, at = [], 0
    while True:
        end = _closing(text, at + 1, delimiter, strict=True) if text.startswith('"', at) else None
        if end is None:
            end = text.find(delimiter, at)
            cells.append(text[at:] if end < 0 else text[at:end])
            at = len(text) if end < 0 else end
        else:
            cells.append(text[at + 1 : end].replace('""', '"'))
            at = end + 1
        if at >= len(text):
            return cells
        at += 1


def _closing(text: str, at: int, delimiter: str, *, strict: bool = False) -> int | None:
    """Where the quoted cell ends: at a mark before a delimiter or the end. Strictly, at the first single mark or not."""
    while (found := text.find('"', at)) >= 0:
        after = text[found + 1 : found + 2]
        if after in ("", delimiter):
            return found
        if after == '"':
            at = found + 2
        elif strict:
            return None
        else:
            at = found + 1
    return None
