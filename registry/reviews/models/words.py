"""Attestation: an owner's word. SignOff: a sheet to be signed. Signature. Waiver: what need not be met for a while."""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.text import public_key
from registry.reviews.rules.kinds import NAME_LIMIT, SIGN_OFF_PREFIX, WAIVER_PREFIX, Signed
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of
from registry.systems.rules.record import LINE_LIMIT


class Attestation(Row, table=True):
    """What an accountable owner states of their system, in the words of the pack. Added, never changed; a later one follows it."""

    __tablename__ = "attestation"
    __masked__: ClassVar[frozenset[str]] = frozenset({"content"})
    __table_args__ = (sa.Index("ix_attestation_system", "system_id", "id"),)

    system_id: int = Field(foreign_key="system.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    # Which statements of which edition, and the words themselves as they were read.
    pack: str = Field(max_length=60)
    statements: list[str] = Field(sa_type=json_type())
    meaning: str = long_text()
    printed_name: str = Field(max_length=NAME_LIMIT)
    at: datetime = instant()
    content: dict[str, Any] = Field(sa_type=json_type())
    content_sha256: str = Field(max_length=64)
    digest: str = Field(max_length=64)


class SignOff(Row, table=True):
    """A sheet that people of several seats sign, all on the same content. Added, never changed; a later one takes its place."""

    __tablename__ = "sign_off"
    __masked__: ClassVar[frozenset[str]] = frozenset({"content"})
    __table_args__ = (
        # What a signature refers to, so that it cannot name another system or content than its sheet.
        sa.UniqueConstraint("id", "system_id", "content_sha256", name="uq_sign_off_sheet"),
        sa.Index("ix_sign_off_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    opened_at: datetime = instant()
    opened_by_id: int = Field(foreign_key="person.id")
    pack: str = Field(max_length=60)
    seats: list[str] = Field(sa_type=json_type())
    content: dict[str, Any] = Field(sa_type=json_type())
    content_sha256: str = Field(max_length=64)

    @property
    def key(self) -> str:
        """The public id, such as SGN-0001."""
        return public_key(SIGN_OFF_PREFIX, self.id or 0)


class Signature(Row, table=True):
    """One person's name under one seat of a sheet. Added, never changed, never taken back."""

    __tablename__ = "signature"
    __table_args__ = (
        one_of("seat", Signed),
        # One person, one seat of a sheet; said also to whoever writes past this program.
        sa.UniqueConstraint("sign_off_id", "seat"),
        sa.UniqueConstraint("sign_off_id", "person_id"),
        sa.ForeignKeyConstraint(
            ["sign_off_id", "system_id", "content_sha256"],
            ["sign_off.id", "sign_off.system_id", "sign_off.content_sha256"],
            name="fk_signature_sheet",
        ),
    )

    sign_off_id: int
    system_id: int = Field(foreign_key="system.id", index=True)
    seat: Signed = Field(sa_type=by_value(Signed))
    person_id: int = Field(foreign_key="person.id", index=True)
    printed_name: str = Field(max_length=NAME_LIMIT)
    meaning: str = long_text()
    at: datetime = instant()
    content_sha256: str = Field(max_length=64)
    digest: str = Field(max_length=64)


class Waiver(Revised, table=True):
    """A control or criterion that need not be met for a while. It expires by itself; where it stands follows from its days."""

    __tablename__ = "waiver"
    __table_args__ = (
        sa.CheckConstraint("decided_by_id <> asked_by_id", name="decided_by_another"),
        sa.CheckConstraint(
            "(granted IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided_by_somebody",
        ),
        sa.CheckConstraint("revoked_at IS NULL OR granted", name="revoked_once_granted"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_by_somebody"),
        sa.Index("ix_waiver_system", "system_id", "until"),
        sa.Index("ix_waiver_until", "until", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    # The control or criterion by its id, and what it asks for in words.
    subject: str = Field(max_length=LINE_LIMIT)
    subject_said: str = long_text(default="")
    pack: str = Field(max_length=60)
    because: str = long_text()
    until: date
    asked_at: datetime = instant()
    asked_by_id: int = Field(foreign_key="person.id")
    granted: bool | None = None
    decided_at: datetime | None = instant(default=None, nullable=True)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_because: str = long_text(default="")
    revoked_at: datetime | None = instant(default=None, nullable=True)
    revoked_by_id: int | None = Field(default=None, foreign_key="person.id")
    revoked_because: str = long_text(default="")

    @property
    def key(self) -> str:
        """The public id, such as WVR-0001."""
        return public_key(WAIVER_PREFIX, self.id or 0)
