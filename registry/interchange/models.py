"""SourceRecord: the row of an inventory that a system came from, kept as it was."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from registry.store.columns import Revised, instant, json_type


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
