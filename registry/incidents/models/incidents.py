"""Incident: what went wrong. IncidentSystem: where. IncidentEntry: its timeline. IncidentLink: what it is tied to. Involved: who is told."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from registry.incidents.rules.kinds import DetectedBy, EntryKind, Kind, Linked, Pattern, Status
from registry.kernel.text import INCIDENT_PREFIX, public_key
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of
from registry.systems.rules.record import LINE_LIMIT

_UNCLOSED = "status NOT IN ('closed', 'merged')"
_OPENED_ALONE = "slot IS NOT NULL AND status NOT IN ('resolved', 'closed', 'merged')"


class Incident(Revised, table=True):
    """What went wrong, from when it began until somebody other than its resolver closed it. Never deleted, never reopened.

    Seen by those who may see every system it touches.
    """

    __tablename__ = "incident"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("pattern", Pattern),
        one_of("proposed_pattern", Pattern),
        one_of("detected_by", DetectedBy),
        one_of("status", Status),
        sa.CheckConstraint("severity BETWEEN 1 AND 5", name="severity_in_range"),
        sa.CheckConstraint("affected_count >= 0", name="affected_counts"),
        sa.CheckConstraint("started_at IS NULL OR started_at <= detected_at", name="starts_before_detected"),
        sa.CheckConstraint("acknowledged_at >= detected_at", name="acknowledged_after_detected"),
        sa.CheckConstraint("mitigated_at >= detected_at", name="mitigated_after_detected"),
        sa.CheckConstraint("resolved_at >= detected_at", name="resolved_after_detected"),
        sa.CheckConstraint("resolved_at >= mitigated_at", name="resolved_after_mitigated"),
        sa.CheckConstraint("closed_at >= resolved_at", name="closed_after_resolved"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at_an_instant"),
        sa.CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_one"),
        # The same list may be imported again.
        sa.UniqueConstraint("source", "source_ref"),
        # However many breaches arrive at once: the registry opens one incident per system and pattern.
        sa.Index(
            "ix_incident_one_opened_alone",
            "slot",
            unique=True,
            sqlite_where=sa.text(_OPENED_ALONE),
            postgresql_where=sa.text(_OPENED_ALONE),
        ),
        # What is not over, newest first; what one person leads; the times of a period.
        sa.Index(
            "ix_incident_unclosed",
            "id",
            sqlite_where=sa.text(_UNCLOSED),
            postgresql_where=sa.text(_UNCLOSED),
        ),
        sa.Index("ix_incident_lead", "lead_id", "status"),
        sa.Index("ix_incident_detected", "detected_at", "id"),
    )

    # Where it was found; the ledger's entries are told on this system's history.
    system_id: int = Field(foreign_key="system.id", index=True)
    kind: Kind = Field(sa_type=by_value(Kind))
    title: str = Field(max_length=LINE_LIMIT)
    summary: str = long_text(default="")
    severity: int
    pattern: Pattern = Field(sa_type=by_value(Pattern))
    # What opened it proposed this; another takes a reason.
    proposed_pattern: Pattern = Field(sa_type=by_value(Pattern))
    pattern_because: str = long_text(default="")
    # The criterion of the baseline that would have prevented it, "" while nobody has said.
    missing_control: str = Field(default="", max_length=20)
    harms: list[str] = Field(default_factory=list, sa_type=json_type())
    affected_count: int | None = Field(default=None, sa_type=sa.BigInteger)
    affected_people: str = long_text(default="")
    detected_by: DetectedBy = Field(sa_type=by_value(DetectedBy))
    status: Status = Field(default=Status.OPEN, sa_type=by_value(Status))
    started_at: datetime | None = instant(default=None, nullable=True)
    detected_at: datetime = instant()
    acknowledged_at: datetime | None = instant(default=None, nullable=True)
    mitigated_at: datetime | None = instant(default=None, nullable=True)
    resolved_at: datetime | None = instant(default=None, nullable=True)
    closed_at: datetime | None = instant(default=None, nullable=True)
    opened_at: datetime = instant()
    opened_by_id: int | None = Field(default=None, foreign_key="person.id")
    resolved_by_id: int | None = Field(default=None, foreign_key="person.id")
    closed_by_id: int | None = Field(default=None, foreign_key="person.id")
    lead_id: int | None = Field(default=None, foreign_key="person.id")
    root_cause: str = long_text(default="")
    factors: str = long_text(default="")
    post_mortem: str = long_text(default="")
    post_mortem_by_id: int | None = Field(default=None, foreign_key="person.id")
    post_mortem_at: datetime | None = instant(default=None, nullable=True)
    recurrence_of_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    merged_into_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    # Set where the registry opened it by itself: its system and pattern (rules.opening.slot_of).
    slot: str | None = Field(default=None, max_length=60)
    # Where an imported one came from, and what it is called there.
    source: str | None = Field(default=None, max_length=LINE_LIMIT)
    source_ref: str | None = Field(default=None, max_length=LINE_LIMIT)

    @property
    def key(self) -> str:
        """The public id, such as INC-0007."""
        if self.id is None:
            raise ValueError("an incident has no key before it is stored")
        return public_key(INCIDENT_PREFIX, self.id)


class IncidentSystem(Row, table=True):
    """A system the incident touches, with what was live there when it began. The first is the incident's own."""

    __tablename__ = "incident_system"
    __table_args__ = (
        sa.UniqueConstraint("incident_id", "system_id"),
        sa.Index("ix_incident_system_system", "system_id", "incident_id"),
    )

    incident_id: int = Field(foreign_key="incident.id")
    system_id: int = Field(foreign_key="system.id")
    # The version with the largest share then, and all of them in words: "1.1 (90 %), 2.0 (10 %)".
    version_id: int | None = Field(default=None, foreign_key="model_version.id", index=True)
    versions_said: str = Field(default="", max_length=LINE_LIMIT)


