"""FeedbackDoor: where the public reaches a system. Feedback, its Theme, Replies, KnownLimitation; FeedbackTally counts senders."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.feedback.rules.doors import TITLE_LIMIT
from registry.feedback.rules.feedback import (
    CLIENT_KEY_LIMIT,
    CONTACT_LIMIT,
    REFERENCE_LIMIT,
    Category,
    Door,
    Outcome,
)
from registry.feedback.rules.themes import NAME_LIMIT
from registry.feedback.rules.triage import State
from registry.store.columns import Revised, Row, by_value, instant, long_text, one_of


class FeedbackDoor(Revised, table=True):
    """The one public address of a system's feedback form. With another code the old address leads nowhere."""

    __tablename__ = "feedback_door"

    system_id: int = Field(foreign_key="system.id", unique=True)
    public_code: str = Field(max_length=64, unique=True)
    is_open: bool = Field(default=True)
    title: str = Field(default="", max_length=TITLE_LIMIT)
    words: str = long_text(default="")


class Theme(Revised, table=True):
    """What several pieces of feedback on one system are about.

    A merged theme stays and names the one in its place (never one that was merged itself), so that the feedback under
    it need not be changed, and its old name still leads somewhere.
    """

    __tablename__ = "feedback_theme"
    __table_args__ = (sa.UniqueConstraint("system_id", "name_key"),)

    system_id: int = Field(foreign_key="system.id")
    name: str = Field(max_length=NAME_LIMIT)
    # Folding can lengthen a name: one letter may become three.
    name_key: str = Field(max_length=3 * NAME_LIMIT)
    merged_into_id: int | None = Field(default=None, foreign_key="feedback_theme.id", index=True)


class KnownLimitation(Revised, table=True):
    """Something the system is known not to do well, from one day to another."""

    __tablename__ = "known_limitation"
    __table_args__ = (sa.CheckConstraint("ended IS NULL OR ended >= since", name="ends_after_start"),)

    system_id: int = Field(foreign_key="system.id", index=True)
    text: str = long_text()
    since: date
    ended: date | None = Field(default=None)


class Feedback(Revised, table=True):
    """What somebody said of a system, and what became of it. What was said is never changed."""

    __tablename__ = "feedback"
    __masked__: ClassVar[frozenset[str]] = frozenset({"contact", "answer_sha256"})
    __table_args__ = (
        one_of("came_by", Door),
        one_of("outcome", Outcome),
        one_of("category", Category),
        one_of("state", State),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating_in_range"),
        sa.UniqueConstraint("system_id", "client_key"),
        # The list of a system, newest first; what waits on it; the counts of its days.
        sa.Index("ix_feedback_system", "system_id", "id"),
        sa.Index("ix_feedback_state", "system_id", "state", "id"),
        sa.Index("ix_feedback_received", "system_id", "received_at"),
    )

    system_id: int = Field(foreign_key="system.id")
    received_at: datetime = instant()
    came_by: Door = Field(sa_type=by_value(Door))
    passed_on_by_id: int | None = Field(default=None, foreign_key="person.id")
    rating: int | None = Field(default=None)
    outcome: Outcome | None = Field(default=None, sa_type=by_value(Outcome))
    category: Category | None = Field(default=None, sa_type=by_value(Category))
    comment: str = long_text(default="")
    reference: str = Field(default="", max_length=REFERENCE_LIMIT)
    contact: str = Field(default="", max_length=CONTACT_LIMIT)
    # The code itself is told once, to whoever sent the feedback.
    answer_sha256: str = Field(max_length=64, unique=True)
    client_key: str | None = Field(default=None, max_length=CLIENT_KEY_LIMIT)
    looks_like_spam: bool = Field(default=False)
    state: State = Field(default=State.NEW, sa_type=by_value(State))
    because: str = long_text(default="")
    theme_id: int | None = Field(default=None, foreign_key="feedback_theme.id", index=True)
    limitation_id: int | None = Field(default=None, foreign_key="known_limitation.id")
    escalated_to_id: int | None = Field(default=None, foreign_key="person.id")


class Reply(Row, table=True):
    """An answer to whoever sent the feedback; they read it by their code. Added, never changed."""

    __tablename__ = "feedback_reply"

    feedback_id: int = Field(foreign_key="feedback.id", index=True)
    text: str = long_text()
    by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = instant()


class FeedbackTally(Row, table=True):
    """How often one sender used one door on one day; the sender as a keyed hash, "" for all of them together.

    Outside the ledger and swept the day after: who sent from where is nobody's business.
    """

    __tablename__ = "feedback_tally"
    __audited__: ClassVar[bool] = False
    __table_args__ = (sa.UniqueConstraint("door_id", "day", "sender"),)

    door_id: int = Field(foreign_key="feedback_door.id")
    day: date = Field(index=True)
    sender: str = Field(max_length=64)
    count: int = Field(default=0)
