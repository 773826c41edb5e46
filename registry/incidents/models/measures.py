"""CorrectiveAction: what is done so that it does not happen again. AuthorityReport: what an authority has to be told, until when;
ReportDropped: that it need not be.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from registry.incidents.rules.kinds import ActionState
from registry.store.columns import Revised, Row, by_value, instant, long_text, one_of
from registry.systems.rules.record import LINE_LIMIT

_UNFINISHED = "state IN ('open', 'done')"


class CorrectiveAction(Revised, table=True):
    """What somebody does by a day so that it does not happen again; over once another person has verified it."""

    __tablename__ = "corrective_action"
    __table_args__ = (
        one_of("state", ActionState),
        sa.CheckConstraint("state NOT IN ('done', 'verified') OR done_at IS NOT NULL", name="done_first"),
        sa.CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified_at_an_instant"),
        sa.Index("ix_corrective_action_incident", "incident_id", "id"),
        sa.Index("ix_corrective_action_system", "system_id", "state"),
        # What is due, by whom, the earliest first.
        sa.Index(
            "ix_corrective_action_due",
            "owner_id",
            "due_on",
            sqlite_where=sa.text(_UNFINISHED),
            postgresql_where=sa.text(_UNFINISHED),
        ),
    )

    system_id: int = Field(foreign_key="system.id")
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    title: str = Field(max_length=LINE_LIMIT)
    detail: str = long_text(default="")
    owner_id: int = Field(foreign_key="person.id")
    due_on: date
    state: ActionState = Field(default=ActionState.OPEN, sa_type=by_value(ActionState))
    set_at: datetime = instant()
    set_by_id: int | None = Field(default=None, foreign_key="person.id")
    done_at: datetime | None = instant(default=None, nullable=True)
    done_by_id: int | None = Field(default=None, foreign_key="person.id")
    done_note: str = long_text(default="")
    verified_at: datetime | None = instant(default=None, nullable=True)
    verified_by_id: int | None = Field(default=None, foreign_key="person.id")
    verified_note: str = long_text(default="")
    reopened: int = 0
    # The last reason it was reopened, moved or dropped for.
    because: str = long_text(default="")
    # Somebody above was told that it is overdue, for this due day.
    escalated_for: date | None = None
    escalated_to_id: int | None = Field(default=None, foreign_key="person.id")


class AuthorityReport(Revised, table=True):
    """What one authority has to be told of an incident, and until when, by the rule pack in force when it was begun."""

    __tablename__ = "authority_report"
    __table_args__ = (
        sa.UniqueConstraint("incident_id", "duty", "authority"),
        sa.CheckConstraint(
            "initial_sent_at IS NULL OR initial_sent_at >= aware_at", name="initial_after_aware"
        ),
        sa.CheckConstraint("full_sent_at IS NULL OR full_sent_at >= aware_at", name="full_after_aware"),
        sa.Index("ix_authority_report_incident", "incident_id"),
    )

    incident_id: int = Field(foreign_key="incident.id")
    # Which duty of which edition: "serious_death" of "eu-ai-act 2026.1".
    duty: str = Field(max_length=40)
    pack: str = Field(max_length=60)
    authority: str = Field(max_length=LINE_LIMIT)
    # The days are those of where the authority is: an IANA name.
    zone: str = Field(max_length=60)
    aware_at: datetime = instant()
    days: int
    due_at: datetime = instant()
    # Counsel's own day in place of the computed one.
    override_at: datetime | None = instant(default=None, nullable=True)
    override_because: str = long_text(default="")
    override_by_id: int | None = Field(default=None, foreign_key="person.id")
    initial_sent_at: datetime | None = instant(default=None, nullable=True)
    initial_reference: str = Field(default="", max_length=LINE_LIMIT)
    full_sent_at: datetime | None = instant(default=None, nullable=True)
    full_reference: str = Field(default="", max_length=LINE_LIMIT)
    set_at: datetime = instant()
    set_by_id: int | None = Field(default=None, foreign_key="person.id")


class ReportDropped(Row, table=True):
    """The word that an authority need not be told after all. Deleted where it has to be, and both stand in the timeline."""

    __tablename__ = "authority_report_dropped"

    report_id: int = Field(foreign_key="authority_report.id", unique=True)
    at: datetime = instant()
    by_id: int | None = Field(default=None, foreign_key="person.id")
    because: str = long_text()
