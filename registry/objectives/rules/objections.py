"""When a success metric may not stand: what cannot be kept, and parts that contradict one another."""

from collections.abc import Collection
from datetime import date
from typing import Final

from registry.kernel.errors import Problem
from registry.kernel.guard_rails import Bound, GuardRail, number_problems, rail_problems
from registry.kernel.text import slug
from registry.objectives.rules.metric import (
    GROUP_LIMIT,
    MOST_GRACE_DAYS,
    MOST_GROUPS,
    SLUG_LIMIT,
    UNIT_LIMIT,
    Direction,
    Kind,
    MetricFacts,
)
from registry.objectives.rules.objective import prose_problems
from registry.systems.rules.record import LINE_LIMIT, text_problems

_LARGEST_SAMPLE: Final = 10_000_000_000

# Kinds that can only get better in one direction. The opposite is a slip of the pen, not a choice.
_NATURAL: Final = {
    Kind.ACCURACY: Direction.HIGHER,
    Kind.USER_SATISFACTION: Direction.HIGHER,
    Kind.CONSISTENCY: Direction.HIGHER,
    Kind.ERROR_RATE: Direction.LOWER,
    Kind.TIME_TO_DETECT: Direction.LOWER,
    Kind.TIME_TO_RESOLVE: Direction.LOWER,
    Kind.LATENCY: Direction.LOWER,
    Kind.DRIFT: Direction.LOWER,
}
_ONE_SIDED: Final = {Direction.HIGHER: Bound.AT_MOST, Direction.LOWER: Bound.AT_LEAST}


def problems_with_metric(
    facts: MetricFacts, *, today: date, name_taken: bool = False, owner_is_active: bool = True
) -> list[Problem]:
    """Every objection to a metric: what cannot be kept, and parts that contradict one another.

    What it still lacks before it counts is told by `gaps.measurable_gaps`, not refused here.
    `name_taken` says that another metric of the system, not retired, has this name; `owner_is_active` that
    the owner of the number is here.
    """
    problems = _shape_problems(facts)
    if name_taken:
        problems.append(Problem("name", "Another metric of this system has this name."))
    if not owner_is_active:
        problems.append(Problem("number_owner_id", "Choose somebody who is active; this person has left."))
    problems += rail_problems("warn", facts.warn_bound, facts.warn_low, facts.warn_high)
    problems += rail_problems("breach", facts.breach_bound, facts.breach_low, facts.breach_high)
    problems += _date_problems(facts, today)
    # Parts are held against one another only once each of them can stand by itself.
    return problems + ([] if problems else _contradictions(facts))


def problems_with_slug(asked: str, taken: Collection[str]) -> list[Problem]:
    """Objections to the slug somebody asks for. One that was ever given out, also to a metric retired since, stays its own."""
    if slug(asked, SLUG_LIMIT) != asked:
        says = f"Use small letters a to z, digits and single hyphens, {SLUG_LIMIT} at most."
        return [Problem("slug", says)]
    if asked in taken:
        says = "A metric of this system had this slug, and readings may still come for it. Choose another."
        return [Problem("slug", says)]
    return []


def _shape_problems(facts: MetricFacts) -> list[Problem]:
    problems = [p for name in ("baseline", "target") for p in number_problems(name, getattr(facts, name))]
    problems += text_problems("name", facts.name, LINE_LIMIT, one_line=True)
    problems += text_problems("unit", facts.unit, UNIT_LIMIT, one_line=True)
    problems += text_problems("origin", facts.origin, LINE_LIMIT, one_line=True)
    problems += prose_problems("why_appropriate", facts.why_appropriate)
    if facts.kind is None:
        problems.append(Problem("kind", "Choose what the metric measures."))
    if not facts.name:
        problems.append(Problem("name", "Give the metric the name people use for this number."))
    if facts.minimum_sample is not None and not 1 <= facts.minimum_sample <= _LARGEST_SAMPLE:
        problems.append(
            Problem("minimum_sample", "Give a whole number from 1 to ten billion, or leave it out.")
        )
    if not 0 <= facts.grace_days <= MOST_GRACE_DAYS:
        problems.append(Problem("grace_days", f"Give from 0 to {MOST_GRACE_DAYS} days of grace."))
    return problems + _group_problems(facts.groups)


