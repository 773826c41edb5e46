"""What the rule about surges of feedback looks at, of every system at once; and the alerts there are about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select

from registry.feedback.models import Feedback
from registry.feedback.rules.surges import (
    CALM_DAYS,
    COMPLAINS_UP_TO,
    COMPLAINTS,
    FEWEST_COMPLAINTS,
    LOOK_BACK_DAYS,
    Heard,
)
from registry.feedback.rules.triage import State
from registry.kernel.actor import the_registry
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.store.columns import utc_day
from registry.systems.models import System
from registry.systems.queries import visible_to


@dataclass(frozen=True, slots=True)
class Listened:
    """The counts of one system by day, and the day of its first feedback."""

    days: Sequence[Heard]
    since: date


def listened(session: Session, today: date, besides: Sequence[int]) -> dict[int, Listened]:
    """The counts of every system from which enough came lately to be a surge, and of those named `besides`.

    Spam, and what looks like it until somebody has said that it is none, is not counted. Two statements.
    """
    lately = (
        select(Feedback.system_id)
        .where(*_counted(), col(Feedback.received_at) >= _start(today, 6 + CALM_DAYS))
        .group_by(col(Feedback.system_id))
        .having(func.count() >= FEWEST_COMPLAINTS)
    )
    asked = (
        or_(col(Feedback.system_id).in_(lately), col(Feedback.system_id).in_(besides)),
        col(Feedback.system_id).in_(select(System.id).where(visible_to(the_registry("worker")))),
    )
    first = select(Feedback.system_id, func.min(Feedback.received_at)).where(*_counted(), *asked)
    since = {number: at.date() for number, at in session.exec(first.group_by(col(Feedback.system_id)))}
    found: dict[int, list[Heard]] = {number: [] for number in since}
    day = utc_day(col(Feedback.received_at))
    complains = or_(col(Feedback.rating) <= COMPLAINS_UP_TO, col(Feedback.category).in_(sorted(COMPLAINTS)))
    query = (
        select(Feedback.system_id, day, func.count(), func.count().filter(complains))
        .where(*_counted(), *asked, col(Feedback.received_at) >= _start(today, LOOK_BACK_DAYS))
        .group_by(col(Feedback.system_id), day)
    )
    for number, on, received, complaints in session.execute(query):
        found[number].append(Heard(on, received, complaints))
    return {number: Listened(days, since[number]) for number, days in found.items()}


def _counted() -> tuple[ColumnElement[bool], ...]:
    return (col(Feedback.state) != State.SPAM, col(Feedback.looks_like_spam).is_(False))


def _start(today: date, days: int) -> datetime:
    return datetime.combine(today - timedelta(days=days), time.min, UTC)


def surge_alerts(session: Session) -> dict[int, Alert]:
    """The alerts about surges that are not over, by system."""
    query = select(Alert).where(
        Alert.kind == AlertKind.FEEDBACK_SURGE, col(Alert.state) != AlertState.RESOLVED
    )
    return {alert.system_id: alert for alert in session.exec(query)}


def called_over_lately(session: Session, since: datetime) -> set[int]:
    """The systems on which a person has called a surge over since then."""
    query = select(Alert.system_id).where(
        Alert.kind == AlertKind.FEEDBACK_SURGE,
        col(Alert.resolved_at) >= since,
        col(Alert.resolved_by_id).is_not(None),
    )
    return set(session.exec(query))
