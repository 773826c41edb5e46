"""What is still to be done about an incident when somebody wants to close it or merge it."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from registry.incidents.models.measures import AuthorityReport, CorrectiveAction
from registry.incidents.rules.kinds import ActionState

_UNFINISHED = (ActionState.OPEN, ActionState.DONE)


def unfinished_of(session: Session, incident_id: int) -> Sequence[CorrectiveAction]:
    """The corrective actions of an incident that are neither verified nor dropped, held, in order."""
    query = select(CorrectiveAction).where(
        CorrectiveAction.incident_id == incident_id, col(CorrectiveAction.state).in_(_UNFINISHED)
    )
    return session.exec(query.order_by(col(CorrectiveAction.id)).with_for_update()).all()


def unfinished_due_days(session: Session, incident_id: int) -> list[date]:
    """The days on which those are due."""
    query = select(col(CorrectiveAction.due_on)).where(
        CorrectiveAction.incident_id == incident_id, col(CorrectiveAction.state).in_(_UNFINISHED)
    )
    return list(session.exec(query.order_by(col(CorrectiveAction.due_on))))


def has_actions(session: Session, incident_id: int, system_id: int) -> bool:
    """Whether a corrective action of the incident, finished or not, is for that system."""
    query = select(CorrectiveAction.id).where(
        CorrectiveAction.incident_id == incident_id, CorrectiveAction.system_id == system_id
    )
    return session.exec(query).first() is not None


def reports_held(session: Session, incident_id: int) -> Sequence[AuthorityReport]:
    """What authorities have to be told of an incident, held, in order."""
    query = select(AuthorityReport).where(AuthorityReport.incident_id == incident_id)
    return session.exec(query.order_by(col(AuthorityReport.id)).with_for_update()).all()
