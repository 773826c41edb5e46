"""What is still to be done about an incident when somebody wants to close it or merge it."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from registry.incidents.models.incidents import Incident
from registry.incidents.models.judgements import SeverityChange
from registry.incidents.models.measures import AuthorityReport, CorrectiveAction
from registry.incidents.queries.reports import still_to_be_told
from registry.incidents.rules.kinds import ActionState, Severity
from registry.incidents.rules.moves import POST_MORTEM_FROM, Closing
from registry.incidents.rules.post_mortem import lacking
from registry.kernel.actor import Actor

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


def untold_of(session: Session, incident_id: int) -> list[str]:
    """The authorities that have still to be told of an incident, the one that is due first first."""
    query = select(AuthorityReport.authority).where(
        AuthorityReport.incident_id == incident_id, *still_to_be_told()
    )
    return list(session.exec(query.order_by(col(AuthorityReport.due_at), col(AuthorityReport.id))))


def has_actions(session: Session, incident_id: int, system_id: int) -> bool:
    """Whether a corrective action of the incident, finished or not, is for that system."""
    query = select(CorrectiveAction.id).where(
        CorrectiveAction.incident_id == incident_id, CorrectiveAction.system_id == system_id
    )
    return session.exec(query).first() is not None


def lowerings(session: Session, incident_id: int) -> Sequence[SeverityChange]:
    """The changes that lowered the incident below the severity that takes a post-mortem, in order."""
    query = select(SeverityChange).where(
        SeverityChange.incident_id == incident_id,
        SeverityChange.was >= POST_MORTEM_FROM,
        SeverityChange.became < POST_MORTEM_FROM,
    )
    return session.exec(query.order_by(col(SeverityChange.id))).all()


def closing_of(session: Session, actor: Actor, incident: Incident) -> Closing:
    """What is known when the actor wants to close the incident."""
    return Closing(
        status=incident.status,
        severity=Severity(incident.severity),
        resolved_by_id=incident.resolved_by_id,
        closer_id=actor.person_id,
        root_cause=incident.root_cause,
        has_post_mortem=bool(incident.post_mortem),
        lacks=lacking(incident.post_mortem),
        unfinished=tuple(unfinished_due_days(session, incident.id or 0)),
        untold=tuple(untold_of(session, incident.id or 0)),
        lowered_by=frozenset(each.by_id or 0 for each in lowerings(session, incident.id or 0)),
    )


def reports_held(session: Session, incident_id: int) -> Sequence[AuthorityReport]:
    """What authorities have to be told of an incident, held, in order."""
    query = select(AuthorityReport).where(AuthorityReport.incident_id == incident_id)
    return session.exec(query.order_by(col(AuthorityReport.id)).with_for_update()).all()
