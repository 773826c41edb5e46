"""Incidents with what belongs to them, for a file that is taken away: some hundreds at a time, whatever their number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func

from registry.incidents.models.incidents import IncidentSystem
from registry.incidents.models.measures import AuthorityReport, CorrectiveAction
from registry.incidents.queries.incidents import Line, Narrowing, Noticed, incidents_page
from registry.incidents.queries.reports import still_to_be_told
from registry.incidents.rules.kinds import ActionState
from registry.kernel.actor import Actor
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.people.queries import unit_paths

AT_ONCE = 300
_FINISHED = (ActionState.VERIFIED, ActionState.DROPPED)


@dataclass(frozen=True, slots=True)
class Exported:
    """An incident with the keys of all systems it touches, the path of its unit, how many corrective actions there are and
    how many of them are not finished, and until when authorities are still to be told.
    """

    line: Line
    systems: Sequence[str]
    unit: str
    actions: int
    unfinished: int
    to_tell: Sequence[tuple[str, datetime]]


def exported(session: Session, actor: Actor, by: Narrowing) -> Iterator[Exported]:
    """All incidents that are asked for, in the order of the list; four statements for each three hundred of them."""
    paths = unit_paths(session)
    before: Noticed | None = None
    while True:
        page = incidents_page(session, actor, by, before=before, limit=AT_ONCE)
        yield from _with_surroundings(session, page.items, paths)
        if page.next_after is None or not page.items:
            return
        last = page.items[-1].incident
        before = (last.detected_at, last.id or 0)


def _with_surroundings(session: Session, lines: Sequence[Line], paths: dict[int, str]) -> Iterator[Exported]:
    numbers = [line.incident.id or 0 for line in lines]
    systems, actions, reports = (
        _systems(session, numbers),
        _actions(session, numbers),
        _unsent(session, numbers),
    )
    for line in lines:
        number = line.incident.id or 0
        all_, left = actions.get(number, (0, 0))
        yield Exported(
            line, systems[number], paths.get(line.system.unit_id, ""), all_, left, reports.get(number, [])
        )


def _systems(session: Session, numbers: list[int]) -> dict[int, list[str]]:
    query = sa.select(col(IncidentSystem.incident_id), col(IncidentSystem.system_id)).where(
        col(IncidentSystem.incident_id).in_(numbers)
    )
    found: dict[int, list[str]] = {}
    for number, system in session.execute(query.order_by(col(IncidentSystem.id))):
        found.setdefault(number, []).append(public_key(SYSTEM_PREFIX, system))
    return found


def _actions(session: Session, numbers: list[int]) -> dict[int, tuple[int, int]]:
    left = func.count().filter(col(CorrectiveAction.state).not_in(_FINISHED))
    query = sa.select(col(CorrectiveAction.incident_id), func.count(), left).where(
        col(CorrectiveAction.incident_id).in_(numbers)
    )
    rows: Any = session.execute(query.group_by(col(CorrectiveAction.incident_id)))
    return {number: (many, some) for number, many, some in rows}


def _unsent(session: Session, numbers: list[int]) -> dict[int, list[tuple[str, datetime]]]:
    until = func.coalesce(col(AuthorityReport.override_at), col(AuthorityReport.due_at))
    query = sa.select(col(AuthorityReport.incident_id), col(AuthorityReport.authority), until).where(
        col(AuthorityReport.incident_id).in_(numbers), *still_to_be_told()
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for number, authority, at in session.execute(query.order_by(until, col(AuthorityReport.id))):
        found.setdefault(number, []).append((authority, at))
    return found
