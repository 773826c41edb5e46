"""SourceRecord: the row a system came from. InventoryImport, ImportRow, ImportLikeness: an import. SavedProfile: a mapping."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.interchange.rules.imports import PROFILE_NAME_LIMIT, Choice, ImportState
from registry.kernel.rows import Ending
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of


class SourceRecord(Revised, table=True):
    """One row of one inventory, unchanged, with the system it became. Its digest tells a re-import what is new."""

    __tablename__ = "source_record"
    system_id: int = Field(foreign_key="system.id", index=True)
    profile: str = Field(max_length=60, index=True)
    # A re-import finds a system by the profile's natural key, whatever its name has become since.
    natural_key: str = Field(max_length=480, unique=True)
    row_digest: str = Field(max_length=64)
    file_name: str = Field(max_length=255)
    row_number: int
    # What was read into fields, so that a later import can tell its own words from those of people.
    stated: dict[str, Any] = Field(sa_type=json_type())
    # The cells that no field carries word for word.
    source_facts: dict[str, Any] = Field(sa_type=json_type())
    imported_at: datetime = instant()


class SavedProfile(Revised, table=True):
    """A mapping somebody saved under a name; offered again when a file has its columns."""

    __tablename__ = "import_profile"

    name: str = Field(max_length=PROFILE_NAME_LIMIT)
    # The name in small letters: two people saving under one name at once cannot both make a new profile.
    name_key: str = Field(max_length=PROFILE_NAME_LIMIT * 2, unique=True)
    mapping: dict[str, Any] = Field(sa_type=json_type())
    saved_by_id: int | None = Field(default=None, foreign_key="person.id")
    saved_at: datetime = instant()
    removed_at: datetime | None = instant(default=None, nullable=True)


class InventoryImport(Row, table=True):
    """One uploaded file on its way onto the register. The ledger tells what came of it; this is the desk it lies on."""

    __tablename__ = "inventory_import"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("state", ImportState),
        # The sweep looks for drafts nobody has touched and for files that are no longer needed.
        sa.Index("ix_inventory_import_state", "state", "changed_at"),
    )

    state: ImportState = Field(default=ImportState.MAPPING, sa_type=by_value(ImportState))
    file_name: str = Field(max_length=255)
    sha256: str = Field(max_length=64, index=True)
    size: int = Field(sa_type=sa.BigInteger)
    how: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    mapping: dict[str, Any] | None = Field(default=None, sa_type=json_type())
    saved_profile_id: int | None = Field(default=None, foreign_key="import_profile.id")
    # Counts the checks asked for: what an earlier one finds out late is not taken for an answer to this one.
    attempt: int = Field(default=0)
    plan_digest: str = Field(default="", max_length=64)
    tally: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    remarks: list[str] = Field(default_factory=list, sa_type=json_type())
    trouble: str = long_text(default="")
    undone: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    uploaded_by_id: int | None = Field(default=None, foreign_key="person.id")
    asked_by_id: int | None = Field(default=None, foreign_key="person.id")
    steward_id: int | None = Field(default=None, foreign_key="person.id")
    uploaded_at: datetime = instant()
    changed_at: datetime = instant()
    imported_at: datetime | None = instant(default=None, nullable=True)
    undone_at: datetime | None = instant(default=None, nullable=True)
    file_dropped_at: datetime | None = instant(default=None, nullable=True)


class ImportRow(Row, table=True):
    """How one row of the file ends: what it becomes, what is wrong with it, what it changes field by field."""

    __tablename__ = "import_row"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("ending", Ending),
        # The report pages by row number, all of it or one ending.
        sa.UniqueConstraint("import_id", "attempt", "row_number"),
        sa.Index("ix_import_row_ending", "import_id", "attempt", "ending", "row_number"),
    )

    import_id: int = Field(foreign_key="inventory_import.id")
    attempt: int
    row_number: int
    ending: Ending = Field(sa_type=by_value(Ending))
    says: str = long_text(default="")
    natural_key: str = Field(default="", max_length=480)
    system_id: int | None = Field(default=None, foreign_key="system.id")
    becomes: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    problems: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    problem_count: int = Field(default=0)
    differences: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())


class ImportLikeness(Row, table=True):
    """A row that may be a system there is already, and what a person decided about it."""

    __tablename__ = "import_likeness"
    __audited__: ClassVar[bool] = False
    __table_args__ = (one_of("choice", Choice), sa.Index("ix_import_likeness_row", "import_id", "row_number"))

    import_id: int = Field(foreign_key="inventory_import.id")
    row_number: int
    name: str = Field(max_length=300)
    system_id: int | None = Field(default=None, foreign_key="system.id")
    other_row: int | None = None
    says: str = Field(max_length=200)
    choice: Choice = Field(default=Choice.OPEN, sa_type=by_value(Choice))
