"""Two small audited tables and one that is not, apart from the product's own metadata."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.audit.models import KEY
from registry.store.columns import Exact, Revised, Row, by_value, instant, json_type, long_text

METADATA = sa.MetaData()


class Colour(StrEnum):
    RED = "red"
    BLUE = "deep blue"


class Thing(Revised, table=True):
    metadata: ClassVar[sa.MetaData] = METADATA
    __tablename__ = "thing"
    __masked__: ClassVar[frozenset[str]] = frozenset({"secret"})

    name: str = Field(max_length=200)
    secret: str | None = None
    story: str = long_text(default="")
    colour: Colour | None = Field(default=None, sa_type=by_value(Colour))
    price: Decimal | None = Field(default=None, sa_type=Exact)
    weight: float | None = None
    count: int | None = Field(default=None, sa_type=sa.BigInteger)
    ready: bool = False
    due: date | None = None
    seen_at: datetime | None = instant(default=None, nullable=True)
    detail: Any = Field(default=None, nullable=True, sa_type=json_type())


class Part(Row, table=True):
    metadata: ClassVar[sa.MetaData] = METADATA
    __tablename__ = "part"

    thing_id: int = Field(foreign_key="thing.id")
    label: str


class Scratch(Row, table=True):
    metadata: ClassVar[sa.MetaData] = METADATA
    __tablename__ = "scratch"
    __audited__: ClassVar[bool] = False

    word: str


KINDS = {"thing": Thing.__table__, "part": Part.__table__, "ledger_key": KEY}
