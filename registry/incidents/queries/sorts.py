"""SORTS: what a list of incidents can be sorted by."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, func

from registry.incidents.models.incidents import Incident
from registry.incidents.rules.kinds import Status
from registry.store.orders import Sort, in_order, plain

SORTS: Mapping[str, Sort] = {
    "id": Sort(plain(lambda: col(Incident.id)), int, always=True),
    "title": Sort(plain(lambda: func.lower(col(Incident.title))), always=True),
    "severity": Sort(plain(lambda: col(Incident.severity)), int, always=True),
    "status": Sort(plain(lambda: in_order(Incident.status, list(Status))), int, always=True),
    "started_at": Sort(plain(lambda: col(Incident.started_at)), datetime),
    "detected_at": Sort(plain(lambda: col(Incident.detected_at)), datetime, always=True),
    "resolved_at": Sort(plain(lambda: col(Incident.resolved_at)), datetime),
}
