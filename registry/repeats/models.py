"""KeptAnswer: what a request was answered, for whoever sends it again."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from registry.store.columns import Row, instant, long_text


class KeptAnswer(Row, table=True):
    """The answer to one request under one key, sealed: it may hold what is told only once."""

    __tablename__ = "kept_answer"
    __audited__: ClassVar[bool] = False

    holder_sha256: str = Field(max_length=64, unique=True)
    request_sha256: str = Field(max_length=64)
    sealed: str = long_text()
    at: datetime = instant(index=True)
