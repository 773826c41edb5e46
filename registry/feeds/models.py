"""FeedAddress: an address at which a program reads what one person may know, without signing in."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.feeds.rules import FeedKind
from registry.store.columns import Revised, by_value, instant, one_of


class FeedAddress(Revised, table=True):
    """One address. Its secret is kept as a SHA-256 alone: whoever reads this table opens nothing with it."""

    __tablename__ = "feed_address"
    __masked__: ClassVar[frozenset[str]] = frozenset({"secret_sha256"})
    __table_args__ = (
        one_of("kind", FeedKind),
        # Of each kind one that works.
        sa.Index(
            "ix_feed_address_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    person_id: int = Field(foreign_key="person.id")
    kind: FeedKind = Field(sa_type=by_value(FeedKind))
    secret_sha256: str = Field(max_length=64, unique=True)
    made_at: datetime = instant()
    withdrawn_at: datetime | None = instant(default=None, nullable=True)
