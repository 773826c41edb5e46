"""Person, BusinessUnit, Team, Membership; ImportedPerson: what a people file said of somebody; PeopleUpload: such a file."""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.people.rules import EMAIL_LIMIT, NAME_LIMIT, Function
from registry.store.columns import Revised, Row, by_value, instant, json_type, one_of


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


class ImportedPerson(Revised, table=True):
    """What the latest file of one kind said of a person, so that the next one can tell its own words from people's.

    It also says whom files of that kind have brought: who is missing from the next may have left.
    """

    __tablename__ = "imported_person"
    __table_args__ = (
        sa.UniqueConstraint("kind", "person_id"),
        sa.Index("ix_imported_person_email", "kind", "email"),
    )

    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=60)
    # As the file has it: somebody's address may since have been corrected by hand.
    email: str = Field(max_length=EMAIL_LIMIT)
    stated: dict[str, Any] = Field(sa_type=json_type())
    file_name: str = Field(max_length=255)
    row_number: int
    imported_at: datetime = instant()


class PeopleUpload(Row, table=True):
    """A people file between its preview and its import; afterwards what came of it, without the file."""

    __tablename__ = "people_upload"
    __audited__: ClassVar[bool] = False

    person_id: int = Field(foreign_key="person.id", index=True)
    file_name: str = Field(max_length=255)
    uploaded_at: datetime = instant()
    data: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    map_data: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    result: dict[str, Any] | None = Field(default=None, sa_type=json_type())
