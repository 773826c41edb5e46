"""Take up critical alerts: each joins the incident the registry has open for its system and pattern, or opens that."""

from contextlib import suppress
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from registry.incidents.actions.opening import join, open_alone
from registry.incidents.queries import taking_up as queries
from registry.incidents.rules.opening import slot_of
from registry.kernel.actor import the_registry
from registry.monitoring.actions.storing import hold_system
from registry.store.session import Database
from registry.systems import queries as systems


def open_for_alerts(database: Database, payload: dict[str, Any]) -> None:
    """Take up the critical alerts of the entry's system that belong to no incident yet; a second time it finds none."""
    system_id = payload["system_id"]
    if system_id is None:
        return
    with database.transaction(read_only=True) as session:
        if not queries.is_waiting(session, system_id):
            return
    # Whoever got there first in spite of the lock has opened the incident that the second attempt joins.
    with suppress(IntegrityError), database.transaction() as session:
        _take_up(session, system_id)
        return
    with database.transaction() as session:
        _take_up(session, system_id)


def _take_up(session: Session, system_id: int) -> None:
    worker = the_registry("worker")
    # Not the system's row: whoever holds evidence has the incident's row before that, and would wait for this in a circle.
    hold_system(session.connection(), system_id)
    if system_id not in systems.by_numbers(session, worker, {system_id}):
        return
    waiting = queries.alerts_waiting(session, system_id)
    standing = queries.standing_in(session, {slot_of(system_id, pattern) for pattern in waiting})
    lead_id = queries.leader_of(session, system_id)
    before = queries.resolved_before(session, [each for alerts in waiting.values() for each in alerts])
    for pattern, alerts in sorted(waiting.items()):
        incident = standing.get(slot_of(system_id, pattern))
        if incident is None:
            open_alone(session, worker, system_id, pattern, alerts, lead_id, before)
        else:
            join(session, worker, incident, alerts)
