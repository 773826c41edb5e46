"""Sweep out the counts of senders when their day is over; write each week's figures as readings; notice surges of feedback."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlmodel import col, delete

from registry.feedback import actions, queries
from registry.feedback.models import FeedbackTally
from registry.feedback.rules.figures import week_of
from registry.feedback.rules.readings import CORRECTED, WEEKS, takes_figures
from registry.feedback.rules.surges import is_over, surge_on
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, NotFound, RuleBroken
from registry.monitoring.actions import alerts as alerting
from registry.monitoring.models.alerts import Alert
from registry.monitoring.queries.alerts import alert_by_id
from registry.monitoring.rules.alerts import AlertKind
from registry.objectives.queries import metric_facts
from registry.store.session import Database

_OVER = "For three days feedback has not surged any more."
# Whoever called a surge over has read what came: the same week does not bring it back.
_QUIET_AFTER = timedelta(days=7)


def sweep_tallies(database: Database, _payload: dict[str, Any]) -> None:
    """Delete the counts of days before today."""
    with database.transaction() as session:
        # A statement, not objects: the counts are machinery outside the ledger and there may be many.
        session.exec(delete(FeedbackTally).where(col(FeedbackTally.day) < clock.today()))


def write_figures(database: Database, _payload: dict[str, Any]) -> None:
    """Write satisfaction and override rate of the last twelve whole weeks as readings of the metrics that take them.

    A week that is held already changes nothing, unless its feedback has been judged anew since: then it is corrected.
    """
    monday = week_of(clock.today())
    first, last = monday - timedelta(weeks=WEEKS), monday - timedelta(days=1)
    with database.transaction(read_only=True) as session:
        fed = [
            metric.system_id
            for metric in queries.metrics_of_feedback(session, first, last)
            if takes_figures(metric_facts(metric))
        ]
    for system_id, _ in groupby(fed):
        # A metric that was retired in the meantime refuses the delivery; the next run goes without it.
        with suppress(RuleBroken):
            _write(database, system_id, first, last)


def _write(database: Database, system_id: int, first: date, last: date) -> None:
    worker = the_registry("worker")
    try:
        with database.transaction() as session:
            actions.write_figures(session, worker, system_id, first, last)
    except Conflict:
        with database.transaction() as session:
            actions.write_figures(session, worker, system_id, first, last, because=CORRECTED)


def notice_surges(database: Database, _payload: dict[str, Any]) -> None:
    """Raise an alert for each system whose feedback surges; end those of systems where it has not for three days."""
    today = clock.today()
    with database.transaction(read_only=True) as session:
        standing = queries.surge_alerts(session)
        told = queries.listened(session, today, sorted(standing))
        quiet = queries.called_over_lately(session, clock.now() - _QUIET_AFTER)
    for number, alert in standing.items():
        if number not in told or is_over(told[number].days, today, told[number].since):
            _end(database, alert)
    for number, heard in told.items():
        surge = surge_on(heard.days, today, heard.since)
        if surge is not None and number not in {*standing, *quiet}:
            with database.transaction() as session:
                worker = the_registry("worker")
                alerting.raise_alert(session, worker, number, AlertKind.FEEDBACK_SURGE, surge.said)


def _end(database: Database, alert: Alert) -> None:
    # Resolved in the meantime: then there is nothing left to end. A job may run twice.
    with suppress(RuleBroken, NotFound), database.transaction() as session:
        worker = the_registry("worker")
        found, _ = alert_by_id(session, worker, alert.id or 0, lock=True)
        alerting.resolve(session, worker, found, _OVER)
