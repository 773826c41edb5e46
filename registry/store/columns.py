"""Column kinds and bases: UTC instants, enums stored by value, exact decimals, JSON; revisions; naming of constraints."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import declared_attr
from sqlalchemy.sql.functions import FunctionElement, GenericFunction
from sqlmodel import Field, SQLModel

# The largest number a row can have on PostgreSQL; what lies beyond is an address nobody was given.
LARGEST_NUMBER = 2_147_483_647

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept in UTC. SQLite drops the zone on its own; naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone was about to be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(sa.types.TypeDecorator[Decimal]):
    """A decimal kept as its digits, so that both databases give back what was typed (SQLite has no exact numeric)."""

    impl = sa.String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        if not value.is_finite():
            raise ValueError("a number that is not finite was about to be stored")
        return format(value, "f")

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Answering(GenericFunction[bool]):
    """A function that answers yes or no, and as it stands is a clause.

    Any other SQLAlchemy compares with 1 where a database has no truth values: SQLite then looks nothing up by it, and works
    out all of what stands in it even where its beginning decides.
    """

    _register = False
    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Itself: what it is compiled to binds closer than any AND, OR or NOT around it."""
        return self


class utc_day(FunctionElement[date]):  # noqa: N801 - read like the functions of SQL it stands among
    """The day in UTC of an instant column, as a date, on both databases."""

    inherit_cache = True
    type = sa.Date()


@compiles(utc_day, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)})"


@compiles(utc_day, "postgresql")
def _day_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    # A cast alone would take the day of the connection's own time zone.
    return f"CAST(({compiler.process(element.clauses, **options)}) AT TIME ZONE 'UTC' AS DATE)"


def by_value(kind: type[StrEnum]) -> Any:
    """An enum column that stores the value as text on both databases; pair it with `one_of` in __table_args__."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda enum: [member.value for member in enum],
        validate_strings=True,
    )


def one_of(column: str, kind: type[StrEnum]) -> sa.CheckConstraint:
    """The named CHECK that keeps an enum column to its values, also for rows written past this program."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    return sa.CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def json_type() -> Any:
    """JSON on SQLite, JSONB on PostgreSQL. A fresh instance per column: shared ones break mutation tracking."""
    return sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def instant(**options: Any) -> Any:
    """A UTC instant column."""
    return Field(sa_type=Instant, **options)


def long_text(**options: Any) -> Any:
    """A text column without a length; the bound is a rule's."""
    return Field(sa_type=sa.Text, **options)


class Row(SQLModel):
    """Base of every table: a number, and whether its changes belong in the ledger."""

    # A change to an audited table that no ledger entry covers stops the transaction (registry.audit.actions.capture).
    __audited__: ClassVar[bool] = True
    # Columns whose values never appear in a ledger payload; the digest still covers them.
    __masked__: ClassVar[frozenset[str]] = frozenset()

    id: int | None = Field(default=None, primary_key=True)


class Revised(Row):
    """A row people edit: its revision number rises with every change and a stale write is refused by the database."""

    version: int = Field(default=1, nullable=False)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]
