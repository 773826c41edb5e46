"""The register's lines as a file: the columns that are shown, in the order that is shown."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import IO

from registry.kernel.text import worded
from registry.output.tables import Cell, write_csv, write_xlsx
from registry.systems.queries import Line
from registry.systems.queries.facets import OWNER_STATES
from registry.systems.rules.search import COLUMNS, Listing


class Format(StrEnum):
    """What the register may be written as."""

    CSV = "csv"
    CSV_PLAIN = "csv_plain"
    XLSX = "xlsx"

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        return "xlsx" if self is Format.XLSX else "csv"

    @property
    def mimetype(self) -> str:
        """The file's media type."""
        if self is Format.XLSX:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "text/csv"


Reader = Callable[[Line], Cell]


def _columns(listing: Listing, units: Mapping[int, str], deputies: Mapping[int, str]) -> dict[str, Reader]:
    """Heading and cell of every column of the file; what the page shows below a value has a column of its own."""
    readers: dict[str, dict[str, Reader]] = {
        "unit": {COLUMNS["unit"]: lambda line: units[line.unit_id]},
        "owner": {
            COLUMNS["owner"]: lambda line: line.owner,
            "Ownership": lambda line: OWNER_STATES[line.owner_state],
        },
        "deputy": {COLUMNS["deputy"]: lambda line: deputies.get(line.id)},
        "stage": {COLUMNS["stage"]: lambda line: worded(line.stage.value)},
        "tier": {COLUMNS["tier"]: lambda line: worded(line.tier.value) if line.tier else None},
        "autonomy": {COLUMNS["autonomy"]: lambda line: line.autonomy_said},
        "kind": {COLUMNS["kind"]: lambda line: line.kind.said if line.kind else None},
        "vendor": {COLUMNS["vendor"]: lambda line: line.vendor or None},
        "tags": {COLUMNS["tags"]: lambda line: line.tags_said or None},
        "registered": {COLUMNS["registered"]: lambda line: line.registered_at.date()},
        "changed": {COLUMNS["changed"]: lambda line: line.changed.date() if line.changed else None},
    }
    found: dict[str, Reader] = {
        "Id": lambda line: line.key,
        "System": lambda line: line.name,
        "Visibility": lambda line: worded(line.visibility.value),
    }
    for column in listing.columns:
        found |= readers[column]
    return found


def write(
    file: IO[bytes],
    written_as: Format,
    listing: Listing,
    lines: Iterable[Line],
    units: Mapping[int, str],
    deputies: Mapping[int, str],
) -> int:
    """Write the lines to the file as they come, and say how many there were."""
    columns = _columns(listing, units, deputies)
    rows = ([read(line) for read in columns.values()] for line in lines)
    if written_as is Format.XLSX:
        return write_xlsx(file, "Register", list(columns), rows)
    return write_csv(file, list(columns), rows, marked=written_as is Format.CSV)
