"""The objective, metrics and realised value of a system, or of several in one statement."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.kernel.errors import NotFound
from registry.objectives.models import Objective, SuccessMetric, ValueRealised
from registry.objectives.rules.metric import MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts

METRIC: sa.Table = SuccessMetric.__table__  # type: ignore[attr-defined]
STATED: Final = tuple(METRIC.c[each.name] for each in fields(MetricFacts))
"""The columns of what a metric states, in the order `facts_in` takes their values."""

# Asked with every delivery of readings. A statement costs more to put together than to run, so this is done once; and
# columns cost half of what objects do.
_EVER = (
    sa.select(METRIC.c.id, METRIC.c.slug, METRIC.c.retired_at, *STATED)
    .where(METRIC.c.system_id == sa.bindparam("system"))
    .order_by(METRIC.c.id)
)
_IN_USE = (
    select(SuccessMetric)
    .where(
        col(SuccessMetric.system_id).in_(sa.bindparam("systems", expanding=True)),
        col(SuccessMetric.retired_at).is_(None),
    )
    .order_by(col(SuccessMetric.id))
)
_OBJECTIVES = select(Objective).where(col(Objective.system_id).in_(sa.bindparam("systems", expanding=True)))


class Stated(NamedTuple):
    """A metric without its record: enough to judge a reading by."""

    id: int
    slug: str
    retired_at: datetime | None
    facts: MetricFacts


def objective_of(session: Session, system_id: int, *, lock: bool = False) -> Objective | None:
    """What the system is for, or None when nobody has said yet."""
    query = select(Objective).where(Objective.system_id == system_id)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def objectives_by_system(session: Session, system_ids: Sequence[int]) -> dict[int, Objective]:
    """What each of several systems is for, in one statement; those without an objective are left out."""
    if not system_ids:
        return {}
    found = session.exec(_OBJECTIVES, params={"systems": list(system_ids)})
    return {objective.system_id: objective for objective in found}


def metrics_of(session: Session, system_id: int, *, retired: bool = False) -> Sequence[SuccessMetric]:
    """The system's metrics that are in use, or with `retired` those that no longer are, in the order they were added."""
    gone = col(SuccessMetric.retired_at)
    query = select(SuccessMetric).where(
        SuccessMetric.system_id == system_id, gone.is_not(None) if retired else gone.is_(None)
    )
    return session.exec(query.order_by(col(SuccessMetric.id))).all()


def metrics_ever_of(session: Session, system_id: int) -> list[Stated]:
    """The system's metrics, those in use and those that no longer are, in the order they were added."""
    rows = session.connection().execute(_EVER, {"system": system_id})
    return [Stated(number, slug, retired_at, facts_in(told)) for number, slug, retired_at, *told in rows]


def metrics_by_system(session: Session, system_ids: Sequence[int]) -> dict[int, list[SuccessMetric]]:
    """The metrics in use of each of several systems, in one statement; every system asked for has its list."""
    found: dict[int, list[SuccessMetric]] = {number: [] for number in system_ids}
    if not found:
        return found
    for metric in session.exec(_IN_USE, params={"systems": list(found)}):
        found[metric.system_id].append(metric)
    return found


def metric_by_slug(session: Session, system_id: int, slug: str, *, lock: bool = False) -> SuccessMetric:
    """One metric of this system, in use or retired. Raises NotFound also for another system's."""
    query = select(SuccessMetric).where(SuccessMetric.system_id == system_id, SuccessMetric.slug == slug)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def names_and_slugs(
    session: Session, system_id: int, besides: int | None = None
) -> tuple[frozenset[str], set[str]]:
    """The names of the system's metrics in use, fit to be compared, and every slug it ever gave out."""
    query = select(SuccessMetric.id, SuccessMetric.name, SuccessMetric.slug, SuccessMetric.retired_at)
    rows = session.exec(query.where(SuccessMetric.system_id == system_id)).all()
    names = frozenset(name.casefold() for number, name, _, gone in rows if gone is None and number != besides)
    return names, {slug for _, _, slug, _ in rows}


def values_of(session: Session, system_id: int) -> Sequence[ValueRealised]:
    """The system's entries of realised value, newest first."""
    query = select(ValueRealised).where(ValueRealised.system_id == system_id)
    return session.exec(query.order_by(col(ValueRealised.on_day).desc(), col(ValueRealised.id).desc())).all()


def objective_facts(objective: Objective) -> ObjectiveFacts:
    """What the objective states, as the rules read it."""
    return ObjectiveFacts(**{each.name: getattr(objective, each.name) for each in fields(ObjectiveFacts)})


def metric_facts(metric: SuccessMetric) -> MetricFacts:
    """What the metric states, as the rules read it."""
    values: dict[str, Any] = {each.name: getattr(metric, each.name) for each in fields(MetricFacts)}
    values["groups"] = tuple(metric.groups)
    return MetricFacts(**values)


def facts_in(told: Sequence[Any]) -> MetricFacts:
    """What a metric states, from the values of the columns that are STATED."""
    values: dict[str, Any] = {column.name: value for column, value in zip(STATED, told, strict=True)}
    values["groups"] = tuple(values["groups"])
    return MetricFacts(**values)
