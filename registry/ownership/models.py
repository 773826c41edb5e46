"""Assignment: who held which seat when. Handover: an offer and its answer. Confirmation: the owner's word, given again."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.actor import Seat
from registry.ownership.rules import HandoverState, Step
from registry.store.columns import Revised, Row, by_value, instant, long_text, one_of

_OPEN = "to_at IS NULL"
_OPEN_OWNER = "to_at IS NULL AND seat = 'accountable_owner'"
_PENDING = "state = 'offered'"


class Assignment(Revised, table=True):
    """One holder of one seat for one period; closed, never deleted, when the period ends."""

    __tablename__ = "assignment"
    __table_args__ = (
        one_of("seat", Seat),
        # A seat is held by a person or by a team; the accountable owner is always a person.
        sa.CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name="one_holder"),
        sa.CheckConstraint("seat <> 'accountable_owner' OR person_id IS NOT NULL", name="owner_is_person"),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name="ends_after_start"),
        # The database's own word that a system never has two accountable owners at once.
        sa.Index(
            "ix_assignment_one_open_owner",
            "system_id",
            unique=True,
            sqlite_where=sa.text(_OPEN_OWNER),
            postgresql_where=sa.text(_OPEN_OWNER),
        ),
        # Nobody holds the same seat twice at once (a NULL equals nothing, so each index minds its own kind).
        sa.Index(
            "ix_assignment_person_once",
            "system_id",
            "seat",
            "person_id",
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        ),
        sa.Index(
            "ix_assignment_team_once",
            "system_id",
            "seat",
            "team_id",
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        ),
        # "Who held what on date D" of one system, and of everything.
        sa.Index("ix_assignment_system_period", "system_id", "seat", "from_at"),
        sa.Index("ix_assignment_person_open", "person_id", "to_at"),
        # Who sits where now: of ten periods one is open, and every count of owners and deputies asks for those alone.
        sa.Index(
            "ix_assignment_open_seat",
            "seat",
            "system_id",
            "person_id",
            "team_id",
            sqlite_where=sa.text(_OPEN),
            postgresql_where=sa.text(_OPEN),
        ),
    )

    system_id: int = Field(foreign_key="system.id")
    seat: Seat = Field(sa_type=by_value(Seat))
    person_id: int | None = Field(default=None, foreign_key="person.id")
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    from_at: datetime = instant()
    to_at: datetime | None = instant(default=None, nullable=True)
    accepted_at: datetime | None = instant(default=None, nullable=True)
    to_be_confirmed: bool = Field(default=False)
    reason: str = long_text(default="")


class Handover(Revised, table=True):
    """The offer of the accountable seat to somebody else. Ownership moves only when it is accepted."""

    __tablename__ = "handover"
    __table_args__ = (
        one_of("state", HandoverState),
        # One open offer per system: two people cannot both be about to take it.
        sa.Index(
            "ix_handover_one_pending",
            "system_id",
            unique=True,
            sqlite_where=sa.text(_PENDING),
            postgresql_where=sa.text(_PENDING),
        ),
        sa.Index("ix_handover_inbox", "to_id", "state"),
    )

    system_id: int = Field(foreign_key="system.id")
    from_id: int = Field(foreign_key="person.id", index=True)
    to_id: int = Field(foreign_key="person.id")
    offered_by_id: int | None = Field(default=None, foreign_key="person.id")
    reason: str = long_text()
    state: HandoverState = Field(sa_type=by_value(HandoverState))
    offered_at: datetime = instant()
    expires_at: datetime = instant()
    answered_at: datetime | None = instant(default=None, nullable=True)
    answer: str = long_text(default="")


class Confirmation(Row, table=True):
    """The owner's word that a system is still theirs and its record still true. Written once."""

    __tablename__ = "confirmation"
    # The last word of an owner is asked for on every list of findings.
    __table_args__ = (sa.Index("ix_confirmation_assignment_at", "assignment_id", "at"),)

    assignment_id: int = Field(foreign_key="assignment.id")
    system_id: int = Field(foreign_key="system.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime = instant()
    note: str = long_text(default="")


class ConfirmationNotice(Row, table=True):
    """That somebody was told of a confirmation that is due. Written once per step, whoever asks how often."""

    __tablename__ = "confirmation_notice"
    __table_args__ = (
        one_of("step", Step),
        # However many workers come round: each step of each due day is taken once.
        sa.UniqueConstraint("assignment_id", "due_on", "step"),
    )

    assignment_id: int = Field(foreign_key="assignment.id")
    system_id: int = Field(foreign_key="system.id", index=True)
    step: Step = Field(sa_type=by_value(Step))
    due_on: date
    # Nobody, where the system has no deputy, or no head above it is here.
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = instant()
