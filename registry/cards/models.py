"""CardEdition: a card somebody puts their name to; CardDocument: its PDF and seal; CardPreview: a PDF kept for a while.

CardBundle: all cards of a search, asked for as one file; BundledCard: one of them.
"""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.cards.rules.bundles import BundleState, CardState, Line
from registry.cards.rules.editions import EditionState
from registry.kernel.text import SYSTEM_PREFIX, public_key
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


class CardBundle(Row, table=True):
    """The cards somebody asked for as one file. The ledger tells who took what away; this is the desk it is packed on."""

    __tablename__ = "card_bundle"
    __audited__: ClassVar[bool] = False
    # Of one person, newest first; and those whose time is over.
    __table_args__ = (
        one_of("state", BundleState),
        sa.Index("ix_card_bundle_asked_by", "asked_by_id", "id"),
        sa.Index("ix_card_bundle_state", "state", "changed_at"),
    )

    state: BundleState = Field(default=BundleState.MAKING, sa_type=by_value(BundleState))
    asked_by_id: int = Field(foreign_key="person.id")
    # The search as the register's address states it.
    search: str = long_text()
    # The past day its cards are of; none where they are of the day they are made on.
    as_of: date | None = None
    asked_at: datetime = instant()
    changed_at: datetime = instant()
    finished_at: datetime | None = instant(default=None, nullable=True)
    total: int
    made: int = Field(default=0)
    sha256: str = Field(default="", max_length=64)
    size: int = Field(default=0, sa_type=sa.BigInteger)
    trouble: str = long_text(default="")
    files_dropped_at: datetime | None = instant(default=None, nullable=True)


class BundledCard(Row, table=True):
    """One system of a bundle and what became of its card."""

    __tablename__ = "bundled_card"
    __audited__: ClassVar[bool] = False
    # What waits is taken in order; how many stand where is counted for the page.
    __table_args__ = (
        one_of("state", CardState),
        sa.UniqueConstraint("bundle_id", "system_id"),
        sa.Index("ix_bundled_card_state", "bundle_id", "state", "system_id"),
    )

    bundle_id: int = Field(foreign_key="card_bundle.id")
    system_id: int = Field(foreign_key="system.id")
    state: CardState = Field(default=CardState.WAITING, sa_type=by_value(CardState))
    name: str = long_text(default="")
    edition: int | None = None
    sha256: str = Field(default="", max_length=64)
    size: int = Field(default=0)
    why: str = long_text(default="")

    @property
    def line(self) -> Line:
        """Its row in the index."""
        key = public_key(SYSTEM_PREFIX, self.system_id)
        return Line(key, self.name, self.edition, self.sha256, self.size, self.why)
