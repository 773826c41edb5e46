"""The figures of the portfolio as tables: the same numbers as on the page, each table with what it counts."""

from collections.abc import Iterator, Mapping
from typing import Final

from registry.incidents.rules.times import Spread
from registry.kernel.calendar import day_said
from registry.kernel.text import counted
from registry.portfolio.rules.figures import TIERS, Band, Figures, Money, UnitRow
from registry.portfolio.rules.kept import Trend, realised_in
from registry.portfolio.rules.reports.shapes import Cell, Column, Measure, Table
from registry.systems.rules.record import Stage, Tier
from registry.systems.rules.search import NOT_STATED

TIER_SAID: Final = {**{each.value: each.value.capitalize() for each in Tier}, NOT_STATED: "Not classified"}
STANDINGS: Final = {
    "met": "Within guard-rails",
    "warn": "Warning",
    "breach": "Breach",
    "unjudged": "Not judged",
    "unmeasured": "Not measured",
}
_SYSTEMS: Final = Column("Systems", Measure.COUNT)

Rows = tuple[tuple[Cell, ...], ...]


def looked_at(figures: Figures) -> str:
    """Of which systems exposure and coverage speak: "in use", or in the stage that was asked for."""
    return Stage(figures.scope.stage).said if figures.scope.stage else "in use"


def tables_of(figures: Figures, trends: Mapping[str, Trend]) -> dict[str, Table]:
    """Every table of the figures by its name, in the order in which they are read."""
    return {each.id: each for each in _tables(figures, trends)}


def _tables(found: Figures, trends: Mapping[str, Trend]) -> Iterator[Table]:
    yield _headline(found, trends)
    yield _table(
        "decisions",
        "What needs a decision now",
        "Systems of any stage but retired for which it waits, and incidents in the first row. One system may wait for several.",
        (Column("What"), Column("How many", Measure.COUNT)),
        tuple((_capital(each.says), each.count.n) for each in found.decisions),
    )
    yield from _exposure(found)
    yield _coverage(found)
    yield _table(
        "numbers",
        "The numbers of the business",
        f"How the newest readings of systems {looked_at(found)} stand; of several metrics of one system the worst. Not measured is "
        "not the same as good.",
        (Column("Number"), *(Column(said, Measure.COUNT) for said in STANDINGS.values())),
        tuple((each.label, *(each.standing[name].n for name in STANDINGS)) for each in found.numbers),
    )
    yield _table(
        "why",
        "Why our AI fails",
        "Incidents noticed in the last twelve months, by the pattern of failure they are put down to. Those merged into "
        "another count once.",
        (Column("Pattern"), Column("Incidents", Measure.COUNT)),
        (*((each.pattern.said, each.count.n) for each in found.why), ("In all", found.incidents)),
    )
    yield _times(found)
    yield _value(found)
    yield from _who(found)
    if found.frameworks:
        yield _frameworks(found)


def _table(name: str, title: str, says: str, columns: tuple[Column, ...], rows: Rows) -> Table:
    return Table(name, title, says, columns, rows)


def _headline(found: Figures, trends: Mapping[str, Trend]) -> Table:
    top, stage = found.headline, looked_at(found)

    def row(name: str, label: str, value: Cell, of: int | None) -> tuple[Cell, ...]:
        return (label, value, of, trends[name].change.words if name in trends else None)

    rows = [
        row("systems", "Systems registered", top.systems.n, None),
        row("in_use", f"Systems {stage}", top.in_use.n, top.systems.n),
        row("high_risk", "Of high or prohibited tier", top.high_risk.n, top.in_use.n),
        row("below_gate", "Out of compliance", top.below_gate.n, top.in_use.n),
        row("measured", "With live metrics", top.measured.n, top.in_use.n),
        row("grave", "Severe incidents not closed", top.grave.n, None),
        *(
            row(realised_in(each.currency), f"Value realised, {each.currency}", each.amount, None)
            for each in top.realised
        ),
    ]
    return _table(
        "headline",
        "At a glance",
        f"Out of compliance: below what its gate asks at the last daily check. With live metrics: readings have come, and none "
        f"that is due stays away. Severe: of severity 4 or 5. Value: recorded since {day_said(found.value.since)}, each with "
        "its source; currencies are never added up.",
        (
            Column("What"),
            Column("Figure", Measure.AMOUNT),
            Column("Out of", Measure.COUNT, "n/a"),
            Column("Change since the last quarter", missing="not compared"),
        ),
        tuple(rows),
    )


