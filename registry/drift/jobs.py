"""Compare the newest window of every feature with its baseline: open, count and end the alerts about drift"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from registry.drift.models import Distribution
from registry.drift.queries import checking
from registry.drift.queries.checking import Watched
from registry.drift.queries.windows import spread_in
from registry.drift.rules.comparing import Standing, decided, drift_said, is_back
from registry.drift.rules.measures import Drift
from registry.kernel.actor import the_registry
from registry.kernel.calendar import last_day
from registry.kernel.errors import NotFound, RuleBroken
from registry.monitoring.actions import alerts as actions
from registry.monitoring.models.alerts import Alert
from registry.monitoring.queries import alerts as queries
from registry.monitoring.rules.alerts import GRAVITY, AlertKind, Severity
from registry.monitoring.rules.saying import group_said
from registry.store.session import Database

_AT_ONCE: Final = 200
_BACK: Final = "The newest window is like the baseline again."
_NEW_BASELINE: Final = "Another baseline was set, {name}: the newest window is like it."


def check_drift(database: Database, _payload: dict[str, Any]) -> None:
    """Raise an alert for each feature whose newest window has left its baseline; end those of features that are back.

    A window with too few cases to tell, or in other bins, changes nothing. Each alert in a transaction of its own.
    """
    last: int | None = 0
    while last is not None:
        last = _check_after(database, last, _AT_ONCE)


def on_baseline_set(database: Database, payload: dict[str, Any]) -> None:
    """Hold the newest window of a feature against its new baseline at once: an alert about the old one may be over."""
    _check_after(database, payload["subject_id"] - 1, 1, anew=True)


def _check_after(database: Database, baseline_id: int, limit: int, *, anew: bool = False) -> int | None:
    """Check the next so many baselines in force; the last of them where there may be more.

    Those set `anew` have been compared with nothing yet, whatever was heard of their features' newest windows.
    """
    with database.transaction(read_only=True) as session:
        some = checking.watched_after(session, baseline_id, limit=limit)
        features = [each.feature for each in some]
        standing = checking.drift_alerts(session, features)
        over = checking.over_until(session, features)
    for each in some:
        _follow(database, each, standing, {} if anew else over, _NEW_BASELINE if anew else _BACK)
    return some[-1].baseline.id if len(some) == limit else None


def _follow(
    database: Database,
    each: Watched,
    standing: Mapping[int, Alert],
    over: Mapping[int, datetime],
    because: str,
) -> None:
    newest, number = each.newest, each.feature.id or 0
    if newest is None:
        return
    how, drift = decided(spread_in(each.baseline), spread_in(newest))
    alert = standing.get(number)
    if alert is not None and is_back(how, drift):
        _end(database, alert, because.format(name=each.baseline.name))
    if drift is None or not how.is_drift:
        return
    severity = Severity.CRITICAL if how is Standing.SIGNIFICANT else Severity.WARNING
    says = _said(each, newest, drift)
    # Counted already, or called over with this window on the table. The same window says something else once its counts
    # were corrected or its baseline is another one.
    heard = alert.last_bad_window_end if alert else over.get(number)
    if (
        heard is None
        or newest.window_end > heard
        or (alert and _says_otherwise(alert, newest, severity, says))
    ):
        _raise(database, each, newest.window_end, severity, says)


def _says_otherwise(alert: Alert, newest: Distribution, severity: Severity, says: str) -> bool:
    return (
        newest.window_end == alert.last_bad_window_end
        and GRAVITY[severity] >= GRAVITY[alert.severity]
        and says != alert.says
    )


def _said(each: Watched, newest: Distribution, drift: Drift) -> str:
    group = f" ({group_said(each.feature.group_key)})" if each.feature.group_key else ""
    on = last_day(newest.window_start, newest.window_end)
    return drift_said(f"{each.feature.name}{group}", each.baseline.name, on, drift)


def _raise(database: Database, each: Watched, window_end: datetime, severity: Severity, says: str) -> None:
    with database.transaction() as session:
        actions.raise_alert(
            session,
            the_registry("worker"),
            each.feature.system_id,
            AlertKind.DRIFT,
            says,
            severity=severity,
            group=checking.group_of(each.feature),
            window_end=window_end,
        )


def _end(database: Database, alert: Alert, because: str) -> None:
    # Resolved in the meantime: then there is nothing left to end. A job may run twice.
    with suppress(RuleBroken, NotFound), database.transaction() as session:
        worker = the_registry("worker")
        found, _ = queries.alert_by_id(session, worker, alert.id or 0, lock=True)
        actions.resolve(session, worker, found, because)
