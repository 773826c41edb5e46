"""The cells of a report as they are read, and what stands around its figures in words."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from registry.incidents.render import span_said
from registry.kernel.calendar import day_said
from registry.kernel.text import percent
from registry.portfolio.rules.reports.shapes import Cell, Column, Frame, Measure, Report

WHOLE: Final = "the whole company"
EVERYTHING: Final = "Every system is counted, restricted ones among them. Hand it on to nobody who may not know that there are such systems."
SEEN: Final = (
    "Counted are the systems {0} may see. Whether there are restricted systems beside them is told to nobody but those "
    "who answer for them, reviewers, auditors and administrators."
)
PAST: Final = "how the register stood when that day ended, by the ledger, as its reader may know it on the day it was made"
NO_CHECKPOINT: Final = "none yet: no checkpoint of the ledger had been signed"


def said(column: Column, cell: Cell) -> str:
    """A cell as it is printed: the words for what is missing where there is no value."""
    if cell is None:
        return column.missing
    if isinstance(cell, str):
        return cell
    if isinstance(cell, timedelta):
        return span_said(cell)
    if isinstance(cell, date):
        return day_said(cell)
    if column.measure is Measure.SHARE:
        return percent(float(cell)).replace(" ", "\u00a0")
    return f"{cell:,.0f}" if isinstance(cell, (Decimal, float)) else f"{cell:,}"


def instant_said(at: datetime) -> str:
    """An instant to the minute in UTC: "26 Nov 2026, 09:30 UTC"."""
    return f"{day_said(at.date())}, {at:%H:%M} UTC"


def about(report: Report) -> Sequence[tuple[str, str]]:
    """For whom a report is, of what, as of when, and what of the ledger and the rule packs it was made at."""
    frame = report.frame
    held = frame.held
    period = (("Period", frame.period),) if frame.period else ()
    past = (("A past day", PAST),) if frame.of_past_day else ()
    return (
        *period,
        ("Counted for", frame.made_for),
        ("Narrowed to", frame.narrowed or WHOLE),
        ("As of", f"{day_said(report.figures.on)} (UTC)"),
        *past,
        ("Made", instant_said(frame.made_at)),
        ("Checkpoint, entries", f"{held.size:,}" if held else NO_CHECKPOINT),
        ("Checkpoint, root", held.root if held else NO_CHECKPOINT),
        ("Checkpoint, signed", instant_said(datetime.fromisoformat(held.at)) if held else NO_CHECKPOINT),
    )


def seen_by(frame: Frame) -> str:
    """Whose view was counted, and what that leaves untold, whether or not anything is left out."""
    return EVERYTHING if frame.is_everything else SEEN.format(frame.made_for)
