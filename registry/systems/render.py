"""The register's lines as a file: the columns that are shown, in the order that is shown."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import IO

from sqlmodel import Session

from registry.kernel.actor import Actor
from registry.kernel.text import worded
from registry.output.tables import Cell, as_of, write_csv, write_xlsx
from registry.people import queries as people
from registry.systems import queries
from registry.systems.queries import COLUMNS_ATTENDED, Attended, Line
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


def _columns(
    listing: Listing, units: Mapping[int, str], deputies: Mapping[int, str], attended: Attended
) -> dict[str, Reader]:
    """Heading and cell of every column of the file: what names a system, and the columns that are asked for."""
    # Nothing stands beside them: whoever leaves a column out, such as who may know of a system, hands on a file
    # without it.
    readers: dict[str, Reader] = {
        "unit": lambda line: units[line.unit_id],
        "owner": lambda line: line.owner,
        "ownership": lambda line: line.ownership_said,
        "deputy": lambda line: deputies.get(line.id),
        "stage": lambda line: worded(line.stage.value),
        "tier": lambda line: worded(line.tier.value) if line.tier else None,
        "autonomy": lambda line: line.autonomy_said,
        "kind": lambda line: line.kind.said if line.kind else None,
        "vendor": lambda line: line.vendor or None,
        "tags": lambda line: line.tags_said or None,
        "visibility": lambda line: line.visibility_said,
        "registered": lambda line: line.registered_at.date(),
        "changed": lambda line: line.changed.date() if line.changed else None,
    }
    readers |= {name: _attended(attended.get(name, {}), name) for name in COLUMNS_ATTENDED}
    asked = {COLUMNS[name]: readers[name] for name in listing.columns}
    return {"Id": lambda line: line.key, "System": lambda line: line.name, **asked}


def _attended(found: Mapping[int, int | str], name: str) -> Reader:
    # A count of nothing is counted; a review or an empty seat that is not there is not.
    nothing = None if name in {"review", "seats"} else 0
    return lambda line: found.get(line.id, nothing)


def write(
    file: IO[bytes],
    written_as: Format,
    listing: Listing,
    lines: Iterable[Line],
    units: Mapping[int, str],
    deputies: Mapping[int, str],
    attended: Attended,
    *,
    day: date | None = None,
) -> int:
    """Write the lines to the file as they come, and say how many there were; `day` is the past day they are as of."""
    columns = _columns(listing, units, deputies, attended)
    lines_said = ([read(line) for read in columns.values()] for line in lines)
    header, rows = as_of(day, list(columns), lines_said)
    if written_as is Format.XLSX:
        return write_xlsx(file, f"Register as of {day}" if day else "Register", header, rows)
    return write_csv(file, header, rows, marked=written_as is Format.CSV)


def write_found(
    file: IO[bytes],
    written_as: Format,
    listing: Listing,
    session: Session,
    actor: Actor,
    *,
    day: date | None = None,
) -> int:
    """The same of everything the listing finds among what the actor may see; how many lines there were."""
    search = listing.search
    deputies = queries.deputies_in(session, actor, None, search) if "deputy" in listing.columns else {}
    attending = [name for name in listing.columns if name in COLUMNS_ATTENDED]
    attended = queries.attended(session, actor, attending, queries.numbers_of(session, actor, search))
    lines = queries.every_line(session, actor, listing)
    return write(file, written_as, listing, lines, people.unit_paths(session), deputies, attended, day=day)
