"""When the incidents before and after one that is repeated were noticed."""

from datetime import datetime

from sqlmodel import Session, col, select

from registry.incidents.models.incidents import Incident


def noticed_before(session: Session, incident: Incident) -> tuple[datetime, int] | None:
    """When the incident this one repeats was noticed, with its number; None where it repeats none."""
    if incident.recurrence_of_id is None:
        return None
    earlier = session.get_one(Incident, incident.recurrence_of_id)
    return earlier.detected_at, earlier.id or 0


def noticed_after(session: Session, incident_id: int) -> tuple[datetime, int] | None:
    """When the first of those that repeat the incident was noticed, with its number; None where none does."""
    query = select(Incident.detected_at, Incident.id).where(Incident.recurrence_of_id == incident_id)
    found = session.exec(query.order_by(col(Incident.detected_at), col(Incident.id)).limit(1)).first()
    return (found[0], found[1] or 0) if found else None
