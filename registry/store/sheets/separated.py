"""CSV and its kin to records, streamed, with unpaired quotation marks found and told."""

import csv
import io
import itertools
from collections import deque
from collections.abc import Iterator

from registry.store.sheets.dialects import delimiter_of, stated_delimiter
from registry.store.sheets.encodings import Encoding
from registry.store.sheets.quoting import over_lines, split_plainly, tolerant
from registry.store.sheets.shapes import Limits, Record, SheetRefused
from registry.store.sheets.sources import Source

_SAMPLE_LINES = 400
_SAMPLE_CHARACTERS = 400_000
# A record this long is an unclosed quotation mark that swallowed what follows, not a record.
_RECORD_CHARACTERS = 4_000_000
# How much may be read again to sort out quotation marks; a file that needs more is not CSV. Each line costs something
# however short it is.
_CHARACTERS_READ_AGAIN = 20_000_000
_COST_OF_A_LINE = 200
_TIMES_THE_COLUMNS = 50
# How many lines one cell with stray quotation marks may run over.
_LINES_JOINED = 30
_STRAY = "A quotation mark inside a cell is not doubled; check that the cells of this row are read as meant."
_UNCLOSED = "A quotation mark is opened in this row and never closed; the cell is kept as it stands."
_OPEN = "A quotation mark is opened in this row and never closed. Close it or double it and import again."
_JUMBLED = "The quotation marks of this row do not pair up, so its cells cannot be told apart. Double those inside a cell."


class SeparatedText:
    """One text file with delimited cells; `records` may be walked as often as needed."""

    def __init__(self, source: Source, encoding: Encoding, filename: str, limits: Limits) -> None:
        # Each cell is held to the limits after reading, with a message; csv's own limit would only stop the file.
        csv.field_size_limit(max(csv.field_size_limit(), limits.file_bytes))
        self._source, self._encoding = source, encoding
        self._most_delimiters = limits.columns * _TIMES_THE_COLUMNS
        sample = self._sample()
        stated = stated_delimiter(sample[0]) if sample else None
        self._skipped = 0 if stated is None else 1
        self.delimiter = stated or delimiter_of(sample, filename)

    def _sample(self) -> list[str]:
        lines: list[str] = []
        left = _SAMPLE_CHARACTERS
        with self._text() as stream:
            for line in itertools.islice(stream, _SAMPLE_LINES):
                lines.append(line[:_SAMPLE_CHARACTERS])
                left -= len(line)
                if left < 0:
                    break
        return lines

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._source.open(), self._encoding.name, self._encoding.errors, newline="")

    def records(self, width: int | None = None) -> Iterator[Record]:
        """Every record in order, blank ones too. `width` helps to read rows with stray quotation marks."""
        try:
            with self._text() as stream:
                lines = _Lines(stream, self.delimiter, self._most_delimiters)
                for _ in range(self._skipped):
                    next(lines, None)
                yield from self._numbered(lines, width)
        except (OSError, UnicodeError) as reason:
            raise SheetRefused("The file changed while it was read. Import it again.") from reason

    def _numbered(self, lines: "_Lines", width: int | None) -> Iterator[Record]:
        reader = self._reader(lines)
        for number in itertools.count(1 + self._skipped):
            start = lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield self._mended(lines, number, start, width)
                reader = self._reader(lines)
                continue
            yield Record(number, cells, start)

    def _reader(self, lines: "_Lines") -> Iterator[list[str]]:
        # Strict, because the lenient reader silently drops quotation marks that are not doubled.
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def _mended(self, lines: "_Lines", number: int, start: int, width: int | None) -> Record:
        """A record csv could not read: its first line alone, or several lines as one, else refused."""
        first, unclosed, alone = lines.held[0], lines.ended, None
        if len(lines.held) == 1:
            alone = tolerant(first, self.delimiter, width)
        if alone is None and not unclosed and (cells := self._over_lines(lines, width)) is not None:
            return Record(number, cells, start, ((_STRAY, False),))
        lines.give_back(lines.held[1:])
        open_mark = first.count('"') % 2 == 1
        cells = alone or tolerant(first, self.delimiter, width)
        if cells is not None:
            return Record(number, cells, start, ((_UNCLOSED if open_mark else _STRAY, False),))
        cells = split_plainly(first, self.delimiter)
        return Record(number, cells, start, ((_OPEN if open_mark else _JUMBLED, True),))

    def _over_lines(self, lines: "_Lines", width: int | None) -> list[str] | None:
        """A cell that runs over several lines and a mark never closed look alike until one asks of each further line
        whether it is a row by itself.
        """
        while width is not None and len(lines.held) <= _LINES_JOINED:
            if len(lines.held) > 1:
                lines.charge(lines.held)
                if tolerant(lines.held[-1], self.delimiter, width) is not None:
                    return None
                if (cells := over_lines(lines.held, self.delimiter, width)) is not None:
                    return cells
            if next(lines, None) is None:
                return None
        return None


class _Lines:
    """Lines of text, remembering those of the record being read so that they can be read again."""

    def __init__(self, stream: io.TextIOWrapper, delimiter: str, most_delimiters: int) -> None:
        self._stream = stream
        self._delimiter, self._most_delimiters = delimiter, most_delimiters
        self._returned: deque[str] = deque()
        self._read_again = 0
        self._size = 0
        self._number = 0
        self.held: list[str] = []
        self.ended = False

    def begin(self) -> int:
        """Start a record; its first line's number."""
        self.held, self._size, self.ended = [], 0, False
        return self._number + 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._size > _RECORD_CHARACTERS:
            self.ended = True
            raise StopIteration
        line = self._returned.popleft() if self._returned else next(self._stream, "")
        if not line:
            self.ended = True
            raise StopIteration
        self.held.append(line)
        self._size += len(line)
        self._number += 1
        # Every delimiter is a cell of its own in memory, however empty; a long text holds commas too.
        if len(line) > self._most_delimiters and line.count(self._delimiter) > self._most_delimiters:
            raise SheetRefused(
                f"Line {self._number} holds more than {self._most_delimiters:,} cells, so this is no list of systems."
            )
        return line

    def give_back(self, lines: list[str]) -> None:
        """Take lines back, to be read again from the first of them."""
        self.charge(lines)
        self._returned.extendleft(reversed(lines))
        self._number -= len(lines)

    def charge(self, lines: list[str]) -> None:
        """Count lines as read once more. Raises SheetRefused when that was too often."""
        self._read_again += sum(len(line) + _COST_OF_A_LINE for line in lines)
        if self._read_again > _CHARACTERS_READ_AGAIN:
            raise SheetRefused(
                f"The quotation marks of this file do not pair up (near line {self._number}). "
                "Export it again with quotation marks doubled inside cells, or as an Excel workbook."
            )
