"""A report as a workbook: what it is first, then a sheet for each table."""

import io
from typing import Final

from registry.output.workbooks import Shape, Sheet, Value, write_book
from registry.portfolio.render.reports.words import about, seen_by
from registry.portfolio.rules.reports.shapes import Cell, Column, Measure, Report, Table

TITLE: Final = "AI portfolio: every table"
_SHAPES: Final = {
    Measure.TEXT: Shape.TEXT,
    Measure.COUNT: Shape.COUNT,
    Measure.AMOUNT: Shape.AMOUNT,
    Measure.SHARE: Shape.SHARE,
    Measure.SPAN: Shape.SPAN,
}
_LONGEST_NAME: Final = 31


def to_workbook(report: Report) -> bytes:
    """The report as XLSX. Numbers stay numbers, spans of time are hours and minutes, and no cell is ever calculated."""
    file = io.BytesIO()
    sheets = [_about(report), *(_sheet(each) for each in report.tables.values())]
    write_book(file, sheets, title=TITLE, created=report.frame.made_at)
    return file.getvalue()


def _about(report: Report) -> Sheet:
    frame, held = report.frame, report.frame.held
    typed: dict[str, Value] = {"As of": report.figures.on}
    if held is not None:
        typed["Checkpoint, entries"] = held.size
    rows: list[tuple[Value, Value, Value]] = [
        (label, typed.get(label, words) if label in typed else words, None) for label, words in about(report)
    ]
    rows += [("Counted", seen_by(frame), None)]
    rows += [("Rule pack", title, edition) for title, edition in frame.editions]
    rows += [("Sheet", each.title[:_LONGEST_NAME], each.says) for each in report.tables.values()]
    columns = ((TITLE, Shape.TEXT), ("What it says", Shape.DAY), ("More", Shape.TEXT))
    return Sheet("About", columns, rows)


def _sheet(table: Table) -> Sheet:
    columns = [(_heading(each), _SHAPES[each.measure]) for each in table.columns]
    rows = [
        tuple(_value(column, cell) for column, cell in zip(table.columns, row, strict=True))
        for row in table.rows
    ]
    return Sheet(table.title[:_LONGEST_NAME], columns, rows)


def _heading(column: Column) -> str:
    return f"{column.label} (hours:minutes)" if column.measure is Measure.SPAN else column.label


def _value(column: Column, cell: Cell) -> Value:
    return column.missing if cell is None else cell
