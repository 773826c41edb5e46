"""How long incidents took, of those the reader may know of and asked for."""

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.incidents.models.incidents import Incident
from registry.incidents.queries.incidents import EVERYTHING, Narrowing, narrowed
from registry.incidents.rules.kinds import Status
from registry.incidents.rules.times import TIMED, Moments, Times
from registry.incidents.rules.times import times_of as spread_over
from registry.kernel.actor import Actor


def times_of(session: Session, actor: Actor, by: Narrowing = EVERYTHING) -> Times:
    """How incidents are spread over their times, in one statement. Merged ones never count.

    Where no kind is asked for, incidents and near misses are meant; hazards and complaints only by themselves.
    """
    query = sa.select(
        col(Incident.status),
        col(Incident.detected_by),
        col(Incident.started_at),
        col(Incident.detected_at),
        col(Incident.acknowledged_at),
        col(Incident.mitigated_at),
        col(Incident.resolved_at),
    ).where(*narrowed(actor, by), col(Incident.status) != Status.MERGED)
    if by.kind is None:
        query = query.where(col(Incident.kind).in_(TIMED))
    return spread_over(Moments(*row) for row in session.execute(query))
