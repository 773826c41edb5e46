"""Weigh the counts of a system against its bounds: one alert for each group treated unlike, over after good windows."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sqlmodel import Session

from registry.fairness.models import FairnessBatch, FairnessBound
from registry.fairness.queries import reading
from registry.fairness.queries.reading import facts_of
from registry.fairness.queries.standing import Stands, standing_of
from registry.fairness.rules.bounds import BoundFacts
from registry.fairness.rules.saying import OVER, UNCOMPARED, VOID, breach_said, cause_of
from registry.fairness.rules.weighing import Change, by_group, change_of
from registry.fairness.rules.windows import Window
from registry.kernel.actor import the_registry
from registry.kernel.calendar import last_day
from registry.kernel.errors import RuleBroken
from registry.monitoring.actions import alerts as actions
from registry.monitoring.actions.storing import hold_system
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, Severity
from registry.objectives.rules.judging import Verdict
from registry.store.session import Database

# Further back than anybody sends late; a trouble older than that is not news.
_WINDOWS = 60


def on_counts(database: Database, payload: dict[str, Any]) -> None:
    """Let the alerts of the system follow the counts that came. Asked twice, it finds nothing new the second time."""
    with database.transaction() as session:
        batch = session.get(FairnessBatch, payload["subject_id"])
        if batch is not None:
            weigh(session, batch.system_id)


def on_bound(database: Database, payload: dict[str, Any]) -> None:
    """The same for a bound that was set: what was counted before is held against it."""
    with database.transaction() as session:
        bound = session.get(FairnessBound, payload["subject_id"])
        if bound is not None:
            weigh(session, bound.system_id)


def weigh(session: Session, system_id: int) -> None:
    """Let the alerts of a system follow its newest windows, within a transaction that is open."""
    hold_system(session.connection(), system_id)
    bounds = {name: facts_of(bound) for name, bound in reading.bounds_of(session, system_id).items()}
    windows = reading.recent_windows(session, system_id, most=_WINDOWS, attributes=list(bounds))
    series = {
        (name, group): some
        for name, facts in bounds.items()
        for group, some in by_group(_those(windows, name), facts).items()
    }
    counted = {cause_of(each.attribute, group) for each in windows for group in each.groups}
    compared = {cause_of(*each) for each in series}
    standing = standing_of(session, system_id, sorted(counted | compared))
    for (name, group), some in series.items():
        cause = cause_of(name, group)
        change = change_of(some, standing[cause].weighed)
        _follow(session, system_id, cause, bounds[name], change, standing[cause])
    for alert in (standing[cause].alert for cause in sorted(counted - compared)):
        if alert is not None:
            _end(session, alert, UNCOMPARED)


def _those(windows: Iterable[Window], attribute: str) -> list[Window]:
    return [window for window in windows if window.attribute == attribute]


def _follow(
    session: Session, system_id: int, cause: str, facts: BoundFacts, change: Change, stands: Stands
) -> None:
    worker = the_registry("worker")
    if change.is_void and stands.alert is not None:
        _end(session, stands.alert, VOID)
    for window, one in change.tell:
        grave = Severity.CRITICAL if one.verdict is Verdict.BREACH else Severity.WARNING
        says = breach_said(one, facts, last_day(window.start, window.end))
        actions.raise_alert(
            session,
            worker,
            system_id,
            AlertKind.BREACH,
            says,
            severity=grave,
            group=cause,
            window_end=window.end,
        )
    if change.is_over and stands.alert is not None:
        _end(session, stands.alert, OVER)


def _end(session: Session, alert: Alert, because: str) -> None:
    with suppress(RuleBroken):
        actions.resolve(session, the_registry("worker"), alert, because)
