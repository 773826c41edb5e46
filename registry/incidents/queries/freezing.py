"""What an incident is tied to, as it says it now: found only where it belongs to a system the incident touches."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from registry.data_sources.models import DataSource
from registry.dependencies.models import Dependency
from registry.feedback.models import Feedback
from registry.incidents.rules.kinds import Linked, Pattern
from registry.incidents.rules.opening import pattern_of
from registry.incidents.rules.record import versions_said
from registry.kernel import clock
from registry.kernel.calendar import last_day
from registry.kernel.guard_rails import GuardRail, number_said, rail_of
from registry.kernel.text import worded
from registry.monitoring.models.alerts import Alert
from registry.monitoring.models.snapshots import FrozenRail, Snapshot
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind as MetricKind
from registry.store.columns import LARGEST_NUMBER
from registry.versions.queries import live_between

Frozen = dict[str, str | int | None]

# Readings are counted beyond what other rows are.
_LARGEST = 2**63 - 1
_OTHER_SYSTEM = "a system of the register"


@dataclass(frozen=True, slots=True)
class Tied:
    """One thing to be tied: what it says now, in a sentence and frozen; the pattern it points to; when it began, where known."""

    kind: Linked
    target_id: int
    says: str
    frozen: Frozen
    pattern: Pattern
    since: datetime | None = None


def tied_to(session: Session, system_ids: Collection[int], kind: Linked, target_id: int) -> list[Tied]:
    """What a link to this thing would keep, the thing itself first; an alert brings the reading it speaks of.

    Nothing where there is no such thing of these systems. Data sources are everybody's, so any of the catalogue will do.
    """
    number = min(target_id, LARGEST_NUMBER)
    theirs = sorted(system_ids)
    if kind is Linked.ALERT:
        query = select(Alert).where(Alert.id == number, col(Alert.system_id).in_(theirs))
        return [each for one in alerts_tied(session, session.exec(query).all()) for each in one]
    if kind is Linked.SNAPSHOT:
        return list(_snapshots(session, [min(target_id, _LARGEST)], theirs).values())
    if kind is Linked.FEEDBACK:
        query_f = select(Feedback).where(Feedback.id == number, col(Feedback.system_id).in_(theirs))
        return [_feedback(one) for one in session.exec(query_f)]
    if kind is Linked.DEPENDENCY:
        query_d = select(Dependency).where(Dependency.id == number, col(Dependency.system_id).in_(theirs))
        return [_dependency(one) for one in session.exec(query_d)]
    return [_source(one) for one in session.exec(select(DataSource).where(DataSource.id == number))]


def alerts_tied(session: Session, alerts: Sequence[Alert]) -> list[list[Tied]]:
    """For each alert what a link to it would keep: it, and the reading it speaks of where there is one.

    The number of statements depends on the systems the alerts are of and not on how many they are.
    """
    if not alerts:
        return []
    numbers = {number for one in alerts for number in (one.first_snapshot_id, one.last_snapshot_id) if number}
    readings = _snapshots(session, numbers, {one.system_id for one in alerts})
    metrics = _metrics(session, {one.metric_id for one in alerts if one.metric_id})
    return [_alert(one, metrics, readings) for one in alerts]


def _metrics(session: Session, numbers: Collection[int]) -> dict[int, SuccessMetric]:
    if not numbers:
        return {}
    query = select(SuccessMetric).where(col(SuccessMetric.id).in_(sorted(numbers)))
    return {metric.id or 0: metric for metric in session.exec(query)}


def _alert(alert: Alert, metrics: dict[int, SuccessMetric], readings: dict[int, Tied]) -> list[Tied]:
    metric = metrics.get(alert.metric_id or 0)
    first, last = readings.get(alert.first_snapshot_id or 0), readings.get(alert.last_snapshot_id or 0)
    kind = MetricKind(metric.kind) if metric else None
    frozen: Frozen = {
        "kind": alert.kind.value,
        "says": alert.says,
        "severity": alert.severity.value,
        "state": alert.state.value,
        "metric": metric.name if metric else None,
        "group": alert.group,
        "opened_at": clock.written(alert.opened_at),
        "first_bad_window_end": _written(alert.first_window_end),
        "last_bad_window_end": _written(alert.last_bad_window_end),
        "count": alert.count,
    }
    tied = Tied(
        Linked.ALERT,
        alert.id or 0,
        f"{alert.kind.said}: {alert.says}",
        frozen,
        pattern_of(Linked.ALERT, alert=alert.kind, metric=kind),
        (first.since if first else None) or alert.first_window_end,
    )
    return [tied, last] if last else [tied]


def _snapshots(session: Session, numbers: Collection[int], system_ids: Collection[int]) -> dict[int, Tied]:
    """Readings of these systems with their guard-rails, as they stand, by number."""
    if not numbers:
        return {}
    query: Any = (
        select(Snapshot, SuccessMetric, FrozenRail)
        .join(SuccessMetric, col(SuccessMetric.id) == col(Snapshot.metric_id))
        .join(FrozenRail, col(FrozenRail.id) == col(Snapshot.rail_id), isouter=True)
        .where(col(Snapshot.id).in_(sorted(numbers)), col(SuccessMetric.system_id).in_(sorted(system_ids)))
    )
    found = session.exec(query).all()
    versions = _versions(session, [(metric.system_id, reading.window_end) for reading, metric, _ in found])
    return {
        reading.id: _snapshot(reading, metric, rail, versions[metric.system_id, reading.window_end])
        for reading, metric, rail in found
    }


def _versions(session: Session, asked: Iterable[tuple[int, datetime]]) -> dict[tuple[int, datetime], str]:
    """Which versions were live on each system at each of these instants, in words; one statement per system."""
    instants: dict[int, set[datetime]] = {}
    for system_id, at in asked:
        instants.setdefault(system_id, set()).add(at)
    found: dict[tuple[int, datetime], str] = {}
    for system_id, some in instants.items():
        periods = live_between(session, system_id, min(some), max(some))
        for at in some:
            live = [
                (model.label, period.share)
                for model, period in periods
                if period.from_at <= at and (period.to_at is None or at < period.to_at)
            ]
            found[system_id, at] = versions_said(sorted(live, key=lambda each: -each[1]))
    return found


def _snapshot(reading: Snapshot, metric: SuccessMetric, rail: FrozenRail | None, version: str) -> Tied:
    unit = metric.unit
    warn = rail_of(rail.warn_bound, rail.warn_low, rail.warn_high) if rail else None
    breach = rail_of(rail.breach_bound, rail.breach_low, rail.breach_high) if rail else None
    frozen: Frozen = {
        "metric": metric.name,
        "slug": metric.slug,
        "unit": unit,
        "group": reading.group_key,
        "window_start": clock.written(reading.window_start),
        "window_end": clock.written(reading.window_end),
        "value": format(reading.value, "f"),
        "n": reading.n,
        "low": None if reading.low is None else format(reading.low, "f"),
        "high": None if reading.high is None else format(reading.high, "f"),
        "verdict": reading.verdict.value,
        "revision": reading.revision,
        "warn": _said(warn, unit),
        "breach": _said(breach, unit),
        "minimum_sample": rail.minimum_sample if rail else None,
        "version": version,
    }
    day = last_day(reading.window_start, reading.window_end)
    says = f"{metric.name} was {number_said(reading.value)} {unit}".strip()
    return Tied(
        Linked.SNAPSHOT,
        reading.id or 0,
        f"{says} in the window to {day.day} {day:%b %Y} ({worded(reading.verdict.value)})",
        frozen,
        pattern_of(Linked.SNAPSHOT, metric=MetricKind(metric.kind)),
        reading.window_start,
    )


def _feedback(one: Feedback) -> Tied:
    # Who sent it is nobody's business here: the contact stays where it is.
    frozen: Frozen = {
        "comment": one.comment,
        "category": one.category.value if one.category else None,
        "outcome": one.outcome.value if one.outcome else None,
        "rating": one.rating,
        "received_at": clock.written(one.received_at),
    }
    about = f" ({one.category.said.lower()})" if one.category else ""
    says = f"Feedback of {one.received_at.day} {one.received_at:%b %Y}{about}"
    pattern = pattern_of(Linked.FEEDBACK, category=one.category)
    return Tied(Linked.FEEDBACK, one.id or 0, says, frozen, pattern)


def _dependency(one: Dependency) -> Tied:
    # Readers of the incident may not know of the other system, so that its name is not kept with it.
    name = one.service or _OTHER_SYSTEM
    frozen: Frozen = {
        "name": name,
        "direction": one.direction.value,
        "interface": one.interface,
        "contract_format": one.contract_format,
        "contract_version": one.contract_version,
        "on_failure": one.on_failure.value if one.on_failure else None,
        "fallback": one.fallback,
    }
    return Tied(
        Linked.DEPENDENCY,
        one.id or 0,
        f"The dependency on {name}" if one.direction.value == "upstream" else f"What {name} gets from it",
        frozen,
        pattern_of(Linked.DEPENDENCY),
    )


def _source(one: DataSource) -> Tied:
    frozen: Frozen = {
        "name": one.name,
        "key": one.key,
        "classification": one.classification.value if one.classification else None,
        "personal_data": one.personal_data.value,
        "schema_version": one.schema_version,
        "freshness_promised": one.freshness_promised,
        "known_gaps": one.known_gaps,
    }
    says = f"The data source {one.key} {one.name}"
    return Tied(Linked.DATA_SOURCE, one.id or 0, says, frozen, pattern_of(Linked.DATA_SOURCE))


def _written(at: datetime | None) -> str | None:
    return None if at is None else clock.written(at)


def _said(rail: GuardRail | None, unit: str) -> str | None:
    return None if rail is None else rail.said(unit)
