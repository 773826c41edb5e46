"""Feedback JSON, in and out."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.feedback.actions import Incoming, Received
from registry.feedback.models import KnownLimitation, Reply, Theme
from registry.feedback.queries import Line, ThemeLine
from registry.feedback.rules.feedback import Category, Door, FeedbackFacts, Outcome
from registry.feedback.rules.triage import State
from registry.people.models import Person
from registry.web.describing import Day, Instant, Number, Words


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


class AnswerOut(TypedDict):
    """An answer to whoever gave the feedback; `by` by e-mail address, null where it was the registry itself."""

    text: str
    at: Instant
    by: str | None


class FeedbackWhole(FeedbackOut):
    """One piece of feedback with what became of it. `because`: why nothing followed, or what the owner has to know."""

    because: str
    theme_id: int | None
    limitation_id: int | None
    escalated_to: str | None
    answers: list[AnswerOut]
    version: int


class ThemeOut(TypedDict):
    """What several pieces of feedback are about."""

    number: int
    name: str
    version: int


class TrendOut(TypedDict):
    """A theme with how much stands under it: in all, in the last thirty days, in the thirty before.

    `surges`: it comes up so much more often of late that chance alone would hardly do it.
    """

    number: int
    name: str
    count: int
    lately: int
    before: int
    surges: bool


class LimitationOut(TypedDict):
    """Something a system is known not to do well, from one day to another."""

    number: int
    text: str
    since: Day
    ended: Day | None


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


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ThemedIn(_Strict):
    """The name of the theme it stands under from now on; "" for none."""

    theme: str


class UnderIn(_Strict):
    """A known limitation: by its number, or a new one in words."""

    limitation_id: Number | None = None
    limitation: str = ""


class EscalateIn(_Strict):
    """What the owner has to decide or know."""

    needed: str = ""


class DismissIn(_Strict):
    """Why nothing follows from it."""

    because: str = ""


class SpamIn(_Strict):
    """Whether it is spam."""

    is_spam: bool


class ThemeChange(_Strict):
    """What a theme is called from now on."""

    name: str = ""


class MergeIn(_Strict):
    """The number of the theme that takes its place."""

    into_id: Number


class LimitationIn(_Strict):
    """What the system cannot do well, and for whom."""

    limitation: str


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


def whole_said(
    line: Line, theme: Theme | None, owner: Person | None, answers: Sequence[tuple[Reply, Person | None]]
) -> FeedbackWhole:
    """One piece of feedback with what became of it; `owner` is whom it was put before."""
    return {
        **line_said(line),
        "because": line.feedback.because,
        "theme_id": theme.id if theme else None,
        "limitation_id": line.feedback.limitation_id,
        "escalated_to": owner.email if owner else None,
        "answers": [
            {"text": reply.text, "at": reply.at.isoformat(), "by": by.email if by else None}
            for reply, by in answers
        ],
        "version": line.feedback.version,
    }


def theme_said(theme: Theme) -> ThemeOut:
    """One theme."""
    return {"number": theme.id or 0, "name": theme.name, "version": theme.version}


def trend_said(line: ThemeLine) -> TrendOut:
    """One theme with how often it comes up."""
    return {
        "number": line.theme.id or 0,
        "name": line.theme.name,
        "count": line.count,
        "lately": line.trend.lately,
        "before": line.trend.before,
        "surges": line.trend.surges,
    }


def limitation_said(limitation: KnownLimitation) -> LimitationOut:
    """One known limitation."""
    return {
        "number": limitation.id or 0,
        "text": limitation.text,
        "since": limitation.since.isoformat(),
        "ended": limitation.ended.isoformat() if limitation.ended else None,
    }


def receipt(received: Sequence[Received], answers: Sequence[str | None]) -> FeedbackReceipt:
    """What became of each that was sent, in the order sent; `answers` are the addresses their reporters read."""
    items: list[Taken] = [
        {"id": each.number, "key": each.key, "came_before": each.code is None, "answer_url": url}
        for each, url in zip(received, answers, strict=True)
    ]
    came_before = sum(item["came_before"] is True for item in items)
    return {"items": items, "received": len(items) - came_before, "came_before": came_before}
