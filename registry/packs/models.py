"""PackEdition: an edition an administrator has added. ControlStatement: how the organisation answers one control."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.packs.rules.editions import CONTROL_LIMIT, EDITION_LIMIT, PACK_LIMIT, TITLE_LIMIT
from registry.packs.rules.statements import Implementation
from registry.store.columns import Revised, Row, by_value, instant, long_text, one_of


class PackEdition(Row, table=True):
    """One edition of a rule pack, as it was written. It is never changed nor deleted: decisions rest on it."""

    __tablename__ = "pack_edition"
    __table_args__ = (sa.UniqueConstraint("pack_id", "edition"),)
    # Its SHA-256 stands in the ledger instead: the text may be as long as a book.
    __masked__: ClassVar[frozenset[str]] = frozenset({"text"})

    pack_id: str = Field(max_length=PACK_LIMIT)
    edition: str = Field(max_length=EDITION_LIMIT)
    title: str = Field(max_length=TITLE_LIMIT)
    effective_from: date
    sha256: str = Field(max_length=64)
    text: str = long_text()
    added_at: datetime = instant()
    added_by_id: int | None = Field(default=None, foreign_key="person.id")


class ControlStatement(Revised, table=True):
    """A line of the statement of applicability: whether a control applies to us, why, and how it is answered.

    Its earlier wordings are in the ledger. `edition` is the edition of the framework it was stated by.
    """

    __tablename__ = "control_statement"
    __table_args__ = (
        sa.UniqueConstraint("pack_id", "control_id"),
        one_of("status", Implementation),
        # What does not apply has no state; what applies has one.
        sa.CheckConstraint("(status IS NOT NULL) = applicable", name="state_if_applicable"),
    )

    pack_id: str = Field(max_length=PACK_LIMIT)
    control_id: str = Field(max_length=CONTROL_LIMIT)
    edition: str = Field(max_length=EDITION_LIMIT)
    applicable: bool
    because: str = long_text(default="")
    how: str = long_text(default="")
    status: Implementation | None = Field(default=None, sa_type=by_value(Implementation))
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    stated_at: datetime = instant()
    stated_by_id: int | None = Field(default=None, foreign_key="person.id")
