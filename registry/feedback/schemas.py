"""Feedback JSON, in and out."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from registry.feedback.actions import Incoming, Received
from registry.feedback.queries import Line
from registry.feedback.rules.feedback import Category, FeedbackFacts, Outcome


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


def line_said(line: Line) -> dict[str, Any]:
    """One piece of feedback as programs read it. The reporter's contact is for those who answer, and left out."""
    feedback = line.feedback
    return {
        "id": feedback.id,
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


def receipt(received: Sequence[Received], answers: Sequence[str | None]) -> dict[str, Any]:
    """What became of each that was sent, in the order sent; `answers` are the addresses their reporters read."""
    items = [
        {"id": each.number, "key": each.key, "came_before": each.code is None, "answer_url": url}
        for each, url in zip(received, answers, strict=True)
    ]
    came_before = sum(item["came_before"] is True for item in items)
    return {"items": items, "received": len(items) - came_before, "came_before": came_before}
