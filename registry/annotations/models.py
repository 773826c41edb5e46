"""Tag: a word systems are grouped by. Tagging: which system carries it. Note: what somebody wrote about a system."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from registry.annotations.rules.tags import NAME_LIMIT
from registry.store.columns import Revised, Row, instant, long_text


class Tag(Revised, table=True):
    """A word of the organisation's own. It stays when no system carries it any more, until somebody removes it."""

    __tablename__ = "tag"

    name: str = Field(max_length=NAME_LIMIT)
    # The name without its capitals, by which the database holds that there is one of it; the two databases
    # fold letters beyond ASCII differently, so neither is asked to.
    folded: str = Field(max_length=NAME_LIMIT, unique=True)


class Tagging(Row, table=True):
    """One system carries one tag."""

    __tablename__ = "tagging"
    __table_args__ = (
        sa.UniqueConstraint("system_id", "tag_id"),
        # "Which systems carry it", and how many.
        sa.Index("ix_tagging_tag", "tag_id", "system_id"),
    )

    system_id: int = Field(foreign_key="system.id")
    tag_id: int = Field(foreign_key="tag.id")
    tagged_at: datetime = instant()


class Note(Revised, table=True):
    """A dated text about a system by one author. Corrected or withdrawn in the open, never deleted."""

    __tablename__ = "note"
    __table_args__ = (sa.Index("ix_note_system", "system_id", "id"),)

    system_id: int = Field(foreign_key="system.id")
    author_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    body: str = long_text()
    written_at: datetime = instant()
    corrected_at: datetime | None = instant(default=None, nullable=True)
    withdrawn_at: datetime | None = instant(default=None, nullable=True)
    withdrawn_by_id: int | None = Field(default=None, foreign_key="person.id")
    withdrawn_because: str = long_text(default="")
