"""A report on paper: the board's two pages, and the full report with contents and a page to sign."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from registry.kernel.calendar import day_said
from registry.kernel.canonical import sha256_hex
from registry.kernel.text import shortened
from registry.output.html import render
from registry.output.pdf import Limits, PdfIdentity, from_html
from registry.portfolio.render.reports.drawings import drawings
from registry.portfolio.render.reports.words import WHOLE, about, said, seen_by
from registry.portfolio.rules.figures import TIERS
from registry.portfolio.rules.reports.shapes import Report, Table

BOARD: Final = "portfolio/report_board.html"
FULL: Final = "portfolio/report_full.html"
TITLES: Final[Mapping[str, str]] = {
    BOARD: "AI portfolio: summary for the board",
    FULL: "AI portfolio: full report",
}
_NARROWED_LENGTH: Final = 70
_MOST_CURRENCIES: Final = 3
_LIMITS: Final = Limits()
_TINTS: Final = {"limited": "info", "high": "warn", "prohibited": "bad"}


def board_pdf(report: Report) -> bytes:
    """The summary for the board, at most two pages. Raises PdfRefused with the reason where it cannot be made."""
    return _pdf(report, BOARD)


def full_pdf(report: Report) -> bytes:
    """Every table and drawing, with contents and a page to sign. Raises PdfRefused with the reason where it cannot be made."""
    return _pdf(report, FULL)


def _pdf(report: Report, template: str) -> bytes:
    page, identity = document_of(report, template)
    return from_html(page, identity=identity, limits=_LIMITS)


def document_of(report: Report, template: str) -> tuple[str, PdfIdentity]:
    """What the PDF is made of: the page, whose stylesheet is css/print.css, and what the file says of itself."""
    frame, on = report.frame, day_said(report.figures.on)
    title, narrowed = TITLES[template], frame.narrowed or WHOLE
    made = f", made {day_said(frame.made_at.date())}" if frame.of_past_day else ""
    running = {
        "title": title,
        "key": shortened(narrowed, _NARROWED_LENGTH),
        "date": f"As of {on}{made}" if made else f"As of {on} (UTC)",
        "hash": f"Checkpoint {frame.held.size:,} · {frame.held.root[:16]}…" if frame.held else "",
    }
    page = render(
        template,
        running=running,
        title=title,
        on=on,
        frame=frame,
        report=report,
        kicker=" · ".join(
            [*filter(None, [frame.period]), f"As of {on}{made}", shortened(narrowed, _NARROWED_LENGTH)]
        ),
        printed={name: _printed(each) for name, each in report.tables.items()},
        money=_few_currencies(report.tables["value"]),
        charts=drawings(report.figures),
        about=about(report),
        seen=seen_by(frame),
        tints=_tints(),
    )
    identity = PdfIdentity(
        title=f"{title}, {on}",
        author="AI registry",
        subject=f"How {narrowed} stands with its AI on {on}, counted for {frame.made_for}",
        language="en",
        created=frame.made_at,
        identifier=sha256_hex(page.encode()),
    )
    return page, identity


def _printed(table: Table) -> dict[str, Any]:
    """A table with its cells as words, each row with the places at which a value is missing."""
    columns = table.columns
    return {
        "id": table.id,
        "title": table.title,
        "says": table.says,
        "columns": [(each.label, each.measure.is_number) for each in columns],
        "rows": [
            [
                (said(column, cell), column.measure.is_number, cell is None, not cell)
                for column, cell in zip(columns, row, strict=True)
            ]
            for row in table.rows
        ],
    }


def _few_currencies(value: Table) -> dict[str, Any]:
    """Value for the board: of each kind the currencies with most, so that two pages are enough."""
    kinds = {row[0]: [each for each in value.rows if each[0] == row[0]] for row in value.rows}
    rows = tuple(row for each in kinds.values() for row in each[:_MOST_CURRENCIES])
    return _printed(replace(value, rows=rows)) | {"more": len(value.rows) - len(rows)}


def _tints() -> list[str]:
    """How each column of the table of exposure is tinted where it counts anything: the first is the unit, the last the sum."""
    return ["", *(_TINTS.get(tier, "") for tier in TIERS), ""]
