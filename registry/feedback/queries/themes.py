"""The themes of a system's feedback: by name, with how often each comes up and whether it does so more of late."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from registry.feedback.models import Feedback, Theme
from registry.feedback.rules.themes import LOOK_BACK_DAYS, Trend, theme_key, trend
from registry.feedback.rules.triage import State
from registry.kernel.errors import NotFound
from registry.store.columns import LARGEST_NUMBER, utc_day


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """One theme with how much feedback stands under it in all, and its trend."""

    theme: Theme
    count: int
    trend: Trend


def themes_of(session: Session, system_id: int) -> Sequence[Theme]:
    """The themes of a system by name, without those that were merged into another."""
    query = select(Theme).where(Theme.system_id == system_id, col(Theme.merged_into_id).is_(None))
    return session.exec(query.order_by(col(Theme.name), col(Theme.id))).all()


def theme_by_id(session: Session, system_id: int, number: int, *, lock: bool = False) -> Theme:
    """One theme of that system that was not merged into another. Raises NotFound."""
    query = select(Theme).where(
        Theme.id == min(number, LARGEST_NUMBER),
        Theme.system_id == system_id,
        col(Theme.merged_into_id).is_(None),
    )
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def theme_named(session: Session, system_id: int, name: str) -> Theme | None:
    """The theme of this name, whatever its capitals; of a merged one, the theme in its place; or None."""
    query = select(Theme).where(Theme.system_id == system_id, Theme.name_key == theme_key(name))
    found = session.exec(query).one_or_none()
    if found is None or found.merged_into_id is None:
        return found
    return session.get(Theme, found.merged_into_id)


def theme_of(session: Session, feedback: Feedback) -> Theme | None:
    """The theme a piece of feedback stands under; of a merged one, the theme in its place; or None."""
    if feedback.theme_id is None:
        return None
    place = select(func.coalesce(Theme.merged_into_id, Theme.id)).where(Theme.id == feedback.theme_id)
    return session.exec(select(Theme).where(col(Theme.id) == place.scalar_subquery())).one()


def merged_into(session: Session, theme_id: int) -> Sequence[Theme]:
    """The themes that were merged into this one."""
    return session.exec(select(Theme).where(Theme.merged_into_id == theme_id)).all()


def theme_lines(session: Session, system_id: int, today: date) -> list[ThemeLine]:
    """Every theme of a system with its count and trend, what comes up most of late first; spam is not counted."""
    themes = themes_of(session, system_id)
    if not themes:
        return []
    place = func.coalesce(Theme.merged_into_id, Theme.id)
    counted = (
        select(place, func.count())
        .select_from(Feedback)
        .join(Theme, col(Theme.id) == col(Feedback.theme_id))
        .where(Feedback.system_id == system_id, col(Feedback.state) != State.SPAM)
    )
    totals: dict[int, int] = dict(session.exec(counted.group_by(place)).all())
    by_day = _lately(session, system_id, today)
    since = _first_day(session, system_id)
    lines = [
        ThemeLine(each, totals.get(each.id or 0, 0), trend(by_day[each.id or 0], today, since))
        for each in themes
    ]
    return sorted(lines, key=lambda line: (-line.trend.surges, -line.trend.lately, -line.count))


def _lately(session: Session, system_id: int, today: date) -> dict[int, Counter[date]]:
    place, day = func.coalesce(Theme.merged_into_id, Theme.id), utc_day(col(Feedback.received_at))
    query = (
        select(place, day, func.count())
        .select_from(Feedback)
        .join(Theme, col(Theme.id) == col(Feedback.theme_id))
        .where(
            Feedback.system_id == system_id,
            col(Feedback.state) != State.SPAM,
            day > today - timedelta(days=LOOK_BACK_DAYS),
        )
    )
    found: dict[int, Counter[date]] = defaultdict(Counter)
    for number, at, count in session.execute(query.group_by(place, day)):
        found[number][at] += count
    return found


def _first_day(session: Session, system_id: int) -> date | None:
    query = select(func.min(Feedback.received_at)).where(Feedback.system_id == system_id)
    first: datetime | None = session.exec(query).one()
    return first.date() if first else None
