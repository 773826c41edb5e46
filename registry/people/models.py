"""Person, BusinessUnit, Team, Membership."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field

from registry.people.rules import EMAIL_LIMIT, NAME_LIMIT, Function
from registry.store.columns import Revised, Row, by_value, one_of


class BusinessUnit(Revised, table=True):
    """A unit of the organisation; units form a tree, each with a head."""

    __tablename__ = "business_unit"
    # NULL parents are all distinct to a unique index, so the top level is kept unique on its own.
    __table_args__ = (
        sa.Index("ix_business_unit_name_under_parent", "parent_id", "name", unique=True),
        sa.Index(
            "ix_business_unit_top_name",
            "name",
            unique=True,
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        ),
    )

    name: str = Field(max_length=NAME_LIMIT)
    parent_id: int | None = Field(default=None, foreign_key="business_unit.id", index=True)
    # People belong to units and units have heads: one of the two constraints is added once both tables stand.
    head_id: int | None = Field(
        default=None,
        sa_column=sa.Column(sa.ForeignKey("person.id", use_alter=True), index=True, nullable=True),
    )


class Person(Revised, table=True):
    """Somebody who can hold a seat. Never deleted: a leaver keeps their past."""

    __tablename__ = "person"
    # Names are searched by prefix on the directory page.
    __table_args__ = (sa.Index("ix_person_name", "name", "id"),)

    name: str = Field(max_length=NAME_LIMIT)
    email: str = Field(max_length=EMAIL_LIMIT, unique=True)
    job_title: str = Field(default="", max_length=NAME_LIMIT)
    unit_id: int | None = Field(default=None, foreign_key="business_unit.id", index=True)
    active_from: date | None = None
    active_to: date | None = None


class Team(Revised, table=True):
    """A group that can hold a function on a system."""

    __tablename__ = "team"
    __table_args__ = (one_of("function", Function),)

    name: str = Field(max_length=NAME_LIMIT, unique=True)
    function: Function = Field(sa_type=by_value(Function))
    unit_id: int | None = Field(default=None, foreign_key="business_unit.id", index=True)
    leader_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    deputy_id: int | None = Field(default=None, foreign_key="person.id", index=True)


class Membership(Row, table=True):
    """One person in one team."""

    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("team_id", "person_id"),)

    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id", index=True)
