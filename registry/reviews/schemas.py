"""Review JSON, out; and how a list of reviews is narrowed in an address. Nothing is decided through this door, on purpose."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from typing_extensions import TypedDict

from registry.kernel import clock
from registry.kernel.errors import Problem, RuleBroken
from registry.reviews.queries.reviews import Line, Narrowing, Place
from registry.reviews.queries.sorts import SORTS
from registry.reviews.rules.kinds import Kind, State
from registry.web.describing import Asked, Day, Instant, Words
from registry.web.sorting import sorted_as


class ReviewOut(TypedDict):
    """One review of a list."""

    id: str
    system: str
    kind: Annotated[str, Words(Kind)]
    state: Annotated[str, Words(State)]
    frameworks: list[str]
    reviewer: str | None
    opened_at: Instant
    due_on: Day | None
    ended_at: Instant | None


DUE_DAYS = 14
NARROWING = (
    Asked(
        "place",
        "Where they stand; of all systems those that are undecided unless told, of one system all.",
        words=Place,
    ),
    Asked("kind", "Only this kind.", words=Kind),
)
SORTED = sorted_as(SORTS, "the newest first")


def narrowing_of(args: Mapping[str, str], system_id: int | None = None) -> Narrowing:
    """What an address narrows a list to: `place` and `kind`. Of one system all are listed where no place is named."""
    problems = []
    place, kind = args.get("place", ""), args.get("kind", "")
    if place and place not in set(Place):
        problems.append(Problem("place", f"Give one of {', '.join(Place)}."))
    if kind and kind not in set(Kind):
        problems.append(Problem("kind", f"Give one of {', '.join(Kind)}."))
    if problems:
        raise RuleBroken(problems)
    return Narrowing(
        Place(place) if place else Place.UNDECIDED,
        clock.today() + timedelta(days=DUE_DAYS),
        Kind(kind) if kind else None,
        system_id=system_id,
        every_state=system_id is not None and not place,
    )


def line_said(line: Line) -> ReviewOut:
    """One review of a list."""
    review = line.review
    return {
        "id": review.key,
        "system": line.system.key,
        "kind": review.kind.value,
        "state": review.state.value,
        "frameworks": review.packs,
        "reviewer": line.reviewer.name if line.reviewer else None,
        "opened_at": clock.written(review.opened_at),
        "due_on": review.due_on.isoformat() if review.due_on else None,
        "ended_at": _written(review.ended_at),
    }


def _written(at: datetime | None) -> str | None:
    return clock.written(at) if at else None
