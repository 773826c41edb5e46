"""Why AI fails, as counted: of the incidents, alerts and corrective actions the reader may know of; in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func

from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.incidents.queries.incidents import Narrowing, narrowed
from registry.incidents.queries.measures import Asked, ToDo, actions_page, counts_by_pattern
from registry.incidents.rules.kinds import Pattern
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.lifecycle.queries import standings
from registry.lifecycle.rules import Item
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, Severity
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind as MetricKind
from registry.ownership.queries import held_on_many
from registry.portfolio.rules.causes import Alarmed, Detected, Month, Row, months_until, rows_of
from registry.store.columns import utc_day
from registry.systems.models import System
from registry.systems.queries import visible_to

MOST_SYSTEMS = 5
MOST_ACTIONS = 10


@dataclass(frozen=True, slots=True)
class Behind:
    """A system with the incidents of a pattern that touch it, and what its record lacks now against that pattern."""

    system: System
    incidents: int
    lacks: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Causes:
    """Everything the page says. `controls` counts by pattern and missing control, "" where nobody has said which.

    `actions` are the first that are due; `actions_open` and `actions_overdue` count all of them by pattern.
    """

    months: tuple[Month, ...]
    rows: tuple[Row, ...]
    controls: dict[Pattern, dict[str, int]]
    systems: dict[Pattern, Sequence[Behind]]
    actions: Sequence[ToDo]
    actions_open: dict[Pattern, int]
    actions_overdue: dict[Pattern, int]


def causes(session: Session, actor: Actor) -> Causes:
    """Why AI fails, of the last twelve months in UTC, as far as the actor may know."""
    months = months_until(clock.today())
    begin, end = months[0].begin, months[-1].end
    clauses = narrowed(actor, Narrowing(detected_from=begin, detected_to=end, unmerged=True))
    counts = counts_by_pattern(session, actor)
    return Causes(
        months=months,
        rows=rows_of(months, _detected(session, clauses), _alarmed(session, actor, months)),
        controls=_controls(session, clauses),
        systems=_systems(session, clauses),
        actions=actions_page(session, actor, Asked(), limit=MOST_ACTIONS).items,
        actions_open={pattern: unfinished for pattern, (unfinished, _) in counts.items()},
        actions_overdue={pattern: late for pattern, (_, late) in counts.items()},
    )


def _detected(session: Session, clauses: Sequence[Any]) -> list[Detected]:
    day = utc_day(col(Incident.detected_at))
    query = sa.select(col(Incident.pattern), day, func.max(Incident.severity), func.count()).where(*clauses)
    return [Detected(*row) for row in session.execute(query.group_by(col(Incident.pattern), day))]


def _alarmed(session: Session, actor: Actor, months: Sequence[Month]) -> list[Alarmed]:
    day = utc_day(col(Alert.opened_at))
    query = (
        sa.select(col(Alert.kind), col(SuccessMetric.kind), day, func.count())
        .join(System, col(System.id) == col(Alert.system_id))
        .join(SuccessMetric, col(SuccessMetric.id) == col(Alert.metric_id), isouter=True)
        .where(
            col(Alert.severity) == Severity.CRITICAL,
            col(Alert.opened_at) >= months[0].begin,
            col(Alert.opened_at) < months[-1].end,
            visible_to(actor),
        )
        .group_by(col(Alert.kind), col(SuccessMetric.kind), day)
    )
    return [
        Alarmed(AlertKind(kind), MetricKind(metric) if metric else None, on, count)
        for kind, metric, on, count in session.execute(query)
    ]


def _controls(session: Session, clauses: Sequence[Any]) -> dict[Pattern, dict[str, int]]:
    by = (col(Incident.pattern), col(Incident.missing_control))
    query = sa.select(*by, func.count()).where(*clauses).group_by(*by).order_by(func.count().desc(), *by)
    found: dict[Pattern, dict[str, int]] = {}
    for pattern, control, count in session.execute(query):
        found.setdefault(pattern, {})[control] = count
    return found


def _systems(session: Session, clauses: Sequence[Any]) -> dict[Pattern, Sequence[Behind]]:
    """For each pattern the systems most of its incidents touch, and what their records lack now."""
    # Under a name of its own: the clause of visibility asks the same table.
    of = aliased(IncidentSystem)
    touched = (
        sa.select(col(Incident.pattern), col(of.system_id), func.count().label("incidents"))
        .join(of, col(of.incident_id) == col(Incident.id))
        .where(*clauses)
        .group_by(col(Incident.pattern), col(of.system_id))
        .subquery("touched")
    )
    order = (touched.c.incidents.desc(), touched.c.system_id)
    place = func.row_number().over(partition_by=touched.c.pattern, order_by=order)
    ranked = sa.select(touched, place.label("place")).subquery("ranked")
    query = (
        sa.select(ranked.c.pattern, ranked.c.incidents, System)
        .join(System, col(System.id) == ranked.c.system_id)
        .where(ranked.c.place <= MOST_SYSTEMS)
        .order_by(ranked.c.pattern, ranked.c.place)
    )
    rows = session.execute(query).all()
    systems = list({system.id: system for _, _, system in rows}.values())
    standing = standings(session, systems, held_on_many(session, [system.id or 0 for system in systems]))
    found: dict[Pattern, list[Behind]] = {}
    for pattern, count, system in rows:
        lacks = tuple(item for item in standing[system.id or 0].missing if item.pattern == pattern)
        found.setdefault(pattern, []).append(Behind(system, count, lacks))
    return dict(found)
