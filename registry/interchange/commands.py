"""registry import: an inventory file onto the register."""

from collections.abc import Collection
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from registry.accounts.queries import longest_holder, person_by_email
from registry.interchange import queries
from registry.interchange.actions import importing
from registry.interchange.queries.named import entries_of
from registry.interchange.queries.opening import ROWS_LOOKED_AT
from registry.interchange.queries.reading import Reading
from registry.interchange.rules.drafts import Draft
from registry.interchange.rules.ids import with_own_ids
from registry.interchange.rules.mapping import How
from registry.interchange.rules.outcomes import Entry, Outcome, plan, tally_of
from registry.interchange.rules.profiles import fitted
from registry.interchange.rules.units import placed, remark_on_added, said
from registry.kernel import clock
from registry.kernel.actor import Role, the_registry
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.rows import Ending, RowProblem
from registry.people.models import Person
from registry.people.queries import is_active_person, unit_index
from registry.people.rules.unit_paths import UnitIndex
from registry.store.commandkit import answer, bar, kept_unless, progress

MOST_PROBLEMS_SHOWN = 20
AT_ONCE = 400


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--profile",
    "profile_id",
    default=None,
    help="How to read the columns; guessed from the headings unless told.",
)
@click.option(
    "--map",
    "map_file",
    default=None,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file that says which column is which field.",
)
@click.option(
    "--steward", default=None, help="E-mail of the person who answers for systems whose file names nobody."
)
@click.option("--sheet", default=None, help="Which sheet of a workbook.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_inventory(
    file: Path,
    profile_id: str | None,
    map_file: Path | None,
    steward: str | None,
    sheet: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring the systems of an inventory (CSV, TSV, XLSX, JSON, YAML) onto the register: every row that can be read, in one step.

    A second import of the same file changes nothing; of a newer one, it updates what the inventory says differently.
    """
    reading = Reading(file, file.name, How(sheet=sheet or ""))
    columns = reading.opened().columns
    profile = fitted(queries.choose_profile(columns, file.name, profile_id, map_file), columns)
    if map_file is None:
        profile = with_own_ids(profile, reading.first_rows(ROWS_LOOKED_AT))
    progress(f"Reading {file.name} as “{profile.title}”.")
    for remark in profile.remarks:
        progress(remark)
    door = the_registry("command")
    entries: list[Entry] = []
    problems: list[dict[str, Any]] = []
    named: dict[int, tuple[str, ...]] = {}
    result: dict[str, Any] = {}
    with kept_unless(dry_run) as session:
        remaining = reading.results(profile)
        while some := list(islice(remaining, AT_ONCE)):
            entries += entries_of(session, door, some)
            problems += [asdict(problem) for found in some for problem in found.problems]
            named |= {found.row: found.unit for found in some if isinstance(found, Draft)}
        outcomes = plan(entries, queries.held_from(session, profile.id))
        tally = tally_of(outcomes)
        units = unit_index(session)
        problems += _on_units(outcomes, named, units) + _on_ids(outcomes, named)
        result = asdict(tally) | {"problems": problems}
        owner = _steward(session, steward)
        progress(
            f"Systems whose row names nobody who is here go to {owner.name} <{owner.email}>, to be confirmed."
        )
        with bar(tally.rows, "Importing") as advance:
            importing.import_rows(
                session,
                door,
                file_name=file.name,
                steward=owner,
                outcomes=outcomes,
                drafts=reading.drafts(profile),
                tally=tally,
                advance=advance,
            )
        new = unit_index(session).paths.items() - units.paths.items()
        if dry_run and new:
            progress(remark_on_added(said(path) for _, path in new))
    for warning in reading.warnings:
        progress(warning)
    answer(result, as_json, _said(result))


def _on_units(
    outcomes: list[Outcome], named: dict[int, tuple[str, ...]], units: UnitIndex
) -> list[dict[str, Any]]:
    """What has to be told of the units that new rows name."""
    new = [each.row for each in outcomes if each.ending is Ending.CREATED]
    told = [(row, placed(named[row], units).says) for row in new]
    return [asdict(RowProblem(row, "", said(named[row]), says)) for row, says in told if says]


def _on_ids(outcomes: list[Outcome], named: Collection[int]) -> list[dict[str, Any]]:
    """Why rows that could be read are refused: only the register could tell."""
    refused = [each for each in outcomes if each.ending is Ending.REFUSED and each.row in named]
    return [asdict(RowProblem(each.row, "", "", each.says)) for each in refused]


def _steward(session: Session, email: str | None) -> Person:
    if email:
        person = person_by_email(session, email)
        if person is None:
            raise RuleBroken([Problem("steward", f"Nobody has the e-mail address {email}. Add them first.")])
        if not is_active_person(session, person.id, clock.today()):
            raise RuleBroken([Problem("steward", f"{person.name} is not here now. Name somebody who is.")])
        return person
    stands_in = person_by_email(session, importing.PLACEHOLDER.email)
    return (
        longest_holder(session, Role.ADMINISTRATOR)
        or stands_in
        or importing.placeholder_owner(session, the_registry("command"))
    )


def _said(result: dict[str, Any]) -> str:
    endings = ("created", "updated", "unchanged", "duplicate", "refused")
    lines = [f"{result['rows']:,} rows: " + ", ".join(f"{result[name]:,} {name}" for name in endings) + "."]
    problems = result["problems"]
    lines += [
        f"  row {problem['row']}, {problem['column'] or 'the row'}: {problem['message']}"
        for problem in problems[:MOST_PROBLEMS_SHOWN]
    ]
    if len(problems) > MOST_PROBLEMS_SHOWN:
        lines.append(f"  … and {len(problems) - MOST_PROBLEMS_SHOWN:,} more; --json lists them all.")
    return "\n".join(lines)
