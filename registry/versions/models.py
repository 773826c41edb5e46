"""ModelVersion: one version of a system's model. VersionTrainedOn: the data it learned from. LivePeriod: when it was in use. EvidenceHold: what must stay."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from registry.store.columns import Revised, Row, by_value, instant, long_text, one_of
from registry.versions.rules.record import ARTIFACT_LIMIT, DIGEST_LIMIT, KEY_LIMIT, LABEL_LIMIT
from registry.versions.rules.standing import State

_OPEN = "to_at IS NULL"
_ALONE = "to_at IS NULL AND share = 100"


class ModelVersion(Revised, table=True):
    """What one version states and how far it has come. Edited as a candidate only; withdrawn, never deleted."""

    __tablename__ = "model_version"
    __table_args__ = (
        one_of("state", State),
        sa.CheckConstraint(
            "state IN ('candidate', 'withdrawn') OR approved_at IS NOT NULL", name="approved_first"
        ),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_on_a_day"),
        # Two people adding the same label at once cannot both succeed.
        sa.UniqueConstraint("system_id", "label_key"),
        # The versions of a system, newest first.
        sa.Index("ix_model_version_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    label: str = Field(max_length=LABEL_LIMIT)
    # The label as it is compared; the two databases fold letters beyond ASCII differently, so neither is asked to.
    label_key: str = Field(max_length=KEY_LIMIT)
    changed: str = long_text(default="")
    because: str = long_text(default="")
    artifact: str = Field(default="", max_length=ARTIFACT_LIMIT)
    digest: str = Field(default="", max_length=DIGEST_LIMIT)
    evaluation: str = long_text(default="")
    significant: bool
    state: State = Field(default=State.CANDIDATE, sa_type=by_value(State))
    added_by_id: int | None = Field(default=None, foreign_key="person.id")
    added_at: datetime = instant()
    edited_by_id: int | None = Field(default=None, foreign_key="person.id")
    edited_at: datetime | None = instant(default=None, nullable=True)
    approved_by_id: int | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime | None = instant(default=None, nullable=True)
    withdrawn_by_id: int | None = Field(default=None, foreign_key="person.id")
    withdrawn_at: datetime | None = instant(default=None, nullable=True)
    withdrawn_because: str = long_text(default="")


class VersionTrainedOn(Row, table=True):
    """A version learned from a source of the catalogue: from the data of this period, both days included."""

    __tablename__ = "version_trained_on"
    __table_args__ = (
        sa.CheckConstraint("from_on IS NULL OR to_on IS NULL OR to_on >= from_on", name="ends_after_start"),
    )

    version_id: int = Field(foreign_key="model_version.id", index=True)
    data_source_id: int = Field(foreign_key="data_source.id", index=True)
    from_on: date | None = None
    to_on: date | None = None


class LivePeriod(Row, table=True):
    """A version had this share of its system's use, in percent, from one instant up to, not including, another.

    Inserted and closed, never changed otherwise: another share is another period.
    """

    __tablename__ = "live_period"
    __table_args__ = (
        sa.CheckConstraint("share BETWEEN 1 AND 100", name="share_in_percent"),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name="ends_after_start"),
        # The database's own word that no two versions have all of a system's use at once, and none is live twice.
        sa.Index(
            "ix_live_period_one_alone",
            "system_id",
            unique=True,
            sqlite_where=sa.text(_ALONE),
            postgresql_where=sa.text(_ALONE),
        ),
        sa.Index(
            "ix_live_period_version_once",
            "version_id",
            unique=True,
            sqlite_where=sa.text(_OPEN),
            postgresql_where=sa.text(_OPEN),
        ),
        # "Which version was live on date D", and the periods of one version.
        sa.Index("ix_live_period_system", "system_id", "from_at"),
        sa.Index("ix_live_period_version", "version_id", "from_at"),
    )

    version_id: int = Field(foreign_key="model_version.id")
    # The version's own system, repeated so that one index answers what was live when.
    system_id: int = Field(foreign_key="system.id")
    share: int
    from_at: datetime = instant()
    to_at: datetime | None = instant(default=None, nullable=True)


class EvidenceHold(Revised, table=True):
    """A version, or without one a system, stays as it is while what went wrong there is looked into.

    Set and lifted by whoever keeps the case `subject_kind` and `subject_id` name. A held version is not withdrawn, a
    held system is not taken off the register.
    """

    __tablename__ = "evidence_hold"
    __table_args__ = (
        sa.CheckConstraint("lifted_at >= held_at", name="lifted_after_held"),
        sa.Index("ix_evidence_hold_system", "system_id", "lifted_at"),
        sa.Index("ix_evidence_hold_subject", "subject_kind", "subject_id"),
    )

    system_id: int = Field(foreign_key="system.id")
    version_id: int | None = Field(default=None, foreign_key="model_version.id", index=True)
    subject_kind: str = Field(max_length=40)
    subject_id: int
    because: str = long_text()
    held_at: datetime = instant()
    held_by_id: int | None = Field(default=None, foreign_key="person.id")
    lifted_at: datetime | None = instant(default=None, nullable=True)
    lifted_by_id: int | None = Field(default=None, foreign_key="person.id")
    lifted_because: str = long_text(default="")
