"""Incidents as a file; spans of time and what is left of them in words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from registry.incidents.queries.incidents import Line
from registry.incidents.rules.kinds import Severity
from registry.incidents.rules.times import Spread, Times
from registry.kernel.text import counted, listed
from registry.output.tables import Cell, to_csv

_COLUMNS: Final = (
    "Incident",
    "Title",
    "System",
    "Further systems",
    "Kind",
    "Severity",
    "Severity in words",
    "Pattern",
    "Status",
    "Noticed by",
    "Began (UTC)",
    "Noticed (UTC)",
    "Taken on (UTC)",
    "Harm stopped (UTC)",
    "Resolved (UTC)",
    "Closed (UTC)",
    "Lead",
    "Affected",
)


def incidents_csv(lines: Iterable[Line]) -> bytes:
    """The incidents as CSV, guarded against formulas; an instant nobody knows is an empty cell."""
    return to_csv(_COLUMNS, (_row(line) for line in lines))


def _row(line: Line) -> list[Cell]:
    incident = line.incident
    instants = (
        incident.started_at,
        incident.detected_at,
        incident.acknowledged_at,
        incident.mitigated_at,
        incident.resolved_at,
        incident.closed_at,
    )
    return [
        incident.id,
        incident.title,
        line.system.key,
        line.others,
        incident.kind.said,
        incident.severity,
        Severity(incident.severity).said,
        incident.pattern.said,
        incident.status.said,
        incident.detected_by.said,
        *(None if at is None else f"{at:%Y-%m-%d %H:%M:%S}" for at in instants),
        line.lead.name if line.lead else None,
        incident.affected_count,
    ]


def span_said(span: timedelta) -> str:
    """A span in its two largest units, rounded down: "2 days 4 hours", "5 minutes", "less than a minute"."""
    minutes = int(abs(span).total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    sizes = ((days, "day"), (hours, "hour"), (minutes % 60, "minute"))
    told = [counted(size, word) for size, word in sizes if size]
    if days and not hours:
        told = told[:1]
    return listed(told[:2]) if told else "less than a minute"


def left_said(until: datetime, now: datetime) -> str:
    """What is left until an instant: "2 days and 4 hours left", or by how much it is overdue."""
    span = span_said(until - now)
    return f"{span} left" if now < until else f"overdue by {span}"


def two_times_said(times: Times) -> tuple[str | None, str]:
    """How long it took to notice what went wrong and to resolve it, the medians in their largest unit; and how many say so.

    The first is None where no incident says either.
    """
    if not times.counted:
        return None, "no incident has been recorded"
    detect, resolve = times.detect, times.resolve
    note = f"median to detect {_median_said(detect)}; to resolve {_median_said(resolve)}"
    if not detect.n and not resolve.n:
        return None, note
    return f"{_largest(detect.median)} / {_largest(resolve.median)}", note


def _median_said(spread: Spread) -> str:
    counts = [f"n = {spread.n:,}"]
    counts += [f"{spread.open:,} not there yet"] if spread.open else []
    counts += [f"{spread.unknown:,} unknown"] if spread.unknown else []
    said = "not measured" if spread.median is None else span_said(spread.median)
    return f"{said} ({', '.join(counts)})"


def _largest(span: timedelta | None) -> str:
    return "not yet" if span is None else span_said(span).split(" and ")[0]
