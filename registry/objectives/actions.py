"""Set the objective; add, edit and retire metrics; record value realised."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, TypeVar

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.objectives import queries
from registry.objectives.models import Objective, SuccessMetric, ValueRealised
from registry.objectives.rules.metric import MetricFacts, slug_for
from registry.objectives.rules.objections import problems_with_metric, problems_with_slug
from registry.objectives.rules.objective import (
    ObjectiveFacts,
    ValueFacts,
    problems_with_objective,
    problems_with_value,
    prose_problems,
)
from registry.people.queries import is_active_person

Facts = TypeVar("Facts", ObjectiveFacts, MetricFacts, ValueFacts)


def set_objective(
    session: Session, actor: Actor, system_id: int, facts: ObjectiveFacts, *, version: int
) -> Objective:
    """State what a system is for. `version` is the revision the editor had before them, 0 when there was none.

    Raises RuleBroken, or Conflict with both sides when the objective has moved on since. The caller holds the
    system's row locked, so that two first objectives cannot be written at once.
    """
    require(actor, Permission.OBJECTIVE_EDIT, system_id)
    facts = tidy(facts)
    objective = queries.objective_of(session, system_id, lock=True)
    if version != (objective.version if objective else 0):
        raise _conflict("this objective", objective, facts)
    refuse_if(problems_with_objective(facts))
    if objective is None:
        objective = objective_row(session, system_id, facts)
    else:
        _write(objective, facts)
    record(session, actor, Event.OBJECTIVE_SET, objective, system_id=system_id)
    return objective


def add_metric(
    session: Session, actor: Actor, system_id: int, facts: MetricFacts, *, slug: str = ""
) -> SuccessMetric:
    """Give a system one more metric; its slug is made from the name where none is asked for. Raises RuleBroken.

    The caller holds the system's row locked, so that two metrics never take the same slug.
    """
    require(actor, Permission.OBJECTIVE_EDIT, system_id)
    facts = tidy(facts)
    names, slugs = queries.names_and_slugs(session, system_id)
    asked = problems_with_slug(slug, slugs) if slug else []
    refuse_if([*asked, *_metric_problems(session, facts, names, known_owner=None)])
    metric = metric_row(session, system_id, facts, slug=slug)
    record(session, actor, Event.METRIC_ADDED, metric, system_id=system_id)
    return metric


def edit_metric(
    session: Session, actor: Actor, metric: SuccessMetric, facts: MetricFacts, *, version: int
) -> SuccessMetric:
    """Write what a metric now states; its slug stays. Raises RuleBroken, or Conflict with both sides."""
    require(actor, Permission.OBJECTIVE_EDIT, metric.system_id)
    facts = tidy(facts)
    _refuse_retired(metric)
    if version != metric.version:
        raise _conflict("this metric", metric, facts)
    names, _ = queries.names_and_slugs(session, metric.system_id, besides=metric.id)
    refuse_if(_metric_problems(session, facts, names, known_owner=metric.number_owner_id))
    _write(metric, facts)
    record(session, actor, Event.METRIC_EDITED, metric, system_id=metric.system_id)
    return metric


def retire_metric(session: Session, actor: Actor, metric: SuccessMetric, because: str) -> SuccessMetric:
    """Stop using a metric, with the reason; what was measured stays readable. Raises RuleBroken."""
    require(actor, Permission.OBJECTIVE_EDIT, metric.system_id)
    _refuse_retired(metric)
    because = because.strip()
    missing = [] if because else [Problem("because", "Say why this metric is no longer used.")]
    refuse_if([*missing, *prose_problems("because", because)])
    metric.retired_at, metric.retired_because = clock.now(), because
    record(session, actor, Event.METRIC_RETIRED, metric, system_id=metric.system_id)
    return metric


def record_value(session: Session, actor: Actor, system_id: int, facts: ValueFacts) -> ValueRealised:
    """Add a dated entry of the value a system brought. Raises RuleBroken."""
    require(actor, Permission.OBJECTIVE_EDIT, system_id)
    facts = tidy(facts)
    refuse_if(problems_with_value(facts, today=clock.today()))
    entry = ValueRealised(
        system_id=system_id,
        on_day=facts.on_day or clock.today(),
        amount=facts.amount or Decimal(0),
        currency=facts.currency,
        source=facts.source,
        note=facts.note,
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(entry)
    record(session, actor, Event.VALUE_RECORDED, entry, system_id=system_id)
    return entry


def objective_row(session: Session, system_id: int, facts: ObjectiveFacts) -> Objective:
    """The new row itself. Part of setting an objective and of importing, whose ledger entries cover it."""
    objective = Objective(system_id=system_id, **_stored(tidy(facts)))
    session.add(objective)
    return objective


def metric_row(session: Session, system_id: int, facts: MetricFacts, *, slug: str = "") -> SuccessMetric:
    """The new row itself, with its slug, made from the name where none is given. Part of adding a metric and of importing. Raises RuleBroken without a kind."""
    facts = tidy(facts)
    if facts.kind is None:
        raise RuleBroken([Problem("kind", "Choose what the metric measures.")])
    _, slugs = queries.names_and_slugs(session, system_id)
    metric = SuccessMetric(
        system_id=system_id,
        slug=slug or slug_for(facts.name, facts.kind, slugs),
        kind=facts.kind,
        name=facts.name,
    )
    _write(metric, facts)
    session.add(metric)
    session.flush()
    return metric


def tidy(facts: Facts) -> Facts:
    """The facts with every text in its storable form and no negative zero; what has no such form is left to the rules."""
    values: dict[str, Any] = {}
    for each in fields(facts):
        value = getattr(facts, each.name)
        if type(value) is str:
            values[each.name] = _cleaned(value)
        elif isinstance(value, Decimal) and value.is_zero():
            values[each.name] = value.copy_abs()
    return replace(facts, **values)


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueError:
        return text


def _metric_problems(
    session: Session, facts: MetricFacts, names: frozenset[str], *, known_owner: int | None
) -> list[Problem]:
    # Somebody who has left stays named until another is; only a new choice must be here.
    chosen = facts.number_owner_id
    fits = chosen in {None, known_owner} or is_active_person(session, chosen, clock.today())
    taken = facts.name.casefold() in names
    return problems_with_metric(facts, today=clock.today(), name_taken=taken, owner_is_active=fits)


def _write(row: Objective | SuccessMetric, facts: ObjectiveFacts | MetricFacts) -> None:
    # Only what differs, so that an unchanged record keeps its revision.
    for name, value in _stored(facts).items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _stored(facts: ObjectiveFacts | MetricFacts) -> dict[str, Any]:
    values = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _refuse_retired(metric: SuccessMetric) -> None:
    if metric.retired_at is not None:
        raise RuleBroken([Problem("", "This metric was retired. Add a new one instead.")])


def _conflict(
    what: str, row: Objective | SuccessMetric | None, facts: ObjectiveFacts | MetricFacts
) -> Conflict:
    """Both sides of an edit that came too late: what stands now beside what was about to be written."""
    differences = [
        Difference(name, getattr(row, name), value)
        for name, value in _stored(facts).items()
        if row is not None and getattr(row, name) != value
    ]
    says = f"Somebody else changed {what} while you were editing."
    return Conflict(says, row.version if row else 0, differences)
