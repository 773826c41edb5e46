"""DataSource: data systems are made from or fed with. DataUse: which system uses it for what. QualityCheck, QualityResult."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field

from registry.data_sources.rules.quality import UNIT_LIMIT, Dimension
from registry.data_sources.rules.sources import KEY_LIMIT, NAME_LIMIT, Classification, Purpose, Stated
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.kernel.text import DATA_SOURCE_PREFIX, public_key
from registry.store.columns import Exact, Revised, Row, by_value, instant, json_type, long_text, one_of
from registry.systems.rules.record import LINE_LIMIT

_OPEN = "to_at IS NULL"


class DataSource(Revised, table=True):
    """One source in the catalogue all systems share. Its public id is its number: DS-0001. Retired, never deleted."""

    __tablename__ = "data_source"
    __table_args__ = (
        one_of("classification", Classification),
        one_of("personal_data", Stated),
        one_of("special_category", Stated),
        # The catalogue pages by name; the number breaks ties.
        sa.Index("ix_data_source_name", "name", "id"),
    )

    name: str = Field(max_length=NAME_LIMIT)
    # The name as it is compared; two people adding the same source at once cannot both succeed.
    name_key: str = Field(max_length=KEY_LIMIT, unique=True)
    description: str = long_text(default="")
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    steward_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    custodian: str = Field(default="", max_length=LINE_LIMIT)
    classification: Classification | None = Field(default=None, sa_type=by_value(Classification))
    personal_data: Stated = Field(default=Stated.UNKNOWN, sa_type=by_value(Stated))
    special_category: Stated = Field(default=Stated.UNKNOWN, sa_type=by_value(Stated))
    lawful_basis: str = Field(default="", max_length=LINE_LIMIT)
    licence: str = Field(default="", max_length=LINE_LIMIT)
    licence_expires_on: date | None = Field(default=None, index=True)
    consent: str = Field(default="", max_length=LINE_LIMIT)
    consent_expires_on: date | None = Field(default=None, index=True)
    allowed_purposes: list[str] = Field(default_factory=list, sa_type=json_type())
    retention: str = Field(default="", max_length=LINE_LIMIT)
    location: str = Field(default="", max_length=LINE_LIMIT)
    freshness_promised: str = Field(default="", max_length=LINE_LIMIT)
    schema_version: str = Field(default="", max_length=LINE_LIMIT)
    provenance: str = long_text(default="")
    known_gaps: str = long_text(default="")
    retired_at: datetime | None = instant(default=None, nullable=True)
    retired_because: str = long_text(default="")

    @property
    def key(self) -> str:
        """The public id, such as DS-0001."""
        if self.id is None:
            raise ValueError("a data source has no key before it is stored")
        return public_key(DATA_SOURCE_PREFIX, self.id)


class DataUse(Revised, table=True):
    """A system's use of a source for one purpose, for one period; ended, never deleted."""

    __tablename__ = "data_use"
    __table_args__ = (
        one_of("purpose", Purpose),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name="ends_after_start"),
        sa.Index(
            "ix_data_use_one_open",
            "system_id",
            "data_source_id",
            "purpose",
            unique=True,
            sqlite_where=sa.text(_OPEN),
            postgresql_where=sa.text(_OPEN),
        ),
        # Every use of a system, also those that have ended; and who uses a source.
        sa.Index("ix_data_use_system", "system_id", "to_at"),
        sa.Index("ix_data_use_source", "data_source_id", "to_at"),
    )

    system_id: int = Field(foreign_key="system.id")
    data_source_id: int = Field(foreign_key="data_source.id")
    purpose: Purpose = Field(sa_type=by_value(Purpose))
    note: str = long_text(default="")
    from_at: datetime = instant()
    to_at: datetime | None = instant(default=None, nullable=True)
    ended_because: str = long_text(default="")


class QualityCheck(Revised, table=True):
    """A check on the quality of a source. It is never edited but replaced: each result keeps the bound it was judged by."""

    __tablename__ = "quality_check"
    __table_args__ = (one_of("dimension", Dimension), one_of("bound", Bound), one_of("cadence", Cadence))

    data_source_id: int = Field(foreign_key="data_source.id", index=True)
    dimension: Dimension = Field(sa_type=by_value(Dimension))
    rule: str = Field(max_length=LINE_LIMIT)
    unit: str = Field(default="", max_length=UNIT_LIMIT)
    bound: Bound = Field(sa_type=by_value(Bound))
    low: Decimal | None = Field(default=None, sa_type=Exact)
    high: Decimal | None = Field(default=None, sa_type=Exact)
    cadence: Cadence = Field(sa_type=by_value(Cadence))
    retired_at: datetime | None = instant(default=None, nullable=True)


class QualityResult(Row, table=True):
    """One result of a check, judged when it was recorded. Results are added, never changed."""

    __tablename__ = "quality_result"
    # The latest result of each check is read with every page of its source.
    __table_args__ = (sa.Index("ix_quality_result_latest", "quality_check_id", "measured_on", "id"),)

    quality_check_id: int = Field(foreign_key="quality_check.id")
    measured_on: date
    value: Decimal = Field(sa_type=Exact)
    met: bool
    note: str = long_text(default="")
    recorded_at: datetime = instant()
    recorded_by_id: int | None = Field(default=None, foreign_key="person.id")
