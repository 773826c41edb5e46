"""What the registry has to take up by itself: critical alerts that belong to no incident, and where they would go."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from registry.incidents.models.incidents import Incident, IncidentLink, IncidentSystem
from registry.incidents.queries.visibility import could_work
from registry.incidents.rules.kinds import UNRESOLVED, Linked, Pattern, Status
from registry.incidents.rules.opening import pattern_of_alert
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertState, Severity
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind
from registry.ownership.queries import owners_of

_AT_ONCE = 500


def _waits(system_id: int) -> tuple[ColumnElement[bool], ...]:
    tied = exists().where(
        col(IncidentLink.kind) == Linked.ALERT, col(IncidentLink.target_id) == col(Alert.id)
    )
    return (
        col(Alert.system_id) == system_id,
        col(Alert.state) != AlertState.RESOLVED,
        col(Alert.severity) == Severity.CRITICAL,
        ~tied,
    )


def is_waiting(session: Session, system_id: int) -> bool:
    """Whether a critical alert of the system belongs to no incident."""
    return session.exec(select(Alert.id).where(*_waits(system_id)).limit(1)).first() is not None


def alerts_waiting(session: Session, system_id: int) -> dict[Pattern, list[Alert]]:
    """The critical alerts of the system that belong to no incident, in order, by the pattern they point to."""
    query = (
        select(Alert, SuccessMetric.kind)
        .join(SuccessMetric, col(SuccessMetric.id) == col(Alert.metric_id), isouter=True)
        .where(*_waits(system_id))
    )
    found: defaultdict[Pattern, list[Alert]] = defaultdict(list)
    for alert, kind in session.exec(query.order_by(col(Alert.id))):
        found[pattern_of_alert(alert.kind, Kind(kind) if kind else None)].append(alert)
    return dict(found)


def standing_in(session: Session, slots: Collection[str]) -> dict[str, Incident]:
    """The unresolved incidents in these places, by place, held until the transaction ends."""
    query = select(Incident).where(
        col(Incident.slot).in_(sorted(slots)),
        col(Incident.status).in_([each for each in Status if each in UNRESOLVED]),
    )
    held = session.exec(query.order_by(col(Incident.id)).with_for_update(key_share=True))
    return {incident.slot or "": incident for incident in held}


def leader_of(session: Session, system_id: int) -> int | None:
    """Who leads an incident the registry opens: whoever answers for the system and is here, or nobody."""
    held = owners_of(session, [system_id]).get(system_id)
    owner = held.assignment.person_id if held else None
    return owner if owner is not None and could_work(session, owner, [system_id]) else None


def is_taken(session: Session, incident: Incident) -> bool:
    """Whether another unresolved incident stands in the place this one had."""
    return any(other.id != incident.id for other in standing_in(session, {incident.slot or ""}).values())


def touched_among(session: Session, system_ids: Collection[int]) -> dict[int, int]:
    """Of these systems those that an incident touches, with the number of the row that said so first."""
    ordered, found = sorted(system_ids), dict[int, int]()
    for start in range(0, len(ordered), _AT_ONCE):
        query = select(IncidentSystem.system_id, IncidentSystem.id).where(
            col(IncidentSystem.system_id).in_(ordered[start : start + _AT_ONCE])
        )
        for system_id, number in session.exec(query.order_by(col(IncidentSystem.id))):
            found.setdefault(system_id, number or 0)
    return found