def _exposure(found: Figures) -> Iterator[Table]:
    exposure, stage = found.exposure, looked_at(found)
    more = f" {counted(exposure.more_units, 'more unit')} are left out." if exposure.more_units else ""

    def row(unit: UnitRow) -> tuple[Cell, ...]:
        return (unit.name or "In all", *(unit.tiers[tier].n for tier in TIERS), unit.total.n)

    def bands(name: str, title: str, says: str, rows: tuple[Band, ...]) -> Table:
        listed = tuple((_capital(each.label), each.count.n) for each in rows)
        return _table(name, title, says, (Column("What"), _SYSTEMS), listed)

    yield _table(
        "exposure",
        "Exposure",
        f"Systems {stage} by unit and risk tier; each unit with those below it, so that rows do not add up.{more}",
        (
            Column("Unit"),
            *(Column(TIER_SAID[tier], Measure.COUNT) for tier in TIERS),
            Column("In all", Measure.COUNT),
        ),
        (*map(row, exposure.units), row(exposure.whole)),
    )
    yield bands(
        "autonomy", "How far they decide", f"Systems {stage} by their level of autonomy.", exposure.autonomy
    )
    yield bands(
        "affected",
        "People affected",
        f"Systems {stage} by the people they say they affect: {exposure.people:,} in all, as stated; somebody may be counted "
        "by several systems.",
        exposure.affected,
    )
    yield bands(
        "reversible",
        "Can a decision be undone",
        f"Systems {stage} by what they state of it.",
        exposure.reversible,
    )


def _coverage(found: Figures) -> Table:
    return _table(
        "coverage",
        "Coverage",
        f"What every system {looked_at(found)} should have, and how many do.",
        (
            Column("What"),
            Column("Have it", Measure.COUNT),
            Column("Out of", Measure.COUNT),
            Column("Share", Measure.SHARE, "none to count"),
            Column("Lack it", Measure.COUNT),
            Column("Counted where"),
        ),
        tuple(
            (
                each.label,
                each.having.n,
                each.of,
                each.having.n / each.of if each.of else None,
                each.lacking.n,
                each.means,
            )
            for each in found.coverage
        ),
    )


def _times(found: Figures) -> Table:
    times = found.times

    def row(label: str, spread: Spread) -> tuple[Cell, ...]:
        return (label, spread.median, spread.mean, spread.p90, spread.n, spread.open, spread.unknown)

    spans = tuple(
        Column(each, Measure.SPAN, "not measured") for each in ("Median", "Mean", "Nine of ten within")
    )
    counts = tuple(Column(each, Measure.COUNT) for each in ("Known of", "Not there yet", "Nobody can say"))
    return _table(
        "times",
        "Time to detect and to resolve",
        f"Of {counted(times.counted, 'incident')} of the last twelve months, {times.by_ourselves:,} of them noticed by ourselves "
        "before anybody else said so. Hazards, complaints and merged ones are left out.",
        (Column("Time"), *spans, *counts),
        (
            row("To notice", times.detect),
            row("To take on", times.acknowledge),
            row("To stop the harm", times.mitigate),
            row("To resolve", times.resolve),
        ),
    )


def _value(found: Figures) -> Table:
    value = found.value

    def rows(label: str, amounts: tuple[Money, ...], systems: int) -> Rows:
        if not amounts:
            return ((label, None, None, systems),)
        return tuple((label, each.currency, each.amount, systems) for each in amounts)

    return _table(
        "value",
        "Value",
        "Planned as owners state it for a year; realised as entries say that were recorded with their source. Currencies are "
        "never added up; the systems are those of all currencies together.",
        (
            Column("Value"),
            Column("Currency", missing="n/a"),
            Column("Amount", Measure.AMOUNT, "nothing stated"),
            Column("Systems that say so", Measure.COUNT),
        ),
        (
            *rows("Expected per year", value.expected, value.expecting.n),
            *rows(f"Realised since {day_said(value.since)}", value.realised, value.realising.n),
        ),
    )


def _who(found: Figures) -> Iterator[Table]:
    stage = Column(_capital(looked_at(found)), Measure.COUNT)
    more = f" {counted(found.more_vendors, 'more vendor')} are left out." if found.more_vendors else ""
    yield _table(
        "vendors",
        "Vendors",
        f"Systems that state a vendor, the vendors with most systems first.{more}",
        (Column("Vendor"), _SYSTEMS, stage, Column("Of high or prohibited tier", Measure.COUNT)),
        tuple((each.name, each.systems.n, each.in_use.n, each.high_risk.n) for each in found.vendors),
    )
    yield _table(
        "owners",
        "Who carries most",
        "The accountable owners of most systems.",
        (Column("Owner"), _SYSTEMS, stage),
        tuple((each.name, each.systems.n, each.in_use.n) for each in found.owners),
    )
    orphans = found.orphans
    days = tuple(
        Column(each, Measure.COUNT, "none to count") for each in ("Days, the middle one", "Days, the longest")
    )
    yield _table(
        "orphans",
        "Without their owner",
        "Systems, not retired, whose accountable owner has left, and for how many days they have stood so.",
        (Column("What"), _SYSTEMS, *days),
        (
            (
                "Systems whose owner has left",
                orphans.count.n,
                orphans.median_days,
                orphans.longest_days,
            ),
        ),
    )


def _frameworks(found: Figures) -> Table:
    return _table(
        "frameworks",
        "Frameworks",
        "The controls of each framework in force, of the whole company: how many are stated to be in place, and how many a "
        "review found some system to meet.",
        (
            Column("Framework"),
            Column("Edition"),
            Column("Controls", Measure.COUNT),
            Column("Stated to be in place", Measure.COUNT),
            Column("Met by some system", Measure.COUNT, "no review has asked"),
        ),
        tuple(
            (each.title, each.edition, each.controls, each.in_place, each.met) for each in found.frameworks
        ),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
