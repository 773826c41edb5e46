"""Section 9: how results differ between groups of people, by attribute, each in a window in which they can be compared."""

from collections.abc import Iterator

from registry.cards.rules.facts import Attribute, CardFacts, GroupCompared
from registry.cards.rules.measured import covers, to_three
from registry.cards.rules.shapes import (
    NOT_MEASURED,
    NOTHING,
    Field,
    Group,
    Items,
    Need,
    Section,
    Table,
    at_most,
)
from registry.cards.rules.words import (
    cell,
    chosen,
    counted,
    line,
    lowered,
    not_kept,
    optional,
    said,
    when_high_risk,
)
from registry.kernel.text import counted as counted_words
from registry.kernel.text import listed
from registry.objectives.rules.judging import Verdict

MOST_ATTRIBUTES = 12
MOST_GROUPS = 30
"""How many attributes, and groups of one, are printed; card.json holds all of them."""

_HELD = {
    Verdict.BREACH: "outside the bound",
    Verdict.WARN: "outside the bound (perhaps by chance)",
    Verdict.MET: "within the bound",
}


def fairness(facts: CardFacts, *, high: bool) -> Section:
    """Section 9: the attributes in short, then one group for each. `high` says whether fields for high risk are asked."""
    named = sorted({name for metric in facts.metrics for name in map(line, metric.groups) if name})
    is_compared = any(each.compared for each in facts.attributes)
    short = at_most([_in_short(each) for each in facts.attributes], MOST_ATTRIBUTES, _more)
    return Section(
        9,
        "Fairness",
        (
            *((said("9.1a", "Attributes to be compared", listed(named)),) if named else ()),
            when_high_risk(
                "9.1",
                "Groups compared",
                Items(short) if is_compared else None,
                high=high,
                absent=NOT_MEASURED,
            ),
            not_kept("9.2", "Groups at risk, benefits, harms, mitigation", Need.HIGH_RISK),
        ),
        tuple(_group(each) for each in facts.attributes[:MOST_ATTRIBUTES]),
        " ".join(_stated(facts, is_compared=is_compared)),
    )


def _stated(facts: CardFacts, *, is_compared: bool) -> Iterator[str]:
    if is_compared:
        yield (
            "Of each attribute the newest window is shown in which groups can be compared, judged by the bound as it "
            "stands now. Intervals are at 95 %; groups with too few cases are named and not compared."
        )
    elif any(each.window_end for each in facts.attributes):
        yield (
            "Not measured: none of the newest windows could be compared; this card makes no statement about "
            "differences between groups."
        )
    else:
        yield "Not measured: no counts by group have come; this card makes no statement about differences between groups."
    if any(metric.by_group for metric in facts.metrics):
        yield "The newest values of metrics per group are in section 8.2."


def _more(count: int) -> str:
    return f"{counted_words(count, 'more attribute')} in card.json"


def _in_short(attribute: Attribute) -> str:
    """How the groups of one attribute stand, and which lies furthest from the others."""
    named, compared = _named(attribute), attribute.compared
    if not compared:
        return f"{named}: {'not compared' if attribute.window_end else 'nothing is counted yet'}"
    told = f"{named}: {counted_words(len(compared), 'group')} compared, {_held(attribute)}"
    furthest = next((each for each in compared if each.group == attribute.furthest), None)
    if furthest is None:
        return told
    if furthest.group == furthest.reference:
        return f"{told}; all have the same {lowered(attribute.measure.said)}"
    return (
        f"{told}; furthest apart is {cell(line(furthest.group))}: {lowered(attribute.measure.said)} "
        f"{to_three(furthest.value)} ({_interval(furthest)}) against {cell(line(furthest.reference))}"
    )


def _held(attribute: Attribute) -> str:
    if not line(attribute.acceptable):
        return "none judged, for no bound is set"
    verdicts = [each.verdict for each in attribute.compared]
    told = [f"{verdicts.count(each)} {words}" for each, words in _HELD.items() if each in verdicts]
    return listed(told) or "none judged"


def _named(attribute: Attribute) -> str:
    return f"By {cell(line(attribute.attribute))}"


def _group(attribute: Attribute) -> Group:
    measure, has_window = attribute.measure, attribute.window_end is not None
    return Group(
        _named(attribute),
        (
            *((said("9.1b", "Measure", f"{measure.said}: {measure.means}"),) if has_window else ()),
            optional("9.1c", "Acceptable", line(attribute.acceptable), "no bound is set, nothing is judged"),
            optional("9.1d", "Window", _window(attribute), "nothing is counted yet"),
            *_left_out(attribute),
            *((_compared(attribute),) if has_window else ()),
        ),
    )


def _compared(attribute: Attribute) -> Field:
    rows = [_row(each) for each in attribute.compared]
    header = ("Group", "Cases", "Value", "Interval", "Against", "Verdict")
    cut = at_most(rows, MOST_GROUPS, lambda more: (f"{counted(more)} more", "in card.json", *[NOTHING] * 4))
    table = Table(header, cut, frozenset({1, 2})) if cut else None
    why = line(attribute.refused) or "not compared"
    return optional("9.1f", f"Groups {lowered(_named(attribute))}", table, why)


def _window(attribute: Attribute) -> str | None:
    if attribute.window_end is None:
        return None
    cases = sum(each.n for each in attribute.groups) + attribute.unknown
    told = f"{covers(attribute.window_start, attribute.window_end)}, {counted_words(cases, 'case')}"
    if attribute.unknown:
        told += f", {counted(attribute.unknown)} of them of no recorded group"
    if attribute.newer:
        told += f"; {counted_words(attribute.newer, 'newer window')} could not be compared"
    return told


def _left_out(attribute: Attribute) -> Iterator[Field]:
    rest = [each for each in attribute.groups if each.value is None]
    if not rest:
        return
    named = [
        f"{cell(line(each.group))}, {counted_words(each.n, 'case')}{_because(each.withheld)}" for each in rest
    ]
    lines = at_most(named, MOST_GROUPS, lambda more: f"{counted_words(more, 'more group')} in card.json")
    yield said("9.1e", "Groups not compared", Items(lines))


def _because(withheld: str) -> str:
    told = line(withheld)
    return f": {lowered(told).removesuffix('.')}" if told else ""


def _row(each: GroupCompared) -> tuple[str, ...]:
    is_measure = each.group == each.reference
    return (
        cell(line(each.group)),
        # Of a rate among a part of the group that part stands behind it.
        f"{counted(each.cases)} of {counted(each.n)}" if each.cases not in {None, each.n} else f"{each.n:,}",
        to_three(each.value),
        NOTHING if is_measure else _interval(each),
        NOTHING if is_measure else cell(line(each.reference)),
        "Not judged" if each.verdict is Verdict.NO_GUARD_RAIL else cell(chosen(each.verdict.value)),
    )


def _interval(each: GroupCompared) -> str:
    return f"{to_three(each.low)} to {to_three(each.high)}"
