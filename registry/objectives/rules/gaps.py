"""What a metric still lacks before it counts (failure pattern F2), and what would make it easier to rely on."""

from dataclasses import dataclass

from registry.objectives.rules.metric import Direction, Kind, MetricFacts


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is not stated: the form's field, its name, and what to do about it."""

    field: str
    name: str
    says: str


def measurable_gaps(metric: MetricFacts, *, owner_is_active: bool = True) -> list[Gap]:
    """What a metric lacks before it counts as one: baseline, target, unit, direction, cadence, owner of the number."""
    gaps = []
    if metric.baseline is None:
        gaps.append(
            Gap("baseline", "baseline", "Measure how things stand today; progress is counted from there.")
        )
    if metric.target is None:
        gaps.append(Gap("target", "target", "State the value that would count as success."))
    if not metric.unit:
        gaps.append(Gap("unit", "unit", "Say what the number counts, such as %, days or EUR."))
    if metric.direction is None:
        gaps.append(Gap("direction", "direction", "Say whether higher, lower or within a range is better."))
    if metric.cadence is None:
        gaps.append(Gap("cadence", "cadence", "Say how often a value is due, so that silence is noticed."))
    if metric.number_owner_id is None:
        gaps.append(
            Gap("number_owner_id", "owner of the number", "Name the person who answers for this number.")
        )
    elif not owner_is_active:
        gaps.append(
            Gap("number_owner_id", "owner of the number", "Its owner has left; name somebody who is here.")
        )
    return gaps


def is_measurable(metric: MetricFacts, *, owner_is_active: bool = True) -> bool:
    """Whether the metric counts: it has baseline, target, unit, direction, cadence and an owner of the number."""
    return not measurable_gaps(metric, owner_is_active=owner_is_active)


def is_guarded(metric: MetricFacts) -> bool:
    """Whether the metric has a guard-rail that says when it is breached (failure pattern F5)."""
    return metric.breach_bound is not None


def advisable_gaps(metric: MetricFacts) -> list[Gap]:
    """What would make a metric easier to rely on. None of it keeps the metric from counting."""
    gaps = []
    if metric.baseline is not None and metric.baseline_on is None:
        gaps.append(Gap("baseline_on", "date of the baseline", "Say when the baseline was measured."))
    if metric.target is not None and metric.target_on is None:
        gaps.append(Gap("target_on", "date of the target", "Say by when the target is to be reached."))
    if metric.warn_bound is None and metric.breach_bound is None:
        rail = (
            "both ends of the range"
            if metric.direction is Direction.RANGE
            else "where a value needs attention"
        )
        gaps.append(Gap("breach_bound", "guard-rail", f"State {rail}; without it no value is judged."))
    if metric.kind is Kind.FAIRNESS and not metric.groups:
        gaps.append(Gap("groups", "groups", "Name the attributes by which people are compared."))
    if not metric.origin and not (metric.kind and metric.kind.is_computed):
        gaps.append(
            Gap("origin", "origin", "Say where the number comes from, so that another can repeat it.")
        )
    if not metric.why_appropriate:
        gaps.append(
            Gap("why_appropriate", "reason", "Say why this number tells whether the objective is met.")
        )
    return gaps
