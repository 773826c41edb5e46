"""Incidents as a file; spans of time and what is left of them in words."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from registry.incidents.queries.exporting import Exported
from registry.incidents.rules.kinds import Severity
from registry.incidents.rules.times import Spread, Times
from registry.kernel.text import INCIDENT_PREFIX, counted, listed, public_key
from registry.output.tables import Cell, as_of, to_csv

_COLUMNS: Final = (
    "Incident",
    "Title",
    "System",
    "All systems it touches",
    "Unit",
    "Risk tier",
    "Kind",
    "Severity",
    "Severity in words",
    "Pattern",
    "Missing control",
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
    "Root cause",
    "Corrective actions",
    "Of these unfinished",
    "Authorities still to be told (UTC)",
    "Recurrence of",
    "Merged into",
)


def incidents_csv(found: Iterable[Exported], day: date | None = None) -> bytes:
    """The incidents as CSV, guarded against formulas; an instant nobody knows is an empty cell. `day`: as of which past day."""
    return to_csv(*as_of(day, _COLUMNS, (_row(each) for each in found)))


def _row(each: Exported) -> list[Cell]:
    incident, system = each.line.incident, each.line.system
    instants = (
        incident.started_at,
        incident.detected_at,
        incident.acknowledged_at,
        incident.mitigated_at,
        incident.resolved_at,
        incident.closed_at,
    )
    return [
        incident.key,
        incident.title,
        system.key,
        ", ".join(each.systems),
        each.unit,
        system.tier.value if system.tier else None,
        incident.kind.said,
        incident.severity,
        Severity(incident.severity).said,
        incident.pattern.said,
        incident.missing_control or None,
        incident.status.said,
        incident.detected_by.said,
        *map(_instant, instants),
        each.line.lead.name if each.line.lead else None,
        incident.affected_count,
        incident.root_cause or None,
        each.actions,
        each.unfinished,
        "; ".join(f"{authority} by {_instant(at)}" for authority, at in each.to_tell) or None,
        _key(incident.recurrence_of_id),
        _key(incident.merged_into_id),
    ]


def _instant(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def _key(number: int | None) -> str | None:
    return None if number is None else public_key(INCIDENT_PREFIX, number)


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