def _group_problems(groups: tuple[str, ...]) -> list[Problem]:
    if len(groups) > MOST_GROUPS:
        return [
            Problem("groups", f"Name at most {MOST_GROUPS} attributes; more cannot be read side by side.")
        ]
    problems = [p for group in groups for p in text_problems("groups", group, GROUP_LIMIT, one_line=True)]
    if len({group.casefold() for group in groups}) < len(groups):
        problems.append(Problem("groups", "Name each attribute once."))
    return problems[:1]


def _date_problems(facts: MetricFacts, today: date) -> list[Problem]:
    problems = []
    for name in ("baseline", "target"):
        on = getattr(facts, f"{name}_on")
        if on is not None and not 1950 <= on.year <= 2100:
            problems.append(Problem(f"{name}_on", "Give a date between 1950 and 2100."))
        elif on is not None and getattr(facts, name) is None:
            problems.append(Problem(name, f"Give the {name} itself as well, or clear its date."))
    if facts.baseline_on is not None and facts.baseline_on > today:
        problems.append(Problem("baseline_on", "A baseline is what was measured; this day lies ahead."))
    elif facts.baseline_on and facts.target_on and facts.target_on < facts.baseline_on:
        problems.append(Problem("target_on", "The target cannot be due before the baseline was measured."))
    return problems


def _contradictions(facts: MetricFacts) -> list[Problem]:
    return [*_direction_contradictions(facts), *_target_contradictions(facts), *_rail_contradictions(facts)]


def _direction_contradictions(facts: MetricFacts) -> list[Problem]:
    problems = []
    natural = _NATURAL.get(facts.kind) if facts.kind else None
    if natural and facts.direction in _ONE_SIDED and facts.direction is not natural:
        better = "higher" if natural is Direction.HIGHER else "lower"
        problems.append(Problem("direction", f"This kind of metric is better when it is {better}."))
    for which in ("warn", "breach"):
        rail: GuardRail | None = getattr(facts, which)
        if rail is None or facts.direction is None:
            continue
        if facts.direction is Direction.RANGE and rail.bound is not Bound.BETWEEN:
            problems.append(
                Problem(f"{which}_bound", "Better within a range: choose between and give both ends.")
            )
        elif rail.bound is _ONE_SIDED.get(facts.direction):
            side = "at least" if facts.direction is Direction.HIGHER else "at most"
            problems.append(
                Problem(f"{which}_bound", f"This bound forbids the good side. Choose {side}, or between.")
            )
    return problems


def _target_contradictions(facts: MetricFacts) -> list[Problem]:
    if facts.target is None:
        return []
    if facts.baseline is not None:
        if facts.direction is Direction.HIGHER and facts.target < facts.baseline:
            return [Problem("target", "Higher is better, but this target lies below the baseline.")]
        if facts.direction is Direction.LOWER and facts.target > facts.baseline:
            return [Problem("target", "Lower is better, but this target lies above the baseline.")]
    for which, means in (("breach", "a breach"), ("warn", "a warning")):
        rail: GuardRail | None = getattr(facts, which)
        if rail is not None and not rail.holds(facts.target):
            return [
                Problem("target", f"Reaching this target would be {means}: the guard-rail is {rail.said()}.")
            ]
    return []


def _rail_contradictions(facts: MetricFacts) -> list[Problem]:
    if facts.warn and facts.breach and not facts.breach.allows_all_of(facts.warn):
        says = f"A value can be a breach without being a warning first. Make this looser than {facts.warn.said()}."
        name = "breach_high" if facts.breach.bound is Bound.AT_MOST else "breach_low"
        return [Problem(name, says)]
    return []
