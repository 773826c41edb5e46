"""CardPreview: the finished PDF of a card, kept so that the same record is not laid out twice."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.store.columns import Row, instant


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
