"""A file read row by row, as often as needed, so that no file is held in memory."""

import os
from collections.abc import Iterator

from registry.interchange.rules.drafting import draft_of
from registry.interchange.rules.drafts import Draft, Refused
from registry.interchange.rules.mapping import How
from registry.interchange.rules.profiles import Profile
from registry.store.sheets import Sheet, read


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
            yield draft_of(profile, row)
        self.warnings = sheet.warnings

    def drafts(self, profile: Profile) -> Iterator[Draft]:
        """The rows that became drafts, again."""
        return (result for result in self.results(profile) if isinstance(result, Draft))
