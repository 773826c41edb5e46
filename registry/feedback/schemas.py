"""Feedback JSON, in and out."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.feedback.actions import Incoming, Received
from registry.feedback.queries import Line
from registry.feedback.rules.feedback import Category, Door, FeedbackFacts, Outcome
from registry.feedback.rules.triage import State
from registry.web.describing import Instant, Words


class FeedbackOut(TypedDict):
    """One piece of feedback. The reporter's contact is for those who answer, and left out."""

    id: int
    key: str | None
    received_at: Instant
    came_by: Annotated[str, Words(Door)]
    rating: int | None
    outcome: Annotated[str, Words(Outcome)] | None
    category: Annotated[str, Words(Category)] | None
    comment: str
    reference: str
    state: Annotated[str, Words(State)]
    theme: str | None
    looks_like_spam: bool


class Taken(TypedDict):
    """What became of one piece. `answer_url` is told once: pass it on to whoever gave it."""

    id: int
    key: str | None
    came_before: bool
    answer_url: str | None


class FeedbackReceipt(TypedDict):
    """What became of each that was sent, in the order sent."""

    items: list[Taken]
    received: int
    came_before: int


class FeedbackIn(BaseModel):
    """One piece of feedback. `key` is the client's own name for it, by which it is taken in only once."""

    model_config = ConfigDict(extra="forbid")

    key: str | None = None
    rating: int | None = Field(default=None, strict=True)
    outcome: Outcome | None = None
    category: Category | None = None
    comment: str = ""
    reference: str = ""
    contact: str = ""

    def incoming(self) -> Incoming:
        """As the action takes it in."""
        facts = FeedbackFacts(
            self.rating, self.outcome, self.category, self.comment, self.reference, self.contact
        )
        return Incoming(facts, self.key)


class BatchIn(BaseModel):
    """Several at once; all come in or none does."""

    model_config = ConfigDict(extra="forbid")

    feedback: list[FeedbackIn]


def line_said(line: Line) -> FeedbackOut:
    """One piece of feedback as programs read it. The reporter's contact is for those who answer, and left out."""
    feedback = line.feedback
    return {
        "id": feedback.id or 0,
        "key": feedback.client_key,
        "received_at": feedback.received_at.isoformat(),
        "came_by": feedback.came_by.value,
        "rating": feedback.rating,
        "outcome": feedback.outcome.value if feedback.outcome else None,
        "category": feedback.category.value if feedback.category else None,
        "comment": feedback.comment,
        "reference": feedback.reference,
        "state": feedback.state.value,
        "theme": line.theme,
        "looks_like_spam": feedback.looks_like_spam,
    }


def receipt(received: Sequence[Received], answers: Sequence[str | None]) -> FeedbackReceipt:
    """What became of each that was sent, in the order sent; `answers` are the addresses their reporters read."""
    items: list[Taken] = [
        {"id": each.number, "key": each.key, "came_before": each.code is None, "answer_url": url}
        for each, url in zip(received, answers, strict=True)
    ]
    came_before = sum(item["came_before"] is True for item in items)
    return {"items": items, "received": len(items) - came_before, "came_before": came_before}
