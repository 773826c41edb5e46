"""Packed: many cards and their index as one ZIP, the same bytes for the same cards and moment."""

import zipfile
from datetime import date, datetime
from typing import IO, Self

from registry.cards.rules.bundles import HEADER, INDEX, Line
from registry.output.tables import as_of, to_csv


class Packed:
    """A ZIP that is being written. PDFs are compressed within themselves already and are stored as they are. `day` is the past day they are of."""

    def __init__(self, file: IO[bytes], at: datetime, day: date | None = None) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._at, self._day = at, day
        self._lines: list[Line] = []

    def add(self, line: Line, pdf: bytes) -> None:
        """A card with its line; a line alone where there is no card."""
        self._lines.append(line)
        if line.file_name:
            self._write(line.file_name, pdf, zipfile.ZIP_STORED)

    @property
    def counts(self) -> tuple[int, int]:
        """How many systems have a card here, and how many have none."""
        made = sum(1 for line in self._lines if line.file_name)
        return made, len(self._lines) - made

    def _write(self, name: str, content: bytes, how: int) -> None:
        about = zipfile.ZipInfo(name, self._at.timetuple()[:6])
        about.compress_type, about.external_attr = how, 0o600 << 16
        self._zip.writestr(about, content)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            index = to_csv(*as_of(self._day, HEADER, (line.cells() for line in self._lines)))
            self._write(INDEX, index, zipfile.ZIP_DEFLATED)
        self._zip.close()
