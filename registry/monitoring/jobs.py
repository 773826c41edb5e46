"""Notice metrics that have gone silent and data that is in doubt; tell the next person where nobody answers an alert."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound, RuleBroken
from registry.kernel.guard_rails import GuardRail, number_said
from registry.monitoring.actions import alerts as actions
from registry.monitoring.actions.storing import make_months
from registry.monitoring.models.alerts import Alert
from registry.monitoring.queries import alerts as queries
from registry.monitoring.queries import quality, silence, telling
from registry.monitoring.queries.quality import Doubtful
from registry.monitoring.queries.silence import Silent
from registry.monitoring.rules.alerts import AlertKind
from registry.monitoring.rules.answers import Level, next_level
from registry.monitoring.rules.saying import quality_said, silence_said
from registry.ownership.rules import head_above
from registry.packs.queries import alerts_on
from registry.portfolio.queries import tree_and_heads
from registry.store.session import Database

_A_MONTH = timedelta(days=31)

_HEARD = "Readings come again, or are no longer asked for."
_RETIRED = "The metric was retired."
_SOUND = "The newest result is acceptable, or the check no longer concerns this system."


def make_months_ahead(database: Database, _payload: dict[str, Any]) -> None:
    """Make the partitions of this month and the next, so that the first readings of a month find theirs (PostgreSQL)."""
    today = clock.today()
    with database.transaction() as session:
        days = (today, today.replace(day=1) + _A_MONTH)
        make_months(session.connection(), [day.isoformat() for day in days])


def notice_silence(database: Database, _payload: dict[str, Any]) -> None:
    """Raise an alert for each metric that has gone silent; end those of metrics that are heard or not asked for again."""
    with database.transaction(read_only=True) as session:
        silent = silence.silent_metrics(session)
        standing = silence.silence_alerts(session)
    for alert in standing:
        if alert.metric_id not in silent:
            _end(database, alert, _HEARD)
    known = {alert.metric_id for alert in standing}
    for number, each in silent.items():
        if number not in known:
            _raise_silence(database, each)


def _raise_silence(database: Database, each: Silent) -> None:
    says = silence_said(each.metric.name, each.last, each.stated, each.due)
    with database.transaction() as session:
        actions.raise_alert(
            session,
            the_registry("worker"),
            each.metric.system_id,
            AlertKind.SILENCE,
            says,
            metric_id=each.metric.id,
        )


def notice_doubtful_data(database: Database, _payload: dict[str, Any]) -> None:
    """Raise an alert for each system that uses data whose check is not met or overdue; end those that are settled."""
    with database.transaction(read_only=True) as session:
        doubtful = quality.doubtful_data(session)
        standing = {(alert.system_id, alert.group): alert for alert in quality.quality_alerts(session)}
    for place, alert in standing.items():
        if place not in doubtful:
            _end(database, alert, _SOUND)
    for place, each in doubtful.items():
        if place not in standing or _is_news(standing[place], each):
            _raise_quality(database, each)


def _is_news(alert: Alert, each: Doubtful) -> bool:
    last = alert.last_bad_window_end
    return each.is_unmet and (last is None or _measured_at(each) > last)


def _measured_at(each: Doubtful) -> datetime:
    if each.last is None or each.last.met:
        return clock.now()
    return datetime.combine(each.last.measured_on, time.min, UTC)


def _raise_quality(database: Database, each: Doubtful) -> None:
    check, last = each.check, each.last
    says = quality_said(
        check.rule,
        f"{each.source.key} {each.source.name}",
        f"{number_said(last.value)} {check.unit}".strip() if last and each.is_unmet else "",
        last.measured_on if last else None,
        GuardRail(check.bound, check.low, check.high).said(check.unit),
        check.cadence,
    )
    with database.transaction() as session:
        actions.raise_alert(
            session,
            the_registry("worker"),
            each.system_id,
            AlertKind.QUALITY,
            says,
            group=each.group,
            window_end=_measured_at(each),
        )


def _end(database: Database, alert: Alert, because: str) -> None:
    # Resolved in the meantime: then there is nothing left to end. A job may run twice.
    with suppress(RuleBroken, NotFound), database.transaction() as session:
        worker = the_registry("worker")
        found, _ = queries.alert_by_id(session, worker, alert.id or 0, lock=True)
        actions.resolve(session, worker, found, because)


def on_metric_retired(database: Database, payload: dict[str, Any]) -> None:
    """End the alerts about a metric that was retired: no reading will ever end them."""
    with database.transaction(read_only=True) as session:
        standing = queries.unresolved_about(session, payload["subject_id"])
    for alert in standing:
        _end(database, alert, _RETIRED)


def chase_alerts(database: Database, _payload: dict[str, Any]) -> None:
    """Tell the deputy, then the head of the unit, of each alert nobody answers; each once, in a transaction of its own."""
    with database.transaction(read_only=True) as session:
        waiting = [
            (alert.id or 0, level, tier)
            for alert, system in queries.unanswered(session)
            for tier in [system.tier]
            if (level := _level_due(session, alert, tier))
        ]
    for number, level, tier in waiting:
        with suppress(RuleBroken, NotFound), database.transaction() as session:
            _tell(session, number, level, tier)


def _level_due(session: Session, alert: Alert, tier: str | None) -> Level | None:
    days, today = alerts_on(session, clock.today()).days_for(tier), clock.today()
    return next_level(alert.escalated_level, alert.waiting_from, days, today)


def _tell(session: Session, number: int, level: Level, tier: str | None) -> None:
    worker = the_registry("worker")
    alert, system = queries.alert_by_id(session, worker, number, lock=True)
    # Answered, or told by another worker, while this one was on its way.
    if _level_due(session, alert, tier) is not level:
        return
    owner = telling.owner_numbers(session, [alert.system_id]).get(alert.system_id)
    if level is Level.DEPUTY:
        told = telling.deputies_of(session, [alert.system_id]).get(alert.system_id)
    else:
        told = head_above(system.unit_id, *tree_and_heads(session), owner)
    actions.escalate(session, worker, alert, level, told if told != owner else None)
