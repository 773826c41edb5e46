"""What the registry has to take up by itself: critical alerts that belong to no incident, and where they would go."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import Session, col, func, select

from registry.incidents.models.incidents import Incident, IncidentLink, IncidentSystem
from registry.incidents.queries.visibility import could_work
from registry.incidents.rules.kinds import UNRESOLVED, Linked, Pattern, Status
from registry.incidents.rules.opening import pattern_of_alert
from registry.kernel import clock
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertState, Severity
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind
from registry.ownership.queries import owners_of

_AT_ONCE = 500
# An alert that is over is taken up this long afterwards: a worker may have stood still. What was over before is history.
_LOOKED_BACK = timedelta(days=7)
_UNRESOLVED = col(Incident.status).in_([each for each in Status if each in UNRESOLVED])
_MERGED = col(Incident.status) == Status.MERGED


def _waits(system_id: int) -> tuple[ColumnElement[bool], ...]:
    """The critical alerts of a system that belong to no incident, also those that were over before anybody came to look.

    One belongs to an incident that is not resolved yet; to one that is, until it is raised again for a window that
    ended after that. What was merged belongs to the incident that goes on, which has its links.
    """
    still = or_(_UNRESOLVED, col(Incident.resolved_at) >= _raised())
    tied = (
        exists()
        .where(col(IncidentLink.kind) == Linked.ALERT, col(IncidentLink.target_id) == col(Alert.id))
        .where(col(Incident.id) == col(IncidentLink.incident_id), ~_MERGED, still)
    )
    since = or_(col(Alert.state) != AlertState.RESOLVED, col(Alert.resolved_at) >= clock.now() - _LOOKED_BACK)
    return (
        col(Alert.system_id) == system_id,
        col(Alert.severity) == Severity.CRITICAL,
        since,
        ~tied,
    )


def _raised() -> ColumnElement[Any]:
    """When an alert was last raised: the end of its last bad window, or, of one about no window, when it was opened."""
    return func.coalesce(col(Alert.last_bad_window_end), col(Alert.opened_at))


def is_waiting(session: Session, system_id: int) -> bool:
    """Whether a critical alert of the system belongs to no incident."""
    return session.exec(select(Alert.id).where(*_waits(system_id)).limit(1)).first() is not None


def resolved_before(session: Session, alerts: Collection[Alert]) -> dict[int, Incident]:
    """By number of the alert the resolved or closed incident it belonged to before it was raised again, the latest."""
    query = (
        select(IncidentLink.target_id, Incident)
        .join(Incident, col(Incident.id) == col(IncidentLink.incident_id))
        .where(
            IncidentLink.kind == Linked.ALERT,
            col(IncidentLink.target_id).in_(sorted({each.id or 0 for each in alerts})),
            ~_UNRESOLVED,
            ~_MERGED,
        )
    )
    return dict(session.exec(query.order_by(col(Incident.resolved_at), col(Incident.id))).all())


def alerts_still_open(session: Session, incident_id: int) -> int:
    """How many of the alerts an incident is tied to nobody has resolved yet."""
    query = (
        select(func.count())
        .select_from(IncidentLink)
        .join(Alert, col(Alert.id) == col(IncidentLink.target_id))
        .where(
            IncidentLink.incident_id == incident_id,
            IncidentLink.kind == Linked.ALERT,
            col(Alert.state) != AlertState.RESOLVED,
        )
    )
    return session.exec(query).one()


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
    """The unresolved incidents in these places, by place, held until the transaction ends.

    Where the one in a place was merged, the incident that goes on for it stands there.
    """
    found = _numbers_in(session, slots)
    query = select(Incident).where(col(Incident.id).in_(sorted(set(found.values()))), _UNRESOLVED)
    # The order is that in which everybody holds several. Somebody may have had one before us and moved it on.
    query = query.order_by(col(Incident.id)).with_for_update(key_share=True)
    held = {each.id: each for each in session.exec(query.execution_options(populate_existing=True))}
    if any(number not in held for number in found.values()):
        return standing_in(session, slots)
    return {slot: held[number] for slot, number in found.items()}


def _numbers_in(session: Session, slots: Collection[str]) -> dict[str, int]:
    """The numbers of the unresolved incidents in these places; one's own goes before that of a merged one."""
    wanted = col(Incident.slot).in_(sorted(slots))
    into = (
        select(
            col(Incident.slot).label("slot"),
            col(Incident.id).label("holder"),
            col(Incident.merged_into_id).label("into"),
        )
        .where(wanted, _MERGED)
        .cte("into", recursive=True)
    )
    further = select(into.c.slot, into.c.holder, col(Incident.merged_into_id))
    into = into.union(further.join(Incident, col(Incident.id) == into.c.into).where(_MERGED))
    followed = select(into.c.slot, col(Incident.id), into.c.holder).join(
        Incident, col(Incident.id) == into.c.into
    )
    # The newest holder of a place goes last, and so before the others.
    led = sorted(session.execute(followed.where(_UNRESOLVED)), key=itemgetter(2))
    found = {slot: number for slot, number, _ in led}
    own = select(Incident.slot, Incident.id).where(wanted, _UNRESOLVED)
    return found | {slot or "": number or 0 for slot, number in session.exec(own)}


def leader_of(session: Session, system_id: int) -> int | None:
    """Who leads an incident the registry opens: whoever answers for the system and is here, or nobody."""
    held = owners_of(session, [system_id]).get(system_id)
    owner = held.assignment.person_id if held else None
    return owner if owner is not None and could_work(session, owner, [system_id]) else None


def is_taken(session: Session, incident: Incident) -> bool:
    """Whether another unresolved incident stands in the place this one had.

    Nobody is held: the caller has a row already, and waiting for one of a lower number could wait in a circle.
    """
    return any(number != incident.id for number in _numbers_in(session, {incident.slot or ""}).values())


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
