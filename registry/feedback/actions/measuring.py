"""Write the weekly figures of a system's feedback as readings of the metrics that take them."""

from datetime import date

from sqlmodel import Session

from registry.feedback.queries.figures import weekly_figures
from registry.feedback.rules.readings import FED, SOURCE, points_of
from registry.kernel.actor import Actor, Permission, require
from registry.monitoring.actions.recording import Receipt, record_snapshots
from registry.monitoring.rules.decoding import Batch
from registry.objectives.queries import metric_facts, metrics_of


def write_figures(
    session: Session, actor: Actor, system_id: int, first: date, last: date, *, because: str = ""
) -> Receipt | None:
    """Deliver the figures of these whole weeks; None where no metric takes them or nobody answered.

    Raises Conflict where a week is held with another figure, unless `because` says why that is corrected.
    """
    require(actor, Permission.SNAPSHOT_PUSH, system_id)
    weeks = weekly_figures(session, system_id, first, last)
    points = [
        point
        for metric in metrics_of(session, system_id)
        if metric.kind in FED
        for point in points_of(metric.slug, metric_facts(metric), weeks)
    ]
    if not points:
        return None
    return record_snapshots(session, actor, system_id, Batch("", SOURCE, because, tuple(points)))
