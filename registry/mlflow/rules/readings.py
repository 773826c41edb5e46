"""The metrics of a run as readings: which metric of the system each means, and why others give none"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from registry.kernel.text import slug
from registry.mlflow.rules.answers import MetricSeen, RunSeen
from registry.monitoring.rules.batches import Known, problems_with
from registry.monitoring.rules.points import PointIn
from registry.monitoring.rules.reports.matching import NO_METRIC
from registry.monitoring.rules.reports.shapes import Kind, Taking

NO_RUN: Final = "Its run is not there any more, or may not be read with this credential."
RUN_DELETED: Final = "Its run was deleted."
_UNDATED: Final = "It has no time that can be read."
MOST_NAMES: Final = 200
# JSON has no words for these, so MLflow writes them as text.
_WORDS: Final = {"NaN": Decimal("NaN"), "Infinity": Decimal("Infinity"), "-Infinity": Decimal("-Infinity")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The metrics of a system by slug, and what somebody said a name means."""

    metrics: Mapping[str, Known]
    means: Mapping[str, str] = field(default_factory=dict)

    def slug_of(self, name: str) -> str:
        """The slug of the metric a name means, by what was said of it or as its own slug ("roc_auc" is roc-auc); "" for none."""
        for one in (self.means.get(name, ""), name, slug(name)):
            known = self.metrics.get(one)
            if (
                known is not None
                and not known.retired
                and not (known.facts.kind and known.facts.kind.is_computed)
            ):
                return one
        return ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a run gives: readings; what gave none as (reason, name, times); and each name with its reason, "" where it was taken."""

    points: tuple[PointIn, ...]
    remarks: tuple[tuple[str, str, int], ...]
    names: Mapping[str, str]


def readings_in(run: RunSeen, wanted: Wanted, at: datetime) -> Found:
    """The last value of each metric of a run as a reading of the metric it means.

    Each carries the moment it was logged at, and as its key the run, the name and the step, so that the same value is known
    again. NaN, infinities and what the rules of readings refuse are left out, each with its reason.
    """
    points, remarks, names = list[PointIn](), list[tuple[str, str, int]](), dict[str, str]()
    for each in run.metrics:
        point, why = _reading(run.run_id, each, wanted, at)
        if point is not None:
            points.append(point)
        else:
            remarks.append((why, each.name[:100], 1))
        if each.name and len(each.name) <= 200 and len(names) < MOST_NAMES:
            names[each.name] = why
    return Found(tuple(points), tuple(remarks), names)


def _reading(run_id: str, each: MetricSeen, wanted: Wanted, at: datetime) -> tuple[PointIn | None, str]:
    metric = wanted.slug_of(each.name)
    if not metric:
        return None, NO_METRIC
    if each.at is None:
        return None, _UNDATED
    taking, raw = Taking(), each.value
    taking.take(metric, _WORDS.get(raw, raw) if isinstance(raw, str) else raw, at=each.at)
    report = taking.report(Kind.MLFLOW, None)
    if not report.points:
        return None, report.remarks[0].says
    key = f"{run_id}/{each.name}/{each.step}"
    point = PointIn(metric, each.at, each.at, report.points[0].value, key=key[:200])
    refused = problems_with([point], wanted.metrics, at)
    return (None, refused[0].message) if refused else (point, "")
