"""Fields of a system in operation: versions in use, values, open alerts, dependencies, what people say of it."""

from collections.abc import Iterator

from registry.cards.rules.facts import (
    CardFacts,
    Dependency,
    Feedback,
    LiveVersion,
    Metric,
    OpenAlert,
    Reading,
)
from registry.cards.rules.measured import covers, is_followed
from registry.cards.rules.shapes import NOT_MEASURED, NOTHING, Field, Items, Table, at_most
from registry.cards.rules.words import (
    always,
    amount,
    cell,
    chosen,
    counted,
    day,
    day_of,
    line,
    optional,
    said,
    when_high_risk,
)
from registry.dependencies.rules.dependency import Direction
from registry.kernel.text import counted as counted_words
from registry.kernel.text import percent
from registry.monitoring.rules.alerts import AlertState
from registry.monitoring.rules.saying import group_said
from registry.monitoring.rules.shares import wilson

MOST_GROUPS = 30
"""How many values of groups are printed; card.json holds all of them."""

_HIDDEN = "a restricted system"
_RELIES = {Direction.UPSTREAM: "it relies on", Direction.DOWNSTREAM: "relies on it"}


def versions(facts: CardFacts) -> Field:
    """Which versions are in use, since when, and how use is shared."""
    lines = tuple(_version(each) for each in facts.versions)
    return always("1.1b", "Version in use", Items(lines) if lines else None)


def _version(version: LiveVersion) -> str:
    shared = f", {version.share} % of its use" if version.share != 100 else ""
    change = line(version.changed)
    return f"{cell(line(version.label))}, live since {day_of(version.since)}{shared}" + (
        f": {change}" if change else ""
    )


def dependencies(facts: CardFacts) -> Field:
    """What it relies on and what relies on it."""
    rows = tuple(_dependency(each) for each in facts.dependencies)
    header = ("Other end", "Direction", "Interface", "Contract", "When it fails", "Last tested")
    return optional("1.6", "Dependencies", Table(header, rows) if rows else None)


def _dependency(each: Dependency) -> tuple[str, ...]:
    contract = " ".join(part for part in map(line, (each.contract_format, each.contract_version)) if part)
    passed = {True: "passed", False: "failed", None: "result not stated"}[each.test_passed]
    return (
        cell(line(each.other), _HIDDEN),
        _RELIES[each.direction],
        cell(line(each.interface)),
        cell(contract),
        each.on_failure.said.partition(":")[0] if each.on_failure else cell(None),
        f"{day(each.tested_on)}, {passed}" if each.tested_on else "never",
    )


def values(facts: CardFacts) -> Field:
    """The newest value of each metric, as it was judged when it came."""
    rows = tuple(
        (cell(line(metric.name)), *_reading(metric, metric.latest))
        for metric in facts.metrics
        if metric.latest
    )
    table = Table(("Metric", *_MEASURED), rows, frozenset({1, 2})) if rows else None
    return always("8.1", "Newest values", table, NOT_MEASURED)


def values_by_group(facts: CardFacts, *, high: bool) -> Field:
    """The newest value of each metric for each group of people."""
    rows = [
        (cell(line(metric.name)), cell(line(group_said(each.group))), *_reading(metric, each))
        for metric in facts.metrics
        for each in metric.by_group
    ]
    header = ("Metric", "Group", *_MEASURED)
    blank = [NOTHING] * len(_MEASURED)
    cut = at_most(rows, MOST_GROUPS, lambda more: (f"{counted(more)} more", "in card.json", *blank))
    table = Table(header, cut, frozenset({2, 3})) if cut else None
    return when_high_risk("8.2", "Newest values per group", table, high=high, absent=NOT_MEASURED)


_MEASURED = ("Value", "Cases", "Interval", "Covers", "Verdict")


def _reading(metric: Metric, each: Reading) -> tuple[str, ...]:
    return (
        cell(amount(each.value, metric.unit)),
        cell(counted(each.n), "not told"),
        f"{cell(amount(each.low, ''))} to {cell(amount(each.high, ''))}"
        if each.low is not None or each.high is not None
        else "not told",
        covers(each.window_start, each.window_end),
        cell(chosen(each.verdict.value)),
    )


def latest_said(metric: Metric) -> str:
    """The newest value in a few characters: "92.5 %"."""
    return cell(amount(metric.latest.value, metric.unit), NOT_MEASURED) if metric.latest else NOT_MEASURED


def is_measured(facts: CardFacts) -> bool:
    """Whether any metric has a value."""
    return any(metric.latest or metric.by_group for metric in facts.metrics)


def alerts(facts: CardFacts) -> Field:
    """The alerts that are not over."""
    rows = tuple(_alert(each) for each in facts.alerts)
    table = Table(("Alert", "Severity", "Since", "Count", "Stands", "Says"), rows, frozenset({3}))
    # Where nothing is measured nothing can alert, and "none" alone would comfort.
    none = (
        "None is open"
        if is_measured(facts) or is_followed(facts) or any(each.compared for each in facts.attributes)
        else "None is open; nothing is measured, so little could open one"
    )
    return said("12.2a", "Alerts that are open", table if rows else none)


def _alert(each: OpenAlert) -> tuple[str, ...]:
    stands = cell(chosen(each.state.value))
    if each.state is AlertState.ACKNOWLEDGED and each.promised_on:
        stands = f"Taken on, by {day(each.promised_on)}"
    return (
        each.kind.said,
        each.severity.value,
        cell(day_of(each.since)),
        cell(counted(each.count)),
        stands,
        cell(line(each.says)),
    )


def what_people_say(facts: CardFacts) -> Iterator[Field]:
    """How much feedback came, and how satisfied it is."""
    told = facts.feedback
    if told is None:
        yield optional("12.4a", "Feedback", None, "none was received")
        return
    pieces = counted_words(told.received, "piece", "pieces")
    yield said("12.4a", "Feedback", f"{pieces}, {_weeks(told)}")
    satisfied = _share(told.satisfied, told.ratings, "ratings")
    yield optional("12.4b", "Satisfaction (ratings of 4 and 5)", satisfied, NOT_MEASURED)


def override_rate(facts: CardFacts) -> Field:
    """How often people corrected or set aside what the system gave them."""
    told = facts.feedback
    share = _share(told.against, told.decided, "outputs whose outcome is known") if told else None
    with_weeks = f"{share}, {_weeks(told)}" if share and told else None
    return optional("10.2a", "Override rate", with_weeks, NOT_MEASURED)


def _weeks(told: Feedback) -> str:
    return f"{day(told.first)} to {day(told.last)}"


def _share(part: int, whole: int, of: str) -> str | None:
    # Of nothing there is no share, which is not a share of nought.
    if not 0 <= part <= whole or not whole:
        return None
    low, high = wilson(part, whole)
    return f"{percent(part, whole)} of {whole:,} {of} ({percent(low)} to {percent(high)})"