class IncidentEntry(Row, table=True):
    """One entry of the timeline: what happened when, who says so, and by what it is shown. Added, never changed."""

    __tablename__ = "incident_entry"
    __table_args__ = (
        one_of("kind", EntryKind),
        sa.Index("ix_incident_entry_incident", "incident_id", "at", "id"),
    )

    incident_id: int = Field(foreign_key="incident.id")
    kind: EntryKind = Field(default=EntryKind.NOTE, sa_type=by_value(EntryKind))
    # When it happened, at the latest when it was written.
    at: datetime = instant()
    written_at: datetime = instant()
    by_id: int | None = Field(default=None, foreign_key="person.id")
    text: str = long_text()
    # An address or the name of a document.
    evidence: str = long_text(default="")


class IncidentLink(Row, table=True):
    """What an incident is tied to, with what that said at the time. Added, never changed.

    `frozen` keeps a reading with its guard-rail, or an alert with its sentence, as they were when they were tied.
    """

    __tablename__ = "incident_link"
    __table_args__ = (
        one_of("kind", Linked),
        sa.UniqueConstraint("incident_id", "kind", "target_id"),
        # Which incidents a thing belongs to.
        sa.Index("ix_incident_link_target", "kind", "target_id", "incident_id"),
    )

    incident_id: int = Field(foreign_key="incident.id")
    kind: Linked = Field(sa_type=by_value(Linked))
    # No foreign key: what it points to is of several tables, and readings may be thinned out.
    target_id: int = Field(sa_type=sa.BigInteger)
    frozen: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    at: datetime = instant()
    by_id: int | None = Field(default=None, foreign_key="person.id")


class Involved(Row, table=True):
    """Somebody who is told of an incident beside its lead."""

    __tablename__ = "incident_involved"
    __table_args__ = (
        sa.UniqueConstraint("incident_id", "person_id"),
        sa.Index("ix_incident_involved_person", "person_id", "incident_id"),
    )

    incident_id: int = Field(foreign_key="incident.id")
    person_id: int = Field(foreign_key="person.id")
    at: datetime = instant()
    by_id: int | None = Field(default=None, foreign_key="person.id")
