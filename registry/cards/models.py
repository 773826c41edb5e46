"""CardEdition: a card somebody puts their name to; CardDocument: its PDF and seal; CardPreview: a PDF kept for a while."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.cards.rules.editions import EditionState
from registry.store.columns import Revised, Row, by_value, instant, long_text, one_of


class CardPreview(Row, table=True):
    """One PDF, known by the hash of its facts and of everything that decides how they look. It may be thrown away any time."""

    __tablename__ = "card_preview"
    __audited__: ClassVar[bool] = False
    __table_args__ = (sa.UniqueConstraint("facts_sha256", "rendering_sha256"),)

    facts_sha256: str = Field(max_length=64)
    rendering_sha256: str = Field(max_length=64)
    size: int
    made_at: datetime = instant()
    pdf: bytes = Field(sa_type=sa.LargeBinary)


class CardEdition(Revised, table=True):
    """What a card stated at one moment, frozen as the text of card.json; who put it forward and who decided on it."""

    __tablename__ = "card_edition"
    __masked__: ClassVar[frozenset[str]] = frozenset({"facts"})
    __table_args__ = (
        sa.UniqueConstraint("system_id", "number"),
        # One is looked at and one holds at a time, whatever two people do at once.
        sa.Index(
            "uq_card_edition_in_review",
            "system_id",
            unique=True,
            sqlite_where=sa.text("state = 'in_review'"),
            postgresql_where=sa.text("state = 'in_review'"),
        ),
        sa.Index(
            "uq_card_edition_approved",
            "system_id",
            unique=True,
            sqlite_where=sa.text("state = 'approved'"),
            postgresql_where=sa.text("state = 'approved'"),
        ),
        one_of("state", EditionState),
    )

    system_id: int = Field(foreign_key="system.id")
    number: int
    state: EditionState = Field(sa_type=by_value(EditionState))
    facts: str = long_text()
    facts_sha256: str = Field(max_length=64, index=True)
    put_forward_at: datetime = instant()
    put_forward_by_id: int = Field(foreign_key="person.id", index=True)
    put_forward_name: str = Field(max_length=200)
    note: str = long_text()
    decided_at: datetime | None = instant(default=None, nullable=True)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    printed_name: str = Field(default="", max_length=200)
    meaning: str = long_text()
    reason: str = long_text()
    withdrawn_at: datetime | None = instant(default=None, nullable=True)
    withdrawn_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    withdrawn_because: str = long_text()


class CardDocument(Row, table=True):
    """What an approved edition was issued as: its seal and the PDF with it. The ledger holds the hash of the PDF."""

    __tablename__ = "card_document"
    __audited__: ClassVar[bool] = False

    edition_id: int = Field(foreign_key="card_edition.id", unique=True)
    seal: bytes = Field(sa_type=sa.LargeBinary)
    pdf: bytes = Field(sa_type=sa.LargeBinary)
    pdf_sha256: str = Field(max_length=64, unique=True)
    made_at: datetime = instant()
