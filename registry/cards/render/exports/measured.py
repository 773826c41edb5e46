"""What was measured, in the shape in which model cards hold it: a kind, a value, whom it is about, an interval."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from registry.cards.rules.facts import Attribute, CardFacts, GroupCompared, Metric, Reading
from registry.cards.rules.measured import to_three
from registry.cards.rules.words import cell, day_of, line
from registry.monitoring.rules.saying import group_said
from registry.objectives.rules.judging import Verdict


@dataclass(frozen=True, slots=True)
class Measured:
    """One value. `slice` is "" where it is about everybody; an end of the interval that is not known is None."""

    kind: str
    value: Decimal
    slice: str = ""
    low: Decimal | None = None
    high: Decimal | None = None


def measured(facts: CardFacts) -> Iterator[Measured]:
    """The newest value of each metric, of everybody and of each group; groups compared; the error of calibration."""
    for metric in facts.metrics:
        for reading in readings(metric):
            slice_ = cell(line(group_said(reading.group))) if reading.group else ""
            yield Measured(_kind(metric), reading.value, slice_, reading.low, reading.high)
    for attribute in facts.attributes:
        for group in attribute.compared:
            if group.value is not None:
                yield Measured(
                    attribute.measure.said, group.value, _slice(attribute, group), group.low, group.high
                )
    for each in facts.calibration:
        yield Measured("Expected calibration error", each.error)


def readings(metric: Metric) -> tuple[Reading, ...]:
    """The newest reading of everybody, then those of groups."""
    return (*((metric.latest,) if metric.latest else ()), *metric.by_group)


def _kind(metric: Metric) -> str:
    name, unit = cell(line(metric.name)), line(metric.unit)
    return f"{name} ({unit})" if unit else name


def _slice(attribute: Attribute, group: GroupCompared) -> str:
    return f"{cell(line(attribute.attribute))}: {cell(line(group.group))}"


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A group whose results lie outside the bound, with what was found, in words."""

    group: str
    says: str


def at_risk(facts: CardFacts) -> Iterator[AtRisk]:
    """Every group that was compared and lies outside the bound in force."""
    for attribute in facts.attributes:
        for group in attribute.compared:
            if group.verdict in {Verdict.BREACH, Verdict.WARN}:
                yield AtRisk(_slice(attribute, group), _found(attribute, group))


def _found(attribute: Attribute, group: GroupCompared) -> str:
    against = f" against {line(group.reference)}" if line(group.reference) else ""
    until = f" in the window up to {day_of(attribute.window_end)}" if attribute.window_end else ""
    acceptable = line(attribute.acceptable)
    bound = f"; acceptable is {acceptable}" if acceptable else ""
    return f"{attribute.measure.said} {to_three(group.value)}{against}{until}{bound}."


def digits(value: Decimal | None) -> str | None:
    """A number as text with every digit and nothing else; None is not zero."""
    return None if value is None else format(value, "f")
