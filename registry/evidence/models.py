"""Evidence: one thing that proves something of a system. EvidenceRevision: one of its files. EvidenceUse: what it supports."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from registry.evidence.rules.files import FILE_NAME_LIMIT, FileType
from registry.evidence.rules.record import PREFIX, SUBJECT_LIMIT, TITLE_LIMIT, Kind
from registry.kernel.text import public_key
from registry.store.columns import Revised, Row, by_value, instant, long_text, one_of


class Evidence(Revised, table=True):
    """One thing that proves something of a system. Withdrawn, never deleted. Its public id is its number: EVD-0001."""

    __tablename__ = "evidence"
    __table_args__ = (
        one_of("kind", Kind),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_because = '')", name="withdrawn_with_reason"),
        # A system's evidence, newest first.
        sa.Index("ix_evidence_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    title: str = Field(max_length=TITLE_LIMIT)
    kind: Kind = Field(sa_type=by_value(Kind))
    # The last day on which it holds; None: it does not expire.
    valid_until: date | None = None
    note: str = long_text(default="")
    added_at: datetime = instant()
    added_by_id: int | None = Field(default=None, foreign_key="person.id")
    withdrawn_at: datetime | None = instant(default=None, nullable=True)
    withdrawn_by_id: int | None = Field(default=None, foreign_key="person.id")
    withdrawn_because: str = long_text(default="")

    @property
    def key(self) -> str:
        """The public id, such as EVD-0001."""
        if self.id is None:
            raise ValueError("evidence has no key before it is stored")
        return public_key(PREFIX, self.id)


class EvidenceRevision(Row, table=True):
    """One file of a piece of evidence: its bytes are kept by their SHA-256, beside the database. Added, never changed."""

    __tablename__ = "evidence_revision"
    __table_args__ = (
        one_of("type", FileType),
        sa.CheckConstraint("size > 0", name="not_empty"),
        sa.CheckConstraint("length(sha256) = 64", name="a_digest"),
        # Two people adding a revision at once cannot both be the second.
        sa.UniqueConstraint("evidence_id", "ordinal"),
        # Verification goes by digest: one blob, however many revisions are made of it.
        sa.Index("ix_evidence_revision_sha256", "sha256"),
    )

    evidence_id: int = Field(foreign_key="evidence.id")
    ordinal: int
    sha256: str = Field(max_length=64)
    size: int
    type: FileType = Field(sa_type=by_value(FileType))
    file_name: str = Field(max_length=FILE_NAME_LIMIT)
    note: str = long_text(default="")
    added_at: datetime = instant()
    added_by_id: int | None = Field(default=None, foreign_key="person.id")


class EvidenceUse(Row, table=True):
    """A revision of a piece of evidence supports something: a review, a dossier, a waiver. Added, never changed.

    The revision is the one that stood when it was named, so that what a decision rested on can be shown later.
    """

    __tablename__ = "evidence_use"
    __table_args__ = (
        sa.UniqueConstraint("revision_id", "subject_kind", "subject_id"),
        sa.Index("ix_evidence_use_evidence", "evidence_id"),
        sa.Index("ix_evidence_use_subject", "subject_kind", "subject_id"),
    )

    evidence_id: int = Field(foreign_key="evidence.id")
    revision_id: int = Field(foreign_key="evidence_revision.id")
    subject_kind: str = Field(max_length=SUBJECT_LIMIT)
    subject_id: int
    used_at: datetime = instant()
    used_by_id: int | None = Field(default=None, foreign_key="person.id")
