"""Review: a system before reviewers. ReviewSubmission: the content as handed in. ReviewDecision. ReviewAnswer, Finding, ReviewCondition."""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.text import public_key
from registry.reviews.rules.kinds import (
    NAME_LIMIT,
    REVIEW_PREFIX,
    Answer,
    Decision,
    FindingState,
    Kind,
    Severity,
    State,
)
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of
from registry.systems.rules.record import LINE_LIMIT

_UNDECIDED = "state IN ('wanted', 'submitted', 'returned')"
_UNFINISHED = "state IN ('open', 'resolved')"


class Review(Revised, table=True):
    """One system before the reviewers, from when it is wanted or submitted until it is decided. Never deleted, never reopened."""

    __tablename__ = "review"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("state", State),
        sa.CheckConstraint(f"({_UNDECIDED}) = (ended_at IS NULL)", name="ends_with_its_decision"),
        # A system is before the reviewers once at a time for each reason.
        sa.Index(
            "ix_review_one_undecided",
            "system_id",
            "kind",
            unique=True,
            sqlite_where=sa.text(_UNDECIDED),
            postgresql_where=sa.text(_UNDECIDED),
        ),
        # The queue by place; what one reviewer has; the reviews of a system.
        sa.Index("ix_review_state", "state", "id"),
        sa.Index("ix_review_assigned", "assigned_to_id", "state", "id"),
        sa.Index("ix_review_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    kind: Kind = Field(sa_type=by_value(Kind))
    state: State = Field(default=State.WANTED, sa_type=by_value(State))
    # The editions whose controls are asked for: "baseline 2026.1".
    packs: list[str] = Field(default_factory=list, sa_type=json_type())
    opened_at: datetime = instant()
    opened_by_id: int | None = Field(default=None, foreign_key="person.id")
    # By when it is to be submitted, or once it is, decided.
    due_on: date | None = None
    assigned_to_id: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = instant(default=None, nullable=True)
    reminded_for: date | None = None
    escalated_for: date | None = None
    escalated_to_id: int | None = Field(default=None, foreign_key="person.id")

    @property
    def key(self) -> str:
        """The public id, such as REV-0001."""
        return public_key(REVIEW_PREFIX, self.id or 0)


class ReviewSubmission(Row, table=True):
    """The content of a system as it was handed to the reviewers. Added, never changed: a further one takes its place."""

    __tablename__ = "review_submission"
    # It may quote what only some readers of the system's history may know of; its digest is covered all the same.
    __masked__: ClassVar[frozenset[str]] = frozenset({"content"})
    __table_args__ = (
        # What a decision refers to, so that it cannot name another submitter than there was.
        sa.UniqueConstraint("id", "review_id", "submitted_by_id", name="uq_review_submission_told"),
        sa.Index("ix_review_submission_review", "review_id", "id"),
    )

    review_id: int = Field(foreign_key="review.id")
    submitted_by_id: int = Field(foreign_key="person.id")
    at: datetime = instant()
    note: str = long_text(default="")
    content: dict[str, Any] = Field(sa_type=json_type())
    content_sha256: str = Field(max_length=64)


class ReviewDecision(Row, table=True):
    """What was decided on one submission, by whom, bound to the content seen. Added, never changed."""

    __tablename__ = "review_decision"
    __table_args__ = (
        one_of("decision", Decision),
        # Separation of duties, said also to whoever writes past this program.
        sa.CheckConstraint("decided_by_id <> submitted_by_id", name="decided_by_another"),
        sa.UniqueConstraint("submission_id"),
        sa.ForeignKeyConstraint(
            ["submission_id", "review_id", "submitted_by_id"],
            ["review_submission.id", "review_submission.review_id", "review_submission.submitted_by_id"],
            name="fk_review_decision_told",
        ),
        # The newest decision of a system is read with each of its pages.
        sa.Index("ix_review_decision_system", "system_id", "id"),
        sa.Index("ix_review_decision_review", "review_id", "id"),
    )

    review_id: int = Field(foreign_key="review.id")
    system_id: int = Field(foreign_key="system.id")
    submission_id: int
    submitted_by_id: int = Field(foreign_key="person.id")
    decided_by_id: int = Field(foreign_key="person.id")
    decision: Decision = Field(sa_type=by_value(Decision))
    reason: str = long_text(default="")
    printed_name: str = Field(max_length=NAME_LIMIT)
    at: datetime = instant()
    content_sha256: str = Field(max_length=64)
    packs: list[str] = Field(default_factory=list, sa_type=json_type())
    digest: str = Field(max_length=64)


class ReviewAnswer(Revised, table=True):
    """What a reviewer found of one control, by the edition that asks for it. Kept while the review goes on, then as it was."""

    __tablename__ = "review_answer"
    __table_args__ = (one_of("answer", Answer), sa.UniqueConstraint("review_id", "pack", "control"))

    review_id: int = Field(foreign_key="review.id")
    pack: str = Field(max_length=60)
    control: str = Field(max_length=60)
    answer: Answer | None = Field(default=None, sa_type=by_value(Answer))
    note: str = long_text(default="")
    # Where what is said can be looked up: an address, a document, the number of a file kept as evidence.
    shown_by: str = Field(default="", max_length=LINE_LIMIT)
    # Filled in from the answer to another control that names the same practice, until somebody looks at it.
    taken_from: str = Field(default="", max_length=130)
    at: datetime = instant()
    by_id: int | None = Field(default=None, foreign_key="person.id")


class Finding(Revised, table=True):
    """What a review found wanting; over once somebody else than who resolved it has verified it."""

    __tablename__ = "review_finding"
    __table_args__ = (
        one_of("severity", Severity),
        one_of("state", FindingState),
        sa.CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name="resolved_at_an_instant"),
        sa.CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified_at_an_instant"),
        sa.CheckConstraint("verified_by_id <> resolved_by_id", name="verified_by_another"),
        sa.Index("ix_review_finding_review", "review_id", "id"),
        sa.Index("ix_review_finding_system", "system_id", "state"),
        sa.Index(
            "ix_review_finding_owner",
            "owner_id",
            "due_on",
            sqlite_where=sa.text(_UNFINISHED),
            postgresql_where=sa.text(_UNFINISHED),
        ),
    )

    review_id: int = Field(foreign_key="review.id")
    system_id: int = Field(foreign_key="system.id")
    title: str = Field(max_length=LINE_LIMIT)
    detail: str = long_text(default="")
    severity: Severity = Field(sa_type=by_value(Severity))
    owner_id: int = Field(foreign_key="person.id")
    due_on: date
    state: FindingState = Field(default=FindingState.OPEN, sa_type=by_value(FindingState))
    found_at: datetime = instant()
    found_by_id: int = Field(foreign_key="person.id")
    resolved_at: datetime | None = instant(default=None, nullable=True)
    resolved_by_id: int | None = Field(default=None, foreign_key="person.id")
    resolved_note: str = long_text(default="")
    verified_at: datetime | None = instant(default=None, nullable=True)
    verified_by_id: int | None = Field(default=None, foreign_key="person.id")
    verified_note: str = long_text(default="")


class ReviewCondition(Revised, table=True):
    """What has to be met by a day for an approval to stand. A reviewer who has no part in it says that it is."""

    __tablename__ = "review_condition"
    __table_args__ = (
        sa.CheckConstraint("(met_at IS NULL) = (met_by_id IS NULL)", name="met_by_somebody"),
        sa.Index("ix_review_condition_review", "review_id"),
        sa.Index("ix_review_condition_system", "system_id", "due_on"),
    )

    decision_id: int = Field(foreign_key="review_decision.id", index=True)
    review_id: int = Field(foreign_key="review.id")
    system_id: int = Field(foreign_key="system.id")
    text: str = Field(max_length=LINE_LIMIT)
    due_on: date
    met_at: datetime | None = instant(default=None, nullable=True)
    met_by_id: int | None = Field(default=None, foreign_key="person.id")
    met_note: str = long_text(default="")
