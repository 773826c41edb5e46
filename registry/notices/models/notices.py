"""Notice: that somebody is to be told of an entry. Mailing: a letter on its way. NoticeChoice: how somebody, or the house, wants it."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.notices.rules.choices import ZONE_LIMIT, Kind, Rhythm
from registry.notices.rules.sending import MailingKind, Sent
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of

_TO_MAIL = "mailing_id IS NULL AND due_at IS NOT NULL"
_ON_ITS_WAY = "state IN ('waiting', 'leased')"


class Mailing(Row, table=True):
    """A letter to one person: what it tells is put together when it is sent, by what they may know then."""

    __tablename__ = "mailing"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("kind", MailingKind),
        one_of("state", Sent),
        # What is to be sent, the longest due first; what became of the newest.
        sa.Index(
            "ix_mailing_due",
            "due_at",
            sqlite_where=sa.text(_ON_ITS_WAY),
            postgresql_where=sa.text(_ON_ITS_WAY),
        ),
        sa.Index("ix_mailing_person", "person_id", "made_at"),
        # Those given up are counted every few seconds, among all that ever arrived.
        sa.Index("ix_mailing_state", "state"),
    )

    # The Message-ID, the same on each try.
    uid: str = Field(max_length=36, unique=True)
    kind: MailingKind = Field(sa_type=by_value(MailingKind))
    person_id: int = Field(foreign_key="person.id")
    state: Sent = Field(default=Sent.WAITING, sa_type=by_value(Sent))
    made_at: datetime = instant()
    due_at: datetime = instant()
    leased_until: datetime | None = instant(default=None, nullable=True)
    attempts: int = Field(default=0)
    finished_at: datetime | None = instant(default=None, nullable=True)
    trouble: str = long_text(default="")


class Notice(Row, table=True):
    """That somebody is to be told of an entry of the ledger. What it says is read from there, by what they may know."""

    __tablename__ = "notice"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("kind", Kind),
        # However often an entry is followed: nobody is told twice.
        sa.UniqueConstraint("person_id", "seq"),
        sa.Index(
            "ix_notice_to_mail", "due_at", sqlite_where=sa.text(_TO_MAIL), postgresql_where=sa.text(_TO_MAIL)
        ),
    )

    person_id: int = Field(foreign_key="person.id")
    # No foreign key: nothing refers into the ledger.
    seq: int = Field(sa_type=sa.BigInteger, index=True)
    kind: Kind = Field(sa_type=by_value(Kind))
    at: datetime = instant(index=True)
    due_at: datetime | None = instant(default=None, nullable=True)
    mailing_id: int | None = Field(default=None, foreign_key="mailing.id", index=True)
    read_at: datetime | None = instant(default=None, nullable=True)


class NoticeChoice(Revised, table=True):
    """How one person wants to be told; the one without a person is what the house has set for everybody who has not chosen."""

    __tablename__ = "notice_choice"
    __table_args__ = (
        one_of("rhythm", Rhythm),
        sa.CheckConstraint("hour BETWEEN 0 AND 23 AND weekday BETWEEN 0 AND 6", name="hour_and_day"),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_has_two_ends"),
    )

    # "house", or the number of the person: one row each, said by the database.
    whose: str = Field(max_length=20, unique=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    ways: dict[str, str] = Field(default_factory=dict, sa_type=json_type())
    rhythm: Rhythm = Field(sa_type=by_value(Rhythm))
    weekday: int
    hour: int
    zone: str = Field(max_length=ZONE_LIMIT)
    quiet_from: int | None = None
    quiet_until: int | None = None
