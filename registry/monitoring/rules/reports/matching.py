"""The numbers of a report as readings of a system's metrics; which of them belong to no metric is said, not lost"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from registry.kernel.canonical import canonical
from registry.kernel.text import slug
from registry.monitoring.rules.decoding import MOST_POINTS
from registry.monitoring.rules.points import PointIn
from registry.monitoring.rules.reports.shapes import Remark, Report, ReportPoint, Taking

NO_METRIC = "The system has no metric of this name."
BEYOND = f"More than {MOST_POINTS:,} readings in one file; send the rest in another."


@dataclass(frozen=True, slots=True)
class Matched:
    """The readings a report gives, and what was not taken of it and why."""

    points: tuple[PointIn, ...]
    remarks: tuple[Remark, ...]


def matched(report: Report, slugs: Iterable[str], at: datetime) -> Matched:
    """Each number of the report as a reading of the metric whose slug its name gives ("ROC AUC" is "roc-auc").

    `at` is when it holds where neither the number nor the report says.
    """
    known, left = set(slugs), Taking()
    found: list[PointIn] = []
    for point in report.points:
        metric = point.name if point.name in known else slug(point.name)
        if metric not in known:
            left.leave(NO_METRIC, point.name)
        elif len(found) == MOST_POINTS:
            left.leave(BEYOND, point.name)
        else:
            found.append(_reading(metric, point, point.at or report.made_at or at))
    return Matched(tuple(found), (*report.remarks, *left.report(report.kind, None).remarks))


def _reading(metric: str, point: ReportPoint, end: datetime) -> PointIn:
    group = canonical(dict(point.labels)).decode() if point.labels else ""
    start = end if point.start is None else point.start
    return PointIn(metric, start, end, point.value, point.n, point.low, point.high, group, point.key)
