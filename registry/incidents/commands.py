"""registry incidents import: a list of incidents onto the register."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from registry.incidents.actions.importing import import_incidents
from registry.incidents.queries.importing import systems_named
from registry.incidents.queries.receiving import known_of
from registry.incidents.rules.columns import IncidentMap, declared, guessed, problems_with_map
from registry.incidents.rules.imports import IncidentDraft, draft_of, ending_of
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.rows import Ending, RowProblem, Tally, tallied
from registry.store.commandkit import answer, bar, kept_unless, progress
from registry.store.sheets import Limits, Row, read
from registry.store.sheets.yaml_texts import parsed
from registry.systems.models import System

_MOST_SHOWN = 20
_LARGEST_MAP = 200_000


New = tuple[IncidentDraft, System]


@click.group("incidents")
def incidents() -> None:
    """What went wrong with systems."""


@incidents.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "map_file",
    default=None,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file that says which column is which field; guessed from the headings unless told.",
)
@click.option("--sheet", default=None, help="Which sheet of a workbook.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_list(file: Path, map_file: Path | None, sheet: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring the incidents of a list (CSV, TSV, XLSX, JSON, YAML) onto the register: every row that can be read, in one step.

    Rows that cannot be read, or name no system of the register, are refused and told. What came before, by its source and
    reference, stays as it is: a second import of the same file changes nothing.
    """
    opened = read(file, file.name, sheet=sheet)
    by = _map(map_file, opened.columns)
    refuse_if(problems_with_map(by, opened.columns))
    drafts, problems, endings = _read(opened.rows, by)
    door, result = the_registry("command"), {}
    with kept_unless(dry_run) as session:
        new, refused, planned = _planned(session, door, by, drafts)
        tally = tallied([*endings, *planned])
        told = sorted([*problems, *refused], key=lambda problem: problem.row)
        result = asdict(tally) | {"source": by.source, "problems": [asdict(each) for each in told]}
        if new:
            _carry_out(session, door, file, by, new, tally)
    for warning in opened.warnings:
        progress(warning)
    answer(result, as_json, _said(result))


def _planned(
    session: Session, door: Actor, by: IncidentMap, drafts: Sequence[IncidentDraft]
) -> tuple[list[New], list[RowProblem], list[Ending]]:
    """Of the rows that could be read those that become incidents, why others do not, and how each ends."""
    systems = systems_named(session, door, {draft.system for draft in drafts})
    known = known_of(session, by.source, [draft.reference for draft in drafts])
    new: list[New] = []
    refused: list[RowProblem] = []
    endings: list[Ending] = []
    seen: set[str] = set()
    for draft in drafts:
        system = systems[draft.system]
        if isinstance(system, str):
            refused.append(RowProblem(draft.row, by.columns.get("system", ""), draft.system, system))
            endings.append(Ending.REFUSED)
            continue
        endings.append(ending_of(draft, known, seen))
        seen.add(draft.reference)
        if endings[-1] is Ending.CREATED:
            new.append((draft, system))
    return new, refused, endings


def _carry_out(
    session: Session, door: Actor, file: Path, by: IncidentMap, new: Sequence[New], tally: Tally
) -> None:
    with bar(len(new), "Importing") as advance:
        import_incidents(
            session,
            door,
            file_name=file.name,
            source=by.source,
            drafts=new,
            tally=tally,
            advance=advance,
        )


def _map(file: Path | None, columns: Sequence[str]) -> IncidentMap:
    if file is None:
        return guessed(columns)
    data = file.read_bytes()
    if len(data) > _LARGEST_MAP:
        raise RuleBroken([Problem("map", f"A map file has at most {_LARGEST_MAP // 1_000} kB.")])
    try:
        document = parsed(data.decode("utf-8-sig"), Limits())
    except UnicodeDecodeError:
        raise RuleBroken([Problem("map", "The map file is not UTF-8 text. Save it as such.")]) from None
    found, problems = declared(document, columns)
    refuse_if(problems)
    return found


def _read(rows: Any, by: IncidentMap) -> tuple[list[IncidentDraft], list[RowProblem], list[Ending]]:
    """Every row as a draft or as the reasons why it is refused."""
    drafts: list[IncidentDraft] = []
    problems: list[RowProblem] = []
    endings: list[Ending] = []
    now = clock.now()
    for row in rows:
        found = _refused(row) or draft_of(row.number, row.cells, by, now)
        if isinstance(found, IncidentDraft):
            drafts.append(found)
        else:
            problems += found
            endings.append(Ending.REFUSED)
    return drafts, problems, endings


def _refused(row: Row) -> list[RowProblem]:
    if not row.refused:
        return []
    return [
        RowProblem(trouble.row, trouble.column, trouble.value, trouble.message) for trouble in row.problems
    ]


def _said(result: dict[str, Any]) -> str:
    endings = ("created", "unchanged", "duplicate", "refused")
    lines = [f"{result['rows']:,} rows: " + ", ".join(f"{result[name]:,} {name}" for name in endings) + "."]
    problems = result["problems"]
    lines += [
        f"  row {each['row']}, {each['column'] or 'the row'}: {each['message']}"
        for each in problems[:_MOST_SHOWN]
    ]
    if len(problems) > _MOST_SHOWN:
        lines.append(f"  … and {len(problems) - _MOST_SHOWN:,} more; --json lists them all.")
    return "\n".join(lines)
