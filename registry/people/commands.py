"""registry people import: a people file onto the directory."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from registry.accounts.queries import staying_holders
from registry.kernel.actor import Role, the_registry
from registry.kernel.text import counted
from registry.ownership.queries import open_seats_counted
from registry.people import actions, queries
from registry.people.queries import PeopleFile
from registry.people.rules.imports import (
    Leaver,
    Planned,
    Surroundings,
    plan,
    report,
    stated_leavers,
)
from registry.store.commandkit import answer, bar, house, kept_unless, progress

_MOST_SHOWN = 20


@click.group()
def people() -> None:
    """The people of the organisation."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "map_file",
    default=None,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file that says which column is which field; guessed from the headings unless told.",
)
@click.option("--sheet", default=None, help="Which sheet of a workbook.")
@click.option(
    "--leavers", is_flag=True, help="List whom earlier files of this kind brought and this one lacks."
)
@click.option(
    "--leavers-last-day",
    "last_day",
    default=None,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Note this last day for everybody --leavers lists.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_people(
    file: Path,
    map_file: Path | None,
    sheet: str | None,
    leavers: bool,
    last_day: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring the people of a file (CSV, TSV, XLSX, ODS, JSON, YAML) into the directory, all or nothing.

    The e-mail address tells people apart. What the file leaves blank stays as it is, and a second import of the same
    file changes nothing. Nobody is marked as left unless the file gives a last day or --leavers-last-day is named.
    """
    if last_day is not None and not leavers:
        raise click.UsageError("--leavers-last-day goes with --leavers, which lists whom it is noted for.")
    read = queries.people_file(file, file.name, map_data=_map(map_file), sheet=sheet)
    progress(f"Reading {file.name}: {counted(len(read.rows), 'row')}, as “{read.mapping.kind}”.")
    for warning in read.warnings:
        progress(warning)
    result: dict[str, Any] = {}
    with kept_unless(dry_run) as session:
        around = queries.surroundings(
            session, read, staying=staying_holders(session, Role.ADMINISTRATOR), oneself=None
        )
        planned = plan(read.rows, around)
        day = last_day.date() if last_day else None
        gone = queries.absent(session, read, planned, around, day) if leavers else []
        made = _carry_out(session, file, read, planned, around, gone)
        result = _result(session, planned, [*stated_leavers(planned, around.known), *gone], made)
    answer(result, as_json, _said(result))


def _map(file: Path | None) -> bytes | None:
    return file.read_bytes() if file else None


def _carry_out(
    session: Session,
    file: Path,
    read: PeopleFile,
    planned: Sequence[Planned],
    around: Surroundings,
    gone: Sequence[Leaver],
) -> int:
    with bar(len(planned), "Importing") as advance:
        return actions.import_people(
            session,
            the_registry("command"),
            file_name=file.name,
            kind=read.mapping.kind,
            planned=planned,
            units=around.units,
            leavers=gone,
            advance=advance,
        )


def _result(
    session: Session, planned: Sequence[Planned], leavers: Sequence[Leaver], made: int
) -> dict[str, Any]:
    seats = open_seats_counted(session, {leaver.person_id for leaver in leavers})
    result = report(planned, leavers, seats, made)
    address = house().settings.base_url.rstrip("/")
    for each in result["leavers"]:
        each["page"] = f"{address}/people/{each['person']}"
    return result


def _said(result: dict[str, Any]) -> str:
    endings = ("created", "updated", "unchanged", "duplicate", "refused")
    lines = [f"{result['rows']:,} rows: " + ", ".join(f"{result[name]:,} {name}" for name in endings) + "."]
    if result["units_made"]:
        lines.append(f"{counted(result['units_made'], 'unit')} made.")
    problems = [
        f"  row {problem['row']}, {problem['column'] or 'the row'}: {problem['message']}"
        for problem in result["problems"]
    ]
    lines += _shortened(problems)
    if result["leavers"]:
        lines += ["Leavers:", *_shortened([_leaver_said(each) for each in result["leavers"]])]
    seats = sum(each["seats"] for each in result["leavers"])
    if seats:
        lines.append(
            f"They hold {counted(seats, 'seat')}. Each person's page shows theirs and where to hand them over."
        )
    return "\n".join(lines)


def _leaver_said(leaver: dict[str, Any]) -> str:
    day = f"last day {leaver['last_day']}" if leaver["last_day"] else "not in this file; no last day noted"
    held = counted(leaver["seats"], "seat")
    says = f" {leaver['says']}" if leaver["says"] else ""
    return f"  {leaver['name']} <{leaver['email']}>: {day}, {held}. {leaver['page']}{says}"


def _shortened(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_SHOWN
    return [*lines[:_MOST_SHOWN], f"  … and {more:,} more; --json lists them all."] if more > 0 else lines
