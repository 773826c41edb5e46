"""Declaration: which file a system is kept in, and what that file set when it was last applied."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from registry.declarations.rules.fields import COMMIT_LIMIT, ID_LIMIT, PATH_LIMIT
from registry.store.columns import Revised, instant, json_type


class Declaration(Revised, table=True):
    """The file of one system. What it set is remembered, so that what people change since can be told from it."""

    __tablename__ = "declaration"
    __table_args__ = (sa.UniqueConstraint("system_id"), sa.UniqueConstraint("name"))

    system_id: int = Field(foreign_key="system.id")
    # The id that the team chose in the file.
    name: str = Field(max_length=ID_LIMIT)
    path: str = Field(max_length=PATH_LIMIT)
    repository: str = Field(default="", max_length=PATH_LIMIT)
    commit_id: str = Field(default="", max_length=COMMIT_LIMIT)
    # As rules.plan.Standing holds it: fields by path, and the things of each list by name.
    stated: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    applied_at: datetime = instant()
    applied_by_id: int | None = Field(default=None, foreign_key="person.id")
