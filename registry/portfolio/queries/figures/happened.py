"""What went wrong in a scope: grave incidents that are not over, incidents by pattern, and how long they took."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, func

from registry.incidents.models.incidents import Incident
from registry.incidents.queries import incidents
from registry.incidents.queries.incidents import Narrowing, narrowed
from registry.incidents.queries.times import times_of
from registry.incidents.rules.kinds import Pattern
from registry.incidents.rules.times import Times
from registry.kernel.actor import Actor
from registry.kernel.calendar import months_after, start_of
from registry.people.models import BusinessUnit
from registry.people.rules import below
from registry.portfolio.rules.figures import GRAVE_FROM, IncidentCount, PatternRow, Scope
from registry.systems.rules.record import Stage
from registry.systems.rules.search import NO_TEXT_STATED, NOT_STATED

MONTHS = 12


def within(scope: Scope, units: Sequence[BusinessUnit]) -> Narrowing:
    """The incidents of a scope, as their list narrows by the parameters of `Scope.incidents`."""
    tree = {unit.id or 0: unit.parent_id for unit in units}
    return Narrowing(
        unit_ids=None if scope.unit is None else below(frozenset({scope.unit}), tree) | {scope.unit},
        tier=None if scope.tier is None else "" if scope.tier == NOT_STATED else scope.tier,
        stage=Stage(scope.stage) if scope.stage else None,
        vendor=None if scope.vendor is None else "" if scope.vendor == NO_TEXT_STATED else scope.vendor,
    )


def year_until(today: date) -> date:
    """The first day of twelve calendar months, the running one the last of them."""
    return months_after(today.replace(day=1), 1 - MONTHS)


def grave_of(session: Session, actor: Actor, scope: Scope, by: Narrowing) -> IncidentCount:
    """The severe and critical incidents that are not closed."""
    asked = replace(by, unclosed=True, severity_from=GRAVE_FROM)
    return IncidentCount(
        incidents.count(session, actor, asked), scope.incidents(("severity", str(GRAVE_FROM)))
    )


def why_of(
    session: Session, actor: Actor, scope: Scope, by: Narrowing, today: date
) -> tuple[PatternRow, ...]:
    """Each pattern with its incidents of the last twelve months, in one statement. Merged ones do not count."""
    since = year_until(today)
    asked = narrowed(actor, replace(by, unmerged=True, detected_from=start_of(since)))
    query = sa.select(col(Incident.pattern), func.count()).where(*asked).group_by(col(Incident.pattern))
    found = {pattern: count for pattern, count in session.execute(query)}  # noqa: C416 - mypy sees rows, not pairs
    told = (("status", "all"), ("merged", "no"), ("since", since.isoformat()))
    return tuple(
        PatternRow(
            pattern,
            IncidentCount(found.get(pattern, 0), scope.incidents(*told, ("pattern", pattern.value))),
        )
        for pattern in Pattern
    )


def taken_by(
    session: Session, actor: Actor, scope: Scope, by: Narrowing, today: date
) -> tuple[Times, IncidentCount]:
    """How long the incidents of the last twelve months took, and which those are; in one statement."""
    since = year_until(today)
    times = times_of(session, actor, replace(by, detected_from=start_of(since)))
    told = (("status", "all"), ("merged", "no"), ("timed", "1"), ("since", since.isoformat()))
    return times, IncidentCount(times.counted, scope.incidents(*told))
