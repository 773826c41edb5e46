"""A file read row by row, as often as needed, so that no file is held in memory."""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from registry.interchange.rules.drafting import draft_of
from registry.interchange.rules.drafts import Draft, Refused
from registry.interchange.rules.ids import names_a_system
from registry.interchange.rules.mapping import How
from registry.interchange.rules.profiles import Profile
from registry.output.tables import unguarded
from registry.store.sheets import Row, Sheet, read


class Reading:
    """The file, walked twice: once to plan every row's end, once to carry it out."""

    def __init__(self, file: str | os.PathLike[str], name: str, how: How) -> None:
        self.file, self.name, self.how = file, name, how
        self.warnings: tuple[str, ...] = ()

    def opened(self) -> Sheet:
        """The file from its first row. Raises SheetRefused."""
        return read(
            self.file,
            self.name,
            sheet=self.how.sheet or None,
            heading_row=self.how.heading_row,
            encoding=self.how.encoding or None,
        )

    def results(self, profile: Profile) -> Iterator[Draft | Refused]:
        """Every row as a draft or a refusal."""
        sheet = self.opened()
        for row in sheet.rows:
            # Such rows come out of the register's own export, whose text guards what a spreadsheet would run as a formula.
            if sheet.dialect and names_a_system(profile, row.cells):
                yield draft_of(profile, _unguarded(row))
            else:
                yield draft_of(profile, row)
        self.warnings = sheet.warnings

    def first_rows(self, count: int) -> list[dict[str, str]]:
        """The cells of the first rows, for guessing what the columns hold."""
        return [row.cells for row in islice(self.opened().rows, count)]

    def drafts(self, profile: Profile) -> Iterator[Draft]:
        """The rows that became drafts, again."""
        return (result for result in self.results(profile) if isinstance(result, Draft))


def _unguarded(row: Row) -> Row:
    return replace(row, cells={column: unguarded(cell) for column, cell in row.cells.items()})
