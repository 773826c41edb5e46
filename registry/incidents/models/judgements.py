"""SeverityChange: who held an incident to be more or less severe than it was said to be, and when."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from registry.store.columns import Row, instant


class SeverityChange(Row, table=True):
    """Another severity, from 1 to 5, than the one before. Added, never changed; the reason stands in the timeline.

    Whoever lowers an incident below what takes a post-mortem does not close it.
    """

    __tablename__ = "incident_severity_change"
    __table_args__ = (
        sa.CheckConstraint("was BETWEEN 1 AND 5", name="was_in_range"),
        sa.CheckConstraint("became BETWEEN 1 AND 5", name="became_in_range"),
        sa.Index("ix_incident_severity_change_incident", "incident_id", "id"),
    )

    incident_id: int = Field(foreign_key="incident.id")
    was: int
    became: int
    at: datetime = instant()
    by_id: int | None = Field(default=None, foreign_key="person.id")
