"""Where the things an incident is tied to stand now, beside what they said when they were tied; a statement per kind of thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from registry.dependencies.models import Dependency
from registry.feedback.models import Feedback
from registry.incidents.models.incidents import Incident, IncidentLink
from registry.incidents.models.measures import AuthorityReport
from registry.incidents.queries.reports import clock_of, still_to_be_told
from registry.incidents.rules.clocks import Clock
from registry.incidents.rules.kinds import Linked, Status
from registry.monitoring.models.alerts import Alert
from registry.monitoring.models.snapshots import LatestSnapshot, Snapshot
from registry.monitoring.queries.series import latest_of
from registry.objectives.models import SuccessMetric
from registry.systems.models import System


@dataclass(frozen=True, slots=True)
class Beside:
    """A thing as it is today: the key of its system, and what there is to know of an alert's state or a metric's newest reading."""

    key: str
    alert: Alert | None = None
    metric: SuccessMetric | None = None
    newest: LatestSnapshot | None = None


def beside(session: Session, links: Sequence[IncidentLink]) -> dict[int, Beside]:
    """By number of the link what it points to is like now; without what is no longer there. The reader knows of the incident."""
    numbers: dict[Linked, dict[int, int]] = {}
    for link in links:
        numbers.setdefault(link.kind, {})[link.target_id] = link.id or 0
    found: dict[int, Beside] = {}
    for kind, asked in numbers.items():
        if kind is Linked.SNAPSHOT:
            found |= _readings(session, asked)
        elif kind in _TABLES:
            table: Any = _TABLES[kind]
            query: Any = select(table, System).join(System, col(System.id) == table.system_id)
            for thing, system in session.exec(query.where(table.id.in_(sorted(asked)))):
                found[asked[thing.id]] = Beside(system.key, alert=thing if kind is Linked.ALERT else None)
    return found


_TABLES = {Linked.ALERT: Alert, Linked.FEEDBACK: Feedback, Linked.DEPENDENCY: Dependency}


def _readings(session: Session, asked: dict[int, int]) -> dict[int, Beside]:
    query: Any = (
        select(Snapshot, SuccessMetric, System)
        .join(SuccessMetric, col(SuccessMetric.id) == col(Snapshot.metric_id))
        .join(System, col(System.id) == col(SuccessMetric.system_id))
        .where(col(Snapshot.id).in_(sorted(asked)))
    )
    rows = session.exec(query).all()
    newest = latest_of(session, sorted({metric.id or 0 for _, metric, _ in rows}))
    return {
        asked[reading.id]: Beside(
            system.key,
            metric=metric,
            newest=next((one for one in newest[metric.id or 0] if one.group_key == reading.group_key), None),
        )
        for reading, metric, system in rows
    }


def next_clocks(session: Session, incident_ids: Sequence[int]) -> dict[int, Clock]:
    """Of these incidents those of which an authority has still to be told, with the clock that ends first; in one statement."""
    if not incident_ids:
        return {}
    query = (
        select(AuthorityReport)
        .join(Incident, col(Incident.id) == col(AuthorityReport.incident_id))
        .where(col(AuthorityReport.incident_id).in_(incident_ids), col(Incident.status) != Status.MERGED)
    )
    query = query.where(*still_to_be_told())
    found: dict[int, Clock] = {}
    for report in session.exec(query):
        its = clock_of(report)
        before = found.get(report.incident_id)
        if before is None or its.until < before.until:
            found[report.incident_id] = its
    return found
