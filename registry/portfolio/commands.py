"""registry portfolio report: how the company stands with its AI, as figures, as PDF and as a workbook."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.portfolio.queries.reports import report as counted_report
from registry.portfolio.render.reports import board_pdf, full_pdf, to_workbook
from registry.portfolio.render.reports.words import WHOLE, said
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports import Report
from registry.store.commandkit import Day, Destination, answer, house, progress, write


@click.group("portfolio")
def portfolio() -> None:
    """How the company stands with its AI."""


@portfolio.command("report")
@click.option("--pdf", type=Destination(), help="Write the full report there, or with --summary the board's.")
@click.option("--summary", is_flag=True, help="The PDF is the summary for the board: at most two pages.")
@click.option("--xlsx", type=Destination(), help="Write every table there, as a workbook.")
@click.option("--as-of", "day", type=Day(), help="As the register stood when that day ended (UTC).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def report(pdf: Path | None, summary: bool, xlsx: Path | None, day: date | None, as_json: bool) -> None:
    """Count the portfolio of the whole company, restricted systems with it, and write it where it is wanted."""
    if summary and pdf is None:
        raise click.UsageError("--summary chooses what --pdf writes: say where with --pdf OUT.")
    if pdf is not None and xlsx is not None and pdf.resolve() == xlsx.resolve():
        raise click.UsageError("Give the PDF and the workbook a file of their own.")
    now = clock.now()
    with house().reading(day) as session:
        found = counted_report(
            session,
            the_registry("command"),
            Scope(),
            made_for="whoever runs the registry",
            past_at=now if day else None,
        )
    if pdf is not None:
        progress("Laying out the PDF…")
        write(pdf, board_pdf(found) if summary else full_pdf(found))
    if xlsx is not None:
        write(xlsx, to_workbook(found))
    files = [str(path) for path in (pdf, xlsx) if path is not None]
    result = {"as_of": found.figures.on, "figures": _figures(found), "files": files}
    answer(result, as_json, _in_words(found, files))


def _figures(found: Report) -> Mapping[str, Any]:
    """Every table by its name: rows by their headings. Amounts are text, so that none is rounded; spans are in seconds."""
    return {
        name: [
            {column.label: _plain(cell) for column, cell in zip(table.columns, row, strict=True)}
            for row in table.rows
        ]
        for name, table in found.tables.items()
    }


def _plain(cell: Any) -> Any:
    return cell.total_seconds() if hasattr(cell, "total_seconds") else cell


def _in_words(found: Report, files: list[str]) -> str:
    table = found.tables["headline"]
    lines = [f"Portfolio of {found.frame.narrowed or WHOLE} on {found.figures.on.isoformat()} (UTC)"]
    lines += [f"{row[0]}: {said(table.columns[1], row[1])}" for row in table.rows]
    return "\n".join([*lines, *(f"written: {each}" for each in files)])
