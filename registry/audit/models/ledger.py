"""The three tables of the ledger: entries, what they say, and the rows they changed."""

from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.store.columns import long_text

# Columns are text and whole numbers only, so that no value is parsed on its way to being hashed.
_HASH = sa.String(64)
_NAME = sa.String(63)


class LedgerEntry(SQLModel, table=True):
    """One thing that happened, and its place in the chain."""

    __tablename__ = "ledger_entry"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        # What the advisory lock promises, held again by the database: a fork cannot be committed.
        sa.UniqueConstraint("prev_hash"),
        sa.UniqueConstraint("leaf_hash"),
        # The history of a system, the log by event and by person, and entries about a thing without changes to it.
        sa.Index(None, "system_id", "seq"),
        sa.Index(None, "event", "seq"),
        sa.Index(None, "actor_id", "seq"),
        sa.Index(None, "subject_kind", "subject_id", "seq"),
    )

    seq: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    at: str = Field(sa_type=sa.String(27))
    event: str = Field(sa_type=_NAME)
    subject_kind: str = Field(sa_type=_NAME)
    # No foreign keys: an entry outlives what it describes.
    subject_id: int | None
    system_id: int | None
    actor_id: int | None
    via: str = long_text()
    request_id: str = long_text()
    schema_: int = Field(sa_column=sa.Column("schema", sa.Integer, nullable=False))
    commitment: str = Field(sa_type=_HASH)
    prev_hash: str = Field(sa_type=_HASH)
    leaf_hash: str = Field(sa_type=_HASH)


class LedgerPayload(SQLModel, table=True):
    """What an entry says in words and values, apart from the chain, which holds only the commitment to it."""

    __tablename__ = "ledger_payload"
    __audited__: ClassVar[bool] = False

    seq: int = Field(
        sa_column=sa.Column(
            sa.Integer, sa.ForeignKey("ledger_entry.seq"), primary_key=True, autoincrement=False
        )
    )
    salt: str = Field(sa_type=sa.String(32))
    payload: str = long_text()


class LedgerObject(SQLModel, table=True):
    """A row that an entry changed, and the salted digest of the state it was left in."""

    __tablename__ = "ledger_object"
    __audited__: ClassVar[bool] = False
    # Also the way to the last entry of each row, which verification reads in order of object_id.
    __table_args__ = (sa.UniqueConstraint("kind", "object_id", "seq"),)

    seq: int = Field(
        sa_column=sa.Column(
            sa.Integer, sa.ForeignKey("ledger_entry.seq"), primary_key=True, autoincrement=False
        )
    )
    position: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    kind: str = Field(sa_type=_NAME)
    object_id: int
    digest: str = Field(sa_type=_HASH)


ENTRY: sa.Table = LedgerEntry.__table__  # type: ignore[attr-defined]
PAYLOAD: sa.Table = LedgerPayload.__table__  # type: ignore[attr-defined]
OBJECT: sa.Table = LedgerObject.__table__  # type: ignore[attr-defined]
