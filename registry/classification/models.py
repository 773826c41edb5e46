"""ClassificationRun: answers and what they came to. ClassificationDraft: answers so far. QuestionnaireEdition: one that was added. ClassificationChange: what another edition changes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.text import CLASSIFICATION_PREFIX, public_key
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of
from registry.systems.rules.record import Tier

ID_LIMIT = 60


class ClassificationRun(Row, table=True):
    """One system classified once: every answer, what followed, and the tier that was set. Added, never changed."""

    __tablename__ = "classification_run"
    __table_args__ = (
        one_of("proposed_tier", Tier),
        one_of("tier", Tier),
        sa.CheckConstraint("tier = proposed_tier OR rationale <> ''", name="other_tier_has_reasons"),
        # One run has one successor: of two people who classify the same system at once, the second is told.
        sa.UniqueConstraint("supersedes_id"),
        # The newest run of a system is read with most of its pages.
        sa.Index("ix_classification_run_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    questionnaire: str = Field(max_length=ID_LIMIT)
    edition: str = Field(max_length=ID_LIMIT)
    answers: dict[str, Any] = Field(sa_type=json_type())
    # What followed, in words: it can be read when the questionnaire is long gone.
    outcomes: dict[str, Any] = Field(sa_type=json_type())
    proposed_tier: Tier = Field(sa_type=by_value(Tier))
    proposed_because: str = long_text()
    tier: Tier = Field(sa_type=by_value(Tier))
    rationale: str = long_text(default="")
    made_at: datetime = instant()
    made_by_id: int | None = Field(default=None, foreign_key="person.id")
    supersedes_id: int | None = Field(default=None, foreign_key="classification_run.id")

    @property
    def key(self) -> str:
        """The public id, such as CLS-0001."""
        if self.id is None:
            raise ValueError("a run has no key before it is stored")
        return public_key(CLASSIFICATION_PREFIX, self.id)

    @property
    def edition_said(self) -> str:
        """By which edition it was made: "eu-ai-act-classification 2026.1"."""
        return f"{self.questionnaire} {self.edition}"


class ClassificationDraft(Revised, table=True):
    """The answers given so far for one system, complete or not. One at a time; it ends when a run is made of it."""

    __tablename__ = "classification_draft"

    system_id: int = Field(foreign_key="system.id", unique=True)
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    saved_at: datetime = instant()
    saved_by_id: int | None = Field(default=None, foreign_key="person.id")


class QuestionnaireEdition(Row, table=True):
    """An edition of a questionnaire that an administrator added, as the text it was read from. Added, never changed."""

    __tablename__ = "questionnaire_edition"
    __table_args__ = (sa.UniqueConstraint("questionnaire", "edition"),)

    questionnaire: str = Field(max_length=ID_LIMIT)
    edition: str = Field(max_length=ID_LIMIT)
    content: str = long_text()
    sha256: str = Field(max_length=64)
    added_at: datetime = instant()
    added_by_id: int | None = Field(default=None, foreign_key="person.id")


class ClassificationChange(Row, table=True):
    """What another edition makes of the answers of a run. It stands until the system is classified again."""

    __tablename__ = "classification_change"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "questionnaire", "edition"),
        sa.Index("ix_classification_change_system", "system_id"),
    )

    run_id: int = Field(foreign_key="classification_run.id")
    system_id: int = Field(foreign_key="system.id")
    questionnaire: str = Field(max_length=ID_LIMIT)
    edition: str = Field(max_length=ID_LIMIT)
    says: list[str] = Field(sa_type=json_type())
    noticed_at: datetime = instant()
