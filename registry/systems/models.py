"""System: one AI system the company runs. SavedView: a state of the register page. Withdrawal: one that was there by mistake."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of
from registry.systems.rules.record import (
    LINE_LIMIT,
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Kind,
    Reversibility,
    Stage,
    Tier,
    Visibility,
)
from registry.systems.rules.views import VIEW_NAME_LIMIT, Sharing

_PREFERRED = "preferred"


class System(Revised, table=True):
    """The register's main record. Its public id is its number: AI-0042."""

    __tablename__ = "system"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("stage", Stage),
        one_of("tier", Tier),
        one_of("visibility", Visibility),
        one_of("reversibility", Reversibility),
        sa.CheckConstraint("autonomy BETWEEN 1 AND 5", name="autonomy_level"),
        # The register pages by name; the number breaks ties so that a page never skips or repeats a row.
        sa.Index("ix_system_name", "name", "id"),
        sa.Index("ix_system_stage", "stage", "id"),
    )

    name: str = Field(max_length=NAME_LIMIT)
    summary: str = Field(max_length=SUMMARY_LIMIT)
    unit_id: int = Field(foreign_key="business_unit.id", index=True)
    stage: Stage = Field(default=Stage.PROPOSED, sa_type=by_value(Stage))
    tier: Tier | None = Field(default=None, sa_type=by_value(Tier))
    visibility: Visibility = Field(default=Visibility.COMPANY, sa_type=by_value(Visibility))
    kind: Kind | None = Field(default=None, sa_type=by_value(Kind))
    description: str = long_text(default="")
    technique: str = Field(default="", max_length=LINE_LIMIT)
    modality: str = Field(default="", max_length=LINE_LIMIT)
    intended_use: str = long_text(default="")
    users: str = long_text(default="")
    affected_people: str = long_text(default="")
    affected_count: int | None = Field(default=None, sa_type=sa.BigInteger)
    out_of_scope: str = long_text(default="")
    autonomy: int | None = None
    reversibility: Reversibility | None = Field(default=None, sa_type=by_value(Reversibility))
    oversight_plan: str = long_text(default="")
    volume_per_day: int | None = Field(default=None, sa_type=sa.BigInteger)
    vendor_name: str = Field(default="", max_length=LINE_LIMIT)
    vendor_contract: str = Field(default="", max_length=LINE_LIMIT)
    vendor_data_access: str = long_text(default="")
    vendor_exit: str = long_text(default="")
    deployed_where: str = Field(default="", max_length=LINE_LIMIT)
    regions: str = Field(default="", max_length=LINE_LIMIT)
    legal_roles: str = long_text(default="")
    in_service_on: date | None = None
    links: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    complaints_contact: str = Field(default="", max_length=LINE_LIMIT)
    known_limitations: str = long_text(default="")
    registered_at: datetime = instant()
    registered_by_id: int | None = Field(default=None, foreign_key="person.id")

    @property
    def key(self) -> str:
        """The public id, such as AI-0042."""
        if self.id is None:
            raise ValueError("a system has no key before it is stored")
        return public_key(SYSTEM_PREFIX, self.id)


class SavedView(Revised, table=True):
    """A search, order and choice of columns that somebody keeps under a name, for themselves or for others."""

    __tablename__ = "saved_view"
    __table_args__ = (
        one_of("sharing", Sharing),
        sa.UniqueConstraint("person_id", "name"),
        sa.CheckConstraint("(sharing = 'unit') = (unit_id IS NOT NULL)", name="unit_where_shared_with_one"),
        # A person's register opens with one view at most.
        sa.Index(
            "ix_saved_view_one_preferred",
            "person_id",
            unique=True,
            sqlite_where=sa.text(_PREFERRED),
            postgresql_where=sa.text(_PREFERRED),
        ),
    )

    person_id: int = Field(foreign_key="person.id")
    name: str = Field(max_length=VIEW_NAME_LIMIT)
    address: str = long_text()
    sharing: Sharing = Field(default=Sharing.NOBODY, sa_type=by_value(Sharing))
    unit_id: int | None = Field(default=None, foreign_key="business_unit.id", index=True)
    preferred: bool = Field(default=False)
    saved_at: datetime = instant()


class Withdrawal(Row, table=True):
    """The word that a system never belonged on the register. Its row, its key and its history stay; nothing lists it."""

    __tablename__ = "withdrawal"

    system_id: int = Field(foreign_key="system.id", unique=True)
    withdrawn_at: datetime = instant()
    because: str = long_text(default="")
