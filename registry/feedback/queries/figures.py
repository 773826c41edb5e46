"""What a system's feedback says in numbers, counted by the database day by day."""

from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, func, select

from registry.feedback.models import Feedback
from registry.feedback.rules.feedback import AGAINST, SATISFIED_FROM
from registry.feedback.rules.figures import DayCounts, Figures, by_week, week_of
from registry.feedback.rules.readings import FED
from registry.feedback.rules.triage import State
from registry.kernel.actor import the_registry
from registry.objectives.models import SuccessMetric
from registry.store.columns import utc_day
from registry.systems.models import System
from registry.systems.queries import visible_to


def weekly_figures(session: Session, system_id: int, start: date, end: date) -> list[Figures]:
    """Satisfaction and override rate of every week (Monday to Sunday, UTC) with a day from `start` to `end`.

    Weeks without feedback are in it, with shares of nothing. Spam, and what looks like it until somebody has said
    that it is none, is not counted. One statement.
    """
    first, last = week_of(start), week_of(end) + timedelta(days=6)
    return by_week(counts_by_day(session, system_id, first, last), start, end)


def counts_by_day(session: Session, system_id: int, first: date, last: date) -> list[DayCounts]:
    """The counts of every day with feedback from `first` to `last`, both included."""
    day, rating, outcome = utc_day(col(Feedback.received_at)), col(Feedback.rating), col(Feedback.outcome)
    counts = (
        func.count(),
        func.count(rating),
        func.count().filter(rating >= SATISFIED_FROM),
        func.count(outcome),
        func.count().filter(outcome.in_(sorted(AGAINST))),
    )
    query = (
        select(day, *counts)  # type: ignore[call-overload]
        .where(
            Feedback.system_id == system_id,
            col(Feedback.received_at) >= datetime.combine(first, time.min, UTC),
            col(Feedback.received_at) < datetime.combine(last + timedelta(days=1), time.min, UTC),
            col(Feedback.state) != State.SPAM,
            col(Feedback.looks_like_spam).is_(False),
        )
        .group_by(day)
    )
    return [DayCounts(*row) for row in session.execute(query)]


def metrics_of_feedback(session: Session, first: date, last: date) -> list[SuccessMetric]:
    """The metrics in use of the kinds that feedback gives, of every system somebody said something about in these days."""
    said = select(Feedback.system_id).where(
        col(Feedback.received_at) >= datetime.combine(first, time.min, UTC),
        col(Feedback.received_at) < datetime.combine(last + timedelta(days=1), time.min, UTC),
    )
    query = (
        select(SuccessMetric)
        .join(System, col(System.id) == col(SuccessMetric.system_id))
        .where(
            col(SuccessMetric.kind).in_(FED),
            col(SuccessMetric.retired_at).is_(None),
            col(SuccessMetric.system_id).in_(said),
            visible_to(the_registry("worker")),
        )
    )
    return list(session.exec(query.order_by(col(SuccessMetric.system_id), col(SuccessMetric.id))))
