"""LedgerCheckpoint: the signed size and root of the ledger. LedgerKey: what such signatures are checked with."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.store.columns import Row, instant, long_text


class LedgerKey(Row, table=True):
    """A public key this registry signs with, from `since` until the next one begins. The secret half is in no table."""

    __tablename__ = "ledger_key"

    key_id: str = Field(sa_type=sa.String(8), unique=True)
    origin: str = Field(sa_type=sa.String(255))
    # As signed notes write a key: name+key id+base64.
    verifier: str = long_text()
    since: datetime = instant()
    # The old key's word for this one; the first key, and one that follows a lost key, has only its own.
    statement: str = long_text()


class LedgerCheckpoint(SQLModel, table=True):
    """What the ledger was, said where others can hold it: as many entries, under this root.

    It is no entry itself, or each would call for another.
    """

    __tablename__ = "ledger_checkpoint"
    __audited__: ClassVar[bool] = False

    size: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    root: str = Field(sa_type=sa.String(64))
    # The complete subtrees under the root, in hex one after another: the next checkpoint goes on from here.
    peaks: str = long_text()
    origin: str = Field(sa_type=sa.String(255))
    key_id: str = Field(sa_type=sa.String(8))
    note: str = long_text()
    made_at: str = Field(sa_type=sa.String(27))


KEY: sa.Table = LedgerKey.__table__  # type: ignore[attr-defined]
CHECKPOINT: sa.Table = LedgerCheckpoint.__table__  # type: ignore[attr-defined]
