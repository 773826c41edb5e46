"""Sweep out the counts of senders when their day is over; write the figures of each week as readings."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlmodel import col, delete

from registry.feedback import queries
from registry.feedback.models import FeedbackTally
from registry.feedback.rules.figures import week_of
from registry.feedback.rules.readings import CORRECTED, FED, SOURCE, WEEKS, points_of, takes_figures
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, RuleBroken
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.rules.decoding import Batch, PointIn
from registry.objectives.queries import metric_facts, metrics_of
from registry.store.session import Database


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
    try:
        _deliver(database, system_id, first, last, "")
    except Conflict:
        _deliver(database, system_id, first, last, CORRECTED)


def _deliver(database: Database, system_id: int, first: date, last: date, because: str) -> None:
    with database.transaction() as session:
        weeks = queries.weekly_figures(session, system_id, first, last)
        points: list[PointIn] = []
        for metric in metrics_of(session, system_id):
            if metric.kind in FED:
                points += points_of(metric.slug, metric_facts(metric), weeks)
        if points:
            batch = Batch("", SOURCE, because, tuple(points))
            record_snapshots(session, the_registry("worker"), system_id, batch)
