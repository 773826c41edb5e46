"""What of some systems could have to do with an incident: the newest of each kind, to choose from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.data_sources.models import DataSource, DataUse
from registry.dependencies.models import Dependency
from registry.feedback.models import Feedback
from registry.incidents.rules.kinds import Linked
from registry.kernel.calendar import last_day
from registry.kernel.guard_rails import number_said
from registry.kernel.text import shortened, worded
from registry.monitoring.models.alerts import Alert
from registry.monitoring.models.snapshots import LatestSnapshot
from registry.objectives.models import SuccessMetric

OF_EACH = 12
_SAID = 90


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing an incident may be tied to, as a list names it."""

    kind: Linked
    target_id: int
    says: str


def candidates(session: Session, system_ids: Collection[int]) -> Sequence[Candidate]:
    """At most twelve of each kind, the newest first, in five statements; of readings the latest of each metric."""
    theirs = sorted(system_ids)
    return [
        *_alerts(session, theirs),
        *_readings(session, theirs),
        *_feedback(session, theirs),
        *_dependencies(session, theirs),
        *_sources(session, theirs),
    ]


def _alerts(session: Session, theirs: list[int]) -> list[Candidate]:
    query = sa.select(col(Alert.id), col(Alert.says), col(Alert.opened_at)).where(
        col(Alert.system_id).in_(theirs)
    )
    return [
        Candidate(Linked.ALERT, number, f"Alert {number} of {at.day} {at:%b %Y}: {shortened(says, _SAID)}")
        for number, says, at in session.execute(query.order_by(col(Alert.id).desc()).limit(OF_EACH))
    ]


def _readings(session: Session, theirs: list[int]) -> list[Candidate]:
    query: Any = (
        sa.select(LatestSnapshot, SuccessMetric)
        .join(SuccessMetric, col(SuccessMetric.id) == col(LatestSnapshot.metric_id))
        .where(col(SuccessMetric.system_id).in_(theirs), col(LatestSnapshot.group_key) == "")
        .order_by(col(LatestSnapshot.window_end).desc(), col(LatestSnapshot.id))
        .limit(OF_EACH)
    )
    found = []
    for latest, metric in session.execute(query):
        day = last_day(latest.window_start, latest.window_end)
        value = f"{number_said(latest.value)} {metric.unit}".strip()
        says = f"Reading to {day.day} {day:%b %Y}: {metric.name} {value} ({worded(latest.verdict.value)})"
        found.append(Candidate(Linked.SNAPSHOT, latest.snapshot_id, says))
    return found


def _feedback(session: Session, theirs: list[int]) -> list[Candidate]:
    query = sa.select(col(Feedback.id), col(Feedback.comment), col(Feedback.received_at)).where(
        col(Feedback.system_id).in_(theirs), col(Feedback.comment) != ""
    )
    return [
        Candidate(
            Linked.FEEDBACK,
            number,
            f"Feedback {number} of {at.day} {at:%b %Y}: {shortened(comment, _SAID)}",
        )
        for number, comment, at in session.execute(query.order_by(col(Feedback.id).desc()).limit(OF_EACH))
    ]


def _dependencies(session: Session, theirs: list[int]) -> list[Candidate]:
    query = (
        sa.select(col(Dependency.id), col(Dependency.service), col(Dependency.interface))
        .where(col(Dependency.system_id).in_(theirs))
        .order_by(col(Dependency.id).desc())
        .limit(OF_EACH)
    )
    # The other system's name is not for everybody who works on the incident; its interface is ours.
    return [
        Candidate(
            Linked.DEPENDENCY, number, f"Dependency {number}: {service or interface or 'another system'}"
        )
        for number, service, interface in session.execute(query)
    ]


def _sources(session: Session, theirs: list[int]) -> list[Candidate]:
    uses = sa.select(col(DataUse.data_source_id)).where(col(DataUse.system_id).in_(theirs))
    query: Any = sa.select(DataSource).where(col(DataSource.id).in_(uses))
    return [
        Candidate(Linked.DATA_SOURCE, source.id, f"Data source {source.key} {source.name}")
        for (source,) in session.execute(query.order_by(col(DataSource.name)).limit(OF_EACH))
    ]
